/*
 * What clockctl refuses, holds, slews and steps; each limit of ARCHITECTURE.md,
 * "What clockctl promises", has a test here that fails without it ((a) in
 * test_steer.c). On a simulated kernel, so that what the clock does is looked
 * at, not only what the policy says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/unit/clock_rig.h"

#define START_NS	(INT64_C(1790000000) * NS_PER_S)
/* 2026-06-30 00:00:00 UTC */
#define JUNE_30_NS	(INT64_C(1782777600) * NS_PER_S)
#define MS		NS_PER_MS
#define S		NS_PER_S

static void
start(struct rig *rig, int64_t wrong_ns, uint32_t flags)
{
	rig_init(rig, START_NS, START_NS + wrong_ns, 0);
	rig->limits.flags = flags;
	rig_begin(rig);
}

/* Long after the start phase, on time. */
static void
settle(struct rig *rig, uint32_t flags)
{
	start(rig, 0, flags);
	for (int i = 0; i < 130; i++) {
		rig_honest(rig, 0);
		rig_run(rig, 64);
	}
	assert_true(llabs(rig_error(rig)) < 100);
	assert_true(rig->applied.synchronised);
}

/* Honest samples for a while. */
static void
keep(struct rig *rig, int64_t seconds)
{
	for (; seconds > 0; seconds -= 64) {
		rig_honest(rig, 0);
		rig_run(rig, 64);
	}
}

static void
assert_clean(const struct rig *rig)
{
	if (rig->violation != NULL)
		fail_msg("%s", rig->violation);
}

static void
assert_held(struct rig *rig, enum clock_hold hold)
{
	int64_t error = rig_error(rig);

	assert_int_equal(rig_honest(rig, 0), CLOCK_HELD);
	assert_int_equal(rig->applied.hold, hold);
	rig_run(rig, 20);
	assert_true(llabs(rig_error(rig) - error) < 1000);
}

static void
first_sample_steps_at_once(void **state)
{
	const int64_t wrong[] = { 37 * S, -37 * S, 200 * MS, 999 * S };
	struct rig rig;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		start(&rig, wrong[i], 0);
		assert_int_equal(rig_honest(&rig, 0), CLOCK_STEPPED);
		assert_int_equal(rig.state.spent_start, 1);
		assert_clean(&rig);
	}
}

static void
below_the_threshold_it_slews(void **state)
{
	struct rig rig;

	(void)state;
	start(&rig, 127 * MS, 0);
	assert_int_equal(rig_honest(&rig, 0), CLOCK_SLEWING);
	start(&rig, -127 * MS, 0);
	assert_int_equal(rig_honest(&rig, 0), CLOCK_SLEWING);
	rig_init(&rig, START_NS, START_NS + 2 * S, 0);
	rig.limits.step_forward_ns = 3 * S;
	rig_begin(&rig);
	assert_int_equal(rig_honest(&rig, 0), CLOCK_SLEWING);
	rig_init(&rig, START_NS, START_NS - 2 * S, 0);
	rig.limits.step_forward_ns = 3 * S;
	rig_begin(&rig);
	assert_int_equal(rig_honest(&rig, 0), CLOCK_STEPPED);
}

/* Without -g and 2000 s wrong the clock does not move, for ever; when the
 * offset is back in range it goes on by itself. */
static void
panic_holds_and_resumes(void **state)
{
	struct rig rig;

	(void)state;
	start(&rig, 2000 * S, 0);
	for (int i = 0; i < 50; i++) {
		assert_held(&rig, HOLD_PANIC);
		rig_run(&rig, 64);
	}
	assert_int_equal(rig.events[EVENT_HELD], 1);
	assert_int_equal(rig.state.spent_start, 0);
	assert_true(rig.kernel.status & STA_UNSYNC);
	rig.true_ns -= 1500 * S;
	assert_int_equal(rig_honest(&rig, 0), CLOCK_STEPPED);
	assert_int_equal(rig.events[EVENT_RESUMED], 1);
	assert_clean(&rig);
}

/* -g once in a life: neither a restarted net nor a second sample has it, and
 * clockctl started again in this boot has not either. */
static void
first_any_is_given_once(void **state)
{
	struct rig rig;

	(void)state;
	start(&rig, 5000 * S, LIMITS_FIRST_ANY);
	assert_int_equal(rig_honest(&rig, 0), CLOCK_STEPPED);
	rig.true_ns += 5000 * S;
	assert_held(&rig, HOLD_PANIC);
	policy_newnet(&rig.control.policy, 2);
	policy_newnet(&rig.control.policy, 1);
	assert_held(&rig, HOLD_PANIC);
	rig_begin(&rig);	/* a reload */
	assert_held(&rig, HOLD_PANIC);
	assert_clean(&rig);

	start(&rig, 50 * MS, LIMITS_FIRST_ANY);
	rig_honest(&rig, 0);
	rig.true_ns += 5000 * S;
	assert_held(&rig, HOLD_PANIC);

	rig_init(&rig, START_NS, START_NS + 5000 * S, 0);
	rig.limits.flags = LIMITS_FIRST_ANY;
	rig.limits.spent_start = 1;
	rig_begin(&rig);
	assert_held(&rig, HOLD_PANIC);
	assert_clean(&rig);
}

static void
dates_outside_the_window_are_held(void **state)
{
	struct rig rig;

	(void)state;
	for (int i = 0; i < 4; i++) {
		rig_init(&rig, START_NS, START_NS + (i & 1 ? 1 : -1) *
		    (i & 2 ? 50 * MS : 400 * 86400 * S), 0);
		rig.limits.flags = LIMITS_FIRST_ANY;
		rig.limits.floor_s = START_NS / S + (i == 1 ? -86400 : 0);
		rig.limits.ceiling_s = START_NS / S + (i == 3 ? 0 :
		    86400);
		rig_begin(&rig);
		assert_held(&rig, HOLD_DATE);
		assert_int_equal(rig.kernel.refused, 0);
		assert_clean(&rig);
	}
	/* -g goes far back, but not below the floor */
	start(&rig, -500 * 86400 * S, LIMITS_FIRST_ANY);
	assert_int_equal(rig_honest(&rig, 0), CLOCK_STEPPED);
}

static void
later_steps_wait_for_stepout(void **state)
{
	struct rig rig;
	struct msg_sample sample;
	int64_t begin;

	(void)state;
	settle(&rig, 0);
	rig.true_ns += 500 * MS;
	begin = rig.kernel.axis_ns;
	while (rig_honest(&rig, 0) == CLOCK_HELD) {
		assert_int_equal(rig.applied.hold, HOLD_STEPOUT);
		assert_true(rig.kernel.axis_ns - begin < 300 * S);
		rig_run(&rig, 10);
	}
	assert_int_equal(rig.applied.status, CLOCK_STEPPED);
	assert_int_equal((rig.kernel.axis_ns - begin) / S, 300);
	assert_true(rig.applied.synchronised);
	/* one good sample in between, and it begins anew */
	rig.true_ns += 500 * MS;
	rig_run(&rig, 900);
	assert_held(&rig, HOLD_STEPOUT);
	rig_run(&rig, 200);
	rig_honest(&rig, -450 * MS);
	rig_run(&rig, 150);
	rig.true_ns += 500 * MS;
	assert_held(&rig, HOLD_STEPOUT);
	/* so it does with another net, or when the sources fall out */
	rig_run(&rig, 290);
	policy_newnet(&rig.control.policy, 1);
	assert_held(&rig, HOLD_STEPOUT);
	rig_run(&rig, 290);
	sample = rig_sample(&rig, 0);
	sample.flags = SAMPLE_FREQUENCY_ONLY;
	rig_send(&rig, &sample);
	assert_held(&rig, HOLD_STEPOUT);
	assert_clean(&rig);
}

/* Insists until the step comes; how long it took. */
static int64_t
insist(struct rig *rig, int64_t by_ns, int64_t at_most_s)
{
	int64_t begin = rig->kernel.axis_ns;

	rig->true_ns += by_ns;
	while (rig_honest(rig, 0) != CLOCK_STEPPED) {
		if (rig->kernel.axis_ns - begin > at_most_s * S)
			return -1;
		rig_run(rig, 16);
	}
	return (rig->kernel.axis_ns - begin) / S;
}

static void
steps_are_counted_and_summed(void **state)
{
	struct rig rig;
	int64_t sum;

	(void)state;
	settle(&rig, 0);
	assert_in_range(insist(&rig, 400 * S, 400), 300, 316);
	/* one in 15 minutes */
	assert_in_range(insist(&rig, -400 * S, 1000), 885, 920);
	assert_int_equal(rig.state.spent_step_ns / S, 800);
	assert_int_equal(rig.state.spent_steps, 2);
	/* and no more than panic in a day */
	assert_int_equal(insist(&rig, 300 * S, 80000), -1);
	assert_int_equal(rig.applied.hold, HOLD_STEPS);
	assert_int_equal(rig.state.spent_step_ns / S, 800);
	sum = insist(&rig, 0, 20000);	/* a day after the last one */
	assert_true(sum > 0);
	assert_int_equal(rig.state.spent_step_ns / S, 300);
	assert_clean(&rig);
}

static void
a_restart_regrants_nothing(void **state)
{
	struct rig rig;
	int64_t since;

	(void)state;
	/* the day's account is full */
	rig_init(&rig, START_NS, START_NS + 300 * S, 0);
	rig.limits.flags = LIMITS_FREQUENCY;
	rig.limits.spent_start = 1;
	rig.limits.spent_steps = 3;
	rig.limits.spent_step_ns = 800 * S;
	rig.limits.spent_since_axis_ns = 0;
	rig_begin(&rig);
	assert_held(&rig, HOLD_STEPOUT);
	rig_run(&rig, 280);
	assert_held(&rig, HOLD_STEPS);
	/* within it, it steps, but only after stepout, and is charged */
	rig.true_ns -= 150 * S;
	while (rig_honest(&rig, 0) != CLOCK_STEPPED)
		rig_run(&rig, 20);
	assert_int_equal(rig.state.spent_step_ns / S, 950);
	since = rig.state.spent_since_axis_ns;
	assert_int_equal(since / S, 1320);
	/* 15 minutes hold across a restart, too */
	rig_init(&rig, START_NS, START_NS + 3 * S, 0);
	rig.limits.spent_start = 1;
	rig.limits.spent_step_ns = S;
	rig.limits.spent_since_axis_ns = 900 * S;
	rig_begin(&rig);
	assert_held(&rig, HOLD_STEPOUT);
	rig_run(&rig, 280);
	assert_held(&rig, HOLD_STEPS);
	rig_run(&rig, 500);
	assert_int_equal(rig_honest(&rig, 0), CLOCK_STEPPED);
	/* the displacement account: what was left, or near nothing */
	rig_init(&rig, START_NS, START_NS + 100 * MS, 0);
	rig.limits.flags = LIMITS_FREQUENCY;
	rig.limits.spent_start = 1;
	rig_begin(&rig);
	assert_held(&rig, HOLD_BUDGET);
	rig_init(&rig, START_NS, START_NS + 100 * MS, 0);
	rig.limits.flags = LIMITS_FREQUENCY;
	rig.limits.spent_start = 1;
	rig.limits.budget_left_ns = 101 * MS;
	rig_begin(&rig);
	assert_int_equal(rig_honest(&rig, 0), CLOCK_SLEWING);
	/* it grows with time: 30 ppm, of which 90 ms take 3000 s */
	rig_init(&rig, START_NS, START_NS + 100 * MS, 0);
	rig.limits.flags = LIMITS_FREQUENCY;
	rig.limits.spent_start = 1;
	rig_begin(&rig);
	rig_run(&rig, 2900);
	assert_held(&rig, HOLD_BUDGET);
	rig_run(&rig, 200);
	assert_int_equal(rig_honest(&rig, 0), CLOCK_SLEWING);
	/* nor does a reload: what is spent is kept by clockctl itself */
	rig_run(&rig, 300);
	rig.true_ns += 2 * S;
	assert_true(insist(&rig, 0, 400) > 0);
	since = rig.state.spent_since_axis_ns;
	rig.limits.spent_start = 0;
	rig_begin(&rig);
	assert_int_equal(rig.state.spent_start, 1);
	assert_int_equal(rig.state.spent_step_ns / S, 2);
	assert_int_equal(rig.state.spent_since_axis_ns, since);
}

static void
resume_steps_once_without_waiting(void **state)
{
	struct rig rig;

	(void)state;
	settle(&rig, 0);
	simulated_suspend(&rig.kernel, 7200 * S, 3 * S);
	rig_run(&rig, 61);
	assert_int_equal(rig.events[EVENT_SUSPENDED], 1);
	assert_int_equal(rig.events[EVENT_FOREIGN_SET], 0);
	assert_int_equal(rig.applied.synchronised, 0);
	assert_int_equal(rig_honest(&rig, 0), CLOCK_STEPPED);
	assert_int_equal(rig.state.spent_step_ns / S, 3);
	rig_run(&rig, 64);
	rig.true_ns += 3 * S;
	assert_held(&rig, HOLD_STEPOUT);
	/* 15 minutes between steps are for those that net can cause */
	simulated_suspend(&rig.kernel, 60 * S, 0);
	rig_run(&rig, 1);
	assert_int_equal(rig_honest(&rig, 0), CLOCK_STEPPED);
	assert_int_equal(rig.state.spent_step_ns / S, 6);
	rig_run(&rig, 64);
	/* a sample of before the sleep is worth nothing */
	simulated_suspend(&rig.kernel, 10 * S, 0);
	struct msg_sample sample = rig_sample(&rig, 0);
	sample.suspended_ns -= 10 * S;
	sample.step_epoch++;
	rig_send(&rig, &sample);
	assert_int_equal(rig.applied.status, CLOCK_REFUSED_STALE);
	assert_clean(&rig);
}

/* -x, and "tinker step 0": the same rules and account, but slewed. */
static void
no_step_means_slew(void **state)
{
	struct rig rig;

	(void)state;
	for (int i = 0; i < 2; i++) {
		rig_init(&rig, START_NS, START_NS + 20 * S, 0);
		rig.limits.flags = i == 0 ? LIMITS_NO_STEP : 0;
		if (i == 1)
			rig.limits.step_forward_ns = 0;
		rig_begin(&rig);
		assert_int_equal(rig_honest(&rig, 0), CLOCK_SLEWING);
		keep(&rig, 50000);
		assert_true(llabs(rig_error(&rig)) < 1000);
		assert_int_equal(rig.nsteps, 0);
		rig.true_ns += 10 * S;
		assert_held(&rig, HOLD_STEPOUT);
		keep(&rig, 400);
		assert_int_equal(rig.applied.status, CLOCK_SLEWING);
		keep(&rig, 25000);
		assert_true(llabs(rig_error(&rig)) < 1000);
		assert_true(rig.state.spent_step_ns >= 10 * S);
		assert_int_equal(rig.nsteps, 0);
		assert_clean(&rig);
	}
	/* interrupted half-way: the rest is asked for again, and granted */
	settle(&rig, LIMITS_NO_STEP);
	rig.true_ns += 10 * S;
	keep(&rig, 10000);
	for (int i = 0; i < 3; i++) {
		struct msg_sample sample = rig_sample(&rig, 0);

		assert_true(rig_error(&rig) > S);
		sample.flags = SAMPLE_FREQUENCY_ONLY;
		rig_send(&rig, &sample);
		keep(&rig, 1300);
	}
	keep(&rig, 25000);
	assert_true(llabs(rig_error(&rig)) < 1000);
	assert_true(rig.state.budget_left_ns > 450 * MS);
	assert_in_range(rig.state.spent_step_ns / S, 10, 40);
	assert_clean(&rig);
	start(&rig, 700 * S, LIMITS_NO_STEP);	/* as ntpd: 600 s */
	assert_int_equal(rig_honest(&rig, 0), CLOCK_STEPPED);
}

/* (b) the account: many small lies in one direction. */
static void
displacement_is_limited_and_refilled(void **state)
{
	struct rig rig;
	int64_t bent = 0, begin;

	(void)state;
	settle(&rig, 0);
	begin = rig.kernel.axis_ns;
	for (int i = 0; i < 200; i++) {
		struct msg_sample sample = rig_sample(&rig, 0);

		/* always 20 ms ahead of where the clock is */
		sample.offset_ns = simulated_real(&rig.kernel) -
		    rig.kernel.axis_ns + 20 * MS;
		rig_send(&rig, &sample);
		rig_run(&rig, 50);
		bent = -rig_error(&rig);
	}
	assert_true(rig.events[EVENT_HELD] > 0);
	assert_true(bent > 480 * MS);
	assert_true(bent <= POLICY_BEND_NS(
	    (rig.kernel.axis_ns - begin) / S));
	assert_clean(&rig);
}

/* (c) after the start phase. */
static void
frequency_changes_slowly(void **state)
{
	struct rig rig;
	struct msg_sample sample;
	int64_t before;

	(void)state;
	settle(&rig, 0);
	before = rig.applied.frequency_ppt;
	for (int i = 0; i < 60; i++) {
		sample = rig_sample(&rig, 0);
		sample.frequency_ppt = 400 * PPT_PER_PPM;
		sample.frequency_sd_ppt = 0;
		rig_send(&rig, &sample);
		rig_run(&rig, 60);
	}
	assert_true(rig.applied.frequency_ppt - before <=
	    12 * PPT_PER_PPM);
	assert_true(rig.applied.frequency_ppt - before >
	    11 * PPT_PER_PPM);
	assert_clean(&rig);
	/* and in the start phase it does not */
	start(&rig, 0, 0);
	sample = rig_sample(&rig, 0);
	sample.frequency_ppt = 400 * PPT_PER_PPM;
	rig_send(&rig, &sample);
	assert_int_equal(rig.applied.frequency_ppt, 400 * PPT_PER_PPM);
	/* which ends, even if no offset is ever given */
	start(&rig, 0, 0);
	for (int i = 0; i < 130; i++) {
		sample = rig_sample(&rig, 0);
		sample.flags = SAMPLE_FREQUENCY_ONLY;
		rig_send(&rig, &sample);
		rig_run(&rig, 64);
	}
	sample = rig_sample(&rig, 0);
	sample.flags = SAMPLE_FREQUENCY_ONLY;
	sample.frequency_ppt = 400 * PPT_PER_PPM;
	rig_send(&rig, &sample);
	assert_true(rig.applied.frequency_ppt <= 12 * PPT_PER_PPM);
}

/* The honest case that must not be caught: a cold room, a bad quartz. */
static void
an_honest_wander_is_followed(void **state)
{
	struct rig rig;

	(void)state;
	settle(&rig, 0);
	for (int i = 0; i < 1000; i++) {
		int64_t now = rig_true(&rig);

		/* 30 ppm up and down in a few hours */
		rig.true_ppt = (i % 400 < 200 ? i % 400 : 400 - i % 400) *
		    150000;
		rig.true_ns += now - rig_true(&rig);
		assert_int_not_equal(rig_honest(&rig, 0), CLOCK_HELD);
		rig_run(&rig, 64);
		assert_true(llabs(rig_error(&rig)) < 2 * MS);
	}
	assert_clean(&rig);
}

static void
synchronised_only_after_some_samples(void **state)
{
	struct rig rig;

	(void)state;
	start(&rig, 37 * S, 0);
	for (int i = 0; i < 3; i++) {
		rig_honest(&rig, 0);
		assert_false(rig.applied.synchronised);
		assert_true(rig.kernel.status & STA_UNSYNC);
		rig_run(&rig, 2);
	}
	rig_honest(&rig, 0);
	assert_true(rig.applied.synchronised);
	assert_false(rig.kernel.status & STA_UNSYNC);
	assert_int_equal(rig.events[EVENT_SYNCHRONISED], 1);
	/* those from before the clock was set do not count */
	start(&rig, 0, 0);
	for (int i = 0; i < 6; i++) {
		if (i == 2)
			simulated_set(&rig.kernel, rig_true(&rig) + 50 * MS);
		control_turn(&rig.control);
		rig_honest(&rig, 0);
		assert_int_equal(rig.applied.synchronised, i == 5);
		rig_run(&rig, 2);
	}
	rig.true_ns += 5000 * S;
	rig_honest(&rig, 0);
	assert_false(rig.applied.synchronised);
	assert_true(rig.kernel.status & STA_UNSYNC);
	assert_clean(&rig);
}

static void
frequency_only_never_synchronises(void **state)
{
	struct rig rig;

	(void)state;
	start(&rig, 0, 0);
	for (int i = 0; i < 20; i++) {
		struct msg_sample sample = rig_sample(&rig, 0);

		sample.flags = SAMPLE_FREQUENCY_ONLY;
		rig_send(&rig, &sample);
		rig_run(&rig, 16);
	}
	assert_false(rig.applied.synchronised);
	assert_clean(&rig);
}

static void
wrong_samples_are_refused(void **state)
{
	struct rig rig;
	struct msg_sample sample;
	int64_t error;

	(void)state;
	settle(&rig, 0);
	rig_run(&rig, 300);
	error = rig_error(&rig);
	for (int i = 0; i < 9; i++) {
		static const uint8_t expected[] = {
			CLOCK_REFUSED_EPOCH, CLOCK_REFUSED_EPOCH,
			CLOCK_REFUSED_EPOCH, CLOCK_REFUSED_STALE,
			CLOCK_REFUSED_STALE, CLOCK_REFUSED_STALE,
			CLOCK_REFUSED_STALE, CLOCK_REFUSED_ORDER,
			CLOCK_REFUSED_ORDER
		};

		sample = rig_sample(&rig, 100 * MS);
		if (i == 0)
			sample.net_epoch = 2;
		else if (i == 1)
			sample.step_epoch++;
		else if (i == 2)
			sample.step_epoch--;
		else if (i == 3)
			sample.axis_ns -= 128 * S + 1;
		else if (i == 4)
			sample.axis_ns += 1;
		else if (i == 5)
			sample.suspended_ns += MS + 1;
		else if (i == 6)
			sample.poll_s = 1, sample.axis_ns -= 3 * S;
		else
			sample.header.id = i == 7 ? 0 : rig.id - 9;
		rig_send(&rig, &sample);
		assert_int_equal(rig.applied.status, expected[i]);
		rig_run(&rig, 5);
		assert_true(llabs(rig_error(&rig) - error) < 100);
	}
	assert_int_equal(rig.control.state.refusals, 9);
	sample = rig_sample(&rig, 0);
	sample.offset_ns += 0;
	sample.axis_ns -= 128 * S;
	sample.offset_ns += 1 * MS;
	rig_send(&rig, &sample);
	assert_int_equal(rig.applied.status, CLOCK_SLEWING);
	/* the epoch of another net: the old one is not heard any more */
	policy_newnet(&rig.control.policy, 2);
	assert_int_equal(rig_honest(&rig, 0), CLOCK_REFUSED_EPOCH);
}

static void
disabled_means_no_call_at_all(void **state)
{
	struct rig rig;
	unsigned int calls;

	(void)state;
	start(&rig, 37 * S, LIMITS_DISABLED);
	rig.limits.tai_offset_s = 37;
	rig_begin(&rig);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(rig_honest(&rig, 0), CLOCK_DISABLED);
		rig_run(&rig, 64);
	}
	assert_int_equal(rig.kernel.calls, 0);
	/* enabled by a reload: as a first start; and off again in mid-slew */
	rig.limits.flags = 0;
	rig_begin(&rig);
	assert_int_equal(rig_honest(&rig, 0), CLOCK_STEPPED);
	rig_run(&rig, 64);
	rig.true_ns += 100 * MS;
	rig_honest(&rig, 0);
	rig_run(&rig, 5);
	rig.limits.flags = LIMITS_DISABLED;
	rig_begin(&rig);
	calls = rig.kernel.calls;
	rig_run(&rig, 2);
	assert_int_equal(rig.kernel.chunk, 0);
	assert_int_equal(rig_honest(&rig, 0), CLOCK_DISABLED);
	rig_run(&rig, 500);
	assert_int_equal(rig.kernel.calls, calls);
	assert_int_equal(rig.kernel.tai, 37);
}

/* What was accepted before says nothing of a clock that was left alone. */
static void
enabled_again_it_synchronises_anew(void **state)
{
	struct rig rig;

	(void)state;
	settle(&rig, 0);
	rig.limits.flags = LIMITS_DISABLED;
	rig_begin(&rig);
	rig_run(&rig, 500);
	rig.limits.flags = 0;
	rig_begin(&rig);
	rig_run(&rig, 100);
	assert_true(rig.kernel.status & STA_UNSYNC);
	for (int i = 0; i < POLICY_SYNCHRONISED; i++) {
		rig_honest(&rig, 0);
		rig_run(&rig, 64);
	}
	assert_false(rig.kernel.status & STA_UNSYNC);
}

static void
a_kernel_that_refuses_is_reported(void **state)
{
	struct rig rig;

	(void)state;
	settle(&rig, 0);
	rig.kernel.refuse = true;
	rig.true_ns += 10 * MS;
	assert_int_equal(rig_honest(&rig, 0), CLOCK_HELD);
	assert_int_equal(rig.applied.hold, HOLD_KERNEL);
	rig.kernel.refuse = false;
	rig_run(&rig, 10);
	assert_int_equal(rig_honest(&rig, 0), CLOCK_SLEWING);
	assert_int_equal(rig.events[EVENT_RESUMED], 1);
	/* a step that was not done is not in the account of displacement */
	rig_run(&rig, 60);
	rig.true_ns += 5 * S;
	rig_honest(&rig, 0);
	rig_run(&rig, 301);
	rig.kernel.refuse = true;
	assert_int_equal(rig_honest(&rig, 0), CLOCK_HELD);
	assert_int_equal(rig.applied.hold, HOLD_KERNEL);
	rig.kernel.refuse = false;
	assert_true(insist(&rig, 0, 1000) > 0);
	keep(&rig, 640);
	assert_true(rig.state.budget_left_ns > 450 * MS);
	assert_int_equal(rig.applied.status, CLOCK_IDLE);
}

/* (f) with a table, on the day, and on no other; and by majority. */
static void
run_leap(struct rig *rig, int64_t midnight_ns, int64_t at_s, int sign,
    uint8_t said)
{
	rig_init(rig, midnight_ns - 4 * 3600 * S,
	    midnight_ns - 4 * 3600 * S, 0);
	rig->limits.leap_at_s = at_s;
	rig->limits.leap_sign = (int16_t)sign;
	rig_begin(rig);
	for (int i = 0; i < 5 * 60; i++) {
		struct msg_sample sample = rig_sample(rig, 0);

		sample.leap = said;
		rig_send(rig, &sample);
		if (simulated_real(&rig->kernel) < midnight_ns - 3 * 3600 * S)
			assert_int_equal(rig->applied.leap, 0);
		rig_run(rig, 60);
		/* true time has the leap second as well */
		if (rig->events[EVENT_LEAP_DONE] == 1 &&
		    rig->kernel.tai != 0) {
			rig->true_ns -= rig->kernel.tai * S;
			rig->kernel.tai = 0;
			rig->events[EVENT_LEAP_DONE]++;
		}
	}
}

static void
leap_seconds_come_when_they_may(void **state)
{
	const int64_t july_1 = JUNE_30_NS + 86400 * S;
	struct rig rig;

	(void)state;
	run_leap(&rig, july_1, 0, 0, 1);		/* majority */
	assert_int_equal(rig.events[EVENT_LEAP_ARMED], 1);
	assert_int_equal(rig.events[EVENT_LEAP_DONE], 2);
	assert_int_equal(rig.kernel.state, TIME_OK);
	assert_true(llabs(rig_error(&rig)) < 1000);
	assert_int_equal(rig.nsteps, 0);
	assert_clean(&rig);
	run_leap(&rig, july_1, 0, 0, 2);
	assert_int_equal(rig.events[EVENT_LEAP_DONE], 2);
	assert_clean(&rig);
	run_leap(&rig, JUNE_30_NS, 0, 0, 1);		/* not that day */
	assert_int_equal(rig.events[EVENT_LEAP_ARMED], 0);
	run_leap(&rig, july_1, july_1 / S, 1, 0);	/* the table */
	assert_int_equal(rig.events[EVENT_LEAP_DONE], 2);
	run_leap(&rig, july_1, july_1 / S, -1, 1);	/* which wins */
	assert_int_equal(rig.events[EVENT_LEAP_DONE], 2);
	assert_clean(&rig);
	run_leap(&rig, july_1, july_1 / S + 184 * 86400, 1, 1);
	assert_int_equal(rig.events[EVENT_LEAP_ARMED], 0);
	run_leap(&rig, july_1, july_1 / S + 184 * 86400, 0, 1);
	assert_int_equal(rig.events[EVENT_LEAP_ARMED], 0);
	assert_clean(&rig);
}

/* An hour before the end of June, and a leap second in the table. */
static void
arm_leap(struct rig *rig)
{
	const int64_t july_1 = JUNE_30_NS + 86400 * S;

	rig_init(rig, july_1 - 3600 * S, july_1 - 3600 * S, 0);
	rig->limits.leap_at_s = july_1 / S;
	rig->limits.leap_sign = 1;
	rig_begin(rig);
	keep(rig, 640);
}

/* A step while the second is armed would lose it: it is armed again. */
static void
a_step_does_not_lose_the_leap_second(void **state)
{
	struct rig rig;

	(void)state;
	arm_leap(&rig);
	assert_int_equal(rig.applied.leap, 1);
	assert_true(insist(&rig, 2 * S, 400) > 0);
	/* a sample that comes at once must not arm it too early */
	rig_run_ns(&rig, 300 * MS);
	rig_honest(&rig, 0);
	assert_false(rig.kernel.status & STA_INS);
	rig_run(&rig, 5);
	assert_true(rig.kernel.status & STA_INS);
	assert_int_equal(rig.kernel.state, TIME_INS);
	rig_run(&rig, 3000);
	assert_int_equal(rig.kernel.tai, 1);
	assert_int_equal(rig.events[EVENT_LEAP_DONE], 1);
	assert_clean(&rig);
}

static void
the_end_disarms_the_leap_second(void **state)
{
	struct rig rig;

	(void)state;
	arm_leap(&rig);
	assert_true(rig.kernel.status & STA_INS);
	control_end(&rig.control);
	assert_false(rig.kernel.status & STA_INS);
}

/* Every last day of June and December from 2000 to 2199, and no other. */
static void
half_years_end_where_the_calendar_says(void **state)
{
	struct policy policy = { .accepted = POLICY_SYNCHRONISED, .leap = 1 };
	int64_t day, noon;
	time_t second;
	struct tm tm;

	(void)state;
	for (day = 10957; day < 84006; day++) {
		second = (time_t)(day * 86400 + 86000);
		gmtime_r(&second, &tm);
		noon = policy_leap(&policy, (int64_t)second * S);
		assert_int_equal(noon, (tm.tm_mon == 5 && tm.tm_mday == 30) ||
		    (tm.tm_mon == 11 && tm.tm_mday == 31));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_sample_steps_at_once),
		cmocka_unit_test(below_the_threshold_it_slews),
		cmocka_unit_test(panic_holds_and_resumes),
		cmocka_unit_test(first_any_is_given_once),
		cmocka_unit_test(dates_outside_the_window_are_held),
		cmocka_unit_test(later_steps_wait_for_stepout),
		cmocka_unit_test(steps_are_counted_and_summed),
		cmocka_unit_test(a_restart_regrants_nothing),
		cmocka_unit_test(resume_steps_once_without_waiting),
		cmocka_unit_test(no_step_means_slew),
		cmocka_unit_test(displacement_is_limited_and_refilled),
		cmocka_unit_test(frequency_changes_slowly),
		cmocka_unit_test(an_honest_wander_is_followed),
		cmocka_unit_test(synchronised_only_after_some_samples),
		cmocka_unit_test(frequency_only_never_synchronises),
		cmocka_unit_test(wrong_samples_are_refused),
		cmocka_unit_test(disabled_means_no_call_at_all),
		cmocka_unit_test(enabled_again_it_synchronises_anew),
		cmocka_unit_test(a_kernel_that_refuses_is_reported),
		cmocka_unit_test(leap_seconds_come_when_they_may),
		cmocka_unit_test(a_step_does_not_lose_the_leap_second),
		cmocka_unit_test(the_end_disarms_the_leap_second),
		cmocka_unit_test(half_years_end_where_the_calendar_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
