/*
 * net/core/fusion and what it stands on: sources in simulated time, and what
 * must hold whatever they do.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/core/fusion.h"
#include "net/core/interval.h"

#define SOURCES_MAX	5

struct path_model {
	double	there, back;	/* least one-way delays, s */
	double	queue;		/* mean of each queue */
	double	lie;		/* added to its offsets */
	double	drift;		/* of the server, a second */
};

struct world {
	struct tracker	trackers[SOURCES_MAX];
	struct joint_source sources[SOURCES_MAX];
	struct path_model paths[SOURCES_MAX];
	struct fusion	fusion;
	double		*memory;
	uint64_t	seed;
	double		rate;		/* of the axis */
	double		offset;
	double		shift;		/* of time: begins then */
};

static double
uniform(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (double)(*seed >> 11) / 9007199254740992.0;
}

static double
queue(struct world *world, double mean)
{
	return -mean * log(1 - uniform(&world->seed));
}

static struct world *
begin(size_t count, uint64_t seed)
{
	struct world *world = calloc(1, sizeof(*world));
	size_t i;

	assert_non_null(world);
	world->memory = calloc(joint_doubles(SOURCES_MAX), sizeof(double));
	assert_non_null(world->memory);
	for (i = 0; i < count; i++) {
		tracker_init(&world->trackers[i]);
		world->sources[i].tracker = &world->trackers[i];
		world->paths[i] = (struct path_model){ 0.001, 0.001, 1e-4, 0,
		    0 };
	}
	fusion_init(&world->fusion, world->sources, count, world->memory);
	world->seed = seed;
	world->rate = 1e-5;
	world->offset = 1e-3;
	return world;
}

static void
end(struct world *world)
{
	free(world->memory);
	free(world);
}

/* Axis minus true time. */
static double
truth(const struct world *world, double t)
{
	return world->offset + world->rate * t;
}

static enum fusion_result
exchange(struct world *world, size_t source, double t)
{
	const struct path_model *path = &world->paths[source];
	double there = path->there + queue(world, path->queue);
	double back = path->back + queue(world, path->queue);
	struct path_sample sample = {
		.time = t + world->shift,
		.offset = truth(world, t) + (back - there) / 2 + path->lie +
		    path->drift * t,
		.delay = there + back,
	};

	return fusion_sample(&world->fusion, source, &sample);
}

/* Every source in turn, each once in interval. */
static double
run(struct world *world, double from, double until, double interval)
{
	size_t i, count = world->fusion.count;
	double t;

	for (t = from; t < until; t += interval)
		for (i = 0; i < count; i++)
			exchange(world, i, t + 0.1 * (double)i);
	return t;
}

static double
error(const struct world *world, double t)
{
	struct bank_output output;

	assert_true(fusion_output(&world->fusion, t + world->shift, &output));
	return fabs(output.x - truth(world, t));
}

static void
it_finds_offset_and_frequency(void **state)
{
	struct world *world = begin(1, 1);
	struct bank_output output;

	(void)state;
	run(world, 0, 8, 2);
	run(world, 64, 6400, 64);
	assert_true(error(world, 6400) < 1e-4);
	assert_true(fusion_output(&world->fusion, 6400, &output));
	assert_true(fabs(output.y - world->rate) < 1e-7);
	end(world);
}

static void
a_shift_of_time_changes_nothing(void **state)
{
	struct world *one = begin(3, 2), *other = begin(3, 2);
	struct bank_output a, b;

	(void)state;
	other->shift = 4096;
	run(one, 0, 3200, 64);
	run(other, 0, 3200, 64);
	assert_true(fusion_output(&one->fusion, 3300, &a));
	assert_true(fusion_output(&other->fusion, 3300 + 4096, &b));
	assert_true(fabs(a.x - b.x) < 1e-12);
	assert_true(fabs(a.y - b.y) < 1e-15);
	assert_true(fabs(a.xx / b.xx - 1) < 1e-6);
	end(one);
	end(other);
}

static void
a_shift_of_offsets_shifts_the_output(void **state)
{
	struct world *one = begin(3, 3), *other = begin(3, 3);
	struct bank_output a, b;

	(void)state;
	other->offset += 0.5;
	run(one, 0, 3200, 64);
	run(other, 0, 3200, 64);
	assert_true(fusion_output(&one->fusion, 3300, &a));
	assert_true(fusion_output(&other->fusion, 3300, &b));
	assert_true(fabs(b.x - a.x - 0.5) < 1e-11);
	assert_true(fabs(a.xx / b.xx - 1) < 1e-6);
	end(one);
	end(other);
}

static void
mirrored_offsets_mirror_the_output(void **state)
{
	struct world *one = begin(1, 4), *other = begin(1, 4);
	struct path_sample sample;
	struct bank_output a, b;
	int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		sample = (struct path_sample){ .time = 64.0 * i,
		    .offset = 1e-3 * uniform(&one->seed),
		    .delay = 2e-3 + queue(one, 1e-4) };
		fusion_sample(&one->fusion, 0, &sample);
		sample.offset = -sample.offset;
		fusion_sample(&other->fusion, 0, &sample);
	}
	assert_true(fusion_output(&one->fusion, 6400, &a));
	assert_true(fusion_output(&other->fusion, 6400, &b));
	assert_true(fabs(a.x + b.x) < 1e-12);
	assert_true(fabs(a.xx / b.xx - 1) < 1e-9);
	end(one);
	end(other);
}

static void
the_first_output_waits_for_more_than_half(void **state)
{
	struct world *world = begin(4, 5);

	(void)state;
	assert_int_equal(exchange(world, 0, 0), FUSION_WAITING);
	assert_int_equal(exchange(world, 1, 1), FUSION_WAITING);
	assert_int_equal(exchange(world, 2, 2), FUSION_NEW);
	end(world);
	/* or ten seconds */
	world = begin(4, 5);
	assert_int_equal(exchange(world, 0, 0), FUSION_WAITING);
	assert_int_equal(exchange(world, 0, 9), FUSION_WAITING);
	assert_int_equal(exchange(world, 0, 11), FUSION_NEW);
	end(world);
}

static void
a_falseticker_is_out(void **state)
{
	struct world *world = begin(3, 6);

	(void)state;
	world->paths[1].lie = 0.05;
	run(world, 0, 8, 2);
	run(world, 64, 3200, 64);
	assert_true(world->sources[0].selected && world->sources[2].selected);
	assert_false(world->sources[1].selected);
	assert_true(error(world, 3200) < 2e-4);
	end(world);
}

static void
one_that_drifts_is_out_while_its_interval_still_fits(void **state)
{
	struct world *world = begin(4, 7);
	double t;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		world->paths[i] = (struct path_model){ 0.02, 0.02, 1e-5, 0,
		    0 };
	world->paths[3].drift = 1e-6;
	t = run(world, 0, 8, 2);
	run(world, t + 56, 6400, 64);
	assert_false(world->sources[3].selected);
	assert_true(world->sources[0].selected);
	end(world);
}

/* Slow and quick servers at once: by a few seconds in the wrong order. */
static void
replies_that_overtake_each_other_do_no_harm(void **state)
{
	struct world *world = begin(4, 16);
	struct bank_output output;
	double t;

	(void)state;
	world->rate = 1e-4;
	for (t = 0; t < 1280; t += 8) {
		exchange(world, 2, t + 6);
		exchange(world, 0, t);
		exchange(world, 3, t + 5);
		exchange(world, 1, t + 1);
	}
	assert_true(fusion_output(&world->fusion, t, &output));
	assert_true(fabs(output.y - world->rate) < 5e-7);
	assert_true(error(world, t) < 1e-4);
	end(world);
}

static void
two_that_disagree_are_not_averaged(void **state)
{
	struct world *world = begin(2, 8);
	struct bank_output before;
	double rate, variance;

	(void)state;
	world->paths[1].lie = 0.5;
	exchange(world, 0, 0);
	assert_int_equal(exchange(world, 1, 0.1), FUSION_NO_MAJORITY);
	run(world, 2, 3200, 64);
	assert_false(fusion_output(&world->fusion, 3200, &before));
	assert_true(agree_rate(world->sources, 2, &rate, &variance));
	assert_true(fabs(rate - world->rate) < 1e-6);
	/* The liar is replaced by one that tells the truth. */
	world->paths[1].lie = 0;
	world->sources[1].tracker = &world->trackers[2];
	tracker_init(&world->trackers[2]);
	run(world, 3264, 6400, 64);
	assert_true(error(world, 6400) < 2e-4);
	end(world);
}

static void
a_removed_source_is_forgotten(void **state)
{
	struct world *world = begin(3, 9);

	(void)state;
	world->paths[2].lie = 1e-4;
	run(world, 0, 3200, 64);
	fusion_change(&world->fusion, world->sources, 2, world->memory);
	run(world, 3200, 3264, 64);
	assert_true(error(world, 3264) < 5e-5);
	fusion_change(&world->fusion, world->sources, 1, world->memory);
	run(world, 3328, 3392, 64);
	assert_true(error(world, 3392) < 5e-5);
	/* and others come */
	tracker_init(&world->trackers[1]);
	tracker_init(&world->trackers[2]);
	fusion_change(&world->fusion, world->sources, 3, world->memory);
	run(world, 3456, 6400, 64);
	assert_true(error(world, 6400) < 5e-5);
	end(world);
}

static void
a_longer_way_back_is_taken_for_asymmetry(void **state)
{
	struct world *world = begin(1, 10);

	(void)state;
	run(world, 0, 8, 2);
	run(world, 64, 64 * 600, 600);
	world->paths[0].back += 0.005;
	run(world, 64 * 600, 64 * 1200, 600);
	/* 2.5 ms if it were believed. */
	assert_true(error(world, 64 * 1200) < 1e-3);
	assert_true(world->trackers[0].former.valid);
	world->paths[0].back -= 0.005;
	run(world, 64 * 1200, 64 * 1800, 600);
	assert_true(error(world, 64 * 1800) < 2e-4);
	end(world);
}

static void
a_longer_way_of_both_is_followed(void **state)
{
	struct world *world = begin(1, 11);

	(void)state;
	run(world, 0, 8, 2);
	run(world, 64, 64 * 600, 600);
	world->paths[0].back += 0.005;
	world->paths[0].there += 0.005;
	run(world, 64 * 600, 64 * 1200, 600);
	assert_true(world->trackers[0].path.floor > 0.0115);
	assert_true(error(world, 64 * 1200) < 2e-4);
	end(world);
}

static void
a_jump_of_all_servers_is_followed(void **state)
{
	struct world *world = begin(3, 12);
	double t;

	(void)state;
	t = run(world, 0, 6400, 64);
	world->offset += 100;
	t = run(world, t, t + 2 * 3600, 64);
	assert_true(error(world, t) < 1e-3);
	end(world);
}

static void
a_suspend_leaves_the_frequency(void **state)
{
	struct world *world = begin(3, 13);
	struct bank_output output;
	double t;

	(void)state;
	t = run(world, 0, 6400, 64);
	fusion_suspended(&world->fusion, 3600);
	world->offset += 0.7;
	assert_true(fusion_output(&world->fusion, t, &output));
	assert_true(sqrt(output.xx) > 300);
	t = run(world, t, t + 8, 2);
	assert_true(error(world, t) < 5e-4);
	assert_true(fusion_output(&world->fusion, t, &output));
	assert_true(fabs(output.y - world->rate) < 1e-6);
	end(world);
}

static void
the_bound_holds(void **state)
{
	struct world *world;
	double t, bound;
	uint64_t seed;
	size_t i;

	(void)state;
	for (seed = 20; seed < 30; seed++) {
		world = begin(1 + seed % 3, seed);
		for (i = 0; i < world->fusion.count; i++)
			world->paths[i].back += 0.003 * uniform(&world->seed);
		for (t = 0; t < 6400; t += 64) {
			run(world, t, t + 1, 64);
			if (!fusion_bound(&world->fusion, t + 63, &bound))
				continue;
			assert_true(error(world, t + 63) <= bound);
			assert_true(bound < (t < 640 ? 0.05 : 0.006));
		}
		end(world);
	}
}

static void
garbage_is_refused(void **state)
{
	struct world *world = begin(1, 14);
	struct path_sample sample = { .time = 3300, .offset = (double)NAN,
	    .delay = 0.002 };
	double t;

	(void)state;
	t = run(world, 0, 3200, 64);
	assert_int_equal(fusion_sample(&world->fusion, 0, &sample),
	    FUSION_SAME);
	sample.offset = 0;
	sample.time = 5;
	assert_int_equal(fusion_sample(&world->fusion, 0, &sample),
	    FUSION_SAME);
	assert_true(error(world, t) < 1e-4);
	end(world);
}

static void
a_filter_gone_mad_begins_again(void **state)
{
	struct world *world = begin(3, 15);
	double t;

	(void)state;
	t = run(world, 0, 3200, 64);
	bank_reset(&world->trackers[0].bank, 1, (double)NAN, 1e-8);
	bank_reset(&world->fusion.joint.bank, 0, (double)INFINITY, 1e-8);
	t = run(world, t, t + 64, 64);
	assert_true(bank_sane(&world->trackers[0].bank));
	assert_true(bank_sane(&world->fusion.joint.bank));
	assert_true(error(world, t) < 1e-4);
	end(world);
}

static void
whatever_comes_all_stays_finite(void **state)
{
	struct world *world;
	struct bank_output output;
	struct path_sample sample = { 0 };
	double poll;
	uint64_t seed;
	size_t source;
	int i;

	(void)state;
	for (seed = 100; seed < 130; seed++) {
		world = begin(1 + seed % SOURCES_MAX, seed);
		sample.time = 0;
		for (i = 0; i < 150; i++) {
			sample.time += pow(10, -3 + 9 * uniform(&world->seed));
			sample.offset = pow(10, -8 + 18 *
			    uniform(&world->seed));
			if (i % 2 != 0)
				sample.offset = -sample.offset;
			sample.delay = i % 7 == 0 ? 0 :
			    pow(10, -7 + 8 * uniform(&world->seed));
			source = (size_t)i % world->fusion.count;
			fusion_sample(&world->fusion, source, &sample);
			assert_true(bank_sane(&world->trackers[source].bank));
			poll = interval_best(&world->trackers[source],
			    sample.time, 64, 1024);
			assert_true(poll >= 64 && poll <= 1024);
			if (!fusion_output(&world->fusion, sample.time + 1,
			    &output))
				continue;
			assert_true(isfinite(output.x) && isfinite(output.y));
			assert_true(output.xx >= 0 && output.yy >= 0);
		}
		end(world);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_finds_offset_and_frequency),
		cmocka_unit_test(a_shift_of_time_changes_nothing),
		cmocka_unit_test(a_shift_of_offsets_shifts_the_output),
		cmocka_unit_test(mirrored_offsets_mirror_the_output),
		cmocka_unit_test(the_first_output_waits_for_more_than_half),
		cmocka_unit_test(a_falseticker_is_out),
		cmocka_unit_test(
		    one_that_drifts_is_out_while_its_interval_still_fits),
		cmocka_unit_test(replies_that_overtake_each_other_do_no_harm),
		cmocka_unit_test(two_that_disagree_are_not_averaged),
		cmocka_unit_test(a_removed_source_is_forgotten),
		cmocka_unit_test(a_longer_way_back_is_taken_for_asymmetry),
		cmocka_unit_test(a_longer_way_of_both_is_followed),
		cmocka_unit_test(a_jump_of_all_servers_is_followed),
		cmocka_unit_test(a_suspend_leaves_the_frequency),
		cmocka_unit_test(the_bound_holds),
		cmocka_unit_test(garbage_is_refused),
		cmocka_unit_test(a_filter_gone_mad_begins_again),
		cmocka_unit_test(whatever_comes_all_stays_finite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
