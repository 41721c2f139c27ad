/*
 * An IPv4 or IPv6 address with its port, as messages and the core carry it:
 * fixed size, no pointer, no padding left undefined. Pure.
 */
#ifndef COMMON_ADDRESS_H
#define COMMON_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sockaddr_storage;

#define ADDRESS_TEXT	64	/* "[2001:db8::1%4294967295]:65535" and NUL */

struct address {
	uint8_t		family;		/* 0 none, 4 or 6 */
	uint8_t		reserved;	/* 0 */
	uint16_t	port;		/* host byte order */
	uint32_t	scope;		/* IPv6 scope id, else 0 */
	uint8_t		bytes[16];	/* network order; IPv4 in the first 4 */
};

/* True for a well-formed value: family 4 or 6, unused bytes zero. */
bool	address_valid(const struct address *address);
bool	address_equal(const struct address *a, const struct address *b);

/* A source of time may not be one of these (catalogue: "DNS bait"). */
bool	address_is_unicast(const struct address *address);
bool	address_is_loopback(const struct address *address);

/* Numeric text only, no port: "192.0.2.1", "2001:db8::1", "fe80::1%2". */
bool	address_from_text(const char *text, struct address *address);
/* text holds ADDRESS_TEXT bytes; without the port. Returns text. */
char	*address_to_text(const struct address *address, char *text);

/* Conversions; to_sockaddr returns the length. from: false if not IP. */
uint32_t address_to_sockaddr(const struct address *address,
	    struct sockaddr_storage *storage);
bool	address_from_sockaddr(const struct sockaddr_storage *storage,
	    struct address *address);

/*
 * Reference id of a server at this address (RFC 5905 section 7.3): the IPv4
 * address, or the first 4 bytes of the MD5 of the IPv6 address; host order.
 */
uint32_t address_to_refid(const struct address *address);

#endif
