/*
 * How probable a measured offset is, and how it moves what was believed. Pure;
 * part of net's core.
 *
 * An exchange that took longer than the quickest possible one was delayed in
 * one direction or in both, so its offset is right to half of the excess,
 * whatever the queues do. That makes a box; uncertainty of the prediction and
 * noise that round trips do not show soften its edges.
 */
#ifndef NET_CORE_LIKELIHOOD_H
#define NET_CORE_LIKELIHOOD_H

#include <stdbool.h>
#include <stddef.h>

/* Noise of 0 to 65 ms beyond what the round trip explains, in steps of 4. */
#define LIKELIHOOD_LEVELS	10

/* Z, and the first two derivatives of log Z by the predicted mean. */
struct likelihood {
	double	value;		/* density, 1/s; 0: impossible */
	double	slope;
	double	curve;
};

/* What a sample says about itself. Seconds, > 0. */
struct likelihood_shape {
	double	half;		/* half-width of the box */
	double	base;		/* sd of its edges */
	bool	lopsided;	/* probably delayed in one direction only: */
	double	centre;		/* then it lies about +-centre, */
	double	width;		/* within +-width */
};

/* Of one box with soft edges: residual r, half-width h > 0, variance s2 > 0. */
void	likelihood_box(double residual, double half, double variance,
	    struct likelihood *result);
/* Extra noise of a level: sd in seconds. */
double	likelihood_level(size_t level);
/*
 * Mixture over the noise levels, with these weights (0: left out); variance is
 * that of the prediction. parts, if not NULL, gets what each level adds to
 * result->value.
 */
void	likelihood_mixture(const struct likelihood_shape *shape,
	    double residual, double variance,
	    const double weights[LIKELIHOOD_LEVELS],
	    double parts[LIKELIHOOD_LEVELS], struct likelihood *result);

#endif
