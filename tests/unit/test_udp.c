/*
 * net/io/udp over loopback, with a server of the test's own: stamps are there
 * and in order, errors do not keep poll awake, a set clock is noticed.
 */
#include "net/io/udp.h"

#include <sys/socket.h>

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/ntp_time.h"

#define PATIENCE_MS	10000

static const uint8_t question[48] = { 0x23 };

/* A socket on a loopback address and a free port, which *address tells. */
static int
server_open(const char *text, struct address *address)
{
	struct sockaddr_storage name;
	socklen_t length;
	int fd;

	assert_true(address_from_text(text, address));
	length = address_to_sockaddr(address, &name);
	fd = socket(name.ss_family, SOCK_DGRAM, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, length), 0);
	length = sizeof(name);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &length),
	    0);
	assert_true(address_from_sockaddr(&name, address));
	return fd;
}

/* Answers one request with size bytes; returns the client's port. */
static in_port_t
server_answer(int fd, size_t size)
{
	struct sockaddr_storage from;
	socklen_t length = sizeof(from);
	static uint8_t buffer[4000];

	assert_int_equal(recvfrom(fd, buffer, sizeof(buffer), 0,
	    (struct sockaddr *)&from, &length), sizeof(question));
	assert_int_equal(sendto(fd, buffer, size, 0,
	    (struct sockaddr *)&from, length), (ssize_t)size);
	/* the same place in both kinds of sockaddr */
	return ((struct sockaddr_in *)&from)->sin_port;
}

static void
wait_ready(int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
}

/* Nothing more to be had: poll would sleep. */
static void
assert_quiet(int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	assert_int_equal(poll(&ready, 1, 0), 0);
}

static void
exchange_once(const char *text)
{
	struct udp_reception reception;
	struct udp_request request;
	struct clock_pair before, after;
	struct address address;
	uint8_t buffer[1500];
	int server = server_open(text, &address);

	localclock_pair(&before);
	assert_int_equal(udp_send(&request, &address, question,
	    sizeof(question)), 0);
	assert_true(request.sent.kernel);
	assert_quiet(request.fd);
	assert_true(address_is_loopback(&request.local));
	(void)server_answer(server, 48);
	wait_ready(request.fd);
	assert_int_equal(udp_receive(&request, buffer, sizeof(buffer),
	    &reception), UDP_DATAGRAM);
	localclock_pair(&after);
	assert_int_equal(reception.size, 48);
	assert_true(reception.received.kernel);
	assert_false(reception.stepped);
	assert_false(reception.sent_changed);
	assert_true(before.axis_ns < request.sent.axis_ns);
	assert_true(request.sent.axis_ns < reception.received.axis_ns);
	assert_true(reception.received.axis_ns < after.axis_ns);
	assert_in_range(request.sent.error_ns, 0, NS_PER_MS);
	assert_in_range(reception.received.error_ns, 0, NS_PER_MS);
	assert_quiet(request.fd);
	assert_int_equal(udp_receive(&request, buffer, sizeof(buffer),
	    &reception), UDP_NOTHING);
	udp_close(&request);
	udp_close(&request);
	close(server);
}

static void
both_stamps_are_the_kernels_and_in_order_over_ipv4(void **state)
{
	(void)state;
	exchange_once("127.0.0.1");
}

static void
both_stamps_are_the_kernels_and_in_order_over_ipv6(void **state)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	struct sockaddr_in6 name = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };

	(void)state;
	/* a kernel without IPv6 has no such case */
	if (fd == -1 || bind(fd, (struct sockaddr *)&name, sizeof(name)) == -1)
		skip();
	close(fd);
	exchange_once("::1");
}

static void
every_request_has_a_port_of_its_own(void **state)
{
	enum { COUNT = 32 };
	struct udp_request requests[COUNT];
	in_port_t ports[COUNT];
	struct address address;
	int server = server_open("127.0.0.1", &address), i, j, in_a_row = 0;

	(void)state;
	for (i = 0; i < COUNT; i++) {
		assert_int_equal(udp_send(&requests[i], &address, question,
		    sizeof(question)), 0);
		ports[i] = ntohs(server_answer(server, 48));
		for (j = 0; j < i; j++)
			assert_int_not_equal(ports[i], ports[j]);
		if (i > 0 && ports[i] == ports[i - 1] + 1)
			in_a_row++;
	}
	/* not counted up */
	assert_true(in_a_row < COUNT / 4);
	for (i = 0; i < COUNT; i++)
		udp_close(&requests[i]);
	close(server);
}

static void
strangers_are_not_heard(void **state)
{
	struct udp_reception reception;
	struct udp_request request;
	struct sockaddr_storage own;
	socklen_t length = sizeof(own);
	struct address address, other;
	uint8_t buffer[1500];
	int server = server_open("127.0.0.1", &address);
	int stranger = server_open("127.0.0.1", &other);

	(void)state;
	assert_int_equal(udp_send(&request, &address, question,
	    sizeof(question)), 0);
	assert_int_equal(getsockname(request.fd, (struct sockaddr *)&own,
	    &length), 0);
	assert_int_equal(sendto(stranger, question, sizeof(question), 0,
	    (struct sockaddr *)&own, length), sizeof(question));
	assert_quiet(request.fd);
	assert_int_equal(udp_receive(&request, buffer, sizeof(buffer),
	    &reception), UDP_NOTHING);
	udp_close(&request);
	close(stranger);
	close(server);
}

static void
a_refused_port_is_one_error_and_then_quiet(void **state)
{
	struct udp_reception reception;
	struct udp_request request;
	struct address address;
	uint8_t buffer[1500];
	int server = server_open("127.0.0.1", &address);

	(void)state;
	close(server);
	assert_int_equal(udp_send(&request, &address, question,
	    sizeof(question)), 0);
	wait_ready(request.fd);
	assert_int_equal(udp_receive(&request, buffer, sizeof(buffer),
	    &reception), UDP_FAILED);
	assert_int_equal(reception.error, ECONNREFUSED);
	assert_quiet(request.fd);
	assert_int_equal(udp_receive(&request, buffer, sizeof(buffer),
	    &reception), UDP_NOTHING);
	udp_close(&request);
}

static void
a_place_without_a_route_is_an_error_and_no_socket(void **state)
{
	struct udp_request request;
	struct address address;

	(void)state;
	/* link-local without a scope: no kernel knows which link */
	assert_true(address_from_text("fe80::1", &address));
	address.port = 123;
	assert_int_not_equal(udp_send(&request, &address, question,
	    sizeof(question)), 0);
	assert_int_equal(request.fd, -1);
}

static void
a_datagram_too_long_to_be_ntp_is_not_handed_on(void **state)
{
	struct udp_reception reception;
	struct udp_request request;
	struct address address;
	uint8_t buffer[1500];
	int server = server_open("127.0.0.1", &address);

	(void)state;
	assert_int_equal(udp_send(&request, &address, question,
	    sizeof(question)), 0);
	(void)server_answer(server, 1501);
	wait_ready(request.fd);
	assert_int_equal(udp_receive(&request, buffer, sizeof(buffer),
	    &reception), UDP_NOTHING);
	assert_quiet(request.fd);
	udp_close(&request);
	close(server);
}

/* As if the stamp had waited in an egress queue: it is put back by hand. */
static void
a_late_transmit_stamp_is_put_in_order(void **state)
{
	struct udp_reception reception;
	struct udp_request request;
	struct clock_pair queued;
	struct address address;
	uint8_t buffer[1500];
	int server = server_open("127.0.0.1", &address);

	(void)state;
	assert_int_equal(udp_send(&request, &address, question,
	    sizeof(question)), 0);
	/* the socket sends once more, and its second stamp is left there,
	 * which is what a late first one looks like */
	request.sent.kernel = false;
	request.sent.axis_ns = request.before.axis_ns;
	localclock_pair(&queued);
	assert_int_equal(send(request.fd, question, sizeof(question), 0),
	    sizeof(question));
	(void)server_answer(server, 48);
	wait_ready(request.fd);
	assert_int_equal(udp_receive(&request, buffer, sizeof(buffer),
	    &reception), UDP_DATAGRAM);
	assert_true(reception.sent_changed);
	assert_true(request.sent.kernel);
	assert_true(request.sent.axis_ns > queued.axis_ns);
	assert_true(request.sent.axis_ns < reception.received.axis_ns);
	udp_close(&request);
	close(server);
}

static struct clock_pair
pair_at(int64_t axis_ns, int64_t line_ns, int64_t suspended_ns)
{
	return (struct clock_pair){ .axis_ns = axis_ns,
		.real_ns = axis_ns + line_ns, .suspended_ns = suspended_ns,
		.width_ns = 50 };
}

static void
a_set_clock_between_send_and_reply_is_noticed(void **state)
{
	static const struct { int64_t moved, slept; bool stepped; } table[] = {
		{ 0, 0, false },
		{ 50 * NS_PER_US, 0, false },	/* 500 ppm of 100 ms */
		{ -50 * NS_PER_US, 0, false },
		{ 111 * NS_PER_US, 0, true },
		{ -111 * NS_PER_US, 0, true },
		{ 3600 * NS_PER_S, 0, true },
		{ -3600 * NS_PER_S, 0, true },
		{ 0, 2 * NS_PER_MS, true },
	};
	const int64_t line = INT64_C(1795000000) * NS_PER_S;
	struct clock_pair before = pair_at(NS_PER_S, line, 5), after;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		after = pair_at(NS_PER_S + 100 * NS_PER_MS,
		    line + table[i].moved, 5 + table[i].slept);
		assert_int_equal(udp_stepped(&before, &after),
		    table[i].stepped);
	}
}

/* Whatever the slew and wherever the stamp: right to a few ns. */
static void
a_stamp_is_carried_over_exactly_while_slewing(void **state)
{
	static const int64_t lengths[] = { 30 * NS_PER_US, 5 * NS_PER_MS,
		100 * NS_PER_MS, 3 * NS_PER_S, 900 * NS_PER_S };
	const int64_t line = INT64_C(1795000000) * NS_PER_S;
	struct clock_pair before = pair_at(7 * NS_PER_S, line, 0), after;
	struct udp_stamp stamp;
	int64_t ppm, part, axis, real;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		for (ppm = -500; ppm <= 500; ppm += 125) {
			after = pair_at(before.axis_ns + lengths[i],
			    line + lengths[i] * ppm / 1000000, 0);
			for (part = 0; part <= 4; part++) {
				axis = before.axis_ns + lengths[i] / 4 * part;
				real = axis + line + (axis - before.axis_ns) *
				    ppm / 1000000;
				stamp = udp_stamp_between(real, &before,
				    &after);
				assert_true(stamp.kernel);
				assert_true(stamp.axis_ns > axis - 5);
				assert_true(stamp.axis_ns < axis + 5);
			}
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    both_stamps_are_the_kernels_and_in_order_over_ipv4),
		cmocka_unit_test(
		    both_stamps_are_the_kernels_and_in_order_over_ipv6),
		cmocka_unit_test(every_request_has_a_port_of_its_own),
		cmocka_unit_test(strangers_are_not_heard),
		cmocka_unit_test(a_refused_port_is_one_error_and_then_quiet),
		cmocka_unit_test(
		    a_place_without_a_route_is_an_error_and_no_socket),
		cmocka_unit_test(
		    a_datagram_too_long_to_be_ntp_is_not_handed_on),
		cmocka_unit_test(a_late_transmit_stamp_is_put_in_order),
		cmocka_unit_test(
		    a_set_clock_between_send_and_reply_is_noticed),
		cmocka_unit_test(
		    a_stamp_is_carried_over_exactly_while_slewing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
