/*
 * Sources of time: server, pool, peer, refclock, the local clock and fudge.
 * Runs in the parent.
 */
#include "conf/parse.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MINPOLL_DEFAULT	6
#define MAXPOLL_DEFAULT	10
#define POLL_LOWEST	3
#define POLL_HIGHEST	17
#define LOCAL_STRATUM	5	/* as ntpd's driver: served as 6 */
#define TYPE_LOCAL	1	/* of 127.127.t.u */

/* Names of ntpd's drivers, by their number in 127.127.t.u. */
static const char *const refclock_names[] = {
	[1] = "local", [3] = "PST", [4] = "spectracom", [5] = "truetime",
	[6] = "IRIG audio", [7] = "CHU audio", [8] = "generic (parse)",
	[9] = "MX4200", [10] = "AS2201", [11] = "Arbiter", [12] = "TPRO",
	[13] = "Leitch", [15] = "TrueTime", [16] = "Bancomm", [17] = "Datum",
	[18] = "modem", [19] = "Heath", [20] = "NMEA", [21] = "VME",
	[22] = "PPS", [26] = "HP GPS", [27] = "MSF Arcron", [28] = "SHM",
	[29] = "Palisade", [30] = "Oncore", [31] = "Jupiter",
	[32] = "Chronolog", [33] = "Dumbclock", [34] = "Ultralink",
	[35] = "PCF", [36] = "WWV audio", [37] = "Forum Graphic",
	[38] = "Hopf serial", [39] = "Hopf PCI", [40] = "JJY",
	[41] = "TrueTime IRIG", [42] = "Zyfer", [43] = "RIPE NCC",
	[44] = "NeoClock4X", [45] = "Spectracom TSYNC", [46] = "GPSD JSON",
};

#define REFCLOCK_NAMES	(sizeof(refclock_names) / sizeof(refclock_names[0]))

struct conf_source *
source_new(struct arena *arena, struct conf_place place,
    enum source_kind kind, uint8_t family, const char *name)
{
	struct conf_source *source;
	char text[ADDRESS_TEXT];
	struct address address;

	source = arena_alloc(arena, sizeof(*source));
	source->place = place;
	source->settings.kind = (uint8_t)kind;
	source->settings.family = family;
	source->settings.version = 4;
	source->settings.port = 123;
	/* -1: not given; see source_polls */
	source->settings.minpoll = -1;
	source->settings.maxpoll = -1;
	if (parse_address(name, &address))
		name = address_to_text(&address, text);
	(void)snprintf(source->settings.name, sizeof(source->settings.name),
	    "%s", name);
	return source;
}

/* One of both given beyond the other's default takes that with it. */
static void
source_polls(struct conf_source *source)
{
	struct msg_conf_source *settings = &source->settings;

	if (settings->minpoll < 0) {
		settings->minpoll = MINPOLL_DEFAULT;
		if (settings->maxpoll >= 0 &&
		    settings->maxpoll < MINPOLL_DEFAULT)
			settings->minpoll = settings->maxpoll;
	}
	if (settings->maxpoll < 0) {
		settings->maxpoll = MAXPOLL_DEFAULT;
		if (settings->minpoll > MAXPOLL_DEFAULT)
			settings->maxpoll = settings->minpoll;
	}
}

/* What net and the difference of two configurations know a source by. */
static bool
source_same(const struct conf_source *a, const struct conf_source *b)
{
	return a->settings.kind == b->settings.kind &&
	    a->settings.family == b->settings.family &&
	    strcasecmp(a->settings.name, b->settings.name) == 0;
}

bool
source_append(struct conf *conf, struct conf_source *source,
    struct conf_report *report)
{
	struct conf_source **tail;

	source_polls(source);
	if (source->settings.minpoll > source->settings.maxpoll) {
		report_add(report, CONF_ERROR, source->place,
		    "minpoll %d is above maxpoll %d",
		    source->settings.minpoll, source->settings.maxpoll);
		return false;
	}
	for (tail = &conf->sources; *tail != NULL; tail = &(*tail)->next) {
		if (!source_same(*tail, source))
			continue;
		report_add(report, CONF_WARNING, source->place,
		    "`%s` is there already; the first one counts",
		    source->settings.name);
		return true;
	}
	if (conf->nsources >= CONF_SOURCES_MAX) {
		report_add(report, CONF_ERROR, source->place,
		    "more than %d sources", CONF_SOURCES_MAX);
		return false;
	}
	*tail = source;
	conf->nsources++;
	return true;
}

void
server_poll(struct parser *parser, void *target, const struct option *option,
    const struct word *word, int64_t number)
{
	struct conf_source *source = target;
	int64_t poll = number;

	if (poll < POLL_LOWEST)
		poll = POLL_LOWEST;
	if (poll > POLL_HIGHEST)
		poll = POLL_HIGHEST;
	if (poll != number)
		parse_warning(parser, word, "%s %s is outside %d to %d; %d is "
		    "used", option->name, word->text, POLL_LOWEST,
		    POLL_HIGHEST, (int)poll);
	if (strcmp(option->name, "minpoll") == 0)
		source->settings.minpoll = (int8_t)poll;
	else
		source->settings.maxpoll = (int8_t)poll;
}

void
server_version(struct parser *parser, void *target,
    const struct option *option, const struct word *word, int64_t number)
{
	struct conf_source *source = target;

	(void)option;
	if (number < 3)
		parse_warning(parser, word, "version %s has no effect: "
		    "requests are sent as version 4", word->text);
	else
		source->settings.version = (uint8_t)number;
}

void
server_port(struct parser *parser, void *target, const struct option *option,
    const struct word *word, int64_t number)
{
	struct conf_source *source = target;

	(void)parser;
	(void)option;
	(void)word;
	source->settings.port = (uint16_t)number;
}

/* Type and unit of 127.127.t.u; false: some other host. */
static bool
source_refclock(const char *text, uint8_t *type, uint8_t *unit)
{
	struct address address;

	if (!parse_address(text, &address) || address.family != 4 ||
	    address.bytes[0] != 127 || address.bytes[1] != 127)
		return false;
	*type = address.bytes[2];
	*unit = address.bytes[3];
	return true;
}

bool
source_is_refclock(const char *text)
{
	uint8_t type, unit;

	return source_refclock(text, &type, &unit);
}

static void
refclock_refuse(struct parser *parser, const struct word *word, uint8_t type)
{
	const char *name = NULL;

	if (type < REFCLOCK_NAMES)
		name = refclock_names[type];
	if (type == 22 || type == 28 || type == 46)
		parse_error(parser, word, "refclock type %u (%s) is not "
		    "supported yet", type, name);
	else
		parse_error(parser, word, "refclock type %u (%s) is not "
		    "supported; use gpsd with the SHM or SOCK driver", type,
		    name == NULL ? "unknown" : name);
}

/* Only the numbers: a name may yet resolve to something useless. */
static bool
source_address_good(struct parser *parser, const struct word *word,
    uint8_t family)
{
	struct address address;

	if (!parse_host_valid(word->text)) {
		parse_error(parser, word, "`%s` is neither an address nor a "
		    "host name", word->text);
		return false;
	}
	if (!parse_address(word->text, &address))
		return true;
	if (!address_is_unicast(&address)) {
		parse_error(parser, word, "`%s` is no unicast address",
		    word->text);
		return false;
	}
	if (family != 0 && family != address.family) {
		parse_error(parser, word, "`%s` is no IPv%u address",
		    word->text, family);
		return false;
	}
	return true;
}

/* `server a b`: a second address is told apart from a misspelt option. */
static void
source_options(struct parser *parser, struct conf_source *source,
    struct word *word)
{
	struct address address;

	while (word != NULL) {
		if (parse_address(word->text, &address)) {
			parse_error(parser, word, "`%s` is not an option; one "
			    "address per line", word->text);
			word = word->next;
		} else
			word = parse_option(parser, options_server, "option",
			    source, word);
	}
}

void
source_local(struct conf_source *source)
{
	source->settings.stratum = LOCAL_STRATUM;
	source->settings.port = 0;
	source->settings.flags = 0;
	source->settings.key = 0;
	source->settings.bias_ns = 0;
	source->settings.version = 4;
}

static void
source_parse(struct parser *parser, const struct directive *directive,
    struct word *word, enum source_kind kind)
{
	struct conf_source *source;
	uint8_t family, type, unit;

	family = parse_family(&word);
	if (word == NULL) {
		report_add(parser->report, CONF_ERROR, parser->place,
		    "`%s` wants: %s", directive->name, directive->usage);
		return;
	}
	if (source_refclock(word->text, &type, &unit)) {
		if (kind != SOURCE_SERVER)
			parse_error(parser, word, "`%s` is a reference clock: "
			    "use `server`", word->text);
		else if (type != TYPE_LOCAL) {
			refclock_refuse(parser, word, type);
			return;
		}
		kind = SOURCE_LOCAL;
	} else if (!source_address_good(parser, word, family))
		return;
	source = source_new(parser->arena, word->place, kind, family,
	    word->text);
	source->peer = strcmp(directive->name, "peer") == 0;
	source_options(parser, source, word->next);
	if (kind == SOURCE_LOCAL) {
		if ((source->settings.flags & SOURCE_PREFER) != 0)
			parse_warning(parser, word, "`prefer` has no effect "
			    "on the local clock: it never disciplines");
		source_local(source);
	}
	(void)source_append(parser->conf, source, parser->report);
}

void
parse_server(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	source_parse(parser, directive, words, SOURCE_SERVER);
}

void
parse_pool(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	source_parse(parser, directive, words, SOURCE_POOL);
}

void
parse_peer(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	source_parse(parser, directive, words, SOURCE_SERVER);
}
