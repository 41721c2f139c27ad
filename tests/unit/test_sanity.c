/*
 * net/core/sanity: a good reply, and every way in which one can be wrong;
 * what is measured; and that what is rejected changes nothing (catalogue I5).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/ntp_time.h"
#include "net/core/association.h"
#include "net/core/sanity.h"

#define T1	(5000 * NS_PER_S)	/* axis */
#define TRUTH	(INT64_C(1800000000) * NS_PER_S) /* true time at T1 */
#define NONCE	UINT64_C(0x0123456789abcdef)
#define DELAY	(10 * NS_PER_MS)	/* each way */
#define STAY	(NS_PER_MS)		/* in the server */
#define TOLERANCE 8			/* ns: 32.32 and halves */

struct exchange {
	struct sanity_request request;
	struct ntp_header header;
	struct reception reception;
	uint8_t		wire[NTP_HEADER_SIZE + 200];
	size_t		size;
};

static void
good(struct exchange *exchange)
{
	memset(exchange, 0, sizeof(*exchange));
	exchange->request = (struct sanity_request){
		.outstanding = true, .nonce = NONCE, .org_axis_ns = T1,
		.version = 4, .pivot_ns = TRUTH,
		.maxdist_ns = 1500 * NS_PER_MS,
		.local_refid = 0xc0000209,
	};
	exchange->header = (struct ntp_header){
		.version = 4, .mode = NTP_MODE_SERVER, .stratum = 2,
		.poll = 6, .precision = -20, .refid = 0xc0000207,
		.root_delay = 1000, .root_dispersion = 1000, .org = NONCE,
		.reftime = ntp_from_unix_ns(TRUTH - 60 * NS_PER_S),
		.rec = ntp_from_unix_ns(TRUTH + DELAY),
		.xmt = ntp_from_unix_ns(TRUTH + DELAY + STAY),
	};
	exchange->reception.dst_axis_ns = T1 + 2 * DELAY + STAY;
	exchange->size = NTP_HEADER_SIZE;
}

static enum reject_cause
check(struct exchange *exchange, struct measurement *measurement)
{
	packet_encode(&exchange->header, exchange->wire);
	exchange->reception.data = exchange->wire;
	exchange->reception.size = exchange->size;
	return sanity_check(&exchange->request, &exchange->reception,
	    measurement);
}

static void
expect(struct exchange *exchange, enum reject_cause cause)
{
	struct measurement measurement;

	assert_int_equal(check(exchange, &measurement), cause);
}

/* A field of the header changed, everything else good. */
#define EXPECT(cause, field, value) do {				\
	struct exchange one;						\
									\
	good(&one);							\
	one.field = (value);						\
	expect(&one, cause);						\
} while (0)

static void
a_good_reply_is_measured(void **state)
{
	struct measurement m;
	struct exchange e;

	(void)state;
	good(&e);
	e.header.rec = ntp_from_unix_ns(TRUTH + DELAY + 300 * NS_PER_MS);
	e.header.xmt = ntp_from_unix_ns(TRUTH + DELAY + STAY +
	    300 * NS_PER_MS);
	assert_int_equal(check(&e, &m), REJECT_NONE);
	assert_in_range(m.delay_ns, 2 * DELAY - TOLERANCE,
	    2 * DELAY + TOLERANCE);
	assert_true(m.time_axis_ns == T1 + DELAY + STAY / 2);
	assert_in_range(m.offset_ns - (TRUTH - T1), 300 * NS_PER_MS -
	    TOLERANCE, 300 * NS_PER_MS + TOLERANCE);
	assert_true(m.reftime_ns == TRUTH - 60 * NS_PER_S);
	assert_true(m.dispersion_ns >= NS_PER_S >> 20);
}

static void
lengths(void **state)
{
	struct exchange e;
	size_t size;

	(void)state;
	for (size = 0; size < NTP_HEADER_SIZE; size++)
		EXPECT(REJECT_SHORT, size, size);
	EXPECT(REJECT_SHORT, size, NTP_HEADER_SIZE + 1);
	EXPECT(REJECT_SHORT, size, NTP_HEADER_SIZE + 28);
	EXPECT(REJECT_AUTHENTICATION, size, NTP_HEADER_SIZE + 4);
	EXPECT(REJECT_NONE, size, NTP_HEADER_SIZE + 20);
	good(&e);
	e.size += 40;
	e.wire[NTP_HEADER_SIZE + 1] = 4;
	e.wire[NTP_HEADER_SIZE + 3] = 40;
	expect(&e, REJECT_NONE);
}

static void
version_and_mode(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 8; i++)
		EXPECT(i == 3 || i == 4 ? REJECT_NONE : REJECT_VERSION,
		    header.version, (uint8_t)i);
	for (i = 0; i < 8; i++)
		EXPECT(i == NTP_MODE_SERVER ? REJECT_NONE : REJECT_MODE,
		    header.mode, (uint8_t)i);
}

static void
every_bit_of_the_origin_counts(void **state)
{
	unsigned int bit;

	(void)state;
	for (bit = 0; bit < 64; bit++)
		EXPECT(REJECT_ORIGIN, header.org, NONCE ^ UINT64_C(1) << bit);
	EXPECT(REJECT_ORIGIN, header.org, 0);
	EXPECT(REJECT_ORIGIN, header.org, UINT64_MAX);
	EXPECT(REJECT_ORIGIN, header.org, __builtin_bswap64(NONCE));
	EXPECT(REJECT_ORIGIN, header.org, NONCE << 32 | NONCE >> 32);
	EXPECT(REJECT_DUPLICATE, request.outstanding, false);
}

static void
nothing_asked_nothing_taken(void **state)
{
	struct exchange e;

	(void)state;
	good(&e);
	e.request.outstanding = false;
	e.request.nonce = 0;
	expect(&e, REJECT_ORIGIN);
	e.header.org = 0;
	expect(&e, REJECT_DUPLICATE);
}

static void
keyed_sources_must_prove_themselves(void **state)
{
	struct exchange e;

	(void)state;
	EXPECT(REJECT_AUTHENTICATION, request.key, 1);
	good(&e);
	e.request.key = 1;
	e.size = NTP_HEADER_SIZE + 20;
	expect(&e, REJECT_AUTHENTICATION);
}

static void
kisses_and_unsynchronised_servers(void **state)
{
	struct exchange e;
	unsigned int i;

	(void)state;
	good(&e);
	e.header.stratum = 0;
	e.header.refid = 0x44454e59;
	expect(&e, REJECT_KOD);
	e.header.refid = 0x52415445;
	expect(&e, REJECT_KOD);
	e.header.refid = 0;
	expect(&e, REJECT_UNSYNCHRONISED);
	e.header.refid = 0x64656e79;
	expect(&e, REJECT_UNSYNCHRONISED);
	e.header.refid = 0x0a256e1b;
	expect(&e, REJECT_UNSYNCHRONISED);
	for (i = 16; i < 256; i++)
		EXPECT(REJECT_UNSYNCHRONISED, header.stratum, (uint8_t)i);
	EXPECT(REJECT_UNSYNCHRONISED, header.leap, NTP_LEAP_UNSYNCHRONISED);
	EXPECT(REJECT_NONE, header.stratum, 15);
	EXPECT(REJECT_NONE, header.leap, NTP_LEAP_DELETE);
}

static void
impossible_timestamps(void **state)
{
	struct exchange e;

	(void)state;
	EXPECT(REJECT_TIMESTAMPS, header.rec, 0);
	EXPECT(REJECT_TIMESTAMPS, header.xmt, 0);
	good(&e);
	e.header.rec = e.header.xmt + 1;
	expect(&e, REJECT_TIMESTAMPS);
	good(&e);
	e.header.rec = e.header.xmt + (UINT64_C(1) << 31);
	expect(&e, REJECT_TIMESTAMPS);
	good(&e);
	e.header.reftime = e.header.xmt + 1;
	expect(&e, REJECT_TIMESTAMPS);
	EXPECT(REJECT_NONE, header.reftime, 0);
}

static void
negative_delay(void **state)
{
	struct measurement m;
	struct exchange e;

	(void)state;
	good(&e);
	e.header.xmt += UINT64_C(10) << 32;	/* 10 s of processing */
	expect(&e, REJECT_DELAY);
	/* as much as its precision excuses is no delay at all */
	good(&e);
	e.header.xmt = ntp_from_unix_ns(TRUTH + 3 * DELAY + STAY + 900);
	assert_int_equal(check(&e, &m), REJECT_NONE);
	assert_true(m.delay_ns == 0);
	e.header.xmt = ntp_from_unix_ns(TRUTH + 3 * DELAY + STAY + 1100);
	expect(&e, REJECT_DELAY);
	/* but no precision excuses more than a millisecond */
	e.header.precision = 127;
	e.header.xmt = ntp_from_unix_ns(TRUTH + 3 * DELAY + STAY +
	    2 * NS_PER_MS);
	expect(&e, REJECT_DELAY);
	e.header.precision = -128;
	e.header.xmt = ntp_from_unix_ns(TRUTH + 3 * DELAY + STAY + 100);
	expect(&e, REJECT_DELAY);
	EXPECT(REJECT_DELAY, reception.dst_axis_ns, T1 - 1);
}

static void
root_distance(void **state)
{
	(void)state;
	EXPECT(REJECT_DISTANCE, header.root_delay, 4 << 16);
	EXPECT(REJECT_DISTANCE, header.root_dispersion, 3 << 16);
	EXPECT(REJECT_DISTANCE, header.root_delay, UINT32_C(0x80000000));
	EXPECT(REJECT_DISTANCE, header.root_delay, UINT32_MAX);
	EXPECT(REJECT_DISTANCE, header.root_dispersion,
	    UINT32_C(0x80000000));
	EXPECT(REJECT_DISTANCE, header.root_dispersion, UINT32_MAX);
	EXPECT(REJECT_NONE, header.root_dispersion, 1 << 16);
	/* the path counts with half of its delay */
	EXPECT(REJECT_DISTANCE, reception.dst_axis_ns, T1 + 4 * NS_PER_S);
}

static void
loops_and_steps(void **state)
{
	struct exchange e;

	(void)state;
	EXPECT(REJECT_LOOP, header.refid, 0xc0000209);
	EXPECT(REJECT_STEP, reception.stepped, true);
	good(&e);
	e.header.refid = 0xc0000209;
	e.header.stratum = 1;		/* there it is a name, no address */
	expect(&e, REJECT_NONE);
	e.header.stratum = 2;
	e.header.refid = e.request.local_refid = 0;
	expect(&e, REJECT_NONE);
}

/* Server and client on different sides of 2036, and a server of 1900. */
static void
eras(void **state)
{
	int64_t change = (INT64_C(4294967296) - NTP_UNIX_EPOCH) * NS_PER_S;
	struct measurement m;
	struct exchange e;

	(void)state;
	good(&e);
	e.request.pivot_ns = change - NS_PER_S;
	e.header.reftime = ntp_from_unix_ns(change - 60 * NS_PER_S);
	e.header.rec = ntp_from_unix_ns(change - NS_PER_MS / 2);
	e.header.xmt = ntp_from_unix_ns(change + NS_PER_MS / 2);
	assert_int_equal(check(&e, &m), REJECT_NONE);
	assert_true(m.offset_ns == change - T1 - DELAY - STAY / 2);
	assert_true(m.reftime_ns == change - 60 * NS_PER_S);
}

/* The order of RFC 5905 section 8: what is wrong first is what is told. */
static void
the_first_failure_counts(void **state)
{
	struct exchange e;

	(void)state;
	good(&e);
	e.header.leap = NTP_LEAP_UNSYNCHRONISED;
	e.header.rec = 0;
	e.header.root_delay = UINT32_MAX;
	expect(&e, REJECT_UNSYNCHRONISED);
	e.reception.stepped = true;
	expect(&e, REJECT_STEP);
	e.header.org++;
	expect(&e, REJECT_ORIGIN);
	e.header.mode = NTP_MODE_CLIENT;
	expect(&e, REJECT_MODE);
	e.header.version = 1;
	expect(&e, REJECT_VERSION);
	e.size--;
	expect(&e, REJECT_SHORT);
}

/* I5: an association after a packet without our nonce is what it was. */
static void
strangers_change_only_counters(void **state)
{
	static const struct msg_conf_source settings = {
		.minpoll = 6, .maxpoll = 10, .version = 4, .port = NTP_PORT,
	};
	static struct action_list actions;
	struct association before, after;
	struct address remote;
	struct moment now = { .axis_ns = T1, .real_ns = TRUTH };
	struct reply_context context = { .now = &now, .pivot_ns = TRUTH,
	    .maxdist_ns = 1500 * NS_PER_MS };
	const struct transmission transmission = { .nonce = NONCE,
	    .org_axis_ns = T1 };
	struct measurement m;
	struct exchange e;
	uint64_t seed = 1;
	unsigned int i;

	(void)state;
	assert_true(address_from_text("192.0.2.1", &remote));
	association_mobilise(&before, 7, &remote, &settings, &now);
	now.axis_ns = before.next_ns;
	association_timer(&before, &now, &actions);
	association_sent(&before, &transmission);
	for (i = 0; i < 20000; i++) {
		seed = seed * UINT64_C(6364136223846793005) + 1442695041;
		good(&e);
		e.header.org = seed == NONCE ? 0 : seed;
		e.header.stratum = (uint8_t)(seed >> 40);
		e.header.refid = 0x44454e59;
		e.header.leap = (uint8_t)(seed >> 50 & 3);
		e.size = (seed >> 60) == 0 ? seed >> 33 & 63 : e.size;
		packet_encode(&e.header, e.wire);
		e.reception.data = e.wire;
		e.reception.size = e.size;
		after = before;
		actions.count = 0;
		assert_int_equal(association_reply(&after, &e.reception,
		    &context, &m, &actions), REPLY_IGNORED);
		assert_int_equal(after.received, before.received + 1);
		after.received = before.received;
		memcpy(after.rejected, before.rejected,
		    sizeof(after.rejected));
		assert_memory_equal(&after, &before, sizeof(after));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_reply_is_measured),
		cmocka_unit_test(lengths),
		cmocka_unit_test(version_and_mode),
		cmocka_unit_test(every_bit_of_the_origin_counts),
		cmocka_unit_test(nothing_asked_nothing_taken),
		cmocka_unit_test(keyed_sources_must_prove_themselves),
		cmocka_unit_test(kisses_and_unsynchronised_servers),
		cmocka_unit_test(impossible_timestamps),
		cmocka_unit_test(negative_delay),
		cmocka_unit_test(root_distance),
		cmocka_unit_test(loops_and_steps),
		cmocka_unit_test(eras),
		cmocka_unit_test(the_first_failure_counts),
		cmocka_unit_test(strangers_change_only_counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
