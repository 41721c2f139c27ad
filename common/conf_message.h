/*
 * Configuration from the parent to net and serve, and what they report back.
 * Pure. Start-up uses the same messages as a reload: CONF_BEGIN, any number of
 * items, CONF_END. The receiver builds aside, commits at CONF_END and answers
 * CONF_ACK with the same generation within 5 s, or is restarted.
 */
#ifndef COMMON_CONF_MESSAGE_H
#define COMMON_CONF_MESSAGE_H

#include "common/message.h"

#define CONF_NAME_MAX	256	/* a host name with its NUL */
#define CONF_SOURCES_MAX 64
#define CONF_LISTEN_MAX	64
#define CONF_RESTRICTS_MAX 1024	/* rows, of both families */
#define CONF_RESTRICTS_PART 40	/* of them in one message */
#define CONF_CLIENTS_MAX (256 * 1024) /* that serve can remember */
#define CONF_CLIENT_SIZE 32		/* bytes for each */

/* parent -> net, parent -> serve, parent -> resolver (BEGIN, LOG, END). */
enum conf_message {
	MSG_CONF_BEGIN = 0x0301,
	MSG_CONF_SOURCE,	/* net */
	MSG_CONF_SYSTEM,	/* net */
	MSG_CONF_LISTEN,	/* serve; one bound socket rides along */
	MSG_CONF_RESTRICT,	/* serve */
	MSG_CONF_LIMIT,		/* serve */
	MSG_CONF_LOG,		/* all; between configurations, not one of
				 * their items; id: enum log_target; the new
				 * log descriptor rides along */
	MSG_CONF_END,
	MSG_CONF_PING,		/* answered by ALIVE with the same id */
	/* child -> parent */
	MSG_READY = 0x0381,	/* locked down, waiting for CONF_BEGIN */
	MSG_CONF_ACK,		/* id: generation */
	MSG_ALIVE,		/* id: of the PING */
	MSG_STATUS		/* net: what the parent tells the manager */
};

struct msg_conf_begin {
	struct message_header header;	/* id: generation, grows */
	uint32_t	items;		/* messages before CONF_END */
	uint32_t	reserved;
};
MESSAGE_ASSERT_SIZE(struct msg_conf_begin, 16);

enum source_kind {
	SOURCE_SERVER,		/* one association */
	SOURCE_POOL,		/* as many as tos maxclock has room for */
	SOURCE_LOCAL,		/* 127.127.1.u: never disciplines */
	SOURCE_KIND_MAX
};

enum source_flag {
	SOURCE_IBURST = 1 << 0,
	SOURCE_BURST = 1 << 1,
	SOURCE_PREFER = 1 << 2,
	SOURCE_NOSELECT = 1 << 3,
	SOURCE_TRUE = 1 << 4
};

/* Identity for the difference of two configurations: kind, family, name. */
struct msg_conf_source {
	struct message_header header;	/* id: generation */
	uint8_t		kind;		/* enum source_kind */
	uint8_t		family;		/* 0 either, 4, 6 */
	int8_t		minpoll;	/* log2 s, 3 to 17, <= maxpoll */
	int8_t		maxpoll;
	uint8_t		version;	/* 3 or 4 */
	uint8_t		stratum;	/* local: of fudge; 0 to 15 */
	uint16_t	port;		/* 123 */
	uint32_t	flags;		/* enum source_flag */
	uint32_t	key;		/* 0 none */
	int64_t		bias_ns;	/* added to every offset measured */
	char		name[CONF_NAME_MAX]; /* numeric or to be resolved */
};
MESSAGE_ASSERT_SIZE(struct msg_conf_source, 288);

/* tos and what else concerns the whole of net. */
struct msg_conf_system {
	struct message_header header;	/* id: generation */
	uint32_t	minsane;	/* at least so many must survive */
	uint32_t	minclock;
	uint32_t	maxclock;
	uint32_t	floor;		/* stratum */
	uint32_t	ceiling;	/* stratum */
	uint32_t	orphan_wait_s;
	int64_t		mindist_ns;
	int64_t		maxdist_ns;
};
MESSAGE_ASSERT_SIZE(struct msg_conf_system, 48);

/*
 * Every generation carries the whole set of sockets, duplicates of the ones
 * that stay. Non-blocking, and since before they were bound with SO_TIMESTAMPNS
 * and IP_PKTINFO or IPV6_RECVPKTINFO on.
 */
struct msg_conf_listen {
	struct message_header header;	/* id: generation; fd: bound socket */
	uint8_t		family;		/* 4 or 6 */
	uint8_t		loopback;	/* bound to a loopback address only */
	uint8_t		reserved[6];
};
MESSAGE_ASSERT_SIZE(struct msg_conf_listen, 16);

/* ntp.conf(5), restrict. What is not here has no meaning for serve. */
enum restrict_flag {
	RESTRICT_IGNORE = 1 << 0,	/* silence */
	RESTRICT_NOSERVE = 1 << 1,	/* no time */
	RESTRICT_NOQUERY = 1 << 2,	/* no mode 6 */
	RESTRICT_NOMODIFY = 1 << 3,	/* no mode 6 that changes anything */
	RESTRICT_NOTRUST = 1 << 4,	/* only what is authenticated */
	RESTRICT_LIMITED = 1 << 5,	/* within MSG_CONF_LIMIT */
	RESTRICT_KOD = 1 << 6,		/* told RATE when it is not */
	RESTRICT_NTPPORT = 1 << 7,	/* the row is about source port 123 */
	RESTRICT_VERSION = 1 << 8,	/* version 4 only */
	RESTRICT_ALL = (1 << 9) - 1
};

enum restrict_action {
	RESTRICT_ADD,		/* the row's flags to those of its network */
	RESTRICT_TAKE,		/* away from it; without flags: the network */
	RESTRICT_SOURCE,	/* ADD for the addresses of our sources */
	RESTRICT_SOURCE_TAKE,
	RESTRICT_ACTION_MAX
};

struct conf_restrict_row {
	uint8_t		action;		/* enum restrict_action */
	uint8_t		family;		/* 4, 6; of SOURCE 0 */
	uint8_t		prefix;		/* 0 to 32, to 128; of SOURCE 0 */
	uint8_t		reserved;
	uint32_t	flags;		/* enum restrict_flag */
	uint8_t		bytes[16];	/* 0 behind the prefix */
};
static_assert(sizeof(struct conf_restrict_row) == 24, "rows are packed");

/* Rows in the order of the file, over as many messages as they need. */
struct msg_conf_restrict {
	struct message_header header;	/* id: generation */
	uint32_t	count;		/* 1 to CONF_RESTRICTS_PART */
	uint32_t	reserved;
	struct conf_restrict_row rows[CONF_RESTRICTS_PART]; /* rest: 0 */
};
MESSAGE_ASSERT_SIZE(struct msg_conf_restrict, 976);

/* How often a client may ask whose address has RESTRICT_LIMITED. */
struct msg_conf_limit {
	struct message_header header;	/* id: generation */
	int64_t		interval_ns;	/* a request each, in the long run */
	int64_t		minimum_ns;	/* sooner after the last: counts two */
	int64_t		kod_interval_ns; /* between two RATE; 0 never */
	int64_t		max_age_ns;	/* and a client is forgotten */
	uint32_t	burst;		/* requests at once */
	uint32_t	clients;	/* to remember, at most */
	uint8_t		enabled;
	uint8_t		reserved[7];
};
MESSAGE_ASSERT_SIZE(struct msg_conf_limit, 56);

/* BEGIN and END carry what else; these have no body. */
struct msg_conf_signal {
	struct message_header header;
};
MESSAGE_ASSERT_SIZE(struct msg_conf_signal, 8);

/* What net thinks of itself; sent when it changes, at most once a second. */
struct msg_status {
	struct message_header header;	/* id: generation */
	uint8_t		leap;
	uint8_t		stratum;	/* 16: unsynchronised */
	uint8_t		survivors;
	uint8_t		sources;	/* associations mobilised */
	uint8_t		reachable;
	uint8_t		reserved[3];
	uint32_t	updates;	/* samples sent to clockctl */
	uint32_t	reserved2;
	int64_t		offset_ns;	/* last combined, true - clock */
	int64_t		jitter_ns;
	int64_t		root_distance_ns;
};
MESSAGE_ASSERT_SIZE(struct msg_status, 48);

/* name: CONF_NAME_MAX bytes. Printable ASCII, ended, not empty. */
bool	conf_name_valid(const char *name);

bool	conf_begin_valid(const void *message);
bool	conf_source_valid(const void *message);
bool	conf_system_valid(const void *message);
bool	conf_listen_valid(const void *message);
bool	conf_restrict_valid(const void *message);
bool	conf_limit_valid(const void *message);
bool	conf_status_valid(const void *message);

#endif
