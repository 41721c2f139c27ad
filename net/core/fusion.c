/*
 * Selection and fusion, sample by sample. Pure; part of net. Trusts no source
 * alone where there are several.
 */
#include "net/core/fusion.h"

#include <math.h>
#include <string.h>

#define START_WAIT	10	/* s, for more than half of the sources */
#define HISTORY		8	/* samples: with fewer, begin again */
#define RATE_UNKNOWN	1e-4
#define RATE_KNOWN	1e-7
#define BOUND_SIGMAS	3
#define BOUND_DRIFT	15e-6	/* a second, as RFC 5905's PHI */

void
fusion_init(struct fusion *fusion, struct joint_source *sources, size_t count,
    double *memory)
{
	memset(fusion, 0, sizeof(*fusion));
	fusion_hint(fusion, 0, RATE_UNKNOWN);
	fusion_change(fusion, sources, count, memory);
}

void
fusion_change(struct fusion *fusion, struct joint_source *sources,
    size_t count, double *memory)
{
	size_t i;

	fusion->sources = sources;
	fusion->count = count;
	joint_place(&fusion->joint, count, memory);
	for (i = 0; i < count; i++)
		sources[i].tracker->lone = count == 1;
}

void
fusion_hint(struct fusion *fusion, double rate, double sd)
{
	fusion->joint.rate = rate;
	fusion->joint.rate_sd = fmin(fmax(sd, RATE_KNOWN), RATE_UNKNOWN);
}

/* More than half of the configured have answered, or it took too long. */
static bool
may_start(struct fusion *fusion, double time)
{
	size_t i, answered = 0;

	if (!fusion->answered) {
		fusion->answered = true;
		fusion->first = time;
	}
	for (i = 0; i < fusion->count; i++)
		answered += fusion->sources[i].tracker->path.total > 0;
	if (2 * answered > fusion->count ||
	    time - fusion->first >= START_WAIT)
		fusion->started = true;
	return fusion->started;
}

/* Selects; true: one has gone, or one has come that has little of a past. */
static bool
select_anew(struct fusion *fusion, double time)
{
	struct joint_source *source;
	bool anew = false;
	size_t i;

	for (i = 0; i < fusion->count; i++)
		fusion->sources[i].was = fusion->sources[i].selected;
	fusion->majority =
	    agree_select(fusion->sources, fusion->count, time) > 0;
	for (i = 0; i < fusion->count; i++) {
		source = &fusion->sources[i];
		if (source->was && !source->selected)
			anew = true;
		if (!source->was && source->selected &&
		    source->tracker->path.total < HISTORY)
			anew = true;
	}
	return anew;
}

/* The newest sample of a selected source, or another set of sources. */
static void
renew(struct fusion *fusion, size_t source, double time, bool anew)
{
	struct joint *joint = &fusion->joint;

	if (fusion->count == 1) {
		fusion->known = tracker_output(fusion->sources[0].tracker,
		    time, &fusion->output);
		return;
	}
	if (anew || !joint->begun)
		joint_replay(joint, fusion->sources);
	else {
		joint_reroute(joint, fusion->sources, source);
		joint_sample(joint, fusion->sources, source);
	}
	if (joint_output(joint, time, &fusion->output))
		fusion->known = true;
}

/* The samples so far can no more be replayed: let the frequency survive. */
static void
keep_rate(struct fusion *fusion)
{
	const struct bank *bank = &fusion->joint.bank;

	if (fusion->joint.begun)
		fusion_hint(fusion, bank_mean(bank, 1),
		    sqrt(bank_covariance(bank, 1, 1)));
}

enum fusion_result
fusion_sample(struct fusion *fusion, size_t source,
    const struct path_sample *sample)
{
	enum tracker_event event;
	bool anew;

	event = tracker_sample(fusion->sources[source].tracker, sample);
	if (event == TRACKER_REFUSED)
		return FUSION_SAME;
	if (!fusion->started && !may_start(fusion, sample->time))
		return FUSION_WAITING;
	anew = select_anew(fusion, sample->time);
	if (!fusion->majority)
		return FUSION_NO_MAJORITY;
	if (event == TRACKER_RESTARTED && fusion->sources[source].selected) {
		keep_rate(fusion);
		anew = true;
	}
	if (!anew && !fusion->sources[source].selected)
		return FUSION_SAME;
	renew(fusion, source, sample->time, anew);
	fusion->time = sample->time;
	return FUSION_NEW;
}

void
fusion_suspended(struct fusion *fusion, double seconds)
{
	size_t i;

	keep_rate(fusion);
	for (i = 0; i < fusion->count; i++)
		tracker_suspended(fusion->sources[i].tracker, seconds);
	joint_suspended(&fusion->joint, seconds);
}

/* The filter that the output is of, and its time. */
static const struct bank *
speaker(const struct fusion *fusion, double *time)
{
	const struct tracker *lone = fusion->sources[0].tracker;

	if (fusion->count == 1) {
		*time = lone->time;
		return lone->path.total > 0 ? &lone->bank : NULL;
	}
	*time = fusion->joint.time;
	return fusion->joint.begun ? &fusion->joint.bank : NULL;
}

bool
fusion_output(const struct fusion *fusion, double time,
    struct bank_output *output)
{
	const struct bank *bank;
	double since;

	bank = speaker(fusion, &since);
	if (!fusion->known || bank == NULL)
		return false;
	bank_output(bank, time - since, output);
	return true;
}

/* The selected source with the quickest path. */
static bool
nearest(const struct fusion *fusion, size_t *source)
{
	bool found = false;
	size_t i;

	for (i = 0; i < fusion->count; i++) {
		if (!fusion->sources[i].selected ||
		    (found && fusion->sources[i].tracker->path.floor >=
		    fusion->sources[*source].tracker->path.floor))
			continue;
		*source = i;
		found = true;
	}
	return found;
}

bool
fusion_bound(const struct fusion *fusion, double time, double *bound)
{
	struct bank_output output;
	struct likelihood_shape shape;
	const struct bank *bank;
	const struct path *path;
	double since, variance;
	size_t best = 0;

	bank = speaker(fusion, &since);
	if (!fusion->known || bank == NULL || !nearest(fusion, &best))
		return false;
	path = &fusion->sources[best].tracker->path;
	path_shape(path, path_half(path, path->floor), &shape);
	bank_output(bank, time - since, &output);
	/* Of x + b: without what half of the path stands for. */
	variance = output.xx + 2 * bank_covariance(bank, 2 + best, 0) +
	    bank_covariance(bank, 2 + best, 2 + best);
	*bound = path->floor / 2 + path->gap / 2 + shape.base +
	    BOUND_SIGMAS * sqrt(fmax(variance, 0)) +
	    BOUND_DRIFT * fmax(time - since, 0) +
	    fusion->sources[best].distance;
	return true;
}
