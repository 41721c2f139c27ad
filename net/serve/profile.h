/* What ntpd-serve may ask of the kernel once it is locked down. */
#ifndef NET_SERVE_PROFILE_H
#define NET_SERVE_PROFILE_H

#include "common/sandbox.h"

extern const struct sandbox_profile serve_profile;

#endif
