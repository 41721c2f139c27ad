/*
 * Part of ntpd-resolver: the lookup itself. What the C library's resolver and
 * its plug-ins make of an answer is not trusted by anybody: the addresses go
 * through net's validator, and then have to answer as time servers.
 */
#include "net/resolver/lookup.h"

#include <sys/socket.h>

#include <netdb.h>
#include <string.h>

static bool
lookup_known(const struct msg_resolved *reply, const struct address *address)
{
	size_t i;

	for (i = 0; i < reply->count; i++)
		if (address_equal(&reply->addresses[i], address))
			return true;
	return false;
}

static void
lookup_add(struct msg_resolved *reply, const struct addrinfo *item)
{
	struct sockaddr_storage storage = { 0 };
	struct address address;

	if (item->ai_addr == NULL || item->ai_addrlen > sizeof(storage))
		return;
	memcpy(&storage, item->ai_addr, item->ai_addrlen);
	if (!address_from_sockaddr(&storage, &address))
		return;
	address.port = 0;
	if (!lookup_known(reply, &address))
		reply->addresses[reply->count++] = address;
}

/* "No" for good, or only for now? An unknown error is taken as the latter. */
static uint8_t
lookup_status(int error)
{
	switch (error) {
	case EAI_NONAME:
	case EAI_NODATA:
	case EAI_ADDRFAMILY:
		return RESOLVE_NONE;
	default:
		return RESOLVE_AGAIN;
	}
}

void
lookup_reply(uint32_t id, int error, const struct addrinfo *list,
    struct msg_resolved *reply)
{
	const struct addrinfo *item;

	memset(reply, 0, sizeof(*reply));
	reply->header = (struct message_header){ .type = MSG_RESOLVED,
		.size = sizeof(*reply), .id = id };
	if (error != 0) {
		reply->status = lookup_status(error);
		return;
	}
	for (item = list; item != NULL; item = item->ai_next)
		if (reply->count < RESOLVE_ADDRESSES_MAX)
			lookup_add(reply, item);
	reply->status = reply->count > 0 ? RESOLVE_OK : RESOLVE_NONE;
}

/*
 * AI_ADDRCONFIG is not set: an address may come up after the lookup, and net
 * finds out by itself which servers answer.
 */
void
lookup_name(const struct msg_resolve *request, struct msg_resolved *reply)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM }, *list = NULL;
	int error;

	hints.ai_family = request->family == 4 ? AF_INET :
	    request->family == 6 ? AF_INET6 : AF_UNSPEC;
	error = getaddrinfo(request->name, NULL, &hints, &list);
	lookup_reply(request->header.id, error, list, reply);
	if (list != NULL)
		freeaddrinfo(list);
}
