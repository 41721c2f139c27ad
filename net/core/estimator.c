/*
 * Samples of one association in, offset and frequency of the local axis out.
 * Pure; part of net. Trusts the sanity tests for finite, plausible samples,
 * and no single sample for more than its delay allows.
 *
 * A packet never travels faster than the path allows. What a round trip took
 * above the least one seen was queueing, in one direction or in both: the
 * error of the offset lies within half of it, either way. That half-width is
 * the weight of a sample in a least-squares line over the recent ones. How many
 * are recent is for the residuals to say: where they keep their sign for too
 * long, the oldest samples belong to another temperature.
 */
#include "net/core/estimator.h"

#include <math.h>
#include <string.h>

/* Random walk of the frequency per sqrt(s): a plain crystal in a room. */
#define WANDER		2e-9
/* Nothing known of the frequency: most oscillators are within twice this. */
#define UNKNOWN_SD	1.5e-4
#define RESTART_SD	1e-7
#define SAMPLE_SD_MIN	1e-7	/* what kernel time stamps are good for */
#define WINDOW_MIN	6
#define OUTLIERS_MAX	8	/* so many in a row: start again anyhow */

/* Sums of the normal equations; times relative to the newest sample. */
struct sums {
	double		w, wt, wtt, wz, wtz;
};

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
    const struct estimator_sample *sample, double age)
{
	double half = half_width(estimator, sample);

	/* Uniform within the interval: a third of its square. */
	return half * half / 3 + sample->dispersion * sample->dispersion +
	    SAMPLE_SD_MIN * SAMPLE_SD_MIN +
	    WANDER * WANDER * age * age * age / 3;
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

static void
sum_up(const struct estimator *estimator, struct sums *sums)
{
	const struct estimator_sample *newest, *sample;
	double w, t, z;
	size_t i;

	memset(sums, 0, sizeof(*sums));
	newest = &estimator->ring[estimator->count - 1];
	for (i = 0; i < estimator->count; i++) {
		sample = &estimator->ring[i];
		t = sample->time - newest->time;
		z = sample->offset - newest->offset;
		w = 1 / sample_variance(estimator, sample, t < 0 ? -t : 0);
		sums->w += w;
		sums->wt += w * t;
		sums->wtt += w * t * t;
		sums->wz += w * z;
		sums->wtz += w * t * z;
	}
}

/* A hint that the samples contradict was wrong; they know better. */
static void
doubt_hint(struct estimator *estimator, const struct sums *sums)
{
	double det = sums->w * sums->wtt - sums->wt * sums->wt;
	double frequency, variance, difference;

	if (estimator->count < 4 || !(det > 0))
		return;
	frequency = (sums->w * sums->wtz - sums->wt * sums->wz) / det;
	variance = sums->w / det + estimator->hint_sd * estimator->hint_sd;
	difference = frequency - estimator->hint;
	if (difference * difference > 16 * variance) {
		estimator->hint = 0;
		estimator->hint_sd = UNKNOWN_SD;
	}
}

static double
residual(const struct estimator *estimator, size_t i)
{
	const struct estimator_sample *sample = &estimator->ring[i];
	const struct estimate *fit = &estimator->fit;

	return sample->offset - fit->offset -
	    fit->frequency * (sample->time - fit->time);
}

/* Weighted residuals: how much worse than expected, and in seconds. */
static double
disagreement(struct estimator *estimator)
{
	double chi2 = 0, weights = 0, w, r, age;
	size_t i;

	for (i = 0; i < estimator->count; i++) {
		age = estimator->fit.time - estimator->ring[i].time;
		w = 1 / sample_variance(estimator, &estimator->ring[i],
		    age > 0 ? age : 0);
		r = residual(estimator, i);
		chi2 += w * r * r;
		weights += w;
	}
	estimator->fit.jitter = sqrt(chi2 / weights);
	if (estimator->count < 4)
		return 1;
	chi2 /= (double)(estimator->count - 2);
	return chi2 > 1 ? chi2 : 1;
}

/* Weighted least squares of a line, with the hint as one more equation. */
static void
fit_line(struct estimator *estimator)
{
	const struct estimator_sample *newest;
	struct estimate *fit = &estimator->fit;
	struct sums sums;
	double det, prior, scale, asymmetry, typical;

	newest = &estimator->ring[estimator->count - 1];
	path_statistics(estimator);
	sum_up(estimator, &sums);
	doubt_hint(estimator, &sums);
	prior = 1 / (estimator->hint_sd * estimator->hint_sd);
	sums.wtt += prior;
	sums.wtz += prior * estimator->hint;
	det = sums.w * sums.wtt - sums.wt * sums.wt;
	fit->time = newest->time;
	fit->offset = newest->offset +
	    (sums.wtt * sums.wz - sums.wt * sums.wtz) / det;
	fit->frequency = (sums.w * sums.wtz - sums.wt * sums.wz) / det;
	scale = disagreement(estimator);
	estimator->covariance = -scale * sums.wt / det;
	fit->frequency_sd = sqrt(scale * sums.w / det);
	asymmetry = asymmetry_sd(fit->delay);
	fit->offset_sd = sqrt(scale * sums.wtt / det + asymmetry * asymmetry);
	/* Of few samples the residuals say too little. */
	typical = (estimator->typical + estimator->gap) / 3.5;
	if (fit->jitter < typical)
		fit->jitter = typical;
}

/*
 * Do the signs of the residuals change as seldom as they do by chance in one
 * of a hundred cases? (Runs test: mean n/2 + 1, variance (n - 1)/4.)
 */
static bool
keeps_sign(const struct estimator *estimator)
{
	double n = (double)estimator->count, runs = 1;
	size_t i;

	for (i = 1; i < estimator->count; i++)
		if ((residual(estimator, i) > 0) !=
		    (residual(estimator, i - 1) > 0))
			runs++;
	return runs < n / 2 + 1 - 2.33 * sqrt(n - 1) / 2;
}

static void
drop_oldest(struct estimator *estimator, size_t count)
{
	estimator->count -= count;
	memmove(estimator->ring, estimator->ring + count,
	    estimator->count * sizeof(estimator->ring[0]));
}

static void
append(struct estimator *estimator, const struct estimator_sample *sample)
{
	if (estimator->count == ESTIMATOR_SAMPLES)
		drop_oldest(estimator, 1);
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

	if (estimator->count < 4 ||
	    !estimator_estimate(estimator, sample->time, &expected))
		return false;
	return fabs(sample->offset - expected.offset) >
	    half_width(estimator, sample) + 5 * expected.offset_sd +
	    5 * expected.jitter + 5 * sample->dispersion;
}

/* The last outliers lie on one line of the known slope: the truth moved. */
static bool
suspects_agree(const struct estimator *estimator)
{
	const struct estimator_sample *first = &estimator->suspects[0], *other;
	double tolerance, drift, elapsed;
	size_t i;

	for (i = 1; i < ESTIMATOR_SUSPECTS; i++) {
		other = &estimator->suspects[i];
		elapsed = fabs(other->time - first->time);
		drift = estimator->fit.frequency * (other->time - first->time);
		tolerance = half_width(estimator, first) +
		    half_width(estimator, other) +
		    4 * (estimator->gap + estimator->typical) + 1e-6 * elapsed;
		if (fabs(other->offset - first->offset - drift) > tolerance)
			return false;
	}
	return true;
}

/* Keeps an outlier for later. True: enough of them, they are the new truth. */
static bool
suspect(struct estimator *estimator, const struct estimator_sample *sample)
{
	memmove(estimator->suspects, estimator->suspects + 1,
	    sizeof(estimator->suspects) - sizeof(estimator->suspects[0]));
	estimator->suspects[ESTIMATOR_SUSPECTS - 1] = *sample;
	estimator->nsuspects++;
	return estimator->nsuspects >= OUTLIERS_MAX ||
	    (estimator->nsuspects >= ESTIMATOR_SUSPECTS &&
	    suspects_agree(estimator));
}

void
estimator_sample(struct estimator *estimator,
    const struct estimator_sample *sample)
{
	struct estimator_sample kept[ESTIMATOR_SUSPECTS];
	bool agree;
	size_t i;

	if (!is_outlier(estimator, sample)) {
		estimator->nsuspects = 0;
		append(estimator, sample);
	} else if (suspect(estimator, sample)) {
		agree = estimator->nsuspects < OUTLIERS_MAX;
		memcpy(kept, estimator->suspects, sizeof(kept));
		if (agree)
			estimator_restart(estimator);
		else
			estimator_init(estimator);
		for (i = 0; i < ESTIMATOR_SUSPECTS; i++)
			append(estimator, &kept[i]);
	} else
		return;
	fit_line(estimator);
	while (estimator->count > WINDOW_MIN && keeps_sign(estimator)) {
		drop_oldest(estimator, 1);
		fit_line(estimator);
	}
}

bool
estimator_estimate(const struct estimator *estimator, double time,
    struct estimate *estimate)
{
	double variance, d;

	if (estimator->count == 0)
		return false;
	*estimate = estimator->fit;
	d = time - estimate->time;
	variance = estimate->offset_sd * estimate->offset_sd +
	    2 * d * estimator->covariance +
	    d * d * estimate->frequency_sd * estimate->frequency_sd +
	    WANDER * WANDER * fabs(d * d * d) / 3;
	estimate->time = time;
	estimate->offset += estimate->frequency * d;
	estimate->offset_sd = sqrt(variance > 0 ? variance : 0);
	estimate->frequency_sd = sqrt(estimate->frequency_sd *
	    estimate->frequency_sd + WANDER * WANDER * fabs(d));
	return true;
}
