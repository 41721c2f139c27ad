#include "tests/unit/clock_rig.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LEGAL_STATUS	(STA_PLL | STA_FREQHOLD | STA_UNSYNC | STA_INS | \
			STA_DEL)
#define OUR_MODES	(ADJ_STATUS | ADJ_NANO | ADJ_FREQUENCY |	\
			ADJ_TIMECONST | ADJ_OFFSET)
#define OTHER_MODES	(ADJ_TICK | ADJ_SETOFFSET | ADJ_MAXERROR | ADJ_ESTERROR)

static void
blame(struct rig *rig, bool good, const char *what)
{
	if (!good && rig->violation == NULL)
		rig->violation = what;
}

static void
judge_step(struct rig *rig, const struct timex *call)
{
	int64_t by = call->time.tv_sec * NS_PER_S + call->time.tv_usec;
	int64_t real = simulated_real(&rig->kernel), sum = 0, gap = INT64_MAX;
	int64_t now = rig->kernel.axis_ns;
	const struct msg_limits *limits = &rig->limits;
	bool first = !rig->any_accepted && !limits->spent_start;
	unsigned int i;

	blame(rig, call->time.tv_usec >= 0 && call->time.tv_usec < NS_PER_S,
	    "step: nanoseconds");
	blame(rig, (real + by) / NS_PER_S >= limits->floor_s &&
	    (real + by) / NS_PER_S < limits->ceiling_s, "(e) step: date");
	blame(rig, limits->panic_ns == 0 || llabs(by) <= limits->panic_ns ||
	    (first && (limits->flags & LIMITS_FIRST_ANY)), "(e) step: panic");
	blame(rig, rig->nsteps < RIG_STEPS_MAX, "(d) steps without end");
	if (rig->nsteps >= RIG_STEPS_MAX)
		return;
	for (i = 0; i < rig->nsteps; i++) {
		if (rig->step_free[i])
			continue;
		if (now - rig->step_axis_ns[i] < INT64_C(86400) * NS_PER_S)
			sum += llabs(rig->step_ns[i]);
		gap = now - rig->step_axis_ns[i];
	}
	blame(rig, first || limits->panic_ns == 0 ||
	    sum + llabs(by) <= limits->panic_ns, "(d) step: sum of a day");
	blame(rig, first || rig->resumed || gap >= 900 * NS_PER_S,
	    "(d) step: too soon");
	rig->step_axis_ns[rig->nsteps] = now;
	rig->step_ns[rig->nsteps] = by;
	rig->step_free[rig->nsteps++] = first;
}

static void
judge_leap(struct rig *rig, int status)
{
	time_t now = (time_t)(simulated_real(&rig->kernel) / NS_PER_S);
	const struct msg_limits *limits = &rig->limits;
	struct tm tm;

	gmtime_r(&now, &tm);
	if (tm.tm_hour == 0 && rig->kernel.state >= TIME_OOP)
		return;		/* just done, not yet cleared */
	blame(rig, tm.tm_hour >= 21, "(f) leap: not in the last hours");
	if (limits->leap_at_s > now)
		blame(rig, limits->leap_at_s - now <= 3 * 3600 &&
		    limits->leap_sign == (status & STA_INS ? 1 : -1),
		    "(f) leap: not in the table");
	else
		blame(rig, (tm.tm_mon == 5 && tm.tm_mday == 30) ||
		    (tm.tm_mon == 11 && tm.tm_mday == 31), "(f) leap: date");
}

static void
judge_call(void *context, const struct timex *call)
{
	struct rig *rig = context;
	unsigned int modes = call->modes;

	if (modes == ADJ_OFFSET_SINGLESHOT) {
		blame(rig, call->offset == 0, "adjtime");
		return;
	}
	if (modes == ADJ_TAI) {
		blame(rig, call->constant == rig->limits.tai_offset_s, "TAI");
		return;
	}
	blame(rig, (modes & OUR_MODES) == OUR_MODES &&
	    (modes & ~(unsigned int)(OUR_MODES | OTHER_MODES)) == 0, "modes");
	blame(rig, (call->status & ~LEGAL_STATUS) == 0 &&
	    (call->status & STA_PLL) && (call->status & STA_FREQHOLD),
	    "status");
	blame(rig, call->constant == 0, "time constant");
	blame(rig, (modes & ADJ_TICK) == 0 || call->tick == 10000, "tick");
	blame(rig, (call->status & STA_UNSYNC) || rig->good >= 3,
	    "(g) synchronised too early");
	if (call->status & (STA_INS | STA_DEL))
		judge_leap(rig, call->status);
	if (modes & ADJ_SETOFFSET) {
		blame(rig, (call->status & (STA_INS | STA_DEL)) == 0,
		    "step with a leap second armed");
		judge_step(rig, call);
	}
}

static void
take_state(struct rig *rig, const struct msg_state *state)
{
	blame(rig, clock_state_valid(state) &&
	    state->header.size == sizeof(*state), "invalid STATE");
	rig->state = *state;
	rig->events[state->event]++;
	if (state->event == EVENT_SUSPENDED)
		rig->resumed = true;
	if (state->event == EVENT_SUSPENDED ||
	    state->event == EVENT_FOREIGN_SET ||
	    state->event == EVENT_UNSYNCHRONISED)
		rig->good = 0;
}

static void
take_applied(struct rig *rig, const struct msg_applied *applied)
{
	blame(rig, clock_applied_valid(applied) &&
	    applied->header.size == sizeof(*applied), "invalid APPLIED");
	rig->applied = *applied;
	if (applied->header.id == 0)
		return;
	if (applied->status == CLOCK_HELD && applied->hold != HOLD_STEPOUT)
		rig->good = 0;
	if (applied->status <= CLOCK_STEPPED && rig->sample_flags == 0) {
		rig->good++;
		rig->any_accepted = true;
		rig->resumed = false;
	}
}

static void
take(void *context, const struct message_header *message)
{
	const void *whole = message;

	if (message->type == MSG_STATE)
		take_state(context, whole);
	else
		take_applied(context, whole);
}

void
rig_init(struct rig *rig, int64_t real_ns, int64_t true_ns, int64_t true_ppt)
{
	const int64_t axis = 1000 * NS_PER_S;

	memset(rig, 0, sizeof(*rig));
	simulated_init(&rig->kernel, axis, real_ns);
	rig->kernel.spy = judge_call;
	rig->kernel.context = rig;
	rig->true_ppt = true_ppt;
	rig->true_ns = true_ns - axis - axis / NS_PER_S * true_ppt / 1000;
	rig->limits = (struct msg_limits){
		.header = { MSG_LIMITS, sizeof(rig->limits), 1 },
		.stepout_s = 300, .panic_ns = 1000 * NS_PER_S,
		.step_forward_ns = 128 * NS_PER_MS,
		.step_back_ns = 128 * NS_PER_MS,
		.floor_s = 1700000000, .ceiling_s = 4000000000,
	};
	control_init(&rig->control, &simulated_backend, &rig->kernel, take,
	    rig);
	policy_newnet(&rig->control.policy, 1);
}

void
rig_begin(struct rig *rig)
{
	blame(rig, clock_limits_valid(&rig->limits), "invalid LIMITS");
	control_limits(&rig->control, &rig->limits);
}

static void
judge_rest(struct rig *rig)
{
	blame(rig, rig->kernel.refused == 0 || rig->kernel.refuse,
	    "the kernel refused a call");
	/* 2^-16 ppm is 15 ppt: frequencies are rounded to it */
	blame(rig, rig->kernel.worst_rate_ppt <= 500 * PPT_PER_PPM + 15,
	    "(a) |frequency| + |slew|");
}

void
rig_run_ns(struct rig *rig, int64_t ns)
{
	int64_t end = rig->kernel.axis_ns + ns, wait, next;

	for (;;) {
		wait = control_wait(&rig->control);
		next = rig->control.now.axis_ns + (wait > 0 ? wait : 0);
		if (wait > end || next > end)
			break;
		if (next > rig->kernel.axis_ns)
			simulated_advance(&rig->kernel, next);
		control_turn(&rig->control);
	}
	simulated_advance(&rig->kernel, end);
	judge_rest(rig);
}

void
rig_run(struct rig *rig, int64_t seconds)
{
	rig_run_ns(rig, seconds * NS_PER_S);
}

void
rig_run_dead(struct rig *rig, int64_t seconds)
{
	simulated_advance(&rig->kernel, rig->kernel.axis_ns +
	    seconds * NS_PER_S);
}

int64_t
rig_true(const struct rig *rig)
{
	return rig->true_ns + rig->kernel.axis_ns +
	    (int64_t)((__int128)rig->kernel.axis_ns * rig->true_ppt /
	    1000000000000);
}

int64_t
rig_error(const struct rig *rig)
{
	return rig_true(rig) - simulated_real(&rig->kernel);
}

struct msg_sample
rig_sample(struct rig *rig, int64_t error_ns)
{
	return (struct msg_sample){
		.header = { MSG_SAMPLE, sizeof(struct msg_sample), ++rig->id },
		.net_epoch = 1, .step_epoch = rig->applied.step_epoch,
		.survivors = 3, .stratum = 2, .poll_s = 64,
		.axis_ns = rig->kernel.axis_ns,
		.suspended_ns = rig->kernel.suspended_ns,
		.offset_ns = rig_true(rig) - rig->kernel.axis_ns + error_ns,
		.offset_sd_ns = 100, .frequency_ppt = rig->true_ppt,
		.frequency_sd_ppt = 1000, .root_delay_ns = 20 * NS_PER_MS,
		.root_dispersion_ns = NS_PER_MS,
	};
}

void
rig_send(struct rig *rig, const struct msg_sample *sample)
{
	if (!clock_sample_valid(sample))
		return;
	rig->sample_flags = sample->flags;
	control_sample(&rig->control, sample);
	judge_rest(rig);
}

int
rig_honest(struct rig *rig, int64_t error_ns)
{
	struct msg_sample sample = rig_sample(rig, error_ns);

	rig_send(rig, &sample);
	return rig->applied.status;
}
