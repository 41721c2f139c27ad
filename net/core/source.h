/*
 * What is configured, and the associations mobilised from it: names resolved,
 * pools filled, members replaced, a new configuration laid over the old one.
 * Pure; part of net's core.
 */
#ifndef NET_CORE_SOURCE_H
#define NET_CORE_SOURCE_H

#include "net/core/association.h"

#define SOURCE_LOOKUP_USE	4	/* addresses of one pool lookup */
#define SOURCE_BANNED_MAX	8

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
	struct address	banned[SOURCE_BANNED_MAX];
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

void	source_resolved(struct source_table *table,
	    const struct msg_resolved *resolved, const struct moment *now,
	    struct action_list *actions);

/* Asks the resolver where an address is needed, and replaces members of pools
 * that do not answer or do not tell the truth. */
void	source_timer(struct source_table *table, const struct moment *now,
	    struct action_list *actions);
int64_t	source_next(const struct source_table *table);

/* Associations mobilised, without local clocks; and sources that wait for the
 * first answer of the resolver. */
size_t	source_mobilised(const struct source_table *table);
size_t	source_unresolved(const struct source_table *table);

#endif
