/* common/packet: header codec, and the walk over what follows it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/packet.h"

#define SIZE_MAX_TRIED	(NTP_PACKET_MAX + 16)

static void
put_field(uint8_t *at, unsigned int type, unsigned int length)
{
	at[0] = (uint8_t)(type >> 8);
	at[1] = (uint8_t)type;
	at[2] = (uint8_t)(length >> 8);
	at[3] = (uint8_t)length;
}

static void
header_bytes_are_where_rfc_5905_has_them(void **state)
{
	static const uint8_t wire[NTP_HEADER_SIZE] = { 0xdc, 2, 6, 0xe8,
	    0, 1, 0x80, 0, 0xff, 0xff, 0xff, 0xff, 192, 0, 2, 1,
	    1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17, 18,
	    21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33, 34, 35, 36, 37, 38 };
	uint8_t again[NTP_HEADER_SIZE];
	struct ntp_header header;

	(void)state;
	packet_decode(wire, &header);
	assert_int_equal(header.leap, 3);
	assert_int_equal(header.version, 3);
	assert_int_equal(header.mode, NTP_MODE_SERVER);
	assert_int_equal(header.stratum, 2);
	assert_int_equal(header.poll, 6);
	assert_int_equal(header.precision, -24);
	assert_int_equal(header.root_delay, 0x18000);
	assert_int_equal(header.root_dispersion, UINT32_MAX);
	assert_int_equal(header.refid, 0xc0000201);
	assert_true(header.reftime == UINT64_C(0x0102030405060708));
	assert_true(header.org == UINT64_C(0x0b0c0d0e0f101112));
	assert_true(header.rec == UINT64_C(0x15161718191a1b1c));
	assert_true(header.xmt == UINT64_C(0x1f20212223242526));
	packet_encode(&header, again);
	assert_memory_equal(wire, again, sizeof(wire));
}

static void
every_bit_pattern_round_trips(void **state)
{
	uint8_t wire[NTP_HEADER_SIZE], again[NTP_HEADER_SIZE];
	struct ntp_header header;
	uint32_t seed = 1;
	size_t i, j;

	(void)state;
	for (i = 0; i < 10000; i++) {
		for (j = 0; j < sizeof(wire); j++) {
			seed = seed * 1664525 + 1013904223;
			wire[j] = (uint8_t)(seed >> 24);
		}
		packet_decode(wire, &header);
		packet_encode(&header, again);
		assert_memory_equal(wire, again, sizeof(wire));
	}
}

static void
plain_packets_of_every_version(void **state)
{
	uint8_t wire[NTP_HEADER_SIZE] = { 0 };
	struct packet_tail tail;
	unsigned int version;
	size_t size;

	(void)state;
	for (version = 0; version < 8; version++) {
		wire[0] = (uint8_t)(version << 3 | NTP_MODE_SERVER);
		assert_true(packet_walk(wire, sizeof(wire), &tail));
		assert_int_equal(tail.extensions, 0);
		assert_int_equal(tail.mac, 0);
		for (size = 0; size < NTP_HEADER_SIZE; size++)
			assert_false(packet_walk(wire, size, &tail));
	}
}

/* With zeros behind the header only the sizes of MACs are right. */
static void
mac_sizes(void **state)
{
	static const size_t macs[] = { 4, 20, 24, 36, 52, 68 };
	uint8_t wire[SIZE_MAX_TRIED] = { 0 };
	struct packet_tail tail;
	size_t size, i;
	bool right;

	(void)state;
	for (size = 1; size <= 200; size++) {
		right = false;
		for (i = 0; i < sizeof(macs) / sizeof(macs[0]); i++)
			if (macs[i] == size)
				right = true;
		wire[0] = 4 << 3 | NTP_MODE_SERVER;
		assert_int_equal(packet_walk(wire, NTP_HEADER_SIZE + size,
		    &tail), right);
		if (right) {
			assert_int_equal(tail.mac, size);
			assert_int_equal(tail.extensions, 0);
		}
		wire[0] = 3 << 3 | NTP_MODE_SERVER;
		assert_int_equal(packet_walk(wire, NTP_HEADER_SIZE + size,
		    &tail), right);
	}
}

static void
fields_and_mac_are_told_apart(void **state)
{
	uint8_t wire[SIZE_MAX_TRIED] = { 4 << 3 | NTP_MODE_SERVER };
	uint8_t *tail_at = wire + NTP_HEADER_SIZE;
	struct packet_tail tail;

	(void)state;
	put_field(tail_at, 0x0104, 36);
	assert_true(packet_walk(wire, NTP_HEADER_SIZE + 36, &tail));
	assert_int_equal(tail.extensions, 36);
	assert_int_equal(tail.mac, 0);
	assert_true(packet_walk(wire, NTP_HEADER_SIZE + 36 + 20, &tail));
	assert_int_equal(tail.extensions, 36);
	assert_int_equal(tail.mac, 20);
	put_field(tail_at + 36, 0x0204, 16);
	assert_true(packet_walk(wire, NTP_HEADER_SIZE + 52 + 24, &tail));
	assert_int_equal(tail.extensions, 52);
	assert_int_equal(tail.mac, 24);
	/* key 36 with a digest of 32 bytes is no field of 36 bytes */
	put_field(tail_at, 0, 36);
	assert_true(packet_walk(wire, NTP_HEADER_SIZE + 36, &tail));
	assert_int_equal(tail.extensions, 0);
	assert_int_equal(tail.mac, 36);
}

static void
lengths_that_lie_are_refused(void **state)
{
	static const unsigned int lies[] = { 0, 1, 2, 3, 4, 7, 12, 15, 17, 18,
	    30, 41, 44, 0x7fff, 0x8000, 0xfffc, 0xffff };
	uint8_t wire[SIZE_MAX_TRIED] = { 4 << 3 | NTP_MODE_SERVER };
	struct packet_tail tail;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		put_field(wire + NTP_HEADER_SIZE, 0x0104, lies[i]);
		assert_false(packet_walk(wire, NTP_HEADER_SIZE + 40, &tail));
	}
	/* version 3 has no fields */
	wire[0] = 3 << 3 | NTP_MODE_SERVER;
	put_field(wire + NTP_HEADER_SIZE, 0x0104, 40);
	assert_false(packet_walk(wire, NTP_HEADER_SIZE + 40, &tail));
	/* nor has anyone packets of this length */
	wire[0] = 4 << 3 | NTP_MODE_SERVER;
	put_field(wire + NTP_HEADER_SIZE, 0x0104, NTP_PACKET_MAX + 4 -
	    NTP_HEADER_SIZE);
	assert_false(packet_walk(wire, NTP_PACKET_MAX + 4, &tail));
}

/* Whatever comes, the parts add up to the whole. */
static void
the_walk_never_leaves_the_packet(void **state)
{
	uint8_t wire[SIZE_MAX_TRIED];
	struct packet_tail tail;
	uint32_t seed = 3;
	size_t i, j, size, walked = 0;

	(void)state;
	for (i = 0; i < 20000; i++) {
		size = NTP_HEADER_SIZE + 4 * (seed >> 8 & 63);
		for (j = 0; j < size; j++) {
			seed = seed * 1664525 + 1013904223;
			wire[j] = (uint8_t)(seed >> 24);
		}
		wire[0] = 4 << 3 | NTP_MODE_SERVER;
		for (j = NTP_HEADER_SIZE; j + 4 <= size; j += 4) {
			wire[j + 2] = 0;
			wire[j + 3] &= 0x7c;
		}
		if (!packet_walk(wire, size, &tail))
			continue;
		walked++;
		assert_int_equal(NTP_HEADER_SIZE + tail.extensions + tail.mac,
		    size);
	}
	assert_true(walked > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_bytes_are_where_rfc_5905_has_them),
		cmocka_unit_test(every_bit_pattern_round_trips),
		cmocka_unit_test(plain_packets_of_every_version),
		cmocka_unit_test(mac_sizes),
		cmocka_unit_test(fields_and_mac_are_told_apart),
		cmocka_unit_test(lengths_that_lie_are_refused),
		cmocka_unit_test(the_walk_never_leaves_the_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
