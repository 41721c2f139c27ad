/* parent/sockets: which addresses are served, and whose sockets survive. */
#include "parent/sockets.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/conf.h"

static struct sockets_candidate
candidate(const char *name, const char *text)
{
	struct sockets_candidate it = { .name = "" };

	memcpy(it.name, name, strlen(name));
	assert_true(address_from_text(text, &it.address));
	return it;
}

static char *
read_text(void *context, const char *path, const char *from, size_t *length)
{
	(void)path;
	(void)from;
	*length = strlen(context);
	return strdup(context);
}

/* The wanted addresses of a file on a host with lo, eth0, eth1: "a b c". */
static const char *
wanted(const char *file)
{
	static char line[512];
	union { const char *in; void *out; } text = { .in = file };
	const struct conf_reader reader = { read_text, text.out };
	const struct sockets_candidate host[] = {
		candidate("lo", "127.0.0.1"), candidate("lo", "::1"),
		candidate("eth0", "192.0.2.7"),
		candidate("eth0", "2001:db8::7"),
		candidate("eth1", "198.51.100.7"),
		candidate("eth1", "192.0.2.7"),	/* the same twice */
	};
	struct conf_report report = { 0 };
	struct sockets sockets;
	char address[ADDRESS_TEXT];
	struct conf *conf;
	size_t i, used = 0;

	conf = conf_parse("test.conf", &reader, &report);
	conf_report_free(&report);
	assert_non_null(conf);
	sockets_wanted(conf, 123, host, sizeof(host) / sizeof(host[0]),
	    &sockets);
	line[0] = '\0';
	for (i = 0; i < sockets.count; i++) {
		assert_int_equal(sockets.list[i].fd, -1);
		assert_int_equal(sockets.list[i].address.port, 123);
		used += (size_t)snprintf(line + used, sizeof(line) - used,
		    "%s%s", i == 0 ? "" : " ",
		    address_to_text(&sockets.list[i].address, address));
	}
	conf_free(conf);
	return line;
}

static void
without_rules_the_wildcards_are_bound(void **state)
{
	(void)state;
	assert_string_equal(wanted(""), "0.0.0.0 ::");
}

static void
with_rules_each_address_on_its_own(void **state)
{
	(void)state;
	assert_string_equal(wanted("interface ignore wildcard\n"
	    "interface ignore all\ninterface listen eth0\n"),
	    "127.0.0.1 ::1 192.0.2.7 2001:db8::7");
	assert_string_equal(wanted("interface ignore all\n"
	    "interface listen 198.51.100.0/24\n"),
	    "127.0.0.1 ::1 198.51.100.7");
	/* Who says where to listen means there, and the loopback. */
	assert_string_equal(wanted("interface listen 127.0.0.1\n"),
	    "127.0.0.1 ::1");
	assert_string_equal(wanted("interface ignore ipv6\n"),
	    "127.0.0.1 192.0.2.7 198.51.100.7");
}

static void
ignore_all_turns_the_loopback_off_too(void **state)
{
	(void)state;
	assert_string_equal(wanted("interface ignore all\n"), "");
}

static void
who_serves_nobody_listens_to_itself_only(void **state)
{
	static const char *const files[] = {
		"restrict default ignore\n",
		("restrict default noserve\nrestrict 127.0.0.1\n"
		    "restrict ::1\n"),
		"restrict -4 default ignore\nrestrict -6 default ignore\n",
		"restrict default ignore\nrestrict default limited\n",
		"restrict default ignore\nunrestrict default limited\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		assert_string_equal(wanted(files[i]), "127.0.0.1 ::1");
	assert_string_equal(wanted("restrict default ignore\n"
	    "interface ignore all\n"), "");
}

static void
who_excepts_a_network_serves(void **state)
{
	static const char *const files[] = {
		("restrict default ignore\n"
		    "restrict 192.0.2.0 mask 255.255.255.0\n"),
		"restrict default kod nomodify nopeer noquery limited\n",
		"restrict -4 default ignore\n",
		"restrict default ignore\nunrestrict default ignore\n",
		"restrict default ignore\nunrestrict -6 default\n",
		"restrict default ignore\nrestrict default ntpport\n",
		"restrict default ntpport ignore\n",
		"restrict source ignore\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		assert_string_equal(wanted(files[i]), "0.0.0.0 ::");
}

/* On a free port of the loopback. */
static struct sockets
two(uint16_t port)
{
	struct sockets sockets = { .count = 2 };

	assert_true(address_from_text("127.0.0.1",
	    &sockets.list[0].address));
	assert_true(address_from_text("127.0.0.2",
	    &sockets.list[1].address));
	sockets.list[0].address.port = sockets.list[1].address.port = port;
	sockets.list[0].fd = sockets.list[1].fd = -1;
	return sockets;
}

static uint16_t
free_port(int *taken)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1) };
	socklen_t length = sizeof(in);

	*taken = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(*taken, (struct sockaddr *)&in, length), 0);
	assert_int_equal(getsockname(*taken, (struct sockaddr *)&in, &length),
	    0);
	return ntohs(in.sin_port);
}

static void
what_did_not_change_keeps_its_socket(void **state)
{
	struct sockets old, next, none = { .count = 0 };
	char why[256];
	int taken, fd;

	(void)state;
	old = two(free_port(&taken));
	close(taken);
	assert_true(sockets_bind(&old, NULL, why, sizeof(why)));
	assert_int_equal(old.count, 2);
	next = two(old.list[0].address.port);
	next.count = 1;
	assert_true(sockets_bind(&next, &old, why, sizeof(why)));
	assert_int_equal(next.list[0].fd, old.list[0].fd);
	fd = old.list[1].fd;
	sockets_release(&old, &next);
	/* The one that is gone is closed, the other is not. */
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(fcntl(next.list[0].fd, F_GETFD), FD_CLOEXEC);
	sockets_release(&next, &none);
}

static void
a_taken_port_is_refused_and_nothing_stays_open(void **state)
{
	struct sockets first;
	char why[256];
	int taken, before, after;

	(void)state;
	first = two(free_port(&taken));	/* has 127.0.0.2 */
	before = dup(0);
	close(before);
	assert_false(sockets_bind(&first, NULL, why, sizeof(why)));
	assert_non_null(strstr(why, "127.0.0.2"));
	assert_non_null(strstr(why, "in use"));
	assert_null(strchr(why, '\n'));
	after = dup(0);
	close(after);
	assert_int_equal(before, after);
	close(taken);
}

/* Two daemons of root must not share the port by SO_REUSEPORT. */
static void
a_second_daemon_gets_no_share(void **state)
{
	struct sockets first, second;
	char why[256];
	int taken;

	(void)state;
	first = two(free_port(&taken));
	close(taken);
	assert_true(sockets_bind(&first, NULL, why, sizeof(why)));
	second = two(first.list[0].address.port);
	assert_false(sockets_bind(&second, NULL, why, sizeof(why)));
	sockets_release(&first, NULL);
}

static void
an_address_that_went_away_is_left_out(void **state)
{
	struct sockets sockets;
	char why[256];
	int taken;

	(void)state;
	sockets = two(free_port(&taken));
	close(taken);
	assert_true(address_from_text("192.0.2.99",
	    &sockets.list[0].address));
	sockets.list[0].address.port = 12345;
	assert_true(sockets_bind(&sockets, NULL, why, sizeof(why)));
	assert_int_equal(sockets.count, 1);
	sockets_release(&sockets, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_rules_the_wildcards_are_bound),
		cmocka_unit_test(with_rules_each_address_on_its_own),
		cmocka_unit_test(ignore_all_turns_the_loopback_off_too),
		cmocka_unit_test(who_serves_nobody_listens_to_itself_only),
		cmocka_unit_test(who_excepts_a_network_serves),
		cmocka_unit_test(what_did_not_change_keeps_its_socket),
		cmocka_unit_test(
		    a_taken_port_is_refused_and_nothing_stays_open),
		cmocka_unit_test(a_second_daemon_gets_no_share),
		cmocka_unit_test(an_address_that_went_away_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
