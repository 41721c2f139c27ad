/*
 * Which associations may be selected, and when there are enough of them for a
 * first sample. Pure; part of net's core.
 */
#include "net/core/candidates.h"

#include <string.h>

#include "common/ntp_time.h"
#include "net/core/lookup.h"

#define START_WAIT_NS	(10 * NS_PER_S)	/* for more than half to answer */
#define START_SAMPLES	4		/* for a first step worth making */
#define START_SETTLE_NS	(7 * NS_PER_S)	/* or so long after an answer */

double
candidates_time(const struct client *client, int64_t axis_ns)
{
	return (double)(axis_ns - client->epoch_axis_ns) / 1e9;
}

void
candidates_verdict(struct client *client, unsigned int slot,
    enum selection selection, enum reject_cause cause)
{
	client->table.associations[slot].selection = (uint8_t)selection;
	client->table.associations[slot].cause = (uint8_t)cause;
}

/* Why an association is not even considered. */
static enum reject_cause
unfit(const struct association *association,
    const struct msg_conf_system *conf)
{
	if (association->stopped)
		return REJECT_DENIED;
	if (association->reach == 0 || association->header.stratum == 0)
		return association->unfit != REJECT_NONE ?
		    (enum reject_cause)association->unfit : REJECT_UNREACHABLE;
	if (association->unfit != REJECT_NONE)
		return (enum reject_cause)association->unfit;
	if (association->header.stratum < conf->floor ||
	    association->header.stratum >= conf->ceiling)
		return REJECT_STRATUM;
	if ((association->flags & SOURCE_NOSELECT) != 0)
		return REJECT_NOSELECT;
	return REJECT_NONE;
}

/* Fills candidate. False: there is no estimate. */
static bool
appraise(const struct client *client, unsigned int slot,
    const struct moment *now, struct candidate *candidate)
{
	const struct association *association =
	    &client->table.associations[slot];
	const struct ntp_header *header = &association->header;
	double mindist = (double)client->system.conf.mindist_ns / 1e9;
	struct estimate estimate;

	if (!estimator_estimate(&association->estimator,
	    candidates_time(client, now->axis_ns), &estimate))
		return false;
	memset(candidate, 0, sizeof(*candidate));
	candidate->slot = slot;
	candidate->stratum = header->stratum;
	candidate->flags = association->flags;
	candidate->offset = estimate.offset;
	candidate->offset_sd = estimate.offset_sd;
	candidate->frequency = estimate.frequency;
	candidate->frequency_sd = estimate.frequency_sd;
	candidate->jitter = estimate.jitter;
	candidate->claimed =
	    (double)ntp_short_to_ns(header->root_delay) / 2e9 +
	    (double)ntp_short_to_ns(header->root_dispersion) / 1e9;
	candidate->distance = candidate->claimed + estimate.delay / 2 +
	    3 * estimate.offset_sd;
	if (candidate->distance < mindist)
		candidate->distance = mindist;
	return true;
}

size_t
candidates_gather(struct client *client, const struct moment *now,
    struct candidate *candidates)
{
	double maxdist = (double)client->system.conf.maxdist_ns / 1e9;
	const struct association *association;
	enum reject_cause cause;
	size_t count = 0;
	unsigned int i;

	for (i = 0; i < ASSOCIATIONS_MAX; i++) {
		association = &client->table.associations[i];
		if (association->id == 0 || association->kind == SOURCE_LOCAL)
			continue;
		cause = unfit(association, &client->system.conf);
		if (cause == REJECT_NONE &&
		    !appraise(client, i, now, &candidates[count]))
			cause = REJECT_UNREACHABLE;
		if (cause == REJECT_NONE &&
		    candidates[count].distance > maxdist)
			cause = REJECT_DISTANCE;
		if (cause == REJECT_NONE)
			count++;
		else
			candidates_verdict(client, i, SELECTION_REJECT,
			    cause);
	}
	return count;
}

bool
candidates_suffice(const struct client *client, const struct moment *now,
    const struct candidate *candidates, size_t count)
{
	size_t expected = lookup_pending(&client->table), answered = 0, i;
	const struct association *association;
	bool settled = count > 0;

	for (i = 0; i < ASSOCIATIONS_MAX; i++) {
		association = &client->table.associations[i];
		if (association->id == 0 || association->stopped ||
		    association->kind == SOURCE_LOCAL)
			continue;
		expected++;
		if (association->header.stratum != 0)
			answered++;
	}
	if (client->answered_ns == 0)
		return false;
	for (i = 0; i < count; i++)
		if (client->table.associations[candidates[i].slot].estimator.
		    total < START_SAMPLES)
			settled = false;
	return (2 * answered > expected ||
	    now->axis_ns - client->configured_ns >= START_WAIT_NS) &&
	    (settled ||
	    now->axis_ns - client->answered_ns >= START_SETTLE_NS);
}

