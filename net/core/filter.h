/*
 * The filter behind the estimator: a bank of Kalman filters over the samples
 * that are kept, one for each guess at how much the oscillator wanders and how
 * noisy the server is beyond what the delays show. What they say is weighed by
 * how well each foretold the samples. Pure; private to net's core.
 */
#ifndef NET_CORE_FILTER_H
#define NET_CORE_FILTER_H

#include <stddef.h>

/* Seconds; variance is that of the error of offset. */
struct filter_input {
	double		time;
	double		offset;
	double		variance;
};

/* What is known of the frequency at the first input. */
struct filter_prior {
	double		frequency;
	double		sd;
	double		weight;		/* probability that it is true */
};

/* State at the last input; also the covariance matrix of it. */
struct filter_state {
	double		offset;
	double		frequency;
	double		oo, of, ff;
	double		wander;		/* random walk of the frequency, per
					 * sqrt(s) */
	double		noise;		/* of the server, beyond variance */
};

/*
 * inputs are in order of time, at least one. Their offsets should be small
 * (relative to one of them). At least one prior.
 */
void	filter_run(const struct filter_input *inputs, size_t count,
	    const struct filter_prior *priors, size_t npriors,
	    struct filter_state *state);

/* A state moves on by so many seconds (>= 0, or < 0 without wander). */
void	filter_advance(struct filter_state *state, double seconds);

#endif
