/*
 * Packet tests. Pure; part of net's core. Trusts nothing: the datagram is
 * anything, from anyone who can reach our socket.
 */
#include "net/core/sanity.h"

#include "common/ntp_time.h"

/* A server may claim a precision; this much it may excuse at most. */
#define PRECISION_MAX_NS	NS_PER_MS
#define REFID_INIT	UINT32_C(0x494e4954)
#define REFID_STEP	UINT32_C(0x53544550)

/* 2^precision seconds, at least 1 ns, at most PRECISION_MAX_NS. */
static int64_t
precision_ns(int8_t precision)
{
	int64_t ns;

	if (precision >= 0)
		return PRECISION_MAX_NS;
	ns = precision < -30 ? 0 : NS_PER_S >> -precision;
	if (ns > PRECISION_MAX_NS)
		return PRECISION_MAX_NS;
	return ns > 0 ? ns : 1;
}

/* Who answers, to whom, and may he: nothing here looks at the time. */
static enum reject_cause
check_origin(const struct sanity_request *request,
    const struct ntp_header *header, const struct packet_tail *tail)
{
	if (header->version != request->version &&
	    header->version != 3 && header->version != 4)
		return REJECT_VERSION;
	if (header->mode != NTP_MODE_SERVER)
		return REJECT_MODE;
	if (header->org != request->nonce)
		return REJECT_ORIGIN;
	if (!request->outstanding)
		return REJECT_DUPLICATE;
	/* A keyed source has to prove itself; a crypto-NAK proves nothing. */
	if (request->key != 0 || tail->mac == 4)
		return REJECT_AUTHENTICATION;
	return REJECT_NONE;
}

/*
 * A kiss code is four letters; RFC 5905 section 7.4. INIT and STEP ask nothing
 * of us: by them a server says that it has no time (yet, or any more).
 */
static bool
is_kiss(uint32_t refid)
{
	int shift, letter;

	if (refid == REFID_INIT || refid == REFID_STEP)
		return false;
	for (shift = 0; shift < 32; shift += 8) {
		letter = (int)(refid >> shift & 0xff);
		if (letter < 'A' || letter > 'Z')
			return false;
	}
	return true;
}

static enum reject_cause
check_server(const struct sanity_request *request,
    const struct ntp_header *header)
{
	if (header->stratum == 0)
		return is_kiss(header->refid) ? REJECT_KOD :
		    REJECT_UNSYNCHRONISED;
	if (header->leap == NTP_LEAP_UNSYNCHRONISED || header->stratum >= 16)
		return REJECT_UNSYNCHRONISED;
	if (header->rec == 0 || header->xmt == 0)
		return REJECT_TIMESTAMPS;
	/* Differences in NTP arithmetic: right in every era. */
	if ((int64_t)(header->xmt - header->rec) < 0)
		return REJECT_TIMESTAMPS;
	if (header->reftime != 0 &&
	    (int64_t)(header->xmt - header->reftime) < 0)
		return REJECT_TIMESTAMPS;
	if (header->stratum > 1 && request->local_refid != 0 &&
	    header->refid == request->local_refid)
		return REJECT_LOOP;
	return REJECT_NONE;
}

/* T1 to T4 in nanoseconds; what they say of offset and delay. */
static enum reject_cause
measure(const struct sanity_request *request,
    const struct reception *reception, struct measurement *measurement)
{
	const struct ntp_header *header = &measurement->header;
	int64_t rec, xmt, round_trip, processing, error;

	rec = ntp_to_unix_ns(header->rec, request->pivot_ns);
	xmt = ntp_to_unix_ns(header->xmt, rec);
	round_trip = reception->dst_axis_ns - request->org_axis_ns;
	processing = xmt - rec;
	error = precision_ns(header->precision) + request->error_ns +
	    reception->error_ns;
	if (round_trip < 0 || processing - round_trip > error)
		return REJECT_DELAY;
	measurement->delay_ns = round_trip > processing ?
	    round_trip - processing : 0;
	measurement->time_axis_ns = request->org_axis_ns + round_trip / 2;
	measurement->offset_ns = rec + processing / 2 -
	    measurement->time_axis_ns;
	measurement->dispersion_ns = error;
	measurement->reftime_ns = header->reftime == 0 ? 0 :
	    ntp_to_unix_ns(header->reftime, xmt);
	if (ntp_short_to_ns(header->root_delay) / 2 +
	    ntp_short_to_ns(header->root_dispersion) +
	    measurement->delay_ns / 2 > request->maxdist_ns)
		return REJECT_DISTANCE;
	return REJECT_NONE;
}

enum reject_cause
sanity_check(const struct sanity_request *request,
    const struct reception *reception, struct measurement *measurement)
{
	struct packet_tail tail;
	enum reject_cause cause;

	if (!packet_walk(reception->data, reception->size, &tail))
		return REJECT_SHORT;
	packet_decode(reception->data, &measurement->header);
	cause = check_origin(request, &measurement->header, &tail);
	if (cause != REJECT_NONE)
		return cause;
	if (reception->stepped)
		return REJECT_STEP;
	cause = check_server(request, &measurement->header);
	if (cause != REJECT_NONE)
		return cause;
	return measure(request, reception, measurement);
}

bool
sanity_matched(enum reject_cause cause)
{
	switch (cause) {
	case REJECT_NONE:
	case REJECT_KOD:
	case REJECT_UNSYNCHRONISED:
	case REJECT_TIMESTAMPS:
	case REJECT_DELAY:
	case REJECT_DISTANCE:
	case REJECT_LOOP:
	case REJECT_STEP:
		return true;
	case REJECT_UNREACHABLE:
	case REJECT_SHORT:
	case REJECT_VERSION:
	case REJECT_MODE:
	case REJECT_ORIGIN:
	case REJECT_DUPLICATE:
	case REJECT_AUTHENTICATION:
	case REJECT_STRATUM:
	case REJECT_NOSELECT:
	case REJECT_FALSETICKER:
	case REJECT_NO_MAJORITY:
	case REJECT_OUTLIER:
	case REJECT_DENIED:
	case REJECT_MAX:
		break;
	}
	return false;
}
