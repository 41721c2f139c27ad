/*
 * --observe: a virtual clock that starts as the real one and obeys the same
 * calls; nothing is ever written. Linked by ntpd-observe, and in tests; never
 * by ntpd-clockctl.
 */
#ifndef CLOCKCTL_OBSERVE_H
#define CLOCKCTL_OBSERVE_H

#include "clockctl/kernel.h"

/* state: struct observe, zero at first. */
extern const struct clock_backend observe_backend;

struct observe {
	bool		running;
	int64_t		axis_ns;	/* of the last change of rate */
	int64_t		real_ns;	/* the virtual clock there */
	int64_t		frequency_ppt;
	int64_t		chunk_ns;	/* slewed in this second */
	int64_t		left_ns;	/* ADJ_OFFSET still to be slewed */
	int64_t		system_ns;	/* CLOCK_REALTIME less virtual */
	int64_t		system_ppt;
	struct timex	timex;		/* the rest, as written */
};

/* What a process with it may do: as kernel_profile, without the right. */
extern const struct sandbox_profile observe_profile;

#endif
