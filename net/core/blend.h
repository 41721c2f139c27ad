/*
 * One estimate out of the survivors, by the joint filter: fed with each new
 * sample of theirs, and begun again from their stored samples when others
 * survive. Pure; part of net's core.
 */
#ifndef NET_CORE_BLEND_H
#define NET_CORE_BLEND_H

#include <stddef.h>
#include <stdint.h>

#include "net/core/joint.h"

#define BLEND_SOURCES	10	/* more add nothing, and cost their square */
#define BLEND_DOUBLES	931	/* joint_doubles() of so many */

struct blend_source {
	uint32_t	id;		/* of the association */
	struct tracker	*tracker;	/* has a sample */
	double		claimed;	/* its own root distance, s */
};

struct blend {
	struct joint	joint;
	struct joint_source sources[BLEND_SOURCES];
	uint32_t	ids[BLEND_SOURCES];
	double		taken[BLEND_SOURCES];	/* time of its last sample */
	size_t		count;
	double		memory[BLEND_DOUBLES];
};

/*
 * Takes in what the trackers of these sources (count > 0; the first
 * BLEND_SOURCES count) have got since. rate: of the axis (axis minus true
 * time), known from before, with its sd.
 */
void	blend_run(struct blend *blend, const struct blend_source *sources,
	    size_t count, double rate, double rate_sd);

#endif
