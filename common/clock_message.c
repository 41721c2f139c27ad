/*
 * Validators of the clock's messages. Pure. Run in clockctl (SAMPLE, LIMITS,
 * NEWNET), net (APPLIED) and the parent (STATE); they trust nothing but the
 * size, which the channel has checked.
 */
#include "common/clock_message.h"

#include "common/ntp_time.h"

/* An NTP short is below 2^16 s; so is every error that comes from one. */
#define ERROR_MAX_NS	(65536 * NS_PER_S)
/* Beyond this a frequency is not known at all. */
#define FREQUENCY_SD_MAX_PPT	(1000000 * PPT_PER_PPM)
#define DAY_S		86400

static bool
within(int64_t value, int64_t low, int64_t high)
{
	return value >= low && value <= high;
}

static bool
frequency_valid(int64_t ppt)
{
	return within(ppt, -CLOCK_FREQUENCY_MAX_PPT, CLOCK_FREQUENCY_MAX_PPT);
}

bool
clock_sample_valid(const void *message)
{
	const struct msg_sample *m = message;

	return m->net_epoch != 0 && m->leap <= 2 && m->survivors >= 1 &&
	    m->stratum <= 15 && (m->flags & ~SAMPLE_FREQUENCY_ONLY) == 0 &&
	    within(m->poll_s, 1, CLOCK_POLL_MAX_S) &&
	    within(m->axis_ns, 0, CLOCK_TIME_MAX_NS) &&
	    within(m->suspended_ns, 0, m->axis_ns) &&
	    within(m->offset_ns, -m->axis_ns,
	    CLOCK_TIME_MAX_NS - m->axis_ns) &&
	    within(m->offset_sd_ns, 0, ERROR_MAX_NS) &&
	    frequency_valid(m->frequency_ppt) &&
	    within(m->frequency_sd_ppt, 0, FREQUENCY_SD_MAX_PPT) &&
	    within(m->root_delay_ns, 0, ERROR_MAX_NS) &&
	    within(m->root_dispersion_ns, 0, ERROR_MAX_NS);
}

bool
clock_applied_valid(const void *message)
{
	const struct msg_applied *m = message;

	return m->status < CLOCK_STATUS_MAX && m->hold < HOLD_MAX &&
	    (m->status == CLOCK_HELD) == (m->hold != HOLD_NONE) &&
	    m->synchronised <= 1 && m->leap <= 2 &&
	    within(m->axis_ns, 0, CLOCK_TIME_MAX_NS) &&
	    within(m->remaining_ns, -CLOCK_TIME_MAX_NS, CLOCK_TIME_MAX_NS) &&
	    frequency_valid(m->frequency_ppt) &&
	    within(m->virtual_ns, -CLOCK_TIME_MAX_NS, CLOCK_TIME_MAX_NS) &&
	    within(m->virtual_ppt, -4 * CLOCK_FREQUENCY_MAX_PPT,
	    4 * CLOCK_FREQUENCY_MAX_PPT);
}

bool
clock_limits_valid(const void *message)
{
	const struct msg_limits *m = message;
	const int64_t last_s = CLOCK_TIME_MAX_NS / NS_PER_S;

	return m->flags < LIMITS_FREQUENCY << 1 && m->stepout_s <= DAY_S &&
	    within(m->panic_ns, 0, CLOCK_TIME_MAX_NS) &&
	    within(m->step_forward_ns, 0, CLOCK_TIME_MAX_NS) &&
	    within(m->step_back_ns, 0, CLOCK_TIME_MAX_NS) &&
	    within(m->floor_s, 0, m->ceiling_s) && m->ceiling_s <= last_s &&
	    frequency_valid(m->frequency_ppt) &&
	    within(m->leap_at_s, 0, last_s) && m->leap_at_s % DAY_S == 0 &&
	    within(m->leap_sign, -1, 1) &&
	    (m->leap_at_s != 0 || m->leap_sign == 0) &&
	    within(m->tai_offset_s, 0, 255) && m->spent_start <= 1 &&
	    m->reserved == 0 &&
	    within(m->spent_step_ns, 0, CLOCK_TIME_MAX_NS) &&
	    within(m->spent_since_axis_ns, 0, CLOCK_TIME_MAX_NS) &&
	    within(m->budget_left_ns, 0, CLOCK_TIME_MAX_NS);
}

bool
clock_newnet_valid(const void *message)
{
	const struct msg_newnet *m = message;

	return m->header.id != 0;
}

bool
clock_state_valid(const void *message)
{
	const struct msg_state *m = message;

	return m->event < EVENT_MAX && m->hold < HOLD_MAX &&
	    m->synchronised <= 1 && m->last_refusal < CLOCK_STATUS_MAX &&
	    m->spent_start <= 1 && m->frequency_known <= 1 &&
	    within(m->spent_step_ns, 0, CLOCK_TIME_MAX_NS) &&
	    within(m->spent_since_axis_ns, 0, CLOCK_TIME_MAX_NS) &&
	    within(m->value_ns, -CLOCK_TIME_MAX_NS, CLOCK_TIME_MAX_NS) &&
	    within(m->remaining_ns, -CLOCK_TIME_MAX_NS, CLOCK_TIME_MAX_NS) &&
	    frequency_valid(m->frequency_ppt) &&
	    within(m->frequency_sd_ppt, 0, FREQUENCY_SD_MAX_PPT) &&
	    within(m->budget_left_ns, 0, CLOCK_TIME_MAX_NS);
}
