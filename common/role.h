/*
 * The command line by which the parent starts a role; both ends of it.
 *
 *	ntpd-net PARENT UID GID ROOT LOG DEBUG [WORD]...
 *
 * PARENT: pid; UID, GID: numbers, "-" for --unprivileged; ROOT: directory or
 * "-"; LOG: 0..2 (enum log_target); DEBUG: 0..9. WORDs: "observe", "4", "6",
 * and for net "epoch=N", the number that NEWNET tells clockctl.
 * clockctl is given no WORD. Anything else, or a role started by hand, is exit
 * status 2.
 *
 * Descriptors, placed by the parent: 0 and 1 /dev/null, 2 the log, then
 *	clockctl	3 parent, 4 net
 *	net		3 parent, 4 clockctl, 5 resolver, 6 page (writable)
 *	serve		3 parent, 4 page (read-only)
 *	resolver	3 parent, 4 net
 */
#ifndef COMMON_ROLE_H
#define COMMON_ROLE_H

#include "common/sandbox.h"

enum { ROLE_FD_PARENT = 3, ROLE_FD_CLOCKCTL_NET = 4, ROLE_FD_NET_CLOCKCTL = 4,
	ROLE_FD_NET_RESOLVER = 5, ROLE_FD_NET_PAGE = 6, ROLE_FD_SERVE_PAGE = 4,
	ROLE_FD_RESOLVER_NET = 4 };

#define ROLE_ARGUMENTS	7	/* argc without WORDs */

struct role_arguments {
	struct sandbox_identity identity;
	uint32_t	log_target;
	uint32_t	debug;
	uint32_t	epoch;		/* 0 where there is none */
	bool		observe;
	bool		ipv4_only;
	bool		ipv6_only;
};

/* argv is kept by reference. False: malformed (write nothing, exit 2).
 * role_parse_fixed: without a word, for clockctl. */
bool	role_parse(int argc, char *argv[], struct role_arguments *arguments);
bool	role_parse_fixed(int argc, char *argv[],
	    struct role_arguments *arguments);

/* A decimal number without sign, blanks or a zero in front; false: it is none,
 * or is not within min and max. */
bool	role_number(const char *text, uint32_t min, uint32_t max,
	    uint32_t *value);

#endif
