/*
 * net/core/bank: whatever samples come, covariances stay positive, weights
 * stay weights, and what is believed moves as the algebra says.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "net/core/bank.h"

#define SOURCES	4
#define ROWS	(SOURCES + 2)

struct world {
	struct bank	bank;
	double		*memory;
	double		biases[SOURCES];
	uint64_t	seed;
};

static double
uniform(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (double)(*seed >> 11) / 9007199254740992.0;
}

static void
begin(struct world *world, uint64_t seed)
{
	const struct bank_start start = { 1, 0.25, 1e-6, 1e-5, 1e-8 };
	size_t i;

	world->seed = seed;
	world->memory = calloc(bank_doubles(1, SOURCES), sizeof(double));
	assert_non_null(world->memory);
	bank_place(&world->bank, 1, SOURCES, world->memory);
	for (i = 0; i < SOURCES; i++)
		world->biases[i] = pow(10, -10 + 4 * uniform(&world->seed));
	bank_start(&world->bank, &start, world->biases);
}

/* One sample with Gaussian noise, for every model. */
static void
sample(struct world *world, size_t source, double offset, double variance)
{
	struct likelihood likelihood;
	double values[BANK_WANDERS], predicted, of;
	size_t j;

	for (j = 0; j < world->bank.models; j++) {
		predicted = bank_predict(&world->bank, j, source, &of);
		likelihood_box(offset - predicted, 1e-9, of + variance,
		    &likelihood);
		bank_correct(&world->bank, j, source, &likelihood);
		values[j] = likelihood.value;
	}
	bank_weigh(&world->bank, values);
	bank_summarise(&world->bank);
}

/* Cholesky's condition, with room for rounding. */
static bool
positive(const struct bank *bank)
{
	double a[ROWS][ROWS] = { { 0 } }, scale[ROWS], sum;
	size_t i, j, k;

	for (i = 0; i < ROWS; i++)
		scale[i] = sqrt(bank_covariance(bank, i, i));
	for (i = 0; i < ROWS; i++) {
		for (j = 0; j <= i; j++) {
			sum = bank_covariance(bank, i, j) /
			    (scale[i] * scale[j]);
			for (k = 0; k < j; k++)
				sum -= a[i][k] * a[j][k];
			if (i == j && !(sum > -1e-9))
				return false;
			a[i][j] = i == j ? sqrt(fmax(sum, 1e-18)) :
			    sum / a[j][j];
		}
	}
	return true;
}

static double
weights_sum(const struct bank *bank)
{
	double sum = 0;
	size_t w;

	for (w = 0; w < BANK_WANDERS; w++)
		sum += bank_wander_weight(bank, w);
	return sum;
}

static void
covariance_stays_positive(void **state)
{
	struct world world;
	double noise;
	uint64_t seed;
	int i;

	(void)state;
	for (seed = 1; seed <= 20; seed++) {
		begin(&world, seed);
		for (i = 0; i < 300; i++) {
			bank_advance(&world.bank, pow(10, -3 +
			    7 * uniform(&world.seed)), world.biases);
			noise = pow(10, -7 + 6 * uniform(&world.seed));
			sample(&world, (size_t)i % SOURCES,
			    0.25 + noise * (uniform(&world.seed) - 0.5),
			    noise * noise);
			assert_true(bank_sane(&world.bank));
			assert_true(positive(&world.bank));
			assert_true(fabs(weights_sum(&world.bank) - 1) <
			    1e-9);
		}
		free(world.memory);
	}
}

static void
covariance_is_symmetric(void **state)
{
	struct world world;
	size_t i, j;

	(void)state;
	begin(&world, 7);
	bank_advance(&world.bank, 64, world.biases);
	sample(&world, 2, 0.2501, 1e-10);
	for (i = 0; i < ROWS; i++)
		for (j = 0; j < ROWS; j++)
			assert_true(bank_covariance(&world.bank, i, j) ==
			    bank_covariance(&world.bank, j, i));
	free(world.memory);
}

static void
time_only_takes_certainty(void **state)
{
	struct bank_output now, later;
	struct world world;

	(void)state;
	begin(&world, 8);
	bank_output(&world.bank, 0, &now);
	bank_output(&world.bank, 100, &later);
	assert_true(later.xx > now.xx && later.yy > now.yy);
	assert_true(fabs(later.x - now.x - 100 * now.y) < 1e-12);
	bank_advance(&world.bank, 100, world.biases);
	bank_summarise(&world.bank);
	bank_output(&world.bank, 0, &now);
	/* The models were mixed, but that moves no mean. */
	assert_true(fabs(later.x - now.x) < 1e-12);
	assert_true(fabs(later.xx / now.xx - 1) < 1e-9);
	free(world.memory);
}

static void
a_sample_says_nothing_about_the_asymmetry_of_others(void **state)
{
	struct world world;
	double before;

	(void)state;
	begin(&world, 9);
	before = bank_covariance(&world.bank, 2, 2);
	/* Source 1 began it: that it says so again tells only of x + b_1. */
	sample(&world, 1, 0.2502, 1e-8);
	assert_true(fabs(bank_covariance(&world.bank, 2, 2) / before - 1) <
	    1e-9);
	assert_true(fabs(bank_mean(&world.bank, 2)) < 1e-15);
	free(world.memory);
}

static void
equal_servers_do_not_average_asymmetry_away(void **state)
{
	struct world world;
	double least;
	int i;

	(void)state;
	begin(&world, 10);
	for (i = 0; i < SOURCES; i++)
		world.biases[i] = 1e-8;
	bank_start(&world.bank, &(struct bank_start){ 0, 0.25, 1e-6, 0,
	    1e-12 }, world.biases);
	for (i = 0; i < 1000; i++) {
		bank_advance(&world.bank, 1, world.biases);
		sample(&world, (size_t)i % SOURCES, 0.25, 1e-12);
	}
	least = 1e-8 / SOURCES;
	assert_true(bank_covariance(&world.bank, 0, 0) > 0.9 * least);
	assert_true(bank_covariance(&world.bank, 0, 0) < 1.5 * least);
	free(world.memory);
}

static void
an_impossible_sample_changes_no_weight(void **state)
{
	double values[BANK_WANDERS] = { 0 }, before;
	struct world world;

	(void)state;
	begin(&world, 11);
	before = bank_wander_weight(&world.bank, 0);
	assert_false(bank_weigh(&world.bank, values));
	values[3] = (double)NAN;
	assert_false(bank_weigh(&world.bank, values));
	assert_true(bank_wander_weight(&world.bank, 0) == before);
	free(world.memory);
}

static void
nonsense_is_seen(void **state)
{
	struct world world;

	(void)state;
	begin(&world, 12);
	assert_true(bank_sane(&world.bank));
	bank_reset(&world.bank, 0, (double)NAN, 1e-6);
	assert_false(bank_sane(&world.bank));
	bank_start(&world.bank, &(struct bank_start){ 0, 0, 1e-6, 0, 1e-8 },
	    world.biases);
	bank_loosen(&world.bank, 1, -1);
	assert_false(bank_sane(&world.bank));
	free(world.memory);
}

static void
a_pinned_bias_is_known(void **state)
{
	struct world world;

	(void)state;
	begin(&world, 13);
	bank_loosen(&world.bank, 3, 1e-4);
	bank_pin(&world.bank, 3, 2e-3, 1e-12);
	assert_true(fabs(bank_mean(&world.bank, 3) - 2e-3) < 1e-6);
	assert_true(bank_covariance(&world.bank, 3, 3) < 2e-12);
	assert_true(bank_sane(&world.bank) && positive(&world.bank));
	free(world.memory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(covariance_stays_positive),
		cmocka_unit_test(covariance_is_symmetric),
		cmocka_unit_test(time_only_takes_certainty),
		cmocka_unit_test(
		    a_sample_says_nothing_about_the_asymmetry_of_others),
		cmocka_unit_test(equal_servers_do_not_average_asymmetry_away),
		cmocka_unit_test(an_impossible_sample_changes_no_weight),
		cmocka_unit_test(nonsense_is_seen),
		cmocka_unit_test(a_pinned_bias_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
