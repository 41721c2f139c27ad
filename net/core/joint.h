/*
 * One filter over all sources that agree: [x, y, b_1 .. b_n]. Every sample
 * counts when it comes; the constant errors of the sources keep n alike from
 * pretending to be n times as right, and the output continuous when sources
 * come and go. Pure; part of net's core. All memory is the caller's.
 */
#ifndef NET_CORE_JOINT_H
#define NET_CORE_JOINT_H

#include <stdbool.h>
#include <stddef.h>

#include "net/core/bank.h"
#include "net/core/tracker.h"

struct joint_source {
	struct tracker	*tracker;
	double		distance;	/* root distance that it claims, s */
	double		former_bias;	/* on a path that was left */
	size_t		next;		/* work space: of a replay */
	bool		selected;
	bool		was;		/* work space: selected before */
	bool		drifting;	/* dropped for its frequency */
};

struct joint {
	struct bank	bank;
	double		time;		/* of the newest sample taken in */
	double		*biases;	/* variance, of each source */
	bool		begun;
	double		rate;		/* known from before, and its sd */
	double		rate_sd;
};

/* Doubles of memory for so many sources. */
size_t	joint_doubles(size_t sources);
/* Forgets everything; memory may be another, or the same. */
void	joint_place(struct joint *joint, size_t sources, double *memory);
/* Takes in the newest sample of a source, which its tracker has seen. */
void	joint_sample(struct joint *joint, struct joint_source *sources,
	    size_t source);
/* What the tracker of a source says about a change of its path. */
void	joint_reroute(struct joint *joint, struct joint_source *sources,
	    size_t source);
/* Begins again from what is stored of all that are selected. */
void	joint_replay(struct joint *joint, struct joint_source *sources);
/* See tracker_suspended. */
void	joint_suspended(struct joint *joint, double seconds);
/* False while there is nothing. */
bool	joint_output(const struct joint *joint, double time,
	    struct bank_output *output);

#endif
