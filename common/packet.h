/*
 * The NTP packet: header, extension fields, MAC tail. Pure.
 * RFC 5905 section 7.3, RFC 7822. All header values in host byte order.
 */
#ifndef COMMON_PACKET_H
#define COMMON_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NTP_PORT		123
#define NTP_HEADER_SIZE		48
#define NTP_PACKET_MAX		1500	/* longer ones are dropped unread */

enum ntp_mode { NTP_MODE_UNSPECIFIED, NTP_MODE_ACTIVE, NTP_MODE_PASSIVE,
	NTP_MODE_CLIENT, NTP_MODE_SERVER, NTP_MODE_BROADCAST,
	NTP_MODE_CONTROL, NTP_MODE_PRIVATE };

enum ntp_leap { NTP_LEAP_NONE, NTP_LEAP_INSERT, NTP_LEAP_DELETE,
	NTP_LEAP_UNSYNCHRONISED };

struct ntp_header {
	uint8_t		leap;		/* enum ntp_leap */
	uint8_t		version;
	uint8_t		mode;		/* enum ntp_mode */
	uint8_t		stratum;	/* on the wire: 0 kiss or unspecified */
	int8_t		poll;		/* log2 s */
	int8_t		precision;	/* log2 s */
	uint32_t	root_delay;	/* 16.16 s, unsigned */
	uint32_t	root_dispersion;
	uint32_t	refid;
	uint64_t	reftime;	/* 32.32 s, era unknown */
	uint64_t	org;
	uint64_t	rec;
	uint64_t	xmt;
};

/* wire holds NTP_HEADER_SIZE bytes. Every bit pattern decodes. */
void	packet_decode(const uint8_t *wire, struct ntp_header *header);
void	packet_encode(const struct ntp_header *header, uint8_t *wire);

/* What follows the header, as RFC 7822 section 7.5 tells it apart. */
struct packet_tail {
	size_t		extensions;	/* bytes of well-formed fields */
	size_t		mac;		/* bytes of key id and digest; 0 none */
};

/*
 * Walks what follows the header of a packet of this version. False where the
 * lengths lie (field not a multiple of 4, below its minimum, past the end) or
 * the rest is no MAC (4 crypto-NAK, 20, 24; 52 bytes and so on up to 68).
 */
bool	packet_walk(const uint8_t *wire, size_t size, struct packet_tail *tail);

#endif
