/*
 * IPv4 and IPv6 addresses as messages and the core carry them. Pure; linked by
 * every role but clockctl. Trusts nothing: text and sockets' addresses may be
 * anything.
 */
#include "common/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* sockaddr_storage is copied from and to, never pointed into: no aliasing. */

bool
address_valid(const struct address *address)
{
	static const uint8_t zero[16];

	if (address->reserved != 0)
		return false;
	if (address->family == 6)
		return true;
	return address->family == 4 && address->scope == 0 &&
	    memcmp(address->bytes + 4, zero, 12) == 0;
}

bool
address_equal(const struct address *a, const struct address *b)
{
	size_t used = a->family == 4 ? 4 : 16;

	return a->family == b->family && a->port == b->port &&
	    a->scope == b->scope && memcmp(a->bytes, b->bytes, used) == 0;
}

bool
address_is_unicast(const struct address *address)
{
	static const uint8_t any[16];
	/* ::ffff:0:0/96: an IPv4 address that would dodge the IPv4 rules */
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (address->family == 4)
		return address->bytes[0] != 0 && address->bytes[0] < 224;
	return address->family == 6 &&
	    memcmp(address->bytes, any, sizeof(any)) != 0 &&
	    memcmp(address->bytes, mapped, sizeof(mapped)) != 0 &&
	    address->bytes[0] != 0xff;
}

bool
address_is_loopback(const struct address *address)
{
	static const uint8_t loopback[16] = { [15] = 1 };

	if (address->family == 4)
		return address->bytes[0] == 127;
	return address->family == 6 &&
	    memcmp(address->bytes, loopback, sizeof(loopback)) == 0;
}

/* A decimal number that ends the text. False: something else. */
static bool
scope_from_text(const char *text, uint32_t *scope)
{
	uint64_t value = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (uint64_t)(*text - '0');
		if (value > UINT32_MAX)
			return false;
	}
	*scope = (uint32_t)value;
	return true;
}

bool
address_from_text(const char *text, struct address *address)
{
	struct address result = { .family = 4 };
	char plain[INET6_ADDRSTRLEN];
	const char *percent;
	size_t length;

	if (inet_pton(AF_INET, text, result.bytes) == 1) {
		*address = result;
		return true;
	}
	result = (struct address){ .family = 6 };
	percent = strchr(text, '%');
	length = percent == NULL ? strlen(text) : (size_t)(percent - text);
	if (length >= sizeof(plain))
		return false;
	memcpy(plain, text, length);
	plain[length] = '\0';
	if (inet_pton(AF_INET6, plain, result.bytes) != 1)
		return false;
	if (percent != NULL && !scope_from_text(percent + 1, &result.scope))
		return false;
	*address = result;
	return true;
}

/* Appends "%SCOPE"; text has room for it: 46 + 11 < ADDRESS_TEXT. */
static void
append_scope(uint32_t scope, char *text)
{
	char digits[10];
	size_t count = 0;

	text += strlen(text);
	*text++ = '%';
	do {
		digits[count++] = (char)('0' + scope % 10);
		scope /= 10;
	} while (scope > 0);
	while (count > 0)
		*text++ = digits[--count];
	*text = '\0';
}

char *
address_to_text(const struct address *address, char *text)
{
	int family = address->family == 4 ? AF_INET : AF_INET6;

	if ((address->family != 4 && address->family != 6) ||
	    inet_ntop(family, address->bytes, text, ADDRESS_TEXT) == NULL) {
		memcpy(text, "-", 2);
		return text;
	}
	if (address->scope != 0)
		append_scope(address->scope, text);
	return text;
}

uint32_t
address_to_sockaddr(const struct address *address,
    struct sockaddr_storage *storage)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	memset(storage, 0, sizeof(*storage));
	if (address->family == 4) {
		in.sin_port = htons(address->port);
		memcpy(&in.sin_addr, address->bytes, sizeof(in.sin_addr));
		memcpy(storage, &in, sizeof(in));
		return sizeof(in);
	}
	in6.sin6_port = htons(address->port);
	in6.sin6_scope_id = address->scope;
	memcpy(&in6.sin6_addr, address->bytes, sizeof(in6.sin6_addr));
	memcpy(storage, &in6, sizeof(in6));
	return sizeof(in6);
}

bool
address_from_sockaddr(const struct sockaddr_storage *storage,
    struct address *address)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	memset(address, 0, sizeof(*address));
	if (storage->ss_family == AF_INET) {
		memcpy(&in, storage, sizeof(in));
		address->family = 4;
		address->port = ntohs(in.sin_port);
		memcpy(address->bytes, &in.sin_addr, sizeof(in.sin_addr));
		return true;
	}
	if (storage->ss_family != AF_INET6)
		return false;
	memcpy(&in6, storage, sizeof(in6));
	address->family = 6;
	address->port = ntohs(in6.sin6_port);
	address->scope = in6.sin6_scope_id;
	memcpy(address->bytes, &in6.sin6_addr, sizeof(in6.sin6_addr));
	return true;
}
