/*
 * The NTP packet on the wire. Pure; net decodes replies with it, serve
 * requests. Trusts nothing: a datagram of any length and content.
 */
#include "common/packet.h"

/* RFC 7822 section 7.5: a field is at least 16 bytes, header included. */
#define EXTENSION_MIN	16

static uint16_t
get16(const uint8_t *wire)
{
	return (uint16_t)((unsigned int)wire[0] << 8 | wire[1]);
}

static uint32_t
get32(const uint8_t *wire)
{
	return (uint32_t)get16(wire) << 16 | get16(wire + 2);
}

static uint64_t
get64(const uint8_t *wire)
{
	return (uint64_t)get32(wire) << 32 | get32(wire + 4);
}

static void
put32(uint8_t *wire, uint32_t value)
{
	wire[0] = (uint8_t)(value >> 24);
	wire[1] = (uint8_t)(value >> 16);
	wire[2] = (uint8_t)(value >> 8);
	wire[3] = (uint8_t)value;
}

static void
put64(uint8_t *wire, uint64_t value)
{
	put32(wire, (uint32_t)(value >> 32));
	put32(wire + 4, (uint32_t)value);
}

void
packet_decode(const uint8_t *wire, struct ntp_header *header)
{
	header->leap = wire[0] >> 6;
	header->version = wire[0] >> 3 & 7;
	header->mode = wire[0] & 7;
	header->stratum = wire[1];
	header->poll = (int8_t)wire[2];
	header->precision = (int8_t)wire[3];
	header->root_delay = get32(wire + 4);
	header->root_dispersion = get32(wire + 8);
	header->refid = get32(wire + 12);
	header->reftime = get64(wire + 16);
	header->org = get64(wire + 24);
	header->rec = get64(wire + 32);
	header->xmt = get64(wire + 40);
}

void
packet_encode(const struct ntp_header *header, uint8_t *wire)
{
	wire[0] = (uint8_t)((header->leap & 3) << 6 |
	    (header->version & 7) << 3 | (header->mode & 7));
	wire[1] = header->stratum;
	wire[2] = (uint8_t)header->poll;
	wire[3] = (uint8_t)header->precision;
	put32(wire + 4, header->root_delay);
	put32(wire + 8, header->root_dispersion);
	put32(wire + 12, header->refid);
	put64(wire + 16, header->reftime);
	put64(wire + 24, header->org);
	put64(wire + 32, header->rec);
	put64(wire + 40, header->xmt);
}

/* Key id and digest: crypto-NAK, MD5 and CMAC, SHA-1, SHA-2 in its sizes. */
static bool
is_mac_size(size_t size)
{
	return size == 4 || size == 20 || size == 24 || size == 36 ||
	    size == 52 || size == 68;
}

bool
packet_walk(const uint8_t *wire, size_t size, struct packet_tail *tail)
{
	size_t at = NTP_HEADER_SIZE, length, rest;
	unsigned int version;

	if (size < NTP_HEADER_SIZE || size > NTP_PACKET_MAX)
		return false;
	version = wire[0] >> 3 & 7;
	tail->mac = 0;
	while ((rest = size - at) > 0) {
		/*
		 * Up to 24 bytes can only be a MAC (RFC 7822 section 7.5.1).
		 * A longer one is told from a field by its key id, which has
		 * 16 bits: it would be a field of the type 0, reserved.
		 */
		if (is_mac_size(rest) && (rest <= 24 || version != 4 ||
		    get16(wire + at) == 0)) {
			tail->mac = rest;
			break;
		}
		if (version != 4 || rest < EXTENSION_MIN)
			return false;
		length = get16(wire + at + 2);
		if (length < EXTENSION_MIN || length % 4 != 0 || length > rest)
			return false;
		at += length;
	}
	tail->extensions = at - NTP_HEADER_SIZE;
	return true;
}
