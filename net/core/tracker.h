/*
 * The estimator of one source: its path, and its own bank of filters over
 * offset, frequency and constant error. Pure; part of net's core. About 10 KiB
 * each, the caller's.
 */
#ifndef NET_CORE_TRACKER_H
#define NET_CORE_TRACKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/core/bank.h"
#include "net/core/path.h"
#include "net/core/route.h"

#define TRACKER_DOUBLES	(BANK_MODELS + (BANK_MODELS + 1) * 9 + 3)
#define TRACKER_SUSPECTS	3

/* What a sample did to a tracker. */
enum tracker_event {
	TRACKER_USED,
	TRACKER_OUTLIER,	/* hardly possible; taken in for what it is */
	TRACKER_RESTARTED,	/* outliers that agree: offset begins anew */
	TRACKER_REFUSED		/* not finite, or older than the last one */
};

struct tracker {
	struct path	path;
	struct bank	bank;
	double		memory[TRACKER_DOUBLES];
	struct route_memory former;
	double		levels[LIKELIHOOD_LEVELS]; /* their marginal weights */
	double		bias;		/* variance of the constant error */
	double		began;		/* time of the first sample */
	double		time;		/* of the newest */
	double		rate;		/* known from before, and its sd */
	double		rate_sd;
	uint32_t	outliers;	/* in a row */
	struct path_sample suspects[TRACKER_SUSPECTS];
	bool		lone;		/* the only source there is */
	struct route_change change;	/* by the newest sample; shift 0: */
	struct route_verdict verdict;	/* none. What it was taken for */
};

void	tracker_init(struct tracker *tracker);
/* Rate of the axis (axis minus true time) known from before. */
void	tracker_hint(struct tracker *tracker, double rate, double sd);
/* sample->half is not read. */
enum tracker_event tracker_sample(struct tracker *tracker,
	    const struct path_sample *sample);
/* The axis stood still for so many seconds, or somebody says it did: what is
 * known of the offset is worth little, the frequency is what it was. */
void	tracker_suspended(struct tracker *tracker, double seconds);
/* Everything again, from what is stored; after a changed hint. At least one
 * sample is. */
void	tracker_rebuild(struct tracker *tracker);
/* The same, with the boxes that the path has by now: while it is new. */
void	tracker_refine(struct tracker *tracker);
/* Median of the noise that round trips do not show, s. */
double	tracker_noise(const struct tracker *tracker);
/* After a tracker was copied to another place in memory. */
void	tracker_moved(struct tracker *tracker);
/* False while there is none. */
bool	tracker_output(const struct tracker *tracker, double time,
	    struct bank_output *output);
#endif
