/*
 * Directives that are a few values: paths, numbers, tos, tinker, enable and
 * disable. Runs in the parent.
 */
#include "conf/parse.h"

#include <string.h>

#include "conf/number.h"

#define RHEL_CRYPTO	"/etc/ntp/crypto/pw"

/* An error, too, if nothing follows the directive. */
static bool
settings_argument(struct parser *parser, const struct directive *directive,
    const struct word *words)
{
	if (words != NULL)
		return true;
	report_add(parser->report, CONF_ERROR, parser->place,
	    "`%s` wants: %s", directive->name, directive->usage);
	return false;
}

/* tos, tinker, discard and others: names with values. */
void
parse_settings(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	if (!settings_argument(parser, directive, words))
		return;
	if (directive->offset == offsetof(struct conf, system))
		parser->tos_place = parser->place;
	parser->prefix = directive->name;
	parse_options(parser, directive->options, "option",
	    (unsigned char *)parser->conf + directive->offset, words);
	parser->prefix = NULL;
}

void
parse_mode(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	bool off = strcmp(directive->name, "disable") == 0;
	const struct option *option;

	if (!settings_argument(parser, directive, words))
		return;
	parser->prefix = directive->name;
	for (; words != NULL; words = words->next) {
		option = option_find(directive->options, words->text);
		if (option == NULL) {
			parse_unknown_option(parser, directive->options,
			    "option", words);
			continue;
		}
		(void)parse_option_effect(parser, option, words);
		if (strcmp(words->text, "ntp") == 0)
			parser->conf->disable_ntp = off;
		if (strcmp(words->text, "monitor") == 0)
			parser->conf->disable_monitor = off;
	}
	parser->prefix = NULL;
}

static bool
settings_path(struct parser *parser, const struct word *word)
{
	if (word->text[0] != '\0')
		return true;
	parse_error(parser, word, "an empty path");
	return false;
}

/* One path; offset 0 is conf.path, which no directive sets: not kept. */
void
parse_string(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	unsigned char *field;

	if (!settings_argument(parser, directive, words) ||
	    !settings_path(parser, words))
		return;
	if (directive->options != NULL)
		parse_options(parser, directive->options, "option", NULL,
		    words->next);
	else if (!parse_end(parser, words->next))
		return;
	if (directive->offset == 0)
		return;
	field = (unsigned char *)parser->conf + directive->offset;
	memcpy(field, &words->text, sizeof(words->text));
}

/* driftfile PATH [MINUTES [TOLERANCE]] */
void
parse_driftfile(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	struct word *word;
	int64_t number;

	if (!settings_argument(parser, directive, words) ||
	    !settings_path(parser, words))
		return;
	parser->conf->driftfile = words->text;
	word = words->next;
	if (word != NULL)
		parse_warning(parser, word, "`%s` has no effect: the drift "
		    "file is written when it is worth it", word->text);
	for (; word != NULL && number_decimal(word->text, 0, &number);
	    word = word->next)
		;
	(void)parse_end(parser, word);
}

void
parse_integer(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	int64_t number;

	if (!settings_argument(parser, directive, words))
		return;
	if (!number_integer(words->text, &number))
		parse_error(parser, words, "`%s` wants a whole number, not "
		    "`%s`", directive->name, words->text);
	(void)parse_end(parser, words->next);
}

void
parse_decimal(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	int64_t number;

	if (!settings_argument(parser, directive, words))
		return;
	if (!number_decimal(words->text, 9, &number))
		parse_error(parser, words, "`%s` wants a number, not `%s`",
		    directive->name, words->text);
	(void)parse_end(parser, words->next);
}

/* Anything, or at least one word if there is a usage. */
void
parse_words(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	if (directive->usage != NULL)
		(void)settings_argument(parser, directive, words);
}

void
parse_authenticate(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	if (!settings_argument(parser, directive, words))
		return;
	if (strcmp(words->text, "yes") != 0 && strcmp(words->text, "no") != 0)
		parse_error(parser, words, "`authenticate` wants yes or no, "
		    "not `%s`", words->text);
	(void)parse_end(parser, words->next);
}

/* Red Hat's file includes one that need not be there. */
void
parse_include(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	if (!settings_argument(parser, directive, words) ||
	    !settings_path(parser, words) ||
	    !parse_end(parser, words->next))
		return;
	parse_file(parser, words->text, words,
	    strcmp(words->text, RHEL_CRYPTO) == 0);
}

void
tos_minsane(struct parser *parser, void *target, const struct option *option,
    const struct word *word, int64_t number)
{
	(void)target;
	(void)option;
	(void)word;
	(void)number;
	parser->conf->minsane_given = true;
}

void
tos_orphan(struct parser *parser, void *target, const struct option *option,
    const struct word *word, int64_t number)
{
	(void)target;
	(void)option;
	parser->orphan = (uint32_t)number;
	parser->orphan_place = word->place;
}

void
tinker_given(struct parser *parser, void *target, const struct option *option,
    const struct word *word, int64_t number)
{
	struct conf_tinker *tinker = target;

	(void)word;
	(void)number;
	if (strcmp(option->name, "stepback") == 0)
		parser->stepback_given = true;
	else if (strcmp(option->name, "stepfwd") == 0)
		parser->stepforward_given = true;
	else
		tinker->frequency_given = true;
}
