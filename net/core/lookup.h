/*
 * Addresses for sources that are names: asks the resolver, takes what it says,
 * replaces members of pools. Pure; private to net's core.
 */
#ifndef NET_CORE_LOOKUP_H
#define NET_CORE_LOOKUP_H

#include "net/core/source.h"

#define LOOKUP_USE	4	/* addresses of one answer for a pool */

void	lookup_resolved(struct source_table *table,
	    const struct msg_resolved *resolved, const struct moment *now,
	    struct action_list *actions);

/* Asks where an address is needed, and lets go of members of pools that do
 * not answer or do not tell the truth. */
void	lookup_timer(struct source_table *table, const struct moment *now,
	    struct action_list *actions);
int64_t	lookup_next(const struct source_table *table);

/* The network may be back: whoever waits asks now. */
void	lookup_wake(struct source_table *table, const struct moment *now);

/* Sources that wait for their first answer of the resolver. */
size_t	lookup_pending(const struct source_table *table);

#endif
