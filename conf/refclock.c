/*
 * fudge, ntpsec's refclock, and orphan mode, onto the local clock; and the
 * broadcast directives, which only have to parse. Runs in the parent.
 */
#include "conf/parse.h"

#include <stdio.h>
#include <string.h>

#include "conf/number.h"

#define TYPE_LOCAL	1	/* of 127.127.t.u */
#define STRATUM_UNSET	UINT32_MAX
#define ORPHAN_OFF	16	/* tos orphan 16: as if it were not there */

void
parse_fudge(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	struct fudge *fudge;
	struct address address;

	if (words == NULL) {
		report_add(parser->report, CONF_ERROR, parser->place,
		    "`fudge` wants: %s", directive->usage);
		return;
	}
	if (!parse_address(words->text, &address) || address.family != 4 ||
	    address.bytes[0] != 127 || address.bytes[1] != 127) {
		parse_error(parser, words, "fudge needs a 127.127.t.u "
		    "address; `%s` given", words->text);
		return;
	}
	fudge = arena_alloc(parser->arena, sizeof(*fudge));
	fudge->place = words->place;
	fudge->type = address.bytes[2];
	fudge->unit = address.bytes[3];
	fudge->stratum = STRATUM_UNSET;
	/* The lines of other drivers are refused where they are named. */
	parser->quiet = fudge->type != TYPE_LOCAL;
	parse_options(parser, options_fudge, "option", fudge, words->next);
	parser->quiet = false;
	fudge->next = parser->fudges;
	parser->fudges = fudge;
}

static bool
refclock_unit(struct parser *parser, struct word **word, uint8_t *unit)
{
	int64_t number;

	*unit = 0;
	if (*word == NULL || strcmp((*word)->text, "unit") != 0)
		return true;
	*word = (*word)->next;
	if (*word == NULL || !number_integer((*word)->text, &number) ||
	    number < 0 || number > 255) {
		report_add(parser->report, CONF_ERROR, *word == NULL ?
		    parser->place : (*word)->place,
		    "`unit` wants a number from 0 to 255");
		return false;
	}
	*unit = (uint8_t)number;
	*word = (*word)->next;
	return true;
}

/* Options of server and of fudge on one line, as ntpsec has it. */
static void
refclock_options(struct parser *parser, struct conf_source *source,
    struct fudge *fudge, struct word *word)
{
	while (word != NULL) {
		if (option_find(options_fudge, word->text) != NULL)
			word = parse_option(parser, options_fudge, "option",
			    fudge, word);
		else
			word = parse_option(parser, options_server, "option",
			    source, word);
	}
}

static void
refclock_local(struct parser *parser, struct word *word, uint8_t unit)
{
	struct conf_source *source;
	struct fudge *fudge;
	char name[sizeof("127.127.1.255")];

	(void)snprintf(name, sizeof(name), "127.127.%d.%u", TYPE_LOCAL, unit);
	source = source_new(parser->arena, parser->place, SOURCE_LOCAL, 0,
	    name);
	fudge = arena_alloc(parser->arena, sizeof(*fudge));
	fudge->place = parser->place;
	fudge->type = TYPE_LOCAL;
	fudge->unit = unit;
	fudge->stratum = STRATUM_UNSET;
	refclock_options(parser, source, fudge, word);
	source_local(source);
	(void)source_append(parser->conf, source, parser->report);
	fudge->next = parser->fudges;
	parser->fudges = fudge;
}

void
parse_refclock(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	static const char *const later[] = { "shm", "pps", "gpsd", NULL };
	struct word *next;
	uint8_t unit;
	size_t i;

	if (words == NULL) {
		report_add(parser->report, CONF_ERROR, parser->place,
		    "`refclock` wants: %s", directive->usage);
		return;
	}
	next = words->next;
	if (!refclock_unit(parser, &next, &unit))
		return;
	if (strcmp(words->text, "local") == 0) {
		refclock_local(parser, next, unit);
		return;
	}
	for (i = 0; later[i] != NULL; i++) {
		if (strcmp(words->text, later[i]) == 0) {
			parse_error(parser, words, "refclock driver `%s` is "
			    "not supported yet", words->text);
			return;
		}
	}
	parse_error(parser, words, "no such driver: `%s`; the drivers are "
	    "`local`, `shm`, `pps` and `gpsd`", words->text);
}

void
parse_broadcast(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	uint32_t ignored = 0;

	(void)parse_family(&words);
	if (words == NULL) {
		report_add(parser->report, CONF_ERROR, parser->place,
		    "`%s` wants: %s", directive->name, directive->usage);
		return;
	}
	if (!parse_host_valid(words->text))
		parse_error(parser, words, "`%s` is neither an address nor a "
		    "host name", words->text);
	parse_options(parser, options_broadcast, "option", &ignored,
	    words->next);
}

/* The source a fudge line is about, or NULL. */
static struct conf_source *
fudge_source(struct conf *conf, const struct fudge *fudge)
{
	struct conf_source *source;
	struct address address;

	for (source = conf->sources; source != NULL; source = source->next) {
		if (source->settings.kind == SOURCE_LOCAL &&
		    address_from_text(source->settings.name, &address) &&
		    address.bytes[2] == fudge->type &&
		    address.bytes[3] == fudge->unit)
			return source;
	}
	return NULL;
}

static void
fudge_apply(struct parser *parser, const struct fudge *fudge)
{
	struct conf_source *source;

	source = fudge_source(parser->conf, fudge);
	if (source == NULL && fudge->type != TYPE_LOCAL)
		return;
	if (source == NULL)
		report_add(parser->report, CONF_WARNING, fudge->place,
		    "fudge without effect: there is no `server 127.127.%u.%u`",
		    fudge->type, fudge->unit);
	else if (fudge->stratum != STRATUM_UNSET)
		source->settings.stratum = (uint8_t)fudge->stratum;
}

/*
 * Orphan mode is not there yet; a local clock that is told as the orphan's
 * stratum does the same for a single server.
 */
static void
orphan_apply(struct parser *parser)
{
	struct conf_source *source;

	if (parser->orphan == 0 || parser->orphan >= ORPHAN_OFF)
		return;
	for (source = parser->conf->sources; source != NULL;
	    source = source->next) {
		if (source->settings.kind == SOURCE_LOCAL)
			break;
	}
	report_add(parser->report, CONF_NOTICE, parser->orphan_place,
	    "orphan: not yet in effect; %s", source != NULL ?
	    "the local clock stands in for it" :
	    "a local clock is served at that stratum instead");
	if (source != NULL)
		return;
	source = source_new(parser->arena, parser->orphan_place, SOURCE_LOCAL,
	    0, "127.127.1.0");
	source_local(source);
	source->settings.stratum = (uint8_t)(parser->orphan - 1);
	(void)source_append(parser->conf, source, parser->report);
}

void
source_finish(struct parser *parser)
{
	struct fudge *fudge, *next, *reversed = NULL;

	for (fudge = parser->fudges; fudge != NULL; fudge = next) {
		next = fudge->next;
		fudge->next = reversed;
		reversed = fudge;
	}
	parser->fudges = NULL;
	for (fudge = reversed; fudge != NULL; fudge = fudge->next)
		fudge_apply(parser, fudge);
	orphan_apply(parser);
}
