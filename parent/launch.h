/*
 * Starts one child of the supervisor: its channel, the descriptors and words
 * of common/role.h, and for a net its epoch. Parent only.
 */
#ifndef PARENT_LAUNCH_H
#define PARENT_LAUNCH_H

#include <stdbool.h>

#include "common/loop.h"

struct child;

/*
 * On success the child has its pid and channel, and the loop watches the
 * channel with readable. False with errno, and nothing has changed.
 */
bool	launch_child(struct child *child, loop_handler *readable);

#endif
