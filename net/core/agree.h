/*
 * Which sources tell the truth, judged by their own filters: the point that
 * most of their intervals cover, and then their frequencies. Pure; part of
 * net's core.
 */
#ifndef NET_CORE_AGREE_H
#define NET_CORE_AGREE_H

#include "net/core/joint.h"

/*
 * Sets selected of every source, at time. Needs a strict majority of those
 * that have answered. Returns how many are selected; 0: no majority.
 */
size_t	agree_select(struct joint_source *sources, size_t count, double time);
/*
 * Where there is no majority: the frequency that all sources together speak
 * for, by inverse variance. False: none has answered.
 */
bool	agree_rate(const struct joint_source *sources, size_t count,
	    double *rate, double *variance);

#endif
