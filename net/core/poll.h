/*
 * The poll process of an association. RFC 5905 section 13. Pure; private to
 * net's core.
 */
#ifndef NET_CORE_POLL_H
#define NET_CORE_POLL_H

#include "net/core/association.h"

/* To the next regular poll, with its random part. */
int64_t	poll_interval(const struct association *association,
	    const struct moment *now);

/* Axis time, at random within so many ns from now. */
int64_t	poll_soon(const struct association *association,
	    const struct moment *now, int64_t within_ns);

/* Sends a request if one is due. Needs room for 3 actions. */
void	poll_timer(struct association *association, const struct moment *now,
	    struct action_list *actions);

/* The request never left, and costs nothing of the burst. */
void	poll_unsent(struct association *association,
	    const struct moment *now);

/* KoD RATE: at most four times slower, never beyond maxpoll, for a time. */
void	poll_slow_down(struct association *association,
	    const struct moment *now);

/*
 * The interval follows what the estimate loses in it. grown, twice: by how
 * much its error grows in this interval and in one of twice the length; noise:
 * the error of one sample (all in s). surprised: the last sample was not as
 * foretold. axis_ns: of the sample.
 */
struct poll_advice {
	double		grown;
	double		twice;
	double		noise;
	bool		surprised;
	int64_t		axis_ns;
};
void	poll_adapt(struct association *association,
	    const struct poll_advice *advice);

/* A good reply came: the burst goes on, begins or ends. */
void	poll_answered(struct association *association, bool was_unreachable,
	    const struct moment *now);

/* The network may be back: one that backed off is asked soon. */
void	poll_wake(struct association *association, const struct moment *now);

/* A burst, soon, and minpoll after it. */
void	poll_restart(struct association *association,
	    const struct moment *now);

#endif
