/*
 * System variables and association variables (RFC 5905 sections 9.1, 11.1):
 * what net knows and serve tells. Plain data, the contents of the shared page;
 * every bit pattern must be safe to read.
 */
#ifndef COMMON_VARIABLES_H
#define COMMON_VARIABLES_H

#include <stdint.h>

#include "common/address.h"
#include "common/conf_message.h"

#define ASSOCIATIONS_MAX	64	/* mobilised at a time, all sources */

/*
 * Times as CLOCK_BOOTTIME stamps. Past deadline_boot_ns the writer is dead or
 * stuck, and the reader says leap 3, stratum 16.
 */
struct system_variables {
	uint8_t		leap;		/* 0 to 3 */
	uint8_t		stratum;	/* 1 to 15, 16 unsynchronised */
	int8_t		precision;	/* log2 s */
	int8_t		poll;		/* log2 s */
	uint32_t	refid;		/* host order */
	uint32_t	system_peer;	/* id of the association; 0 none */
	uint32_t	survivors;
	int64_t		stamp_boot_ns;	/* when dispersion was right */
	int64_t		deadline_boot_ns;
	int64_t		reftime_ns;	/* last update, since 1970 */
	int64_t		root_delay_ns;
	int64_t		root_dispersion_ns; /* at the stamp; grows by PHI */
	int64_t		offset_ns;	/* still to be corrected */
	int64_t		jitter_ns;
	int64_t		frequency_ppt;	/* applied */
	int64_t		frequency_sd_ppt;
	/* With --observe, what is added to CLOCK_REALTIME: else 0 */
	int64_t		virtual_ns;	/* at the stamp */
	int64_t		virtual_ppt;
	uint32_t	hold;		/* enum clock_hold */
	uint32_t	kernel_status;
};

enum selection {		/* as in a peer status word, RFC 9327 3.2 */
	SELECTION_REJECT,
	SELECTION_FALSETICKER,
	SELECTION_EXCESS,
	SELECTION_OUTLIER,
	SELECTION_CANDIDATE,
	SELECTION_BACKUP,
	SELECTION_SYSTEM_PEER,
	SELECTION_MAX
};

/* Why a packet or an association is not used: the first test that failed. */
enum reject_cause {
	REJECT_NONE,
	REJECT_UNREACHABLE,	/* reach is 0 */
	REJECT_SHORT,		/* not a packet: length, extension fields */
	REJECT_VERSION,
	REJECT_MODE,
	REJECT_ORIGIN,		/* not the answer to our last request */
	REJECT_DUPLICATE,	/* a second answer to it */
	REJECT_AUTHENTICATION,
	REJECT_KOD,
	REJECT_UNSYNCHRONISED,	/* leap 3, stratum 0 or 16 */
	REJECT_STRATUM,		/* beyond tos floor, ceiling */
	REJECT_TIMESTAMPS,	/* zero, or later than they can be */
	REJECT_DELAY,		/* negative round trip */
	REJECT_DISTANCE,	/* root distance beyond tos maxdist */
	REJECT_LOOP,		/* synchronised to us */
	REJECT_NOSELECT,
	REJECT_FALSETICKER,
	REJECT_NO_MAJORITY,	/* fewer agree than minsane, or no majority */
	REJECT_OUTLIER,		/* cast off by clustering */
	REJECT_DENIED,		/* KoD DENY or RSTR: stopped for good */
	REJECT_STEP,		/* clock was stepped or set in between */
	REJECT_MAX
};

struct association_variables {
	uint32_t	id;		/* 1 to 65535; 0 is a free slot */
	uint8_t		kind;		/* enum source_kind */
	uint8_t		selection;	/* enum selection */
	uint8_t		cause;		/* enum reject_cause: why not used */
	uint8_t		reach;
	uint8_t		leap;
	uint8_t		stratum;
	int8_t		precision;
	int8_t		hpoll;
	int8_t		ppoll;
	uint8_t		flags;		/* enum source_flag */
	uint16_t	unreach;
	uint32_t	refid;
	uint32_t	key;
	struct address	remote;
	int64_t		offset_ns;	/* of this source against our clock */
	int64_t		delay_ns;
	int64_t		dispersion_ns;
	int64_t		jitter_ns;
	int64_t		root_delay_ns;
	int64_t		root_dispersion_ns;
	int64_t		reftime_ns;
	int64_t		last_boot_ns;	/* last good reply; 0 never */
	uint32_t	sent;
	uint32_t	received;
	uint32_t	rejected[REJECT_MAX];
	char		name[CONF_NAME_MAX];
};

#endif
