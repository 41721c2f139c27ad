/*
 * Likelihood of a sample: soft boxes and their mixtures. Pure; part of net.
 * Trusts its callers for positive widths and variances; what is not finite
 * comes out as impossible.
 */
#include "net/core/likelihood.h"

#include <math.h>

#define SQRT_HALF	0.70710678118654752440
#define SQRT_TWO_PI	2.50662827463100050242
#define IMPOSSIBLE	1e-200
#define NARROW		0.02	/* half-width in sd: the box is as a Gaussian */
#define EDGE_WEIGHT	0.2	/* of each direction, if it is lopsided */

/* Sums of a mixture, while it is made. */
struct sums {
	double	value, slope, curve;
};

static double
density(double x)
{
	return exp(-x * x / 2) / SQRT_TWO_PI;
}

static double
upper_tail(double x)
{
	return erfc(x * SQRT_HALF) / 2;
}

static void
gaussian(double residual, double variance, struct likelihood *result)
{
	double sd = sqrt(variance);

	result->value = density(residual / sd) / sd;
	result->slope = residual / variance;
	result->curve = -1 / variance;
}

void
likelihood_box(double residual, double half, double variance,
    struct likelihood *result)
{
	double sd = sqrt(variance), a, e, share, pa, pe;

	if (half < NARROW * sd) {
		gaussian(residual, variance + half * half / 3, result);
		return;
	}
	a = (residual + half) / sd;
	e = (residual - half) / sd;
	/* The difference of the two smaller tails keeps its digits. */
	share = residual >= 0 ? upper_tail(e) - upper_tail(a) :
	    upper_tail(-a) - upper_tail(-e);
	result->value = result->slope = result->curve = 0;
	if (!(share >= IMPOSSIBLE))
		return;
	pa = density(a);
	pe = density(e);
	result->value = share / (2 * half);
	result->slope = -(pa - pe) / (sd * share);
	result->curve = (e * pe - a * pa) / (variance * share) -
	    result->slope * result->slope;
}

double
likelihood_level(size_t level)
{
	return level == 0 ? 0 : 1e-6 * (double)(1UL << 2 * (level - 1));
}

static void
add(struct sums *sums, double weight, const struct likelihood *part)
{
	double value = weight * part->value;

	sums->value += value;
	sums->slope += value * part->slope;
	sums->curve += value * (part->curve + part->slope * part->slope);
}

static void
add_shape(struct sums *sums, const struct likelihood_shape *shape,
    double residual, double variance, double weight)
{
	struct likelihood part;

	if (!shape->lopsided) {
		likelihood_box(residual, shape->half, variance, &part);
		add(sums, weight, &part);
		return;
	}
	likelihood_box(residual, shape->half, variance, &part);
	add(sums, weight * (1 - 2 * EDGE_WEIGHT), &part);
	likelihood_box(residual - shape->centre, shape->width, variance,
	    &part);
	add(sums, weight * EDGE_WEIGHT, &part);
	likelihood_box(residual + shape->centre, shape->width, variance,
	    &part);
	add(sums, weight * EDGE_WEIGHT, &part);
}

void
likelihood_mixture(const struct likelihood_shape *shape, double residual,
    double variance, const double weights[LIKELIHOOD_LEVELS],
    double parts[LIKELIHOOD_LEVELS], struct likelihood *result)
{
	struct sums sums = { 0 };
	double before, extra;
	size_t k;

	for (k = 0; k < LIKELIHOOD_LEVELS; k++) {
		before = sums.value;
		extra = likelihood_level(k);
		if (weights[k] > 0)
			add_shape(&sums, shape, residual, variance +
			    shape->base * shape->base + extra * extra,
			    weights[k]);
		if (parts != NULL)
			parts[k] = sums.value - before;
	}
	result->value = result->slope = result->curve = 0;
	if (!(sums.value > 0) || !isfinite(sums.value))
		return;
	result->value = sums.value;
	result->slope = sums.slope / sums.value;
	result->curve = sums.curve / sums.value -
	    result->slope * result->slope;
}
