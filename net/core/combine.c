/*
 * Combining. Pure; part of net's core.
 */
#include "net/core/combine.h"

#include <math.h>

#define SD_MIN	1e-9	/* s, and s/s: no estimate is better than this */

/*
 * A server is about as wrong as a third of what it admits. It says so itself,
 * so it may make itself heard less, never more: a liar with wide margins
 * passes the intersection, but then it must not count.
 */
#define CLAIM_SHARE	3

/* Weighted mean with its standard deviation, one value at a time. */
struct mean {
	double		w, wx, wxx;
	double		wwvv;		/* of the measured variances */
	size_t		n;
};

/* sd: of the value; extra: further doubt, which only lessens its weight. */
static void
mean_add(struct mean *mean, double value, double sd, double extra)
{
	double variance = sd * sd + SD_MIN * SD_MIN;
	double w = 1 / (variance + extra * extra);

	mean->w += w;
	mean->wx += w * value;
	mean->wxx += w * value * value;
	mean->wwvv += w * w * variance;
	mean->n++;
}

static double
mean_value(const struct mean *mean)
{
	return mean->wx / mean->w;
}

static double
mean_sd(const struct mean *mean)
{
	double variance = mean->wwvv / (mean->w * mean->w), chi2;

	if (mean->n < 2)
		return sqrt(variance);
	chi2 = (mean->wxx - mean->wx * mean->wx / mean->w) /
	    (double)(mean->n - 1);
	return sqrt(chi2 > 1 ? variance * chi2 : variance);
}

static const struct candidate *
preferred(const struct candidate *survivors, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if ((survivors[i].flags & SOURCE_PREFER) != 0)
			return &survivors[i];
	return NULL;
}

void
combine_survivors(const struct candidate *survivors, size_t count,
    struct combined *combined)
{
	const struct candidate *only = preferred(survivors, count);
	struct mean offset = { 0 };
	double origin;
	size_t i;

	if (only != NULL) {
		survivors = only;
		count = 1;
	}
	/* Relative to the first: the sums of squares stay exact. */
	origin = survivors[0].offset;
	for (i = 0; i < count; i++)
		mean_add(&offset, survivors[i].offset - origin,
		    survivors[i].offset_sd,
		    survivors[i].claimed / CLAIM_SHARE);
	combine_frequency(survivors, count, combined);
	combined->offset = origin + mean_value(&offset);
	combined->offset_sd = mean_sd(&offset);
}

void
combine_frequency(const struct candidate *candidates, size_t count,
    struct combined *combined)
{
	struct mean frequency = { 0 };
	size_t i;

	combined->offset = 0;
	combined->offset_sd = 0;
	for (i = 0; i < count; i++)
		mean_add(&frequency, candidates[i].frequency,
		    candidates[i].frequency_sd, 0);
	combined->frequency = mean_value(&frequency);
	combined->frequency_sd = mean_sd(&frequency);
}

size_t
combine_system_peer(const struct candidate *survivors, size_t count,
    unsigned int present_slot)
{
	const struct candidate *only = preferred(survivors, count);
	size_t i;

	if (only != NULL)
		return (size_t)(only - survivors);
	for (i = 0; i < count; i++)
		if (survivors[i].slot == present_slot &&
		    survivors[i].stratum <= survivors[0].stratum)
			return i;
	return 0;
}
