/*
 * Sources and their associations, and the difference of two configurations.
 * Pure; part of net's core. Trusts the configuration, which the parent has
 * checked.
 */
#include "net/core/source.h"

#include <string.h>

#include "common/ntp_time.h"
#include "net/core/action.h"

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

const struct association *
source_first(const struct source_table *table, size_t source)
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
	const struct association *found = source_first(table, source);

	return found == NULL ? NULL :
	    &table->associations[found - table->associations];
}

void
source_demobilise(struct association *association, enum reject_cause cause,
    struct action_list *actions)
{
	if (association->open)
		action_add(actions, ACTION_CLOSE, association->id);
	action_event_about(actions, CLIENT_DEMOBILISED, cause,
	    &association->remote, NULL);
	memset(association, 0, sizeof(*association));
}

static uint32_t
free_id(struct source_table *table)
{
	do {
		table->last_id = table->last_id % UINT16_MAX + 1;
	} while (source_association(table, table->last_id) != NULL);
	return table->last_id;
}

bool
source_mobilise(struct source_table *table, size_t source,
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

bool
source_in_use(const struct source_table *table, const struct address *address)
{
	size_t i;

	for (i = 0; i < ASSOCIATIONS_MAX; i++)
		if (table->associations[i].id != 0 &&
		    address_equal(&table->associations[i].remote, address))
			return true;
	return false;
}

static void
put_numeric(struct source_table *table, size_t index, const struct moment *now,
    struct action_list *actions)
{
	struct source *source = &table->sources[index];

	if (source->settings.kind != SOURCE_LOCAL &&
	    (!address_is_unicast(&source->address) ||
	    source_in_use(table, &source->address))) {
		action_event_about(actions, CLIENT_NAME_FAILED, RESOLVE_OK,
		    &source->address, source->settings.name);
		return;
	}
	source_mobilise(table, index, &source->address, now, actions);
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
		source_demobilise(association, REJECT_NONE, actions);
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
		source_demobilise(association, REJECT_NONE, actions);
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

