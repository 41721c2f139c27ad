/*
 * What the directives have in common: what is said about a word that has no
 * effect, options with their values, addresses. Runs in the parent.
 */
#include "conf/parse.h"

#include <stdio.h>
#include <string.h>

#include "conf/number.h"
#include "conf/suggest.h"

void
parse_remember(struct parser *parser, const struct word *word,
    const char *name, const char *reason)
{
	struct conf_ineffective *ineffective, **tail;

	ineffective = arena_alloc(parser->arena, sizeof(*ineffective));
	ineffective->place = word->place;
	ineffective->word = name;
	ineffective->reason = reason;
	for (tail = &parser->conf->ineffective; *tail != NULL;
	    tail = &(*tail)->next)
		;
	*tail = ineffective;
}

static bool
parse_reason_said(const struct parser *parser, const char *reason)
{
	const struct conf_ineffective *ineffective;

	for (ineffective = parser->conf->ineffective; ineffective != NULL;
	    ineffective = ineffective->next) {
		if (strcmp(ineffective->reason, reason) == 0)
			return true;
	}
	return false;
}

/* False: refused. */
static bool
parse_effect(struct parser *parser, const struct word *word,
    enum effect effect, const char *name, const char *reason)
{
	switch (effect) {
	case EFFECT_NOW:
	case EFFECT_SILENT:
		return true;
	case EFFECT_NOTICE:
		report_add(parser->report, CONF_NOTICE, word->place, "%s",
		    reason);
		break;
	case EFFECT_LATER:
		report_add(parser->report, CONF_NOTICE, word->place,
		    "%s: not yet in effect; %s", name, reason);
		break;
	case EFFECT_NONE:
		parse_warning(parser, word, "`%s` has no effect: %s", name,
		    reason);
		break;
	case EFFECT_LOUD:
		if (parse_reason_said(parser, reason))
			return true;
		parse_warning(parser, word, "%s", reason);
		break;
	case EFFECT_REFUSED:
		parse_error(parser, word, "`%s`: %s", name, reason);
		return false;
	}
	parse_remember(parser, word, name, reason);
	return true;
}

/* The row that speaks for this one. */
static const struct directive *
parse_speaker(const struct directive *directive)
{
	if (directive->with == NULL)
		return directive;
	return directive_find(directive->with);
}

bool
parse_directive_effect(struct parser *parser,
    const struct directive *directive, const struct word *word)
{
	const struct directive *speaker = parse_speaker(directive);
	size_t i = directive_index(speaker);

	if (parser->said[i] && directive->effect != EFFECT_REFUSED)
		return true;
	parser->said[i] = true;
	return parse_effect(parser, word, directive->effect, directive->name,
	    speaker->reason);
}

static bool
parse_option_said(struct parser *parser, const struct option *option)
{
	size_t i;

	for (i = 0; i < parser->nsaid_options; i++) {
		if (parser->said_options[i] == option)
			return true;
	}
	if (parser->nsaid_options < PARSE_OPTIONS_MAX)
		parser->said_options[parser->nsaid_options++] = option;
	return false;
}

/* "tinker allan" says more than "allan". */
static const char *
parse_option_name(struct parser *parser, const struct option *option)
{
	char text[64];

	if (parser->prefix == NULL)
		return option->name;
	(void)snprintf(text, sizeof(text), "%s %s", parser->prefix,
	    option->name);
	return arena_text(parser->arena, text, strlen(text));
}

bool
parse_option_effect(struct parser *parser, const struct option *option,
    const struct word *word)
{
	if (option->effect == EFFECT_NOW || option->effect == EFFECT_SILENT)
		return true;
	if (option->effect != EFFECT_REFUSED &&
	    (parser->quiet || parse_option_said(parser, option)))
		return true;
	return parse_effect(parser, word, option->effect,
	    parse_option_name(parser, option), option->reason);
}

/* In which directive the word would have been right. */
static const struct option_owner *
parse_owner(const struct option *options, const char *name)
{
	const struct option_owner *owner;

	for (owner = option_owners; owner->options != NULL; owner++) {
		if (owner->options != options &&
		    option_find(owner->options, name) != NULL)
			return owner;
	}
	return NULL;
}

void
parse_unknown_option(struct parser *parser, const struct option *options,
    const char *what, const struct word *word)
{
	const struct option_owner *owner;
	const struct foreign *foreign;
	const struct option *option;
	struct suggest suggest;

	if (parser->report->errors > REPORT_MAX) {
		parse_error(parser, word, "unknown %s", what);
		return;
	}
	suggest_start(&suggest, word->text);
	for (option = options; option->name != NULL; option++)
		suggest_offer(&suggest, option->name);
	owner = parse_owner(options, word->text);
	foreign = foreign_find(word->text);
	if (foreign != NULL && owner == NULL)
		parse_error(parser, word, "`%s` is %s word; equivalent: %s",
		    word->text, foreign->owner, foreign->equivalent);
	else if (owner != NULL)
		parse_error(parser, word, "unknown %s `%s` here; it is an "
		    "option of %s", what, word->text, owner->name);
	else if (suggest.best != NULL)
		parse_error(parser, word, "unknown %s `%s`; did you mean "
		    "`%s`?", what, word->text, suggest.best);
	else
		parse_error(parser, word, "unknown %s `%s`", what,
		    word->text);
}

static bool
parse_number(const struct option *option, const char *text, int64_t *number)
{
	switch (option->kind) {
	case VALUE_INTEGER:
		return number_integer(text, number);
	case VALUE_SECONDS:
	case VALUE_DECIMAL:
		return number_decimal(text, 9, number);
	case VALUE_PPM:
		return number_decimal(text, 6, number);
	case VALUE_NONE:
	case VALUE_TEXT:
		break;
	}
	*number = 0;
	return true;
}

static int
parse_scale(const struct option *option)
{
	if (option->kind == VALUE_INTEGER)
		return 0;
	return option->kind == VALUE_PPM ? 6 : 9;
}

/* The value is good, or an error has been reported. */
static bool
parse_value(struct parser *parser, const struct option *option,
    const struct word *word, int64_t *number)
{
	char low[NUMBER_TEXT], high[NUMBER_TEXT];
	int scale = parse_scale(option);

	if (!parse_number(option, word->text, number)) {
		parse_error(parser, word, "`%s` wants %s number, not `%s`",
		    option->name, option->kind == VALUE_INTEGER ? "a whole" :
		    "a", word->text);
		return false;
	}
	if ((option->min == 0 && option->max == 0) ||
	    (*number >= option->min && *number <= option->max))
		return true;
	parse_error(parser, word, "`%s %s` is out of range: %s to %s",
	    option->name, word->text, number_format(option->min, scale, low),
	    number_format(option->max, scale, high));
	return false;
}

static void
parse_store(const struct option *option, void *target, int64_t number)
{
	unsigned char *field;
	uint32_t word = (uint32_t)number;

	if (option->store == STORE_NOT)
		return;
	field = (unsigned char *)target + option->offset;
	switch (option->store) {
	case STORE_NOT:
		break;
	case STORE_U32:
		memcpy(field, &word, sizeof(word));
		return;
	case STORE_I64:
		memcpy(field, &number, sizeof(number));
		return;
	case STORE_FLAG:
		memcpy(&word, field, sizeof(word));
		word |= option->flag;
		memcpy(field, &word, sizeof(word));
		return;
	}
}

struct word *
parse_option(struct parser *parser, const struct option *options,
    const char *what, void *target, struct word *word)
{
	const struct option *option;
	struct word *value = word;
	int64_t number = 0;
	bool good;

	option = option_find(options, word->text);
	if (option == NULL) {
		parse_unknown_option(parser, options, what, word);
		/* A number behind it is its value, not one more mistake. */
		if (word->next != NULL &&
		    number_decimal(word->next->text, 0, &number))
			word = word->next;
		return word->next;
	}
	good = parse_option_effect(parser, option, word);
	if (option->kind != VALUE_NONE) {
		value = word->next;
		if (value == NULL) {
			parse_error(parser, word, "a value is missing after "
			    "`%s`", word->text);
			return NULL;
		}
		good = parse_value(parser, option, value, &number) && good;
	}
	if (good) {
		parse_store(option, target, number);
		if (option->apply != NULL)
			option->apply(parser, target, option, value, number);
	}
	return value->next;
}

void
parse_options(struct parser *parser, const struct option *options,
    const char *what, void *target, struct word *words)
{
	while (words != NULL)
		words = parse_option(parser, options, what, target, words);
}

bool
parse_end(struct parser *parser, const struct word *words)
{
	if (words == NULL)
		return true;
	parse_error(parser, words, "`%s` is too much here", words->text);
	return false;
}
