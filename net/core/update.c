/*
 * From what each source says to what is told to clockctl and to the world.
 * Pure; part of net's core. Trusts a majority of the sources, and clockctl to
 * check all of it again.
 */
#include "net/core/update.h"

#include <math.h>
#include <string.h>

#include "common/ntp_time.h"
#include "net/core/action.h"
#include "net/core/candidates.h"
#include "net/core/cluster.h"
#include "net/core/combine.h"

#define AGAIN_NS	(NS_PER_S / 2)	/* while waiting */
#define SAMPLE_GAP_NS	(NS_PER_S / 4)	/* clockctl handles 8 a second */
#define FREQUENCY_GAP_NS (16 * NS_PER_S)
#define FREQUENCY_SAMPLES 8		/* of who has a say in it */
#define SD_MAX_NS	(16 * NS_PER_S)
#define SD_MAX_PPT	(1000 * PPT_PER_PPM)
#define BLEND_RATE_SD	1e-4		/* s/s; the samples tell it again */
#define HINT_SD		1e-7		/* s/s; never told more exactly */

static int64_t
clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

/* A double of seconds as integer nanoseconds (unit 1e9), and the like. */
static int64_t
scaled(double value, double unit, int64_t limit)
{
	value *= unit;
	if (!(value > (double)-limit))	/* also what is not a number */
		return -limit;
	if (value > (double)limit)
		return limit;
	return (int64_t)(value < 0 ? value - 0.5 : value + 0.5);
}

void
update_again(struct client *client, const struct moment *now)
{
	client->fresh = true;
	client->update_ns = now->axis_ns;
}

/* What the majority of the survivors says. */
static uint8_t
majority_leap(const struct client *client, const struct candidate *survivors,
    size_t count)
{
	size_t votes[4] = { 0 }, i;
	uint8_t leap;

	for (i = 0; i < count; i++) {
		leap = client->table.associations[survivors[i].slot].
		    header.leap;
		votes[leap & 3]++;
	}
	for (leap = NTP_LEAP_INSERT; leap <= NTP_LEAP_DELETE; leap++)
		if (2 * votes[leap] > count)
			return leap;
	return NTP_LEAP_NONE;
}

/* Until a survivor will have measured again, rounded up. */
static uint32_t
next_sample_s(const struct client *client, const struct candidate *survivors,
    size_t count, const struct moment *now)
{
	int64_t next = INT64_MAX, wait;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct association *association =
		    &client->table.associations[survivors[i].slot];

		if (association->next_ns < next)
			next = association->next_ns;
	}
	wait = (next - now->axis_ns) / NS_PER_S + 1;
	return (uint32_t)clamp(wait, 1, CLOCK_POLL_MAX_S);
}

static struct msg_sample *
add_sample(struct client *client, const struct combined *combined,
    const struct moment *now, struct action_list *actions)
{
	struct msg_sample *sample =
	    &action_add(actions, ACTION_SAMPLE, 0)->u.sample;

	sample->header.type = MSG_SAMPLE;
	sample->header.size = sizeof(*sample);
	sample->header.id = ++client->sequence;
	sample->step_epoch = client->system.applied.step_epoch;
	sample->survivors = 1;
	sample->poll_s = 1;
	sample->axis_ns = now->axis_ns;
	sample->suspended_ns = now->suspended_ns;
	sample->offset_ns = client->epoch_offset_ns +
	    scaled(combined->offset, 1e9, INT64_C(1) << 62);
	sample->offset_sd_ns = scaled(combined->offset_sd, 1e9, SD_MAX_NS);
	sample->frequency_ppt = scaled(combined->frequency, 1e12,
	    CLOCK_FREQUENCY_MAX_PPT);
	sample->frequency_sd_ppt = scaled(combined->frequency_sd, 1e12,
	    SD_MAX_PPT);
	client->sample_ns = now->axis_ns;
	client->fresh = false;
	client->updates++;
	return sample;
}

/* The system variables that follow from this combination. */
static void
describe(const struct client *client, const struct candidate *survivors,
    size_t peer, const struct msg_sample *sample, double spread,
    struct system_update *update)
{
	const struct candidate *chosen = &survivors[peer];
	const struct association *association =
	    &client->table.associations[chosen->slot];
	const struct ntp_header *header = &association->header;
	double own = chosen->jitter;

	memset(update, 0, sizeof(*update));
	update->peer = association->id;
	update->leap = sample->leap;
	update->peer_stratum = header->stratum;
	update->poll = association->hpoll;
	update->survivors = sample->survivors;
	update->refid = address_to_refid(&association->remote);
	update->axis_ns = sample->axis_ns;
	update->offset_ns = sample->offset_ns;
	update->offset_sd_ns = sample->offset_sd_ns;
	update->frequency_ppt = sample->frequency_ppt;
	update->frequency_sd_ppt = sample->frequency_sd_ppt;
	update->jitter_ns = scaled(own > spread ? own : spread, 1e9,
	    SD_MAX_NS);
	update->root_delay_ns = ntp_short_to_ns(header->root_delay) +
	    scaled(association->estimator.fit.delay, 1e9, SD_MAX_NS);
	update->root_dispersion_ns =
	    ntp_short_to_ns(header->root_dispersion) + NS_PER_US +
	    2 * update->offset_sd_ns;
}

static void
new_system_peer(struct client *client, uint32_t id,
    struct action_list *actions)
{
	if (!client->system.selected || client->system.last.peer != id)
		action_event(actions, id, CLIENT_SYSTEM_PEER, 0, 0);
}

/* Where several are used, the joint filter knows better than their mean. */
static void
fuse(struct client *client, const struct candidate *survivors, size_t count,
    const struct moment *now, struct combined *combined)
{
	struct blend_source sources[ASSOCIATIONS_MAX];
	struct association *association;
	struct bank_output output;
	size_t i;

	for (i = 0; i < count; i++) {
		if ((survivors[i].flags & SOURCE_PREFER) != 0)
			return;
		association =
		    &client->table.associations[survivors[i].slot];
		sources[i].id = association->id;
		sources[i].tracker = &association->estimator.tracker;
		sources[i].claimed = survivors[i].claimed;
	}
	if (count < 2)
		return;
	blend_run(&client->blend, sources, count, -combined->frequency,
	    combined->frequency_sd + BLEND_RATE_SD);
	if (!joint_output(&client->blend.joint,
	    candidates_time(client, now->axis_ns), &output))
		return;
	combined->offset = -output.x;
	combined->offset_sd = sqrt(output.xx);
	combined->frequency = -output.y;
	combined->frequency_sd = sqrt(output.yy);
}

/* Survivors: combine them, tell clockctl if one of them measured. */
static void
follow(struct client *client, struct candidate *survivors, size_t count,
    const struct moment *now, struct action_list *actions)
{
	const struct msg_conf_system *conf = &client->system.conf;
	struct system_update update;
	struct combined combined;
	struct msg_sample *sample;
	double spread;
	size_t used, peer, i;
	unsigned int present = ASSOCIATIONS_MAX;
	const struct association *old;

	old = source_association(&client->table, client->system.last.peer);
	if (old != NULL)
		present = (unsigned int)(old - client->table.associations);
	used = cluster_survivors(survivors, count, conf->minclock,
	    (double)conf->maxdist_ns / 1e9, &spread);
	peer = combine_system_peer(survivors, used, present);
	combine_survivors(survivors, used, &combined);
	fuse(client, survivors, used, now, &combined);
	survivors[peer].selection = SELECTION_SYSTEM_PEER;
	for (i = 0; i < count; i++)
		candidates_verdict(client, survivors[i].slot,
		    (enum selection)survivors[i].selection,
		    (enum reject_cause)survivors[i].cause);
	sample = add_sample(client, &combined, now, actions);
	sample->leap = majority_leap(client, survivors, used);
	sample->survivors = (uint8_t)used;
	sample->stratum = survivors[peer].stratum;
	sample->poll_s = next_sample_s(client, survivors, used, now);
	describe(client, survivors, peer, sample, spread, &update);
	update.reftime_ns = now->axis_ns + sample->offset_ns;
	sample->root_delay_ns = update.root_delay_ns;
	sample->root_dispersion_ns = update.root_dispersion_ns;
	new_system_peer(client, update.peer, actions);
	system_update(&client->system, &update);
	client->table.hint = combined.frequency;
	client->table.hint_sd = combined.frequency_sd + HINT_SD;
}

/* The sources do not agree on the time; their frequencies still may. */
static void
free_run(struct client *client, struct candidate *candidates, size_t count,
    const struct moment *now, struct action_list *actions)
{
	struct combined combined;
	struct msg_sample *sample;
	size_t used = 0, i;

	for (i = 0; i < count; i++)
		if (client->table.associations[candidates[i].slot].estimator.
		    total >= FREQUENCY_SAMPLES)
			candidates[used++] = candidates[i];
	if (used == 0 || !client->system.updated || !client->fresh ||
	    now->axis_ns - client->sample_ns < FREQUENCY_GAP_NS)
		return;
	combine_frequency(candidates, used, &combined);
	sample = add_sample(client, &combined, now, actions);
	sample->flags = SAMPLE_FREQUENCY_ONLY;
	sample->survivors = (uint8_t)used;
	sample->poll_s = next_sample_s(client, candidates, used, now);
	sample->offset_ns = now->real_ns - now->axis_ns;
	sample->offset_sd_ns = SD_MAX_NS;
}

static void
lose(struct client *client, struct candidate *candidates, size_t count,
    const struct moment *now, struct action_list *actions)
{
	size_t i;

	for (i = 0; i < count; i++)
		candidates_verdict(client, candidates[i].slot, SELECTION_REJECT,
		    REJECT_NO_MAJORITY);
	if (count > 0 && !client->disagreed)
		action_event(actions, 0, CLIENT_NO_MAJORITY, (uint32_t)count,
		    0);
	client->disagreed = count > 0;
	system_lost(&client->system, count > 0, now);
	if (count > 0)
		free_run(client, candidates, count, now, actions);
}

/* Waits for the start rule; true: go on. Sets when to look again. */
static bool
started(struct client *client, const struct moment *now,
    const struct candidate *candidates, size_t count)
{
	if (!client->started)
		client->started = candidates_suffice(client,
		    now, candidates, count);
	if (!client->started && client->answered_ns != 0)
		client->update_ns = now->axis_ns + AGAIN_NS;
	return client->started;
}

static void
mode_changed(struct client *client, const struct moment *now,
    struct action_list *actions)
{
	enum system_mode before = client->system.mode;

	if (!system_decide(&client->system, now))
		return;
	if (client->system.mode == SYSTEM_LOCAL)
		action_event(actions, client->system.local_id,
		    CLIENT_LOCAL_CLOCK, 0, 0);
	else if (before != SYSTEM_UNSYNCHRONISED &&
	    client->system.mode == SYSTEM_UNSYNCHRONISED)
		action_event(actions, 0, CLIENT_UNSYNCHRONISED, 0, 0);
}

static void
mark_falsetickers(struct client *client, const struct candidate *candidates,
    size_t survivors, size_t count)
{
	size_t i;

	for (i = survivors; i < count; i++)
		candidates_verdict(client, candidates[i].slot,
		    (enum selection)candidates[i].selection,
		    (enum reject_cause)candidates[i].cause);
}

void
update_run(struct client *client, const struct moment *now,
    struct action_list *actions)
{
	struct candidate candidates[ASSOCIATIONS_MAX];
	size_t count, survivors;

	client->update_ns = INT64_MAX;
	count = candidates_gather(client, now, candidates);
	if (started(client, now, candidates, count)) {
		survivors = select_survivors(candidates, count,
		    client->system.conf.minsane);
		mark_falsetickers(client, candidates, survivors, count);
		if (survivors == 0)
			lose(client, candidates, count, now, actions);
		else if (client->fresh && now->axis_ns - client->sample_ns <
		    SAMPLE_GAP_NS && client->sample_ns != 0)
			client->update_ns = client->sample_ns + SAMPLE_GAP_NS;
		else if (client->fresh)
			follow(client, candidates, survivors, now, actions);
		if (survivors > 0)
			client->disagreed = false;
	}
	mode_changed(client, now, actions);
	action_add(actions, ACTION_PUBLISH, 0);
	client->publish_ns = now->axis_ns + SYSTEM_PUBLISH_NS;
}
