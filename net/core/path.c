/*
 * Statistics of round trips. Pure; part of net. Trusts the sanity tests for
 * finite round trips.
 */
#include "net/core/path.h"

#include <math.h>
#include <string.h>

#define STAMP_ERROR	1e-7
#define HALF_MIN	1e-9
#define SETTLED		8	/* samples until a path has a median */
#define BIAS_SHARE	0.03	/* of the delay: 0.3 ms at 10 ms one-way, */
#define BIAS_DELAY	0.010	/* and else as its root */
#define BIAS_MIN	1e-16

struct path_sample *
path_newest(struct path *path)
{
	return &path->samples[path->count - 1];
}

const struct path_sample *
path_tail(const struct path *path, size_t count)
{
	return path->samples + path->count - count;
}

double
path_median(double *values, size_t count)
{
	double value;
	size_t i, j;

	for (i = 1; i < count; i++) {
		value = values[i];
		for (j = i; j > 0 && values[j - 1] > value; j--)
			values[j] = values[j - 1];
		values[j] = value;
	}
	return values[count / 2];
}

static void
measure(struct path *path)
{
	const struct path_sample *samples;
	double excess[PATH_SAMPLES];
	size_t i, n = path->present;

	samples = path_tail(path, n);
	path->floor = samples[0].delay;
	for (i = 1; i < n; i++)
		path->floor = fmin(path->floor, samples[i].delay);
	for (i = 0; i < n; i++)
		excess[i] = samples[i].delay - path->floor;
	path->median = path_median(excess, n);
	if (n < SETTLED)
		path->median = fmax(path->median, path->usual);
	/* The second term is for the first samples, which know no better. */
	path->gap = path->median / sqrt((double)n) +
	    0.2 * path->floor / ((double)path->total * path->total);
	path->noise = (path->median + path->gap) / (2 * sqrt(3)) + STAMP_ERROR;
}

void
path_add(struct path *path, const struct path_sample *sample)
{
	if (path->count == PATH_SAMPLES) {
		path->count--;
		memmove(path->samples, path->samples + 1,
		    path->count * sizeof(path->samples[0]));
	}
	path->samples[path->count++] = *sample;
	if (path->present < PATH_SAMPLES)
		path->present++;
	if (path->comparable < PATH_SAMPLES)
		path->comparable++;
	if (path->total < UINT16_MAX)
		path->total++;
	measure(path);
}

void
path_begin(struct path *path, size_t count)
{
	path->usual = path->median;
	path->present = count;
	measure(path);
}

void
path_forget(struct path *path, size_t count)
{
	if (path->comparable > count)
		path->comparable = count;
}

double
path_half(const struct path *path, double delay)
{
	return (delay - path->floor + path->gap) / 2 + HALF_MIN;
}

void
path_shape(const struct path *path, double half,
    struct likelihood_shape *shape)
{
	shape->half = half;
	shape->base = hypot(STAMP_ERROR, 0.25 * path->gap);
	shape->lopsided = path->total >= SETTLED &&
	    half > 4 * (path->median + path->gap);
	shape->centre = half - path->median / 2;
	shape->width = path->median / 2 + path->gap;
}

double
path_asymmetry(const struct path *path)
{
	double sd = fmin(BIAS_SHARE * sqrt(path->floor / 2 * BIAS_DELAY),
	    path->floor / 4);

	return sd * sd + BIAS_MIN;
}
