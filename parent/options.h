/*
 * The command line of ntpd, classic ntpd's as far as it still means something.
 * The parent's start uses it so:
 *
 *	options_parse(argc, argv, &options)	what to do, as told
 *	    OPTIONS_ERROR: print options.error to stderr, exit 2
 *	    OPTIONS_HELP: print options_usage() to stdout, exit 0
 *	    OPTIONS_VERSION: print name and version, exit 0
 *	conf_parse(options.conf_path, ...)	at start and at each reload
 *	options_apply(&options, conf, &report)	each time: the command line wins
 *	    OPTIONS_CHECK: print the report, exit 0, or 1 if report.errors
 *	    OPTIONS_DUMP: the same, then conf_dump to stdout
 *
 * Strings point into argv. No file, log or clock is touched here; getopt's own
 * variables are reset at each call.
 */
#ifndef PARENT_OPTIONS_H
#define PARENT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf;
struct conf_report;

#define OPTIONS_LIST_MAX	64	/* -I, -t: of each so many */

/* Letters are bits of a mask: a to z, then A to Z. */
#define OPTIONS_BIT(letter)						\
	(UINT64_C(1) << ((letter) >= 'a' ? (letter) - 'a' :		\
	(letter) - 'A' + 26))

enum options_action {
	OPTIONS_RUN,
	OPTIONS_CHECK,		/* --check, -C */
	OPTIONS_DUMP,		/* --dump */
	OPTIONS_VERSION,	/* --version, -V */
	OPTIONS_HELP,		/* --help, -h, -? */
	OPTIONS_ERROR		/* see error */
};

struct options {
	const char	*conf_path;	/* -c; never NULL */
	bool		conf_given;	/* -c was there. Where it was not, a
					 * missing default file is no error if
					 * servers are named: conf_defaults */
	/* These override the file; options_apply puts them into the conf. */
	const char	*driftfile;	/* -f */
	const char	*pidfile;	/* -p */
	const char	*logfile;	/* -l */
	const char	*statsdir;	/* -s */
	const char	*keys;		/* -k */
	const char	*interfaces[OPTIONS_LIST_MAX];	/* -I */
	size_t		ninterfaces;
	uint16_t	trusted_keys[OPTIONS_LIST_MAX];	/* -t */
	size_t		ntrusted_keys;
	char		**servers;	/* trailing arguments */
	size_t		nservers;
	bool		slew;		/* -x: also LIMITS_NO_STEP */
	bool		ipv4_only;	/* -4: names resolve to IPv4; also the
					 * word "4" to net and resolver */
	bool		ipv6_only;	/* -6 */

	/* These are the parent's own to act on. */
	bool		foreground;	/* -d, -D, -n: do not detach */
	bool		log_stderr;	/* -d, -D: stderr even with a logfile;
					 * with -n alone: stderr if there is no
					 * logfile and stderr is open */
	int		debug;		/* -d counts, -D N sets; 0..9 */
	bool		first_any;	/* -g, once or more: LIMITS_FIRST_ANY */
	bool		quit;		/* -q: set the clock once and exit */
	uint32_t	wait_sync_s;	/* -w: parent of the detached daemon
					 * waits so long for the clock; 0: no */
	bool		nice;		/* -N */
	char		user[64];	/* -u USER[:GROUP]: account of net, */
	char		group[64];	/* names or numbers; "": the default */
	const char	*jail;		/* -i: chroot of net and serve */
	int		notify_fd;	/* --notify-fd; -1: none */
	bool		observe;	/* --observe */
	bool		unprivileged;	/* --unprivileged; the parent refuses
					 * it for uid 0 */

	uint64_t	ineffective;	/* OPTIONS_BIT of each such letter */
	char		error[256];	/* OPTIONS_ERROR: one line */
};

enum options_action options_parse(int argc, char *argv[],
	    struct options *options);

/*
 * Lays the command line over a configuration just parsed. What is wrong or has
 * no effect goes into the report, with line 0 (which prints as "command
 * line"); false if that was an error, and then the conf is not to be used.
 */
bool	options_apply(const struct options *options, struct conf *conf,
	    struct conf_report *report);

/* The text of --help, with newlines. */
const char *options_usage(void);

#endif
