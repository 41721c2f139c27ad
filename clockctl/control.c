/*
 * The turn of clockctl: read the clock, see what others did to it, ask the
 * policy, make one call, report. See control.h.
 */
#include "clockctl/control.h"

#include <stdlib.h>

#include "clockctl/report.h"

#define LEAP_REARM_NS	(2 * NS_PER_S)	/* after a step, which loses it */
#define UNKNOWN_SD_PPT	(30 * PPT_PER_PPM)
/* The flags that are ours alone; UNSYNC the kernel may set as well. */
#define OWN_FLAGS	(STA_PLL | STA_FREQHOLD | STA_INS | STA_DEL |	\
			STA_FLL | STA_PPSFREQ | STA_PPSTIME)

static void
reread(struct control *control)
{
	control->clock->read(control->clock_state, &control->now,
	    &control->kernel);
}

void
control_init(struct control *control, const struct clock_backend *clock,
    void *clock_state, control_send *send, void *context)
{
	*control = (struct control){
		.clock = clock, .clock_state = clock_state,
		.send = send, .context = context,
		.state_due_ns = INT64_MAX,	/* nothing before LIMITS */
	};
	reread(control);
}

static int64_t
remaining(const struct control *control)
{
	return steer_remaining(&control->steer, &control->now);
}

/* Makes the call; what it changed besides the clock's course is reported. */
static bool
write_clock(struct control *control, struct timex *call)
{
	struct timex written = *call;
	bool synchronised = (call->status & STA_UNSYNC) == 0;

	if (!control->clock->apply(control->clock_state, call)) {
		if (control->state.hold != HOLD_KERNEL) {
			control->state.hold = HOLD_KERNEL;
			report_state(control, EVENT_HELD, 0);
		}
		return false;
	}
	control->written = control->kernel = written;
	control->kernel.status |= STA_NANO;
	if (synchronised != control->state.synchronised) {
		control->state.synchronised = synchronised;
		report_state(control, synchronised ? EVENT_SYNCHRONISED :
		    EVENT_UNSYNCHRONISED, 0);
	}
	return true;
}

static int
wanted_status(const struct control *control, uint8_t leap)
{
	return (policy_synchronised(&control->policy) ? 0 : STA_UNSYNC) |
	    (leap == 1 ? STA_INS : leap == 2 ? STA_DEL : 0) |
	    STA_PLL | STA_FREQHOLD;
}

static void
stop_slew(struct control *control, int64_t remaining_ns)
{
	control->steer.slewing = false;
	policy_stopped(&control->policy, remaining_ns);
}

/* The call of this moment; with what a sample says of errors, if any. */
static bool
steer_now(struct control *control, const struct msg_sample *sample)
{
	struct timex call;
	uint8_t leap = control->leap;

	control->leap = control->now.axis_ns < control->leap_after_ns ? 0 :
	    policy_leap(&control->policy, control->now.real_ns);
	steer_call(&control->steer, &control->now, &control->kernel,
	    wanted_status(control, control->leap), &call);
	if (!control->steer.slewing)
		stop_slew(control, 0);
	if (sample != NULL)
		steer_errors(&call, sample, remaining(control));
	if (!write_clock(control, &call))
		return false;
	if (control->leap > 0 && control->leap != leap)
		report_state(control, EVENT_LEAP_ARMED, 0);
	return true;
}

/* Did anything but we move the clock since the reading before? The goal of a
 * slew is void then, until a sample has been judged again. */
static bool
look_for_jump(struct control *control, const struct clock_pair *before)
{
	const struct clock_pair *now = &control->now;
	int64_t passed = now->axis_ns - before->axis_ns;
	int64_t slept = now->suspended_ns - before->suspended_ns;
	int64_t jump = now->real_ns - before->real_ns - passed -
	    steer_scale(passed, control->steer.base_ppt);
	int64_t leap = control->leap == 1 ? -NS_PER_S : NS_PER_S;
	enum clock_event event = EVENT_FOREIGN_SET;

	if (slept <= NS_PER_MS && llabs(jump) <= NS_PER_MS + passed / 1000)
		return false;
	if (slept > NS_PER_MS) {
		event = EVENT_SUSPENDED;
		policy_suspended(&control->policy);
	} else if (control->leap != 0 && llabs(jump - leap) < NS_PER_S / 10) {
		event = EVENT_LEAP_DONE;
		jump = leap;
	} else
		control->policy.accepted = 0;
	if (control->steer.slewing)
		stop_slew(control, jump + remaining(control));
	/* through a sleep the kernel slews on until a second begins */
	control->steer.armed_s = now->real_ns / NS_PER_S;
	policy_moved(&control->policy, jump);
	report_state(control, event, event == EVENT_SUSPENDED ? slept : jump);
	return true;
}

/* Did anybody else change frequency or flags? The kernel itself ends
 * synchronisation when the clock was set, or not updated for hours. */
static bool
look_for_adjustment(struct control *control)
{
	int changed = control->kernel.status ^ control->written.status;

	if (control->kernel.freq != control->written.freq ||
	    (changed & OWN_FLAGS) != 0 ||
	    (changed & control->written.status & STA_UNSYNC) != 0) {
		report_state(control, EVENT_FOREIGN_ADJUST, 0);
		return true;
	}
	if ((changed & STA_UNSYNC) == 0)
		return false;
	control->policy.accepted = 0;
	return true;
}

/* True: the clock was moved behind our back. */
static bool
read_clock(struct control *control)
{
	struct clock_pair before = control->now;
	bool moved;

	reread(control);
	if (control->policy.limits.header.size == 0)
		return false;		/* no LIMITS yet */
	moved = look_for_jump(control, &before);
	policy_advance(&control->policy, &control->now,
	    control->now.real_ns + remaining(control), control->steer.base_ppt);
	return moved;
}

/* Is there something that the kernel does not know yet? */
static bool
pending(const struct control *control)
{
	return control->steer.slewing ||
	    control->written.freq != steer_to_kernel(control->steer.base_ppt) ||
	    control->written.status != wanted_status(control,
	    policy_leap(&control->policy, control->now.real_ns));
}

void
control_turn(struct control *control)
{
	bool slewing, synchronised = control->state.synchronised;
	bool tell = read_clock(control) || control->clock->difference != NULL;

	slewing = control->steer.slewing;
	if (control->enabled &&
	    (look_for_adjustment(control) || pending(control)))
		steer_now(control, NULL);
	if (tell || slewing != control->steer.slewing ||
	    synchronised != control->state.synchronised)
		report_applied(control, 0, CLOCK_IDLE);
	if (control->now.axis_ns >= control->state_due_ns)
		report_state(control, EVENT_NONE, 0);
}

static void
hold_clock(struct control *control, const struct verdict *verdict)
{
	uint8_t before = control->state.hold;

	control->state.hold = verdict->hold;
	/* what may be a spike does not end what is under way */
	if (verdict->hold != HOLD_STEPOUT)
		stop_slew(control, remaining(control));
	if (steer_now(control, NULL) && before != verdict->hold)
		report_state(control, EVENT_HELD, verdict->offset_ns);
}

static bool
step_clock(struct control *control, const struct msg_sample *sample,
    int64_t offset_ns)
{
	struct timex call;
	bool done;

	/* a leap second armed through a step is lost; armed again later */
	control->leap = 0;
	control->leap_after_ns = control->now.axis_ns + LEAP_REARM_NS;
	steer_step(&control->steer, offset_ns, wanted_status(control, 0),
	    &call);
	steer_errors(&call, sample, 0);
	done = write_clock(control, &call);
	stop_slew(control, done ? 0 : offset_ns);
	if (!done)
		return false;
	control->policy.step_epoch++;
	reread(control);
	report_state(control, EVENT_STEPPED, offset_ns);
	return true;
}

/* Carries out a verdict that lets the sample act. */
static enum clock_status
follow_sample(struct control *control, const struct msg_sample *sample,
    const struct verdict *verdict)
{
	struct steer *steer = &control->steer;
	bool step = verdict->action == VERDICT_STEP, done;

	if (verdict->action == VERDICT_FREQUENCY)
		stop_slew(control, remaining(control));
	steer->base_ppt = policy_frequency(&control->policy,
	    steer_frequency(steer, sample, control->now.axis_ns));
	if (verdict->action == VERDICT_SLEW)
		steer_aim(steer, &control->now, verdict->offset_ns,
		    sample->offset_sd_ns);
	done = step ? step_clock(control, sample, verdict->offset_ns) :
	    steer_now(control, verdict->action == VERDICT_SLEW ? sample : NULL);
	if (done && verdict->action != VERDICT_FREQUENCY &&
	    control->state.hold != HOLD_NONE) {
		control->state.hold = HOLD_NONE;
		report_state(control, EVENT_RESUMED, 0);
	}
	report_state(control, EVENT_NONE, 0);
	return done && step ? CLOCK_STEPPED : CLOCK_IDLE;
}

void
control_sample(struct control *control, const struct msg_sample *sample)
{
	enum clock_status status = CLOCK_DISABLED;
	struct verdict verdict;

	control_turn(control);
	control->handled_ns = control->now.axis_ns;
	if (control->enabled) {
		verdict = policy_judge(&control->policy, sample, &control->now,
		    remaining(control));
		status = verdict.status;
		if (verdict.action == VERDICT_REFUSE)
			control_refused(control, status);
		else if (verdict.action == VERDICT_HOLD)
			hold_clock(control, &verdict);
		else
			status = follow_sample(control, sample, &verdict);
	}
	report_applied(control, sample->header.id, status);
}

void
control_refused(struct control *control, enum clock_status why)
{
	control->state.refusals++;
	control->state.last_refusal = (uint8_t)why;
}

void
control_net_invalid(struct control *control)
{
	control->policy.net_epoch = 0;
	report_state(control, EVENT_NET_INVALID, 0);
}

static void
enable(struct control *control, const struct msg_limits *limits)
{
	bool known = (limits->flags & LIMITS_FREQUENCY) != 0;
	struct timex calls[2];

	steer_begin(&control->steer, known ? limits->frequency_ppt :
	    steer_from_kernel(control->kernel.freq), known ? PPT_PER_PPM :
	    UNKNOWN_SD_PPT, control->now.axis_ns, calls);
	control->enabled = true;
	control->policy.accepted = 0;	/* nothing was steered meanwhile */
	control->leap_after_ns = 0;
	if (control->clock->apply(control->clock_state, &calls[0]))
		write_clock(control, &calls[1]);
}

void
control_limits(struct control *control, const struct msg_limits *limits)
{
	bool disabled = (limits->flags & LIMITS_DISABLED) != 0;
	struct timex tai = { .modes = ADJ_TAI,
		.constant = limits->tai_offset_s };

	read_clock(control);
	if (disabled)
		control_end(control);
	policy_limits(&control->policy, limits, &control->now);
	if (!disabled && !control->enabled)
		enable(control, limits);
	if (control->enabled && tai.constant != 0 &&
	    tai.constant != control->kernel.tai)
		(void)control->clock->apply(control->clock_state, &tai);
	report_state(control, EVENT_NONE, 0);
}

int64_t
control_wait(const struct control *control)
{
	return control->enabled && pending(control) ?
	    steer_wait(&control->now) :
	    control->state_due_ns - control->now.axis_ns;
}

int64_t
control_sample_wait(const struct control *control)
{
	return control->policy.net_epoch == 0 ? INT64_MAX :
	    control->handled_ns + POLICY_SAMPLE_GAP_NS - control->now.axis_ns;
}

void
control_end(struct control *control)
{
	if (!control->enabled)
		return;
	control->leap_after_ns = INT64_MAX;	/* disarmed, too */
	stop_slew(control, remaining(control));
	steer_now(control, NULL);
	control->enabled = false;
}
