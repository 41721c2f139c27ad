/*
 * Names to addresses to associations. Pure; part of net's core. Trusts the
 * resolver for nothing but a list of addresses, which may be an attacker's:
 * few are taken of each, none that is not a host elsewhere, none twice.
 */
#include "net/core/lookup.h"

#include <string.h>

#include "common/ntp_time.h"
#include "net/core/action.h"

#define BACKOFF_MIN_S	2
#define BACKOFF_MAX_S	1024
#define BACKOFF_NOW_S	64	/* no answer now: the network may be back */
#define LOOKUP_AGAIN_S	64	/* a pool that wants more members */
#define ANSWER_NS	(30 * NS_PER_S)	/* the resolver's; then ask again */
#define SILENT_NEW	3	/* polls until one that never answered goes */
#define SILENT_KNOWN	8	/* and one that used to answer */
#define FALSE_POLLS	16	/* answers in a row as a falseticker */

size_t
lookup_pending(const struct source_table *table)
{
	size_t count = 0, i;

	for (i = 0; i < CONF_SOURCES_MAX; i++)
		if (table->sources[i].used && !table->sources[i].numeric &&
		    table->sources[i].asking &&
		    table->sources[i].backoff_s == 0)
			count++;
	return count;
}

static bool
is_pool(const struct source *source)
{
	return source->settings.kind == SOURCE_POOL;
}

static void
ban(struct source *source, const struct association *association)
{
	source->banned[source->nbanned++ % SOURCE_BANNED_MAX] =
	    (struct source_ban){ .address = association->remote,
	    .denied = association->stopped };
}

/* The name has nobody else: who was silent or false may be better by now. Who
 * does not want to be asked is not asked. */
static void
forgive(struct source *source)
{
	unsigned int kept = 0, i;

	for (i = 0; i < SOURCE_BANNED_MAX && i < source->nbanned; i++)
		if (source->banned[i].denied)
			source->banned[kept++] = source->banned[i];
	source->nbanned = kept;
}

static bool
is_banned(const struct source *source, const struct address *address)
{
	size_t i;

	for (i = 0; i < SOURCE_BANNED_MAX && i < source->nbanned; i++)
		if (address_equal(&source->banned[i].address, address))
			return true;
	return false;
}

/* A name may not lead to ourselves, but for the one that says so. */
static bool
is_localhost(const char *name)
{
	return strcmp(name, "localhost") == 0 ||
	    strcmp(name, "localhost.") == 0 ||
	    strcmp(name, "ip6-localhost") == 0;
}

/* address: as resolved, with the port of the source. */
static bool
acceptable(const struct source_table *table, const struct source *source,
    const struct address *address)
{
	return address_is_unicast(address) &&
	    (source->settings.family == 0 ||
	    source->settings.family == address->family) &&
	    (!address_is_loopback(address) ||
	    is_localhost(source->settings.name)) &&
	    !is_banned(source, address) && !source_in_use(table, address);
}

/* Does it want (another) address now? */
static bool
wants(const struct source_table *table, size_t index)
{
	const struct source *source = &table->sources[index];
	const struct association *association;

	if (!source->used || source->numeric)
		return false;
	if (is_pool(source))
		return source_mobilised(table) < table->maxclock;
	association = source_first(table, index);
	return association == NULL || association->stopped ||
	    (association->reach == 0 &&
	    association->unreach >= SILENT_KNOWN);
}

static void
ask_later(struct source *source, uint32_t seconds, const struct moment *now)
{
	source->asking = false;
	source->ask_ns = now->axis_ns + (int64_t)seconds * NS_PER_S +
	    (int64_t)(now->random % (uint64_t)NS_PER_S);
}

static void
back_off(struct source *source, uint32_t least_s, uint32_t most_s,
    const struct moment *now)
{
	source->backoff_s *= 2;
	if (source->backoff_s < least_s)
		source->backoff_s = least_s;
	if (source->backoff_s > most_s)
		source->backoff_s = most_s;
	ask_later(source, source->backoff_s, now);
}

/* A server moves on to address; what it was at before is forgotten. */
static void
take_server(struct source_table *table, size_t index,
    const struct address *address, const struct moment *now,
    struct action_list *actions)
{
	const struct association *old = source_first(table, index);

	if (old != NULL)
		source_demobilise(&table->associations[old -
		    table->associations], REJECT_UNREACHABLE, actions);
	source_mobilise(table, index, address, now, actions);
}

/* Takes what is needed and acceptable. Returns how many were taken. */
static size_t
take_addresses(struct source_table *table, size_t index,
    const struct msg_resolved *resolved, const struct moment *now,
    struct action_list *actions)
{
	struct source *source = &table->sources[index];
	size_t most = is_pool(source) ? LOOKUP_USE : 1;
	size_t taken = 0, i;
	struct address address;

	for (i = 0; i < resolved->count && i < RESOLVE_ADDRESSES_MAX; i++) {
		if (taken == most || !wants(table, index) ||
		    !action_room(actions, 4))
			break;
		address = resolved->addresses[i];
		address.port = source->settings.port;
		if (!acceptable(table, source, &address))
			continue;
		if (is_pool(source))
			source_mobilise(table, index, &address, now,
			    actions);
		else
			take_server(table, index, &address, now, actions);
		taken++;
	}
	return taken;
}

void
lookup_resolved(struct source_table *table,
    const struct msg_resolved *resolved, const struct moment *now,
    struct action_list *actions)
{
	struct source *source;
	size_t i;

	for (i = 0; i < CONF_SOURCES_MAX; i++) {
		source = &table->sources[i];
		if (source->used && source->asking &&
		    source->request == resolved->header.id)
			break;
	}
	if (i == CONF_SOURCES_MAX)
		return;		/* late, or of a source that is gone */
	if (resolved->status != RESOLVE_OK) {
		/* News once; the tries that follow are not. */
		if (source->backoff_s == 0)
			action_event_about(actions, CLIENT_NAME_FAILED,
			    resolved->status, NULL, source->settings.name);
		back_off(source, BACKOFF_MIN_S,
		    resolved->status == RESOLVE_AGAIN ? BACKOFF_NOW_S :
		    BACKOFF_MAX_S, now);
		return;
	}
	if (take_addresses(table, i, resolved, now, actions) > 0)
		source->backoff_s = 0;
	else if (wants(table, i))
		forgive(source);
	/* Whoever wants more asks again, but not soon and ever less often. */
	back_off(source, LOOKUP_AGAIN_S, BACKOFF_MAX_S, now);
}

static void
ask(struct source_table *table, struct source *source,
    const struct moment *now, struct action_list *actions)
{
	struct msg_resolve *message;

	if (source->asking)	/* it was lost */
		back_off(source, BACKOFF_MIN_S, BACKOFF_NOW_S, now);
	if (++table->last_request == 0)
		table->last_request = 1;
	source->request = table->last_request;
	source->asking = true;
	source->ask_ns = now->axis_ns + ANSWER_NS;
	message = &action_add(actions, ACTION_RESOLVE, 0)->u.resolve;
	message->header.type = MSG_RESOLVE;
	message->header.size = sizeof(*message);
	message->header.id = source->request;
	message->family = source->settings.family;
	memcpy(message->name, source->settings.name, sizeof(message->name));
}

/* One that should make room for another of its pool. */
static bool
is_useless(const struct source_table *table,
    const struct association *association)
{
	unsigned int patience = association->received > 0 ?
	    SILENT_KNOWN : SILENT_NEW;

	return association->id != 0 && association->kind == SOURCE_POOL &&
	    !table->sources[association->source].numeric &&
	    (association->stopped || association->false_polls >= FALSE_POLLS ||
	    (association->reach == 0 && association->unreach >= patience));
}

/* Not all of them when the network is down: somebody must have answered
 * the last three polls, in which time the others have been asked too. */
static void
replace_useless(struct source_table *table, struct action_list *actions)
{
	struct association *association;
	bool reachable = false;
	size_t i;

	for (i = 0; i < ASSOCIATIONS_MAX; i++)
		if (table->associations[i].id != 0 &&
		    table->associations[i].kind != SOURCE_LOCAL &&
		    (table->associations[i].reach & 7) == 7)
			reachable = true;
	for (i = 0; i < ASSOCIATIONS_MAX; i++) {
		association = &table->associations[i];
		if (!is_useless(table, association) ||
		    !action_room(actions, 2) ||
		    (!reachable && !association->stopped))
			continue;
		ban(&table->sources[association->source], association);
		source_demobilise(association,
		    (enum reject_cause)association->cause, actions);
	}
}

void
lookup_timer(struct source_table *table, const struct moment *now,
    struct action_list *actions)
{
	size_t i;

	replace_useless(table, actions);
	for (i = 0; i < CONF_SOURCES_MAX; i++) {
		struct source *source = &table->sources[i];

		if (wants(table, i) && source->ask_ns <= now->axis_ns &&
		    action_room(actions, 1))
			ask(table, source, now, actions);
	}
}

int64_t
lookup_next(const struct source_table *table)
{
	int64_t next = INT64_MAX;
	size_t i;

	for (i = 0; i < CONF_SOURCES_MAX; i++)
		if (wants(table, i) && table->sources[i].ask_ns < next)
			next = table->sources[i].ask_ns;
	return next;
}

void
lookup_wake(struct source_table *table, const struct moment *now)
{
	size_t i;

	for (i = 0; i < CONF_SOURCES_MAX; i++)
		if (wants(table, i) && !table->sources[i].asking) {
			table->sources[i].backoff_s = 0;
			table->sources[i].ask_ns = now->axis_ns;
		}
}
