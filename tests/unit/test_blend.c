/*
 * net/core/blend: the joint filter goes on while the same sources survive, in
 * whatever order they come, and knows nothing of one that has gone.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/core/blend.h"

#define SOURCES	12
#define RATE	2e-5

struct world {
	struct blend	blend;
	struct tracker	trackers[SOURCES];
	struct blend_source sources[SOURCES];
	double		lies[SOURCES];
	uint64_t	seed;
	double		time;
};

static double
uniform(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (double)(*seed >> 11) / 9007199254740992.0;
}

static struct world *
begin(uint64_t seed)
{
	struct world *world = calloc(1, sizeof(*world));
	unsigned int i;

	assert_non_null(world);
	world->seed = seed;
	for (i = 0; i < SOURCES; i++) {
		tracker_init(&world->trackers[i]);
		world->sources[i].id = 100 + i;
		world->sources[i].tracker = &world->trackers[i];
	}
	return world;
}

/* A sample of each of count sources, then one run over them all. */
static void
round_of(struct world *world, size_t count)
{
	struct path_sample sample = { 0 };
	double there, back;
	size_t i;

	for (i = 0; i < count; i++) {
		world->time += 64.0 / (double)count;
		there = 0.01 - 1e-3 * log(1 - uniform(&world->seed));
		back = 0.01 - 1e-3 * log(1 - uniform(&world->seed));
		sample.time = world->time;
		sample.offset = RATE * world->time + (back - there) / 2 +
		    world->lies[i];
		sample.delay = there + back;
		tracker_sample(&world->trackers[i], &sample);
	}
}

static void
run(struct world *world, size_t count)
{
	blend_run(&world->blend, world->sources, count, 0, 1e-4);
}

static double
error(const struct world *world)
{
	struct bank_output output;

	assert_true(joint_output(&world->blend.joint, world->time, &output));
	return fabs(output.x - RATE * world->time);
}

static void
the_order_of_survivors_means_nothing(void **state)
{
	struct world *one = begin(1), *other = begin(1);
	struct bank_output a, b;
	struct blend_source first;
	int i;

	(void)state;
	for (i = 0; i < 60; i++) {
		round_of(one, 4);
		run(one, 4);
		round_of(other, 4);
		first = other->sources[0];
		memmove(other->sources, other->sources + 1,
		    3 * sizeof(first));
		other->sources[3] = first;
		run(other, 4);
	}
	assert_true(joint_output(&one->blend.joint, one->time, &a));
	assert_true(joint_output(&other->blend.joint, other->time, &b));
	assert_memory_equal(&a, &b, sizeof(a));
	assert_true(error(one) < 5e-4);
	free(one);
	free(other);
}

static void
who_is_gone_has_no_more_say(void **state)
{
	struct world *world = begin(2);
	struct bank_output alone, output;
	struct world *without = begin(2);
	int i;

	(void)state;
	world->lies[3] = without->lies[3] = 0.02;
	for (i = 0; i < 40; i++) {
		round_of(world, 4);
		run(world, 4);
		round_of(without, 4);
	}
	run(world, 3);
	run(without, 3);
	assert_true(joint_output(&world->blend.joint, world->time, &output));
	assert_true(joint_output(&without->blend.joint, world->time, &alone));
	assert_memory_equal(&output, &alone, sizeof(alone));
	assert_true(error(world) < 5e-4);
	free(world);
	free(without);
}

/* A server that admits to be far off is heard less. */
static void
a_wide_margin_is_a_small_weight(void **state)
{
	struct world *world = begin(3);
	double heard;
	int i;

	(void)state;
	world->lies[1] = 0.01;
	for (i = 0; i < 40; i++)
		round_of(world, 2);
	run(world, 2);
	heard = error(world);
	world->blend.count = 0;
	world->sources[1].claimed = 0.1;
	run(world, 2);
	assert_true(error(world) < heard / 4);
	free(world);
}

static void
more_than_ten_are_not_too_many(void **state)
{
	struct world *world = begin(4);
	int i;

	(void)state;
	for (i = 0; i < 30; i++) {
		round_of(world, SOURCES);
		run(world, SOURCES);
	}
	assert_int_equal(world->blend.count, BLEND_SOURCES);
	assert_true(error(world) < 5e-4);
	free(world);
}

static void
memory_is_enough(void **state)
{
	(void)state;
	assert_int_equal(joint_doubles(BLEND_SOURCES), BLEND_DOUBLES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_of_survivors_means_nothing),
		cmocka_unit_test(who_is_gone_has_no_more_say),
		cmocka_unit_test(a_wide_margin_is_a_small_weight),
		cmocka_unit_test(more_than_ten_are_not_too_many),
		cmocka_unit_test(memory_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
