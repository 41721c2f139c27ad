/* What ntpd may not ask of the kernel once clockctl runs. */
#ifndef PARENT_PROFILE_H
#define PARENT_PROFILE_H

#include "common/sandbox.h"

extern const struct sandbox_profile parent_profile;

#endif
