/*
 * The seam between measuring and deciding: samples in, an estimate out. One
 * estimator per association. Pure. What stands behind it may change (now it is
 * tracker.h, a Bayesian bank); the interface stays.
 *
 * Absolute values are relative to an epoch that the caller keeps as integers:
 * time 0 and offset 0 of the doubles are those of the daemon's start.
 */
#ifndef NET_CORE_ESTIMATOR_H
#define NET_CORE_ESTIMATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/core/tracker.h"

/* One exchange that passed every test (RFC 5905 section 8). Seconds. */
struct estimator_sample {
	double		time;		/* (T1 + T4) / 2 on the axis */
	double		offset;		/* ((T2 - T1) + (T3 - T4)) / 2 */
	double		delay;		/* (T4 - T1) - (T3 - T2), >= 0 */
	double		dispersion;	/* precisions, stamp errors: >= 0 */
};

/* Valid at .time; offset(t) = offset + frequency * (t - time). */
struct estimate {
	double		time;
	double		offset;		/* true time minus the axis */
	double		offset_sd;
	double		frequency;	/* d offset / d axis */
	double		frequency_sd;
	double		delay;		/* of the path: smallest seen */
	double		jitter;		/* of the samples */
};

#define ESTIMATOR_SUSPECTS	3

/*
 * Here only so that it can be part of an association; private to the .c, but
 * for total and fit. It must stay where it was initialised.
 */
struct estimator {
	struct tracker	tracker;
	uint32_t	total;		/* samples since the last restart */
	struct estimator_sample suspects[ESTIMATOR_SUSPECTS];
	uint32_t	nsuspects;	/* outliers in a row */
	double		hint;		/* frequency known from before */
	double		hint_sd;
	struct estimate	fit;		/* as of the newest sample */
};

void	estimator_init(struct estimator *estimator);
/* A frequency known from before (drift file, other sources) and its sd. */
void	estimator_hint(struct estimator *estimator, double frequency,
	    double sd);
/* The axis stood still or lied (suspend): samples are void, and the frequency
 * is only what it was, give or take 0.1 ppm. */
void	estimator_restart(struct estimator *estimator);
void	estimator_sample(struct estimator *estimator,
	    const struct estimator_sample *sample);
/* False while there is none. Propagated to time, uncertainty grown. */
bool	estimator_estimate(const struct estimator *estimator, double time,
	    struct estimate *estimate);

#endif
