/*
 * Who may ask for what: the restrict lines of ntp.conf as a prefix tree. Pure.
 *
 * As in classic ntpd the most specific network decides alone, of two equal
 * ones that for source port 123 where the request came from there. A network
 * that is named again adds flags to what it has. What no line names has the
 * flags of `default`; these begin with noquery, from which loopback addresses
 * are excepted until a line says it.
 *
 * A set is built aside and then swapped in as a whole. Nothing is freed one by
 * one: the nodes of a set are an array that the caller provides.
 */
#ifndef NET_SERVE_ACCESS_H
#define NET_SERVE_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "common/conf_message.h"

/* Of one kind: for any source port, and for 123 only. */
struct access_flags {
	uint32_t	flags[2];	/* enum restrict_flag */
	bool		given[2];
};

/* The first bits of key, the rest of it 0. child[b]: longer, b the next bit. */
struct access_node {
	uint64_t	key[2];		/* network order, IPv4 at the top */
	struct access_flags access;	/* none given: a fork only */
	uint16_t	child[2];	/* index; 0 none */
	uint8_t		bits;
};

/* What CONF_RESTRICTS_MAX rows may need: a fork and a node each. */
#define ACCESS_NODES	(2 * CONF_RESTRICTS_MAX + 3)

struct access {
	struct access_node *nodes;	/* the caller's, ACCESS_NODES */
	uint16_t	used;
	struct access_flags source;	/* of `restrict source` */
};

/* Nothing but the default. nodes: kept by reference. */
void	access_init(struct access *access, struct access_node *nodes);

/* Empties it again. */
void	access_clear(struct access *access);

/* A valid row (conf_restrict_valid). False: there are more than may be. */
bool	access_add(struct access *access, const struct conf_restrict_row *row);

/* True if `restrict source` could change anything for anybody. */
bool	access_has_source(const struct access *access);

/*
 * The flags (enum restrict_flag) of a client with its port. is_source: it has
 * the address of one of our sources; then `restrict source` decides, unless a
 * line names the very address.
 */
uint32_t access_match(const struct access *access,
	    const struct address *client, bool is_source);

#endif
