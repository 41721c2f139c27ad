/*
 * What ntp.conf may say: const tables of directives and of their options, with
 * what this program does with each. The manual's list is tested against them.
 */
#ifndef CONF_DIRECTIVES_H
#define CONF_DIRECTIVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/lexer.h"

struct parser;

/* What happens to a word that was understood. */
enum effect {
	EFFECT_NOW,	/* does what it says */
	EFFECT_SILENT,	/* true already, or harmless: nothing is said */
	EFFECT_NOTICE,	/* notice, once: REASON is all of it */
	EFFECT_LATER,	/* notice, once: "not yet in effect; REASON" */
	EFFECT_NONE,	/* warning, once: "has no effect: REASON" */
	EFFECT_LOUD,	/* warning, once: REASON is all of it */
	EFFECT_REFUSED	/* error: REASON */
};

/* What follows an option. */
enum value_kind {
	VALUE_NONE,
	VALUE_INTEGER,
	VALUE_SECONDS,	/* decimal seconds: nanoseconds */
	VALUE_PPM,	/* decimal ppm: parts per 10^12 */
	VALUE_DECIMAL,	/* any decimal: its nanounits */
	VALUE_TEXT
};

/* Where the value goes: the field at offset in what the directive fills. */
enum store {
	STORE_NOT,
	STORE_U32,
	STORE_I64,
	STORE_FLAG	/* OR the flag into the uint32_t there */
};

struct option {
	const char	*name;
	enum effect	effect;
	enum value_kind	kind;
	int64_t		min, max;	/* of a number; both 0: unchecked */
	enum store	store;
	size_t		offset;
	uint32_t	flag;
	/* Looks after what the table cannot say; may be NULL. */
	void		(*apply)(struct parser *parser, void *target,
			    const struct option *option,
			    const struct word *word, int64_t number);
	const char	*reason;
};

struct directive {
	const char	*name;
	enum effect	effect;
	/* Takes the words behind the name. */
	void		(*parse)(struct parser *parser,
			    const struct directive *directive,
			    struct word *words);
	const char	*usage;		/* what should follow the name */
	const struct option *options;	/* ended by a NULL name */
	size_t		offset;		/* of the string in struct conf */
	const char	*reason;
	const char	*with;		/* complains once together with this */
};

/* Ended by a NULL name. */
extern const struct directive directives[];
const struct directive *directive_find(const char *name);
/* The table as a number, for "said once". */
size_t	directive_index(const struct directive *directive);
#define DIRECTIVES_MAX	96

/* Tables of options, each ended by a NULL name. */
extern const struct option options_server[], options_fudge[], options_tos[],
    options_tinker[], options_mode[], options_discard[], options_limit[],
    options_mru[], options_rlimit[], options_nts[], options_crypto[],
    options_restrict[], options_statistics[], options_filegen[],
    options_leapfile[], options_broadcast[];
const struct option *option_find(const struct option *options,
	    const char *name);

/* An option table and whose it is, to say where a stray word belongs. */
struct option_owner {
	const struct option *options;
	const char	*name;		/* "`tos`" */
	const char	*stray;		/* where a directive is expected */
};
extern const struct option_owner option_owners[];

/* Words of other daemons' files; see foreign.c. */
struct foreign {
	const char	*word;
	const char	*owner;		/* "a chrony", "an OpenNTPD" */
	const char	*equivalent;
};
const struct foreign *foreign_find(const char *word);

#endif
