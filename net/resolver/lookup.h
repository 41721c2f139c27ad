/*
 * One name, its addresses: getaddrinfo(3), and what comes out of it as a
 * message. Waits for as long as that takes.
 */
#ifndef NET_RESOLVER_LOOKUP_H
#define NET_RESOLVER_LOOKUP_H

#include "common/resolve_message.h"

struct addrinfo;

/* The request is valid. *reply is filled, header too. */
void	lookup_name(const struct msg_resolve *request,
	    struct msg_resolved *reply);

/*
 * Pure: the answer (0 and a list, or an EAI_ error) as a reply. Order kept,
 * duplicates and what is not IP left out, at most RESOLVE_ADDRESSES_MAX.
 */
void	lookup_reply(uint32_t id, int error, const struct addrinfo *list,
	    struct msg_resolved *reply);

#endif
