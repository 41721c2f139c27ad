/*
 * Sources and their associations. Pure; part of net's core. Trusts the
 * resolver for nothing but a list of addresses, which may be an attacker's:
 * few are taken of each, none that is not a host elsewhere, none twice.
 */
#include "net/core/source.h"

#include <string.h>

#include "common/ntp_time.h"
#include "net/core/action.h"

#define BACKOFF_MIN_S	2
#define BACKOFF_MAX_S	1024
#define LOOKUP_AGAIN_S	64	/* a pool that wants more members */
#define ANSWER_NS	(30 * NS_PER_S)	/* the resolver's; then ask again */
#define SILENT_NEW	3	/* polls until one that never answered goes */
#define SILENT_KNOWN	8	/* and one that used to answer */
#define FALSE_POLLS	16	/* answers in a row as a falseticker */

struct association *
source_association(struct source_table *table, uint32_t id)
{
	size_t i;

	for (i = 0; id != 0 && i < ASSOCIATIONS_MAX; i++)
		if (table->associations[i].id == id)
			return &table->associations[i];
	return NULL;
}

size_t
source_mobilised(const struct source_table *table)
{
	size_t count = 0, i;

	for (i = 0; i < ASSOCIATIONS_MAX; i++)
		if (table->associations[i].id != 0 &&
		    table->associations[i].kind != SOURCE_LOCAL)
			count++;
	return count;
}

/* The association of a server (the first one of a pool), or NULL. */
static const struct association *
find_first(const struct source_table *table, size_t source)
{
	size_t i;

	for (i = 0; i < ASSOCIATIONS_MAX; i++)
		if (table->associations[i].id != 0 &&
		    table->associations[i].source == source)
			return &table->associations[i];
	return NULL;
}

static struct association *
first_of(struct source_table *table, size_t source)
{
	const struct association *found = find_first(table, source);

	return found == NULL ? NULL :
	    &table->associations[found - table->associations];
}

size_t
source_unresolved(const struct source_table *table)
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
demobilise(struct association *association, enum reject_cause cause,
    struct action_list *actions)
{
	if (association->open)
		action_add(actions, ACTION_CLOSE, association->id);
	action_event_about(actions, CLIENT_DEMOBILISED, cause,
	    &association->remote, NULL);
	memset(association, 0, sizeof(*association));
}

static void
ban(struct source *source, const struct address *address)
{
	source->banned[source->nbanned++ % SOURCE_BANNED_MAX] = *address;
}

static bool
is_banned(const struct source *source, const struct address *address)
{
	size_t i;

	for (i = 0; i < SOURCE_BANNED_MAX && i < source->nbanned; i++)
		if (address_equal(&source->banned[i], address))
			return true;
	return false;
}

static uint32_t
free_id(struct source_table *table)
{
	do {
		table->last_id = table->last_id % UINT16_MAX + 1;
	} while (source_association(table, table->last_id) != NULL);
	return table->last_id;
}

static bool
mobilise(struct source_table *table, size_t source,
    const struct address *address, const struct moment *now,
    struct action_list *actions)
{
	const struct msg_conf_source *settings =
	    &table->sources[source].settings;
	struct association *association;
	size_t i;

	for (i = 0; i < ASSOCIATIONS_MAX; i++)
		if (table->associations[i].id == 0)
			break;
	if (i == ASSOCIATIONS_MAX) {
		action_event_about(actions, CLIENT_FULL, 0, address,
		    settings->name);
		return false;
	}
	association = &table->associations[i];
	association_mobilise(association, free_id(table), address, settings,
	    now);
	association->source = (uint8_t)source;
	if (table->hint_sd > 0)
		estimator_hint(&association->estimator, table->hint,
		    table->hint_sd);
	action_event(actions, association->id, CLIENT_MOBILISED, 0, 0);
	return true;
}

/* A name may not lead to ourselves, but for the one that says so. */
static bool
is_localhost(const char *name)
{
	return strcmp(name, "localhost") == 0 ||
	    strcmp(name, "localhost.") == 0 ||
	    strcmp(name, "ip6-localhost") == 0;
}

static bool
in_use(const struct source_table *table, const struct address *address)
{
	size_t i;

	for (i = 0; i < ASSOCIATIONS_MAX; i++)
		if (table->associations[i].id != 0 &&
		    address_equal(&table->associations[i].remote, address))
			return true;
	return false;
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
	    !is_banned(source, address) && !in_use(table, address);
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
	association = find_first(table, index);
	return association == NULL || association->stopped ||
	    (association->reach == 0 &&
	    association->unreach >= SILENT_KNOWN);
}

static void
put_numeric(struct source_table *table, size_t index, const struct moment *now,
    struct action_list *actions)
{
	struct source *source = &table->sources[index];

	if (source->settings.kind != SOURCE_LOCAL &&
	    (!address_is_unicast(&source->address) ||
	    in_use(table, &source->address))) {
		action_event_about(actions, CLIENT_NAME_FAILED, RESOLVE_OK,
		    &source->address, source->settings.name);
		return;
	}
	mobilise(table, index, &source->address, now, actions);
}

static void
add_source(struct source_table *table, const struct msg_conf_source *settings,
    const struct moment *now, struct action_list *actions)
{
	struct source *source;
	size_t i;

	for (i = 0; i < CONF_SOURCES_MAX; i++)
		if (!table->sources[i].used)
			break;
	if (i == CONF_SOURCES_MAX)
		return;
	source = &table->sources[i];
	memset(source, 0, sizeof(*source));
	source->used = true;
	source->settings = *settings;
	source->ask_ns = now->axis_ns;
	source->numeric = address_from_text(settings->name, &source->address);
	source->address.port = settings->port;
	if (source->numeric)
		put_numeric(table, i, now, actions);
}

static void
remove_source(struct source_table *table, size_t index,
    struct action_list *actions)
{
	struct association *association;

	while ((association = first_of(table, index)) != NULL)
		demobilise(association, REJECT_NONE, actions);
	memset(&table->sources[index], 0, sizeof(table->sources[index]));
}

/* The same source with perhaps other options. Another port is elsewhere. */
static void
keep_source(struct source_table *table, size_t index,
    const struct msg_conf_source *settings, const struct moment *now)
{
	struct association *association;
	size_t i;

	table->sources[index].settings = *settings;
	for (i = 0; i < ASSOCIATIONS_MAX; i++) {
		association = &table->associations[i];
		if (association->id != 0 && association->source == index)
			association_configure(association, settings, now);
	}
}

static bool
same_identity(const struct msg_conf_source *a, const struct msg_conf_source *b)
{
	return a->kind == b->kind && a->family == b->family &&
	    a->port == b->port &&
	    strncmp(a->name, b->name, CONF_NAME_MAX) == 0;
}

/* The present source of this identity that is not taken yet. */
static size_t
find_same(const struct source_table *table, const bool *kept,
    const struct msg_conf_source *settings)
{
	size_t i;

	for (i = 0; i < CONF_SOURCES_MAX; i++)
		if (table->sources[i].used && !kept[i] &&
		    same_identity(&table->sources[i].settings, settings))
			break;
	return i;
}

/* tos maxclock may have become smaller: the last members go. */
static void
trim_pools(struct source_table *table, struct action_list *actions)
{
	size_t count = source_mobilised(table), i;
	struct association *association;

	for (i = ASSOCIATIONS_MAX; i-- > 0 && count > table->maxclock;) {
		association = &table->associations[i];
		if (association->id == 0 || association->kind != SOURCE_POOL)
			continue;
		demobilise(association, REJECT_NONE, actions);
		count--;
	}
}

void
source_configure(struct source_table *table,
    const struct msg_conf_source *sources, size_t count,
    const struct moment *now, struct action_list *actions)
{
	bool kept[CONF_SOURCES_MAX] = { false };
	bool placed[CONF_SOURCES_MAX] = { false };
	size_t i, same;

	if (count > CONF_SOURCES_MAX)
		count = CONF_SOURCES_MAX;
	for (i = 0; i < count; i++) {
		same = find_same(table, kept, &sources[i]);
		if (same == CONF_SOURCES_MAX)
			continue;
		keep_source(table, same, &sources[i], now);
		kept[same] = placed[i] = true;
	}
	for (i = 0; i < CONF_SOURCES_MAX; i++)
		if (table->sources[i].used && !kept[i])
			remove_source(table, i, actions);
	for (i = 0; i < count; i++)
		if (!placed[i])
			add_source(table, &sources[i], now, actions);
	trim_pools(table, actions);
}

static void
ask_later(struct source *source, uint32_t seconds, const struct moment *now)
{
	source->asking = false;
	source->ask_ns = now->axis_ns + (int64_t)seconds * NS_PER_S +
	    (int64_t)(now->random % (uint64_t)NS_PER_S);
}

static void
back_off(struct source *source, uint32_t least_s, const struct moment *now)
{
	source->backoff_s *= 2;
	if (source->backoff_s < least_s)
		source->backoff_s = least_s;
	if (source->backoff_s > BACKOFF_MAX_S)
		source->backoff_s = BACKOFF_MAX_S;
	ask_later(source, source->backoff_s, now);
}

/* A server moves on to address; what it was at before is forgotten. */
static void
take_server(struct source_table *table, size_t index,
    const struct address *address, const struct moment *now,
    struct action_list *actions)
{
	struct association *association = first_of(table, index);

	if (association != NULL)
		demobilise(association, REJECT_UNREACHABLE, actions);
	mobilise(table, index, address, now, actions);
}

/* Takes what is needed and acceptable. Returns how many were taken. */
static size_t
take_addresses(struct source_table *table, size_t index,
    const struct msg_resolved *resolved, const struct moment *now,
    struct action_list *actions)
{
	struct source *source = &table->sources[index];
	size_t most = is_pool(source) ? SOURCE_LOOKUP_USE : 1;
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
			mobilise(table, index, &address, now, actions);
		else
			take_server(table, index, &address, now, actions);
		taken++;
	}
	return taken;
}

void
source_resolved(struct source_table *table,
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
		action_event_about(actions, CLIENT_NAME_FAILED,
		    resolved->status, NULL, source->settings.name);
		back_off(source, BACKOFF_MIN_S, now);
		return;
	}
	if (take_addresses(table, i, resolved, now, actions) > 0)
		source->backoff_s = 0;
	/* Whoever wants more asks again, but not soon and ever less often. */
	back_off(source, LOOKUP_AGAIN_S, now);
}

static void
ask(struct source_table *table, struct source *source,
    const struct moment *now, struct action_list *actions)
{
	struct msg_resolve *message;

	if (source->asking)	/* it was lost */
		back_off(source, BACKOFF_MIN_S, now);
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
is_useless(const struct association *association)
{
	unsigned int patience = association->received > 0 ?
	    SILENT_KNOWN : SILENT_NEW;

	return association->id != 0 && association->kind == SOURCE_POOL &&
	    (association->stopped || association->false_polls >= FALSE_POLLS ||
	    (association->reach == 0 && association->unreach >= patience));
}

/* Not all of them when the network is down: somebody must have answered the
 * last three polls, in which time the others have been asked too. */
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
		if (!is_useless(association) || !action_room(actions, 2) ||
		    (!reachable && !association->stopped))
			continue;
		ban(&table->sources[association->source],
		    &association->remote);
		demobilise(association, (enum reject_cause)association->cause,
		    actions);
	}
}

void
source_timer(struct source_table *table, const struct moment *now,
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
source_next(const struct source_table *table)
{
	int64_t next = INT64_MAX;
	size_t i;

	for (i = 0; i < CONF_SOURCES_MAX; i++)
		if (wants(table, i) && table->sources[i].ask_ns < next)
			next = table->sources[i].ask_ns;
	return next;
}
