/*
 * A kernel's clock in simulated time, for tests: the laws of clock_adjtime(2)
 * (Linux 6.1) that matter to us, surprises included: chunks at second
 * boundaries, silent clamps, what a step clears, UNSYNC when maxerror has
 * grown, the states of a leap second. Written from the behaviour noted in
 * the comments, not shared with observe.c. Pure; integers.
 */
#ifndef CLOCKCTL_SIMULATED_H
#define CLOCKCTL_SIMULATED_H

#include "clockctl/kernel.h"

struct simulated {
	int64_t		axis_ns;	/* now */
	int64_t		suspended_ns;
	__int128	real;		/* 2^-32 ns */
	int64_t		late_ns;	/* notices a second's begin so late */
	/* the kernel's variables */
	int64_t		frequency;	/* ns/s, 32 bits fraction */
	int64_t		offset;		/* ns, 32 bits fraction */
	int64_t		chunk;		/* of it, done in this second */
	int64_t		adjust_ns;	/* adjtime(3), still to go */
	int64_t		adjust_chunk_ns;
	long		tick_us;
	long		constant;
	int		status;
	int64_t		maxerror_us, esterror_us;
	int		state;		/* TIME_OK .. TIME_WAIT */
	int64_t		leap_s;		/* INT64_MAX: none */
	int		tai;
	int64_t		begun_s;	/* second that was noticed */
	bool		refuse;		/* every call: EPERM */
	/* for the judge */
	unsigned int	calls, refused;
	int64_t		worst_rate_ppt;	/* largest |frequency| + |slew| */
	void		(*spy)(void *context, const struct timex *call);
	void		*context;
};

extern const struct clock_backend simulated_backend;

void	simulated_init(struct simulated *simulated, int64_t axis_ns,
	    int64_t real_ns);
void	simulated_advance(struct simulated *simulated, int64_t axis_ns);
int64_t	simulated_real(const struct simulated *simulated);

/* clock_settime(2) by somebody else. */
void	simulated_set(struct simulated *simulated, int64_t real_ns);
/* The machine sleeps; its clock is error_ns wrong about it afterwards. */
void	simulated_suspend(struct simulated *simulated, int64_t for_ns,
	    int64_t error_ns);

#endif
