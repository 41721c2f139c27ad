/*
 * The limits of ARCHITECTURE.md, "What clockctl promises", a to g ((a) itself
 * is in steer.c, where the calls are made). See policy.h. Pure.
 */
#include "clockctl/policy.h"

#include <stdlib.h>

#include "clockctl/steer.h"

/* The first LIMITS of this life. */
static void
begin(struct policy *policy, const struct clock_pair *now)
{
	struct msg_limits *limits = &policy->limits;

	policy->over_since_ns = -1;
	policy->phase_end_ns = INT64_MAX;
	policy->allowance_ns = POLICY_ALLOWANCE_NS;
	policy->line_axis_ns = now->axis_ns;
	policy->line_real_ns = now->real_ns;
	policy->line_ppt = limits->frequency_ppt;
	if (limits->spent_start && (limits->flags & LIMITS_FREQUENCY)) {
		policy->phase_end_ns = now->axis_ns;
		policy->allowance_ns = POLICY_RESTART_NS + steer_clamp(
		    limits->budget_left_ns, POLICY_ALLOWANCE_NS -
		    POLICY_RESTART_NS);
	}
	if (limits->spent_since_axis_ns > now->axis_ns)
		limits->spent_since_axis_ns = now->axis_ns;
}

void
policy_limits(struct policy *policy, const struct msg_limits *limits,
    const struct clock_pair *now)
{
	struct msg_limits spent = policy->limits;

	policy->limits = *limits;
	if (spent.header.size == 0) {
		begin(policy, now);
		return;
	}
	policy->limits.spent_start = spent.spent_start;
	policy->limits.spent_steps = spent.spent_steps;
	policy->limits.spent_step_ns = spent.spent_step_ns;
	policy->limits.spent_since_axis_ns = spent.spent_since_axis_ns;
}

void
policy_newnet(struct policy *policy, uint32_t net_epoch)
{
	policy->net_epoch = net_epoch;
	policy->last_id = 0;
	policy->over_since_ns = -1;
}

void
policy_advance(struct policy *policy, const struct clock_pair *now,
    int64_t target_ns, int64_t base_ppt)
{
	int64_t passed = now->axis_ns - policy->line_axis_ns;
	int64_t refill = steer_scale(passed, POLICY_REFILL_PPT);
	int64_t drift = steer_scale(passed, POLICY_DRIFT_PPT_H * 1000 / 3600);

	policy->line_axis_ns = now->axis_ns;
	if (now->axis_ns < policy->phase_end_ns) {
		policy->line_real_ns = target_ns;
		policy->line_ppt = base_ppt;
		return;
	}
	policy->line_real_ns += passed + steer_scale(passed, policy->line_ppt);
	policy->line_real_ns += steer_clamp(target_ns - policy->line_real_ns,
	    refill);
	policy->line_ppt += steer_clamp(base_ppt - policy->line_ppt, drift);
	policy->allowance_ns += steer_clamp(POLICY_ALLOWANCE_NS -
	    policy->allowance_ns, refill);
}

void
policy_moved(struct policy *policy, int64_t by_ns)
{
	policy->line_real_ns += by_ns;
	policy->step_epoch++;
}

/* What was lent for a way that was not gone is taken back from the line; no
 * more, or a slew begun and given up would move it for nothing. */
void
policy_stopped(struct policy *policy, int64_t remaining_ns)
{
	if ((remaining_ns > 0) == (policy->lent_ns > 0))
		policy->line_real_ns -= steer_clamp(remaining_ns,
		    llabs(policy->lent_ns));
	policy->lent_ns = 0;
}

void
policy_suspended(struct policy *policy)
{
	policy->resume_open = true;
	policy->accepted = 0;
}

static enum clock_status
refusal(const struct policy *policy, const struct msg_sample *sample,
    const struct clock_pair *now)
{
	int64_t age = now->axis_ns - sample->axis_ns;

	if (sample->net_epoch != policy->net_epoch ||
	    sample->step_epoch != policy->step_epoch)
		return CLOCK_REFUSED_EPOCH;
	if (sample->header.id <= policy->last_id)
		return CLOCK_REFUSED_ORDER;
	if (age < 0 || age > 2 * sample->poll_s * NS_PER_S ||
	    llabs(sample->suspended_ns - now->suspended_ns) > NS_PER_MS)
		return CLOCK_REFUSED_STALE;
	return CLOCK_IDLE;
}

/* May offset_ns be charged to the account of steps? Then it is. */
static bool
charge_step(struct policy *policy, int64_t size_ns, int64_t axis_ns)
{
	struct msg_limits *limits = &policy->limits;
	int64_t since = axis_ns - limits->spent_since_axis_ns;

	if (since >= POLICY_DAY_NS) {
		limits->spent_steps = 0;
		limits->spent_step_ns = 0;
	}
	if (limits->spent_step_ns > 0 && since < POLICY_STEP_GAP_NS &&
	    !policy->resume_open)
		return false;
	if (limits->panic_ns > 0 &&
	    size_ns > limits->panic_ns - limits->spent_step_ns)
		return false;
	limits->spent_step_ns += size_ns;
	limits->spent_since_axis_ns = axis_ns;
	return true;
}

/* An offset that needs a step, or would if steps were allowed. */
static enum clock_hold
judge_step(struct policy *policy, int64_t size_ns, int64_t axis_ns)
{
	const struct msg_limits *limits = &policy->limits;

	if (limits->spent_start && !policy->resume_open) {
		if (policy->over_since_ns < 0)
			policy->over_since_ns = axis_ns;
		if (axis_ns - policy->over_since_ns <
		    limits->stepout_s * NS_PER_S)
			return HOLD_STEPOUT;
	}
	/* the first step of a boot is free, and never comes again */
	if (limits->spent_start && !charge_step(policy, size_ns, axis_ns))
		return HOLD_STEPS;
	policy->limits.spent_steps++;
	return HOLD_NONE;
}

static bool
date_allowed(const struct msg_limits *limits, int64_t real_ns)
{
	return real_ns / NS_PER_S >= limits->floor_s &&
	    real_ns / NS_PER_S < limits->ceiling_s;
}

static bool
beyond_panic(const struct msg_limits *limits, int64_t size_ns)
{
	return limits->panic_ns > 0 && size_ns > limits->panic_ns &&
	    (limits->spent_start || !(limits->flags & LIMITS_FIRST_ANY));
}

/*
 * remaining_ns: of a slew under way, which has been judged before: new is only
 * by how much the target would move.
 */
static enum clock_hold
judge_offset(struct policy *policy, struct verdict *verdict,
    const struct clock_pair *now, int64_t remaining_ns)
{
	const struct msg_limits *limits = &policy->limits;
	int64_t offset = verdict->offset_ns, size = llabs(offset);
	int64_t change = offset - remaining_ns, threshold, most;
	enum clock_hold hold;

	if (!date_allowed(limits, now->real_ns + offset))
		return HOLD_DATE;
	if (beyond_panic(limits, size))
		return HOLD_PANIC;
	threshold = offset > 0 ? limits->step_forward_ns :
	    limits->step_back_ns;
	most = threshold > 0 ? steer_clamp(threshold, POLICY_ALLOWANCE_NS) :
	    POLICY_ALLOWANCE_NS;
	verdict->action = VERDICT_SLEW;
	if (llabs(change) > most) {
		if (threshold > 0 && size > threshold &&
		    !((limits->flags & LIMITS_NO_STEP) &&
		    size <= POLICY_NO_STEP_NS))
			verdict->action = VERDICT_STEP;
		hold = judge_step(policy, size > llabs(change) ? size :
		    llabs(change), now->axis_ns);
		if (hold == HOLD_NONE) {
			policy->line_real_ns += change;
			policy->lent_ns += change;
		}
		return hold;
	}
	return now->axis_ns >= policy->phase_end_ns &&
	    policy_budget_left(policy, now->real_ns + offset) < 0 ?
	    HOLD_BUDGET : HOLD_NONE;
}

static void
begin_phase(struct policy *policy, int64_t axis_ns)
{
	if (policy->phase_end_ns == INT64_MAX)
		policy->phase_end_ns = axis_ns + POLICY_START_PHASE_NS;
}

struct verdict
policy_judge(struct policy *policy, const struct msg_sample *sample,
    const struct clock_pair *now, int64_t remaining_ns)
{
	struct verdict verdict = { .action = VERDICT_REFUSE };

	verdict.status = (uint8_t)refusal(policy, sample, now);
	if (verdict.status != CLOCK_IDLE)
		return verdict;
	policy->last_id = sample->header.id;
	verdict.action = VERDICT_FREQUENCY;
	if (sample->flags & SAMPLE_FREQUENCY_ONLY) {
		policy->over_since_ns = -1;	/* nobody insists */
		begin_phase(policy, now->axis_ns);
		return verdict;
	}
	verdict.offset_ns = sample->axis_ns + sample->offset_ns +
	    steer_scale(now->axis_ns - sample->axis_ns,
	    sample->frequency_ppt) + (now->axis_ns - sample->axis_ns) -
	    now->real_ns;
	verdict.hold = (uint8_t)judge_offset(policy, &verdict, now,
	    remaining_ns);
	if (verdict.hold != HOLD_NONE) {
		verdict.action = VERDICT_HOLD;
		verdict.status = CLOCK_HELD;
		if (verdict.hold != HOLD_STEPOUT)
			policy->accepted = 0;
		return verdict;
	}
	policy->limits.spent_start = 1;
	policy->resume_open = false;
	policy->over_since_ns = -1;
	policy->accepted++;
	policy->leap = sample->leap;
	begin_phase(policy, now->axis_ns);
	return verdict;
}

int64_t
policy_frequency(const struct policy *policy, int64_t wanted_ppt)
{
	int64_t ppt = steer_clamp(wanted_ppt, STEER_FREQUENCY_MAX_PPT);

	if (policy->line_axis_ns < policy->phase_end_ns)
		return ppt;
	return policy->line_ppt + steer_clamp(ppt - policy->line_ppt,
	    POLICY_FREQUENCY_PPT);
}

bool
policy_synchronised(const struct policy *policy)
{
	return policy->accepted >= POLICY_SYNCHRONISED;
}

/* Is the day after this one the first of January or of July? Years are
 * counted from March, so that a leap day is the last of a year. */
static bool
half_year_ends(int64_t day)
{
	int64_t era = (day + 1 + 719468) % 146097;	/* of 400 years */
	int64_t year = (era - era / 1460 + era / 36524 - era / 146096) / 365;
	int64_t of_year = era - (365 * year + year / 4 - year / 100);

	return of_year == 122 || of_year == 306;
}

uint8_t
policy_leap(const struct policy *policy, int64_t real_ns)
{
	const struct msg_limits *limits = &policy->limits;
	int64_t day = real_ns / POLICY_DAY_NS;
	int64_t midnight_ns = (day + 1) * POLICY_DAY_NS;

	if (midnight_ns - real_ns > POLICY_LEAP_NS)
		return 0;
	if (limits->leap_at_s * NS_PER_S > real_ns)	/* the table knows */
		return limits->leap_at_s * NS_PER_S != midnight_ns ||
		    limits->leap_sign == 0 ? 0 :
		    limits->leap_sign > 0 ? 1 : 2;
	return half_year_ends(day) && policy_synchronised(policy) ?
	    policy->leap : 0;
}

int64_t
policy_budget_left(const struct policy *policy, int64_t target_ns)
{
	return policy->allowance_ns - llabs(target_ns - policy->line_real_ns);
}
