/*
 * Every rule of an answer: which requests get one, what stands in it, and that
 * no request and no content of the page breaks that.
 */
#include "net/serve/respond.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/ntp_time.h"

#define T_REAL	(INT64_C(1795000000) * NS_PER_S + 123456789)
#define T_BOOT	(INT64_C(5000) * NS_PER_S)
#define XMT	UINT64_C(0x0123456789abcdef)
#define INIT	UINT32_C(0x494e4954)
#define STEP	UINT32_C(0x53544550)

static const struct system_variables good = {
	.leap = 0, .stratum = 2, .precision = -24, .refid = 0xc0000201,
	.stamp_boot_ns = T_BOOT - 10 * NS_PER_S,
	.deadline_boot_ns = T_BOOT + 100 * NS_PER_S,
	.reftime_ns = T_REAL - 40 * NS_PER_S,
	.root_delay_ns = 12 * NS_PER_MS, .root_dispersion_ns = 3 * NS_PER_MS,
};

/* A request of size bytes, zero behind the first and the transmit time. */
struct asked {
	uint8_t		bytes[NTP_PACKET_MAX + 8];
	struct respond_request request;
	uint8_t		reply[NTP_HEADER_SIZE];
	struct ntp_header answer;
};

static struct address
address(const char *text, uint16_t port)
{
	struct address result;

	memset(&result, 0, sizeof(result));
	assert_true(address_from_text(text, &result));
	result.port = port;
	return result;
}

static void
make(struct asked *asked, int version, int mode, size_t size)
{
	int i;

	memset(asked, 0, sizeof(*asked));
	asked->bytes[0] = (uint8_t)(version << 3 | mode);
	for (i = 0; i < 8; i++)
		asked->bytes[40 + i] = (uint8_t)(XMT >> (56 - 8 * i));
	asked->request = (struct respond_request){
		.bytes = asked->bytes, .size = size,
		.source = address("192.0.2.77", 40123),
		.local = address("192.0.2.1", 123),
		.receive_ns = T_REAL,
	};
}

static enum respond_verdict
ask_with(struct asked *asked, const struct system_variables *variables)
{
	struct respond_state state;
	enum respond_verdict verdict;

	respond_prepare(variables, T_BOOT, -24, &state);
	verdict = respond(&state, &asked->request, asked->reply);
	if (verdict != RESPOND_ANSWER)
		return verdict;
	respond_stamp(&state, T_REAL + 20 * NS_PER_US, asked->reply);
	packet_decode(asked->reply, &asked->answer);
	return verdict;
}

static enum respond_verdict
ask(struct asked *asked)
{
	return ask_with(asked, &good);
}

/* The whole table of versions and modes. */
static void
versions_and_modes(void **state)
{
	/* reply mode, or minus the verdict; of versions 1 to 4 */
	static const int expected[8] = { -RESPOND_MODE, 2, -RESPOND_MODE, 4,
	    -RESPOND_MODE, -RESPOND_MODE, -RESPOND_CONTROL, -RESPOND_PRIVATE };
	struct asked asked;
	int version, mode, leap, want;

	(void)state;
	for (leap = 0; leap < 4; leap++)
		for (version = 0; version < 8; version++)
			for (mode = 0; mode < 8; mode++) {
				make(&asked, version, mode, NTP_HEADER_SIZE);
				asked.bytes[0] |= (uint8_t)(leap << 6);
				want = version == 0 || version > 4 ?
				    -RESPOND_VERSION : expected[mode];
				if (version == 1 && mode == 0)
					want = 4;
				if (want < 0) {
					assert_int_equal(ask(&asked), -want);
					continue;
				}
				assert_int_equal(ask(&asked), RESPOND_ANSWER);
				assert_int_equal(asked.answer.mode, want);
				assert_int_equal(asked.answer.version, version);
			}
}

static void
mode_0_of_version_1_not_from_port_123(void **state)
{
	struct asked asked;

	(void)state;
	make(&asked, 1, 0, NTP_HEADER_SIZE);
	asked.request.source.port = 123;
	assert_int_equal(ask(&asked), RESPOND_MODE);
	make(&asked, 1, 0, NTP_HEADER_SIZE + 4);
	assert_int_equal(ask(&asked), RESPOND_MODE);
	make(&asked, 3, 3, NTP_HEADER_SIZE);	/* others may come from 123 */
	asked.request.source.port = 123;
	assert_int_equal(ask(&asked), RESPOND_ANSWER);
}

static void
all_fields_of_an_answer(void **state)
{
	struct asked asked;

	(void)state;
	make(&asked, 4, 3, NTP_HEADER_SIZE);
	asked.bytes[2] = 10;
	assert_int_equal(ask(&asked), RESPOND_ANSWER);
	assert_int_equal(asked.answer.leap, 0);
	assert_int_equal(asked.answer.stratum, 2);
	assert_int_equal(asked.answer.poll, 10);
	assert_int_equal(asked.answer.precision, -24);
	assert_int_equal(asked.answer.refid, 0xc0000201);
	assert_int_equal(asked.answer.root_delay,
	    ntp_short_from_ns(12 * NS_PER_MS));
	/* 3 ms and 10 s of 15 ppm, rounded up */
	assert_in_range(asked.answer.root_dispersion,
	    ntp_short_from_ns(3150 * NS_PER_US),
	    ntp_short_from_ns(3151 * NS_PER_US) + 1);
	assert_true(asked.answer.reftime ==
	    ntp_from_unix_ns(T_REAL - 40 * NS_PER_S));
	assert_true(asked.answer.org == XMT);
	assert_true(asked.answer.rec == ntp_from_unix_ns(T_REAL));
	assert_true(asked.answer.xmt ==
	    ntp_from_unix_ns(T_REAL + 20 * NS_PER_US));
}

static void
origin_is_the_transmit_time_bit_for_bit(void **state)
{
	static const uint64_t times[] = { 0, 1, UINT64_MAX,
	    UINT64_C(1) << 63, (UINT64_C(1) << 63) - 1,
	    UINT64_C(0xffffffff00000000), UINT64_C(0xffffffff) };
	struct asked asked;
	size_t i;
	int byte;

	(void)state;
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		make(&asked, 4, 3, NTP_HEADER_SIZE);
		for (byte = 0; byte < 8; byte++)
			asked.bytes[40 + byte] =
			    (uint8_t)(times[i] >> (56 - 8 * byte));
		assert_int_equal(ask(&asked), RESPOND_ANSWER);
		assert_true(asked.answer.org == times[i]);
	}
}

/* LI, stratum, poll, refid and the other times may be junk. */
static void
junk_in_a_request_changes_nothing_but_poll(void **state)
{
	struct asked clean, junk;

	(void)state;
	make(&clean, 4, 3, NTP_HEADER_SIZE);
	assert_int_equal(ask(&clean), RESPOND_ANSWER);
	make(&junk, 4, 3, NTP_HEADER_SIZE);
	memset(junk.bytes + 1, 0xff, 39);
	junk.bytes[0] |= 0xc0;
	assert_int_equal(ask(&junk), RESPOND_ANSWER);
	assert_memory_equal(junk.reply, clean.reply, NTP_HEADER_SIZE);
}

static void
poll_is_at_least_ours_and_bounded(void **state)
{
	static const int8_t polls[][2] = { { -128, 6 }, { -1, 6 }, { 0, 6 },
	    { 5, 6 }, { 6, 6 }, { 7, 7 }, { 17, 17 }, { 18, 17 }, { 127, 17 } };
	struct asked asked;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(polls) / sizeof(polls[0]); i++) {
		make(&asked, 3, 3, NTP_HEADER_SIZE);
		asked.bytes[2] = (uint8_t)polls[i][0];
		assert_int_equal(ask(&asked), RESPOND_ANSWER);
		assert_int_equal(asked.answer.poll, polls[i][1]);
	}
}

/* Windows Server 2003 takes nothing finer than 2^-30. */
static void
precision_is_clamped(void **state)
{
	static const int rows[][2] = { { -128, -29 }, { -31, -29 },
	    { -29, -29 }, { -25, -25 }, { -3, -3 }, { 0, -3 }, { 100, -3 } };
	struct respond_state prepared;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		respond_prepare(&good, T_BOOT, rows[i][0], &prepared);
		assert_int_equal(prepared.header.precision, rows[i][1]);
	}
}

struct length_row {
	int		version;
	size_t		size;
	const char	*tail;		/* hex, the rest is 0 */
	enum respond_verdict verdict;
};

static void
put_hex(uint8_t *to, const char *hex)
{
	unsigned int byte;

	for (; *hex != '\0'; hex += 2) {
		assert_int_equal(sscanf(hex, "%2x", &byte), 1);
		*to++ = (uint8_t)byte;
	}
}

static void
lengths_and_tails(void **state)
{
	static const struct length_row rows[] = {
		{ 3, 0, "", RESPOND_SHORT },
		{ 3, 47, "", RESPOND_SHORT },
		{ 4, 47, "", RESPOND_SHORT },
		{ 3, NTP_PACKET_MAX + 1, "", RESPOND_SHORT },
		{ 4, 49, "", RESPOND_LENGTH },
		{ 4, 51, "", RESPOND_LENGTH },
		{ 1, 52, "", RESPOND_CRYPTO_NAK },
		{ 3, 52, "", RESPOND_CRYPTO_NAK },
		{ 4, 52, "00000007", RESPOND_CRYPTO_NAK },
		/* version 2 had an authenticator of 12 or 16 bytes */
		{ 2, 60, "00000001ffff", RESPOND_ANSWER },
		{ 2, 64, "00000001ffff", RESPOND_ANSWER },
		{ 2, 56, "", RESPOND_LENGTH },
		{ 3, 60, "", RESPOND_LENGTH },
		{ 1, 64, "", RESPOND_LENGTH },
		/* keys */
		{ 2, 68, "0000000101", RESPOND_BADAUTH },
		{ 3, 68, "0000000101", RESPOND_BADAUTH },
		{ 4, 68, "0000000101", RESPOND_BADAUTH },
		{ 4, 68, "00000001", RESPOND_BADAUTH },
		{ 3, 72, "00000001", RESPOND_BADAUTH },
		{ 4, 72, "0000000101", RESPOND_BADAUTH },
		{ 4, 84, "0000000101", RESPOND_BADAUTH },
		/* domain members: key id of the RID, nothing signed yet */
		{ 3, 68, "f4010000", RESPOND_MSSNTP },
		{ 3, 68, "f4010080", RESPOND_MSSNTP },
		{ 3, 120, "f4010080", RESPOND_MSSNTP },
		/* extension fields, of version 4 only */
		{ 4, 64, "42420010", RESPOND_ANSWER },
		{ 4, 76, "4242001c", RESPOND_ANSWER },
		{ 4, 80, "4242001042420010", RESPOND_LENGTH },
		{ 4, 148, "84020064", RESPOND_ANSWER },
		{ 4, 1500, "424205ac", RESPOND_ANSWER },
		{ 3, 76, "4242001c", RESPOND_LENGTH },
		{ 4, 96, "4242001c", RESPOND_BADAUTH },
		{ 4, 80, "4242001c", RESPOND_CRYPTO_NAK },
		{ 4, 64, "42420000", RESPOND_LENGTH },
		{ 4, 64, "42420003", RESPOND_LENGTH },
		{ 4, 64, "42420004", RESPOND_LENGTH },
		{ 4, 64, "4242000f", RESPOND_LENGTH },
		{ 4, 64, "42420011", RESPOND_LENGTH },
		{ 4, 64, "42420014", RESPOND_LENGTH },
		{ 4, 64, "4242ffff", RESPOND_LENGTH },
		{ 4, 64, "4242fffc", RESPOND_LENGTH },
	};
	const struct length_row *row;
	struct asked asked;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		row = &rows[i];
		make(&asked, row->version, 3, row->size);
		put_hex(asked.bytes + NTP_HEADER_SIZE, row->tail);
		if (ask(&asked) != row->verdict)
			fail_msg("row %zu: version %d size %zu tail %s: %d",
			    i, row->version, row->size, row->tail, ask(&asked));
	}
}

struct source_row {
	const char	*source;
	uint16_t	port;
	const char	*local;
	bool		loopback;
	enum respond_verdict verdict;
};

static void
sources(void **state)
{
	static const struct source_row rows[] = {
		{ "192.0.2.77", 40123, "192.0.2.1", false, RESPOND_ANSWER },
		{ "192.0.2.77", 123, "192.0.2.1", false, RESPOND_ANSWER },
		{ "192.0.2.77", 0, "192.0.2.1", false, RESPOND_SOURCE },
		{ "0.0.0.0", 123, "192.0.2.1", false, RESPOND_SOURCE },
		{ "0.1.2.3", 123, "192.0.2.1", false, RESPOND_SOURCE },
		{ "224.0.1.1", 123, "192.0.2.1", false, RESPOND_SOURCE },
		{ "255.255.255.255", 123, "192.0.2.1", false, RESPOND_SOURCE },
		{ "127.0.0.1", 40123, "127.0.0.1", true, RESPOND_ANSWER },
		{ "127.0.0.1", 40123, "192.0.2.1", false, RESPOND_MARTIAN },
		{ "127.0.0.1", 123, "127.0.0.1", true, RESPOND_SELF },
		{ "192.0.2.1", 40123, "192.0.2.1", true, RESPOND_ANSWER },
		{ "192.0.2.1", 40123, "192.0.2.1", false, RESPOND_ANSWER },
		{ "192.0.2.1", 123, "192.0.2.1", false, RESPOND_SELF },
		{ "192.0.2.1", 123, "192.0.2.1", true, RESPOND_SELF },
		{ "2001:db8::7", 40123, "2001:db8::1", false, RESPOND_ANSWER },
		{ "2001:db8::1", 40123, "2001:db8::1", false,
		    RESPOND_ANSWER },
		{ "2001:db8::1", 123, "2001:db8::1", true, RESPOND_SELF },
		{ "::1", 40123, "::1", true, RESPOND_ANSWER },
		{ "::1", 40123, "2001:db8::1", false, RESPOND_MARTIAN },
		{ "::", 40123, "2001:db8::1", false, RESPOND_SOURCE },
		{ "ff02::101", 123, "2001:db8::1", false, RESPOND_SOURCE },
		{ "::ffff:192.0.2.1", 123, "2001:db8::1", false,
		    RESPOND_SOURCE },
		{ "fe80::7%3", 40123, "fe80::1%3", false, RESPOND_ANSWER },
		{ "fe80::1%3", 123, "fe80::1%3", false, RESPOND_SELF },
		{ "192.0.2.77", 7, "192.0.2.1", false, RESPOND_REFLECTOR },
		{ "192.0.2.77", 19, "192.0.2.1", false, RESPOND_REFLECTOR },
		{ "192.0.2.77", 53, "192.0.2.1", false, RESPOND_ANSWER },
	};
	struct asked asked;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		make(&asked, 4, 3, NTP_HEADER_SIZE);
		asked.request.source = address(rows[i].source, rows[i].port);
		asked.request.local = address(rows[i].local, 123);
		asked.request.loopback = rows[i].loopback;
		if (ask(&asked) != rows[i].verdict)
			fail_msg("row %zu: from %s to %s: %d", i,
			    rows[i].source, rows[i].local, ask(&asked));
	}
}

static void
is_unsynchronised(const struct system_variables *variables, uint32_t refid)
{
	struct asked asked;

	make(&asked, 3, 3, NTP_HEADER_SIZE);
	assert_int_equal(ask_with(&asked, variables), RESPOND_ANSWER);
	assert_int_equal(asked.answer.leap, 3);
	assert_int_equal(asked.answer.stratum, 0);
	assert_int_equal(asked.answer.refid, refid);
	assert_true(asked.answer.reftime == 0);
	assert_true(asked.answer.org == XMT);
	assert_int_equal(asked.answer.root_dispersion, 16 << 16);
}

/* Answered, so that the client turns elsewhere at once. */
static void
unsynchronised_is_said(void **state)
{
	struct system_variables v;
	int stratum;

	(void)state;
	memset(&v, 0, sizeof(v));
	is_unsynchronised(&v, INIT);
	memset(&v, 0xff, sizeof(v));
	is_unsynchronised(&v, INIT);
	v = good;
	v.leap = 3;
	is_unsynchronised(&v, INIT);
	v.refid = STEP;
	is_unsynchronised(&v, STEP);
	for (stratum = 0; stratum < 256; stratum++) {
		v = good;
		v.stratum = (uint8_t)stratum;
		if (stratum < 1 || stratum > 15)
			is_unsynchronised(&v, INIT);
	}
	v = good;
	v.leap = 4;
	is_unsynchronised(&v, INIT);
}

static void
a_dead_net_is_unsynchronised_past_its_deadline(void **state)
{
	struct system_variables v = good;
	struct asked asked;

	(void)state;
	v.deadline_boot_ns = T_BOOT;
	make(&asked, 4, 3, NTP_HEADER_SIZE);
	assert_int_equal(ask_with(&asked, &v), RESPOND_ANSWER);
	assert_int_equal(asked.answer.leap, 0);
	v.deadline_boot_ns = T_BOOT - 1;
	is_unsynchronised(&v, INIT);
	/* whatever the deadline, not with a dispersion of MAXDISP */
	v = good;
	v.root_dispersion_ns = 16 * NS_PER_S;
	is_unsynchronised(&v, INIT);
	v = good;
	v.deadline_boot_ns = INT64_MAX;
	v.stamp_boot_ns = INT64_MIN;
	is_unsynchronised(&v, INIT);
}

static void
leap_warnings_are_passed_on(void **state)
{
	struct system_variables v = good;
	struct asked asked;

	(void)state;
	for (v.leap = 0; v.leap < 3; v.leap++) {
		make(&asked, 4, 3, NTP_HEADER_SIZE);
		assert_int_equal(ask_with(&asked, &v), RESPOND_ANSWER);
		assert_int_equal(asked.answer.leap, v.leap);
	}
}

/* Never less than it is; never 0. Root delay is unsigned on the wire. */
static void
distances_are_rounded_up_and_not_negative(void **state)
{
	struct system_variables v = good;
	struct asked asked;

	(void)state;
	v.root_delay_ns = -5 * NS_PER_MS;
	v.root_dispersion_ns = 0;
	v.stamp_boot_ns = T_BOOT;
	make(&asked, 4, 3, NTP_HEADER_SIZE);
	assert_int_equal(ask_with(&asked, &v), RESPOND_ANSWER);
	assert_int_equal(asked.answer.root_delay, 0);
	assert_int_equal(asked.answer.root_dispersion, 1);
	v.root_delay_ns = 1;
	assert_int_equal(ask_with(&asked, &v), RESPOND_ANSWER);
	assert_int_equal(asked.answer.root_delay, 1);
	v.stamp_boot_ns = T_BOOT + 100;	/* written since we read the clock */
	assert_int_equal(ask_with(&asked, &v), RESPOND_ANSWER);
	assert_int_equal(asked.answer.root_dispersion, 1);
}

/* Android takes no reference time of 0, and nobody one of the future. */
static void
reference_time_is_never_0_nor_of_the_future(void **state)
{
	static const int64_t times[] = { 0, -1, INT64_MIN, T_REAL + 1,
	    INT64_MAX };
	struct system_variables v = good;
	struct asked asked;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		v.reftime_ns = times[i];
		make(&asked, 3, 3, NTP_HEADER_SIZE);
		assert_int_equal(ask_with(&asked, &v), RESPOND_ANSWER);
		assert_true(asked.answer.reftime == asked.answer.rec);
	}
}

/* Also where the clock stood still, and across the end of the era. */
static void
transmit_is_later_than_receive(void **state)
{
	static const int64_t receives[] = { T_REAL, 0, -1,
	    (INT64_C(4294967296) - NTP_UNIX_EPOCH) * NS_PER_S,
	    (INT64_C(4294967296) - NTP_UNIX_EPOCH) * NS_PER_S - 1 };
	struct respond_state prepared;
	struct asked asked;
	size_t i;
	int later;

	(void)state;
	respond_prepare(&good, T_BOOT, -20, &prepared);
	for (i = 0; i < sizeof(receives) / sizeof(receives[0]); i++)
		for (later = -2; later < 3; later++) {
			make(&asked, 4, 3, NTP_HEADER_SIZE);
			asked.request.receive_ns = receives[i];
			assert_int_equal(respond(&prepared, &asked.request,
			    asked.reply), RESPOND_ANSWER);
			respond_stamp(&prepared, receives[i] + later,
			    asked.reply);
			packet_decode(asked.reply, &asked.answer);
			assert_true((int64_t)(asked.answer.xmt -
			    asked.answer.rec) > 0);
		}
}

/* With --observe the clock that we tell is not the kernel's. */
static void
observed_time_is_added_to_all_times(void **state)
{
	struct system_variables v = good;
	struct asked asked;
	int64_t rec_ns, xmt_ns;

	(void)state;
	v.virtual_ns = -37 * NS_PER_S + 5;
	v.virtual_ppt = 200 * PPT_PER_PPM;	/* for 10 s: 2 ms */
	v.reftime_ns = T_REAL - 60 * NS_PER_S;
	make(&asked, 4, 3, NTP_HEADER_SIZE);
	assert_int_equal(ask_with(&asked, &v), RESPOND_ANSWER);
	rec_ns = ntp_to_unix_ns(asked.answer.rec, T_REAL);
	xmt_ns = ntp_to_unix_ns(asked.answer.xmt, T_REAL);
	assert_true(rec_ns == T_REAL - 37 * NS_PER_S + 5 + 2 * NS_PER_MS);
	assert_true(xmt_ns - rec_ns == 20 * NS_PER_US);
	assert_true(ntp_to_unix_ns(asked.answer.reftime, T_REAL) ==
	    T_REAL - 60 * NS_PER_S);
}

/* splitmix64: the same sequence everywhere. */
static uint64_t
next_random(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void
fill_random(void *to, size_t size, uint64_t *seed)
{
	uint8_t *bytes = to;
	size_t i;

	for (i = 0; i < size; i++)
		bytes[i] = (uint8_t)next_random(seed);
}

static void
check_answer(const struct asked *asked)
{
	const struct ntp_header *a = &asked->answer;
	struct ntp_header q;

	packet_decode(asked->bytes, &q);
	assert_true(asked->request.size >= NTP_HEADER_SIZE);
	assert_int_equal(a->version, q.version);
	assert_in_range(a->version, 1, 4);
	assert_int_equal(a->mode, q.mode == NTP_MODE_ACTIVE ?
	    NTP_MODE_PASSIVE : NTP_MODE_SERVER);
	assert_true(a->org == q.xmt);
	assert_true((int64_t)(a->xmt - a->rec) > 0);
	assert_true(a->precision >= -29 && a->precision <= -3);
	assert_true(a->poll >= 6 && a->poll <= 17);
	assert_true(a->root_dispersion > 0);
	assert_true(a->stratum <= 15);
	assert_true((a->stratum == 0) == (a->leap == 3));
	assert_true(a->leap == 3 || a->reftime != 0);
}

/* Any bytes, any contents of the page: only good answers, or none. */
static void
any_request_and_any_page(void **state)
{
	struct system_variables v;
	struct asked asked;
	unsigned int round, answers = 0;
	uint64_t seed = 42;

	(void)state;
	for (round = 0; round < 200000; round++) {
		make(&asked, 0, 0, next_random(&seed) % 200);
		fill_random(asked.bytes, 200, &seed);
		if (next_random(&seed) % 2 == 0)	/* else hardly any */
			asked.request.size = NTP_HEADER_SIZE;
		asked.request.receive_ns = (int64_t)next_random(&seed);
		asked.request.source.port = (uint16_t)next_random(&seed);
		fill_random(&v, sizeof(v), &seed);
		if (next_random(&seed) % 2 == 0) {
			v.leap &= 1;
			v.stratum = 1 + v.stratum % 15;
			v.deadline_boot_ns = INT64_MAX;
			v.stamp_boot_ns %= 2 * T_BOOT;
			v.root_dispersion_ns %= 16 * NS_PER_S;
		}
		if (ask_with(&asked, &v) == RESPOND_ANSWER) {
			check_answer(&asked);
			answers++;
		}
	}
	assert_true(answers > 10000);
}

/* Nothing of our time, nothing of our sources: what it sent, and RATE. */
static void
a_rate_tells_the_client_its_own_time(void **state)
{
	const struct ntp_header answer = { .leap = 1, .version = 3, .mode = 4,
	    .stratum = 2, .poll = 6, .precision = -20, .root_delay = 5,
	    .root_dispersion = 6, .refid = 7, .reftime = 8,
	    .org = UINT64_C(0x1234567890abcdef), .rec = 9, .xmt = 10 };
	struct ntp_header told;
	uint8_t reply[NTP_HEADER_SIZE];

	(void)state;
	packet_encode(&answer, reply);
	respond_rate(reply);
	packet_decode(reply, &told);
	assert_int_equal(told.leap, 3);
	assert_int_equal(told.version, 3);
	assert_int_equal(told.mode, 4);
	assert_int_equal(told.stratum, 0);
	assert_int_equal(told.poll, 6);
	assert_memory_equal(reply + 12, "RATE", 4);
	assert_int_equal(told.root_delay, 0);
	assert_int_equal(told.root_dispersion, 0);
	assert_true(told.reftime == 0);
	assert_true(told.org == answer.org && told.rec == answer.org &&
	    told.xmt == answer.org);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_and_modes),
		cmocka_unit_test(mode_0_of_version_1_not_from_port_123),
		cmocka_unit_test(all_fields_of_an_answer),
		cmocka_unit_test(origin_is_the_transmit_time_bit_for_bit),
		cmocka_unit_test(junk_in_a_request_changes_nothing_but_poll),
		cmocka_unit_test(poll_is_at_least_ours_and_bounded),
		cmocka_unit_test(precision_is_clamped),
		cmocka_unit_test(lengths_and_tails),
		cmocka_unit_test(sources),
		cmocka_unit_test(unsynchronised_is_said),
		cmocka_unit_test(a_dead_net_is_unsynchronised_past_its_deadline),
		cmocka_unit_test(leap_warnings_are_passed_on),
		cmocka_unit_test(distances_are_rounded_up_and_not_negative),
		cmocka_unit_test(reference_time_is_never_0_nor_of_the_future),
		cmocka_unit_test(transmit_is_later_than_receive),
		cmocka_unit_test(observed_time_is_added_to_all_times),
		cmocka_unit_test(a_rate_tells_the_client_its_own_time),
		cmocka_unit_test(any_request_and_any_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
