/*
 * The validators of the clock's messages: a row for each field and each bound
 * that it has, just inside and just outside.
 */
#include "common/clock_message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/ntp_time.h"

#define T	CLOCK_TIME_MAX_NS
#define F	CLOCK_FREQUENCY_MAX_PPT
#define E	(65536 * NS_PER_S)

static const struct msg_sample sample = {
	.header = { MSG_SAMPLE, sizeof(sample), 1 }, .net_epoch = 1,
	.survivors = 1, .poll_s = 64, .axis_ns = 5000 * NS_PER_S,
	.suspended_ns = 100 * NS_PER_S, .offset_ns = 1790000000 * NS_PER_S,
};
static const struct msg_applied applied = {
	.header = { MSG_APPLIED, sizeof(applied), 1 },
};
static const struct msg_limits limits = {
	.header = { MSG_LIMITS, sizeof(limits), 1 }, .stepout_s = 300,
	.panic_ns = 1000 * NS_PER_S, .floor_s = 1, .ceiling_s = 4000000000,
	.leap_at_s = 86400 * 20000, .leap_sign = 1, .tai_offset_s = 37,
};
static const struct msg_newnet newnet = {
	.header = { MSG_NEWNET, sizeof(newnet), 1 },
};
static const struct msg_state state_report = {
	.header = { MSG_STATE, sizeof(state_report), 1 },
};

/* One field and the range of values that are valid in the message above. */
struct row {
	const char	*name;
	size_t		offset;
	size_t		size;
	int64_t		low, high;
};

struct message {
	const void	*good;
	size_t		size;
	bool		(*valid)(const void *message);
	const struct row *rows;
	size_t		nrows;
};

#define ROW(type, field, low, high) { #type "." #field,			\
	offsetof(struct msg_##type, field),				\
	sizeof(((struct msg_##type *)0)->field), low, high }

static const struct row sample_rows[] = {
	ROW(sample, net_epoch, 1, UINT32_MAX),
	ROW(sample, step_epoch, 0, UINT32_MAX),
	ROW(sample, leap, 0, 2),
	ROW(sample, survivors, 1, 255),
	ROW(sample, stratum, 0, 15),
	ROW(sample, flags, 0, 1),
	ROW(sample, poll_s, 1, 131072),
	/* suspended is a part of it, and true time is before 2200 */
	ROW(sample, axis_ns, 100 * NS_PER_S, T - 1790000000 * NS_PER_S),
	ROW(sample, suspended_ns, 0, 5000 * NS_PER_S),
	ROW(sample, offset_ns, -5000 * NS_PER_S, T - 5000 * NS_PER_S),
	ROW(sample, offset_sd_ns, 0, E),
	ROW(sample, frequency_ppt, -F, F),
	ROW(sample, frequency_sd_ppt, 0, INT64_C(1000000000000)),
	ROW(sample, root_delay_ns, 0, E),
	ROW(sample, root_dispersion_ns, 0, E),
};
static const struct row applied_rows[] = {
	ROW(applied, net_epoch, 0, UINT32_MAX),
	ROW(applied, synchronised, 0, 1),
	ROW(applied, leap, 0, 2),
	ROW(applied, hold, 0, 0),	/* held only if status says so */
	ROW(applied, axis_ns, 0, T),
	ROW(applied, remaining_ns, -T, T),
	ROW(applied, frequency_ppt, -F, F),
	ROW(applied, virtual_ns, -T, T),
	ROW(applied, virtual_ppt, -4 * F, 4 * F),
};
static const struct row limits_rows[] = {
	ROW(limits, flags, 0, 15),
	ROW(limits, stepout_s, 0, 86400),
	ROW(limits, panic_ns, 0, T),
	ROW(limits, step_forward_ns, 0, T),
	ROW(limits, step_back_ns, 0, T),
	ROW(limits, floor_s, 0, 4000000000),
	ROW(limits, ceiling_s, 1, T / NS_PER_S),
	ROW(limits, frequency_ppt, -F, F),
	ROW(limits, leap_sign, -1, 1),
	ROW(limits, tai_offset_s, 0, 255),
	ROW(limits, spent_start, 0, 1),
	ROW(limits, spent_steps, 0, UINT32_MAX),
	ROW(limits, reserved, 0, 0),
	ROW(limits, spent_step_ns, 0, T),
	ROW(limits, spent_since_axis_ns, 0, T),
	ROW(limits, budget_left_ns, 0, T),
};
static const struct row newnet_rows[] = {
	ROW(newnet, header.id, 1, UINT32_MAX),
};
static const struct row state_rows[] = {
	ROW(state, event, 0, EVENT_MAX - 1),
	ROW(state, hold, 0, HOLD_MAX - 1),
	ROW(state, synchronised, 0, 1),
	ROW(state, last_refusal, 0, CLOCK_STATUS_MAX - 1),
	ROW(state, spent_start, 0, 1),
	ROW(state, frequency_known, 0, 1),
	ROW(state, spent_step_ns, 0, T),
	ROW(state, spent_since_axis_ns, 0, T),
	ROW(state, value_ns, -T, T),
	ROW(state, remaining_ns, -T, T),
	ROW(state, frequency_ppt, -F, F),
	ROW(state, frequency_sd_ppt, 0, INT64_C(1000000000000)),
	ROW(state, budget_left_ns, 0, T),
};

#define MESSAGE(name, good, valid) { &good, sizeof(good), valid,	\
	name##_rows, sizeof(name##_rows) / sizeof(*name##_rows) }

static const struct message messages[] = {
	MESSAGE(sample, sample, clock_sample_valid),
	MESSAGE(applied, applied, clock_applied_valid),
	MESSAGE(limits, limits, clock_limits_valid),
	MESSAGE(newnet, newnet, clock_newnet_valid),
	MESSAGE(state, state_report, clock_state_valid),
};

static bool
valid_with(const struct message *message, const struct row *row,
    int64_t value)
{
	_Alignas(max_align_t) unsigned char bytes[MESSAGE_SIZE_MAX];

	memcpy(bytes, message->good, message->size);
	memcpy(bytes + row->offset, &value, row->size);	/* little-endian */
	return message->valid(bytes);
}

/* What a field of so many bytes can hold. */
static bool
fits(const struct row *row, int64_t value)
{
	int64_t most = row->size == 8 ? INT64_MAX :
	    (INT64_C(1) << (8 * row->size)) - 1;

	return row->size == 8 || (value >= -most / 2 && value <= most);
}

static void
every_field_has_its_range(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++)
		for (size_t j = 0; j < messages[i].nrows; j++) {
			const struct message *m = &messages[i];
			const struct row *row = &m->rows[j];

			if (!valid_with(m, row, row->low) ||
			    !valid_with(m, row, row->high))
				fail_msg("%s: a good value refused", row->name);
			if ((row->low != 0 || row->size == 8) &&
			    valid_with(m, row, row->low - 1))
				fail_msg("%s: too low", row->name);
			if (fits(row, row->high + 1) &&
			    valid_with(m, row, row->high + 1))
				fail_msg("%s: too high", row->name);
			if (row->size == 8 &&
			    (valid_with(m, row, INT64_MAX) ||
			    valid_with(m, row, INT64_MIN)))
				fail_msg("%s: an extreme", row->name);
		}
}

static void
a_leap_second_is_at_a_midnight(void **unused)
{
	struct msg_limits m = limits;

	(void)unused;
	m.leap_at_s++;
	assert_false(clock_limits_valid(&m));
	m.leap_at_s = 0;
	assert_false(clock_limits_valid(&m));
	m.leap_sign = 0;
	assert_true(clock_limits_valid(&m));
	m = limits;
	m.leap_sign = 0;	/* none until then */
	assert_true(clock_limits_valid(&m));
}

static void
held_and_only_held_has_a_reason(void **unused)
{
	struct msg_applied m = applied;

	(void)unused;
	for (int status = 0; status < 256; status++)
		for (int hold = 0; hold < 256; hold++) {
			m.status = (uint8_t)status;
			m.hold = (uint8_t)hold;
			assert_int_equal(clock_applied_valid(&m),
			    status < CLOCK_STATUS_MAX && hold < HOLD_MAX &&
			    (status == CLOCK_HELD) == (hold != 0));
		}
}

/* Whatever the bits are: no trap, and what is valid is in range. */
static void
random_bits_do_no_harm(void **unused)
{
	_Alignas(max_align_t) unsigned char bytes[MESSAGE_SIZE_MAX];
	const struct msg_sample *m = (const void *)bytes;

	(void)unused;
	srand(1);
	for (int i = 0; i < 200000; i++) {
		const struct message *message = &messages[i % 5];
		size_t changes = (size_t)rand() % 6;

		memcpy(bytes, message->good, message->size);
		while (changes-- > 0)
			bytes[8 + (size_t)rand() % (message->size - 4) % 80] =
			    (unsigned char)rand();
		if (message->valid(bytes) &&
		    message->valid == clock_sample_valid) {
			assert_true(m->axis_ns >= 0);
			assert_true(m->offset_ns <= T - m->axis_ns);
			assert_true(m->axis_ns + m->offset_ns >= 0);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_has_its_range),
		cmocka_unit_test(a_leap_second_is_at_a_midnight),
		cmocka_unit_test(held_and_only_held_has_a_reason),
		cmocka_unit_test(random_bits_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
