/*
 * net/core/filter: finds offset and frequency, knows how well, and finds out
 * by itself how the oscillator and the server behave.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/core/filter.h"

#define COUNT	64

static const struct filter_prior unknown = { 0, 1.5e-4, 1 };

static double
uniform(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (double)(*seed >> 11) / 9007199254740992.0;
}

static double
normal(uint64_t *seed)
{
	double sum = -6;
	int i;

	for (i = 0; i < 12; i++)
		sum += uniform(seed);
	return sum;
}

/* A walk of 64 s a step with white noise; the state at the end is returned. */
static struct filter_state
walk(struct filter_input *inputs, uint64_t *seed, double frequency,
    double wander, double noise)
{
	struct filter_state truth = { .frequency = frequency };
	int i;

	for (i = 0; i < COUNT; i++) {
		if (i > 0) {
			truth.frequency += wander * 8 * normal(seed) / 2;
			truth.offset += 64 * truth.frequency;
			truth.frequency += wander * 8 * normal(seed) / 2;
		}
		inputs[i].time = 64.0 * i;
		inputs[i].offset = truth.offset + noise * normal(seed);
		inputs[i].variance = 1e-10;
	}
	return truth;
}

static void
one_input_is_what_is_known(void **state)
{
	const struct filter_input input = { 7, 0.25, 1e-6 };
	struct filter_state s;

	(void)state;
	filter_run(&input, 1, &unknown, 1, &s);
	assert_true(fabs(s.offset - 0.25) < 1e-12);
	assert_true(fabs(s.frequency) < 1e-15);
	assert_true(s.oo >= 1e-6);
	assert_true(fabs(s.ff - 2.25e-8) < 1e-12);
}

static void
a_line_is_found(void **state)
{
	struct filter_input inputs[COUNT];
	struct filter_state s;
	uint64_t seed = 1;

	(void)state;
	(void)walk(inputs, &seed, 1e-4, 0, 1e-5);
	filter_run(inputs, COUNT, &unknown, 1, &s);
	assert_true(fabs(s.frequency - 1e-4) < 2e-8);
	assert_true(fabs(s.offset - 1e-4 * 64 * (COUNT - 1)) < 1e-5);
	assert_true(s.oo < 1e-10 && s.ff < 1e-15);
	assert_true(s.wander < 5e-9);
}

static void
wander_is_recognised(void **state)
{
	static const double wanders[] = { 5e-9, 2.5e-8, 1.2e-7, 6e-7 };
	struct filter_input inputs[COUNT];
	struct filter_state s;
	uint64_t seed = 2;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wanders) / sizeof(wanders[0]); i++) {
		(void)walk(inputs, &seed, 1e-5, wanders[i], 1e-5);
		filter_run(inputs, COUNT, &unknown, 1, &s);
		assert_true(s.wander > wanders[i] / 4);
		assert_true(s.wander < wanders[i] * 4);
	}
}

static void
noise_of_the_server_is_no_wander(void **state)
{
	struct filter_input inputs[COUNT];
	struct filter_state s;
	uint64_t seed = 3;

	(void)state;
	(void)walk(inputs, &seed, 1e-5, 0, 1e-3);
	filter_run(inputs, COUNT, &unknown, 1, &s);
	assert_true(s.wander < 1e-7);
	assert_true(s.noise > 2e-4 && s.noise < 5e-3);
	assert_true(fabs(s.offset - 1e-5 * 64 * (COUNT - 1)) < 1e-3);
	assert_true(s.oo > 1e-8);
}

/* The error over its sd, squared, is about one, whatever the oscillator does;
 * where noise hides the wander the frequency is believed too much. */
static void
covariance_is_honest(void **state)
{
	static const double wanders[] = { 0, 2e-9, 3e-8, 4e-7 };
	static const double noises[] = { 1e-5, 3e-4 };
	struct filter_input inputs[COUNT];
	struct filter_state s, truth;
	uint64_t seed = 4;
	double offset, frequency;
	size_t i, j;
	int n;

	(void)state;
	for (i = 0; i < 4; i++)
		for (j = 0; j < 2; j++) {
			offset = frequency = 0;
			for (n = 0; n < 50; n++) {
				truth = walk(inputs, &seed, 1e-5, wanders[i],
				    noises[j]);
				filter_run(inputs, COUNT, &unknown, 1, &s);
				offset += pow(s.offset - truth.offset, 2) /
				    s.oo / 50;
				frequency += pow(s.frequency -
				    truth.frequency, 2) / s.ff / 50;
			}
			assert_true(offset > 0.2 && offset < 2.5);
			assert_true(frequency > 0.1 && frequency < 5);
		}
}

static void
a_right_prior_helps_and_a_wrong_one_does_not_hurt(void **state)
{
	const struct filter_prior right[2] = { { 1e-4, 1e-6, 0.95 },
	    { 0, 1.5e-4, 0.05 } };
	const struct filter_prior wrong[2] = { { -1e-4, 1e-6, 0.95 },
	    { 0, 1.5e-4, 0.05 } };
	struct filter_input inputs[COUNT];
	struct filter_state s;
	uint64_t seed = 5;

	(void)state;
	(void)walk(inputs, &seed, 1e-4, 0, 1e-4);
	filter_run(inputs, 2, right, 2, &s);
	assert_true(fabs(s.frequency - 1e-4) < 2e-6);
	filter_run(inputs, 6, wrong, 2, &s);
	assert_true(fabs(s.frequency - 1e-4) < 5e-6);
}

static void
advancing_adds_uncertainty(void **state)
{
	struct filter_state s = { 0.5, 1e-5, 1e-10, 0, 1e-16, 1e-8, 0 };

	(void)state;
	filter_advance(&s, 100);
	assert_true(fabs(s.offset - 0.501) < 1e-12);
	/* 1e-10 + 100^2 * 1e-16 + 1e-16 * 100^3 / 3 */
	assert_true(fabs(s.oo - (1e-10 + 1e-12 + 1e-10 / 3)) < 1e-16);
	assert_true(fabs(s.ff - (1e-16 + 1e-14)) < 1e-20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_input_is_what_is_known),
		cmocka_unit_test(a_line_is_found),
		cmocka_unit_test(wander_is_recognised),
		cmocka_unit_test(noise_of_the_server_is_no_wander),
		cmocka_unit_test(covariance_is_honest),
		cmocka_unit_test(
		    a_right_prior_helps_and_a_wrong_one_does_not_hurt),
		cmocka_unit_test(advancing_adds_uncertainty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
