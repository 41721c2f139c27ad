/*
 * The real ntpd-net, unprivileged: the test plays parent, clockctl, resolver
 * and an NTP server on a loopback port. Nothing here can set a clock.
 */
#include "tests/unit/role_process.h"

#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <linux/sockios.h>
#include <netinet/in.h>
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
#include "common/clock_message.h"
#include "common/conf_message.h"
#include "common/localclock.h"
#include "common/ntp_time.h"
#include "common/packet.h"
#include "common/page.h"
#include "common/resolve_message.h"

#define PATIENCE_NS	(30 * NS_PER_S)
#define REQUESTS_MAX	64
#define WRONG_NS	(300 * NS_PER_MS)
#define EPOCH		7

static const char *program;

struct request {
	uint8_t		wire[NTP_HEADER_SIZE];
	uint16_t	port;
};

struct bench {
	struct role_process process;
	int		parent;
	int		clockctl;
	int		resolver;
	int		server;
	const struct page *page;
	struct address	address;	/* of the server */
	int64_t		wrong_ns;	/* its clock is ahead of ours */
	size_t		nrequests;
	struct request	requests[REQUESTS_MAX];
	size_t		nsamples;
	struct msg_sample sample;	/* the last */
	size_t		nresolves;
	struct msg_resolve resolve;	/* the last */
	uint32_t	ready, acknowledged, alive;
	struct msg_status status;
};

/* The kernel's stamp of the last datagram, so that the load of this machine is
 * not in T2. The first call only switches it on. */
static int64_t
server_received(int fd)
{
	struct timespec stamp;

	if (ioctl(fd, SIOCGSTAMPNS, &stamp) != 0)
		return 0;
	return (int64_t)stamp.tv_sec * NS_PER_S + stamp.tv_nsec;
}

static void
server_open(struct bench *bench)
{
	struct sockaddr_storage name;
	socklen_t length;

	assert_true(address_from_text("127.0.0.1", &bench->address));
	length = address_to_sockaddr(&bench->address, &name);
	bench->server = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(bench->server, (struct sockaddr *)&name,
	    length), 0);
	length = sizeof(name);
	assert_int_equal(getsockname(bench->server, (struct sockaddr *)&name,
	    &length), 0);
	assert_true(address_from_sockaddr(&name, &bench->address));
	(void)server_received(bench->server);
}

/* Stratum 1, as good as can be, but wrong_ns ahead. */
static void
server_reply(const struct bench *bench, const struct ntp_header *request,
    uint8_t *wire)
{
	struct ntp_header reply = { .version = 4, .mode = NTP_MODE_SERVER,
		.stratum = 1, .poll = request->poll, .precision = -24,
		.root_delay = 1, .root_dispersion = 1, .refid = 0x47505300,
		.org = request->xmt };
	int64_t received_ns = server_received(bench->server);
	struct clock_pair now;

	assert_true(received_ns > 0);
	reply.rec = ntp_from_unix_ns(received_ns + bench->wrong_ns);
	reply.reftime = ntp_from_unix_ns(received_ns + bench->wrong_ns -
	    NS_PER_S);
	localclock_pair(&now);
	reply.xmt = ntp_from_unix_ns(now.real_ns + bench->wrong_ns);
	packet_encode(&reply, wire);
}

static void
server_serve(struct bench *bench)
{
	struct request *request = &bench->requests[bench->nrequests];
	uint8_t reply[NTP_HEADER_SIZE];
	struct sockaddr_in from;
	socklen_t length = sizeof(from);
	struct ntp_header header;

	assert_true(bench->nrequests < REQUESTS_MAX);
	assert_int_equal(recvfrom(bench->server, request->wire,
	    sizeof(request->wire), MSG_TRUNC, (struct sockaddr *)&from,
	    &length), NTP_HEADER_SIZE);
	request->port = ntohs(from.sin_port);
	bench->nrequests++;
	packet_decode(request->wire, &header);
	server_reply(bench, &header, reply);
	assert_int_equal(sendto(bench->server, reply, sizeof(reply), 0,
	    (struct sockaddr *)&from, length), sizeof(reply));
}

static void
parent_hears(struct bench *bench)
{
	union {
		struct msg_conf_signal signal;
		struct msg_status status;
	} message;
	size_t size = role_process_receive(bench->parent, &message,
	    sizeof(message));

	switch (message.signal.header.type) {
	case MSG_READY:
		bench->ready++;
		break;
	case MSG_CONF_ACK:
		bench->acknowledged = message.signal.header.id;
		break;
	case MSG_ALIVE:
		bench->alive = message.signal.header.id;
		break;
	case MSG_STATUS:
		assert_int_equal(size, sizeof(message.status));
		assert_true(conf_status_valid(&message));
		bench->status = message.status;
		return;
	default:
		fail_msg("message of type %#x", message.signal.header.type);
	}
	assert_int_equal(size, sizeof(message.signal));
}

static void
clockctl_hears(struct bench *bench)
{
	assert_int_equal(role_process_receive(bench->clockctl, &bench->sample,
	    sizeof(bench->sample)), sizeof(bench->sample));
	assert_int_equal(bench->sample.header.type, MSG_SAMPLE);
	assert_true(clock_sample_valid(&bench->sample));
	assert_int_equal(bench->sample.net_epoch, EPOCH);
	bench->nsamples++;
}

static void
resolver_hears(struct bench *bench)
{
	assert_int_equal(role_process_receive(bench->resolver,
	    &bench->resolve, sizeof(bench->resolve)), sizeof(bench->resolve));
	assert_int_equal(bench->resolve.header.type, MSG_RESOLVE);
	assert_true(resolve_request_valid(&bench->resolve));
	bench->nresolves++;
}

typedef bool condition(const struct bench *bench);

/* Plays all its parts until done says so; fails if that takes too long. */
static void
bench_until(struct bench *bench, condition *done)
{
	struct pollfd fds[] = {
		{ .fd = bench->server, .events = POLLIN },
		{ .fd = bench->parent, .events = POLLIN },
		{ .fd = bench->clockctl, .events = POLLIN },
		{ .fd = bench->resolver, .events = POLLIN },
	};
	static void (*const part[])(struct bench *) = { server_serve,
		parent_hears, clockctl_hears, resolver_hears };
	int64_t until = localclock_axis() + PATIENCE_NS;
	size_t i;

	while (!done(bench)) {
		/* what the page says is not announced */
		(void)poll(fds, 4, 100);
		if (localclock_axis() > until)
			fail_msg("nothing happens any more: %s",
			    bench->process.text);
		for (i = 0; i < 4; i++)
			if (fds[i].revents != 0)
				part[i](bench);
	}
}

static bool
is_ready(const struct bench *bench)
{
	return bench->ready > 0;
}

static void
bench_start(struct bench *bench, const char *word)
{
	const char *words[] = { "epoch=7", word, NULL };
	int parent[2], clockctl[2], resolver[2], page[2];

	memset(bench, 0, sizeof(*bench));
	server_open(bench);
	role_process_channel(parent);
	role_process_channel(clockctl);
	role_process_channel(resolver);
	assert_int_equal(page_create(page), 0);
	bench->page = page_open_reader(page[1]);
	assert_non_null(bench->page);
	close(page[1]);
	role_process_start(&bench->process, program, (const int[]){
	    parent[1], clockctl[1], resolver[1], page[0] }, 4, words);
	bench->parent = parent[0];
	bench->clockctl = clockctl[0];
	bench->resolver = resolver[0];
	bench_until(bench, is_ready);
}

static void
bench_end(struct bench *bench)
{
	role_process_end(&bench->process);
	close(bench->parent);
	close(bench->clockctl);
	close(bench->resolver);
	close(bench->server);
}

static void
tell(int fd, const void *message)
{
	const struct message_header *header = message;

	assert_int_equal(send(fd, message, header->size, MSG_NOSIGNAL),
	    header->size);
}

static void
tell_signal(int fd, uint16_t type, uint32_t id)
{
	const struct msg_conf_signal signal = { .header = { type,
		sizeof(signal), id } };

	tell(fd, &signal);
}

static void
tell_begin(const struct bench *bench, uint32_t generation, uint32_t items)
{
	const struct msg_conf_begin begin = { .header = { MSG_CONF_BEGIN,
		sizeof(begin), generation }, .items = items };

	tell(bench->parent, &begin);
}

static void
tell_system(const struct bench *bench, uint32_t generation)
{
	const struct msg_conf_system system = { .header = { MSG_CONF_SYSTEM,
		sizeof(system), generation }, .minsane = 1, .minclock = 3,
		.maxclock = 10, .floor = 0, .ceiling = 15,
		.orphan_wait_s = 300, .mindist_ns = NS_PER_MS,
		.maxdist_ns = 1500 * NS_PER_MS };

	tell(bench->parent, &system);
}

static void
tell_source(const struct bench *bench, uint32_t generation, const char *name)
{
	struct msg_conf_source source = { .header = { MSG_CONF_SOURCE,
		sizeof(source), generation }, .kind = SOURCE_SERVER,
		.minpoll = 3, .maxpoll = 10, .version = 4,
		.port = bench->address.port, .flags = SOURCE_IBURST };

	(void)snprintf(source.name, sizeof(source.name), "%s", name);
	tell(bench->parent, &source);
}

static void
configure(const struct bench *bench, uint32_t generation, const char *first,
    const char *second)
{
	tell_begin(bench, generation, second != NULL ? 3 : 2);
	tell_system(bench, generation);
	tell_source(bench, generation, first);
	if (second != NULL)
		tell_source(bench, generation, second);
	tell_signal(bench->parent, MSG_CONF_END, generation);
}

static bool
has_sample(const struct bench *bench)
{
	return bench->nsamples > 0;
}

static bool
has_4_requests(const struct bench *bench)
{
	return bench->nrequests >= 4;
}

static bool
has_first_request(const struct bench *bench)
{
	return bench->nrequests >= 1;
}

/* What the sample says of our clock: true time minus CLOCK_REALTIME. */
static int64_t
sample_offset(const struct msg_sample *sample)
{
	struct clock_pair now;

	localclock_pair(&now);
	return sample->offset_ns - (now.real_ns - now.axis_ns);
}

static void
assert_near(int64_t value, int64_t expected, int64_t tolerance)
{
	if (value < expected - tolerance || value > expected + tolerance)
		fail_msg("%lld is not %lld +- %lld", (long long)value,
		    (long long)expected, (long long)tolerance);
}

/* RFC draft data minimisation: only first byte, poll and nonce say anything. */
static void
assert_tells_nothing(const uint8_t *wire)
{
	size_t i;

	assert_int_equal(wire[0], 4 << 3 | NTP_MODE_CLIENT);
	for (i = 1; i < 40; i++)
		if (i != 2)
			assert_int_equal(wire[i], 0);
}

/* The offset that the log tells of the first sample that is in it. */
static int64_t
logged_offset(struct bench *bench)
{
	static const char line[] = "net: 127.0.0.1 offset ";

	assert_true(role_process_logged(&bench->process, " reach "));
	assert_non_null(strstr(bench->process.text, line));
	return (int64_t)(strtod(strstr(bench->process.text, line) +
	    strlen(line), NULL) * 1e9);
}

static void
a_server_300_ms_wrong_is_measured_to_1_ms(void **state)
{
	struct association_variables association;
	struct system_variables system;
	struct bench bench;
	struct timespec boot;
	size_t i, j;

	(void)state;
	bench_start(&bench, NULL);
	bench.wrong_ns = WRONG_NS;
	configure(&bench, 1, "127.0.0.1", NULL);
	bench_until(&bench, has_sample);
	assert_int_equal(bench.acknowledged, 1);
	assert_near(sample_offset(&bench.sample), WRONG_NS, NS_PER_MS);
	assert_int_equal(bench.sample.survivors, 1);
	assert_int_equal(bench.sample.stratum, 1);
	assert_near(logged_offset(&bench), WRONG_NS, NS_PER_MS);
	bench_until(&bench, has_4_requests);
	for (i = 0; i < bench.nrequests; i++) {
		assert_tells_nothing(bench.requests[i].wire);
		for (j = 0; j < i; j++) {
			assert_memory_not_equal(bench.requests[i].wire + 40,
			    bench.requests[j].wire + 40, 8);
			assert_int_not_equal(bench.requests[i].port,
			    bench.requests[j].port);
		}
	}
	assert_true(page_read_system(bench.page, &system));
	clock_gettime(CLOCK_BOOTTIME, &boot);
	assert_true(system.deadline_boot_ns > (int64_t)boot.tv_sec * NS_PER_S);
	assert_true(page_read_association(bench.page, 0, &association));
	assert_true(association.reach != 0);
	assert_near(association.offset_ns, WRONG_NS, NS_PER_MS);
	assert_true(association.last_boot_ns <=
	    (int64_t)(boot.tv_sec + 1) * NS_PER_S);
	assert_true(association.last_boot_ns >
	    (int64_t)(boot.tv_sec - 60) * NS_PER_S);
	bench_end(&bench);
}

static bool
has_second_request(const struct bench *bench)
{
	return bench->nrequests >= 2;
}

static bool
has_second_generation(const struct bench *bench)
{
	return bench->acknowledged == 2;
}

/* The page knows a second association. */
static bool
page_has_second(const struct bench *bench)
{
	struct association_variables variables;

	return page_read_association(bench->page, 1, &variables) &&
	    variables.id != 0;
}

/* Reload in the middle of the burst: it goes on, and is not begun anew. */
static void
a_reload_keeps_the_association_and_its_burst(void **state)
{
	struct association_variables before, after;
	struct bench bench;
	char *first, *again;

	(void)state;
	bench_start(&bench, NULL);
	configure(&bench, 1, "127.0.0.1", NULL);
	bench_until(&bench, has_first_request);
	(void)logged_offset(&bench);
	assert_true(page_read_association(bench.page, 0, &before));
	assert_true(before.id != 0);
	configure(&bench, 2, "127.0.0.1", "127.0.0.2");
	bench_until(&bench, has_second_generation);
	bench_until(&bench, page_has_second);
	assert_true(page_read_association(bench.page, 0, &after));
	assert_int_equal(after.id, before.id);
	assert_true(after.reach >= before.reach);
	assert_true(after.sent >= before.sent);
	assert_true(after.sent <= before.sent + 1);
	first = strstr(bench.process.text, "127.0.0.1: association started");
	assert_non_null(first);
	again = strstr(first + 1, "127.0.0.1: association started");
	assert_null(again);
	/* a source that goes is a line, and ends what it had in flight */
	configure(&bench, 3, "127.0.0.1", NULL);
	assert_true(role_process_logged(&bench.process,
	    "127.0.0.2: association ended"));
	bench_until(&bench, has_4_requests);
	assert_true(page_read_association(bench.page, 0, &after));
	assert_int_equal(after.id, before.id);
	assert_int_equal(after.reach, 1);
	bench_end(&bench);
}

/* Tells net, as clockctl with --observe would, that it stepped. */
static void
tell_applied(const struct bench *bench, int64_t virtual_ns)
{
	struct msg_applied applied = { .header = { MSG_APPLIED,
		sizeof(applied), bench->sample.header.id },
		.net_epoch = EPOCH, .step_epoch = 1, .status = CLOCK_STEPPED,
		.synchronised = 1, .virtual_ns = virtual_ns };
	struct clock_pair now;

	localclock_pair(&now);
	applied.axis_ns = now.axis_ns;
	assert_true(clock_applied_valid(&applied));
	tell(bench->clockctl, &applied);
}

static void
with_observe_the_clock_is_the_virtual_one(void **state)
{
	struct system_variables system;
	struct bench bench;

	(void)state;
	bench_start(&bench, "observe");
	bench.wrong_ns = WRONG_NS;
	configure(&bench, 1, "127.0.0.1", NULL);
	bench_until(&bench, has_first_request);
	assert_near(logged_offset(&bench), WRONG_NS, NS_PER_MS);
	tell_applied(&bench, WRONG_NS);
	role_process_forget(&bench.process);
	bench_until(&bench, has_second_request);
	assert_near(logged_offset(&bench), 0, NS_PER_MS);
	assert_true(page_read_system(bench.page, &system));
	assert_near(system.virtual_ns, WRONG_NS, NS_PER_MS);
	bench_end(&bench);
}

static bool
has_resolve(const struct bench *bench)
{
	return bench->nresolves > 0;
}

static void
a_name_is_asked_of_the_resolver_and_a_failure_told(void **state)
{
	struct msg_resolved resolved = { .header = { MSG_RESOLVED,
		sizeof(resolved), 0 }, .status = RESOLVE_NONE };
	struct bench bench;

	(void)state;
	bench_start(&bench, "4");
	configure(&bench, 1, "no-such.example", NULL);
	bench_until(&bench, has_resolve);
	assert_string_equal(bench.resolve.name, "no-such.example");
	assert_int_equal(bench.resolve.family, 4);
	resolved.header.id = bench.resolve.header.id;
	tell(bench.resolver, &resolved);
	assert_true(role_process_logged(&bench.process,
	    "no-such.example: name has no address"));
	bench_end(&bench);
}

static bool
is_alive(const struct bench *bench)
{
	return bench->alive == 4711;
}

static void
a_ping_is_answered_and_the_parents_end_ends_it(void **state)
{
	struct bench bench;

	(void)state;
	bench_start(&bench, NULL);
	tell_signal(bench.parent, MSG_CONF_PING, 4711);
	bench_until(&bench, is_alive);
	close(bench.parent);
	assert_int_equal(role_process_wait(&bench.process), 0);
	bench.parent = dup(bench.server);
	bench_end(&bench);
}

static void
a_new_log_is_written_from_then_on(void **state)
{
	const struct msg_conf_signal signal = { .header = { MSG_CONF_LOG,
		sizeof(signal), 0 } };
	union {
		struct cmsghdr	header;
		char		bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec part = { (void *)(uintptr_t)&signal, sizeof(signal) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control) };
	char text[256] = "";
	struct bench bench;
	int log[2];

	(void)state;
	bench_start(&bench, NULL);
	assert_int_equal(pipe(log), 0);
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &log[1], sizeof(int));
	assert_int_equal(sendmsg(bench.parent, &message, 0), sizeof(signal));
	close(log[1]);
	configure(&bench, 1, "127.0.0.1", NULL);
	assert_true(read(log[0], text, sizeof(text) - 1) > 0);
	assert_memory_equal(text, "net: ", 5);
	close(log[0]);
	bench_end(&bench);
}

/* Each of 64 has sent its first two requests, and heard that nobody is there. */
static bool
all_have_sent(const struct bench *bench)
{
	struct association_variables variables;
	unsigned int slot;

	for (slot = 0; slot < CONF_SOURCES_MAX; slot++)
		if (!page_read_association(bench->page, slot, &variables) ||
		    variables.sent < 2)
			return false;
	return true;
}

static void
as_many_servers_as_can_be_and_none_of_them_there(void **state)
{
	struct rusage before, after;
	struct bench bench;
	char name[32];
	int i;

	(void)state;
	assert_int_equal(getrusage(RUSAGE_CHILDREN, &before), 0);
	bench_start(&bench, NULL);
	tell_begin(&bench, 1, CONF_SOURCES_MAX + 1);
	tell_system(&bench, 1);
	for (i = 0; i < CONF_SOURCES_MAX; i++) {
		(void)snprintf(name, sizeof(name), "127.0.1.%d", i + 1);
		tell_source(&bench, 1, name);
	}
	tell_signal(bench.parent, MSG_CONF_END, 1);
	bench_until(&bench, all_have_sent);
	assert_int_equal(bench.status.sources, CONF_SOURCES_MAX);
	assert_int_equal(bench.status.reachable, 0);
	assert_true(role_process_logged(&bench.process,
	    "Connection refused"));
	close(bench.parent);
	assert_int_equal(role_process_wait(&bench.process), 0);
	/* ICMP errors keep nobody awake: 8 s would be all of the time */
	assert_int_equal(getrusage(RUSAGE_CHILDREN, &after), 0);
	assert_true(after.ru_utime.tv_sec + after.ru_stime.tv_sec -
	    before.ru_utime.tv_sec - before.ru_stime.tv_sec <= 1);
	bench.parent = dup(bench.server);
	bench_end(&bench);
}

/* What the parent may not say; each of them ends net with status 1. */
static void
end_unannounced(const struct bench *bench)
{
	tell_signal(bench->parent, MSG_CONF_END, 1);
}

static void
item_outside(const struct bench *bench)
{
	tell_source(bench, 1, "127.0.0.1");
}

static void
item_too_many(const struct bench *bench)
{
	tell_begin(bench, 1, 1);
	tell_system(bench, 1);
	tell_source(bench, 1, "127.0.0.1");
}

static void
items_missing(const struct bench *bench)
{
	tell_begin(bench, 1, 2);
	tell_system(bench, 1);
	tell_signal(bench->parent, MSG_CONF_END, 1);
}

static void
without_system(const struct bench *bench)
{
	tell_begin(bench, 1, 1);
	tell_source(bench, 1, "127.0.0.1");
	tell_signal(bench->parent, MSG_CONF_END, 1);
}

static void
generation_mixed(const struct bench *bench)
{
	tell_begin(bench, 2, 1);
	tell_system(bench, 3);
}

static void
generation_back(const struct bench *bench)
{
	configure(bench, 2, "127.0.0.1", NULL);
	configure(bench, 2, "127.0.0.1", NULL);
}

static void
unknown_type(const struct bench *bench)
{
	tell_signal(bench->parent, MSG_STATUS, 1);
}

static void
clockctl_speaks_nonsense(const struct bench *bench)
{
	tell_signal(bench->clockctl, MSG_APPLIED, 1);
}

static void
resolver_speaks_nonsense(const struct bench *bench)
{
	const struct msg_resolved resolved = { .header = { MSG_RESOLVED,
		sizeof(resolved), 1 }, .status = RESOLVE_OK, .count = 200 };

	tell(bench->resolver, &resolved);
}

static void
whoever_breaks_the_protocol_ends_it_with_an_error(void **state)
{
	static void (*const wrong[])(const struct bench *) = {
		end_unannounced, item_outside, item_too_many, items_missing,
		without_system, generation_mixed, generation_back,
		unknown_type, clockctl_speaks_nonsense,
		resolver_speaks_nonsense,
	};
	struct bench bench;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		bench_start(&bench, NULL);
		wrong[i](&bench);
		assert_int_equal(role_process_wait(&bench.process), 1);
		assert_non_null(strstr(bench.process.text,
		    "broke the protocol"));
		bench_end(&bench);
	}
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_300_ms_wrong_is_measured_to_1_ms),
		cmocka_unit_test(a_reload_keeps_the_association_and_its_burst),
		cmocka_unit_test(with_observe_the_clock_is_the_virtual_one),
		cmocka_unit_test(
		    a_name_is_asked_of_the_resolver_and_a_failure_told),
		cmocka_unit_test(
		    a_ping_is_answered_and_the_parents_end_ends_it),
		cmocka_unit_test(a_new_log_is_written_from_then_on),
		cmocka_unit_test(
		    as_many_servers_as_can_be_and_none_of_them_there),
		cmocka_unit_test(
		    whoever_breaks_the_protocol_ends_it_with_an_error),
	};

	if (argc != 2)
		return 2;
	program = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
