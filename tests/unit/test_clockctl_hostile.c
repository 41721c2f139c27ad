/*
 * An owned net: any bits, any order, any time, and attackers who know the
 * policy and look into it. Through validation, policy and steering to a
 * simulated kernel; the judge of clock_rig.c looks at every call (rules a and
 * d to g), and here the clock is looked at: (b) and (c), against the clock as
 * it would have run freely. The numbers are those of policy.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/clock_rig.h"

#define START_NS	(INT64_C(1790000000) * NS_PER_S)
#define MS		NS_PER_MS
#define S		NS_PER_S
#define HOUR		3600
#define DAY		86400

/* xorshift64*, so that a seed means the same everywhere. */
static uint64_t
draw(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * UINT64_C(2685821657736338717);
}

/* -limit .. limit, of all magnitudes */
static int64_t
draw_signed(uint64_t *seed, int64_t limit)
{
	int64_t value = (int64_t)(draw(seed) % (uint64_t)limit);

	value >>= draw(seed) % 48;
	return draw(seed) & 1 ? value : -value;
}

static void
assert_clean(const struct rig *rig)
{
	if (rig->violation != NULL)
		fail_msg("%s", rig->violation);
}

/* An honest start phase is over; the clock is right and synchronised. */
static void
settle(struct rig *rig)
{
	rig_init(rig, START_NS, START_NS, 0);
	rig_begin(rig);
	for (int i = 0; i < 130; i++) {
		rig_honest(rig, 0);
		rig_run(rig, 64);
	}
	assert_int_equal(rig->applied.status, CLOCK_IDLE);
	assert_true(llabs(rig_error(rig)) < 100);
	rig_honest(rig, 0);
}

/* Where the clock is, without the steps that the judge has allowed. */
static int64_t
bend(const struct rig *rig)
{
	int64_t by = -rig_error(rig);

	for (unsigned int i = 0; i < rig->nsteps; i++)
		by -= rig->step_ns[i];
	return by;
}

static void
assert_bounded(const struct rig *rig, int64_t begin_ns)
{
	int64_t seconds = (rig->kernel.axis_ns - begin_ns) / S + 1;

	assert_clean(rig);
	if (llabs(bend(rig)) > POLICY_BEND_NS(seconds))
		fail_msg("(b) bent by %lld ns in %lld s",
		    (long long)bend(rig), (long long)seconds);
	if (llabs(rig->control.steer.base_ppt) > POLICY_FREQUENCY_PPT +
	    POLICY_DRIFT_PPT_H * (seconds + HOUR) / HOUR)
		fail_msg("(c) frequency");
}

/*
 * The best there is: the target always at the edge of the account, the base
 * frequency always at its own. What it gets is what policy.h says it gets.
 */
static int64_t
bend_most(struct rig *rig, int64_t begin, int64_t seconds, int sign)
{
	struct msg_sample sample;
	int64_t target;

	while (rig->kernel.axis_ns - begin < seconds * S) {
		const struct policy *policy = &rig->control.policy;

		control_turn(&rig->control);
		target = policy->line_real_ns + sign *
		    (policy->allowance_ns - 1);
		if (llabs(target - simulated_real(&rig->kernel)) > 127 * MS)
			target = simulated_real(&rig->kernel) +
			    sign * 127 * MS;
		sample = rig_sample(rig, 0);
		sample.offset_ns = target - rig->kernel.axis_ns;
		sample.frequency_ppt = policy->line_ppt +
		    sign * POLICY_FREQUENCY_PPT;
		sample.offset_sd_ns = sample.frequency_sd_ppt = 0;
		rig_send(rig, &sample);
		assert_int_not_equal(rig->applied.status, CLOCK_HELD);
		rig_run(rig, 16);
	}
	assert_bounded(rig, begin);
	return bend(rig) * sign;
}

static void
worst_bend_is_what_is_documented(void **state)
{
	struct rig rig;
	int64_t bent, begin;

	(void)state;
	/* the numbers in policy.h and ARCHITECTURE.md */
	assert_int_equal(POLICY_BEND_NS(HOUR) / MS, 611);
	assert_int_equal(POLICY_BEND_NS(DAY) / MS, 5165);
	for (int sign = -1; sign <= 1; sign += 2) {
		settle(&rig);
		begin = rig.kernel.axis_ns;
		bent = bend_most(&rig, begin, HOUR, sign);
		assert_in_range(bent, POLICY_BEND_NS(HOUR) * 97 / 100,
		    POLICY_BEND_NS(HOUR));
		bent = bend_most(&rig, begin, DAY, sign);
		assert_in_range(bent, POLICY_BEND_NS(DAY) * 97 / 100,
		    POLICY_BEND_NS(DAY + 16));
		assert_int_equal(rig.nsteps, 0);
	}
}

/* Owned from the first sample after boot: the rate is the only limit. */
static void
worst_bend_from_the_first_sample(void **state)
{
	struct rig rig;
	struct msg_sample sample;

	(void)state;
	rig_init(&rig, START_NS, START_NS, 0);
	rig_begin(&rig);
	for (int i = 0; i < DAY / 16; i++) {
		control_turn(&rig.control);
		sample = rig_sample(&rig, 0);
		sample.offset_ns = simulated_real(&rig.kernel) -
		    rig.kernel.axis_ns + 120 * MS;
		sample.frequency_ppt = 490 * PPT_PER_PPM;
		sample.frequency_sd_ppt = 0;
		rig_send(&rig, &sample);
		rig_run(&rig, 16);
	}
	assert_clean(&rig);
	assert_true(-rig_error(&rig) < 43200 * MS);
	assert_true(-rig_error(&rig) > 40000 * MS);
}

/* Steps as often and as far as they are given, for three days. The judge
 * sums them over any 24 hours. */
static void
steps_of_a_day_are_bounded(void **state)
{
	struct rig rig;
	struct msg_sample sample;
	int64_t most[] = { 999 * S, 90 * S, 3 * S, 129 * MS };

	(void)state;
	for (int attack = 0; attack < 4; attack++) {
		settle(&rig);
		for (int i = 0; i < 3 * DAY / 100; i++) {
			sample = rig_sample(&rig, 0);
			sample.offset_ns = simulated_real(&rig.kernel) -
			    rig.kernel.axis_ns + most[attack];
			rig_send(&rig, &sample);
			rig_run(&rig, 100);
		}
		assert_clean(&rig);
		assert_true(rig.nsteps > 0);
		assert_true(-rig_error(&rig) < 4000 * S);
	}
}

/* One of many moods: what the next sample of an attacker looks like. */
static void
attack(struct rig *rig, uint64_t *seed, int mood)
{
	struct msg_sample sample = rig_sample(rig, 0);
	int64_t real = simulated_real(&rig->kernel) - rig->kernel.axis_ns;
	const struct policy *policy = &rig->control.policy;

	switch (mood) {
	case 0:		/* anything that is valid or nearly so */
		sample.offset_ns = real + draw_signed(seed, INT64_MAX / 2);
		sample.frequency_ppt = draw_signed(seed, INT64_C(500000001));
		sample.frequency_sd_ppt = llabs(draw_signed(seed,
		    INT64_C(1000000000001)));
		sample.offset_sd_ns = llabs(draw_signed(seed, 65536 * S));
		sample.root_delay_ns = llabs(draw_signed(seed, 65536 * S));
		sample.leap = (uint8_t)(draw(seed) % 4);
		sample.flags = (uint8_t)(draw(seed) % 3);
		break;
	case 1:		/* ahead, and ahead again */
		sample.offset_ns = real + (int64_t)(draw(seed) % 500) * MS;
		sample.frequency_ppt = 500 * PPT_PER_PPM;
		sample.frequency_sd_ppt = 0;
		break;
	case 2:		/* to the edge of the account */
		sample.offset_ns = policy->line_real_ns - rig->kernel.axis_ns +
		    policy->allowance_ns - 1;
		sample.frequency_ppt = policy->line_ppt +
		    draw_signed(seed, 20 * PPT_PER_PPM);
		sample.frequency_sd_ppt = 0;
		break;
	case 3:		/* to the other edge, with a stale axis */
		sample.axis_ns -= (int64_t)(draw(seed) % 130) * S;
		sample.offset_ns = policy->line_real_ns - sample.axis_ns -
		    policy->allowance_ns + draw_signed(seed, 10 * MS);
		sample.frequency_ppt = -500 * PPT_PER_PPM;
		sample.poll_s = 1 + (uint32_t)(draw(seed) % 131072);
		break;
	case 4:		/* insisting on a step */
		sample.offset_ns = real + (draw(seed) & 1 ? 1 : 1000) * 129 *
		    MS;
		break;
	case 5:		/* wrong books */
		sample.header.id = (uint32_t)draw(seed);
		rig->id = sample.header.id > rig->id &&
		    sample.header.id < UINT32_MAX / 2 ? sample.header.id :
		    rig->id;
		sample.step_epoch += (uint32_t)(draw(seed) % 3) - 1;
		sample.net_epoch = (uint32_t)(draw(seed) % 3);
		sample.suspended_ns += draw_signed(seed, 2 * MS);
		break;
	case 6:		/* frequency only, hard */
		sample.flags = SAMPLE_FREQUENCY_ONLY;
		sample.frequency_ppt = draw(seed) & 1 ? 500 * PPT_PER_PPM :
		    -500 * PPT_PER_PPM;
		sample.frequency_sd_ppt = 0;
		break;
	default:	/* honest for once */
		sample.offset_ns += draw_signed(seed, MS);
	}
	rig_send(rig, &sample);
	/* the parent starts another one, and it is no better */
	if (rig->applied.status == CLOCK_REFUSED_ORDER) {
		policy_newnet(&rig->control.policy, 1);
		rig->id = 0;
	}
}

/* Moods change; time goes on by fits and starts, an hour at the most. */
static void
whatever_net_sends_the_limits_hold(void **state)
{
	struct rig rig;
	uint64_t seed = 42;
	unsigned int answers[CLOCK_STATUS_MAX] = { 0 }, holds[HOLD_MAX] = { 0 };
	int64_t begin;
	int mood = 0;

	(void)state;
	for (int round = 0; round < 100; round++) {
		settle(&rig);
		rig.kernel.late_ns = (int64_t)(draw(&seed) % 5) * MS;
		begin = rig.kernel.axis_ns;
		for (int i = 0; i < 20000; i++) {
			if (draw(&seed) % 50 == 0)
				mood = (int)(draw(&seed) % 8);
			attack(&rig, &seed, mood);
			answers[rig.applied.status]++;
			holds[rig.applied.hold]++;
			if (draw(&seed) % 4 == 0)
				rig_run_ns(&rig, (int64_t)(draw(&seed) %
				    (uint64_t)(round % 4 == 0 ? 64 * S :
				    2 * S)));
			if (draw(&seed) % 5000 == 0)
				rig_run(&rig, HOUR);
			if (i % 16 == 0)
				assert_bounded(&rig, begin);
			if (rig.nsteps > RIG_STEPS_MAX - 8)
				break;
		}
		assert_bounded(&rig, begin);
	}
	/* it was not all refused at the door */
	for (int i = 0; i < CLOCK_STATUS_MAX; i++)
		assert_true(i == CLOCK_DISABLED || i == CLOCK_REFUSED_RATE ||
		    answers[i] > 100);
	for (int i = 0; i < HOLD_MAX; i++)
		assert_true(i == HOLD_FREQUENCY || i == HOLD_KERNEL ||
		    holds[i] > 100);
}

/* With -x nothing is stepped, and what is slewed instead is charged to the
 * same account: here 5 s a day, slews begun and given up as net likes. */
static void
slews_in_place_of_steps_are_charged(void **state)
{
	struct rig rig;
	uint64_t seed = 11;
	int64_t begin, worst = 0, sum = 0;

	(void)state;
	for (int round = 0; round < 8; round++) {
		rig_init(&rig, START_NS, START_NS, 0);
		rig.limits.flags = LIMITS_NO_STEP;
		rig.limits.panic_ns = 5 * S;
		rig_begin(&rig);
		for (int i = 0; i < 130; i++) {
			rig_honest(&rig, 0);
			rig_run(&rig, 64);
		}
		begin = rig.kernel.axis_ns;
		while (rig.kernel.axis_ns - begin < 3 * DAY * S) {
			struct msg_sample sample = rig_sample(&rig, 0);

			sample.offset_ns = simulated_real(&rig.kernel) -
			    rig.kernel.axis_ns + (int64_t)(draw(&seed) %
			    (uint64_t)((1 + round) * 600)) * MS;
			if (draw(&seed) % 20 == 0)
				sample.flags = SAMPLE_FREQUENCY_ONLY;
			rig_send(&rig, &sample);
			rig_run(&rig, 10 + (int64_t)(draw(&seed) % 600));
		}
		assert_clean(&rig);
		assert_int_equal(rig.nsteps, 0);
		/* four accounts touch three days */
		assert_true(-rig_error(&rig) <= 20 * S +
		    POLICY_BEND_NS(3 * DAY));
		sum += rig.state.spent_step_ns;
		if (-rig_error(&rig) > worst)
			worst = -rig_error(&rig);
	}
	assert_true(worst > 5 * S && sum > 5 * S);	/* it was tried */
}

/* What is left behind, if everything dies at any moment of an attack. */
static void
death_in_mid_attack_leaves_little(void **state)
{
	struct rig rig;
	uint64_t seed = 7;
	int64_t there, here;

	(void)state;
	for (int round = 0; round < 100; round++) {
		settle(&rig);
		for (int i = 0; i < 200; i++) {
			attack(&rig, &seed, 1 + round % 3);
			rig_run_ns(&rig, (int64_t)(draw(&seed) %
			    (uint64_t)(20 * S)));
		}
		here = bend(&rig);
		rig_run_dead(&rig, 60);
		there = bend(&rig);
		/* 5 s of the full rate, and base frequency */
		assert_true(llabs(there - here) <= 5 * 500000 +
		    60 * 14 * 1000);
		rig_run_dead(&rig, HOUR);
		assert_true(llabs(bend(&rig) - there) <= HOUR * 14 * 1000);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worst_bend_is_what_is_documented),
		cmocka_unit_test(worst_bend_from_the_first_sample),
		cmocka_unit_test(steps_of_a_day_are_bounded),
		cmocka_unit_test(slews_in_place_of_steps_are_charged),
		cmocka_unit_test(whatever_net_sends_the_limits_hold),
		cmocka_unit_test(death_in_mid_attack_leaves_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
