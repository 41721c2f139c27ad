/*
 * Part of ntpd-net: the wording of its log. Names and kiss codes come from
 * outside; the log escapes what is not printable.
 */
#include "net/events.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/ntp_time.h"

#define REJECT_BURST	5
#define REJECT_INTERVAL	(3600 * NS_PER_S)
#define FAILURE_BURST	16
#define FAILURE_INTERVAL (600 * NS_PER_S)
#define EVENT_BURST	(2 * ASSOCIATIONS_MAX)
#define EVENT_INTERVAL	(10 * NS_PER_S)
#define EVENT_TEXT	(ADDRESS_TEXT + CONF_NAME_MAX + 8)

typedef void event_writer(const char *who, const struct action *action,
	    const struct association_variables *variables);

static const char *const cause_words[REJECT_MAX] = {
	[REJECT_NONE] = "no reason",
	[REJECT_UNREACHABLE] = "no answer",
	[REJECT_SHORT] = "malformed packet",
	[REJECT_VERSION] = "wrong version",
	[REJECT_MODE] = "not a server's answer",
	[REJECT_ORIGIN] = "not the answer to our request",
	[REJECT_DUPLICATE] = "second answer to one request",
	[REJECT_AUTHENTICATION] = "authentication failed",
	[REJECT_KOD] = "kiss-o'-death",
	[REJECT_UNSYNCHRONISED] = "server is not synchronised",
	[REJECT_STRATUM] = "stratum beyond tos floor and ceiling",
	[REJECT_TIMESTAMPS] = "impossible timestamps",
	[REJECT_DELAY] = "negative delay",
	[REJECT_DISTANCE] = "root distance beyond tos maxdist",
	[REJECT_LOOP] = "server is synchronised to us",
	[REJECT_NOSELECT] = "noselect",
	[REJECT_FALSETICKER] = "falseticker: disagrees with the majority",
	[REJECT_NO_MAJORITY] = "no majority",
	[REJECT_OUTLIER] = "outlier",
	[REJECT_DENIED] = "server denies us service: not asked again",
	[REJECT_STEP] = "clock was set during the exchange",
};

static char *
events_number(int64_t ns, const char *plus, char *text)
{
	uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;

	(void)snprintf(text, EVENTS_SECONDS_TEXT, "%s%" PRIu64 ".%09" PRIu64,
	    ns < 0 ? "-" : plus, size / (uint64_t)NS_PER_S,
	    size % (uint64_t)NS_PER_S);
	return text;
}

char *
events_seconds(int64_t ns, char *text)
{
	return events_number(ns, "", text);
}

char *
events_signed(int64_t ns, char *text)
{
	return events_number(ns, "+", text);
}

static void
events_reachable(const char *who, const struct action *action,
    const struct association_variables *variables)
{
	(void)action;
	log_info("%s: answers, stratum %u", who, variables->stratum);
}

static void
events_unreachable(const char *who, const struct action *action,
    const struct association_variables *variables)
{
	(void)action;
	log_notice("%s: does not answer, unreachable%s", who,
	    variables->received == 0 ? " (never did)" : "");
}

static void
events_rejected(const char *who, const struct action *action,
    const struct association_variables *variables)
{
	char text[EVENTS_SECONDS_TEXT];
	uint32_t cause = action->u.event.cause;

	(void)variables;
	if (cause == REJECT_DISTANCE)
		log_notice("%s: rejected: %s: it says %s s of itself", who,
		    cause_words[cause], events_seconds(
		    action->u.event.value_ns, text));
	else
		log_notice("%s: rejected: %s", who,
		    cause < REJECT_MAX ? cause_words[cause] : "unknown");
}

/* The code is four characters that the server chose. */
static void
events_kod(const char *who, const struct action *action,
    const struct association_variables *variables)
{
	uint32_t code = action->u.event.cause;

	(void)variables;
	log_notice("%s: kiss-o'-death %c%c%c%c", who, (int)(code >> 24),
	    (int)(code >> 16 & 0xff), (int)(code >> 8 & 0xff),
	    (int)(code & 0xff));
}

static void
events_demobilised(const char *who, const struct action *action,
    const struct association_variables *variables)
{
	uint32_t cause = action->u.event.cause;

	(void)variables;
	if (cause != REJECT_NONE && cause < REJECT_MAX)
		log_notice("%s: association ended: %s", who,
		    cause_words[cause]);
	else
		log_info("%s: association ended", who);
}

static void
events_mobilised(const char *who, const struct action *action,
    const struct association_variables *variables)
{
	(void)action;
	(void)variables;
	log_info("%s: association started", who);
}

static void
events_system_peer(const char *who, const struct action *action,
    const struct association_variables *variables)
{
	char text[EVENTS_SECONDS_TEXT];

	(void)action;
	log_notice("synchronised to %s, stratum %u, offset %s s", who,
	    variables->stratum, events_signed(variables->offset_ns, text));
}

static void
events_unsynchronised(const char *who, const struct action *action,
    const struct association_variables *variables)
{
	(void)who;
	(void)action;
	(void)variables;
	log_warning("no longer synchronised");
}

static void
events_no_majority(const char *who, const struct action *action,
    const struct association_variables *variables)
{
	(void)who;
	(void)variables;
	log_warning("no majority: %u servers answer, but they do not agree, "
	    "or are too few (tos minsane)", action->u.event.cause);
}

static void
events_local_clock(const char *who, const struct action *action,
    const struct association_variables *variables)
{
	(void)who;
	(void)action;
	log_notice("no server to follow: local clock, stratum %u",
	    variables->stratum);
}

static void
events_name_failed(const char *who, const struct action *action,
    const struct association_variables *variables)
{
	uint32_t status = action->u.event.cause;

	(void)variables;
	if (status == RESOLVE_OK)
		log_notice("%s: left out: not the address of a server, or "
		    "already in use", who);
	else
		log_notice("%s: %s, will try again", who,
		    status == RESOLVE_NONE ? "name has no address" :
		    "name cannot be resolved now");
}

static void
events_full(const char *who, const struct action *action,
    const struct association_variables *variables)
{
	(void)action;
	(void)variables;
	log_warning("%s: more than %d associations, left out", who,
	    ASSOCIATIONS_MAX);
}

static void
events_measured(const char *who, const struct action *action,
    const struct association_variables *variables)
{
	char offset[EVENTS_SECONDS_TEXT], delay[EVENTS_SECONDS_TEXT];
	char dispersion[EVENTS_SECONDS_TEXT];

	log_debug(1, "%s offset %s s delay %s s dispersion %s s "
	    "stratum %u reach %03o poll %d", who,
	    events_signed(action->u.event.value_ns, offset),
	    events_seconds(variables->delay_ns, delay),
	    events_seconds(variables->dispersion_ns, dispersion),
	    variables->stratum, variables->reach, variables->hpoll);
}

static event_writer *const writers[CLIENT_EVENT_MAX] = {
	[CLIENT_REACHABLE] = events_reachable,
	[CLIENT_UNREACHABLE] = events_unreachable,
	[CLIENT_REJECTED] = events_rejected,
	[CLIENT_KOD] = events_kod,
	[CLIENT_DEMOBILISED] = events_demobilised,
	[CLIENT_MOBILISED] = events_mobilised,
	[CLIENT_SYSTEM_PEER] = events_system_peer,
	[CLIENT_UNSYNCHRONISED] = events_unsynchronised,
	[CLIENT_NO_MAJORITY] = events_no_majority,
	[CLIENT_LOCAL_CLOCK] = events_local_clock,
	[CLIENT_NAME_FAILED] = events_name_failed,
	[CLIENT_FULL] = events_full,
	[CLIENT_MEASURED] = events_measured,
};

static bool
events_limit(struct log_limit *limit, const struct moment *now,
    uint32_t burst, int64_t interval_ns)
{
	uint32_t suppressed;
	bool pass;

	pass = log_limit_pass(limit, now->axis_ns, burst, interval_ns,
	    &suppressed);
	if (suppressed > 0)
		log_info("%u lines like the next one were left out",
		    suppressed);
	return pass;
}

/* Measured samples come at the pace of our own polls: not limited. */
static bool
events_pass(struct events *events, const struct action *action,
    const struct moment *now)
{
	enum client_event what = action->u.event.what;
	uint32_t cause = action->u.event.cause;

	if (what == CLIENT_MEASURED)
		return true;
	if (what == CLIENT_REJECTED && cause < REJECT_MAX)
		return events_limit(&events->causes[cause], now, REJECT_BURST,
		    REJECT_INTERVAL);
	return events_limit(&events->events[what], now, EVENT_BURST,
	    EVENT_INTERVAL);
}

/* Its slot's variables; all zero if the association is gone. */
static void
events_find(const struct client *client, uint32_t association,
    const struct moment *now, struct association_variables *variables)
{
	unsigned int slot;

	for (slot = 0; association != 0 && slot < ASSOCIATIONS_MAX; slot++) {
		client_association(client, slot, now, variables);
		if (variables->id == association)
			return;
	}
	*variables = (struct association_variables){ 0 };
}

/* "192.0.2.1", or the name where there is no address. */
static void
events_who(const struct action *action,
    const struct association_variables *variables, char *text, size_t size)
{
	const struct address *remote = &action->u.event.remote;
	char address[ADDRESS_TEXT];

	if (remote->family == 0)
		remote = &variables->remote;
	if (remote->family != 0)
		(void)snprintf(text, size, "%s",
		    address_to_text(remote, address));
	else
		(void)snprintf(text, size, "%.*s", CONF_NAME_MAX,
		    action->u.event.name[0] != '\0' ? action->u.event.name :
		    variables->name);
}

void
events_log(struct events *events, const struct action *action,
    const struct client *client, const struct moment *now)
{
	struct association_variables variables;
	char who[EVENT_TEXT];

	if ((unsigned int)action->u.event.what >= CLIENT_EVENT_MAX)
		abort();
	if (!events_pass(events, action, now))
		return;
	events_find(client, action->association, now, &variables);
	events_who(action, &variables, who, sizeof(who));
	writers[action->u.event.what](who, action, &variables);
}

void
events_failed(struct events *events, const struct address *to, int error,
    const struct moment *now)
{
	char address[ADDRESS_TEXT];

	if (events_limit(&events->failures, now, FAILURE_BURST,
	    FAILURE_INTERVAL))
		log_info("%s: %s", address_to_text(to, address),
		    strerror(error));
}
