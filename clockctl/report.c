/*
 * What clockctl tells the parent and net, from what control.c knows. See
 * report.h. Pure.
 */
#include "clockctl/report.h"

#define STATE_NS	(60 * NS_PER_S)	/* reported at least so often */
#define DRIFT_FILE_SD_PPT	PPT_PER_PPM

void
report_state(struct control *control, enum clock_event event, int64_t value_ns)
{
	const struct msg_limits *limits = &control->policy.limits;
	const struct steer *steer = &control->steer;
	struct msg_state *state = &control->state;

	state->header = (struct message_header){ MSG_STATE, sizeof(*state),
		limits->header.id };
	state->event = (uint8_t)event;
	state->step_epoch = control->policy.step_epoch;
	state->spent_start = limits->spent_start;
	state->spent_steps = limits->spent_steps;
	state->frequency_known = control->enabled &&
	    steer->base_sd_ppt < DRIFT_FILE_SD_PPT;
	state->spent_step_ns = limits->spent_step_ns;
	state->spent_since_axis_ns = limits->spent_since_axis_ns;
	state->value_ns = value_ns;
	state->remaining_ns = steer_remaining(steer, &control->now);
	state->frequency_ppt = steer->base_ppt;
	state->frequency_sd_ppt = steer->base_sd_ppt;
	state->budget_left_ns = policy_budget_left(&control->policy,
	    control->now.real_ns + state->remaining_ns);
	if (state->budget_left_ns < 0)
		state->budget_left_ns = 0;
	control->state_due_ns = control->now.axis_ns + STATE_NS;
	control->send(control->context, &state->header);
}

void
report_applied(struct control *control, uint32_t id, enum clock_status status)
{
	struct msg_applied applied = {
		.header = { MSG_APPLIED, sizeof(applied), id },
		.net_epoch = control->policy.net_epoch,
		.step_epoch = control->policy.step_epoch,
		.synchronised = control->state.synchronised,
		.leap = control->leap,
		.kernel_status = (uint32_t)control->kernel.status,
		.axis_ns = control->now.axis_ns,
		.remaining_ns = steer_remaining(&control->steer,
		    &control->now),
		.frequency_ppt = control->steer.base_ppt,
	};

	if (status == CLOCK_IDLE)
		status = !control->enabled ? CLOCK_DISABLED :
		    control->state.hold != HOLD_NONE ? CLOCK_HELD :
		    control->steer.slewing ? CLOCK_SLEWING : CLOCK_IDLE;
	applied.status = (uint8_t)status;
	if (status == CLOCK_HELD)
		applied.hold = control->state.hold;
	if (control->clock->difference != NULL)
		control->clock->difference(control->clock_state,
		    &applied.virtual_ns, &applied.virtual_ppt);
	control->send(control->context, &applied.header);
}
