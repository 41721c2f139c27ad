/* net/events: what is in the log, and how often. */
#include "net/events.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/ntp_time.h"

/* The log of one call, with descriptor 2 turned into a pipe for it. */
struct captured {
	char		text[8192];
	size_t		lines;
};

static void
capture(struct captured *captured, struct events *events,
    const struct action *action, int64_t at_ns, unsigned int times)
{
	const struct moment now = { .axis_ns = at_ns };
	struct client *client = calloc(1, client_size());
	int saved = dup(2), log[2];
	unsigned int i;
	ssize_t n;
	char *c;

	assert_non_null(client);
	client_init(client, &now);
	assert_int_equal(pipe2(log, O_NONBLOCK), 0);
	assert_int_equal(dup2(log[1], 2), 2);
	for (i = 0; i < times; i++)
		events_log(events, action, client, &now);
	assert_int_equal(dup2(saved, 2), 2);
	close(saved);
	close(log[1]);
	n = read(log[0], captured->text, sizeof(captured->text) - 1);
	captured->text[n > 0 ? n : 0] = '\0';
	captured->lines = 0;
	for (c = captured->text; *c != '\0'; c++)
		captured->lines += *c == '\n';
	close(log[0]);
	free(client);
}

static struct action
event(enum client_event what, uint32_t cause)
{
	struct action action = { .type = ACTION_EVENT };

	action.u.event.what = what;
	action.u.event.cause = cause;
	assert_true(address_from_text("192.0.2.7",
	    &action.u.event.remote));
	return action;
}

static void
every_event_and_cause_has_words(void **state)
{
	struct captured captured;
	struct events events = { 0 };
	struct action action;
	unsigned int what, cause;

	(void)state;
	for (what = 0; what < CLIENT_EVENT_MAX; what++) {
		action = event((enum client_event)what, 0);
		capture(&captured, &events, &action, NS_PER_S, 1);
		assert_int_equal(captured.lines, 1);
	}
	for (cause = 0; cause < REJECT_MAX; cause++) {
		action = event(CLIENT_REJECTED, cause);
		capture(&captured, &events, &action, 2 * NS_PER_S, 1);
		assert_int_equal(captured.lines, 1);
		assert_non_null(strstr(captured.text, "net: 192.0.2.7: "));
		assert_null(strstr(captured.text, "null"));
	}
	action = event(CLIENT_REJECTED, UINT32_MAX);
	capture(&captured, &events, &action, 3 * NS_PER_S, 1);
	assert_int_equal(captured.lines, 1);
}

static void
a_flood_of_one_cause_is_a_few_lines_and_a_count(void **state)
{
	const struct action origin = event(CLIENT_REJECTED, REJECT_ORIGIN);
	const struct action mode = event(CLIENT_REJECTED, REJECT_MODE);
	struct captured captured;
	struct events events = { 0 };

	(void)state;
	capture(&captured, &events, &origin, NS_PER_S, 1000);
	assert_in_range(captured.lines, 1, 10);
	/* another cause has its own budget */
	capture(&captured, &events, &mode, NS_PER_S, 1);
	assert_int_equal(captured.lines, 1);
	capture(&captured, &events, &origin, 3700 * NS_PER_S, 1);
	assert_int_equal(captured.lines, 2);
	assert_non_null(strstr(captured.text, "lines like the next one"));
}

static void
a_kiss_code_cannot_write_to_the_terminal(void **state)
{
	const struct action kiss = event(CLIENT_KOD, UINT32_C(0x1b5b0a41));
	struct captured captured;
	struct events events = { 0 };
	const char *c;

	(void)state;
	capture(&captured, &events, &kiss, NS_PER_S, 1);
	assert_int_equal(captured.lines, 1);
	for (c = captured.text; *c != '\n'; c++)
		assert_in_range(*c, ' ', '~');
}

/* tests/interop and people read it: net/events.h promises the beginning. */
static void
the_line_of_a_sample_keeps_its_form(void **state)
{
	struct action action = event(CLIENT_MEASURED, 0);
	struct captured captured;
	struct events events = { 0 };

	(void)state;
	action.u.event.value_ns = -1300123456;
	capture(&captured, &events, &action, NS_PER_S, 1);
	assert_non_null(strstr(captured.text, "net: 192.0.2.7 offset "
	    "-1.300123456 s delay 0.000000000 s dispersion 0.000000000 s "
	    "stratum 0 reach 000 poll 0\n"));
}

static void
seconds_are_exact_for_every_value(void **state)
{
	static const struct { int64_t ns; const char *text; } table[] = {
		{ 0, "+0.000000000" }, { 1, "+0.000000001" },
		{ -1, "-0.000000001" }, { 1999999999, "+1.999999999" },
		{ -300123456, "-0.300123456" },
		{ INT64_MAX, "+9223372036.854775807" },
		{ INT64_MIN, "-9223372036.854775808" },
	};
	char text[EVENTS_SECONDS_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_string_equal(events_signed(table[i].ns, text),
		    table[i].text);
	assert_string_equal(events_seconds(5, text), "0.000000005");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_and_cause_has_words),
		cmocka_unit_test(
		    a_flood_of_one_cause_is_a_few_lines_and_a_count),
		cmocka_unit_test(a_kiss_code_cannot_write_to_the_terminal),
		cmocka_unit_test(the_line_of_a_sample_keeps_its_form),
		cmocka_unit_test(seconds_are_exact_for_every_value),
	};

	log_init("net", LOG_TO_STDERR, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
