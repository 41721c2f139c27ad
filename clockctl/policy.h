/*
 * What clockctl will do to the clock and what not, whatever net says. Pure;
 * runs in clockctl; believes the parent's LIMITS and its own readings, and of
 * net only that it may be hijacked. All times ns, frequencies ppt.
 *
 * The account of displacement is a line: the clock as it would run freely at
 * the learned frequency. Where the clock is going (its target) must stay
 * within an allowance of the line; the line itself moves towards the target
 * by the refill rate and no faster, so what was bent long ago is forgiven at
 * that rate and no other. The learned frequency follows the base frequency
 * in the same way: slowly, and the base frequency stays near it.
 *
 * What an owned net can do to the clock, once the start phase is over and
 * with the clock on its line when it begins (twice the allowance if the line
 * was already that far on the other side), in a time T:
 *
 *	slewing		allowance + refill * T + drift * T^2 / 2
 *			an hour: 0.5 + 0.108 + 0.004 = 0.612 s
 *			a day:   0.5 + 2.592 + 2.074 = 5.166 s
 *	stepping	the panic threshold (1000 s) in any 24 hours, each step
 *			after stepout (300 s) of insisting, 15 minutes apart,
 *			each reported. With "tinker step 0" or -x the same sum
 *			is slewed: never above 500 ppm, 43.2 s a day.
 *	in the start phase (2 h from the first sample after boot, or after a
 *			restart without a drift file): 500 ppm, 3.6 s, and one
 *			first step: up to the panic threshold, or with -g to
 *			any date from floor to ceiling. An owned net then has
 *			the learned frequency, too: 43.2 s a day.
 *	left behind	a frequency wrong by 10 ppm + 2 ppm for each hour.
 *	a leap second	without a leap table, at the end of June or December.
 *
 * With "tinker panic 0" the sum of steps is not bounded, only their rate.
 */
#ifndef CLOCKCTL_POLICY_H
#define CLOCKCTL_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/clock_message.h"
#include "common/localclock.h"
#include "common/ntp_time.h"

#define POLICY_ALLOWANCE_NS	(500 * NS_PER_MS)
#define POLICY_REFILL_PPT	(30 * PPT_PER_PPM)	/* of elapsed time */
#define POLICY_FREQUENCY_PPT	(10 * PPT_PER_PPM)	/* base from learned */
#define POLICY_DRIFT_PPT_H	(2 * PPT_PER_PPM)	/* learned, an hour */
#define POLICY_START_PHASE_NS	(7200 * NS_PER_S)
#define POLICY_STEP_GAP_NS	(900 * NS_PER_S)
#define POLICY_DAY_NS		(86400 * NS_PER_S)
#define POLICY_NO_STEP_NS	(600 * NS_PER_S)	/* -x slews up to it */
#define POLICY_SYNCHRONISED	4	/* accepted samples until UNSYNC goes */
#define POLICY_SAMPLE_GAP_NS	(125 * NS_PER_MS)	/* 8 a second */
#define POLICY_LEAP_NS		(3 * 3600 * NS_PER_S)	/* armed before it */
/* After a restart within a boot at least this much of the allowance. */
#define POLICY_RESTART_NS	(10 * NS_PER_MS)

/* The bend by slewing above, for a time in seconds up to some days. */
#define POLICY_BEND_NS(s)	(POLICY_ALLOWANCE_NS +			\
	INT64_C(1) * (s) * (POLICY_REFILL_PPT / 1000) +			\
	INT64_C(1) * (s) * (s) / 2 * POLICY_DRIFT_PPT_H / 3600 / 1000)

enum verdict_action {
	VERDICT_REFUSE,		/* as if it had not come; status says why */
	VERDICT_HOLD,		/* leave the clock alone; hold says why */
	VERDICT_FREQUENCY,	/* base frequency only */
	VERDICT_SLEW,
	VERDICT_STEP
};

struct verdict {
	enum verdict_action action;
	uint8_t		status;		/* enum clock_status: refused or held */
	uint8_t		hold;		/* enum clock_hold, if held */
	int64_t		offset_ns;	/* true minus real at the reading */
};

struct policy {
	struct msg_limits limits;	/* in force; spent_* are the accounts */
	uint32_t	net_epoch;	/* 0: no net yet */
	uint32_t	step_epoch;
	uint32_t	last_id;	/* of this net's samples */
	bool		resume_open;	/* none since a suspend */
	uint8_t		leap;		/* as the last accepted sample said */
	unsigned int	accepted;	/* in a row, towards (g) */
	int64_t		over_since_ns;	/* axis: beyond a threshold; -1 not */
	int64_t		phase_end_ns;	/* axis */
	int64_t		allowance_ns;
	int64_t		line_axis_ns;	/* the account: see above */
	int64_t		line_real_ns;
	int64_t		line_ppt;
	int64_t		lent_ns;	/* by so much the line was moved for a
					 * step, or a slew in place of one */
};

/* policy is zero before the first LIMITS of a life, which are believed about
 * what has been spent; later ones are not: what is spent stays spent. */
void	policy_limits(struct policy *policy, const struct msg_limits *limits,
	    const struct clock_pair *now);
void	policy_newnet(struct policy *policy, uint32_t net_epoch);

/* Time passes. target_ns: where the clock is going, as CLOCK_REALTIME now. */
void	policy_advance(struct policy *policy, const struct clock_pair *now,
	    int64_t target_ns, int64_t base_ppt);

/* The clock was moved by by_ns, not by us (or by a leap second). */
void	policy_moved(struct policy *policy, int64_t by_ns);
/* A slew or step has ended, or was given up with remaining_ns to go. */
void	policy_stopped(struct policy *policy, int64_t remaining_ns);
/* The machine slept: one step without waiting, and not synchronised. */
void	policy_suspended(struct policy *policy);

/* sample is valid as a message; policy_advance was called with now.
 * remaining_ns: what a slew under way has still to go; else 0. */
struct verdict policy_judge(struct policy *policy,
	    const struct msg_sample *sample, const struct clock_pair *now,
	    int64_t remaining_ns);

/* The base frequency as near to wanted as it may be. */
int64_t	policy_frequency(const struct policy *policy, int64_t wanted_ppt);

bool	policy_synchronised(const struct policy *policy);

/* Leap second to arm for the coming UTC midnight: 0, 1 insert, 2 delete. */
uint8_t	policy_leap(const struct policy *policy, int64_t real_ns);

int64_t	policy_budget_left(const struct policy *policy, int64_t target_ns);

#endif
