/*
 * Is this datagram the answer to our request, and does it make sense? RFC 5905
 * section 8 and figure 19 (packet tests). Pure; part of net's core.
 */
#ifndef NET_CORE_SANITY_H
#define NET_CORE_SANITY_H

#include "net/core/client.h"
#include "common/packet.h"

/* What was asked, and what is known of the time. */
struct sanity_request {
	bool		outstanding;	/* no answer to nonce has come yet */
	uint64_t	nonce;		/* xmt of the last request */
	int64_t		org_axis_ns;	/* T1 */
	int64_t		error_ns;	/* of T1 */
	uint8_t		version;
	uint32_t	key;		/* 0 none */
	uint32_t	local_refid;	/* of our own address; 0 unknown */
	int64_t		pivot_ns;	/* since 1970; selects the era */
	int64_t		maxdist_ns;	/* tos maxdist */
};

/* Of a reply that passed. Integers; nanoseconds. */
struct measurement {
	struct ntp_header header;
	int64_t		time_axis_ns;	/* middle of T1 and T4 */
	int64_t		offset_ns;	/* true time minus axis, there */
	int64_t		delay_ns;	/* round trip, >= 0 */
	int64_t		dispersion_ns;	/* precision and stamps, >= 0 */
	int64_t		reftime_ns;	/* since 1970; 0 not given */
};

/*
 * REJECT_NONE: *measurement is complete. Else the first test that failed; the
 * header in it is decoded unless the cause is REJECT_SHORT. The order matters:
 * what comes after REJECT_DUPLICATE in the function was sent by who knows the
 * nonce, so the caller may act on it (end the request, obey a KoD).
 */
enum reject_cause sanity_check(const struct sanity_request *request,
	    const struct reception *reception,
	    struct measurement *measurement);

/* Did the packet with this verdict carry the nonce of our last request? */
bool	sanity_matched(enum reject_cause cause);

#endif
