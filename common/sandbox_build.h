/*
 * What the kind of build adds to every sandbox. One of sandbox_release.c and
 * sandbox_sanitizer.c is linked, as meson.build says.
 */
#ifndef COMMON_SANDBOX_BUILD_H
#define COMMON_SANDBOX_BUILD_H

#include "common/sandbox.h"

extern const struct sandbox_call sandbox_build_calls[];
extern const size_t sandbox_build_ncalls;
extern const bool sandbox_build_limits_memory;	/* RLIMIT_AS is in force */

#endif
