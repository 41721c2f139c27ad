/*
 * net/core: a transmit stamp that comes with the reply corrects T1 of the one
 * request in flight, and nothing else.
 */
#include "net/core/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/ntp_time.h"
#include "common/packet.h"

#define AXIS_NS		(1000 * NS_PER_S)
#define REAL_NS		(INT64_C(1800000000) * NS_PER_S)
#define QUEUED_NS	(3 * NS_PER_MS)	/* in our own egress queue */
#define WAY_NS		(10 * NS_PER_MS)
#define NONCE		UINT64_C(0x123456789abcdef0)

struct bench {
	struct client	*client;
	struct action_list actions;
	struct moment	now;
	uint32_t	association;
};

static int64_t
real_at(int64_t axis_ns)
{
	return REAL_NS + axis_ns - AXIS_NS;
}

static void
bench_at(struct bench *bench, int64_t axis_ns)
{
	bench->now = (struct moment){ .axis_ns = axis_ns,
		.real_ns = real_at(axis_ns), .random = 5 };
}

/* One server, which has been asked to be asked. */
static void
bench_start(struct bench *bench)
{
	const struct msg_conf_system system = { .minsane = 1, .minclock = 1,
		.maxclock = 10, .ceiling = 16, .maxdist_ns = NS_PER_S };
	struct msg_conf_source source = { .kind = SOURCE_SERVER, .minpoll = 6,
		.maxpoll = 10, .version = 4, .port = NTP_PORT };
	size_t i;

	(void)snprintf(source.name, sizeof(source.name), "192.0.2.1");
	bench->client = calloc(1, client_size());
	assert_non_null(bench->client);
	bench->actions.count = 0;
	bench->association = 0;
	bench_at(bench, AXIS_NS);
	client_init(bench->client, &bench->now);
	client_configure(bench->client, &system, &source, 1, &bench->now,
	    &bench->actions);
	bench_at(bench, AXIS_NS + NS_PER_S);
	client_timer(bench->client, &bench->now, &bench->actions);
	for (i = 0; i < bench->actions.count; i++)
		if (bench->actions.items[i].type == ACTION_SEND)
			bench->association =
			    bench->actions.items[i].association;
	assert_int_not_equal(bench->association, 0);
}

static void
bench_sent(struct bench *bench, uint64_t nonce, int64_t axis_ns)
{
	const struct transmission transmission = { .nonce = nonce,
		.org_axis_ns = axis_ns, .error_ns = 100 };

	client_sent(bench->client, bench->association, &transmission);
}

/*
 * Answered by a server that is right, to a request that left at axis_ns. The
 * offset that was measured; INT64_MIN: none.
 */
static int64_t
bench_answer(struct bench *bench, int64_t axis_ns)
{
	struct ntp_header header = { .version = 4, .mode = NTP_MODE_SERVER,
		.stratum = 1, .poll = 6, .precision = -24, .refid = 1,
		.org = NONCE,
		.rec = ntp_from_unix_ns(real_at(axis_ns + WAY_NS)),
		.xmt = ntp_from_unix_ns(real_at(axis_ns + WAY_NS)),
		.reftime = ntp_from_unix_ns(real_at(axis_ns) - NS_PER_S) };
	uint8_t wire[NTP_HEADER_SIZE];
	struct reception reception = { .data = wire, .size = sizeof(wire),
		.dst_axis_ns = axis_ns + 2 * WAY_NS, .error_ns = 100 };
	size_t i;

	packet_encode(&header, wire);
	bench_at(bench, axis_ns + 2 * WAY_NS);
	bench->actions.count = 0;
	client_reply(bench->client, bench->association, &reception,
	    &bench->now, &bench->actions);
	for (i = 0; i < bench->actions.count; i++)
		if (bench->actions.items[i].type == ACTION_EVENT &&
		    bench->actions.items[i].u.event.what == CLIENT_MEASURED)
			return bench->actions.items[i].u.event.value_ns;
	return INT64_MIN;
}

static void
bench_end(struct bench *bench)
{
	free(bench->client);
}

static void
a_late_stamp_corrects_the_offset_and_counts_no_request(void **state)
{
	static struct bench bench;
	struct association_variables variables;
	int64_t left, offset;

	(void)state;
	bench_start(&bench);
	left = bench.now.axis_ns + QUEUED_NS;
	bench_sent(&bench, NONCE, bench.now.axis_ns);
	bench_sent(&bench, NONCE, left);
	offset = bench_answer(&bench, left);
	assert_true(offset > -1000 && offset < 1000);
	client_association(bench.client, 0, &bench.now, &variables);
	assert_int_equal(variables.sent, 1);
	bench_end(&bench);
	/* what it is good for: without the second stamp */
	bench_start(&bench);
	bench_sent(&bench, NONCE, left - QUEUED_NS);
	offset = bench_answer(&bench, left);
	assert_true(offset > QUEUED_NS / 2 - 1000 &&
	    offset < QUEUED_NS / 2 + 1000);
	bench_end(&bench);
}

static void
a_late_stamp_does_not_revive_a_void_request(void **state)
{
	static struct bench bench;
	int64_t left;

	(void)state;
	bench_start(&bench);
	left = bench.now.axis_ns;
	bench_sent(&bench, NONCE, left);
	client_disturbed(bench.client, 0, &bench.now, &bench.actions);
	bench_sent(&bench, NONCE, left);
	assert_true(bench_answer(&bench, left) == INT64_MIN);
	bench_end(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_late_stamp_corrects_the_offset_and_counts_no_request),
		cmocka_unit_test(
		    a_late_stamp_does_not_revive_a_void_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
