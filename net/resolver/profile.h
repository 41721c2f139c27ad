/*
 * What ntpd-resolver may ask of the kernel once it is locked down. getaddrinfo
 * and the plug-ins of the C library may call a great deal, so here is a list
 * of what they have no business with, and a fence around the file system.
 */
#ifndef NET_RESOLVER_PROFILE_H
#define NET_RESOLVER_PROFILE_H

#include <stdbool.h>

#include "common/sandbox.h"

/* The process that answers the parent, and the ones that answer net. */
extern const struct sandbox_profile resolver_profile;
extern const struct sandbox_profile worker_profile;

/*
 * Leaves only the reading of what a lookup needs (Landlock; before the lock-
 * down, which would refuse it). False with errno if the kernel refused what it
 * said it can do; true also where it has no Landlock.
 */
bool	profile_fence(void);

#endif
