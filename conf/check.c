/*
 * What can only be judged when the whole configuration is there: values that
 * depend on others, and warnings about what will not work as it reads. Runs in
 * the parent.
 */
#include "conf/parse.h"

#include <string.h>

/* Lines that can make a majority: a pool counts as one, it may be one. */
static uint32_t
check_count(const struct conf *conf)
{
	const struct conf_source *source;
	uint32_t count = 0;

	for (source = conf->sources; source != NULL; source = source->next) {
		if (source->settings.kind != SOURCE_LOCAL &&
		    (source->settings.flags & SOURCE_NOSELECT) == 0)
			count++;
	}
	return count;
}

/* How many a pool brings is not known. */
static bool
check_has_pool(const struct conf *conf)
{
	const struct conf_source *source;

	for (source = conf->sources; source != NULL; source = source->next) {
		if (source->settings.kind == SOURCE_POOL)
			return true;
	}
	return false;
}

/*
 * minsane, where it is not given: 1 with one or two sources, 2 with three, 3
 * with more. A file of one or two servers works as it always did; where there
 * are enough to outvote a liar, they have to.
 */
void
check_derive(struct conf *conf)
{
	uint32_t count = check_count(conf);

	if (conf->minsane_given)
		return;
	conf->system.minsane = count < 3 ? 1 : count == 3 ? 2 : 3;
}

static void
check_tos(struct parser *parser)
{
	const struct msg_conf_system *system = &parser->conf->system;
	const struct conf_place place = parser->tos_place;
	uint32_t count = check_count(parser->conf);

	if (system->floor > system->ceiling)
		report_add(parser->report, CONF_ERROR, place,
		    "tos floor %u is above tos ceiling %u: no source could "
		    "be used", system->floor, system->ceiling);
	if (system->mindist_ns > system->maxdist_ns)
		report_add(parser->report, CONF_ERROR, place,
		    "tos mindist is above tos maxdist");
	if (system->minclock > system->maxclock)
		report_add(parser->report, CONF_WARNING, place,
		    "tos minclock %u is above tos maxclock %u",
		    system->minclock, system->maxclock);
	if (count > 0 && parser->conf->minsane_given &&
	    system->minsane > count && !check_has_pool(parser->conf))
		report_add(parser->report, CONF_WARNING,
		    place, "minsane %u, but there are only "
		    "%u sources: the clock will never be set",
		    system->minsane, count);
}

static void
check_steps(struct parser *parser)
{
	struct conf_tinker *tinker = &parser->conf->tinker;

	if (!parser->stepback_given)
		tinker->step_back_ns = tinker->step_ns;
	if (!parser->stepforward_given)
		tinker->step_forward_ns = tinker->step_ns;
}

/* Replies of our own sources reach net, which knows no restrictions. */
static void
check_restrict(struct parser *parser)
{
	const struct conf_restrict *rule;

	for (rule = parser->conf->restricts; rule != NULL;
	    rule = rule->next) {
		if (rule->remove || rule->host != NULL)
			continue;
		if (rule->source && ((rule->flags & (CONF_RES_NOSERVE |
		    CONF_RES_IGNORE)) != 0 || rule->nopeer))
			report_add(parser->report, CONF_WARNING, rule->place,
			    "noserve/nopeer on `restrict source` would "
			    "disable sources; ignored for replies");
		if (!rule->source && rule->prefix == 0 &&
		    (rule->flags & CONF_RES_IGNORE) != 0 &&
		    check_count(parser->conf) > 0)
			report_add(parser->report, CONF_WARNING, rule->place,
			    "default ignore; replies from configured sources "
			    "are still accepted (built-in source hole)");
	}
}

static void
check_limited(struct parser *parser)
{
	const struct conf_restrict *rule;

	if (!parser->conf->disable_monitor)
		return;
	for (rule = parser->conf->restricts; rule != NULL; rule = rule->next)
		if (!rule->remove && (rule->flags & CONF_RES_LIMITED) != 0)
			break;
	if (rule != NULL)
		report_add(parser->report, CONF_WARNING, rule->place,
		    "`limited` has no effect with `disable monitor`");
}

/*
 * A distribution's file has the local clock alone, says "don't serve time" in
 * a comment, and serves it.
 */
static void
check_local_only(struct parser *parser)
{
	const struct conf_restrict *rule;

	if (parser->conf->nsources == 0 || check_count(parser->conf) > 0)
		return;
	for (rule = parser->conf->restricts; rule != NULL;
	    rule = rule->next) {
		if (rule->remove || rule->source || rule->host != NULL ||
		    rule->prefix != 0)
			continue;
		if ((rule->flags & (CONF_RES_IGNORE | CONF_RES_NOSERVE)) == 0)
			report_add(parser->report, CONF_NOTICE, rule->place,
			    "without `noserve` the time of the local clock is "
			    "served to everybody");
		return;
	}
}

static bool
check_rule_is_loopback(const struct conf_interface *rule)
{
	if (rule->match == CONF_IF_ADDRESS)
		return address_is_loopback(&rule->address);
	return rule->match == CONF_IF_NAME && strcmp(rule->name, "lo") == 0;
}

static void
check_interfaces(struct parser *parser)
{
	const struct conf_interface *rule, *listen = NULL;

	for (rule = parser->conf->interfaces; rule != NULL;
	    rule = rule->next) {
		if (rule->action != CONF_LISTEN)
			continue;
		if (!check_rule_is_loopback(rule))
			return;
		listen = rule;
	}
	if (listen != NULL && check_count(parser->conf) > 0)
		report_add(parser->report, CONF_WARNING, listen->place,
		    "only loopback is bound; requests to sources leave from "
		    "an unbound ephemeral socket (works here, did not in "
		    "classic)");
}

static void
check_statistics(struct parser *parser)
{
	if (parser->statistics && parser->conf->statsdir == NULL)
		report_add(parser->report, CONF_NOTICE,
		    parser->statistics_place,
		    "statistics named but statsdir unset: nothing is written");
}

void
check_conf(struct parser *parser)
{
	check_derive(parser->conf);
	check_tos(parser);
	check_steps(parser);
	check_restrict(parser);
	check_limited(parser);
	check_local_only(parser);
	check_interfaces(parser);
	check_statistics(parser);
}
