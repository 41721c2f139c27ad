/* What ntpd-net may ask of the kernel once it is locked down. */
#ifndef NET_PROFILE_H
#define NET_PROFILE_H

#include "common/sandbox.h"

extern const struct sandbox_profile net_profile;

#endif
