/* parent/names: the names of restrict lines, and when they are asked for. */
#include "parent/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/ntp_time.h"
#include "conf/conf.h"

#define HOUR	(3600 * NS_PER_S)

static struct names names;

/* A configuration of these lines; host NULL ends them. */
static void
take(const struct conf_restrict *lines)
{
	struct conf_restrict rules[8];
	struct conf conf = { .restricts = rules };
	size_t i;

	for (i = 0; lines[i].host != NULL; i++) {
		rules[i] = lines[i];
		rules[i].next = &rules[i + 1];
	}
	assert_true(i > 0);
	rules[i - 1].next = NULL;
	names_take(&names, &conf);
}

static const struct conf_restrict two[] = {
	{ .host = "a.example" }, { .host = "b.example",
	    .address.family = 4 }, { .host = "a.example" }, { .host = NULL }
};

static int
begin(int pair[2])
{
	memset(&names, 0, sizeof(names));
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	take(two);
	return pair[1];
}

static void
end(const int pair[2])
{
	close(pair[0]);
	close(pair[1]);
}

static bool
asked(int fd, struct msg_resolve *request)
{
	if (recv(fd, request, sizeof(*request), MSG_DONTWAIT) !=
	    (ssize_t)sizeof(*request))
		return false;
	assert_int_equal(request->header.type, MSG_RESOLVE);
	assert_int_equal(request->header.size, sizeof(*request));
	assert_true(resolve_request_valid(request));
	return true;
}

static void
answer(uint32_t id, uint8_t status, const char *first, const char *second,
    int64_t now_ns)
{
	struct msg_resolved reply = { .header = { MSG_RESOLVED, sizeof(reply),
		id }, .status = status };

	if (first != NULL)
		assert_true(address_from_text(first,
		    &reply.addresses[reply.count++]));
	if (second != NULL)
		assert_true(address_from_text(second,
		    &reply.addresses[reply.count++]));
	assert_true(resolve_reply_valid(&reply));
	names_answer(&names, &reply, now_ns);
}

/* Lets it be asked for again, whatever the answer was. */
static void
ask(const int pair[2], struct msg_resolve *request)
{
	struct msg_resolve other;

	names.list[0].due_ns = 0;
	names_timer(&names, pair[0], 0);
	assert_true(asked(pair[1], request));
	while (asked(pair[1], &other))
		continue;
}

static void
each_name_is_asked_for_once_and_again_each_hour(void **state)
{
	struct msg_resolve first, second, more;
	int pair[2], fd = begin(pair);

	(void)state;
	assert_int_equal(names_next(&names), 0);
	names_timer(&names, pair[0], NS_PER_S);
	assert_true(asked(fd, &first) && asked(fd, &second));
	assert_false(asked(fd, &more));
	assert_string_equal(first.name, "a.example");
	assert_int_equal(first.family, 0);
	assert_string_equal(second.name, "b.example");
	assert_int_equal(second.family, 4);
	answer(first.header.id, RESOLVE_OK, "192.0.2.1", "::1", NS_PER_S);
	answer(second.header.id, RESOLVE_NONE, NULL, NULL, NS_PER_S);
	assert_true(names.changed);
	assert_int_equal(names_find(&names, "a.example", 0)->count, 2);
	assert_null(names_find(&names, "a.example", 4));
	assert_int_equal(names_next(&names), HOUR + NS_PER_S);
	names_timer(&names, pair[0], HOUR);
	assert_false(asked(fd, &more));
	names_timer(&names, pair[0], HOUR + NS_PER_S);
	assert_true(asked(fd, &more));
	assert_int_equal(more.header.id, first.header.id);
	end(pair);
}

static void
no_answer_is_asked_for_again_and_forgets_nothing(void **state)
{
	struct msg_resolve request;
	int pair[2], fd = begin(pair), i;

	(void)state;
	names_timer(&names, -1, 0);	/* no resolver: soon again */
	assert_int_equal(names_next(&names), NS_PER_S);
	for (i = 1; i < 5; i++) {
		names_timer(&names, pair[0], i * 60 * NS_PER_S);
		assert_true(asked(fd, &request));
		if (i == 1)
			answer(request.header.id, RESOLVE_OK, "192.0.2.1",
			    NULL, i * 60 * NS_PER_S - 2 * HOUR);
		else
			answer(request.header.id, i == 2 ? RESOLVE_AGAIN :
			    RESOLVE_NONE, NULL, NULL, -2 * HOUR);
		assert_true(asked(fd, &request));
		assert_int_equal(names_find(&names, "a.example", 0)->count, 1);
	}
	end(pair);
}

static void
another_order_is_no_change(void **state)
{
	struct msg_resolve request;
	int pair[2];

	(void)state;
	(void)begin(pair);
	ask(pair, &request);
	answer(request.header.id, RESOLVE_OK, "192.0.2.1", "192.0.2.2", 0);
	assert_true(names.changed);
	names.changed = false;
	ask(pair, &request);
	answer(request.header.id, RESOLVE_OK, "192.0.2.2", "192.0.2.1", 0);
	assert_false(names.changed);
	ask(pair, &request);
	answer(request.header.id, RESOLVE_OK, "192.0.2.2", NULL, 0);
	assert_true(names.changed);
	names.changed = false;
	ask(pair, &request);
	answer(request.header.id, RESOLVE_OK, "192.0.2.3", NULL, 0);
	assert_true(names.changed);
	end(pair);
}

/* With the mask of the line it would be a row that serve cannot take. */
static void
an_address_of_another_family_is_not_taken(void **state)
{
	struct msg_resolve first, second;
	int pair[2], fd = begin(pair);

	(void)state;
	names_timer(&names, pair[0], 0);
	assert_true(asked(fd, &first) && asked(fd, &second));
	assert_int_equal(second.family, 4);
	answer(second.header.id, RESOLVE_OK, "192.0.2.1", "2001:db8::1", 0);
	assert_false(names.changed);
	assert_int_equal(names_find(&names, "b.example", 4)->count, 0);
	end(pair);
}

/* A resolver that answers by itself could keep everybody reloading. */
static void
one_question_has_one_answer(void **state)
{
	struct msg_resolve request;
	int pair[2], i;

	(void)state;
	(void)begin(pair);
	answer(NAMES_MAX, RESOLVE_OK, "192.0.2.1", NULL, 0);
	assert_false(names.changed);	/* nobody asked */
	ask(pair, &request);
	answer(request.header.id, RESOLVE_OK, "192.0.2.1", NULL, 0);
	assert_true(names.changed);
	names.changed = false;
	for (i = 0; i < 10; i++)
		answer(request.header.id, RESOLVE_OK, i & 1 ? "192.0.2.1" :
		    "192.0.2.2", NULL, 0);
	assert_false(names.changed);
	assert_int_equal(names.list[0].due_ns, HOUR);
	end(pair);
}

/* A reload keeps what is known; an answer to what was asked before it is for
 * nobody, whoever stands in that place now. */
static void
a_reload_keeps_what_is_known(void **state)
{
	static const struct conf_restrict other[] = {
		{ .host = "c.example" }, { .host = "a.example" },
		{ .host = NULL }
	};
	struct msg_resolve request;
	int pair[2], fd = begin(pair);

	(void)state;
	names_timer(&names, pair[0], 0);
	assert_true(asked(fd, &request));
	answer(request.header.id, RESOLVE_OK, "192.0.2.1", NULL, 0);
	names.changed = false;
	take(other);
	assert_int_equal(names_find(&names, "a.example", 0)->count, 1);
	assert_int_equal(names_find(&names, "c.example", 0)->count, 0);
	assert_null(names_find(&names, "b.example", 4));
	assert_int_equal(names_next(&names), 0);
	answer(request.header.id, RESOLVE_OK, "192.0.2.6", NULL, 0);
	answer(UINT32_MAX, RESOLVE_OK, "192.0.2.6", NULL, 0);
	answer(0, RESOLVE_OK, "192.0.2.6", NULL, 0);
	assert_false(names.changed);
	end(pair);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_name_is_asked_for_once_and_again_each_hour),
		cmocka_unit_test(
		    no_answer_is_asked_for_again_and_forgets_nothing),
		cmocka_unit_test(another_order_is_no_change),
		cmocka_unit_test(an_address_of_another_family_is_not_taken),
		cmocka_unit_test(one_question_has_one_answer),
		cmocka_unit_test(a_reload_keeps_what_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
