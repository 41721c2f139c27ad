/*
 * net/core/likelihood: the soft box and its mixtures keep to the algebra that
 * they stand for, at every width and however far away a sample is.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/core/likelihood.h"

#define ROUNDS	20000

static double
uniform(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (double)(*seed >> 11) / 9007199254740992.0;
}

/* From 10 ns to 10 s, every magnitude alike. */
static double
seconds(uint64_t *seed)
{
	return pow(10, -8 + 9 * uniform(seed));
}

static void
near(double is, double must, double relative)
{
	if (!(fabs(is - must) <= relative * fabs(must) + 1e-300))
		fail_msg("%.15g is not %.15g", is, must);
}

static void
a_mirrored_residual_mirrors_the_slope(void **state)
{
	struct likelihood one, other;
	uint64_t seed = 1;
	double r, h, s2;
	int i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		h = seconds(&seed);
		s2 = pow(seconds(&seed), 2);
		r = seconds(&seed);
		likelihood_box(r, h, s2, &one);
		likelihood_box(-r, h, s2, &other);
		near(other.value, one.value, 1e-12);
		near(other.slope, -one.slope, 1e-12);
		near(other.curve, one.curve, 1e-12);
	}
}

static void
a_scale_of_two_scales_the_box(void **state)
{
	struct likelihood one, other;
	uint64_t seed = 2;
	double r, h, s2;
	int i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		h = seconds(&seed);
		s2 = pow(seconds(&seed), 2);
		r = seconds(&seed) - seconds(&seed);
		likelihood_box(r, h, s2, &one);
		likelihood_box(2 * r, 2 * h, 4 * s2, &other);
		near(other.value, one.value / 2, 1e-12);
		near(other.slope, one.slope / 2, 1e-12);
		near(other.curve, one.curve / 4, 1e-12);
	}
}

static void
derivatives_are_those_of_log_value(void **state)
{
	struct likelihood at, below, above;
	uint64_t seed = 3;
	double r, h, s, d;
	int i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		s = seconds(&seed);
		h = s * pow(10, -1 + 2 * uniform(&seed));
		r = (h + 3 * s) * (2 * uniform(&seed) - 1);
		d = 1e-4 * s;
		/* By the predicted mean: residual goes the other way. */
		likelihood_box(r, h, s * s, &at);
		likelihood_box(r + d, h, s * s, &below);
		likelihood_box(r - d, h, s * s, &above);
		assert_true(fabs((log(above.value) - log(below.value)) /
		    (2 * d) - at.slope) * s < 1e-5);
		assert_true(fabs((above.slope - below.slope) / (2 * d) -
		    at.curve) * s * s < 1e-4);
	}
}

static void
a_box_never_widens_what_is_believed(void **state)
{
	struct likelihood result;
	uint64_t seed = 4;
	double h, s2;
	int i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		h = seconds(&seed);
		s2 = pow(seconds(&seed), 2);
		likelihood_box(seconds(&seed) - seconds(&seed), h, s2,
		    &result);
		assert_true(isfinite(result.value) && result.value >= 0);
		assert_true(isfinite(result.slope));
		/* Log-concave; and no sharper than a point. */
		assert_true(result.curve <= 1e-6 / s2);
		assert_true(result.curve >= -1.000001 / s2 - 1e-6 / s2);
	}
}

static void
what_levels_add_is_the_value(void **state)
{
	struct likelihood_shape shape = { 0 };
	double weights[LIKELIHOOD_LEVELS], parts[LIKELIHOOD_LEVELS], sum;
	struct likelihood result;
	uint64_t seed = 5;
	size_t k;
	int i;

	(void)state;
	for (i = 0; i < ROUNDS / 10; i++) {
		shape.half = seconds(&seed);
		shape.base = seconds(&seed) / 100;
		shape.lopsided = i % 2 != 0;
		shape.centre = 0.9 * shape.half;
		shape.width = 0.1 * shape.half;
		for (k = 0; k < LIKELIHOOD_LEVELS; k++)
			weights[k] = uniform(&seed);
		likelihood_mixture(&shape, seconds(&seed) - seconds(&seed),
		    pow(seconds(&seed), 2), weights, parts, &result);
		for (sum = 0, k = 0; k < LIKELIHOOD_LEVELS; k++) {
			assert_true(parts[k] >= 0);
			sum += parts[k];
		}
		near(sum, result.value, 1e-9);
		assert_true(isfinite(result.slope) && isfinite(result.curve));
	}
}

static void
nonsense_is_impossible(void **state)
{
	struct likelihood_shape shape = { .half = 1e-3, .base = 1e-6 };
	double weights[LIKELIHOOD_LEVELS] = { 1 };
	struct likelihood result;

	(void)state;
	likelihood_mixture(&shape, (double)NAN, 1e-6, weights, NULL, &result);
	assert_true(result.value == 0 && result.slope == 0);
	likelihood_mixture(&shape, (double)INFINITY, 1e-6, weights, NULL,
	    &result);
	assert_true(result.value == 0 && result.slope == 0);
	likelihood_mixture(&shape, 0, (double)NAN, weights, NULL, &result);
	assert_true(result.value == 0 && result.slope == 0);
}

static void
levels_go_from_none_to_65_ms(void **state)
{
	(void)state;
	assert_true(likelihood_level(0) == 0);
	assert_true(likelihood_level(1) == 1e-6);
	near(likelihood_level(9), 65.536e-3, 1e-12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mirrored_residual_mirrors_the_slope),
		cmocka_unit_test(a_scale_of_two_scales_the_box),
		cmocka_unit_test(derivatives_are_those_of_log_value),
		cmocka_unit_test(a_box_never_widens_what_is_believed),
		cmocka_unit_test(what_levels_add_is_the_value),
		cmocka_unit_test(nonsense_is_impossible),
		cmocka_unit_test(levels_go_from_none_to_65_ms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
