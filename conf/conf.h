/*
 * ntp.conf as one immutable struct. Pure: the parser reads text that a
 * callback hands it (so includes and fuzzing need no files), and leaves every
 * complaint in a report instead of a log.
 *
 * Values are as the file said, checked and defaulted; nothing is resolved,
 * opened or bound here. Command-line options are laid over the result by
 * parent/options before it is checked.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "common/conf_message.h"

#define CONF_FILE_MAX	(64 * 1024)	/* bytes of one file */
#define CONF_DEPTH_MAX	5		/* of includefile */

/* Where a word stood. file belongs to the struct conf or report. */
struct conf_place {
	const char	*file;
	unsigned int	line;		/* from 1; 0: the command line */
	unsigned int	column;		/* from 1, in bytes */
};

enum conf_severity {
	CONF_ERROR,	/* refused: no configuration comes out */
	CONF_WARNING,	/* works, but not as it reads */
	CONF_NOTICE	/* "not yet in effect", and the like: once */
};

struct conf_complaint {
	struct conf_complaint *next;
	enum conf_severity severity;
	struct conf_place place;
	char		text[];		/* one line, no newline */
};

/* In the order found. Owned by the report; conf_report_free is safe twice. */
struct conf_report {
	struct conf_complaint *first, *last;
	unsigned int	errors;
	unsigned int	warnings;
	unsigned int	notices;
	void		*arena;
};

/*
 * Reads a whole file for the parser. Returns malloc'ed text and its length, or
 * NULL with errno (EFBIG beyond CONF_FILE_MAX). from: the file that includes
 * it, or NULL; relative paths are relative to its directory.
 */
struct conf_reader {
	char	*(*read)(void *context, const char *path, const char *from,
		    size_t *length);
	void	*context;
};

struct conf_source {
	struct conf_source *next;
	struct conf_place place;
	struct msg_conf_source settings;	/* header left zero */
	bool		peer;		/* written as peer */
};

/* interface listen|ignore|drop; the last rule that matches decides. */
enum conf_interface_action { CONF_LISTEN, CONF_IGNORE, CONF_DROP };
enum conf_interface_match { CONF_IF_ALL, CONF_IF_IPV4, CONF_IF_IPV6,
	CONF_IF_WILDCARD, CONF_IF_NAME, CONF_IF_ADDRESS };

struct conf_interface {
	struct conf_interface *next;
	struct conf_place place;
	enum conf_interface_action action;
	enum conf_interface_match match;
	const char	*name;		/* CONF_IF_NAME: as in ip-link(8) */
	struct address	address;	/* CONF_IF_ADDRESS; port 0 */
	unsigned int	prefix;		/* 0..32, 0..128 */
};

/* restrict, unrestrict: what serve knows, and what it does not. */
enum conf_restrict_flag {
	CONF_RES_IGNORE = RESTRICT_IGNORE,
	CONF_RES_NOSERVE = RESTRICT_NOSERVE,
	CONF_RES_NOQUERY = RESTRICT_NOQUERY,
	CONF_RES_NOMODIFY = RESTRICT_NOMODIFY,
	CONF_RES_NOTRUST = RESTRICT_NOTRUST,
	CONF_RES_LIMITED = RESTRICT_LIMITED,
	CONF_RES_KOD = RESTRICT_KOD,
	CONF_RES_NTPPORT = RESTRICT_NTPPORT,
	CONF_RES_VERSION = RESTRICT_VERSION,
	CONF_RES_MSSNTP = RESTRICT_ALL + 1,
	CONF_RES_FLAKE = (RESTRICT_ALL + 1) << 1
};

struct conf_restrict {
	struct conf_restrict *next;
	struct conf_place place;
	bool		remove;		/* unrestrict */
	bool		source;		/* restrict source: template */
	const char	*host;		/* to be resolved; NULL: address */
	struct address	address;	/* port 0; family 0: default, both */
	unsigned int	prefix;		/* of a host: 0 is all its bits */
	uint32_t	flags;		/* enum conf_restrict_flag */
	bool		nopeer;		/* to warn about: it is always so */
};

/* 0 means "never" in the thresholds, as in ntpd's manual. Nanoseconds. */
struct conf_tinker {
	int64_t		panic_ns;	/* 1000 s */
	int64_t		step_ns;	/* 0.128 s */
	int64_t		step_back_ns;	/* as step unless stepback is given */
	int64_t		step_forward_ns;
	uint32_t	stepout_s;	/* 300 */
	bool		frequency_given;
	int64_t		frequency_ppt;	/* tinker freq */
	uint32_t	workers;	/* of serve; 1 */
};

/* limit, discard, mru. Rates: requests in 10^9 s; burst: 10^-9 requests. */
struct conf_limit {
	int64_t		average;	/* 1 a second */
	int64_t		burst;		/* 20 */
	int64_t		kod;		/* 1 in 2 s; 0: none */
	uint32_t	minimum_s;	/* sooner: costs double; 0 */
	uint32_t	clients;	/* to remember; maxmem 1024 */
	uint32_t	maxage_s;	/* 3600 */
};

/* logconfig: bit 4 * class + type, classes and types in this order. */
enum conf_log_class { CONF_LOG_SYS, CONF_LOG_PEER, CONF_LOG_CLOCK,
	CONF_LOG_SYNC };
enum conf_log_type { CONF_LOG_INFO, CONF_LOG_EVENTS, CONF_LOG_STATISTICS,
	CONF_LOG_STATUS };
#define CONF_LOG_ALL	UINT32_C(0xffff)

/* A word that is parsed but has no effect (yet), for --explain. */
struct conf_ineffective {
	struct conf_ineffective *next;
	struct conf_place place;
	const char	*word;
	const char	*reason;
};

struct conf {
	const char	*path;		/* of the main file */
	struct conf_source *sources;	/* in file order */
	size_t		nsources;
	struct conf_interface *interfaces;
	struct conf_restrict *restricts;
	size_t		nrestricts;	/* rows that serve may get */
	struct conf_limit limit;
	struct msg_conf_system system;	/* tos; header left zero */
	bool		minsane_given;	/* else from the number of sources */
	struct conf_tinker tinker;
	bool		disable_ntp;
	bool		disable_monitor;
	const char	*driftfile;	/* NULL: none */
	const char	*pidfile;
	const char	*logfile;
	const char	*leapfile;
	const char	*keys;
	const char	*statsdir;
	uint32_t	logconfig;	/* the bits of CONF_LOG_ALL */
	struct conf_ineffective *ineffective;
	void		*arena;		/* holds all of the above */
};

/*
 * Parses and checks. Returns NULL if report->errors > 0 (everything wrong is
 * reported, not only the first). Never fails for lack of memory: aborts.
 */
struct conf *conf_parse(const char *path, const struct conf_reader *reader,
	    struct conf_report *report);
void	conf_free(struct conf *conf);		/* NULL is fine */
void	conf_report_free(struct conf_report *report);

/* "file:line:column: error: text" into buffer. Returns buffer. */
char	*conf_complaint_format(const struct conf_complaint *complaint,
	    char *buffer, size_t size);

/* A conf with only the defaults, for servers named on the command line. */
struct conf *conf_defaults(const char *path);

/* Adds a server as if "server NAME iburst" stood at the end of the file. */
bool	conf_add_server(struct conf *conf, const char *name,
	    struct conf_report *report);

/* -I: adds "interface listen TEXT", TEXT a name or ADDRESS[/LENGTH]. */
bool	conf_add_interface(struct conf *conf, const char *text,
	    struct conf_report *report);

/*
 * --dump: the effective configuration, canonically: every directive with its
 * effective value, one a line, in a fixed order, itself a valid ntp.conf that
 * dumps to the same text. emit is called with pieces of it.
 */
void	conf_dump(const struct conf *conf,
	    void (*emit)(void *context, const char *text), void *context);

/*
 * Should an address of an interface be bound? name and address describe the
 * candidate; wildcard is true for 0.0.0.0 and [::] (name may be NULL). Where
 * the wildcard is wanted, bind it and nothing else of that family. The last
 * rule that matches decides, as ntp.conf(5) says (drop is as ignore):
 *  - without any rule everything is wanted, the wildcard too;
 *  - with rules the wildcard is wanted only by `wildcard` or its address;
 *  - another address that no rule matches is wanted if no rule says where to
 *    listen: "ignore em2" leaves the rest as it is;
 *  - loopback, which `all` does not match, is wanted also then, so that ntpq
 *    finds us: unless `all` is ignored and nothing is listened to.
 */
bool	conf_interface_wanted(const struct conf *conf, const char *name,
	    const struct address *address, bool wildcard);

#endif
