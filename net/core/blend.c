/*
 * The joint filter over the survivors of selection. Pure; part of net. Trusts
 * selection to have left out who lies.
 */
#include "net/core/blend.h"

#include <stdbool.h>
#include <string.h>

#define REFINED		16	/* samples of which the boxes still change */

/* Is it the same set in the same order, with nothing to be done again? */
static bool
goes_on(const struct blend *blend, const struct blend_source *sources,
    size_t count)
{
	size_t i;

	if (count != blend->count || !blend->joint.begun)
		return false;
	for (i = 0; i < count; i++)
		if (sources[i].id != blend->ids[i] ||
		    sources[i].tracker->path.total <= REFINED)
			return false;
	return true;
}

static void
begin_anew(struct blend *blend, const struct blend_source *sources,
    size_t count)
{
	size_t i;

	memset(blend->sources, 0, sizeof(blend->sources));
	blend->count = count;
	for (i = 0; i < count; i++) {
		blend->ids[i] = sources[i].id;
		blend->sources[i].tracker = sources[i].tracker;
		blend->sources[i].selected = true;
		blend->sources[i].distance = sources[i].claimed;
		blend->taken[i] = sources[i].tracker->time;
	}
	joint_place(&blend->joint, count, blend->memory);
	joint_replay(&blend->joint, blend->sources);
}

static void
take_in(struct blend *blend, size_t i, double claimed)
{
	const struct tracker *tracker = blend->sources[i].tracker;

	blend->sources[i].distance = claimed;
	if (!(tracker->time > blend->taken[i]))
		return;
	blend->taken[i] = tracker->time;
	joint_reroute(&blend->joint, blend->sources, i);
	joint_sample(&blend->joint, blend->sources, i);
}

/* By id: who survives comes in any order. */
static size_t
sort(const struct blend_source *sources, size_t count,
    struct blend_source sorted[BLEND_SOURCES])
{
	size_t i, j;

	if (count > BLEND_SOURCES)
		count = BLEND_SOURCES;
	for (i = 0; i < count; i++) {
		for (j = i; j > 0 && sorted[j - 1].id > sources[i].id; j--)
			sorted[j] = sorted[j - 1];
		sorted[j] = sources[i];
	}
	return count;
}

void
blend_run(struct blend *blend, const struct blend_source *sources,
    size_t count, double rate, double rate_sd)
{
	struct blend_source sorted[BLEND_SOURCES] = { 0 };
	size_t i;

	count = sort(sources, count, sorted);
	if (!goes_on(blend, sorted, count)) {
		blend->joint.rate = rate;
		blend->joint.rate_sd = rate_sd;
		begin_anew(blend, sorted, count);
		return;
	}
	for (i = 0; i < count; i++)
		take_in(blend, i, sorted[i].claimed);
}
