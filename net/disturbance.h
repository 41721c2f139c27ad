/*
 * Notices that the machine slept, or that somebody else set the clock.
 *
 * Two witnesses of a set: the line of CLOCK_REALTIME over the local axis jumps
 * further than a slew can move it, and a timerfd of CLOCK_REALTIME is cancelled
 * (that one sees the smallest set, too). clockctl's own steps look the same,
 * so a suspicion waits a moment for the APPLIED that explains it.
 */
#ifndef NET_DISTURBANCE_H
#define NET_DISTURBANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/localclock.h"

/* An APPLIED of a step is on its way for less than this. */
#define DISTURBANCE_WAIT_NS	INT64_C(200000000)

enum disturbance_kind {
	DISTURBANCE_NONE,
	DISTURBANCE_SUSPENDED,	/* value: for how long, ns */
	DISTURBANCE_SET		/* value: by how much, ns, about */
};

struct disturbance {
	int		fd;		/* the timerfd, to be watched */
	bool		cancelled;	/* it was; not looked at yet */
	int64_t		until_ns;	/* suspicion: wait until; 0 none */
	int64_t		moved_ns;	/* by so much */
	struct clock_pair last;
};

/* False with errno if there is no timerfd to be had. */
bool	disturbance_open(struct disturbance *disturbance);

/* The timerfd is readable: takes its event and arms it again. */
void	disturbance_take(struct disturbance *disturbance);

/* Once a turn with its reading of the clocks. Pure. */
enum disturbance_kind disturbance_check(struct disturbance *disturbance,
	    const struct clock_pair *now, int64_t *value_ns);

/* clockctl says that it stepped the clock: whatever was seen was that. */
void	disturbance_explained(struct disturbance *disturbance);

/* When disturbance_check wants to be called again; INT64_MAX: no matter. */
int64_t	disturbance_next(const struct disturbance *disturbance);

#endif
