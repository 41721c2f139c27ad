/*
 * The client steers an ideal clock over a path of 10 ms with exponential
 * jitter of 0.5 ms each way; the oscillator is 200 ppm wrong.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/client_world.h"

struct result {
	double		worst;		/* of the hour, s */
	double		rms;
	double		at_60, at_120;
};

/* Watches the error once a second from from_s on, for an hour. */
static void
watch(struct world *world, double from_s, struct result *result)
{
	double sum = 0, error;
	int i;

	result->worst = 0;
	for (i = 0; i < 3600; i++) {
		world_run(world, from_s + i);
		error = fabs(world_error(world));
		sum += error * error;
		if (error > result->worst)
			result->worst = error;
	}
	result->rms = sqrt(sum / 3600);
}

static struct result
run(uint64_t seed, double rate)
{
	struct world_server server = { .address = "192.0.2.1",
	    .delay = 0.010, .jitter = 0.0005 };
	struct msg_conf_source source = world_source("192.0.2.1");
	struct world world;
	struct result result;

	world_init(&world, seed, rate, &server, 1);
	world_configure(&world, &source, 1);
	world_run(&world, 15);
	assert_true(world.stepped);
	world_run(&world, 60);
	result.at_60 = fabs(world_error(&world));
	world_run(&world, 120);
	result.at_120 = fabs(world_error(&world));
	watch(&world, 150, &result);
	world_free(&world);
	return result;
}

static void
within_1_ms_after_150_s_and_half_a_ms_rms_over_the_hour(void **state)
{
	struct result r;
	double rms = 0, worst = 0, at_60 = 0, at_120 = 0;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 50; seed++) {
		r = run(seed * 7919, seed % 2 == 0 ? 200e-6 : -200e-6);
		rms += r.rms * r.rms / 50;
		at_60 += r.at_60 * r.at_60 / 50;
		at_120 += r.at_120 * r.at_120 / 50;
		if (r.worst > worst)
			worst = r.worst;
		assert_true(r.worst < 0.001);
		assert_true(r.rms < 0.0005);
	}
	print_message("rms %.1f us, worst %.1f us, at 60 s %.1f us, "
	    "at 120 s %.1f us\n", sqrt(rms) * 1e6, worst * 1e6,
	    sqrt(at_60) * 1e6, sqrt(at_120) * 1e6);
	assert_true(sqrt(rms) < 0.0002);
}

struct hint {
	double		frequency, sd;	/* as clockctl had it at the start */
	int		from_s, for_s;	/* when the error must be within */
	double		bound;		/* so much, in s */
};

static void
assert_within(uint64_t seed, const struct hint *hint)
{
	struct world_server server = { .address = "192.0.2.1",
	    .delay = 0.010, .jitter = 0.0005 };
	struct msg_conf_source source = world_source("192.0.2.1");
	struct world world;
	int i;

	world_init(&world, seed, 200e-6, &server, 1);
	world_hint(&world, hint->frequency, hint->sd);
	world_configure(&world, &source, 1);
	for (i = 0; i < hint->for_s; i++) {
		world_run(&world, hint->from_s + i);
		assert_true(fabs(world_error(&world)) < hint->bound);
	}
	world_free(&world);
}

/* clockctl has the frequency from the drift file and says so on the start. */
static void
known_frequency_is_within_1_ms_after_20_s(void **state)
{
	static const struct hint right = { 199.5e-6, 1e-6, 20, 600, 0.001 };
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 50; seed++)
		assert_within(seed * 104729, &right);
}

/* The drift file is of another machine: 150 ppm wrong. */
static void
wrong_hint_is_overcome(void **state)
{
	static const struct hint wrong = { 50e-6, 1e-4, 300, 1800, 0.002 };
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 20; seed++)
		assert_within(seed * 1299709, &wrong);
}

/*
 * Oscillators that wander, from a good one to one in a bad machine: the
 * estimate knows how good it is, and the poll interval follows.
 */
static void
wander_is_met_by_polls(void **state)
{
	static const struct { double wander, rms; } rows[] = {
		{ 1e-10, 0.00006 }, { 1e-9, 0.0001 }, { 1e-8, 0.00012 },
		{ 1e-7, 0.00015 } };
	struct world_server server = { .address = "192.0.2.1",
	    .delay = 0.010, .jitter = 0.0001 };
	struct msg_conf_source source = world_source("192.0.2.1");
	unsigned int requests = UINT32_MAX;
	struct world world;
	double sum, rms;
	size_t row;
	int i;

	(void)state;
	for (row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		world_init(&world, 17, 20e-6, &server, 1);
		world.wander = rows[row].wander;
		server.requests = 0;
		world_configure(&world, &source, 1);
		for (sum = 0, i = 1; i <= 4000; i++) {
			world_run(&world, 2000 + 20 * i);
			sum += world_error(&world) * world_error(&world);
		}
		rms = sqrt(sum / 4000);
		print_message("wander %.0e: rms %.1f us, %u polls\n",
		    rows[row].wander, rms * 1e6, server.requests);
		assert_true(rms < rows[row].rms);
		if (row > 0)
			assert_true(server.requests > requests);
		requests = server.requests;
		world_free(&world);
	}
	/* the worst of them is polled at minpoll: 82000 s */
	assert_in_range(requests, 1150, 1300);
}

/*
 * four servers tell more than one, and more than the mean of
 * what they say; five hours from the third on.
 */
static void
servers_add_up(void **state)
{
	struct msg_conf_source sources[4] = { world_source("192.0.2.1"),
	    world_source("192.0.2.2"), world_source("192.0.2.3"),
	    world_source("192.0.2.4") };
	struct world_server servers[4];
	struct world world;
	double sum = 0, rms;
	uint64_t seed;
	int i;

	(void)state;
	for (seed = 1; seed <= 6; seed++) {
		for (i = 0; i < 4; i++)
			servers[i] = (struct world_server){
			    .address = sources[i].name, .delay = 0.010,
			    .jitter = 0.001 };
		world_init(&world, seed * 7919, 20e-6, servers, 4);
		world.wander = 1e-9;
		world_configure(&world, sources, 4);
		for (i = 1; i <= 1200; i++) {
			world_run(&world, 10000 + 15 * i);
			sum += world_error(&world) * world_error(&world);
		}
		world_free(&world);
	}
	rms = sqrt(sum / (6 * 1200));
	print_message("four servers: rms %.1f us\n", rms * 1e6);
	assert_true(rms < 0.000125);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    within_1_ms_after_150_s_and_half_a_ms_rms_over_the_hour),
		cmocka_unit_test(known_frequency_is_within_1_ms_after_20_s),
		cmocka_unit_test(wrong_hint_is_overcome),
		cmocka_unit_test(wander_is_met_by_polls),
		cmocka_unit_test(servers_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
