/*
 * What the files of the parser share. Inside conf/ only.
 */
#ifndef CONF_PARSE_H
#define CONF_PARSE_H

#include "conf/arena.h"
#include "conf/conf.h"
#include "conf/directives.h"
#include "conf/lexer.h"
#include "conf/report.h"

#define PARSE_FILES_MAX	64	/* read for one configuration, in all */
#define PARSE_OPTIONS_MAX 256	/* rows of all option tables */

/* fudge, until the server line it belongs to is known. */
struct fudge {
	struct fudge	*next;
	struct conf_place place;
	uint8_t		type, unit;	/* 127.127.type.unit */
	uint32_t	stratum;	/* UINT32_MAX: not given */
};

struct parser {
	struct conf	*conf;
	struct arena	*arena;		/* of the conf */
	struct conf_report *report;
	const struct conf_reader *reader;
	struct conf_place place;	/* of the directive being parsed */
	const char	*prefix;	/* its name, if options need it */
	bool		quiet;		/* say nothing about effects */
	bool		host_said;	/* that a restrict line follows DNS */
	struct conf_restrict *last_restrict;	/* ends of the lists */
	struct conf_interface *last_interface;
	unsigned int	depth;		/* of includefile */
	unsigned int	files;		/* read so far */
	struct fudge	*fudges;
	bool		stepback_given, stepforward_given;
	bool		statistics;	/* statistics or filegen were named */
	struct conf_place statistics_place;
	struct conf_place tos_place;	/* of the last tos line */
	uint32_t	orphan;		/* tos orphan; 0: not given */
	struct conf_place orphan_place;
	/* Complaints said once, by row: directives, then options. */
	bool		said[DIRECTIVES_MAX];
	const struct option *said_options[PARSE_OPTIONS_MAX];
	size_t		nsaid_options;
};

/* parse.c: what most directives need. */

#define parse_error(parser, word, ...)					\
	report_add((parser)->report, CONF_ERROR, (word)->place, __VA_ARGS__)
#define parse_warning(parser, word, ...)				\
	report_add((parser)->report, CONF_WARNING, (word)->place, __VA_ARGS__)

/* Complains as the effect says, once a row. False: refused. */
bool	parse_directive_effect(struct parser *parser,
	    const struct directive *directive, const struct word *word);
bool	parse_option_effect(struct parser *parser,
	    const struct option *option, const struct word *word);

/*
 * One option with its value. target: where STORE_* offsets count from; what:
 * "option" or "flag", for the complaint. Returns the word after it, or NULL.
 */
struct word *parse_option(struct parser *parser, const struct option *options,
	    const char *what, void *target, struct word *word);
/* All the words as options. */
void	parse_options(struct parser *parser, const struct option *options,
	    const char *what, void *target, struct word *words);
void	parse_unknown_option(struct parser *parser,
	    const struct option *options, const char *what,
	    const struct word *word);

/* False, and an error, if there are words left. */
bool	parse_end(struct parser *parser, const struct word *words);

/* Remembers a word without effect for --explain. */
void	parse_remember(struct parser *parser, const struct word *word,
	    const char *name, const char *reason);

/* conf.c: parses a file into the conf. from: the word that names it, NULL for
 * the main file; optional: a missing one is only warned about.
 */
void	parse_file(struct parser *parser, const char *path,
	    const struct word *from, bool optional);

/* Directives: settings.c */
void	parse_settings(struct parser *, const struct directive *,
	    struct word *);
void	parse_mode(struct parser *, const struct directive *, struct word *);
void	parse_string(struct parser *, const struct directive *, struct word *);
void	parse_integer(struct parser *, const struct directive *,
	    struct word *);
void	parse_decimal(struct parser *, const struct directive *,
	    struct word *);
void	parse_words(struct parser *, const struct directive *, struct word *);
void	parse_driftfile(struct parser *, const struct directive *,
	    struct word *);
void	parse_include(struct parser *, const struct directive *,
	    struct word *);
/* lists.c */
void	parse_keys_list(struct parser *, const struct directive *,
	    struct word *);
void	parse_logconfig(struct parser *, const struct directive *,
	    struct word *);
void	parse_setvar(struct parser *, const struct directive *, struct word *);
void	parse_statistics(struct parser *, const struct directive *,
	    struct word *);
void	parse_filegen(struct parser *, const struct directive *,
	    struct word *);
void	parse_authenticate(struct parser *, const struct directive *,
	    struct word *);
/* source.c */
void	parse_server(struct parser *, const struct directive *, struct word *);
void	parse_pool(struct parser *, const struct directive *, struct word *);
void	parse_peer(struct parser *, const struct directive *, struct word *);
/* refclock.c */
void	parse_refclock(struct parser *, const struct directive *,
	    struct word *);
void	parse_fudge(struct parser *, const struct directive *, struct word *);
void	parse_broadcast(struct parser *, const struct directive *,
	    struct word *);
/* restrict.c */
void	parse_restrict(struct parser *, const struct directive *,
	    struct word *);
/* interface.c */
void	parse_interface(struct parser *, const struct directive *,
	    struct word *);

/* apply functions of the option tables */
void	server_poll(struct parser *, void *, const struct option *,
	    const struct word *, int64_t);
void	server_version(struct parser *, void *, const struct option *,
	    const struct word *, int64_t);
void	server_port(struct parser *, void *, const struct option *,
	    const struct word *, int64_t);
void	tos_minsane(struct parser *, void *, const struct option *,
	    const struct word *, int64_t);
void	tos_orphan(struct parser *, void *, const struct option *,
	    const struct word *, int64_t);
void	tinker_given(struct parser *, void *, const struct option *,
	    const struct word *, int64_t);
void	discard_average(struct parser *, void *, const struct option *,
	    const struct word *, int64_t);
void	mru_size(struct parser *, void *, const struct option *,
	    const struct word *, int64_t);

/* host.c: an address with optional [brackets]; false: not numeric. */
bool	parse_address(const char *text, struct address *address);
/* True for a numeric address and for what DNS could know. */
bool	parse_host_valid(const char *text);
/* 4 or 6 and the next word, if this one is -4 or -6; else 0. */
uint8_t	parse_family(struct word **words);

/* refclock.c: fudge and orphan onto the sources. */
void	source_finish(struct parser *parser);
/* source.c: a source of that name, with the defaults. */
struct conf_source *source_new(struct arena *arena, struct conf_place place,
	    enum source_kind kind, uint8_t family, const char *name);
bool	source_is_refclock(const char *text);	/* 127.127.t.u */
/* Makes it the local clock: default stratum, no flags. */
void	source_local(struct conf_source *source);
/* False, and an error, if it cannot be. A second one is only warned about. */
bool	source_append(struct conf *conf, struct conf_source *source,
	    struct conf_report *report);

/*
 * restrict.c: ADDRESS[/LENGTH], the bits behind the length cleared. False: not
 * of that form; or an error was reported.
 */
bool	parse_network(struct parser *parser, const struct word *word,
	    struct address *address, unsigned int *prefix);

/* interface.c: the words, for the dump; NULL where there is none. */
const char *interface_action_name(enum conf_interface_action action);
const char *interface_match_name(enum conf_interface_match match);

/* check.c: what can only be judged when everything is there. */
void	check_conf(struct parser *parser);
/* Fills what depends on the number of sources. */
void	check_derive(struct conf *conf);

#endif
