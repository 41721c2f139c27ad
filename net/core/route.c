/*
 * Changes of path: seen by the round trips, judged by the offsets. Pure; part
 * of net. Trusts no single long round trip, but one that is too short: it
 * cannot have been quicker than possible.
 */
#include "net/core/route.h"

#include <math.h>

#define LONGER_SAMPLES	8
#define LONGER_SPAN	3600.0	/* s: shorter ones may be a queue */
#define SHORTER_TOTAL	16	/* samples, until a floor is known */
#define CLEARLY		4
#define SIGMAS		3
#define SYMMETRIC	8	/* bias at most such a part of the shift */
#define PIN_SD		1e-6
#define PIN_SHARE	60	/* of the shift, among several sources */

bool
route_shorter(const struct path *path, double delay,
    struct route_change *change)
{
	if (path->total < SHORTER_TOTAL || !(delay < path->floor -
	    CLEARLY * (path->median + path->gap)))
		return false;
	change->longer = false;
	change->shift = path->floor - delay;
	change->samples = 1;
	change->floor = path->floor;
	change->tolerance = path->median + 2 * path->gap;
	return true;
}

/* Sorted, above the least, which is returned. count > 0. */
static double
sorted_excess(const struct path_sample *samples, size_t count,
    double excess[PATH_SAMPLES])
{
	double least;
	size_t i;

	for (i = 0; i < count; i++)
		excess[i] = samples[i].delay;
	path_median(excess, count);
	least = excess[0];
	for (i = 0; i < count; i++)
		excess[i] -= least;
	return least;
}

bool
route_longer(const struct path *path, struct route_change *change)
{
	const struct path_sample *samples;
	double excess[PATH_SAMPLES], least, own, median, q90, rise;
	size_t n = path->present, old;

	if (n < 2 * LONGER_SAMPLES)
		return false;
	old = n - LONGER_SAMPLES;
	samples = path_tail(path, n);
	if (samples[n - 1].time - samples[old].time <= LONGER_SPAN)
		return false;
	least = sorted_excess(samples + old, LONGER_SAMPLES, excess);
	own = excess[LONGER_SAMPLES / 2];
	change->floor = sorted_excess(samples, old, excess);
	median = excess[old / 2];
	q90 = excess[old * 9 / 10];
	rise = least - change->floor;
	if (!(rise > CLEARLY * median && rise > 1.5 * q90 && rise > own &&
	    rise > 2 * path->gap))
		return false;
	change->longer = true;
	change->shift = rise;
	change->samples = LONGER_SAMPLES;
	change->tolerance = median + 2 * path->gap;
	return true;
}

/* Mean of what the samples of the new path are off by, and its variance. */
static double
residual(const struct path *path, size_t count, const struct bank *bank,
    double then, double *variance)
{
	const struct path_sample *samples = path_tail(path, count);
	struct bank_output output;
	double half, weight, total = 0, sum = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		half = path_half(path, samples[i].delay);
		weight = 3 / (half * half);
		total += weight;
		sum += weight * (samples[i].offset - bank_mean(bank, 0) -
		    bank_mean(bank, 1) * (samples[i].time - then) -
		    bank_mean(bank, 2));
	}
	bank_output(bank, fmax(samples[count - 1].time - then, 0), &output);
	*variance = 1 / total + fmax(output.xx +
	    2 * bank_covariance(bank, 2, 0) + bank_covariance(bank, 2, 2), 0);
	return sum / total;
}

void
route_judge(const struct route_change *change, const struct path *path,
    const struct bank *bank, double then, const struct route_memory *memory,
    struct route_verdict *verdict)
{
	double variance, jump = change->shift * change->shift / 12, off;
	bool symmetric;

	*verdict = (struct route_verdict){ 0 };
	off = fabs(residual(path, change->samples, bank, then, &variance));
	symmetric = off < SIGMAS * sqrt(variance) &&
	    off < change->shift / SYMMETRIC;
	if (!change->longer && memory->valid &&
	    fabs(path->floor - memory->floor) <
	    fmax(memory->tolerance, change->shift / 4)) {
		verdict->bias = jump;
		verdict->returned = true;
		verdict->certainty = PIN_SD * PIN_SD;
	} else if (!symmetric) {
		verdict->bias = change->longer ? jump : 0;
		/* The path before was the one with the queue. */
		verdict->offset = change->longer ? 0 : jump;
	}
}

void
route_among(const struct route_change *change, struct route_verdict *verdict)
{
	verdict->bias += verdict->offset;
	verdict->offset = 0;
	verdict->certainty = change->shift * change->shift /
	    (PIN_SHARE * PIN_SHARE);
}

void
route_apply(const struct route_verdict *verdict, struct bank *bank,
    size_t source, double remembered)
{
	bank_loosen(bank, 0, verdict->offset);
	bank_loosen(bank, 2 + source, verdict->bias);
	if (verdict->returned)
		bank_pin(bank, 2 + source, remembered, verdict->certainty);
}
