/*
 * Counts what became of the requests, and says the causes that a person can do
 * something about: one line per cause and hour, whatever comes.
 */
#ifndef NET_SERVE_TALLY_H
#define NET_SERVE_TALLY_H

#include <stdint.h>

#include "common/address.h"
#include "common/log.h"
#include "net/serve/respond.h"

struct tally {
	uint64_t	counts[RESPOND_MAX];
	struct log_limit limits[RESPOND_MAX];
};

/* source: of the request; NULL where it is not known. mono_ns: now. */
void	tally_count(struct tally *tally, enum respond_verdict verdict,
	    const struct address *source, int64_t mono_ns);

/* One line of all counters that are not 0; nothing where nobody asked. */
void	tally_summary(const struct tally *tally);

#endif
