/*
 * Steering on a simulated kernel: how exactly and how fast the clock gets
 * where it should, and what is left of it when everything is killed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/clock_rig.h"

#define START_NS	(INT64_C(1790000000) * NS_PER_S + 123456789)

static void
assert_clean(const struct rig *rig)
{
	if (rig->violation != NULL)
		fail_msg("%s", rig->violation);
}

/* A rig past its first sample, without error, at a base frequency. */
static void
settle(struct rig *rig, int64_t ppt)
{
	rig_init(rig, START_NS, START_NS, ppt);
	rig->limits.flags = LIMITS_FREQUENCY;
	rig->limits.frequency_ppt = ppt;
	rig_begin(rig);
	for (int i = 0; i < 8; i++) {
		assert_int_not_equal(rig_honest(rig, 0), CLOCK_HELD);
		rig_run(rig, 4);
	}
	assert_true(llabs(rig_error(rig)) < 100);
}

static const int64_t offsets[] = {
	10 * NS_PER_US, -10 * NS_PER_US, 500 * NS_PER_US, 20 * NS_PER_MS,
	-20 * NS_PER_MS, 100 * NS_PER_MS
};
static const int64_t bases[] = {
	0, 37300000, -123456000, 450 * PPT_PER_PPM
};

/* Gone after offset / rate and half a minute, to some 100 ns (ARCHITECTURE.md,
 * "What the kernel does"); the true time moves, the clock follows. */
static void
slew_removes_an_offset(void **state)
{
	struct rig rig;
	int64_t room, seconds;

	(void)state;
	for (size_t b = 0; b < 4; b++)
		for (size_t i = 0; i < 6; i++) {
			settle(&rig, bases[b]);
			rig.true_ns += offsets[i];
			assert_int_equal(rig_honest(&rig, 0), CLOCK_SLEWING);
			room = (STEER_LIMIT_PPT - llabs(bases[b])) / 1000;
			seconds = llabs(offsets[i]) / room + 16;
			rig_run(&rig, seconds);
			assert_true(llabs(rig_error(&rig)) < 1100);
			assert_false(rig.control.steer.slewing);
			rig_run(&rig, 30);
			assert_true(llabs(rig_error(&rig)) < 300);
			assert_int_equal(rig.kernel.frequency / 65536 / 1000,
			    steer_to_kernel(rig.control.steer.base_ppt));
			assert_clean(&rig);
		}
}

/* An idle kernel notices a second's begin late; by 4 ms nothing is lost. */
static void
slew_is_exact_when_seconds_are_noticed_late(void **state)
{
	struct rig rig;

	(void)state;
	settle(&rig, 37300000);
	rig.kernel.late_ns = 4 * NS_PER_MS;
	rig.true_ns += 20 * NS_PER_MS;
	rig_honest(&rig, 0);
	rig_run(&rig, 100);
	/* the last chunks' lateness is not known to anybody */
	assert_true(llabs(rig_error(&rig)) < 2000);
	assert_clean(&rig);
}

/* Most of a common error is gone within a small part of a poll interval. */
static void
slew_is_quick(void **state)
{
	struct rig rig;

	(void)state;
	settle(&rig, 0);
	rig.true_ns += 500 * NS_PER_US;
	rig_honest(&rig, 0);
	rig_run(&rig, 6);
	assert_true(llabs(rig_error(&rig)) < 25 * NS_PER_US);
}

/* Nobody is there any more: the base frequency stays, nothing runs on, and
 * the clock never ends farther from the truth than it was. */
static void
kill_leaves_the_base_frequency(void **state)
{
	struct rig rig;
	int64_t error, later;

	(void)state;
	srand(7);
	for (int i = 0; i < 300; i++) {
		settle(&rig, bases[i % 4]);
		rig.true_ns += offsets[i % 6];
		rig_honest(&rig, 0);
		rig_run_ns(&rig, rand() % 60 * NS_PER_S +
		    rand() % NS_PER_S);
		error = rig_error(&rig);
		rig_run_dead(&rig, 100);
		later = rig_error(&rig);
		/* at most what runs and what was armed, 4 s of the rate */
		assert_true(llabs(later - error) <= 5 * 500 * NS_PER_US);
		assert_true(llabs(later) <= llabs(error) + 200);
		assert_true(llabs(rig.kernel.chunk >> 32) == 0 ||
		    rig.kernel.chunk >> 32 == -1);
		rig_run_dead(&rig, 3600);
		assert_true(llabs(rig_error(&rig) - later) < 1000);
		assert_int_equal(rig.kernel.frequency / 65536 / 1000,
		    steer_to_kernel(bases[i % 4]));
		assert_clean(&rig);
	}
}

/* The parent closes: one call, and the slew ends within the second. */
static void
end_stops_the_slew(void **state)
{
	struct rig rig;
	int64_t error;

	(void)state;
	settle(&rig, 37300000);
	rig.true_ns += 100 * NS_PER_MS;
	rig_honest(&rig, 0);
	rig_run(&rig, 10);
	control_turn(&rig.control);
	control_end(&rig.control);
	rig_run_dead(&rig, 1);
	error = rig_error(&rig);
	assert_true(error > 90 * NS_PER_MS);
	rig_run_dead(&rig, 3600);
	assert_true(llabs(rig_error(&rig) - error) < 1000);
	assert_int_equal(rig.kernel.status & (STA_INS | STA_DEL), 0);
	assert_clean(&rig);
}

static void
step_is_one_call_and_restores_the_rest(void **state)
{
	const int64_t steps[] = { 37 * NS_PER_S, -37 * NS_PER_S,
		-250000001, 999999999, -NS_PER_S };
	struct rig rig;
	unsigned int calls;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		rig_init(&rig, START_NS, START_NS + steps[i], 0);
		rig_begin(&rig);
		calls = rig.kernel.calls;
		assert_int_equal(rig_honest(&rig, 0), CLOCK_STEPPED);
		assert_int_equal(rig.kernel.calls, calls + 1);
		assert_true(llabs(rig_error(&rig)) <= 1);
		assert_int_equal(rig.applied.step_epoch, 1);
		assert_int_equal(rig.events[EVENT_STEPPED], 1);
		assert_true(rig.state.spent_start);
		assert_true(rig.kernel.maxerror_us < 20000);
		assert_true(rig.kernel.status & STA_PLL);
		rig_run(&rig, 600);
		assert_true(llabs(rig_error(&rig)) < 10);
		assert_clean(&rig);
	}
}

/* (a) whatever the base frequency is, the slew leaves it room. */
static void
sum_of_frequency_and_slew_is_bounded(void **state)
{
	struct rig rig;
	struct msg_sample sample;

	(void)state;
	settle(&rig, 0);
	srand(3);
	for (int i = 0; i < 3000; i++) {
		sample = rig_sample(&rig, 0);
		sample.offset_ns += rand() % 240000000 - 120000000;
		sample.frequency_ppt = (rand() % 1001 - 500) * PPT_PER_PPM;
		sample.frequency_sd_ppt = 0;
		rig_send(&rig, &sample);
		rig_run_ns(&rig, rand() % 3 * NS_PER_S + rand() % NS_PER_S);
		assert_true(rig.kernel.worst_rate_ppt <=
		    500 * PPT_PER_PPM + 15);
	}
	/* and that bound is reached: the test can fail */
	assert_true(rig.kernel.worst_rate_ppt > 499 * PPT_PER_PPM);
	assert_clean(&rig);
}

/* A sleep in the second of a slew: the kernel goes on with it afterwards. */
static void
a_sleep_does_not_hide_a_slew(void **state)
{
	struct rig rig;
	struct msg_sample sample;

	(void)state;
	settle(&rig, 0);
	rig.true_ns -= 100 * NS_PER_MS;
	rig_honest(&rig, 0);
	rig_run_ns(&rig, 3200 * NS_PER_MS);
	sample = rig_sample(&rig, 0);
	sample.flags = SAMPLE_FREQUENCY_ONLY;
	sample.frequency_ppt = 30 * PPT_PER_PPM;
	rig_send(&rig, &sample);
	simulated_suspend(&rig.kernel, 5000 * NS_PER_S, 0);
	rig_run(&rig, 60);
	assert_clean(&rig);
	assert_int_equal(rig.kernel.frequency / 65536 / 1000,
	    steer_to_kernel(30 * PPT_PER_PPM));
}

/* A frequency that is hardly known hardly moves the base frequency. */
static void
frequency_weighs_what_it_is_worth(void **state)
{
	struct rig rig;
	struct msg_sample sample;

	(void)state;
	rig_init(&rig, START_NS, START_NS, 0);
	rig.limits.flags = LIMITS_FREQUENCY;
	rig_begin(&rig);
	sample = rig_sample(&rig, 0);
	sample.frequency_ppt = 80 * PPT_PER_PPM;
	sample.frequency_sd_ppt = 80 * PPT_PER_PPM;
	rig_send(&rig, &sample);
	assert_true(rig.applied.frequency_ppt < PPT_PER_PPM / 10);
	assert_true(rig.applied.frequency_ppt >= 0);
	rig_run(&rig, 64);
	sample = rig_sample(&rig, 0);
	sample.frequency_ppt = 3 * PPT_PER_PPM;
	sample.frequency_sd_ppt = PPT_PER_PPM / 10;
	rig_send(&rig, &sample);
	assert_int_equal(rig.applied.frequency_ppt, 3 * PPT_PER_PPM);
	rig_run(&rig, 64);
	sample = rig_sample(&rig, 0);
	sample.frequency_ppt = -30 * PPT_PER_PPM;
	sample.frequency_sd_ppt = 500000 * PPT_PER_PPM;
	rig_send(&rig, &sample);
	assert_true(rig.applied.frequency_ppt > 2900000);
	assert_clean(&rig);
}

static void
frequency_only_leaves_the_offset(void **state)
{
	struct rig rig;
	struct msg_sample sample;

	(void)state;
	settle(&rig, 0);
	rig.true_ns += 20 * NS_PER_MS;
	rig_honest(&rig, 0);
	rig_run(&rig, 5);
	sample = rig_sample(&rig, 0);
	sample.flags = SAMPLE_FREQUENCY_ONLY;
	sample.frequency_ppt = 5 * PPT_PER_PPM;
	sample.offset_ns += 90 * NS_PER_MS;
	rig_send(&rig, &sample);
	assert_int_equal(rig.applied.status, CLOCK_IDLE);
	assert_int_equal(rig.applied.frequency_ppt, 5 * PPT_PER_PPM);
	rig_run(&rig, 3);
	assert_int_equal(rig.kernel.chunk >> 32, 0);
	assert_int_equal(rig.kernel.offset >> 32, 0);
	/* what was slewed when it stopped is not counted again */
	rig_run(&rig, 30);
	rig.true_ns += 10 * NS_PER_US - rig_error(&rig);
	rig_honest(&rig, 0);
	for (int i = 0; i < 100; i++) {
		rig_run_ns(&rig, 100 * NS_PER_MS);
		assert_true(rig_error(&rig) > -2 * NS_PER_US);
		assert_true(rig_error(&rig) < 11 * NS_PER_US);
	}
	assert_clean(&rig);
}

/* Others' adjtime(3), tick, frequency, ADJ_MICRO, and settings in between. */
static void
foreign_changes_are_seen_and_undone(void **state)
{
	struct timex micro = { .modes = ADJ_MICRO };
	struct timex tick = { .modes = ADJ_FREQUENCY | ADJ_TICK,
		.freq = 100 << 16, .tick = 9990 };
	struct timex no_pll = { .modes = ADJ_STATUS, .status = STA_INS };
	struct timex *calls[] = { &micro, &tick, &no_pll };
	struct rig rig;

	(void)state;
	settle(&rig, 37300000);
	rig.kernel.spy = NULL;
	for (size_t i = 0; i < 3; i++) {
		rig.true_ns += 10 * NS_PER_MS;
		rig_honest(&rig, 0);
		simulated_backend.apply(&rig.kernel, calls[i]);
		rig_run(&rig, 90);
		assert_int_equal(rig.kernel.tick_us, 10000);
		assert_true(rig.kernel.status & STA_PLL);
		assert_false(rig.kernel.status & STA_INS);
		rig_honest(&rig, 0);
		rig_run(&rig, 60);
		assert_true(llabs(rig_error(&rig)) < 300);
	}
	assert_true(rig.events[EVENT_FOREIGN_ADJUST] >= 2);
	assert_int_equal(rig.events[EVENT_FOREIGN_SET], 0);
}

static void
a_clock_set_by_others_is_noticed(void **state)
{
	struct rig rig;
	int64_t error;

	(void)state;
	settle(&rig, 37300000);
	rig_run(&rig, 300);
	rig.true_ns += 20 * NS_PER_MS;
	rig_honest(&rig, 0);
	rig_run(&rig, 5);
	simulated_set(&rig.kernel, simulated_real(&rig.kernel) + NS_PER_S);
	rig_run(&rig, 61);
	assert_int_equal(rig.events[EVENT_FOREIGN_SET], 1);
	assert_int_equal(rig.applied.synchronised, 0);
	assert_int_equal(rig.applied.step_epoch, 1);
	assert_true(rig.kernel.status & STA_PLL);
	/* the old goal is no excuse to slew there */
	error = rig_error(&rig);
	rig_run(&rig, 60);
	assert_true(llabs(rig_error(&rig) - error) < 1000);
	/* the error is known again with the next samples: stepout, a step */
	for (int i = 0; i < 6; i++) {
		rig_honest(&rig, 0);
		rig_run(&rig, 64);
	}
	assert_true(llabs(rig_error(&rig)) < 1000);
	assert_clean(&rig);
}

static void
nobody_updates_and_it_ends_unsynchronised(void **state)
{
	struct rig rig;

	(void)state;
	settle(&rig, 0);
	assert_true(rig.applied.synchronised);
	assert_false(rig.kernel.status & STA_UNSYNC);
	rig_run(&rig, 10 * 3600);
	assert_int_equal(rig.events[EVENT_UNSYNCHRONISED], 1);
	assert_true(rig.kernel.status & STA_UNSYNC);
	assert_clean(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slew_removes_an_offset),
		cmocka_unit_test(slew_is_exact_when_seconds_are_noticed_late),
		cmocka_unit_test(slew_is_quick),
		cmocka_unit_test(kill_leaves_the_base_frequency),
		cmocka_unit_test(end_stops_the_slew),
		cmocka_unit_test(step_is_one_call_and_restores_the_rest),
		cmocka_unit_test(sum_of_frequency_and_slew_is_bounded),
		cmocka_unit_test(a_sleep_does_not_hide_a_slew),
		cmocka_unit_test(frequency_weighs_what_it_is_worth),
		cmocka_unit_test(frequency_only_leaves_the_offset),
		cmocka_unit_test(foreign_changes_are_seen_and_undone),
		cmocka_unit_test(a_clock_set_by_others_is_noticed),
		cmocka_unit_test(nobody_updates_and_it_ends_unsynchronised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
