/*
 * restrict and unrestrict: who may ask for what; and how often, as far as the
 * tables cannot say it. Runs in the parent.
 */
#include "conf/parse.h"

#include <string.h>

#include "common/resolve_message.h"
#include "conf/number.h"

#define SECOND	INT64_C(1000000000)	/* in ns, and one in billionths */

static unsigned int
restrict_bits(uint8_t family)
{
	return family == 4 ? 32 : 128;
}

/* The length of a mask, or -1 if its ones do not stand together. */
static int
restrict_mask_length(const struct address *mask)
{
	unsigned int bits = restrict_bits(mask->family), i;
	int length = -1;

	for (i = 0; i < bits; i++) {
		bool one = (mask->bytes[i / 8] >> (7 - i % 8) & 1) != 0;

		if (!one && length < 0)
			length = (int)i;
		if (one && length >= 0)
			return -1;
	}
	return length < 0 ? (int)bits : length;
}

/* Two ways to write one network are one network. */
static void
restrict_canonical(struct address *address, unsigned int prefix)
{
	unsigned int i;

	for (i = prefix; i < restrict_bits(address->family); i++)
		address->bytes[i / 8] &= (uint8_t)~(1u << (7 - i % 8));
}

/* ADDRESS/LENGTH; false: not of that form, or an error. */
bool
parse_network(struct parser *parser, const struct word *word,
    struct address *address, unsigned int *prefix)
{
	char text[ADDRESS_TEXT];
	const char *slash = strchr(word->text, '/');
	size_t length = slash == NULL ? strlen(word->text) :
	    (size_t)(slash - word->text);
	int64_t number;

	if (length >= sizeof(text))
		return false;
	memcpy(text, word->text, length);
	text[length] = '\0';
	if (!parse_address(text, address))
		return false;
	*prefix = restrict_bits(address->family);
	if (slash == NULL)
		return true;
	if (!number_integer(slash + 1, &number) || number < 0 ||
	    number > *prefix) {
		parse_error(parser, word, "`%s` is no prefix length: 0 to %u",
		    slash + 1, *prefix);
		return false;
	}
	*prefix = (unsigned int)number;
	restrict_canonical(address, *prefix);
	return true;
}

static bool
restrict_family(struct parser *parser, const struct word *word,
    uint8_t family, const struct conf_restrict *rule)
{
	if (family == 0 || rule->address.family == 0 ||
	    rule->address.family == family)
		return true;
	parse_error(parser, word, "`%s` is no IPv%u address", word->text,
	    family);
	return false;
}

/* Whom the rule is about. */
static bool
restrict_subject(struct parser *parser, struct conf_restrict *rule,
    const struct word *word, uint8_t family)
{
	if (strcmp(word->text, "default") == 0) {
		rule->address.family = family;
		return true;
	}
	if (strcmp(word->text, "source") == 0) {
		rule->source = true;
		return true;
	}
	if (parse_network(parser, word, &rule->address, &rule->prefix))
		return restrict_family(parser, word, family, rule);
	if (!parse_host_valid(word->text)) {
		parse_error(parser, word, "`%s` is neither an address nor a "
		    "host name", word->text);
		return false;
	}
	rule->host = word->text;
	rule->address.family = family;
	if (!parser->host_said)
		parse_warning(parser, word, "`%s` follows DNS: whoever "
		    "answers for the name decides whom this line is about",
		    word->text);
	parser->host_said = true;
	return true;
}

static struct word *
restrict_mask(struct parser *parser, struct conf_restrict *rule,
    const struct word *keyword)
{
	struct word *word = keyword->next;
	struct address mask;
	int length;

	if (word == NULL) {
		parse_error(parser, keyword, "a mask is missing after "
		    "`mask`");
		return NULL;
	}
	if (!parse_address(word->text, &mask)) {
		parse_error(parser, word, "`%s` is not a mask", word->text);
		return word->next;
	}
	length = restrict_mask_length(&mask);
	if (length < 0) {
		parse_error(parser, word, "mask %s is not contiguous",
		    word->text);
		return word->next;
	}
	if (rule->address.family != 0 &&
	    rule->address.family != mask.family)
		parse_error(parser, word, "mask %s is of another family than "
		    "the address", word->text);
	else if (rule->source || (rule->host == NULL &&
	    rule->address.family == 0))
		parse_error(parser, word, "a mask has no meaning here");
	else {
		rule->address.family = mask.family;
		rule->prefix = (unsigned int)length;
		if (rule->host == NULL)
			restrict_canonical(&rule->address, rule->prefix);
	}
	return word->next;
}

static void
restrict_flags(struct parser *parser, struct conf_restrict *rule,
    struct word *word)
{
	struct address address;
	unsigned int prefix;

	while (word != NULL) {
		if (strcmp(word->text, "mask") == 0) {
			word = restrict_mask(parser, rule, word);
		} else if (option_find(options_restrict, word->text) ==
		    NULL && parse_network(parser, word, &address, &prefix)) {
			parse_error(parser, word, "`%s` is not a flag; one "
			    "address per restrict line", word->text);
			word = word->next;
		} else {
			if (strcmp(word->text, "nopeer") == 0)
				rule->nopeer = true;
			word = parse_option(parser, options_restrict, "flag",
			    rule, word);
		}
	}
}

void
parse_restrict(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	struct conf_restrict *rule;
	uint8_t family;

	family = parse_family(&words);
	if (words == NULL) {
		report_add(parser->report, CONF_ERROR, parser->place,
		    "`%s` wants: %s", directive->name, directive->usage);
		return;
	}
	rule = arena_alloc(parser->arena, sizeof(*rule));
	rule->place = parser->place;
	rule->remove = strcmp(directive->name, "unrestrict") == 0;
	if (!restrict_subject(parser, rule, words, family))
		return;
	if (rule->host != NULL)
		parser->conf->nrestricts += RESOLVE_ADDRESSES_MAX;
	else
		parser->conf->nrestricts += rule->address.family == 0 ? 2 : 1;
	if (parser->conf->nrestricts > CONF_RESTRICTS_MAX) {
		parse_error(parser, words, "more than %d restrict lines",
		    CONF_RESTRICTS_MAX);
		return;
	}
	restrict_flags(parser, rule, words->next);
	if (parser->last_restrict == NULL)
		parser->conf->restricts = rule;
	else
		parser->last_restrict->next = rule;
	parser->last_restrict = rule;
}

/* 2^N s between requests, as a rate. */
void
discard_average(struct parser *parser, void *target,
    const struct option *option, const struct word *word, int64_t number)
{
	struct conf_limit *limit = target;

	(void)parser;
	(void)option;
	(void)word;
	limit->average = (SECOND + (INT64_C(1) << number) / 2) >> number;
}

/* The size of one table, said in two ways: the last one counts. */
void
mru_size(struct parser *parser, void *target, const struct option *option,
    const struct word *word, int64_t number)
{
	struct conf_limit *limit = target;

	if (strcmp(option->name, "maxmem") == 0)
		number = number * 1024 / CONF_CLIENT_SIZE;
	if (number > CONF_CLIENTS_MAX) {
		parse_warning(parser, word, "`mru %s %s` is more than %d "
		    "clients in %d kB, which is all there is", option->name,
		    word->text, CONF_CLIENTS_MAX,
		    CONF_CLIENTS_MAX / 1024 * CONF_CLIENT_SIZE);
		number = CONF_CLIENTS_MAX;
	}
	limit->clients = (uint32_t)number;
}
