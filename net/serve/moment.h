/*
 * The clocks as one batch of answers needs them, and whether CLOCK_REALTIME
 * was set since the batch before. Reads clocks; used by the worker of serve.
 */
#ifndef NET_SERVE_MOMENT_H
#define NET_SERVE_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

struct moment {
	int64_t		real_ns;	/* CLOCK_REALTIME */
	int64_t		mono_ns;	/* CLOCK_MONOTONIC, at the same time */
	int64_t		width_ns;	/* of MONOTONIC, REALTIME, MONOTONIC */
};

/*
 * Follows CLOCK_REALTIME - CLOCK_MONOTONIC: the kernel slews both alike, so it
 * changes by steps only (and by the time slept in a suspend).
 */
struct moment_track {
	int64_t		real_mono_ns;	/* as it was last */
	int64_t		step_ns;	/* size of the last step; 0 none */
	int64_t		watch_mono_ns;	/* until then packets of before the
					 * step may still come */
};

void	moment_take(struct moment *moment);

/* Before the first answer. Pure. */
void	moment_begin(struct moment_track *track, const struct moment *now);

/* With each batch. True if there was a step since the last call. Pure. */
bool	moment_follow(struct moment_track *track, const struct moment *now);

/*
 * False for a packet whose receive time (CLOCK_REALTIME) may be of before a
 * step: later than now, or so old that the step may lie between. Pure.
 */
bool	moment_trusts(const struct moment_track *track,
	    const struct moment *now, int64_t receive_ns);

/* How finely CLOCK_REALTIME can be read, log2 s: RFC 5905 section 7.3. */
int	moment_precision(void);

#endif
