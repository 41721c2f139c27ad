/*
 * Which of the truechimers to use: the cluster algorithm of RFC 5905 section
 * 11.2.2. Pure; part of net's core.
 */
#ifndef NET_CORE_CLUSTER_H
#define NET_CORE_CLUSTER_H

#include "net/core/select.h"

/*
 * Sorts survivors by stratum and root distance (maxdist, in seconds, is what a
 * stratum weighs), then casts off the one that lies furthest from the others,
 * until minclock are left or it would not help. Cast off ones go to the end,
 * marked OUTLIER. SOURCE_PREFER and SOURCE_TRUE are never cast off. Returns
 * how many are left (0 only for count 0); *jitter is how far they lie apart.
 */
size_t	cluster_survivors(struct candidate *survivors, size_t count,
	    uint32_t minclock, double maxdist, double *jitter);

#endif
