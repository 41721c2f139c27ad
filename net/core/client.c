/*
 * The client's doors: each call of client.h finds the association or source
 * that it is about and lets it act. Pure; part of net's core.
 */
#include "net/core/client.h"

#include <string.h>

#include "config.h"
#include "common/ntp_time.h"
#include "net/core/action.h"
#include "net/core/lookup.h"
#include "net/core/poll.h"
#include "net/core/update.h"

/* No date is believed that is later than so long after the build. */
#define LIFE_NS		(50 * INT64_C(31556952) * NS_PER_S)
#define SLOT_ACTIONS	4	/* what one association may need */
#define UPDATE_ACTIONS	8
/* A frequency that clockctl had before we measured: of a drift file, or of
 * our predecessor, whose clock was synchronised. */
#define DRIFT_SD	2e-6
#define SETTLED_SD	5e-7

size_t
client_size(void)
{
	return sizeof(struct client);
}

void
client_init(struct client *client, const struct moment *now)
{
	memset(client, 0, sizeof(*client));
	client->epoch_axis_ns = now->axis_ns;
	client->epoch_offset_ns = now->real_ns - now->axis_ns;
	client->update_ns = INT64_MAX;
	client->publish_ns = now->axis_ns;
	client->system.conf.maxclock = client->table.maxclock = 10;
	system_init(&client->system, now);
}

/* The local clock of the configuration, as the system variables need it. */
static void
find_local(struct client *client)
{
	struct system_state *system = &client->system;
	const struct association *association;
	bool others = false;
	size_t i;

	system->local = false;
	for (i = 0; i < CONF_SOURCES_MAX; i++)
		if (client->table.sources[i].used &&
		    client->table.sources[i].settings.kind != SOURCE_LOCAL)
			others = true;
	for (i = 0; i < ASSOCIATIONS_MAX; i++) {
		association = &client->table.associations[i];
		if (association->id == 0 || association->kind != SOURCE_LOCAL)
			continue;
		system->local = true;
		system->local_stratum = association->local_stratum;
		system->local_refid = address_to_refid(&association->remote);
		system->local_id = association->id;
		break;
	}
	system->local_alone = !others;
}

void
client_configure(struct client *client, const struct msg_conf_system *system,
    const struct msg_conf_source *sources, size_t nsources,
    const struct moment *now, struct action_list *actions)
{
	client->system.conf = *system;
	client->table.maxclock = system->maxclock;
	if (client->configured_ns == 0)
		client->configured_ns = now->axis_ns;
	source_configure(&client->table, sources, nsources, now, actions);
	find_local(client);
	client->update_ns = now->axis_ns;
}

void
client_resolved(struct client *client, const struct msg_resolved *resolved,
    const struct moment *now, struct action_list *actions)
{
	lookup_resolved(&client->table, resolved, now, actions);
}

int64_t
client_next(const struct client *client)
{
	int64_t next = client->publish_ns, other;
	size_t i;

	if (client->update_ns < next)
		next = client->update_ns;
	other = system_next(&client->system);
	if (other < next)
		next = other;
	other = lookup_next(&client->table);
	if (other < next)
		next = other;
	for (i = 0; i < ASSOCIATIONS_MAX; i++) {
		if (client->table.associations[i].id == 0)
			continue;
		other = association_next(&client->table.associations[i]);
		if (other < next)
			next = other;
	}
	return next;
}

void
client_timer(struct client *client, const struct moment *now,
    struct action_list *actions)
{
	struct association *association;
	size_t i;

	for (i = 0; i < ASSOCIATIONS_MAX; i++) {
		association = &client->table.associations[i];
		if (association->id != 0 &&
		    action_room(actions, SLOT_ACTIONS + UPDATE_ACTIONS))
			association_timer(association, now, actions);
	}
	if (action_room(actions, UPDATE_ACTIONS))
		lookup_timer(&client->table, now, actions);
	if (action_room(actions, UPDATE_ACTIONS) &&
	    (client->update_ns <= now->axis_ns ||
	    client->publish_ns <= now->axis_ns ||
	    system_next(&client->system) <= now->axis_ns))
		update_run(client, now, actions);
}

void
client_sent(struct client *client, uint32_t id,
    const struct transmission *transmission)
{
	struct association *association =
	    source_association(&client->table, id);

	if (association != NULL)
		association_sent(association, transmission);
}

void
client_failed(struct client *client, uint32_t id, int error,
    const struct moment *now, struct action_list *actions)
{
	struct association *association =
	    source_association(&client->table, id);

	(void)error;
	(void)actions;
	/* An ICMP error may be anybody's: the request stays in flight. */
	if (association != NULL && association->open &&
	    !association->outstanding)
		poll_unsent(association, now);
}

/*
 * The era that timestamps belong to: not before this was built, and not so late
 * that what is believed would be nearer in the next one. A clock that is 60
 * years fast is wrong, and not a reason to think so of everybody.
 */
static int64_t
pivot(const struct moment *now)
{
	int64_t built = BUILD_DATE * NS_PER_S, last = built + LIFE_NS;

	return now->real_ns < built ? built : now->real_ns > last ? last :
	    now->real_ns;
}

/* The first one reachable after all were not: the network is back. */
static void
wake_others(struct client *client, const struct association *awake,
    const struct moment *now)
{
	size_t i;

	for (i = 0; i < ASSOCIATIONS_MAX; i++)
		if (client->table.associations[i].id != 0 &&
		    client->table.associations[i].reach != 0 &&
		    client->table.associations[i].kind != SOURCE_LOCAL)
			return;
	for (i = 0; i < ASSOCIATIONS_MAX; i++)
		if (client->table.associations[i].id != 0 &&
		    client->table.associations[i].kind != SOURCE_LOCAL &&
		    &client->table.associations[i] != awake)
			poll_wake(&client->table.associations[i], now);
	lookup_wake(&client->table, now);
}

/* A good reply: epoch, estimator, poll process. */
static void
take_measurement(struct client *client, struct association *association,
    const struct measurement *measurement, struct reply_context *context,
    struct action_list *actions)
{
	const struct moment *now = context->now;

	if (!client->epoch_known)
		client->epoch_offset_ns = measurement->offset_ns;
	client->epoch_known = true;
	if (client->answered_ns == 0)
		client->answered_ns = now->axis_ns;
	context->epoch_axis_ns = client->epoch_axis_ns;
	context->epoch_offset_ns = client->epoch_offset_ns;
	wake_others(client, association, now);
	association_measured(association, measurement, context, actions);
	action_event(actions, association->id, CLIENT_MEASURED, 0,
	    measurement->offset_ns - (now->real_ns - now->axis_ns));
	client->fresh = true;
}

void
client_reply(struct client *client, uint32_t id,
    const struct reception *reception, const struct moment *now,
    struct action_list *actions)
{
	struct association *association =
	    source_association(&client->table, id);
	struct reply_context context = { .now = now };
	struct measurement measurement;
	enum reply_result result;

	if (association == NULL)
		return;
	context.pivot_ns = pivot(now);
	context.maxdist_ns = client->system.conf.maxdist_ns;
	result = association_reply(association, reception, &context,
	    &measurement, actions);
	if (result == REPLY_IGNORED)
		return;
	if (result == REPLY_GOOD)
		take_measurement(client, association, &measurement, &context,
		    actions);
	update_run(client, now, actions);
	if (result != REPLY_GOOD)
		return;
	if (association->cause == REJECT_FALSETICKER)
		association->false_polls++;
	else
		association->false_polls = 0;
}

/* What clockctl knew of the frequency when we knew nothing. Once it has taken
 * a sample of ours, it only tells us what we have told it. */
static void
take_hint(struct client *client, const struct msg_applied *applied)
{
	double frequency = (double)applied->frequency_ppt / 1e12;
	double sd = applied->synchronised ? SETTLED_SD : DRIFT_SD;
	size_t i;

	if (client->hinted)
		return;
	if (client->updates > 0 && applied->status != CLOCK_REFUSED_EPOCH) {
		client->hinted = true;
		return;
	}
	if (applied->frequency_ppt == 0)
		return;
	client->hinted = true;
	client->table.hint = frequency;
	client->table.hint_sd = sd;
	for (i = 0; i < ASSOCIATIONS_MAX; i++)
		if (client->table.associations[i].id != 0)
			estimator_hint(&client->table.associations[i].
			    estimator, frequency, sd);
}

void
client_applied(struct client *client, const struct msg_applied *applied,
    const struct moment *now, struct action_list *actions)
{
	(void)actions;
	take_hint(client, applied);
	system_applied(&client->system, applied);
	if (applied->status == CLOCK_REFUSED_EPOCH)
		update_again(client, now);
	else if (client->update_ns > now->axis_ns)
		client->update_ns = now->axis_ns;	/* publish it */
}

void
client_disturbed(struct client *client, int64_t suspended_ns,
    const struct moment *now, struct action_list *actions)
{
	struct association *association;
	size_t i;

	(void)actions;
	if (suspended_ns > 0)
		system_forget(&client->system, now);
	for (i = 0; i < ASSOCIATIONS_MAX; i++) {
		association = &client->table.associations[i];
		if (association->id != 0 && association->kind != SOURCE_LOCAL)
			association_disturbed(association, suspended_ns > 0,
			    now);
	}
	lookup_wake(&client->table, now);
	update_again(client, now);
}

void
client_system(const struct client *client, const struct moment *now,
    struct system_variables *variables)
{
	system_variables(&client->system, now, variables);
}

void
client_status(const struct client *client, const struct moment *now,
    struct msg_status *status)
{
	struct system_variables variables;
	size_t i;

	memset(status, 0, sizeof(*status));
	system_variables(&client->system, now, &variables);
	status->leap = variables.leap;
	status->stratum = variables.stratum;
	status->updates = client->updates;
	status->offset_ns = variables.offset_ns;
	status->jitter_ns = variables.jitter_ns;
	status->root_distance_ns = variables.root_dispersion_ns +
	    variables.root_delay_ns / 2;
	for (i = 0; i < ASSOCIATIONS_MAX; i++) {
		if (client->table.associations[i].id == 0)
			continue;
		status->sources++;
		if (client->table.associations[i].reach != 0)
			status->reachable++;
	}
	status->survivors = (uint8_t)variables.survivors;
	if (status->survivors > status->sources)
		status->survivors = status->sources;
}
