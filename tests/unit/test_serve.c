/*
 * The real ntpd-serve, locked down, on loopback sockets with ports of the
 * kernel's choice: asked as the clients in the field ask, and reconfigured as
 * the parent does it.
 */
#include "common/page.h"

#include <sys/socket.h>

#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/address.h"
#include "common/channel.h"
#include "common/conf_message.h"
#include "common/ntp_time.h"
#include "common/packet.h"
#include "tests/unit/role_process.h"

#define PATIENCE_MS	10000
#define FENCE	UINT64_C(0x6665726365000000)	/* a xmt of our own */

static const char *program;

struct rig {
	struct role_process process;
	struct page	*page;
	int		channel;
	uint32_t	generation;
	int		sockets[2];	/* 127.0.0.1 and ::1 */
	struct sockaddr_storage names[2];
	socklen_t	lengths[2];
	/* of the next generation; count 0 and interval 0: not sent */
	struct msg_conf_restrict restricts;
	struct msg_conf_limit limit;
};

static int64_t
clock_ns(clockid_t clock)
{
	struct timespec now;

	assert_int_equal(clock_gettime(clock, &now), 0);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* As net would write it. */
static struct system_variables
synchronised(void)
{
	int64_t boot_ns = clock_ns(CLOCK_BOOTTIME);

	return (struct system_variables){
		.leap = 0, .stratum = 2, .precision = -24,
		.refid = 0xc0000201, .stamp_boot_ns = boot_ns,
		.deadline_boot_ns = boot_ns + 600 * NS_PER_S,
		.reftime_ns = clock_ns(CLOCK_REALTIME) - 5 * NS_PER_S,
		.root_delay_ns = 20 * NS_PER_MS,
		.root_dispersion_ns = 10 * NS_PER_MS,
	};
}

/* As the parent prepares and binds it. */
static int
bind_socket(const char *text, struct sockaddr_storage *name, socklen_t *length)
{
	struct address address;
	int fd, on = 1;
	bool v4;

	assert_true(address_from_text(text, &address));
	v4 = address.family == 4;
	address.port = 0;
	*length = address_to_sockaddr(&address, name);
	fd = socket(v4 ? AF_INET : AF_INET6,
	    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_not_equal(fd, -1);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on,
	    sizeof(on)), 0);
	assert_int_equal(setsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6,
	    v4 ? IP_PKTINFO : IPV6_RECVPKTINFO, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)name, *length), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)name, length), 0);
	return fd;
}

static int
client(const struct sockaddr_storage *name, socklen_t length)
{
	int fd;

	fd = socket(name->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_not_equal(fd, -1);
	assert_int_equal(connect(fd, (const struct sockaddr *)name, length), 0);
	return fd;
}

static void
send_signal(int channel, uint16_t type, uint32_t id, int fd)
{
	const struct msg_conf_signal message = {
		.header = { type, sizeof(message), id }
	};

	assert_true(channel_send(channel, &message, fd));
}

static void
expect_signal(int channel, uint16_t type, uint32_t id)
{
	struct msg_conf_signal message;

	assert_int_equal(role_process_receive(channel, &message,
	    sizeof(message)), sizeof(message));
	assert_int_equal(message.header.type, type);
	assert_int_equal(message.header.id, id);
}

static void
configure_rules(struct rig *rig)
{
	struct message_header restricts = { MSG_CONF_RESTRICT,
	    sizeof(rig->restricts), rig->generation };
	struct message_header limit = { MSG_CONF_LIMIT, sizeof(rig->limit),
	    rig->generation };

	rig->restricts.header = restricts;
	rig->limit.header = limit;
	if (rig->restricts.count > 0)
		assert_true(channel_send(rig->channel, &rig->restricts, -1));
	if (rig->limit.interval_ns > 0)
		assert_true(channel_send(rig->channel, &rig->limit, -1));
}

static void
configure(struct rig *rig, const int *sockets, uint32_t count)
{
	struct msg_conf_begin begin = { .items = count +
	    (rig->restricts.count > 0) + (rig->limit.interval_ns > 0),
	    .header = { MSG_CONF_BEGIN, sizeof(begin), ++rig->generation } };
	struct msg_conf_listen listen = { .loopback = 1,
	    .header = { MSG_CONF_LISTEN, sizeof(listen), rig->generation } };
	struct sockaddr_storage name;
	socklen_t length;
	uint32_t i;

	assert_true(channel_send(rig->channel, &begin, -1));
	configure_rules(rig);
	for (i = 0; i < count; i++) {
		length = sizeof(name);
		assert_int_equal(getsockname(sockets[i],
		    (struct sockaddr *)&name, &length), 0);
		listen.family = name.ss_family == AF_INET ? 4 : 6;
		assert_true(channel_send(rig->channel, &listen, sockets[i]));
	}
	send_signal(rig->channel, MSG_CONF_END, rig->generation, -1);
	expect_signal(rig->channel, MSG_CONF_ACK, rig->generation);
}

/* Started, locked down, without sockets. */
static void
start(struct rig *rig)
{
	int channel[2], page[2], fds[2];

	role_process_channel(channel);
	assert_int_equal(page_create(page), 0);
	rig->page = page_open_writer(page[0]);
	assert_non_null(rig->page);
	close(page[0]);
	fds[0] = channel[1];
	fds[1] = page[1];
	rig->channel = channel[0];
	role_process_start(&rig->process, program, fds, 2, NULL);
	expect_signal(rig->channel, MSG_READY, 0);
}

static int
setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	struct system_variables variables = synchronised();

	assert_non_null(rig);
	rig->sockets[0] = bind_socket("127.0.0.1", &rig->names[0],
	    &rig->lengths[0]);
	rig->sockets[1] = bind_socket("::1", &rig->names[1], &rig->lengths[1]);
	start(rig);
	page_write_system(rig->page, &variables);
	configure(rig, rig->sockets, 2);
	*state = rig;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *rig = *state;

	close(rig->channel);
	role_process_end(&rig->process);
	close(rig->sockets[0]);
	close(rig->sockets[1]);
	free(rig);
	return 0;
}

/* The next datagram; its size, 0 if none came. */
static size_t
receive(int fd, uint8_t *reply, size_t size)
{
	struct pollfd one = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (poll(&one, 1, PATIENCE_MS) <= 0)
		return 0;
	n = recv(fd, reply, size, MSG_DONTWAIT);
	return n > 0 ? (size_t)n : 0;
}

static void
request(uint8_t *wire, int version, int mode, uint64_t xmt)
{
	const struct ntp_header header = { .version = (uint8_t)version,
	    .mode = (uint8_t)mode, .xmt = xmt };

	packet_encode(&header, wire);
}

static void
ask(int fd, const uint8_t *wire, size_t size, struct ntp_header *answer)
{
	uint8_t reply[NTP_PACKET_MAX];

	assert_int_equal(send(fd, wire, size, 0), size);
	assert_int_equal(receive(fd, reply, sizeof(reply)), NTP_HEADER_SIZE);
	packet_decode(reply, answer);
}

/* Sent as it is, and a good request behind it: only that one is answered. */
static void
is_not_answered(int fd, const uint8_t *wire, size_t size)
{
	static uint64_t fence = FENCE;
	uint8_t good[NTP_HEADER_SIZE];
	struct ntp_header answer;

	assert_int_equal(send(fd, wire, size, 0), size);
	request(good, 4, NTP_MODE_CLIENT, ++fence);
	ask(fd, good, sizeof(good), &answer);
	assert_true(answer.org == fence);
}

struct client_row {
	const char	*name;
	uint8_t		first[4];	/* LI, version, mode; stratum; poll;
					 * precision */
	uint32_t	root_dispersion, refid;
	uint64_t	xmt;
	uint8_t		mode;		/* that it wants to see */
};

/* Each as it is on the wire. */
static const struct client_row clients[] = {
	{ "Windows XP, symmetric", { 0x19, 0, 10, 0xfa }, 0x10000, 0,
	    UINT64_C(0xc50204eceed33c52), NTP_MODE_PASSIVE },
	{ "Windows, version 1 symmetric", { 0x09, 0, 10, 0xfa }, 0x10000, 0,
	    UINT64_C(0xc50204eceed33c53), NTP_MODE_PASSIVE },
	{ "Windows 10", { 0xdb, 0, 17, 0xe9 }, 0x10000, 0,
	    UINT64_C(0xe12345670000beef), NTP_MODE_SERVER },
	{ "camera, version 1", { 0x0b, 0, 0, 0 }, 0, 0,
	    UINT64_C(0xbc17c20000000000), NTP_MODE_SERVER },
	{ "camera, version 1 without a mode", { 0x08, 0, 0, 0 }, 0, 0, 0,
	    NTP_MODE_SERVER },
	{ "version 2", { 0x13, 0, 6, 0xfa }, 0, 0, 1, NTP_MODE_SERVER },
	{ "Android", { 0x1b, 0, 0, 0 }, 0, 0, UINT64_C(0xe1d2c3b4a5968778),
	    NTP_MODE_SERVER },
	{ "systemd-timesyncd", { 0x23, 0, 0, 0 }, 0, 0,
	    UINT64_C(0xebc1d2e3f4051627), NTP_MODE_SERVER },
	{ "macOS timed", { 0xe3, 0, 8, 0xec }, 0, 0,
	    UINT64_C(0xebc1d2e300000001), NTP_MODE_SERVER },
	{ "ntpdate", { 0xe3, 0, 4, 0xfa }, 0x10000, 0,
	    UINT64_C(0xebc1d2e3aaaaaaaa), NTP_MODE_SERVER },
	{ "ESP8266", { 0xe3, 0, 6, 0xec }, 0, 0x31343134, 0,
	    NTP_MODE_SERVER },
	{ "chrony", { 0x23, 0, 6, 0x20 }, 0, 0, UINT64_C(0x7f5a3c1e00ff00ff),
	    NTP_MODE_SERVER },
	{ "openntpd", { 0x23, 0, 0, 0 }, 0, 0, UINT64_C(0xffffffffffffffff),
	    NTP_MODE_SERVER },
};

/* What the strictest of them checks: all of it, for all. */
static void
is_acceptable(const struct client_row *row, const struct ntp_header *answer,
    int64_t sent_ns, int64_t received_ns)
{
	int64_t rec_ns = ntp_to_unix_ns(answer->rec, sent_ns);
	int64_t xmt_ns = ntp_to_unix_ns(answer->xmt, sent_ns);

	assert_int_equal(answer->version, row->first[0] >> 3 & 7);
	assert_int_equal(answer->mode, row->mode);
	assert_true(answer->org == row->xmt);
	assert_int_not_equal(answer->leap, NTP_LEAP_UNSYNCHRONISED);
	assert_in_range(answer->stratum, 1, 15);
	assert_true(answer->precision >= -29 && answer->precision < -4);
	assert_true(rec_ns >= sent_ns && rec_ns < xmt_ns);
	assert_true(xmt_ns <= received_ns);
	assert_true(answer->reftime != 0 && answer->reftime <= answer->rec);
	assert_true(ntp_short_to_ns(answer->root_delay) / 2 +
	    ntp_short_to_ns(answer->root_dispersion) < 5 * NS_PER_S);
	assert_true(answer->root_delay > 0 && answer->root_dispersion > 0);
	assert_int_equal(answer->refid, 0xc0000201);
}

static void
every_client_in_the_field_gets_an_answer_it_takes(void **state)
{
	struct rig *rig = *state;
	uint8_t wire[NTP_HEADER_SIZE];
	struct ntp_header answer, asked;
	int64_t sent_ns;
	size_t row, family;
	int fd;

	for (family = 0; family < 2; family++)
		for (row = 0; row < sizeof(clients) / sizeof(clients[0]);
		    row++) {
			const struct client_row *it = &clients[row];

			print_message("%s, IPv%d\n", it->name,
			    family == 0 ? 4 : 6);
			request(wire, 0, 0, it->xmt);
			packet_decode(wire, &asked);
			asked.root_dispersion = it->root_dispersion;
			asked.refid = it->refid;
			packet_encode(&asked, wire);
			memcpy(wire, it->first, sizeof(it->first));
			fd = client(&rig->names[family], rig->lengths[family]);
			sent_ns = clock_ns(CLOCK_REALTIME);
			ask(fd, wire, sizeof(wire), &answer);
			is_acceptable(it, &answer, sent_ns,
			    clock_ns(CLOCK_REALTIME));
			close(fd);
		}
}

static void
what_must_not_be_answered_is_not(void **state)
{
	struct rig *rig = *state;
	uint8_t wire[256];
	int fd = client(&rig->names[0], rig->lengths[0]);
	int version, mode;
	size_t size;

	for (version = 0; version < 8; version++)
		for (mode = 0; mode < 8; mode++) {
			memset(wire, 0, sizeof(wire));
			request(wire, version, mode, 7);
			if (version >= 1 && version <= 4 && (mode == 1 ||
			    mode == 3 || (mode == 0 && version == 1)))
				continue;
			is_not_answered(fd, wire, NTP_HEADER_SIZE);
			is_not_answered(fd, wire, 12);
			is_not_answered(fd, wire, 192);
		}
	memset(wire, 0, sizeof(wire));
	request(wire, 4, NTP_MODE_CLIENT, 7);
	for (size = 0; size < NTP_HEADER_SIZE; size++)
		is_not_answered(fd, wire, size);
	is_not_answered(fd, wire, 52);		/* crypto-NAK */
	wire[51] = 1;
	is_not_answered(fd, wire, 68);		/* a key nobody gave us */
	is_not_answered(fd, wire, 72);
	request(wire, 3, NTP_MODE_CLIENT, 7);
	is_not_answered(fd, wire, 68);		/* MS-SNTP */
	is_not_answered(fd, wire, 120);
	close(fd);
}

/* A burst in one batch: each its own answer, later than the one before. */
static void
a_burst_gets_unique_and_growing_times(void **state)
{
	enum { BURST = 100 };
	struct rig *rig = *state;
	uint8_t wire[NTP_HEADER_SIZE], reply[NTP_PACKET_MAX];
	struct ntp_header answer, last = { 0 };
	int fd = client(&rig->names[0], rig->lengths[0]);
	uint64_t i;

	for (i = 1; i <= BURST; i++) {
		request(wire, 4, NTP_MODE_CLIENT, i);
		assert_int_equal(send(fd, wire, sizeof(wire), 0), sizeof(wire));
	}
	for (i = 1; i <= BURST; i++) {
		assert_int_equal(receive(fd, reply, sizeof(reply)),
		    NTP_HEADER_SIZE);
		packet_decode(reply, &answer);
		assert_true(answer.org == i);
		assert_true(answer.rec > last.rec && answer.xmt > last.xmt);
		assert_true(answer.xmt > answer.rec);
		last = answer;
	}
	close(fd);
}

static void
unsynchronised_and_overdue_pages_are_served_as_such(void **state)
{
	struct rig *rig = *state;
	struct system_variables variables = synchronised();
	uint8_t wire[NTP_HEADER_SIZE];
	struct ntp_header answer;
	int fd = client(&rig->names[0], rig->lengths[0]);

	request(wire, 4, NTP_MODE_CLIENT, 5);
	variables.deadline_boot_ns = variables.stamp_boot_ns - 1;
	page_write_system(rig->page, &variables);
	ask(fd, wire, sizeof(wire), &answer);
	assert_int_equal(answer.leap, 3);
	assert_int_equal(answer.stratum, 0);
	variables = synchronised();
	variables.leap = 1;
	page_write_system(rig->page, &variables);
	ask(fd, wire, sizeof(wire), &answer);
	assert_int_equal(answer.leap, 1);
	assert_int_equal(answer.stratum, 2);
	variables.stratum = 16;
	page_write_system(rig->page, &variables);
	ask(fd, wire, sizeof(wire), &answer);
	assert_int_equal(answer.leap, 3);
	assert_int_equal(answer.stratum, 0);
	close(fd);
}

static void
the_observed_clock_is_what_is_served(void **state)
{
	struct rig *rig = *state;
	struct system_variables variables = synchronised();
	uint8_t wire[NTP_HEADER_SIZE];
	struct ntp_header answer;
	int fd = client(&rig->names[0], rig->lengths[0]);
	int64_t before_ns, after_ns;

	variables.virtual_ns = 37 * NS_PER_S;
	page_write_system(rig->page, &variables);
	request(wire, 4, NTP_MODE_CLIENT, 5);
	before_ns = clock_ns(CLOCK_REALTIME) + 37 * NS_PER_S;
	ask(fd, wire, sizeof(wire), &answer);
	after_ns = clock_ns(CLOCK_REALTIME) + 37 * NS_PER_S;
	assert_true(ntp_to_unix_ns(answer.rec, before_ns) >= before_ns);
	assert_true(ntp_to_unix_ns(answer.xmt, before_ns) <= after_ns);
	assert_true(answer.xmt > answer.rec);
	close(fd);
}

/* A connected client hears only the address that it asked. */
static void
the_reply_comes_from_the_address_asked(void **state)
{
	struct rig *rig = *state;
	struct sockaddr_storage name;
	struct sockaddr_in *in = (struct sockaddr_in *)&name;
	uint8_t wire[NTP_HEADER_SIZE];
	struct ntp_header answer;
	socklen_t length;
	int fd, any;

	any = bind_socket("0.0.0.0", &name, &length);
	configure(rig, &any, 1);
	in->sin_addr.s_addr = htonl(0x7f000005);
	fd = client(&name, length);
	request(wire, 4, NTP_MODE_CLIENT, 9);
	ask(fd, wire, sizeof(wire), &answer);
	assert_true(answer.org == 9);
	close(fd);
	close(any);
}

static void
restrict_line(struct rig *rig, const char *network, uint8_t prefix,
    uint32_t flags)
{
	struct conf_restrict_row *row =
	    &rig->restricts.rows[rig->restricts.count++];
	struct address address;

	assert_true(address_from_text(network, &address));
	row->action = RESTRICT_ADD;
	row->family = address.family;
	row->prefix = prefix;
	row->flags = flags;
	memcpy(row->bytes, address.bytes, sizeof(row->bytes));
}

/* A client at that address of the loopback network. */
static int
client_at(const struct rig *rig, const char *text)
{
	struct sockaddr_storage name;
	struct address address;
	socklen_t length;
	int fd;

	assert_true(address_from_text(text, &address));
	length = address_to_sockaddr(&address, &name);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_not_equal(fd, -1);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, length), 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&rig->names[0],
	    rig->lengths[0]), 0);
	return fd;
}

/* What was sent before it to the same socket has been dealt with. */
static void
fence(int fd)
{
	uint8_t wire[NTP_HEADER_SIZE];
	struct ntp_header answer;

	request(wire, 4, NTP_MODE_CLIENT, 77);
	ask(fd, wire, sizeof(wire), &answer);
	assert_true(answer.org == 77);
}

static bool
is_silent(int fd)
{
	uint8_t reply[NTP_PACKET_MAX];

	return recv(fd, reply, sizeof(reply), MSG_DONTWAIT) == -1 &&
	    errno == EAGAIN;
}

static void
who_is_denied_gets_nothing_whatever_it_sends(void **state)
{
	static const size_t sizes[] = { 1, 12, 48, 60, 68, 72, 1400 };
	struct rig *rig = *state;
	uint8_t wire[1400] = { 0 };
	unsigned int first;
	int denied, good;
	size_t i;

	restrict_line(rig, "127.0.0.8", 29, RESTRICT_IGNORE);
	configure(rig, rig->sockets, 2);
	denied = client_at(rig, "127.0.0.9");
	good = client_at(rig, "127.0.0.1");
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (first = 0; first < 256; first++) {
			wire[0] = (uint8_t)first;
			assert_int_equal(send(denied, wire, sizes[i], 0),
			    sizes[i]);
			if (first % 16 == 15)
				fence(good);
		}
	}
	assert_true(is_silent(denied));
	/* and the next generation may say otherwise */
	rig->restricts.count = 0;
	memset(rig->restricts.rows, 0, sizeof(rig->restricts.rows));
	configure(rig, rig->sockets, 2);
	fence(denied);
	close(denied);
	close(good);
	close(rig->channel);
	assert_int_equal(role_process_wait(&rig->process), 0);
	assert_non_null(strstr(rig->process.text, "restricted 1792"));
}

static void
each_flag_denies_what_it_says(void **state)
{
	static const struct {
		const char	*from;
		uint32_t	flags;
		int		version;
		bool		answered;
	} rows[] = {
		{ "127.0.1.1", RESTRICT_NOSERVE, 4, false },
		{ "127.0.1.2", RESTRICT_NOTRUST, 4, false },
		{ "127.0.1.3", RESTRICT_VERSION, 3, false },
		{ "127.0.1.3", RESTRICT_VERSION, 4, true },
		{ "127.0.1.4", RESTRICT_NOQUERY | RESTRICT_NOMODIFY, 3, true },
		{ "127.0.1.5", RESTRICT_NTPPORT | RESTRICT_IGNORE, 4, true },
		{ "127.0.1.6", RESTRICT_KOD, 1, true },
		{ "127.0.1.7", 0, 4, true },
	};
	struct rig *rig = *state;
	uint8_t wire[NTP_HEADER_SIZE];
	struct ntp_header answer;
	int good = client_at(rig, "127.0.0.1"), fd;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		restrict_line(rig, rows[i].from, 32, rows[i].flags);
	configure(rig, rig->sockets, 2);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fd = client_at(rig, rows[i].from);
		request(wire, rows[i].version, NTP_MODE_CLIENT, i);
		if (rows[i].answered) {
			ask(fd, wire, sizeof(wire), &answer);
			assert_true(answer.org == i);
		} else {
			assert_int_equal(send(fd, wire, sizeof(wire), 0),
			    sizeof(wire));
			fence(good);
			assert_true(is_silent(fd));
		}
		close(fd);
	}
	close(good);
}

/* 20 at once, then one in 16 and a rare RATE, which tells no time. */
static void
who_asks_too_often_is_told_so_rarely(void **state)
{
	enum { FLOOD = 2000 };
	struct rig *rig = *state;
	unsigned int answers = 0, told = 0, i;
	uint8_t wire[NTP_HEADER_SIZE], reply[NTP_PACKET_MAX];
	struct ntp_header answer;
	int greedy = client_at(rig, "127.0.0.9"),
	    good = client_at(rig, "127.0.0.1");

	restrict_line(rig, "127.0.0.9", 32, RESTRICT_LIMITED | RESTRICT_KOD);
	/* an hour for one more, so that it does not matter how fast we are */
	rig->limit = (struct msg_conf_limit){
		.interval_ns = 3600 * NS_PER_S, .burst = 20,
		.kod_interval_ns = 3600 * NS_PER_S,
		.max_age_ns = 1000000 * NS_PER_S, .clients = 1000, .enabled = 1
	};
	configure(rig, rig->sockets, 2);
	for (i = 1; i <= FLOOD; i++) {
		request(wire, 4, NTP_MODE_CLIENT, i);
		assert_int_equal(send(greedy, wire, sizeof(wire), 0),
		    sizeof(wire));
		if (i % 20 == 0)
			fence(good);
	}
	while (recv(greedy, reply, sizeof(reply), MSG_DONTWAIT) ==
	    NTP_HEADER_SIZE) {
		packet_decode(reply, &answer);
		assert_int_equal(answer.mode, NTP_MODE_SERVER);
		assert_true(answer.org != 0 && answer.org <= FLOOD);
		answers += answer.stratum != 0;
		if (answer.stratum != 0)
			continue;
		told++;
		assert_int_equal(answer.refid, 0x52415445);	/* RATE */
		assert_int_equal(answer.leap, 3);
		assert_true(answer.rec == answer.org);
		assert_true(answer.xmt == answer.org);
		assert_true(answer.reftime == 0);
	}
	assert_int_equal(told, 1);
	assert_in_range(answers, 20 + 60, 20 + 200);
	close(greedy);
	close(good);
}

static void
our_sources_have_the_flags_for_sources(void **state)
{
	struct rig *rig = *state;
	struct association_variables source = { .id = 1 };
	uint8_t wire[NTP_HEADER_SIZE];
	struct ntp_header answer;
	int fd = client_at(rig, "127.0.0.7"),
	    stranger = client_at(rig, "127.0.0.8");

	assert_true(address_from_text("127.0.0.7", &source.remote));
	source.remote.port = NTP_PORT;
	page_write_association(rig->page, 5, &source);
	restrict_line(rig, "0.0.0.0", 0, RESTRICT_IGNORE);
	rig->restricts.rows[rig->restricts.count++].action = RESTRICT_SOURCE;
	configure(rig, rig->sockets, 2);
	request(wire, 4, NTP_MODE_CLIENT, 1);
	assert_int_equal(send(stranger, wire, sizeof(wire), 0), sizeof(wire));
	ask(fd, wire, sizeof(wire), &answer);
	assert_true(answer.org == 1);
	assert_true(is_silent(stranger));
	close(fd);
	close(stranger);
}

/* One answer to each of many who all hear the question: no. */
static void
a_broadcast_is_not_answered(void **state)
{
	struct rig *rig = *state;
	struct sockaddr_storage name;
	struct sockaddr_in *in = (struct sockaddr_in *)&name;
	uint8_t wire[NTP_HEADER_SIZE], reply[NTP_PACKET_MAX];
	struct ntp_header answer;
	socklen_t length;
	int fd, any, on = 1;

	any = bind_socket("0.0.0.0", &name, &length);
	configure(rig, &any, 1);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_not_equal(fd, -1);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on,
	    sizeof(on)), 0);
	request(wire, 4, NTP_MODE_CLIENT, 1);
	in->sin_addr.s_addr = htonl(0x7fffffff);
	assert_int_equal(sendto(fd, wire, sizeof(wire), 0,
	    (struct sockaddr *)&name, length), sizeof(wire));
	request(wire, 4, NTP_MODE_CLIENT, 2);
	in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(sendto(fd, wire, sizeof(wire), 0,
	    (struct sockaddr *)&name, length), sizeof(wire));
	assert_int_equal(receive(fd, reply, sizeof(reply)), NTP_HEADER_SIZE);
	packet_decode(reply, &answer);
	assert_true(answer.org == 2);
	close(fd);
	/* and that it came to serve is what the summary says */
	close(any);
	close(rig->channel);
	assert_int_equal(role_process_wait(&rig->process), 0);
	assert_non_null(strstr(rig->process.text,
	    "answered 1, dropped 1: to many 1"));
}

/* 1 query in the queue of each socket across each change of generation. */
static void
no_request_is_lost_by_a_reload(void **state)
{
	enum { RELOADS = 200 };
	struct rig *rig = *state;
	uint8_t wire[NTP_HEADER_SIZE], reply[NTP_PACKET_MAX];
	struct ntp_header answer;
	int fd[2] = { client(&rig->names[0], rig->lengths[0]),
	    client(&rig->names[1], rig->lengths[1]) };
	uint64_t i;
	size_t family;

	for (i = 1; i <= RELOADS; i++) {
		request(wire, 4, NTP_MODE_CLIENT, i);
		for (family = 0; family < 2; family++)
			assert_int_equal(send(fd[family], wire, sizeof(wire),
			    0), sizeof(wire));
		configure(rig, rig->sockets, i % 2 == 0 ? 2 : 1);
		for (family = 0; family < 2 - i % 2; family++) {
			assert_int_equal(receive(fd[family], reply,
			    sizeof(reply)), NTP_HEADER_SIZE);
			packet_decode(reply, &answer);
			assert_true(answer.org == i);
		}
		/* the one that was taken away: queued before, so answered */
		if (i % 2 == 1)
			assert_int_equal(receive(fd[1], reply, sizeof(reply)),
			    NTP_HEADER_SIZE);
	}
	close(fd[0]);
	close(fd[1]);
}

/* Both ends of the descriptors: a generation that is gone leaves none open. */
static void
sockets_of_old_generations_are_closed(void **state)
{
	struct rig *rig = *state;
	struct sockaddr_storage name;
	uint8_t wire[NTP_HEADER_SIZE];
	socklen_t length;
	int fd, gone;

	gone = bind_socket("127.0.0.1", &name, &length);
	configure(rig, &gone, 1);
	close(gone);		/* now it is serve's alone */
	fd = client(&name, length);
	configure(rig, rig->sockets, 2);
	request(wire, 4, NTP_MODE_CLIENT, 3);
	/* nobody is bound there: the kernel says so by an ICMP message */
	assert_int_equal(send(fd, wire, sizeof(wire), 0), sizeof(wire));
	assert_int_equal(recv(fd, wire, sizeof(wire), 0), -1);
	assert_int_equal(errno, ECONNREFUSED);
	close(fd);
}

/* What came while no worker was there is old news to its client. */
static void
what_queued_while_it_was_down_is_not_answered(void **state)
{
	struct rig *rig = *state;
	uint8_t wire[NTP_HEADER_SIZE];
	struct system_variables variables = synchronised();
	struct ntp_header answer;
	int fd = client(&rig->names[0], rig->lengths[0]);

	close(rig->channel);
	assert_int_equal(role_process_wait(&rig->process), 0);
	role_process_end(&rig->process);
	request(wire, 4, NTP_MODE_CLIENT, 1);
	assert_int_equal(send(fd, wire, sizeof(wire), 0), sizeof(wire));
	start(rig);
	page_write_system(rig->page, &variables);
	configure(rig, rig->sockets, 2);
	request(wire, 4, NTP_MODE_CLIENT, 2);
	ask(fd, wire, sizeof(wire), &answer);
	assert_true(answer.org == 2);
	close(fd);
}

static void
it_is_alive_until_the_parent_is_gone(void **state)
{
	struct rig *rig = *state;

	send_signal(rig->channel, MSG_CONF_PING, 77, -1);
	expect_signal(rig->channel, MSG_ALIVE, 77);
	close(rig->channel);
	assert_int_equal(role_process_wait(&rig->process), 0);
}

static void
a_parent_that_makes_no_sense_ends_it(void **state)
{
	struct rig *rig = *state;

	send_signal(rig->channel, MSG_CONF_END, 1, -1);	/* of no BEGIN */
	assert_int_equal(role_process_wait(&rig->process), 1);
}

static void
an_incomplete_generation_ends_it(void **state)
{
	struct rig *rig = *state;
	struct msg_conf_begin begin = { .items = 2,
	    .header = { MSG_CONF_BEGIN, sizeof(begin), 9 } };

	assert_true(channel_send(rig->channel, &begin, -1));
	send_signal(rig->channel, MSG_CONF_END, 9, -1);
	assert_int_equal(role_process_wait(&rig->process), 1);
}

/* Of a thousand in a row one line is written, and to the newest log. */
static void
a_cause_is_logged_once_to_the_present_log(void **state)
{
	enum { FLOOD = 1000 };
	struct rig *rig = *state;
	uint8_t wire[68] = { 0x1b };
	char text[4096] = "";
	int fd = client(&rig->names[0], rig->lengths[0]), log[2], i;
	ssize_t n;

	assert_int_equal(pipe2(log, O_CLOEXEC), 0);
	send_signal(rig->channel, MSG_CONF_LOG, 1, log[1]);
	close(log[1]);
	wire[NTP_HEADER_SIZE] = 0xf4;
	for (i = 0; i < FLOOD; i++)
		is_not_answered(fd, wire, sizeof(wire));
	close(rig->channel);
	assert_int_equal(role_process_wait(&rig->process), 0);
	n = read(log[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	assert_non_null(strstr(text, "MS-SNTP"));
	assert_non_null(strstr(text, "from 127.0.0.1"));
	assert_non_null(strstr(text, "(1 so far)"));
	assert_null(strstr(strstr(text, "so far") + 1, "so far"));
	assert_non_null(strstr(text,
	    "answered 1000, dropped 1000: MS-SNTP 1000"));
	close(log[0]);
	close(fd);
}

/* A page that a dead net left in the middle of a write. */
static void
a_torn_page_means_the_last_good_one(void **state)
{
	struct rig *rig = *state;
	uint8_t wire[NTP_HEADER_SIZE];
	struct ntp_header answer;
	int fd = client(&rig->names[0], rig->lengths[0]);
	uint32_t odd;

	request(wire, 4, NTP_MODE_CLIENT, 5);
	ask(fd, wire, sizeof(wire), &answer);
	memcpy(&odd, (uint8_t *)rig->page + 64, sizeof(odd));
	odd++;
	memcpy((uint8_t *)rig->page + 64, &odd, sizeof(odd));
	memset((uint8_t *)rig->page + 68, 0xff, 16);
	ask(fd, wire, sizeof(wire), &answer);
	assert_int_equal(answer.leap, 0);
	assert_int_equal(answer.stratum, 2);
	close(fd);
}

static void
started_by_hand_it_refuses(void **state)
{
	static const char *const words[] = { "nonsense", NULL };
	struct role_process process;
	int channel[2];

	(void)state;
	role_process_channel(channel);
	role_process_start(&process, program, &channel[1], 1, words);
	assert_int_equal(role_process_wait(&process), 2);
	role_process_end(&process);
	close(channel[0]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(every_client_in_the_field_gets_an_answer_it_takes),
		TEST(what_must_not_be_answered_is_not),
		TEST(a_burst_gets_unique_and_growing_times),
		TEST(unsynchronised_and_overdue_pages_are_served_as_such),
		TEST(the_observed_clock_is_what_is_served),
		TEST(the_reply_comes_from_the_address_asked),
		TEST(a_broadcast_is_not_answered),
		TEST(who_is_denied_gets_nothing_whatever_it_sends),
		TEST(each_flag_denies_what_it_says),
		TEST(who_asks_too_often_is_told_so_rarely),
		TEST(our_sources_have_the_flags_for_sources),
		TEST(no_request_is_lost_by_a_reload),
		TEST(sockets_of_old_generations_are_closed),
		TEST(what_queued_while_it_was_down_is_not_answered),
		TEST(it_is_alive_until_the_parent_is_gone),
		TEST(a_parent_that_makes_no_sense_ends_it),
		TEST(an_incomplete_generation_ends_it),
		TEST(a_cause_is_logged_once_to_the_present_log),
		TEST(a_torn_page_means_the_last_good_one),
		cmocka_unit_test(started_by_hand_it_refuses),
	};

	if (argc != 2)
		return 2;
	program = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
