/*
 * Who has a UDP port that could not be bound, as far as /proc tells a process
 * that may not look into others: the uid of the socket, and the time services
 * that are running. Parent only, at start.
 */
#ifndef PARENT_OCCUPANT_H
#define PARENT_OCCUPANT_H

#include <stddef.h>

#include "common/address.h"

#define OCCUPANT_TEXT	160

/* "; chronyd, pid 812, may have it" and the like, or nothing. Into text. */
void	occupant_find(const struct address *address, char *text, size_t size);

#endif
