/*
 * Directives that are lists with a grammar of their own: trustedkey,
 * logconfig, setvar, statistics, filegen. Runs in the parent.
 */
#include "conf/parse.h"

#include <string.h>

#include "conf/number.h"

#define KEY_MAX	65535

static void
lists_usage(struct parser *parser, const struct directive *directive)
{
	report_add(parser->report, CONF_ERROR, parser->place,
	    "`%s` wants: %s", directive->name, directive->usage);
}

static bool
lists_key(struct parser *parser, const struct word *word, int64_t *number)
{
	if (number_integer(word->text, number) && *number >= 1 &&
	    *number <= KEY_MAX)
		return true;
	parse_error(parser, word, "`%s` is no key: 1 to %d", word->text,
	    KEY_MAX);
	return false;
}

/* (30 ... 39), the word being the parenthesis. Returns what follows. */
static const struct word *
lists_range(struct parser *parser, const struct word *word)
{
	const struct word *part[4];
	int64_t low, high;
	size_t i;

	for (i = 0; i < 4; i++) {
		part[i] = i == 0 ? word->next : part[i - 1]->next;
		if (part[i] == NULL)
			break;
	}
	if (i < 4 || strcmp(part[1]->text, "...") != 0 ||
	    strcmp(part[3]->text, ")") != 0) {
		parse_error(parser, word, "a range is written (30 ... 39)");
		return NULL;
	}
	if (lists_key(parser, part[0], &low) &&
	    lists_key(parser, part[2], &high) && low > high)
		parse_error(parser, word, "the range ends before it begins");
	return part[3]->next;
}

void
parse_keys_list(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	const struct word *word = words;
	int64_t number;

	if (words == NULL)
		lists_usage(parser, directive);
	while (word != NULL) {
		if (strcmp(word->text, "(") == 0)
			word = lists_range(parser, word);
		else {
			(void)lists_key(parser, word, &number);
			word = word->next;
		}
	}
}

/* Removes a prefix out of a table; the index, or -1 for "all", or -2. */
static int
logconfig_part(const char **text, const char *const names[4])
{
	int i;

	for (i = 0; i < 4; i++) {
		if (strncmp(*text, names[i], strlen(names[i])) == 0) {
			*text += strlen(names[i]);
			return i;
		}
	}
	if (strncmp(*text, "all", 3) != 0)
		return -2;
	*text += 3;
	return -1;
}

/* syncall, allevents, all; 0: no such thing */
static uint32_t
logconfig_mask(const char *text)
{
	static const char *const classes[4] = { [CONF_LOG_SYS] = "sys",
	    [CONF_LOG_PEER] = "peer", [CONF_LOG_CLOCK] = "clock",
	    [CONF_LOG_SYNC] = "sync" };
	static const char *const types[4] = { [CONF_LOG_INFO] = "info",
	    [CONF_LOG_EVENTS] = "events",
	    [CONF_LOG_STATISTICS] = "statistics",
	    [CONF_LOG_STATUS] = "status" };
	uint32_t mask = 0;
	int class, type = -1, i;

	class = logconfig_part(&text, classes);
	if (class == -2)
		return 0;
	if (*text != '\0' || class >= 0)
		type = logconfig_part(&text, types);
	if (type == -2 || *text != '\0')
		return 0;
	for (i = 0; i < 16; i++) {
		if ((class < 0 || i / 4 == class) &&
		    (type < 0 || i % 4 == type))
			mask |= UINT32_C(1) << i;
	}
	return mask;
}

void
parse_logconfig(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	uint32_t *bits = &parser->conf->logconfig, mask;
	const char *text;
	char sign;

	if (words == NULL)
		lists_usage(parser, directive);
	for (; words != NULL; words = words->next) {
		text = words->text;
		sign = '=';
		if (*text != '\0' && strchr("=+-", *text) != NULL)
			sign = *text++;
		/* a blank may follow the sign */
		if (*text == '\0' && words->next != NULL) {
			words = words->next;
			text = words->text;
		}
		mask = logconfig_mask(text);
		if (mask == 0)
			parse_error(parser, words, "`%s` is no class and type "
			    "of messages, as `syncall` is", text);
		else if (sign == '=')
			*bits = mask;
		else if (sign == '+')
			*bits |= mask;
		else
			*bits &= ~mask;
	}
}

/* NAME=VALUE or NAME = VALUE, and perhaps "default" */
void
parse_setvar(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	const char *equals;

	if (words == NULL) {
		lists_usage(parser, directive);
		return;
	}
	equals = strchr(words->text, '=');
	if (equals == NULL && words->next != NULL &&
	    words->next->text[0] == '=') {
		words = words->next;
		equals = words->text;
	}
	if (equals == NULL || (equals[1] == '\0' && words->next == NULL)) {
		lists_usage(parser, directive);
		return;
	}
	if (equals[1] == '\0')
		words = words->next;
	words = words->next;
	if (words != NULL && strcmp(words->text, "default") == 0)
		words = words->next;
	(void)parse_end(parser, words);
}

static void
lists_statistics(struct parser *parser)
{
	if (!parser->statistics)
		parser->statistics_place = parser->place;
	parser->statistics = true;
}

void
parse_statistics(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	if (words == NULL)
		lists_usage(parser, directive);
	else
		lists_statistics(parser);
	parse_options(parser, directive->options, "kind of statistics", NULL,
	    words);
}

static bool
filegen_type(const char *text)
{
	static const char *const types[] = { "none", "pid", "day", "week",
	    "month", "year", "age", NULL };
	size_t i;

	for (i = 0; types[i] != NULL; i++) {
		if (strcmp(text, types[i]) == 0)
			return true;
	}
	return false;
}

void
parse_filegen(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	struct word *word;

	if (words == NULL) {
		lists_usage(parser, directive);
		return;
	}
	lists_statistics(parser);
	if (option_find(options_statistics, words->text) == NULL)
		parse_unknown_option(parser, options_statistics,
		    "kind of statistics", words);
	for (word = words->next; word != NULL; word = word->next) {
		if (strcmp(word->text, "type") == 0 && word->next != NULL &&
		    !filegen_type(word->next->text))
			parse_error(parser, word->next, "`%s` is not none, "
			    "pid, day, week, month, year or age",
			    word->next->text);
		if (strcmp(word->text, "type") == 0 ||
		    strcmp(word->text, "file") == 0)
			word = word->next == NULL ? word : word->next;
	}
	parse_options(parser, directive->options, "option", NULL,
	    words->next);
}
