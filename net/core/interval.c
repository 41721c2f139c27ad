/*
 * The best poll interval of a source. Pure; part of net. Trusts nothing but
 * its own estimator.
 */
#include "net/core/interval.h"

#include <math.h>

#define WORTH		0.45	/* growth in errors of a sample */
#define STEPS		30
#define WALK_MOST	200.0	/* s: longer only if white noise allows it */
#define AGE_SHARE	7.5
#define NOISE_LEAST	0.25

/*
 * What the models, from the first to before end, think that the clock wanders
 * in so many seconds, in the geometric mean: in an arithmetic one a thousandth
 * of weight on the wildest would rule. Seconds.
 */
static double
growth(const double *weights, size_t end, double t)
{
	double sum = 0, total = 0, q, s;
	size_t w;

	for (w = 0; w < end; w++) {
		q = bank_wanders[w].walk;
		s = bank_wanders[w].white;
		sum += weights[w] * log(q * q * t * t * t / 3 + s * s * t);
		total += weights[w];
	}
	return exp(sum / total / 2);
}

/* The longest that keeps growth within limit; bisected in its logarithm. */
static double
longest(const double *weights, size_t end, double limit, double least,
    double most)
{
	double low = log(least), high = log(most), middle;
	int i;

	for (i = 0; i < STEPS; i++) {
		middle = (low + high) / 2;
		if (growth(weights, end, exp(middle)) <= limit)
			low = middle;
		else
			high = middle;
	}
	return exp(low);
}

/* Where the server is noisier than its round trips show, more samples pay. */
static double
noise_factor(const struct tracker *tracker)
{
	double noise = tracker_noise(tracker);

	if (noise <= tracker->path.noise)
		return 1;
	return fmax(pow(tracker->path.noise / noise, 0.25), NOISE_LEAST);
}

double
interval_best(const struct tracker *tracker, double age, double least,
    double most)
{
	double limit = WORTH * tracker->path.noise;
	double weights[BANK_WANDERS], walk, all, best;
	size_t w;

	if (tracker->path.total == 0 || tracker->outliers > 0)
		return least;
	for (w = 0; w < BANK_WANDERS; w++)
		weights[w] = bank_wander_weight(&tracker->bank, w);
	walk = longest(weights, BANK_WALKS, limit, least, most);
	all = longest(weights, BANK_WANDERS, limit, least, most);
	best = fmax(all, fmin(walk, WALK_MOST)) * noise_factor(tracker);
	best = fmin(best, age / AGE_SHARE);
	return fmin(fmax(best, least), most);
}
