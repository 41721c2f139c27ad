/*
 * Association variables for the page (RFC 5905 section 9.1). Pure; part of
 * net's core.
 */
#include "net/core/client.h"

#include <string.h>

#include "common/ntp_time.h"
#include "net/core/candidates.h"

static int64_t
to_ns(double seconds)
{
	if (!(seconds > -1e9 && seconds < 1e9))
		return 0;
	return (int64_t)(seconds * 1e9);
}

static void
describe_estimate(const struct client *client,
    const struct association *association, const struct moment *now,
    struct association_variables *variables)
{
	struct estimate estimate;

	if (!estimator_estimate(&association->estimator,
	    candidates_time(client, now->axis_ns), &estimate))
		return;
	variables->offset_ns = client->epoch_offset_ns +
	    to_ns(estimate.offset) - (now->real_ns - now->axis_ns);
	variables->delay_ns = to_ns(estimate.delay);
	variables->dispersion_ns = to_ns(3 * estimate.offset_sd);
	variables->jitter_ns = to_ns(estimate.jitter);
}

static void
describe_reply(const struct association *association,
    struct association_variables *variables)
{
	const struct ntp_header *header = &association->header;

	variables->leap = header->leap;
	variables->stratum = header->stratum == 0 ? 16 : header->stratum;
	variables->precision = header->precision;
	variables->ppoll = header->poll;
	variables->refid = header->refid;
	variables->root_delay_ns = ntp_short_to_ns(header->root_delay);
	variables->root_dispersion_ns =
	    ntp_short_to_ns(header->root_dispersion);
	variables->reftime_ns = association->reftime_ns;
	if (header->stratum == 0)
		variables->leap = NTP_LEAP_UNSYNCHRONISED;
}

static void
describe_local(const struct client *client,
    const struct association *association,
    struct association_variables *variables)
{
	const struct system_state *system = &client->system;

	variables->stratum = association->local_stratum;
	variables->refid = system->local_refid;
	variables->reftime_ns = system->local_reftime_ns;
	variables->leap = NTP_LEAP_NONE;
	variables->cause = REJECT_NONE;
	if (system->mode == SYSTEM_LOCAL &&
	    system->local_id == association->id)
		variables->selection = SELECTION_SYSTEM_PEER;
}

void
client_association(const struct client *client, unsigned int slot,
    const struct moment *now, struct association_variables *variables)
{
	const struct association *association;

	memset(variables, 0, sizeof(*variables));
	if (slot >= ASSOCIATIONS_MAX ||
	    client->table.associations[slot].id == 0)
		return;
	association = &client->table.associations[slot];
	variables->id = association->id;
	variables->kind = association->kind;
	variables->selection = association->selection;
	variables->cause = association->cause;
	variables->reach = association->reach;
	variables->hpoll = association->hpoll;
	variables->flags = (uint8_t)association->flags;
	variables->unreach = association->unreach;
	variables->key = association->key;
	variables->remote = association->remote;
	variables->last_boot_ns = association->last_ns;
	variables->sent = association->sent;
	variables->received = association->received;
	memcpy(variables->rejected, association->rejected,
	    sizeof(variables->rejected));
	memcpy(variables->name,
	    client->table.sources[association->source].settings.name,
	    sizeof(variables->name));
	if (association->kind == SOURCE_LOCAL) {
		describe_local(client, association, variables);
		return;
	}
	describe_reply(association, variables);
	describe_estimate(client, association, now, variables);
}
