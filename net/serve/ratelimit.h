/*
 * How often a client is answered: a token bucket each, in a table of bounded
 * size. Pure: time is an argument, and randomness comes from the key.
 *
 * A client is an IPv4 address or an IPv6 /64. A bucket holds `burst` requests
 * and gets one more every `interval`; a request that comes sooner than
 * `minimum` after the one before costs two. Who is over it is not muted: one
 * request in 16 is answered at random all the same, so a flood in the name of
 * a victim does not take the time from it. Refusals cost nothing.
 *
 * A bucket that is full says nothing, so it may be forgotten; its client starts
 * with a full one. Where the table is too small for all the others, the
 * fullest of those in the same few places goes: which these are, only the key
 * knows. So nobody who behaves loses by a flood of addresses, and who is over
 * the limit is not rid of it by one.
 */
#ifndef NET_SERVE_RATELIMIT_H
#define NET_SERVE_RATELIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "common/conf_message.h"

#define RATELIMIT_WAYS	8	/* places of one client */
#define RATELIMIT_LEAK	16	/* one in so many, over the limit */
#define RATELIMIT_CLIENTS_MIN	RATELIMIT_WAYS

struct ratelimit_client {
	uint64_t	name;		/* keyed hash of it; 0: free */
	int64_t		full_ns;	/* when its bucket will be full */
	int64_t		last_ns;	/* its last request within the limit */
	int64_t		kod_ns;		/* no RATE before */
};

struct ratelimit {
	struct ratelimit_client *clients; /* the caller's */
	uint32_t	sets;		/* of RATELIMIT_WAYS; 0: no limit */
	uint32_t	room;		/* of the array, in clients */
	uint64_t	key[2];
	uint64_t	draws;		/* random numbers so far */
	int64_t		interval_ns, capacity_ns, minimum_ns;
	int64_t		kod_interval_ns, max_age_ns;
};

enum ratelimit_verdict { RATELIMIT_PASS, RATELIMIT_DROP, RATELIMIT_RATE };

/*
 * clients: room of them, all zero, kept by reference; of it no more is touched
 * than the limits say. key: random. No limit until ratelimit_configure.
 */
void	ratelimit_init(struct ratelimit *limit,
	    struct ratelimit_client *clients, uint32_t room,
	    const uint64_t key[2]);

/* Valid values (conf_limit_valid). Clients are remembered unless the size of
 * the table changes. */
void	ratelimit_configure(struct ratelimit *limit,
	    const struct msg_conf_limit *values);

/*
 * One request. now_ns: any clock that does not run backwards for long; where it
 * does, nobody waits longer than for a full bucket. kod: RATE instead of DROP,
 * now and then. Constant time.
 */
enum ratelimit_verdict ratelimit_request(struct ratelimit *limit,
	    const struct address *client, bool kod, int64_t now_ns);

#endif
