/*
 * The host names of restrict lines, and what addresses they have: asked of the
 * resolver, again and again. Parent only, which resolves nothing itself: it
 * believes the resolver what it could put into DNS anyway, and the lines warn.
 */
#ifndef PARENT_NAMES_H
#define PARENT_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/resolve_message.h"

struct conf;

/* As many as conf lets through: each counts as RESOLVE_ADDRESSES_MAX lines. */
#define NAMES_MAX	(CONF_RESTRICTS_MAX / RESOLVE_ADDRESSES_MAX)

struct name {
	char		host[CONF_NAME_MAX];
	uint8_t		family;		/* 0 either, 4, 6 */
	uint8_t		count;		/* 0: not known yet */
	bool		asked;		/* and not answered since */
	struct address	addresses[RESOLVE_ADDRESSES_MAX];
	int64_t		due_ns;		/* to be asked (again) */
};

struct names {
	struct name	list[NAMES_MAX];
	size_t		count;
	uint32_t	edition;	/* of the list, in the requests' ids */
	bool		changed;	/* serve has to be told */
};

/* The names of this configuration; what is known of them is kept. Pure. */
void	names_take(struct names *names, const struct conf *conf);

/* When names_timer has something to do; INT64_MAX: never. Pure. */
int64_t	names_next(const struct names *names);

/* Asks for what is due. channel: to the resolver; -1: it is not there. */
void	names_timer(struct names *names, int channel, int64_t now_ns);

/*
 * A valid answer (resolve_reply_valid), to whatever: it counts if it was asked
 * for, and once. Sets changed if a name has other addresses now. No answer is
 * no reason to forget what was there. Pure.
 */
void	names_answer(struct names *names, const struct msg_resolved *answer,
	    int64_t now_ns);

/* The name of a line; NULL if it is none. Pure. */
const struct name *names_find(const struct names *names, const char *host,
	    uint8_t family);

#endif
