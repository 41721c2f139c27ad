/*
 * Samples of one association in, offset and frequency of the local axis out.
 * Pure; part of net. Trusts the sanity tests for finite, plausible samples,
 * and no single sample for more than its delay allows.
 *
 * A packet never travels faster than the path allows. What a round trip took
 * above the least one seen was queueing, in one direction or in both: the
 * error of the offset lies within half of it, either way. That half-width is
 * the weight of a sample. How fast old ones lose theirs depends on how much
 * the oscillator wanders, which the filter finds out by itself.
 */
#include "net/core/estimator.h"

#include <math.h>
#include <string.h>

/* Nothing known of the frequency: most oscillators are within twice this. */
#define UNKNOWN_SD	1.5e-4
/* How probable it is that a hint is of another machine. So little that as long
 * as nothing is measured it counts for nothing, and 5 sigma reverse it. */
#define HINT_WRONG	1e-6
#define RESTART_SD	1e-7
#define SAMPLE_SD_MIN	1e-7	/* what kernel time stamps are good for */
#define SETTLED		8	/* samples until one can be an outlier */
#define SLOPE_MAX	1e-3
#define OUTLIERS_MAX	8	/* so many in a row: start again anyhow */

void
estimator_init(struct estimator *estimator)
{
	memset(estimator, 0, sizeof(*estimator));
	estimator->hint_sd = UNKNOWN_SD;
}

void
estimator_hint(struct estimator *estimator, double frequency, double sd)
{
	estimator->hint = frequency;
	estimator->hint_sd = sd > RESTART_SD ? sd : RESTART_SD;
}

void
estimator_restart(struct estimator *estimator)
{
	double frequency = estimator->hint, sd = estimator->hint_sd;

	if (estimator->count > 0) {
		frequency = estimator->fit.frequency;
		sd = estimator->fit.frequency_sd + RESTART_SD;
	}
	estimator_init(estimator);
	estimator_hint(estimator, frequency, sd);
}

/* Least and median delay over the ring, and how far least is from true. */
static void
path_statistics(struct estimator *estimator)
{
	double sorted[ESTIMATOR_SAMPLES] = { 0 }, delay;
	size_t i, j;

	for (i = 0; i < estimator->count; i++) {
		delay = estimator->ring[i].delay;
		for (j = i; j > 0 && sorted[j - 1] > delay; j--)
			sorted[j] = sorted[j - 1];
		sorted[j] = delay;
	}
	estimator->fit.delay = sorted[0];
	estimator->typical = sorted[estimator->count / 2] - sorted[0];
	/* The second term is for the first samples, which know no better. */
	estimator->gap = estimator->typical / sqrt((double)estimator->count) +
	    0.2 * sorted[0] / ((double)estimator->total * estimator->total);
}

/* Half of the interval in which the error of the sample must lie. */
static double
half_width(const struct estimator *estimator,
    const struct estimator_sample *sample)
{
	double excess = sample->delay - estimator->fit.delay;

	return ((excess > 0 ? excess : 0) + estimator->gap) / 2;
}

static double
sample_variance(const struct estimator *estimator,
    const struct estimator_sample *sample)
{
	double half = half_width(estimator, sample);

	/* Uniform within the interval: a third of its square. */
	return half * half / 3 + sample->dispersion * sample->dispersion +
	    SAMPLE_SD_MIN * SAMPLE_SD_MIN;
}

/*
 * Constant asymmetry of the path cannot be seen. It is rarely more than a few
 * per cent of the delay, and grows slower than the distance: 0.3 ms at 20 ms.
 */
static double
asymmetry_sd(double delay)
{
	double sd = 0.03 * sqrt(delay / 2 * 0.010);

	return sd < delay / 4 ? sd : delay / 4;
}

/* Two guesses where there is a hint: that it is right, and that it is not. */
static size_t
fill_priors(const struct estimator *estimator, struct filter_prior priors[2])
{
	const struct filter_prior unknown = { 0, UNKNOWN_SD, HINT_WRONG };

	/* Once the ring is full the first sample is no longer the first. */
	if (estimator->hint_sd >= UNKNOWN_SD ||
	    estimator->total > ESTIMATOR_SAMPLES) {
		priors[0] = unknown;
		return 1;
	}
	priors[0].frequency = estimator->hint;
	priors[0].sd = estimator->hint_sd;
	priors[0].weight = 1 - HINT_WRONG;
	priors[1] = unknown;
	return 2;
}

static void
run_filter(struct estimator *estimator)
{
	struct filter_input inputs[ESTIMATOR_SAMPLES];
	struct filter_prior priors[2];
	const struct estimator_sample *sample;
	size_t i, npriors;

	estimator->origin = estimator->ring[estimator->count - 1].offset;
	for (i = 0; i < estimator->count; i++) {
		sample = &estimator->ring[i];
		inputs[i].time = sample->time;
		inputs[i].offset = sample->offset - estimator->origin;
		inputs[i].variance = sample_variance(estimator, sample);
	}
	npriors = fill_priors(estimator, priors);
	filter_run(inputs, estimator->count, priors, npriors,
	    &estimator->state);
}

/* What the filter has found, as the estimate that it is told as. */
static void
describe(const struct estimator *estimator, const struct filter_state *state,
    struct estimate *estimate)
{
	double asymmetry = asymmetry_sd(estimate->delay);

	estimate->offset = estimator->origin + state->offset;
	estimate->frequency = state->frequency;
	estimate->offset_sd = sqrt((state->oo > 0 ? state->oo : 0) +
	    asymmetry * asymmetry);
	estimate->frequency_sd = sqrt(state->ff > 0 ? state->ff : 0);
}

static void
fit(struct estimator *estimator)
{
	double noise;

	path_statistics(estimator);
	run_filter(estimator);
	estimator->fit.time = estimator->ring[estimator->count - 1].time;
	noise = (estimator->typical + estimator->gap) / 3.5;
	estimator->fit.jitter = sqrt(noise * noise +
	    estimator->state.noise * estimator->state.noise);
	describe(estimator, &estimator->state, &estimator->fit);
}

static void
drop_oldest(struct estimator *estimator)
{
	estimator->count--;
	memmove(estimator->ring, estimator->ring + 1,
	    estimator->count * sizeof(estimator->ring[0]));
}

static void
append(struct estimator *estimator, const struct estimator_sample *sample)
{
	if (estimator->count == ESTIMATOR_SAMPLES)
		drop_oldest(estimator);
	estimator->ring[estimator->count++] = *sample;
	if (estimator->total < UINT16_MAX)
		estimator->total++;
}

/* Further from the line than its delay and what we know allow. */
static bool
is_outlier(const struct estimator *estimator,
    const struct estimator_sample *sample)
{
	struct estimate expected;

	if (estimator->total < SETTLED ||
	    !estimator_estimate(estimator, sample->time, &expected))
		return false;
	return fabs(sample->offset - expected.offset) >
	    half_width(estimator, sample) + 5 * expected.offset_sd +
	    5 * expected.jitter + 5 * sample->dispersion;
}

/* Do the last outliers lie on one line of this slope? */
static bool
suspects_agree(const struct estimator *estimator, double slope)
{
	const struct estimator_sample *first = &estimator->suspects[0], *other;
	double tolerance, drift, elapsed;
	size_t i;

	for (i = 1; i < ESTIMATOR_SUSPECTS; i++) {
		other = &estimator->suspects[i];
		elapsed = other->time - first->time;
		drift = slope * elapsed;
		tolerance = half_width(estimator, first) +
		    half_width(estimator, other) +
		    4 * (estimator->gap + estimator->typical) +
		    1e-6 * fabs(elapsed);
		if (fabs(other->offset - first->offset - drift) > tolerance)
			return false;
	}
	return true;
}

/* The slope that the suspects have themselves; limited to what clocks do. */
static double
suspects_slope(const struct estimator *estimator)
{
	const struct estimator_sample *first = &estimator->suspects[0];
	const struct estimator_sample *last =
	    &estimator->suspects[ESTIMATOR_SUSPECTS - 1];
	double elapsed = last->time - first->time, slope;

	if (!(elapsed > 0))
		return 0;
	slope = (last->offset - first->offset) / elapsed;
	return slope > SLOPE_MAX ? SLOPE_MAX :
	    slope < -SLOPE_MAX ? -SLOPE_MAX : slope;
}

/* The truth moved: what the suspects say is all that counts. */
static void
believe_suspects(struct estimator *estimator, bool same_slope)
{
	struct estimator_sample kept[ESTIMATOR_SUSPECTS];
	size_t i;

	memcpy(kept, estimator->suspects, sizeof(kept));
	if (same_slope)
		estimator_restart(estimator);
	else
		estimator_init(estimator);
	for (i = 0; i < ESTIMATOR_SUSPECTS; i++)
		append(estimator, &kept[i]);
}

/* Keeps an outlier for later. True: enough of them, now they are believed. */
static bool
suspect(struct estimator *estimator, const struct estimator_sample *sample)
{
	bool same;

	memmove(estimator->suspects, estimator->suspects + 1,
	    sizeof(estimator->suspects) - sizeof(estimator->suspects[0]));
	estimator->suspects[ESTIMATOR_SUSPECTS - 1] = *sample;
	estimator->nsuspects++;
	if (estimator->nsuspects < ESTIMATOR_SUSPECTS)
		return false;
	same = suspects_agree(estimator, estimator->fit.frequency);
	if (!same && estimator->nsuspects < OUTLIERS_MAX &&
	    !suspects_agree(estimator, suspects_slope(estimator)))
		return false;
	believe_suspects(estimator, same);
	return true;
}

void
estimator_sample(struct estimator *estimator,
    const struct estimator_sample *sample)
{
	if (!is_outlier(estimator, sample)) {
		estimator->nsuspects = 0;
		append(estimator, sample);
	} else if (!suspect(estimator, sample))
		return;
	fit(estimator);
}

bool
estimator_estimate(const struct estimator *estimator, double time,
    struct estimate *estimate)
{
	struct filter_state state = estimator->state;

	if (estimator->count == 0)
		return false;
	*estimate = estimator->fit;
	filter_advance(&state, time - estimate->time);
	estimate->time = time;
	describe(estimator, &state, estimate);
	return true;
}
