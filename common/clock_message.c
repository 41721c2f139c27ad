/*
 * Validators of the messages that clockctl receives: SAMPLE, LIMITS, NEWNET.
 * Pure; they trust nothing but the size, which the channel has checked. What
 * clockctl sends is looked at in clock_report.c.
 */
#include "common/clock_message.h"

#include "common/ntp_time.h"

/* An NTP short is below 2^16 s; so is every error that comes from one. */
#define ERROR_MAX_NS	(65536 * NS_PER_S)
#define DAY_S		86400

bool
clock_within(int64_t value, int64_t low, int64_t high)
{
	return value >= low && value <= high;
}

bool
clock_frequency_valid(int64_t ppt)
{
	return clock_within(ppt, -CLOCK_FREQUENCY_MAX_PPT,
	    CLOCK_FREQUENCY_MAX_PPT);
}

bool
clock_sample_valid(const void *message)
{
	const struct msg_sample *m = message;

	return m->net_epoch != 0 && m->leap <= 2 && m->survivors >= 1 &&
	    m->stratum <= 15 && (m->flags & ~SAMPLE_FREQUENCY_ONLY) == 0 &&
	    clock_within(m->poll_s, 1, CLOCK_POLL_MAX_S) &&
	    clock_within(m->axis_ns, 0, CLOCK_TIME_MAX_NS) &&
	    clock_within(m->suspended_ns, 0, m->axis_ns) &&
	    clock_within(m->offset_ns, -m->axis_ns,
	    CLOCK_TIME_MAX_NS - m->axis_ns) &&
	    clock_within(m->offset_sd_ns, 0, ERROR_MAX_NS) &&
	    clock_frequency_valid(m->frequency_ppt) &&
	    clock_within(m->frequency_sd_ppt, 0, CLOCK_FREQUENCY_SD_MAX_PPT) &&
	    clock_within(m->root_delay_ns, 0, ERROR_MAX_NS) &&
	    clock_within(m->root_dispersion_ns, 0, ERROR_MAX_NS);
}

bool
clock_limits_valid(const void *message)
{
	const struct msg_limits *m = message;
	const int64_t last_s = CLOCK_TIME_MAX_NS / NS_PER_S;

	return m->flags < LIMITS_FREQUENCY << 1 && m->stepout_s <= DAY_S &&
	    clock_within(m->panic_ns, 0, CLOCK_TIME_MAX_NS) &&
	    clock_within(m->step_forward_ns, 0, CLOCK_TIME_MAX_NS) &&
	    clock_within(m->step_back_ns, 0, CLOCK_TIME_MAX_NS) &&
	    clock_within(m->floor_s, 0, m->ceiling_s) &&
	    m->ceiling_s <= last_s &&
	    clock_frequency_valid(m->frequency_ppt) &&
	    clock_within(m->leap_at_s, 0, last_s) &&
	    m->leap_at_s % DAY_S == 0 &&
	    clock_within(m->leap_sign, -1, 1) &&
	    (m->leap_at_s != 0 || m->leap_sign == 0) &&
	    clock_within(m->tai_offset_s, 0, 255) && m->spent_start <= 1 &&
	    m->reserved == 0 &&
	    clock_within(m->spent_step_ns, 0, CLOCK_TIME_MAX_NS) &&
	    clock_within(m->spent_since_axis_ns, 0, CLOCK_TIME_MAX_NS) &&
	    clock_within(m->budget_left_ns, 0, CLOCK_TIME_MAX_NS);
}

bool
clock_newnet_valid(const void *message)
{
	const struct msg_newnet *m = message;

	return m->header.id != 0;
}
