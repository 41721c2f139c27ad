/*
 * Restrict lines and rate limit before a request is parsed; runs in serve.
 * Trusts nothing of the request, and its source address is what it says.
 */
#include "net/serve/gate.h"

#include "common/packet.h"

#define VERSION_NOW	4	/* RFC 5905 */

void
gate_init(struct gate *gate, struct gate_memory *memory,
    const uint64_t key[2])
{
	access_init(&gate->access, memory->nodes[0]);
	ratelimit_init(&gate->limit, memory->clients, CONF_CLIENTS_MAX, key);
	gate->sources.count = 0;
	gate->sources.due_mono_ns = 0;
}

void
gate_prepare(struct gate *gate, const struct page *page, int64_t mono_ns)
{
	if (access_has_source(&gate->access))
		sources_refresh(&gate->sources, page, mono_ns);
}

/* Mode 7 is answered to nobody, which is left to respond(). */
static bool
gate_refuses(uint32_t flags, uint8_t first)
{
	unsigned int version = first >> 3 & 7, mode = first & 7;

	if (mode == NTP_MODE_CONTROL)
		return (flags & RESTRICT_NOQUERY) != 0;
	/* there are no keys: nothing is authenticated */
	if (flags & (RESTRICT_NOSERVE | RESTRICT_NOTRUST))
		return true;
	return (flags & RESTRICT_VERSION) != 0 && version != VERSION_NOW;
}

enum respond_verdict
gate_request(struct gate *gate, const struct respond_request *request,
    int64_t mono_ns)
{
	bool is_source = access_has_source(&gate->access) &&
	    sources_has(&gate->sources, &request->source);
	uint32_t flags;

	flags = access_match(&gate->access, &request->source, is_source);
	if (flags & RESTRICT_IGNORE)
		return RESPOND_RESTRICTED;
	if (request->size < 1)
		return RESPOND_SHORT;
	if (gate_refuses(flags, request->bytes[0]))
		return RESPOND_RESTRICTED;
	/* ntpq asks dozens at a time: it is noquery that limits these */
	if ((flags & RESTRICT_LIMITED) == 0 ||
	    (request->bytes[0] & 7) == NTP_MODE_CONTROL)
		return RESPOND_ANSWER;
	switch (ratelimit_request(&gate->limit, &request->source,
	    (flags & RESTRICT_KOD) != 0, mono_ns)) {
	case RATELIMIT_PASS:
		return RESPOND_ANSWER;
	case RATELIMIT_DROP:
		return RESPOND_LIMITED;
	case RATELIMIT_RATE:
		break;
	}
	return RESPOND_RATE;
}
