/*
 * The messages that children send to the parent: one table for each channel.
 * Parent only.
 */
#ifndef PARENT_DISPATCH_H
#define PARENT_DISPATCH_H

#include "common/channel.h"

struct child;

/* At most one message from the child's channel, by the rules of its role. */
enum channel_result dispatch_receive(struct child *child);

#endif
