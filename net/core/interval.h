/*
 * How often a source is worth asking: until what the oscillator may have
 * wandered since equals what one sample can tell. Pure; part of net's core.
 */
#ifndef NET_CORE_INTERVAL_H
#define NET_CORE_INTERVAL_H

#include "net/core/tracker.h"

/*
 * Seconds, not rounded, from least to most (both > 0). After an outlier it is
 * least. age: for how long measuring has gone on, s. The caller adds up to 2 %
 * at random, and bursts.
 */
double	interval_best(const struct tracker *tracker, double age,
	    double least, double most);

#endif
