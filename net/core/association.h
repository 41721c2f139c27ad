/*
 * One association: poll process, reach, request in flight, the last good reply
 * and the estimator. RFC 5905 sections 9 and 13. Pure; part of net's core.
 */
#ifndef NET_CORE_ASSOCIATION_H
#define NET_CORE_ASSOCIATION_H

#include "net/core/client.h"
#include "net/core/estimator.h"
#include "net/core/sanity.h"

#define BURST_COUNT	8	/* requests of one burst at most */
#define BURST_NS	(2 * NS_PER_S)	/* between the first of them */

struct association {
	uint32_t	id;		/* 0: free slot */
	uint8_t		source;		/* index of the source it is from */
	uint8_t		kind;		/* enum source_kind */
	struct address	remote;
	/* Of the source, as configured now: */
	int8_t		minpoll;
	int8_t		maxpoll;
	uint8_t		version;
	uint8_t		local_stratum;	/* SOURCE_LOCAL: of fudge */
	uint32_t	flags;		/* enum source_flag */
	uint32_t	key;
	int64_t		bias_ns;
	/* Poll process: */
	int8_t		hpoll;
	uint8_t		reach;
	uint16_t	unreach;	/* polls since it was reachable */
	uint8_t		burst;		/* requests left in the burst */
	uint8_t		burst_good;	/* replies used in it */
	uint8_t		rate;		/* KoD RATE: added to hpoll, <= 2 */
	uint8_t		rate_good;	/* good replies since */
	int8_t		stability;	/* counts towards the next hpoll */
	bool		stopped;	/* KoD DENY or RSTR */
	int64_t		started_ns;	/* axis: mobilised */
	int64_t		next_ns;	/* axis: next poll */
	/* Request in flight: */
	bool		open;		/* the shell may have a socket */
	bool		outstanding;	/* and no answer has come yet */
	uint64_t	nonce;
	int64_t		org_axis_ns;
	int64_t		org_error_ns;
	uint32_t	local_refid;
	int64_t		close_ns;	/* axis: given up */
	/* Last good reply; header.stratum 0: there was none. */
	struct ntp_header header;
	int64_t		reftime_ns;
	uint8_t		unfit;		/* enum reject_cause: what the server
					 * has said of itself since */
	int64_t		last_ns;	/* axis */
	int64_t		first_ns;	/* axis: filter began */
	struct estimator estimator;
	/* As selection saw it last: */
	uint8_t		selection;	/* enum selection */
	uint8_t		cause;		/* enum reject_cause */
	uint32_t	false_polls;	/* good replies as a falseticker */
	uint32_t	sent;
	uint32_t	received;
	uint32_t	rejected[REJECT_MAX];
};

/* What association_reply saw, for the caller to act upon. */
enum reply_result {
	REPLY_IGNORED,		/* counted, nothing else */
	REPLY_ENDED,		/* the answer, but of no use */
	REPLY_GOOD,		/* the estimator has a new sample */
	REPLY_DENIED		/* KoD DENY or RSTR: stopped */
};

/* The double-world origin (estimator.h) and what the packet tests need. */
struct reply_context {
	int64_t		epoch_axis_ns;
	int64_t		epoch_offset_ns;
	int64_t		pivot_ns;
	int64_t		maxdist_ns;
	const struct moment *now;
};

/* A free slot becomes an association; first poll at once, or nearly so. */
void	association_mobilise(struct association *association, uint32_t id,
	    const struct address *remote,
	    const struct msg_conf_source *settings, const struct moment *now);

/* New settings for the same source: nothing measured is lost. */
void	association_configure(struct association *association,
	    const struct msg_conf_source *settings, const struct moment *now);

/* Axis time of the next thing to do; INT64_MAX: never. */
int64_t	association_next(const struct association *association);

/* Does what is due; needs room for 4 actions. */
void	association_timer(struct association *association,
	    const struct moment *now, struct action_list *actions);

void	association_sent(struct association *association,
	    const struct transmission *transmission);

/* The measurement is what the epoch of the first sample of all is made of. */
enum reply_result association_reply(struct association *association,
	    const struct reception *reception,
	    const struct reply_context *context,
	    struct measurement *measurement, struct action_list *actions);

/* Hands a measurement that passed to the estimator and the poll process. */
void	association_measured(struct association *association,
	    const struct measurement *measurement,
	    const struct reply_context *context, struct action_list *actions);

/* Request in flight is void; forget samples if so; poll now. */
void	association_disturbed(struct association *association, bool forget,
	    const struct moment *now);

#endif
