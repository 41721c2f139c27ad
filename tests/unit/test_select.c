/*
 * net/core/select, cluster, combine: truechimers are found among liars, and
 * nothing is believed without a majority.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/core/cluster.h"
#include "net/core/combine.h"
#include "net/core/select.h"

#define MAXDIST	1.5

static struct candidate
source(unsigned int slot, double offset, double distance)
{
	return (struct candidate){
		.slot = slot, .stratum = 2, .offset = offset,
		.distance = distance, .offset_sd = distance / 10,
		.jitter = distance / 10, .frequency_sd = 1e-7,
	};
}

static uint64_t
draw(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return *seed >> 33;
}

static double
uniform(uint64_t *seed, double low, double high)
{
	return low + (high - low) * (double)draw(seed) / 2147483648.0;
}

static void
one_source_is_a_majority(void **state)
{
	struct candidate c[1] = { source(3, 0.1, 0.01) };

	(void)state;
	assert_int_equal(select_survivors(c, 1, 1), 1);
	assert_int_equal(c[0].selection, SELECTION_CANDIDATE);
	assert_int_equal(select_survivors(c, 0, 1), 0);
}

static void
two_that_disagree_are_no_majority(void **state)
{
	struct candidate c[2] = { source(0, 0, 0.01), source(1, 1, 0.01) };

	(void)state;
	assert_int_equal(select_survivors(c, 2, 1), 0);
	assert_int_equal(c[0].cause, REJECT_NO_MAJORITY);
	assert_int_equal(c[1].cause, REJECT_NO_MAJORITY);
	c[1].offset = 0.009;
	assert_int_equal(select_survivors(c, 2, 1), 2);
	/* each must be within what the other one claims */
	c[1].offset = 0.015;
	assert_int_equal(select_survivors(c, 2, 1), 0);
}

static void
two_against_two_is_no_majority(void **state)
{
	struct candidate c[4] = { source(0, 0, 0.01), source(1, 5, 0.01),
	    source(2, 0.001, 0.01), source(3, 5.001, 0.01) };

	(void)state;
	assert_int_equal(select_survivors(c, 4, 1), 0);
}

/* Any number of liars below a half, anywhere: all of the honest survive. */
static void
a_minority_of_liars_is_found(void **state)
{
	struct candidate c[ASSOCIATIONS_MAX];
	size_t n, liars, i, survivors;
	uint64_t seed = 11;
	int round;

	(void)state;
	for (round = 0; round < 5000; round++) {
		n = 1 + draw(&seed) % 12;
		liars = draw(&seed) % ((n + 1) / 2);
		for (i = 0; i < n; i++) {
			double distance = uniform(&seed, 0.001, 0.05);
			bool lies = i < liars;

			c[i] = source((unsigned int)i, lies ?
			    uniform(&seed, 1, 100) * (draw(&seed) & 1 ? 1 :
			    -1) : uniform(&seed, -0.0005, 0.0005),
			    distance);
		}
		survivors = select_survivors(c, n, 1);
		assert_true(survivors >= n - liars);
		for (i = 0; i < survivors; i++)
			assert_true(c[i].slot >= liars);
		for (; i < n; i++) {
			assert_true(c[i].slot < liars);
			assert_int_equal(c[i].selection,
			    SELECTION_FALSETICKER);
		}
	}
}

/* Whatever the intervals: survivors are a strict majority, or none. */
static void
survivors_are_more_than_half_or_none(void **state)
{
	struct candidate c[ASSOCIATIONS_MAX];
	size_t n, i, survivors;
	uint64_t seed = 12;
	int round;

	(void)state;
	for (round = 0; round < 5000; round++) {
		n = 1 + draw(&seed) % ASSOCIATIONS_MAX;
		for (i = 0; i < n; i++)
			c[i] = source((unsigned int)i,
			    uniform(&seed, -1, 1),
			    uniform(&seed, 0.001, 1));
		survivors = select_survivors(c, n, 1);
		assert_true(survivors == 0 || 2 * survivors > n);
	}
}

static void
minsane_asks_for_more(void **state)
{
	struct candidate c[3] = { source(0, 0, 0.01), source(1, 0.001, 0.01),
	    source(2, 9, 0.01) };

	(void)state;
	assert_int_equal(select_survivors(c, 3, 3), 0);
	assert_int_equal(select_survivors(c, 3, 2), 2);
}

static void
true_is_believed_against_the_majority(void **state)
{
	struct candidate c[3] = { source(0, 0, 0.01), source(1, 0.001, 0.01),
	    source(2, 9, 0.01) };
	struct candidate d[2] = { source(0, 0, 0.01), source(1, 9, 0.01) };

	(void)state;
	c[2].flags = SOURCE_TRUE;
	assert_int_equal(select_survivors(c, 3, 1), 3);
	d[1].flags = SOURCE_TRUE;
	assert_int_equal(select_survivors(d, 2, 1), 1);
	assert_int_equal(d[0].slot, 1);
}

static void
order_is_kept_and_survivors_come_first(void **state)
{
	struct candidate c[5] = { source(4, 9, 0.01), source(3, 0, 0.01),
	    source(2, -9, 0.01), source(1, 0.001, 0.01),
	    source(0, 0.002, 0.01) };
	static const unsigned int expected[] = { 3, 1, 0, 4, 2 };
	size_t i;

	(void)state;
	assert_int_equal(select_survivors(c, 5, 1), 3);
	for (i = 0; i < 5; i++)
		assert_int_equal(c[i].slot, expected[i]);
}

static void
clustering_casts_off_the_furthest(void **state)
{
	struct candidate c[4] = { source(0, 0, 0.01), source(1, 0.008, 0.02),
	    source(2, 0.0001, 0.01), source(3, 0.0002, 0.01) };
	double jitter;

	(void)state;
	assert_int_equal(cluster_survivors(c, 4, 3, MAXDIST, &jitter), 3);
	assert_int_equal(c[3].slot, 1);
	assert_int_equal(c[3].selection, SELECTION_OUTLIER);
	assert_int_equal(c[3].cause, REJECT_OUTLIER);
	assert_true(jitter < 0.001);
}

static void
clustering_keeps_minclock_prefer_and_true(void **state)
{
	struct candidate c[4] = { source(0, 0, 0.01), source(1, 0.008, 0.02),
	    source(2, 0.0001, 0.01), source(3, 0.0002, 0.01) };
	double jitter;

	(void)state;
	assert_int_equal(cluster_survivors(c, 4, 4, MAXDIST, &jitter), 4);
	c[3].flags = SOURCE_PREFER;	/* the far one, sorted to the end */
	assert_int_equal(c[3].slot, 1);
	assert_int_equal(cluster_survivors(c, 4, 1, MAXDIST, &jitter), 1);
	assert_int_equal(c[0].slot, 1);
	assert_int_equal(cluster_survivors(c, 0, 1, MAXDIST, &jitter), 0);
}

/* More jitter in each than between them: nothing to gain. */
static void
clustering_stops_where_it_does_not_help(void **state)
{
	struct candidate c[5];
	unsigned int i;
	double jitter;

	(void)state;
	for (i = 0; i < 5; i++) {
		c[i] = source(i, 0.0001 * i, 0.01);
		c[i].jitter = 0.002;
	}
	assert_int_equal(cluster_survivors(c, 5, 1, MAXDIST, &jitter), 5);
}

static void
lower_stratum_then_distance_leads(void **state)
{
	struct candidate c[3] = { source(0, 0, 0.01), source(1, 0, 0.001),
	    source(2, 0, 0.02) };
	double jitter;

	(void)state;
	c[2].stratum = 1;
	assert_int_equal(cluster_survivors(c, 3, 3, MAXDIST, &jitter), 3);
	assert_int_equal(c[0].slot, 2);
	assert_int_equal(c[1].slot, 1);
	assert_int_equal(c[2].slot, 0);
	assert_int_equal(combine_system_peer(c, 3, 0), 0);
	/* no hopping within a stratum */
	assert_int_equal(combine_system_peer(c, 3, 2), 0);
	c[0].stratum = 2;
	assert_int_equal(combine_system_peer(c, 3, 0), 2);
	c[1].flags = SOURCE_PREFER;
	assert_int_equal(combine_system_peer(c, 3, 0), 1);
}

static void
combining_weighs_by_variance(void **state)
{
	struct candidate c[2] = { source(0, 0, 0.01), source(1, 0.003, 0.01) };
	struct combined combined;

	(void)state;
	c[0].offset_sd = 0.001;
	c[1].offset_sd = 0.002;
	c[0].frequency = 1e-6;
	c[1].frequency = 2e-6;
	c[1].frequency_sd = 2e-7;
	combine_survivors(c, 2, &combined);
	assert_true(fabs(combined.offset - 0.0006) < 1e-9);
	assert_true(fabs(combined.frequency - 1.2e-6) < 1e-10);
	/* they differ by more than they admit */
	assert_true(combined.offset_sd > 0.001);
	assert_true(combined.frequency_sd > 1e-7);
	c[1].offset = c[0].offset;
	combine_survivors(c, 2, &combined);
	assert_true(combined.offset_sd < 0.001);
	/* who admits a second of error is hardly heard, yet may survive */
	c[1].offset = 0.5;
	c[1].claimed = 1;
	combine_survivors(c, 2, &combined);
	assert_true(fabs(combined.offset) < 1e-5);
	c[1].flags = SOURCE_PREFER;
	c[1].offset = 0.003;
	combine_survivors(c, 2, &combined);
	assert_true(fabs(combined.offset - 0.003) < 1e-9);
	assert_true(fabs(combined.frequency - 2e-6) < 1e-12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_source_is_a_majority),
		cmocka_unit_test(two_that_disagree_are_no_majority),
		cmocka_unit_test(two_against_two_is_no_majority),
		cmocka_unit_test(a_minority_of_liars_is_found),
		cmocka_unit_test(survivors_are_more_than_half_or_none),
		cmocka_unit_test(minsane_asks_for_more),
		cmocka_unit_test(true_is_believed_against_the_majority),
		cmocka_unit_test(order_is_kept_and_survivors_come_first),
		cmocka_unit_test(clustering_casts_off_the_furthest),
		cmocka_unit_test(clustering_keeps_minclock_prefer_and_true),
		cmocka_unit_test(clustering_stops_where_it_does_not_help),
		cmocka_unit_test(lower_stratum_then_distance_leads),
		cmocka_unit_test(combining_weighs_by_variance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
