/*
 * Addresses and host names as ntp.conf writes them. Runs in the parent, on
 * words of the file; nothing is resolved here.
 */
#include "conf/parse.h"

#include <string.h>

#define HOST_NAME_MAX	253	/* RFC 1035 section 2.3.4, without the dots */

bool
parse_address(const char *text, struct address *address)
{
	char inner[ADDRESS_TEXT];
	size_t length = strlen(text);

	if (text[0] != '[')
		return address_from_text(text, address);
	if (length < 3 || text[length - 1] != ']' ||
	    length - 2 >= sizeof(inner))
		return false;
	memcpy(inner, text + 1, length - 2);
	inner[length - 2] = '\0';
	return address_from_text(inner, address) && address->family == 6;
}

/* fe80::1%eth0: what stands behind the % is for the resolver to know. */
static bool
host_zoned(const char *text)
{
	char plain[ADDRESS_TEXT];
	struct address address;
	const char *zone = strchr(text, '%');

	if (zone == NULL || zone[1] == '\0' ||
	    (size_t)(zone - text) >= sizeof(plain))
		return false;
	memcpy(plain, text, (size_t)(zone - text));
	plain[zone - text] = '\0';
	return strspn(zone + 1, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") == strlen(zone + 1) &&
	    address_from_text(plain, &address) && address.family == 6;
}

/* 192.0.2.300 or 10.1: an address that is none, not a name. */
static bool
host_like_ipv4(const char *text)
{
	const char *last = strrchr(text, '.');

	last = last == NULL ? text : last + 1;
	return *last != '\0' && strspn(last, "0123456789") == strlen(last);
}

bool
parse_host_valid(const char *text)
{
	struct address address;
	size_t length = strlen(text);

	if (parse_address(text, &address) || host_zoned(text))
		return true;
	return length > 0 && length <= HOST_NAME_MAX &&
	    text[0] != '.' && text[0] != '-' &&
	    strstr(text, "..") == NULL && !host_like_ipv4(text) &&
	    strspn(text, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") == length;
}

uint8_t
parse_family(struct word **words)
{
	const char *text = *words == NULL ? "" : (*words)->text;
	uint8_t family = 0;

	if (strcmp(text, "-4") == 0)
		family = 4;
	else if (strcmp(text, "-6") == 0)
		family = 6;
	if (family != 0)
		*words = (*words)->next;
	return family;
}
