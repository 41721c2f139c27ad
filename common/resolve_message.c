/*
 * Validators of the messages between net and resolver. Pure; each end runs
 * the one for what it receives. net trusts the resolver with nothing but which
 * addresses a name has.
 */
#include "common/resolve_message.h"

#include <string.h>

bool
resolve_request_valid(const void *message)
{
	static const uint8_t zero[sizeof(((struct msg_resolve *)0)->reserved)];
	const struct msg_resolve *request = message;

	return (request->family == 0 || request->family == 4 ||
	    request->family == 6) &&
	    memcmp(request->reserved, zero, sizeof(zero)) == 0 &&
	    conf_name_valid(request->name);
}

bool
resolve_reply_valid(const void *message)
{
	static const uint8_t zero[sizeof(((struct msg_resolved *)0)->reserved)];
	const struct msg_resolved *reply = message;
	size_t i;

	if (reply->status >= RESOLVE_STATUS_MAX ||
	    reply->count > RESOLVE_ADDRESSES_MAX ||
	    (reply->status == RESOLVE_OK) != (reply->count > 0) ||
	    memcmp(reply->reserved, zero, sizeof(zero)) != 0)
		return false;
	for (i = 0; i < reply->count; i++)
		if (!address_valid(&reply->addresses[i]) ||
		    reply->addresses[i].port != 0)
			return false;
	return true;
}
