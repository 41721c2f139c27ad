/* parent/report: words for what clockctl says. */
#include "parent/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "common/log.h"
#include "common/ntp_time.h"

static void
durations_keep_three_decimals(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} rows[] = {
		{ 0, "+0 ns" }, { 999, "+999 ns" }, { -1000, "-1.000 us" },
		{ 1234567, "+1.234 ms" }, { -37 * NS_PER_S, "-37.000 s" },
		{ 2000500 * NS_PER_MS, "+2000.500 s" },
		{ INT64_MIN, "-9223372036.854 s" },
	};
	char text[40];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(report_duration(rows[i].ns, text,
		    sizeof(text)), rows[i].text);
}

static void
every_event_but_none_has_words(void **state)
{
	struct msg_state message = { .value_ns = NS_PER_S };
	char text[REPORT_TEXT];
	int event, level;

	(void)state;
	for (event = 0; event < EVENT_MAX; event++) {
		message.event = (uint8_t)event;
		level = report_event(&message, false, text, sizeof(text));
		if (event == EVENT_NONE) {
			assert_int_equal(level, 0);
			continue;
		}
		assert_in_range(level, LOG_LEVEL_ERROR, LOG_LEVEL_NOTICE);
		assert_true(strlen(text) > 10);
		assert_null(strchr(text, '%'));
	}
}

static void
a_hold_says_why_and_what_ends_it(void **state)
{
	struct msg_state message = { .event = EVENT_HELD,
		.value_ns = 2000 * NS_PER_S };
	char text[REPORT_TEXT];
	int hold;

	(void)state;
	for (hold = HOLD_NONE + 1; hold < HOLD_MAX; hold++) {
		message.hold = (uint8_t)hold;
		assert_int_not_equal(report_event(&message, true, text,
		    sizeof(text)), 0);
		assert_non_null(strstr(text, "HELD"));
		assert_non_null(strstr(text, "+2000.000 s"));
		assert_non_null(strstr(text, "What ends it: "));
		assert_non_null(strstr(text, "(observing"));
	}
}

static void
the_status_line_tells_the_state(void **state)
{
	struct msg_state clock = { .hold = HOLD_NONE };
	struct msg_status net = { .stratum = 16, .sources = 4,
		.reachable = 1 };
	char text[REPORT_TEXT];

	(void)state;
	report_status(&clock, &net, text, sizeof(text));
	assert_string_equal(text,
	    "Not synchronised, 1 of 4 sources reachable");
	net.stratum = 3;
	net.survivors = 2;
	net.offset_ns = -12345;
	report_status(&clock, &net, text, sizeof(text));
	assert_string_equal(text, "Stratum 3, offset -12.345 us, "
	    "2 of 4 sources used, 1 reachable");
	clock.hold = HOLD_PANIC;
	report_status(&clock, &net, text, sizeof(text));
	assert_ptr_equal(strstr(text, "HELD (more than the panic"), text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_keep_three_decimals),
		cmocka_unit_test(every_event_but_none_has_words),
		cmocka_unit_test(a_hold_says_why_and_what_ends_it),
		cmocka_unit_test(the_status_line_tells_the_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
