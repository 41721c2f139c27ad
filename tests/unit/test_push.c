/* parent/push: whatever the file says, the messages are valid and complete. */
#include "parent/push.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/channel.h"
#include "common/conf_message.h"
#include "common/message.h"
#include "common/ntp_time.h"
#include "conf/conf.h"
#include "parent/names.h"
#include "parent/options.h"
#include "parent/sockets.h"
#include "parent/state.h"

/* What the other end got. */
struct got {
	uint32_t	generation;
	uint32_t	promised;	/* by CONF_BEGIN */
	uint32_t	items;
	unsigned int	sources, systems, listens, logs, ends, limits, rows;
	uint32_t	log_target;
	struct msg_conf_source last;
	struct msg_conf_limit limit;
	struct conf_restrict_row row[CONF_RESTRICTS_MAX];
};

static void
got_begin(void *context, const void *message, int fd)
{
	const struct msg_conf_begin *begin = message;
	struct got *got = context;

	assert_int_equal(fd, -1);
	got->generation = begin->header.id;
	got->promised = begin->items;
}

static void
got_source(void *context, const void *message, int fd)
{
	struct got *got = context;

	(void)fd;
	got->last = *(const struct msg_conf_source *)message;
	assert_int_equal(got->last.header.id, got->generation);
	got->sources++;
	got->items++;
}

static void
got_system(void *context, const void *message, int fd)
{
	struct got *got = context;

	(void)message;
	(void)fd;
	got->systems++;
	got->items++;
}

static void
got_listen(void *context, const void *message, int fd)
{
	struct got *got = context;

	(void)message;
	close(fd);
	got->listens++;
	got->items++;
}

static void
got_restrict(void *context, const void *message, int fd)
{
	const struct msg_conf_restrict *restricts = message;
	struct got *got = context;
	uint32_t i;

	(void)fd;
	for (i = 0; i < restricts->count; i++) {
		assert_in_range(got->rows, 0, CONF_RESTRICTS_MAX - 1);
		got->row[got->rows++] = restricts->rows[i];
	}
	got->items++;
}

static void
got_limit(void *context, const void *message, int fd)
{
	struct got *got = context;

	(void)fd;
	got->limit = *(const struct msg_conf_limit *)message;
	got->limits++;
	got->items++;
}

static void
got_log(void *context, const void *message, int fd)
{
	struct got *got = context;

	got->log_target = ((const struct message_header *)message)->id;
	close(fd);
	got->logs++;
	assert_int_equal(got->promised, 0);	/* before CONF_BEGIN */
}

static void
got_end(void *context, const void *message, int fd)
{
	struct got *got = context;

	(void)message;
	(void)fd;
	got->ends++;
}

/* The rules of a receiver that takes it all. */
static const struct message_rule rules[] = {
	{ MSG_CONF_BEGIN, sizeof(struct msg_conf_begin), 0, 1,
	    conf_begin_valid, got_begin },
	{ MSG_CONF_SOURCE, sizeof(struct msg_conf_source), 0, 1,
	    conf_source_valid, got_source },
	{ MSG_CONF_SYSTEM, sizeof(struct msg_conf_system), 0, 1,
	    conf_system_valid, got_system },
	{ MSG_CONF_LISTEN, sizeof(struct msg_conf_listen), 1, 1,
	    conf_listen_valid, got_listen },
	{ MSG_CONF_RESTRICT, sizeof(struct msg_conf_restrict), 0, 1,
	    conf_restrict_valid, got_restrict },
	{ MSG_CONF_LIMIT, sizeof(struct msg_conf_limit), 0, 1,
	    conf_limit_valid, got_limit },
	{ MSG_CONF_LOG, sizeof(struct msg_conf_signal), 1, 1, NULL, got_log },
	{ MSG_CONF_END, sizeof(struct msg_conf_signal), 0, 1, NULL, got_end },
};

static struct got
receive_all(int fd)
{
	static const struct got nothing;
	struct got got = nothing;

	while (channel_receive(fd, rules, sizeof(rules) / sizeof(rules[0]), 1,
	    &got) == CHANNEL_HANDLED)
		;
	/* Nothing is left, so nothing was invalid. */
	assert_int_equal(recv(fd, &got, 0, MSG_DONTWAIT | MSG_PEEK), -1);
	return got;
}

struct text {
	const char *text;
};

static char *
read_text(void *context, const char *path, const char *from, size_t *length)
{
	const struct text *text = context;

	(void)path;
	(void)from;
	*length = strlen(text->text);
	return strdup(text->text);
}

static struct conf *
parsed(const char *text)
{
	struct text from = { text };
	const struct conf_reader reader = { read_text, &from };
	struct conf_report report = { 0 };
	struct conf *conf = conf_parse("test.conf", &reader, &report);

	conf_report_free(&report);
	assert_non_null(conf);
	return conf;
}

static const struct push_log no_log = { -1, 0 };
static const struct names no_names;

static void
net_gets_every_source_and_tos_as_written(void **state)
{
	struct conf *conf = parsed("server 192.0.2.1 iburst minpoll 4\n"
	    "pool pool.example.net\nserver 127.127.1.0\n"
	    "fudge 127.127.1.0 stratum 10\ntos minsane 2\n"
	    "server 2001:db8::1 prefer\n");
	struct got got;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_true(push_net(pair[0], 7, conf, &no_log));
	got = receive_all(pair[1]);
	assert_int_equal(got.generation, 7);
	assert_int_equal(got.sources, 4);
	assert_int_equal(got.systems, 1);
	assert_int_equal(got.ends, 1);
	assert_int_equal(got.items, got.promised);
	assert_string_equal(got.last.name, "2001:db8::1");
	assert_true(got.last.flags & SOURCE_PREFER);
	conf_free(conf);
	close(pair[0]);
	close(pair[1]);
}

static void
as_many_sources_as_may_be_fit_the_channel(void **state)
{
	static char text[CONF_SOURCES_MAX * 64];
	struct push_log log = { 2, 1 };
	struct conf *conf;
	struct got got;
	size_t used = 0;
	int pair[2], i;

	(void)state;
	for (i = 0; i < CONF_SOURCES_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "server 192.0.2.%d iburst\n", i + 1);
	conf = parsed(text);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_true(push_net(pair[0], 1, conf, &log));
	got = receive_all(pair[1]);
	assert_int_equal(got.sources, CONF_SOURCES_MAX);
	assert_int_equal(got.logs, 1);
	assert_int_equal(got.log_target, 1);
	assert_int_equal(got.items, got.promised);
	conf_free(conf);
	close(pair[0]);
	close(pair[1]);
}

static void
serve_gets_every_socket_each_time(void **state)
{
	struct sockets sockets = { .count = CONF_LISTEN_MAX };
	struct conf *conf = conf_defaults("none");
	struct got got;
	int pair[2], i;

	(void)state;
	for (i = 0; i < CONF_LISTEN_MAX; i++) {
		sockets.list[i].fd = 0;
		sockets.list[i].address.family = i % 2 ? 4 : 6;
	}
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	for (i = 1; i < 4; i++) {
		assert_true(push_serve(pair[0], (uint32_t)i, conf, &no_names,
		    &sockets, &no_log));
		got = receive_all(pair[1]);
		assert_int_equal(got.generation, i);
		assert_int_equal(got.listens, CONF_LISTEN_MAX);
		assert_int_equal(got.items, got.promised);
		assert_int_equal(got.ends, 1);
		assert_int_equal(got.limits, 1);
		assert_int_equal(got.rows, 0);
	}
	conf_free(conf);
	close(pair[0]);
	close(pair[1]);
}

static struct got
served_with(const char *text, const struct names *names)
{
	const struct sockets sockets = { .count = 0 };
	struct conf *conf = parsed(text);
	struct got got;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_true(push_serve(pair[0], 1, conf, names, &sockets, &no_log));
	got = receive_all(pair[1]);
	assert_int_equal(got.items, got.promised);
	assert_int_equal(got.ends, 1);
	conf_free(conf);
	close(pair[0]);
	close(pair[1]);
	return got;
}

static struct got
served(const char *text)
{
	return served_with(text, &no_names);
}

static void
a_name_is_a_row_for_each_of_its_addresses(void **state)
{
	static const char text[] = "restrict -4 h.example mask 255.255.255.0 "
	    "kod\nrestrict h.example noserve\nrestrict other.example ignore\n";
	static struct names names;
	struct conf *conf = parsed(text);
	struct msg_resolved answer = { .header = { MSG_RESOLVED,
		sizeof(answer), 0 }, .status = RESOLVE_OK, .count = 2 };
	const struct conf_restrict_row rows[] = {
		{ RESTRICT_ADD, 4, 24, 0, RESTRICT_KOD, { 192, 0, 2 } },
		{ RESTRICT_ADD, 4, 32, 0, RESTRICT_NOSERVE, { 192, 0, 2, 9 } },
		{ RESTRICT_ADD, 6, 128, 0, RESTRICT_NOSERVE, { 0xfd,
		    [15] = 9 } },
	};
	struct got got;
	int channel[2];

	(void)state;
	names_take(&names, conf);
	assert_int_equal(names.count, 3);
	assert_int_equal(served_with(text, &names).rows, 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, channel), 0);
	names_timer(&names, channel[0], 0);
	assert_true(address_from_text("192.0.2.9", &answer.addresses[0]));
	assert_true(address_from_text("fd00::9", &answer.addresses[1]));
	answer.header.id = names.edition * NAMES_MAX + 1;
	names_answer(&names, &answer, 0);
	answer.count = 1;
	answer.header.id--;
	names_answer(&names, &answer, 0);
	assert_true(names.changed);
	got = served_with(text, &names);
	assert_int_equal(got.rows, 3);
	assert_memory_equal(got.row, rows, sizeof(rows));
	/* nobody asked: an answer that comes again is nobody's */
	names.changed = false;
	answer.count = 2;
	names_answer(&names, &answer, 0);
	assert_false(names.changed);
	close(channel[0]);
	close(channel[1]);
	conf_free(conf);
}

static void
serve_gets_the_restrict_lines_in_their_order(void **state)
{
	static const uint8_t network[16] = { 192, 0, 2 }, none[16];
	struct got got = served("restrict default limited kod nomodify\n"
	    "restrict source noquery mssntp\n"
	    "restrict 192.0.2.0 mask 255.255.255.0 ntpport ignore\n"
	    "unrestrict -6 default kod\nunrestrict source\n"
	    "restrict 2001:db8::/33 version\n");
	const struct conf_restrict_row rows[] = {
		{ RESTRICT_ADD, 4, 0, 0, RESTRICT_LIMITED | RESTRICT_KOD |
		    RESTRICT_NOMODIFY, { 0 } },
		{ RESTRICT_ADD, 6, 0, 0, RESTRICT_LIMITED | RESTRICT_KOD |
		    RESTRICT_NOMODIFY, { 0 } },
		{ RESTRICT_SOURCE, 0, 0, 0, RESTRICT_NOQUERY, { 0 } },
		{ RESTRICT_ADD, 4, 24, 0, RESTRICT_NTPPORT |
		    RESTRICT_IGNORE, { 192, 0, 2 } },
		{ RESTRICT_TAKE, 6, 0, 0, RESTRICT_KOD, { 0 } },
		{ RESTRICT_SOURCE_TAKE, 0, 0, 0, 0, { 0 } },
		{ RESTRICT_ADD, 6, 33, 0, RESTRICT_VERSION,
		    { 0x20, 0x01, 0x0d, 0xb8 } },
	};

	(void)state;
	assert_int_equal(got.rows, sizeof(rows) / sizeof(rows[0]));
	assert_memory_equal(got.row, rows, sizeof(rows));
	assert_memory_equal(got.row[3].bytes, network, sizeof(network));
	assert_memory_equal(got.row[2].bytes, none, sizeof(none));
}

static void
serve_gets_the_limits_as_written(void **state)
{
	struct got got = served("");

	(void)state;
	assert_int_equal(got.limit.interval_ns, NS_PER_S);
	assert_int_equal(got.limit.burst, 20);
	assert_int_equal(got.limit.kod_interval_ns, 2 * NS_PER_S);
	assert_int_equal(got.limit.minimum_ns, 0);
	assert_int_equal(got.limit.clients, 32768);
	assert_int_equal(got.limit.max_age_ns, 3600 * NS_PER_S);
	assert_int_equal(got.limit.enabled, 1);
	got = served("limit average 0.25 burst 8 kod 0\ndiscard minimum 2\n"
	    "mru maxdepth 1000 maxage 60\ndisable monitor\n");
	assert_int_equal(got.limit.interval_ns, 4 * NS_PER_S);
	assert_int_equal(got.limit.burst, 8);
	assert_int_equal(got.limit.kod_interval_ns, 0);
	assert_int_equal(got.limit.minimum_ns, 2 * NS_PER_S);
	assert_int_equal(got.limit.clients, 1000);
	assert_int_equal(got.limit.max_age_ns, 60 * NS_PER_S);
	assert_int_equal(got.limit.enabled, 0);
	got = served("limit average 5\ndiscard average 3\n"
	    "mru maxdepth 9 maxmem 64\n");
	assert_int_equal(got.limit.interval_ns, 8 * NS_PER_S);
	assert_int_equal(got.limit.clients, 2048);
}

/* The extremes of what the file may say are valid messages: see receive_all. */
static void
any_limit_of_the_file_is_valid(void **state)
{
	static const char *const files[] = {
		"limit average 1e-5 burst 10000 kod 1e-9\n",
		"limit average 1e6 burst 1 kod 1e6\n",
		"discard average 16 minimum 3600\n", "discard average 0\n",
		"mru maxdepth 1 maxage 1\n",
		"mru maxmem 4294967295 maxage 4294967295\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		assert_int_equal(served(files[i]).limits, 1);
}

/* Nobody reads meanwhile; with all sockets there may be. */
static void
as_many_restrict_lines_as_may_be_fit_the_channel(void **state)
{
	static char text[CONF_RESTRICTS_MAX * 64];
	struct sockets sockets = { .count = CONF_LISTEN_MAX };
	struct push_log log = { 2, 1 };
	struct conf *conf;
	struct got got;
	size_t used = 0;
	int pair[2], i;

	(void)state;
	for (i = 0; i < CONF_LISTEN_MAX; i++)
		sockets.list[i].address.family = 4;
	for (i = 0; i < CONF_RESTRICTS_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "restrict 192.%d.%d.0/24 limited\n", i / 256, i % 256);
	conf = parsed(text);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_true(push_serve(pair[0], 1, conf, &no_names, &sockets,
	    &log));
	got = receive_all(pair[1]);
	assert_int_equal(got.rows, CONF_RESTRICTS_MAX);
	assert_int_equal(got.listens, CONF_LISTEN_MAX);
	assert_int_equal(got.items, got.promised);
	conf_free(conf);
	close(pair[0]);
	close(pair[1]);
}

static void
who_does_not_read_is_found_out(void **state)
{
	int pair[2], tries = 0;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	while (push_resolver(pair[0], 1, &no_log) && tries < 100000)
		tries++;
	assert_in_range(tries, 10, 99999);
	close(pair[1]);
	assert_false(push_resolver(pair[0], 1, &no_log));
	close(pair[0]);
}

static void
limits_say_what_file_and_command_line_say(void **state)
{
	struct conf *conf = parsed("tinker panic 60 step 0.5 stepout 900\n"
	    "disable ntp\n");
	struct options options = { .first_any = true, .slew = true };
	const struct state_account account = { 1, 2, 3000, 4000, 5000 };
	const struct push_policy policy = {
		.options = &options, .account = &account,
		.frequency_known = true, .frequency_ppt = -12345678,
	};
	struct msg_limits limits;

	(void)state;
	push_limits(9, conf, &policy, &limits);
	assert_true(clock_limits_valid(&limits));
	assert_int_equal(limits.header.id, 9);
	assert_int_equal(limits.flags, LIMITS_FIRST_ANY | LIMITS_NO_STEP |
	    LIMITS_DISABLED | LIMITS_FREQUENCY);
	assert_int_equal(limits.panic_ns, 60 * NS_PER_S);
	assert_int_equal(limits.step_forward_ns, NS_PER_S / 2);
	assert_int_equal(limits.step_back_ns, NS_PER_S / 2);
	assert_int_equal(limits.stepout_s, 900);
	assert_int_equal(limits.frequency_ppt, -12345678);
	assert_int_equal(limits.spent_start, 1);
	assert_int_equal(limits.spent_steps, 2);
	assert_int_equal(limits.spent_step_ns, 3000);
	assert_int_equal(limits.spent_since_axis_ns, 4000);
	assert_int_equal(limits.budget_left_ns, 5000);
	assert_true(limits.floor_s < limits.ceiling_s);
	conf_free(conf);
}

static void
every_limit_that_a_file_can_set_is_valid(void **state)
{
	static const char *const files[] = {
		"", "tinker panic 0\n", "tinker step 0\n",
		"tinker stepback 0.001 stepfwd 600\n", "tinker panic 1e9\n",
		"tinker stepout 0\n", "tinker stepout 86400\n",
		"tinker freq -499.9\n", "tinker freq 500\n",
	};
	struct options options = { 0 };
	const struct state_account account = { 0 };
	struct push_policy policy = { .options = &options,
		.account = &account };
	struct msg_limits limits;
	struct conf *conf;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		conf = parsed(files[i]);
		policy.frequency_known = conf->tinker.frequency_given;
		policy.frequency_ppt = conf->tinker.frequency_ppt;
		push_limits(1, conf, &policy, &limits);
		if (!clock_limits_valid(&limits))
			fail_msg("invalid LIMITS from: %s", files[i]);
		conf_free(conf);
	}
}

static void
once_means_a_finer_step_unless_the_file_says_otherwise(void **state)
{
	struct options options = { .quit = true };
	const struct state_account account = { 0 };
	const struct push_policy policy = { .options = &options,
		.account = &account };
	struct conf *conf = parsed("");
	struct msg_limits limits;

	(void)state;
	push_limits(1, conf, &policy, &limits);
	assert_int_equal(limits.step_forward_ns, 10 * NS_PER_MS);
	assert_int_equal(limits.step_back_ns, 10 * NS_PER_MS);
	conf_free(conf);
	conf = parsed("tinker stepback 2\n");
	push_limits(1, conf, &policy, &limits);
	assert_int_equal(limits.step_forward_ns, 10 * NS_PER_MS);
	assert_int_equal(limits.step_back_ns, 2 * NS_PER_S);
	conf_free(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(net_gets_every_source_and_tos_as_written),
		cmocka_unit_test(as_many_sources_as_may_be_fit_the_channel),
		cmocka_unit_test(serve_gets_every_socket_each_time),
		cmocka_unit_test(a_name_is_a_row_for_each_of_its_addresses),
		cmocka_unit_test(serve_gets_the_restrict_lines_in_their_order),
		cmocka_unit_test(serve_gets_the_limits_as_written),
		cmocka_unit_test(any_limit_of_the_file_is_valid),
		cmocka_unit_test(
		    as_many_restrict_lines_as_may_be_fit_the_channel),
		cmocka_unit_test(who_does_not_read_is_found_out),
		cmocka_unit_test(limits_say_what_file_and_command_line_say),
		cmocka_unit_test(every_limit_that_a_file_can_set_is_valid),
		cmocka_unit_test(
		    once_means_a_finer_step_unless_the_file_says_otherwise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
