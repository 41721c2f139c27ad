/*
 * serve: request bytes, where they came from, and a page of any content make a
 * good answer or none. The first bytes of the input are the rest of the world.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/serve/respond.h"

/* What the input decides beside the request. */
struct world {
	struct system_variables variables;
	int64_t		boot_ns, receive_ns, stamp_ns;
	uint16_t	source_port, local_port;
	uint8_t		source[16], local[16];
	uint8_t		ipv6, loopback, same, precision;
};

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)	do { if (!(condition)) abort(); } while (0)

static struct address
make_address(const uint8_t *bytes, bool ipv6, uint16_t port)
{
	struct address address = { .family = ipv6 ? 6 : 4, .port = port };

	memcpy(address.bytes, bytes, ipv6 ? 16 : 4);
	return address;
}

static void
check_answer(const struct respond_request *request, const uint8_t *reply)
{
	struct ntp_header q, a;

	CHECK(request->size >= NTP_HEADER_SIZE);
	packet_decode(request->bytes, &q);
	packet_decode(reply, &a);
	CHECK(a.version == q.version && a.version >= 1 && a.version <= 4);
	CHECK(a.mode == (q.mode == NTP_MODE_ACTIVE ? NTP_MODE_PASSIVE :
	    NTP_MODE_SERVER));
	CHECK(q.mode == NTP_MODE_CLIENT || q.mode == NTP_MODE_ACTIVE ||
	    (q.mode == 0 && q.version == 1 && request->source.port != 123));
	CHECK(a.org == q.xmt);
	CHECK((int64_t)(a.xmt - a.rec) > 0);
	CHECK(a.precision >= -29 && a.precision <= -3);
	CHECK(a.poll >= 6 && a.poll <= 17);
	CHECK(a.stratum <= 15 && (a.stratum == 0) == (a.leap == 3));
	CHECK(a.root_dispersion > 0);
	CHECK(request->source.port != 0);
	CHECK(!address_is_loopback(&request->source) || request->loopback);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct respond_request request;
	struct respond_state state;
	uint8_t reply[NTP_HEADER_SIZE], *bytes;
	struct world world;

	if (size < sizeof(world))
		return 0;
	memcpy(&world, data, sizeof(world));
	data += sizeof(world);
	size -= sizeof(world);
	/* of exactly that size, for the address sanitizer */
	bytes = malloc(size == 0 ? 1 : size);
	CHECK(bytes != NULL);
	memcpy(bytes, data, size);
	request = (struct respond_request){ .bytes = bytes, .size = size,
	    .source = make_address(world.source, world.ipv6 & 1,
	    world.source_port),
	    .local = make_address(world.same & 1 ? world.source : world.local,
	    world.ipv6 & 1, world.local_port),
	    .loopback = world.loopback & 1, .receive_ns = world.receive_ns };
	respond_prepare(&world.variables, world.boot_ns,
	    (int8_t)world.precision, &state);
	if (respond(&state, &request, reply) == RESPOND_ANSWER) {
		respond_stamp(&state, world.stamp_ns, reply);
		check_answer(&request, reply);
	}
	free(bytes);
	return 0;
}
