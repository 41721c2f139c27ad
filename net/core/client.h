/*
 * The NTP client of net, without any input or output: pools and associations,
 * poll process, packet tests, clock filter, selection, clustering, combining.
 * Pure: time and randomness come in with each call, effects go out as actions.
 *
 *	shell                           core
 *	timer due        ------------>  client_timer
 *	                 <------------  ACTION_SEND (association, address)
 *	sends; nonce and kernel stamp
 *	                 ------------>  client_sent
 *	reply and kernel stamp ------>  client_reply: decode, sanity, filter,
 *	                                select, cluster, combine
 *	                 <------------  ACTION_SAMPLE, ACTION_PUBLISH
 *
 * Times are of the local axis (common/ntp_time.h), so nothing here knows or
 * cares how the clock is being steered.
 */
#ifndef NET_CORE_CLIENT_H
#define NET_CORE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "common/clock_message.h"
#include "common/conf_message.h"
#include "common/resolve_message.h"
#include "common/variables.h"

/* Now, as the shell read it once for this turn of its loop. */
struct moment {
	int64_t		axis_ns;
	int64_t		real_ns;	/* CLOCK_REALTIME (or the virtual one)
					 * then: era, our own clock's offset */
	int64_t		suspended_ns;
	uint64_t	random;		/* fresh; spreads polls, no secret */
};

enum action_type {
	ACTION_SEND,	/* a request to address from a fresh socket; an older
			 * socket of the association is closed first */
	ACTION_CLOSE,	/* the association is done with its socket */
	ACTION_RESOLVE,	/* ask the resolver: name, family, request id */
	ACTION_SAMPLE,	/* to clockctl; the shell fills in net_epoch */
	ACTION_PUBLISH,	/* variables changed: write the page */
	ACTION_EVENT	/* worth a line in the log */
};

/* What happened; the shell has the words and the rate limits. */
enum client_event {
	CLIENT_REACHABLE, CLIENT_UNREACHABLE,
	CLIENT_REJECTED,	/* cause; value_ns of REJECT_DISTANCE: what the
				 * server says of its root distance */
	CLIENT_KOD /* code */, CLIENT_DEMOBILISED, CLIENT_MOBILISED,
	CLIENT_SYSTEM_PEER, CLIENT_UNSYNCHRONISED, CLIENT_NO_MAJORITY,
	CLIENT_LOCAL_CLOCK, CLIENT_NAME_FAILED /* enum resolve_status */,
	CLIENT_FULL,
	CLIENT_MEASURED,	/* debug: one good sample; value_ns: offset */
	CLIENT_EVENT_MAX
};

struct action {
	enum action_type type;
	uint32_t	association;	/* id; 0 where there is none */
	union {
		struct {
			struct address	to;
			uint8_t		version;
			int8_t		poll;
			uint32_t	key;
		} send;
		struct msg_resolve resolve;
		struct msg_sample sample;
		struct {
			enum client_event what;
			uint32_t	cause;	/* enum reject_cause, KoD */
			int64_t		value_ns;
			/* Whom it is about, where the association is gone or
			 * there is none: family 0 or "" if not known. */
			struct address	remote;
			char		name[CONF_NAME_MAX];
		} event;
	} u;
};

#define ACTIONS_MAX	(4 * ASSOCIATIONS_MAX)

/* Filled by one call. Never overflows: what would not fit waits for the next
 * timer, which is then due at once. */
struct action_list {
	size_t		count;
	struct action	items[ACTIONS_MAX];
};

struct client;			/* about 200 KiB; the caller's memory */
size_t	client_size(void);
void	client_init(struct client *client, const struct moment *now);

/*
 * A new configuration replaces the old one as a difference: a source of the
 * same identity keeps its associations, reach, filter and request in flight.
 */
void	client_configure(struct client *client,
	    const struct msg_conf_system *system,
	    const struct msg_conf_source *sources, size_t nsources,
	    const struct moment *now, struct action_list *actions);

void	client_resolved(struct client *client,
	    const struct msg_resolved *resolved, const struct moment *now,
	    struct action_list *actions);

/* When client_timer wants to be called (axis); INT64_MAX: never. */
int64_t	client_next(const struct client *client);
void	client_timer(struct client *client, const struct moment *now,
	    struct action_list *actions);

/* The request left: its transmit timestamp on the wire and T1. */
struct transmission {
	uint64_t	nonce;
	int64_t		org_axis_ns;	/* T1 */
	int64_t		error_ns;	/* T1 may be wrong by so much */
	uint32_t	local_refid;	/* address_to_refid() of the socket's
					 * own address; 0: not known */
};
/* Again with the same nonce: T1 is known better, its stamp came late. */
void	client_sent(struct client *client, uint32_t association,
	    const struct transmission *transmission);
/* It could not be sent (errno), or the answer is an ICMP error. */
void	client_failed(struct client *client, uint32_t association, int error,
	    const struct moment *now, struct action_list *actions);

/* A datagram on the association's connected socket. */
struct reception {
	const uint8_t	*data;
	size_t		size;
	int64_t		dst_axis_ns;	/* T4 */
	int64_t		error_ns;
	bool		stepped;	/* the clock was set since T1 */
};
void	client_reply(struct client *client, uint32_t association,
	    const struct reception *reception, const struct moment *now,
	    struct action_list *actions);

void	client_applied(struct client *client,
	    const struct msg_applied *applied, const struct moment *now,
	    struct action_list *actions);

/* After suspend (suspended_ns > 0), or when someone set the clock: requests in
 * flight are void, samples are dropped after a suspend, and a burst follows. */
void	client_disturbed(struct client *client, int64_t suspended_ns,
	    const struct moment *now, struct action_list *actions);

/*
 * Copies for the page, to be written at every ACTION_PUBLISH: at least every
 * 16 s. The deadline in them is 64 s ahead. *_boot_ns are filled with axis
 * times; the shell converts them. slot: 0 .. ASSOCIATIONS_MAX-1; id 0: free.
 */
void	client_system(const struct client *client, const struct moment *now,
	    struct system_variables *variables);
void	client_association(const struct client *client, unsigned int slot,
	    const struct moment *now, struct association_variables *variables);
void	client_status(const struct client *client, const struct moment *now,
	    struct msg_status *status);

#endif
