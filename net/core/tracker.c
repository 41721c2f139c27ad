/*
 * One source's estimator: what a sample does to it. Pure; part of net. Trusts
 * the sanity tests for finite samples, and no sample for more than its round
 * trip allows.
 */
#include "net/core/tracker.h"

#include <math.h>
#include <string.h>

#define EPSILON		0.02	/* noise above its level, once in 50 */
#define RATE_UNKNOWN	1e-4
#define RATE_KNOWN	1e-7
#define OUTLIERS_MAX	8
#define OK_SHARE	0.5

void
tracker_init(struct tracker *tracker)
{
	memset(tracker, 0, sizeof(*tracker));
	tracker->rate_sd = RATE_UNKNOWN;
	tracker_moved(tracker);
}

void
tracker_moved(struct tracker *tracker)
{
	bank_place(&tracker->bank, LIKELIHOOD_LEVELS, 1, tracker->memory);
}

void
tracker_hint(struct tracker *tracker, double rate, double sd)
{
	tracker->rate = rate;
	tracker->rate_sd = fmax(sd, RATE_KNOWN);
}

/* The marginal weights of the noise levels, for the joint filter. */
static void
weigh_levels(struct tracker *tracker, double epsilon)
{
	size_t k;

	for (k = 0; k < LIKELIHOOD_LEVELS; k++)
		tracker->levels[k] = bank_level_weight(&tracker->bank, k) *
		    (1 - epsilon) + epsilon / LIKELIHOOD_LEVELS;
}

static void
begin(struct tracker *tracker, const struct path_sample *sample)
{
	struct likelihood_shape shape;
	struct bank_start start = {
		.offset = sample->offset,
		.rate = tracker->rate,
		.rate_variance = tracker->rate_sd * tracker->rate_sd,
	};

	path_shape(&tracker->path, sample->half, &shape);
	start.variance = shape.half * shape.half + shape.base * shape.base;
	bank_start(&tracker->bank, &start, &tracker->bias);
	weigh_levels(tracker, 0);
}

/* A filter of this level has its noise, and rarely one above. */
static void
level_weights(size_t level, double weights[LIKELIHOOD_LEVELS])
{
	size_t k, above = LIKELIHOOD_LEVELS - 1 - level;

	for (k = 0; k < LIKELIHOOD_LEVELS; k++)
		weights[k] = k < level ? 0 : k == level ? 1 - EPSILON :
		    EPSILON / (double)above;
	if (above == 0)
		weights[level] = 1;
}

/* Value of a sample for a model, of which its usual noise makes *usual. */
static double
try_model(struct bank *bank, size_t model, const struct path_sample *sample,
    const struct likelihood_shape *shape, double *usual)
{
	double weights[LIKELIHOOD_LEVELS], parts[LIKELIHOOD_LEVELS];
	double variance, predicted;
	struct likelihood likelihood;
	size_t k, level = model % LIKELIHOOD_LEVELS;

	level_weights(level, weights);
	predicted = bank_predict(bank, model, 0, &variance);
	likelihood_mixture(shape, sample->offset - predicted, variance,
	    weights, parts, &likelihood);
	bank_correct(bank, model, 0, &likelihood);
	*usual = 0;
	for (k = level; k <= level + 1 && k < LIKELIHOOD_LEVELS; k++)
		*usual += parts[k];
	return likelihood.value;
}

/* False: an outlier. */
static bool
update(struct tracker *tracker, const struct path_sample *sample)
{
	struct bank *bank = &tracker->bank;
	double values[BANK_MODELS], usual, all = 0, ok = 0;
	struct likelihood_shape shape;
	size_t j;

	bank_advance(bank, sample->time - tracker->time, &tracker->bias);
	path_shape(&tracker->path, sample->half, &shape);
	for (j = 0; j < bank->models; j++) {
		values[j] = try_model(bank, j, sample, &shape, &usual);
		all += bank->weights[j] * values[j];
		ok += bank->weights[j] * usual;
	}
	if (!bank_weigh(bank, values)) {
		bank_summarise(bank);
		return false;
	}
	bank_summarise(bank);
	weigh_levels(tracker, EPSILON);
	return ok >= OK_SHARE * all;
}

/* How far two offsets may be apart that are of one clock. */
static double
tolerance(const struct path *path, double half, double elapsed)
{
	return 4 * (half + path->gap + 3 * path->noise) +
	    1e-6 * fabs(elapsed);
}

static bool
suspects_agree(const struct tracker *tracker)
{
	const struct path_sample *last =
	    &tracker->suspects[TRACKER_SUSPECTS - 1], *other;
	double elapsed, rate = bank_mean(&tracker->bank, 1);
	size_t i;

	for (i = 0; i + 1 < TRACKER_SUSPECTS; i++) {
		other = &tracker->suspects[i];
		elapsed = last->time - other->time;
		if (fabs(last->offset - other->offset - rate * elapsed) >
		    tolerance(&tracker->path, other->half, elapsed))
			return false;
	}
	return true;
}

static void
believe(struct tracker *tracker, const struct path_sample *sample,
    bool same_rate)
{
	double room = tolerance(&tracker->path, sample->half, 0);

	bank_reset(&tracker->bank, 0, sample->offset,
	    sample->half * sample->half +
	    tracker->path.gap * tracker->path.gap + room * room / 9);
	if (same_rate)
		bank_loosen(&tracker->bank, 1, RATE_KNOWN * RATE_KNOWN);
	else
		bank_reset(&tracker->bank, 1, 0, RATE_UNKNOWN * RATE_UNKNOWN);
	tracker->outliers = 0;
	path_forget(&tracker->path, same_rate ? TRACKER_SUSPECTS : 1);
}

static enum tracker_event
suspect(struct tracker *tracker, const struct path_sample *sample)
{
	bool agree;

	memmove(tracker->suspects, tracker->suspects + 1,
	    sizeof(tracker->suspects) - sizeof(tracker->suspects[0]));
	tracker->suspects[TRACKER_SUSPECTS - 1] = *sample;
	tracker->outliers++;
	agree = tracker->outliers >= TRACKER_SUSPECTS &&
	    suspects_agree(tracker);
	if (!agree && tracker->outliers < OUTLIERS_MAX)
		return TRACKER_OUTLIER;
	believe(tracker, sample, tracker->outliers < OUTLIERS_MAX);
	return TRACKER_RESTARTED;
}

/* The filter began to calculate nonsense: again, from what is stored. */
void
tracker_rebuild(struct tracker *tracker)
{
	const struct path *path = &tracker->path;
	const struct path_sample *sample = path_tail(path, path->comparable);
	size_t i;

	begin(tracker, sample);
	tracker->time = sample->time;
	for (i = 1; i < path->comparable; i++) {
		update(tracker, sample + i);
		tracker->time = sample[i].time;
	}
	if (!bank_sane(&tracker->bank))
		begin(tracker, path_newest(&tracker->path));
}

void
tracker_refine(struct tracker *tracker)
{
	struct path *path = &tracker->path;
	size_t i;

	for (i = 0; i < path->count; i++)
		path->samples[i].half = path_half(path,
		    fmax(path->samples[i].delay, path->floor));
	tracker_rebuild(tracker);
}

static void
change_route(struct tracker *tracker)
{
	struct path *path = &tracker->path;

	path_begin(path, tracker->change.samples);
	route_judge(&tracker->change, path, &tracker->bank, tracker->time,
	    &tracker->former, &tracker->verdict);
	if (tracker->verdict.offset > 0 || tracker->verdict.bias > 0)
		path_forget(path, tracker->change.samples);
	if (!tracker->lone)
		route_among(&tracker->change, &tracker->verdict);
	route_apply(&tracker->verdict, &tracker->bank, 0,
	    tracker->former.bias);
	if (!tracker->change.longer)
		return;
	tracker->former.valid = true;
	tracker->former.floor = tracker->change.floor;
	tracker->former.tolerance = tracker->change.tolerance;
	tracker->former.bias = bank_mean(&tracker->bank, 2);
}

/* Adds the sample to the path, which may be another one by it. */
static void
follow_path(struct tracker *tracker, const struct path_sample *sample)
{
	struct path *path = &tracker->path;
	bool changed;

	changed = route_shorter(path, sample->delay, &tracker->change);
	path_add(path, sample);
	if (changed || route_longer(path, &tracker->change))
		change_route(tracker);
	else
		tracker->change.shift = 0;
	path_newest(path)->half = path_half(path, sample->delay);
	tracker->bias = path_asymmetry(path);
}

enum tracker_event
tracker_sample(struct tracker *tracker, const struct path_sample *sample)
{
	const struct path_sample *newest;
	enum tracker_event event = TRACKER_USED;

	if (!isfinite(sample->time) || !isfinite(sample->offset) ||
	    !isfinite(sample->delay) || (tracker->path.total > 0 &&
	    sample->time < tracker->time))
		return TRACKER_REFUSED;
	follow_path(tracker, sample);
	newest = path_newest(&tracker->path);
	if (tracker->path.total == 1) {
		tracker->began = newest->time;
		begin(tracker, newest);
	} else if (update(tracker, newest))
		tracker->outliers = 0;
	else
		event = suspect(tracker, newest);
	tracker->time = newest->time;
	if (!bank_sane(&tracker->bank))
		tracker_rebuild(tracker);
	return event;
}

void
tracker_suspended(struct tracker *tracker, double seconds)
{
	if (tracker->path.total == 0)
		return;
	bank_suspended(&tracker->bank, seconds);
	path_forget(&tracker->path, 1);
}

bool
tracker_output(const struct tracker *tracker, double time,
    struct bank_output *output)
{
	if (tracker->path.total == 0)
		return false;
	bank_output(&tracker->bank, time - tracker->time, output);
	return true;
}

double
tracker_noise(const struct tracker *tracker)
{
	double sum = 0;
	size_t k;

	for (k = 0; k + 1 < LIKELIHOOD_LEVELS; k++) {
		sum += tracker->levels[k];
		if (sum >= 0.5)
			break;
	}
	return likelihood_level(k);
}
