/*
 * Samples of one association in, offset and frequency of the local axis out.
 * Pure; part of net. Trusts the sanity tests for finite, plausible samples,
 * and no single sample for more than its delay allows.
 *
 * A packet never travels faster than the path allows. What a round trip took
 * above the least one seen was queueing, in one direction or in both: the
 * error of the offset lies within half of it, either way. The tracker makes
 * the best of that. What it is kept from are samples that contradict all it
 * knows, until enough of them agree: it would take them for noise, and follow
 * a jump over dozens of samples.
 */
#include "net/core/estimator.h"

#include <math.h>
#include <string.h>

/* Nothing known of the frequency: most oscillators are within twice this. */
#define UNKNOWN_SD	1.5e-4
#define RESTART_SD	1e-7
#define HINT_SAMPLES	16	/* so many can still prove it wrong */
#define SETTLED		8	/* samples until one can be an outlier */
#define SLOPE_MAX	1e-3
#define OUTLIERS_MAX	8	/* so many in a row: start again anyhow */

void
estimator_init(struct estimator *estimator)
{
	memset(estimator, 0, sizeof(*estimator));
	tracker_init(&estimator->tracker);
	estimator_hint(estimator, 0, UNKNOWN_SD);
}

void
estimator_hint(struct estimator *estimator, double frequency, double sd)
{
	estimator->hint = frequency;
	estimator->hint_sd = sd > RESTART_SD ? sd : RESTART_SD;
	tracker_hint(&estimator->tracker, -frequency, estimator->hint_sd);
}

void
estimator_restart(struct estimator *estimator)
{
	double frequency = estimator->hint, sd = estimator->hint_sd;

	if (estimator->total > 0) {
		frequency = estimator->fit.frequency;
		sd = estimator->fit.frequency_sd + RESTART_SD;
	}
	estimator_init(estimator);
	estimator_hint(estimator, frequency, sd);
}

/* Half of the interval in which the error of the sample must lie. */
static double
half_width(const struct estimator *estimator,
    const struct estimator_sample *sample)
{
	const struct path *path = &estimator->tracker.path;

	return path_half(path, fmax(sample->delay, path->floor));
}

static void
describe(const struct estimator *estimator, double time,
    struct estimate *estimate)
{
	const struct tracker *tracker = &estimator->tracker;
	struct bank_output output;

	tracker_output(tracker, time, &output);
	/* The tracker's are of the axis minus true time. */
	estimate->time = time;
	estimate->offset = -output.x;
	estimate->offset_sd = sqrt(fmax(output.xx, 0));
	estimate->frequency = -output.y;
	estimate->frequency_sd = sqrt(fmax(output.yy, 0));
	estimate->delay = fmax(tracker->path.floor, 0);
	estimate->jitter = hypot(tracker->path.noise,
	    tracker_noise(tracker));
}

/*
 * Do the samples prove the hint wrong? Each is right to half its box, so the
 * first and the newest leave but so much room for the frequency.
 */
static bool
hint_is_wrong(const struct estimator *estimator)
{
	const struct path *path = &estimator->tracker.path;
	const struct path_sample *first = path_tail(path, path->count), *last;
	double elapsed, rate, room;

	last = path_tail(path, 1);
	elapsed = last->time - first->time;
	if (estimator->hint_sd >= UNKNOWN_SD || !(elapsed > 0) ||
	    estimator->total > HINT_SAMPLES)
		return false;
	rate = (last->offset - first->offset) / elapsed;
	room = (half_width(estimator, &(struct estimator_sample){
	    .delay = first->delay }) + last->half) / elapsed;
	return fabs(rate + estimator->hint) > room + 5 * estimator->hint_sd;
}

static void
append(struct estimator *estimator, const struct estimator_sample *sample)
{
	const struct path_sample measured = {
		.time = sample->time,
		.offset = -sample->offset,
		.delay = sample->delay,
	};

	if (tracker_sample(&estimator->tracker, &measured) == TRACKER_REFUSED)
		return;
	if (estimator->total < UINT16_MAX)
		estimator->total++;
	if (hint_is_wrong(estimator))
		estimator_hint(estimator, 0, UNKNOWN_SD);
	/* The first boxes were wide, for want of others to compare with. */
	if (estimator->total <= HINT_SAMPLES)
		tracker_refine(&estimator->tracker);
	describe(estimator, sample->time, &estimator->fit);
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
	const struct path *path = &estimator->tracker.path;
	double tolerance, drift, elapsed;
	size_t i;

	for (i = 1; i < ESTIMATOR_SUSPECTS; i++) {
		other = &estimator->suspects[i];
		elapsed = other->time - first->time;
		drift = slope * elapsed;
		tolerance = half_width(estimator, first) +
		    half_width(estimator, other) +
		    4 * (path->gap + path->median) +
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

/* Keeps an outlier for later; enough of them are believed. */
static void
suspect(struct estimator *estimator, const struct estimator_sample *sample)
{
	bool same;

	memmove(estimator->suspects, estimator->suspects + 1,
	    sizeof(estimator->suspects) - sizeof(estimator->suspects[0]));
	estimator->suspects[ESTIMATOR_SUSPECTS - 1] = *sample;
	estimator->nsuspects++;
	if (estimator->nsuspects < ESTIMATOR_SUSPECTS)
		return;
	same = suspects_agree(estimator, estimator->fit.frequency);
	if (!same && estimator->nsuspects < OUTLIERS_MAX &&
	    !suspects_agree(estimator, suspects_slope(estimator)))
		return;
	believe_suspects(estimator, same);
}

void
estimator_sample(struct estimator *estimator,
    const struct estimator_sample *sample)
{
	tracker_moved(&estimator->tracker);
	if (!is_outlier(estimator, sample)) {
		estimator->nsuspects = 0;
		append(estimator, sample);
	} else
		suspect(estimator, sample);
}

bool
estimator_estimate(const struct estimator *estimator, double time,
    struct estimate *estimate)
{
	if (estimator->total == 0)
		return false;
	describe(estimator, time, estimate);
	return true;
}
