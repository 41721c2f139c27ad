/*
 * net/core/estimator: honest about what it knows, from the first sample on,
 * whatever one sample says.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/core/estimator.h"

#define FLOOR	0.020

struct walk {
	uint64_t	seed;
	double		jitter;		/* exponential, each way */
	double		offset;		/* at time 0 */
	double		frequency;
	double		wander;		/* of the frequency, per sqrt(s) */
	double		last;
};

static double
uniform(struct walk *path)
{
	path->seed = path->seed * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (double)(path->seed >> 11) / 9007199254740992.0;
}

static double
exponential(struct walk *path)
{
	return -path->jitter * log(1 - uniform(path));
}

/* Sum of 12 uniform ones: near enough to a normal distribution. */
static double
normal(struct walk *path)
{
	double sum = -6;
	int i;

	for (i = 0; i < 12; i++)
		sum += uniform(path);
	return sum;
}

/* Moves on to time, and takes a sample there. */
static struct estimator_sample
sample_at(struct walk *path, double time)
{
	double there = exponential(path), back = exponential(path);
	double step = time - path->last;

	path->offset += path->frequency * step;
	path->frequency += path->wander * sqrt(step) * normal(path);
	path->last = time;
	return (struct estimator_sample){
		.time = time, .offset = path->offset + (there - back) / 2,
		.delay = FLOOR + there + back, .dispersion = 1e-6,
	};
}

static void
feed(struct estimator *estimator, struct walk *path, double from, double step,
    int count)
{
	struct estimator_sample sample;
	int i;

	for (i = 0; i < count; i++) {
		sample = sample_at(path, from + i * step);
		estimator_sample(estimator, &sample);
	}
}

static void
nothing_is_known_without_a_sample(void **state)
{
	struct estimator estimator;
	struct estimate estimate;

	(void)state;
	estimator_init(&estimator);
	assert_false(estimator_estimate(&estimator, 0, &estimate));
	estimator_hint(&estimator, 1e-5, 1e-7);
	assert_false(estimator_estimate(&estimator, 0, &estimate));
}

static void
the_first_sample_counts_for_what_it_is(void **state)
{
	const struct estimator_sample sample = { 5, 0.25, FLOOR, 1e-6 };
	struct estimator estimator;
	struct estimate at, later;

	(void)state;
	estimator_init(&estimator);
	estimator_sample(&estimator, &sample);
	assert_true(estimator_estimate(&estimator, 5, &at));
	assert_true(fabs(at.offset - 0.25) < 1e-9);
	assert_true(fabs(at.frequency) < 1e-12);
	assert_true(at.offset_sd > 0.0001 && at.offset_sd < FLOOR / 2);
	assert_true(at.frequency_sd > 1e-4 && at.frequency_sd < 5e-4);
	assert_true(fabs(at.delay - FLOOR) < 1e-9);
	assert_true(estimator_estimate(&estimator, 69, &later));
	assert_true(later.offset_sd > 64 * at.frequency_sd);
}

static void
a_hint_is_used_and_doubted(void **state)
{
	struct walk path = { .seed = 1, .jitter = 0.0005,
	    .frequency = 100e-6 };
	struct estimator estimator;
	struct estimate estimate;

	(void)state;
	estimator_init(&estimator);
	estimator_hint(&estimator, 100e-6, 1e-7);
	feed(&estimator, &path, 0, 2, 4);
	assert_true(estimator_estimate(&estimator, 100, &estimate));
	assert_true(fabs(estimate.frequency - 100e-6) < 3e-7);
	assert_true(estimate.offset_sd < 0.001);
	estimator_init(&estimator);
	estimator_hint(&estimator, -100e-6, 1e-7);
	path.last = 0;
	path.offset = 0;
	feed(&estimator, &path, 0, 64, 10);
	assert_true(estimator_estimate(&estimator, 640, &estimate));
	assert_true(fabs(estimate.frequency - 100e-6) < 5e-6);
}

/* Beyond 2 sd at most one in ten; of a normal it would be one in twenty. */
static void
standard_deviations_are_honest(void **state)
{
	unsigned int offsets = 0, frequencies = 0, n = 0;
	struct estimator estimator;
	struct estimate estimate;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 400; seed++) {
		struct walk path = { .seed = seed * 7919, .jitter = 0.0005,
		    .frequency = 50e-6 };

		estimator_init(&estimator);
		feed(&estimator, &path, 0, 16, (int)(4 + seed % 60));
		assert_true(estimator_estimate(&estimator, path.last,
		    &estimate));
		n++;
		if (fabs(estimate.offset - path.offset) >
		    2 * estimate.offset_sd)
			offsets++;
		if (fabs(estimate.frequency - path.frequency) >
		    2 * estimate.frequency_sd)
			frequencies++;
	}
	assert_true(offsets * 10 < n);
	assert_true(frequencies * 10 < n);
}

static void
few_queued_replies_do_no_harm(void **state)
{
	struct walk path = { .seed = 5, .jitter = 0.0001,
	    .frequency = 10e-6 };
	struct estimator_sample sample;
	struct estimator estimator;
	struct estimate estimate;
	int i;

	(void)state;
	estimator_init(&estimator);
	for (i = 0; i < 64; i++) {
		sample = sample_at(&path, i * 64.0);
		if (i % 3 == 2) {	/* half a second, one way */
			sample.delay += 0.5;
			sample.offset += 0.25;
		}
		estimator_sample(&estimator, &sample);
	}
	assert_true(estimator_estimate(&estimator, path.last, &estimate));
	assert_true(fabs(estimate.offset - path.offset) < 0.0005);
}

/* A server whose own clock jumps about, which no delay shows. */
static void
a_noisy_server_is_averaged_not_refused(void **state)
{
	struct walk path = { .seed = 12, .jitter = 0.0001 };
	struct estimator_sample sample;
	struct estimator estimator;
	struct estimate estimate;
	double sum = 0;
	int i;

	(void)state;
	estimator_init(&estimator);
	for (i = 0; i < 500; i++) {
		sample = sample_at(&path, i * 64.0);
		sample.offset += 0.005 * normal(&path);
		estimator_sample(&estimator, &sample);
		if (i < 100)
			continue;
		assert_true(estimator_estimate(&estimator, path.last,
		    &estimate));
		sum += estimate.offset * estimate.offset;
	}
	assert_true(sqrt(sum / 400) < 0.0025);
	assert_true(estimate.jitter > 0.001);
}

static void
one_lie_is_no_news_three_are(void **state)
{
	struct walk path = { .seed = 6, .jitter = 0.0001 };
	struct estimator_sample sample;
	struct estimator estimator;
	struct estimate before, after;
	int i;

	(void)state;
	estimator_init(&estimator);
	feed(&estimator, &path, 0, 16, 20);
	assert_true(estimator_estimate(&estimator, 400, &before));
	for (i = 0; i < 3; i++) {
		assert_true(estimator_estimate(&estimator, 400, &after));
		assert_memory_equal(&before, &after, sizeof(after));
		sample = sample_at(&path, 320 + 16.0 * i);
		sample.offset += 0.3;
		estimator_sample(&estimator, &sample);
	}
	assert_true(estimator_estimate(&estimator, 400, &after));
	assert_true(fabs(after.offset - 0.3) < 0.005);
	assert_true(fabs(after.frequency - before.frequency) < 1e-5);
}

/* The frequency jumps (another host, another crystal): soon followed. */
static void
a_new_frequency_is_found(void **state)
{
	struct walk path = { .seed = 7, .jitter = 0.0001 };
	struct estimator estimator;
	struct estimate estimate;

	(void)state;
	estimator_init(&estimator);
	feed(&estimator, &path, 0, 64, 40);
	path.frequency = 120e-6;
	feed(&estimator, &path, 40 * 64, 64, 6);
	assert_true(estimator_estimate(&estimator, path.last, &estimate));
	assert_true(fabs(estimate.frequency - 120e-6) < 4e-6);
	assert_true(fabs(estimate.offset - path.offset) < 0.001);
}

static void
an_honest_sample_ends_the_suspicion(void **state)
{
	struct walk path = { .seed = 8, .jitter = 0.0001 };
	struct estimator_sample sample;
	struct estimator estimator;
	struct estimate estimate;
	int i;

	(void)state;
	estimator_init(&estimator);
	feed(&estimator, &path, 0, 16, 20);
	for (i = 0; i < 30; i++) {
		sample = sample_at(&path, 320 + 16.0 * i);
		if (i % 3 != 2)
			sample.offset += 0.3;
		estimator_sample(&estimator, &sample);
	}
	assert_true(estimator_estimate(&estimator, path.last, &estimate));
	assert_true(fabs(estimate.offset) < 0.001);
}

/* A crystal that wanders is followed: the old samples go. */
static void
wander_is_followed(void **state)
{
	struct estimator estimator;
	struct estimate estimate;
	double sum = 0, error;
	uint64_t seed;
	int i, n = 0;

	(void)state;
	for (seed = 1; seed <= 20; seed++) {
		struct walk path = { .seed = seed, .jitter = 0.0001,
		    .wander = 2e-8 };

		estimator_init(&estimator);
		for (i = 0; i < 300; i++) {
			feed(&estimator, &path, i * 64.0, 64, 1);
			if (i < 50)
				continue;
			assert_true(estimator_estimate(&estimator, path.last,
			    &estimate));
			error = estimate.offset - path.offset;
			sum += error * error;
			n++;
		}
	}
	/* in 64 s it goes 2e-8 * sqrt(64^3 / 3) = 6 us astray */
	assert_true(sqrt(sum / n) < 0.00015);
}

static void
a_restart_keeps_the_frequency(void **state)
{
	struct walk path = { .seed = 9, .jitter = 0.0001,
	    .frequency = -30e-6 };
	struct estimator_sample sample;
	struct estimator estimator;
	struct estimate estimate;

	(void)state;
	estimator_init(&estimator);
	feed(&estimator, &path, 0, 64, 60);
	estimator_restart(&estimator);
	assert_false(estimator_estimate(&estimator, 5000, &estimate));
	sample = sample_at(&path, 9000);
	estimator_sample(&estimator, &sample);
	assert_true(estimator_estimate(&estimator, 9000, &estimate));
	assert_true(fabs(estimate.frequency + 30e-6) < 1e-6);
	assert_true(estimate.frequency_sd < 1e-6);
}

/* Nothing that passes the sanity tests makes it say something infinite. */
static void
every_estimate_is_finite(void **state)
{
	static const double times[] = { 0, 1e-9, 2, 1e6 };
	struct walk path = { .seed = 10 };
	struct estimator_sample sample;
	struct estimator estimator;
	struct estimate estimate;
	int i;

	(void)state;
	estimator_init(&estimator);
	for (i = 0; i < 20000; i++) {
		sample.time = path.last += times[i / 100 % 4] * uniform(&path);
		sample.offset = i % 7 == 0 ? 1e9 * (uniform(&path) - 0.5) :
		    uniform(&path);
		sample.delay = i % 5 == 0 ? 0 : 3 * uniform(&path);
		sample.dispersion = i % 2 == 0 ? 0 : 0.001;
		estimator_sample(&estimator, &sample);
		assert_true(estimator_estimate(&estimator, path.last + 1000,
		    &estimate));
		assert_true(isfinite(estimate.offset));
		assert_true(isfinite(estimate.offset_sd));
		assert_true(estimate.offset_sd >= 0);
		assert_true(isfinite(estimate.frequency));
		assert_true(isfinite(estimate.frequency_sd));
		assert_true(estimate.frequency_sd > 0);
		assert_true(isfinite(estimate.jitter));
		assert_true(estimate.delay >= 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_known_without_a_sample),
		cmocka_unit_test(the_first_sample_counts_for_what_it_is),
		cmocka_unit_test(a_hint_is_used_and_doubted),
		cmocka_unit_test(standard_deviations_are_honest),
		cmocka_unit_test(few_queued_replies_do_no_harm),
		cmocka_unit_test(a_noisy_server_is_averaged_not_refused),
		cmocka_unit_test(one_lie_is_no_news_three_are),
		cmocka_unit_test(a_new_frequency_is_found),
		cmocka_unit_test(an_honest_sample_ends_the_suspicion),
		cmocka_unit_test(wander_is_followed),
		cmocka_unit_test(a_restart_keeps_the_frequency),
		cmocka_unit_test(every_estimate_is_finite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
