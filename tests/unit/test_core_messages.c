/*
 * Validators of common/conf_message and common/resolve_message: a valid
 * message, and every field out of its range one at a time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/conf_message.h"
#include "common/resolve_message.h"
#include "tests/unit/client_world.h"

/* The message is valid, but with this one change it is not. */
#define REFUSED(valid, message, field, value) do {			\
	__typeof__(message) changed = (message);			\
									\
	assert_true(valid(&changed));					\
	changed.field = (value);					\
	assert_false(valid(&changed));					\
} while (0)

#define ACCEPTED(valid, message, field, value) do {			\
	__typeof__(message) changed = (message);			\
									\
	changed.field = (value);					\
	assert_true(valid(&changed));					\
} while (0)

static void
sources(void **state)
{
	struct msg_conf_source source = world_source("ntp.example.org");

	(void)state;
	REFUSED(conf_source_valid, source, kind, SOURCE_KIND_MAX);
	REFUSED(conf_source_valid, source, family, 5);
	ACCEPTED(conf_source_valid, source, family, 6);
	REFUSED(conf_source_valid, source, minpoll, 2);
	REFUSED(conf_source_valid, source, minpoll, 11);
	REFUSED(conf_source_valid, source, minpoll, -128);
	REFUSED(conf_source_valid, source, maxpoll, 18);
	REFUSED(conf_source_valid, source, maxpoll, 5);
	ACCEPTED(conf_source_valid, source, maxpoll, 17);
	REFUSED(conf_source_valid, source, version, 2);
	REFUSED(conf_source_valid, source, version, 5);
	REFUSED(conf_source_valid, source, stratum, 16);
	REFUSED(conf_source_valid, source, port, 0);
	REFUSED(conf_source_valid, source, flags, 1 << 5);
	REFUSED(conf_source_valid, source, key, 65536);
	REFUSED(conf_source_valid, source, bias_ns, INT64_MIN);
	REFUSED(conf_source_valid, source, bias_ns, INT64_MAX);
	REFUSED(conf_source_valid, source, name[0], '\0');
	REFUSED(conf_source_valid, source, name[3], '\n');
	REFUSED(conf_source_valid, source, name[3], ' ');
	REFUSED(conf_source_valid, source, name[3], '\x7f');
	REFUSED(conf_source_valid, source, name[3], '\xc3');
	memset(source.name, 'a', sizeof(source.name) - 1);
	REFUSED(conf_source_valid, source, name[CONF_NAME_MAX - 1], 'a');
	source.kind = SOURCE_LOCAL;
	ACCEPTED(conf_source_valid, source, port, 0);
}

static void
settings(void **state)
{
	struct msg_conf_system system = world_system();

	(void)state;
	ACCEPTED(conf_system_valid, system, maxclock, 0);
	REFUSED(conf_system_valid, system, minsane, UINT32_MAX);
	REFUSED(conf_system_valid, system, minclock, UINT32_MAX);
	REFUSED(conf_system_valid, system, maxclock, UINT32_MAX);
	REFUSED(conf_system_valid, system, floor, 17);
	REFUSED(conf_system_valid, system, ceiling, 17);
	REFUSED(conf_system_valid, system, orphan_wait_s, UINT32_MAX);
	REFUSED(conf_system_valid, system, mindist_ns, -1);
	REFUSED(conf_system_valid, system, mindist_ns, INT64_MAX);
	REFUSED(conf_system_valid, system, maxdist_ns, -1);
	REFUSED(conf_system_valid, system, maxdist_ns, INT64_MAX);
}

static void
begin_and_listen(void **state)
{
	struct msg_conf_begin begin = { .items = 3 };
	struct msg_conf_listen listen = { .family = 4 };

	(void)state;
	REFUSED(conf_begin_valid, begin, items, UINT32_MAX);
	REFUSED(conf_begin_valid, begin, reserved, 1);
	ACCEPTED(conf_begin_valid, begin, items,
	    CONF_SOURCES_MAX + CONF_LISTEN_MAX + 2);
	ACCEPTED(conf_listen_valid, listen, family, 6);
	ACCEPTED(conf_listen_valid, listen, loopback, 1);
	REFUSED(conf_listen_valid, listen, family, 0);
	REFUSED(conf_listen_valid, listen, loopback, 2);
	REFUSED(conf_listen_valid, listen, reserved[5], 1);
}

static void
restrict_lines(void **state)
{
	struct msg_conf_restrict restricts = { .count = 2, .rows = {
	    { RESTRICT_ADD, 4, 24, 0, RESTRICT_ALL, { 192, 0, 2 } },
	    { RESTRICT_SOURCE, 0, 0, 0, 0, { 0 } } } };

	(void)state;
	REFUSED(conf_restrict_valid, restricts, count, 0);
	REFUSED(conf_restrict_valid, restricts, count, 1);
	REFUSED(conf_restrict_valid, restricts, count, 3);
	REFUSED(conf_restrict_valid, restricts, count,
	    CONF_RESTRICTS_PART + 1);
	REFUSED(conf_restrict_valid, restricts, count, UINT32_MAX);
	REFUSED(conf_restrict_valid, restricts, reserved, 1);
	REFUSED(conf_restrict_valid, restricts, rows[0].action,
	    RESTRICT_ACTION_MAX);
	REFUSED(conf_restrict_valid, restricts, rows[0].action,
	    RESTRICT_SOURCE);
	REFUSED(conf_restrict_valid, restricts, rows[0].family, 0);
	REFUSED(conf_restrict_valid, restricts, rows[0].family, 5);
	ACCEPTED(conf_restrict_valid, restricts, rows[0].family, 6);
	REFUSED(conf_restrict_valid, restricts, rows[0].prefix, 33);
	REFUSED(conf_restrict_valid, restricts, rows[0].prefix, 22);
	ACCEPTED(conf_restrict_valid, restricts, rows[0].prefix, 23);
	REFUSED(conf_restrict_valid, restricts, rows[0].reserved, 1);
	REFUSED(conf_restrict_valid, restricts, rows[0].flags,
	    RESTRICT_ALL + 1);
	REFUSED(conf_restrict_valid, restricts, rows[0].bytes[3], 1);
	REFUSED(conf_restrict_valid, restricts, rows[0].bytes[15], 1);
	REFUSED(conf_restrict_valid, restricts, rows[1].family, 4);
	REFUSED(conf_restrict_valid, restricts, rows[1].prefix, 1);
	REFUSED(conf_restrict_valid, restricts, rows[2].flags, 1);
	REFUSED(conf_restrict_valid, restricts,
	    rows[CONF_RESTRICTS_PART - 1].bytes[15], 1);
}

static void
rate_limits(void **state)
{
	struct msg_conf_limit limit = { .interval_ns = 1, .burst = 1,
	    .clients = 1 };

	(void)state;
	REFUSED(conf_limit_valid, limit, interval_ns, 0);
	REFUSED(conf_limit_valid, limit, interval_ns, INT64_MAX);
	REFUSED(conf_limit_valid, limit, minimum_ns, -1);
	REFUSED(conf_limit_valid, limit, minimum_ns, INT64_MAX);
	REFUSED(conf_limit_valid, limit, kod_interval_ns, -1);
	REFUSED(conf_limit_valid, limit, kod_interval_ns, INT64_MAX);
	REFUSED(conf_limit_valid, limit, max_age_ns, -1);
	REFUSED(conf_limit_valid, limit, max_age_ns, INT64_MAX);
	REFUSED(conf_limit_valid, limit, burst, 0);
	REFUSED(conf_limit_valid, limit, burst, UINT32_MAX);
	REFUSED(conf_limit_valid, limit, clients, 0);
	REFUSED(conf_limit_valid, limit, clients, CONF_CLIENTS_MAX + 1);
	ACCEPTED(conf_limit_valid, limit, clients, CONF_CLIENTS_MAX);
	REFUSED(conf_limit_valid, limit, enabled, 2);
	REFUSED(conf_limit_valid, limit, reserved[6], 1);
}

static void
what_net_reports(void **state)
{
	struct msg_status status = { .stratum = 16, .leap = 3,
	    .sources = 4, .reachable = 4, .survivors = 4 };

	(void)state;
	REFUSED(conf_status_valid, status, leap, 4);
	REFUSED(conf_status_valid, status, stratum, 17);
	REFUSED(conf_status_valid, status, survivors, 5);
	REFUSED(conf_status_valid, status, reachable, 5);
	REFUSED(conf_status_valid, status, reserved[2], 1);
	REFUSED(conf_status_valid, status, reserved2, 1);
	REFUSED(conf_status_valid, status, jitter_ns, -1);
	REFUSED(conf_status_valid, status, root_distance_ns, INT64_MIN);
	ACCEPTED(conf_status_valid, status, offset_ns, INT64_MIN);
}

static void
questions(void **state)
{
	struct msg_resolve question = { .name = "ntp.example.org" };

	(void)state;
	ACCEPTED(resolve_request_valid, question, family, 4);
	ACCEPTED(resolve_request_valid, question, family, 6);
	REFUSED(resolve_request_valid, question, family, 1);
	REFUSED(resolve_request_valid, question, reserved[0], 1);
	REFUSED(resolve_request_valid, question, name[0], '\0');
	memset(question.name, 'a', sizeof(question.name) - 1);
	REFUSED(resolve_request_valid, question, name[CONF_NAME_MAX - 1],
	    'a');
}

static void
answers(void **state)
{
	struct msg_resolved answer = { .status = RESOLVE_OK, .count = 2 };
	size_t i;

	(void)state;
	for (i = 0; i < RESOLVE_ADDRESSES_MAX; i++)
		assert_true(address_from_text("192.0.2.1",
		    &answer.addresses[i]));
	ACCEPTED(resolve_reply_valid, answer, count, RESOLVE_ADDRESSES_MAX);
	REFUSED(resolve_reply_valid, answer, count,
	    RESOLVE_ADDRESSES_MAX + 1);
	REFUSED(resolve_reply_valid, answer, count, 255);
	REFUSED(resolve_reply_valid, answer, count, 0);
	REFUSED(resolve_reply_valid, answer, status, RESOLVE_AGAIN);
	REFUSED(resolve_reply_valid, answer, status, RESOLVE_STATUS_MAX);
	REFUSED(resolve_reply_valid, answer, reserved[5], 1);
	REFUSED(resolve_reply_valid, answer, addresses[1].port, 123);
	REFUSED(resolve_reply_valid, answer, addresses[0].family, 0);
	REFUSED(resolve_reply_valid, answer, addresses[1].bytes[9], 1);
	ACCEPTED(resolve_reply_valid, answer, addresses[2].family, 77);
	answer.count = 0;
	answer.status = RESOLVE_NONE;
	assert_true(resolve_reply_valid(&answer));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources),
		cmocka_unit_test(settings),
		cmocka_unit_test(begin_and_listen),
		cmocka_unit_test(restrict_lines),
		cmocka_unit_test(rate_limits),
		cmocka_unit_test(what_net_reports),
		cmocka_unit_test(questions),
		cmocka_unit_test(answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
