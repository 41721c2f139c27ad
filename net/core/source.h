/*
 * What is configured, and the associations mobilised from it. A new
 * configuration is laid over the old one. Pure; private to net's core.
 */
#ifndef NET_CORE_SOURCE_H
#define NET_CORE_SOURCE_H

#include "net/core/association.h"

#define SOURCE_BANNED_MAX	8

struct source_ban {
	struct address	address;
	bool		denied;		/* by itself, by a kiss-o'-death */
};

struct source {
	bool		used;
	struct msg_conf_source settings;
	bool		numeric;	/* the name is an address */
	struct address	address;
	bool		asking;		/* request is with the resolver */
	uint32_t	request;
	uint32_t	backoff_s;	/* after a failure; 0: none yet */
	int64_t		ask_ns;		/* axis: the next question at */
	/* Denied, silent or false: not taken again while they are here. */
	struct source_ban banned[SOURCE_BANNED_MAX];
	unsigned int	nbanned;
};

struct source_table {
	struct source	sources[CONF_SOURCES_MAX];
	struct association associations[ASSOCIATIONS_MAX];
	uint32_t	maxclock;
	uint32_t	last_id;
	uint32_t	last_request;
	double		hint;		/* frequency for new estimators */
	double		hint_sd;	/* 0: not known */
};

/* By id; NULL if it is gone. id 0 is never found. */
struct association *source_association(struct source_table *table,
	    uint32_t id);

/* The difference of two configurations. Identity: kind, family and name. */
void	source_configure(struct source_table *table,
	    const struct msg_conf_source *sources, size_t count,
	    const struct moment *now, struct action_list *actions);

/* Associations mobilised, without local clocks. */
size_t	source_mobilised(const struct source_table *table);

/* The association of a server, the first one of a pool; NULL: none. */
const struct association *source_first(const struct source_table *table,
	    size_t source);

bool	source_in_use(const struct source_table *table,
	    const struct address *address);

/* A new association of this source; false: no slot is free. Needs room for 1
 * action. */
bool	source_mobilise(struct source_table *table, size_t source,
	    const struct address *address, const struct moment *now,
	    struct action_list *actions);

/* Frees the slot, and the socket. Needs room for 2 actions. */
void	source_demobilise(struct association *association,
	    enum reject_cause cause, struct action_list *actions);

#endif
