/*
 * The answer to a request, or why there is none. Pure: clocks, addresses and
 * the state of the system are arguments. Nothing is remembered about a client;
 * an answer is one header of 48 bytes (so never longer than the request), in
 * the version of the request, of mode 4 or 2. Of a request nothing is checked
 * but version, mode, length and source: old clients send junk in the rest.
 *
 * A batch of requests shares what does not depend on the request:
 * respond_prepare() once, respond() each, respond_stamp() as late as can be.
 */
#ifndef NET_SERVE_RESPOND_H
#define NET_SERVE_RESPOND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "common/packet.h"
#include "common/variables.h"

#define RESPOND_POLL_MIN	6	/* log2 s */
#define RESPOND_POLL_MAX	17
#define RESPOND_PRECISION_MIN	(-29)	/* Windows Server 2003 drops less */
#define RESPOND_PRECISION_MAX	(-3)

struct respond_request {
	const uint8_t	*bytes;
	size_t		size;
	struct address	source;		/* with its port */
	struct address	local;		/* address and port that were asked */
	bool		loopback;	/* came by the loopback interface */
	int64_t		receive_ns;	/* CLOCK_REALTIME, kernel's stamp */
};

enum respond_verdict {
	RESPOND_ANSWER,
	/* Dropped, and why: */
	RESPOND_SHORT,		/* below 48 bytes, or longer than we read */
	RESPOND_VERSION,	/* not 1 to 4 */
	RESPOND_MODE,		/* not 1 or 3, nor 0 where it may be */
	RESPOND_CONTROL,	/* mode 6 */
	RESPOND_PRIVATE,	/* mode 7 */
	RESPOND_LENGTH,		/* extension fields or a tail that lies */
	RESPOND_CRYPTO_NAK,
	RESPOND_BADAUTH,	/* MAC of a key that we do not have */
	RESPOND_MSSNTP,		/* wants the signature of a domain controller */
	RESPOND_SOURCE,		/* no host has this address, or port 0 */
	RESPOND_MARTIAN,	/* a loopback address from outside */
	RESPOND_SELF,		/* our own socket: a loop */
	RESPOND_REFLECTOR,	/* a port whose service answers anything */
	/* Decided by the gate: */
	RESPOND_RESTRICTED,	/* a restrict line */
	RESPOND_LIMITED,	/* asks too often */
	RESPOND_RATE,		/* the same; got a RATE instead of the time */
	/* Decided by the worker: */
	RESPOND_UNSTAMPED,	/* no receive time or local address with it */
	RESPOND_TO_MANY,	/* broadcast or multicast */
	RESPOND_STALE,		/* queued before we were there */
	RESPOND_STEPPED,	/* the clock was set while it was queued */
	RESPOND_UNSENT,		/* answered, but the kernel did not take it */
	RESPOND_MAX
};

/* What all replies of a batch have in common. */
struct respond_state {
	struct ntp_header header;	/* all but version, mode, times, poll */
	bool		synchronised;
	int64_t		reftime_ns;	/* 0: that of the request */
	int64_t		virtual_ns;	/* to add to CLOCK_REALTIME */
};

/*
 * variables may be any bit pattern. now_boot_ns: CLOCK_BOOTTIME, for the age of
 * the dispersion and the deadline. precision: log2 s, of reading the clock.
 */
void	respond_prepare(const struct system_variables *variables,
	    int64_t now_boot_ns, int precision, struct respond_state *state);

/*
 * reply is written if the verdict is RESPOND_ANSWER, all but the transmit
 * timestamp, which is 0.
 */
enum respond_verdict respond(const struct respond_state *state,
	    const struct respond_request *request,
	    uint8_t reply[NTP_HEADER_SIZE]);

/*
 * Makes an answer a kiss-o'-death RATE (RFC 5905 section 7.4), which tells no
 * time: all its timestamps are the client's. It is sent without a stamp.
 */
void	respond_rate(uint8_t reply[NTP_HEADER_SIZE]);

/* real_ns: CLOCK_REALTIME. Later than the receive timestamp in any case. */
void	respond_stamp(const struct respond_state *state, int64_t real_ns,
	    uint8_t reply[NTP_HEADER_SIZE]);

#endif
