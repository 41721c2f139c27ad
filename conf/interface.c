/*
 * interface (nic): what is bound. Rules are taken literally: what they do not
 * want is not bound at all. Runs in the parent.
 */
#include "conf/parse.h"

#include <string.h>

static const char *const interface_actions[] = {
	[CONF_LISTEN] = "listen", [CONF_IGNORE] = "ignore",
	[CONF_DROP] = "drop",
};

static const char *const interface_matches[] = {
	[CONF_IF_ALL] = "all", [CONF_IF_IPV4] = "ipv4",
	[CONF_IF_IPV6] = "ipv6", [CONF_IF_WILDCARD] = "wildcard",
};

const char *
interface_action_name(enum conf_interface_action action)
{
	return interface_actions[action];
}

const char *
interface_match_name(enum conf_interface_match match)
{
	return match <= CONF_IF_WILDCARD ? interface_matches[match] : NULL;
}

static bool
interface_action(const char *text, enum conf_interface_action *action)
{
	unsigned int i;

	for (i = CONF_LISTEN; i <= CONF_DROP; i++) {
		if (strcmp(text, interface_actions[i]) == 0) {
			*action = (enum conf_interface_action)i;
			return true;
		}
	}
	return false;
}

/* False: reported. A name is whatever else a link may be called. */
static bool
interface_subject(struct parser *parser, struct conf_interface *rule,
    const struct word *word)
{
	unsigned int errors = parser->report->errors, i;

	for (i = CONF_IF_ALL; i <= CONF_IF_WILDCARD; i++) {
		if (strcmp(word->text, interface_matches[i]) == 0) {
			rule->match = (enum conf_interface_match)i;
			return true;
		}
	}
	if (parse_network(parser, word, &rule->address, &rule->prefix)) {
		rule->match = CONF_IF_ADDRESS;
		return true;
	}
	if (parser->report->errors > errors)
		return false;
	if (word->text[0] == '\0' || strchr(word->text, '/') != NULL) {
		parse_error(parser, word, "`%s` is neither an address nor the "
		    "name of an interface", word->text);
		return false;
	}
	rule->match = CONF_IF_NAME;
	rule->name = word->text;
	return true;
}

static void
interface_append(struct parser *parser, struct conf_interface *rule)
{
	if (parser->last_interface == NULL)
		parser->conf->interfaces = rule;
	else
		parser->last_interface->next = rule;
	parser->last_interface = rule;
}

void
parse_interface(struct parser *parser, const struct directive *directive,
    struct word *words)
{
	struct conf_interface *rule;

	if (words == NULL || words->next == NULL) {
		report_add(parser->report, CONF_ERROR, parser->place,
		    "`%s` wants: %s", directive->name, directive->usage);
		return;
	}
	rule = arena_alloc(parser->arena, sizeof(*rule));
	rule->place = parser->place;
	if (!interface_action(words->text, &rule->action)) {
		parse_error(parser, words, "`%s` is not `listen`, `ignore` or "
		    "`drop`", words->text);
		return;
	}
	if (interface_subject(parser, rule, words->next) &&
	    parse_end(parser, words->next->next))
		interface_append(parser, rule);
}

bool
conf_add_interface(struct conf *conf, const char *text,
    struct conf_report *report)
{
	struct parser parser = { .conf = conf, .arena = conf->arena,
	    .report = report };
	struct conf_interface *rule, *last;
	struct word word = { .text = arena_text(conf->arena, text,
	    strlen(text)) };

	rule = arena_alloc(conf->arena, sizeof(*rule));
	rule->action = CONF_LISTEN;
	if (!interface_subject(&parser, rule, &word))
		return false;
	for (last = conf->interfaces; last != NULL; last = last->next)
		parser.last_interface = last;
	interface_append(&parser, rule);
	return true;
}

/* Names may have `*` and `?`, as in ntpd. */
static bool
interface_name_matches(const char *pattern, const char *name)
{
	const char *star = NULL, *retry = NULL;

	while (*name != '\0') {
		if (*pattern == '*') {
			star = pattern++;
			retry = name;
		} else if (*pattern == '?' || *pattern == *name) {
			pattern++;
			name++;
		} else if (star != NULL) {
			pattern = star + 1;
			name = ++retry;
		} else
			return false;
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool
interface_network_matches(const struct conf_interface *rule,
    const struct address *address)
{
	unsigned int i, bit;

	if (rule->address.family != address->family)
		return false;
	for (i = 0; i < rule->prefix; i++) {
		bit = 1u << (7 - i % 8);
		if (((rule->address.bytes[i / 8] ^ address->bytes[i / 8]) &
		    bit) != 0)
			return false;
	}
	return true;
}

static bool
interface_matches_rule(const struct conf_interface *rule, const char *name,
    const struct address *address, bool wildcard)
{
	switch (rule->match) {
	case CONF_IF_ALL:
		return !wildcard && !address_is_loopback(address);
	case CONF_IF_IPV4:
		return !wildcard && address->family == 4;
	case CONF_IF_IPV6:
		return !wildcard && address->family == 6;
	case CONF_IF_WILDCARD:
		return wildcard;
	case CONF_IF_NAME:
		return !wildcard && name != NULL &&
		    interface_name_matches(rule->name, name);
	case CONF_IF_ADDRESS:
		/* 0.0.0.0/0 is a network, 0.0.0.0 the wildcard */
		if (wildcard && rule->prefix == 0)
			return false;
		return interface_network_matches(rule, address);
	}
	return false;
}

bool
conf_interface_wanted(const struct conf *conf, const char *name,
    const struct address *address, bool wildcard)
{
	const struct conf_interface *rule, *last = NULL;
	bool listens = false, all = true;

	if (conf->interfaces == NULL)
		return true;
	for (rule = conf->interfaces; rule != NULL; rule = rule->next) {
		if (interface_matches_rule(rule, name, address, wildcard))
			last = rule;
		if (rule->action == CONF_LISTEN)
			listens = true;
		if (rule->match == CONF_IF_ALL)
			all = rule->action == CONF_LISTEN;
	}
	if (last != NULL)
		return last->action == CONF_LISTEN;
	/*
	 * Nobody spoke of it. Who only says what to leave out keeps the rest;
	 * who says where to listen means there, and the loopback.
	 */
	if (address_is_loopback(address))
		return listens || all;
	return !wildcard && !listens && all;
}
