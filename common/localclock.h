/*
 * Reads the clocks: CLOCK_REALTIME against the local axis (ntp_time.h).
 * I/O; used by net and clockctl.
 */
#ifndef COMMON_LOCALCLOCK_H
#define COMMON_LOCALCLOCK_H

#include <stdint.h>

/* One reading: real and axis at the same moment, as good as can be had. */
struct clock_pair {
	int64_t		real_ns;	/* CLOCK_REALTIME, since 1970 */
	int64_t		axis_ns;	/* CLOCK_MONOTONIC_RAW + suspended */
	int64_t		suspended_ns;	/* CLOCK_BOOTTIME - CLOCK_MONOTONIC */
	int64_t		width_ns;	/* of the best RAW, REAL, RAW triple:
					 * the pair is right to half of it */
};

/* Best of 5 triples (0.4 us). Cannot fail on Linux; aborts if it does. */
void	localclock_pair(struct clock_pair *pair);

/* The axis alone. */
int64_t	localclock_axis(void);

#endif
