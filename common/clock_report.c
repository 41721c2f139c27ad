/*
 * Validators of the messages that clockctl sends: APPLIED, which net looks at,
 * and STATE, which the parent does. Apart from clock_message.c so that the
 * process with the right to set the clock does not have them. Pure.
 */
#include "common/clock_message.h"

bool
clock_applied_valid(const void *message)
{
	const struct msg_applied *m = message;

	return m->status < CLOCK_STATUS_MAX && m->hold < HOLD_MAX &&
	    (m->status == CLOCK_HELD) == (m->hold != HOLD_NONE) &&
	    m->synchronised <= 1 && m->leap <= 2 &&
	    clock_within(m->axis_ns, 0, CLOCK_TIME_MAX_NS) &&
	    clock_within(m->remaining_ns, -CLOCK_TIME_MAX_NS,
	    CLOCK_TIME_MAX_NS) &&
	    clock_frequency_valid(m->frequency_ppt) &&
	    clock_within(m->virtual_ns, -CLOCK_TIME_MAX_NS,
	    CLOCK_TIME_MAX_NS) &&
	    clock_within(m->virtual_ppt, -4 * CLOCK_FREQUENCY_MAX_PPT,
	    4 * CLOCK_FREQUENCY_MAX_PPT);
}

bool
clock_state_valid(const void *message)
{
	const struct msg_state *m = message;

	return m->event < EVENT_MAX && m->hold < HOLD_MAX &&
	    m->synchronised <= 1 && m->last_refusal < CLOCK_STATUS_MAX &&
	    m->spent_start <= 1 && m->frequency_known <= 1 &&
	    clock_within(m->spent_step_ns, 0, CLOCK_TIME_MAX_NS) &&
	    clock_within(m->spent_since_axis_ns, 0, CLOCK_TIME_MAX_NS) &&
	    clock_within(m->value_ns, -CLOCK_TIME_MAX_NS, CLOCK_TIME_MAX_NS) &&
	    clock_within(m->remaining_ns, -CLOCK_TIME_MAX_NS,
	    CLOCK_TIME_MAX_NS) &&
	    clock_frequency_valid(m->frequency_ppt) &&
	    clock_within(m->frequency_sd_ppt, 0, CLOCK_FREQUENCY_SD_MAX_PPT) &&
	    clock_within(m->budget_left_ns, 0, CLOCK_TIME_MAX_NS);
}
