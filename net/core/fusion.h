/*
 * From samples of several sources to what the clock is told: selection on
 * their own filters, then one filter over those that agree. Pure; part of
 * net's core. Its memory is the caller's: a tracker and a joint_source for
 * every source, and joint_doubles() for them all.
 */
#ifndef NET_CORE_FUSION_H
#define NET_CORE_FUSION_H

#include <stdbool.h>
#include <stddef.h>

#include "net/core/agree.h"
#include "net/core/joint.h"

/* What a sample led to. */
enum fusion_result {
	FUSION_WAITING,		/* not enough sources have answered yet */
	FUSION_NO_MAJORITY,	/* leave the offset; agree_rate() has a rate */
	FUSION_SAME,		/* of a source that is not selected */
	FUSION_NEW		/* a new output */
};

struct fusion {
	struct joint_source *sources;
	size_t		count;
	struct joint	joint;
	bool		answered;	/* some source has */
	bool		started;
	bool		majority;
	bool		known;		/* there is an output */
	double		first;		/* time of the first sample of all */
	double		time;		/* that output is of */
	struct bank_output output;	/* axis minus true time */
};

/* count (> 0) sources, each with an initialised tracker, and zeroed else. */
void	fusion_init(struct fusion *fusion, struct joint_source *sources,
	    size_t count, double *memory);
/*
 * The sources are others now, some of them perhaps the same with their
 * trackers: what these know is kept. memory is for the new count, and may be
 * the same as before.
 */
void	fusion_change(struct fusion *fusion, struct joint_source *sources,
	    size_t count, double *memory);
/* Rate of the axis (axis minus true time) known from before. */
void	fusion_hint(struct fusion *fusion, double rate, double sd);
/* A sample of a source. sample->half is not read. */
enum fusion_result fusion_sample(struct fusion *fusion, size_t source,
	    const struct path_sample *sample);
/* See tracker_suspended. */
void	fusion_suspended(struct fusion *fusion, double seconds);
/* Propagated to time, uncertainty grown; false while there is none. */
bool	fusion_output(const struct fusion *fusion, double time,
	    struct bank_output *output);
/*
 * Honest bound of the error of the output at that time, in seconds: half of
 * the best path, since constant asymmetry cannot be seen, and three sigma of
 * all else, and the root distance of that server. What root dispersion and
 * maxerror are to say. False while there is none.
 */
bool	fusion_bound(const struct fusion *fusion, double time, double *bound);

#endif
