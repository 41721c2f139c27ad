/*
 * Intersection. Pure; part of net's core. Trusts that the truth lies within
 * the root distance of most candidates, and no candidate beyond that.
 */
#include "net/core/select.h"

struct edge {
	double		at;
	int		type;		/* -1 lower, 0 middle, +1 upper */
};

struct interval {
	double		low, high;
};

static void
insert_edge(struct edge *edges, size_t *count, double at, int type)
{
	size_t i = (*count)++;

	/* Equal: lower ends first, so that touching intervals agree. */
	while (i > 0 && (edges[i - 1].at > at ||
	    (edges[i - 1].at >= at && edges[i - 1].type > type))) {
		edges[i] = edges[i - 1];
		i--;
	}
	edges[i].at = at;
	edges[i].type = type;
}

/*
 * From one end, the first point that lies in at least wanted intervals. Counts
 * the midpoints passed on the way. direction: +1 upwards, -1 downwards.
 */
static double
scan(const struct edge *edges, size_t count, size_t wanted, int direction,
    size_t *midpoints)
{
	const struct edge *edge = direction > 0 ? edges : edges + count - 1;
	long chime = 0;
	size_t i;

	for (i = 0; i < count; i++, edge += direction) {
		chime -= direction * edge->type;
		if (chime >= (long)wanted)
			return edge->at;
		if (edge->type == 0)
			(*midpoints)++;
	}
	return direction > 0 ? edges[count - 1].at + 1 : edges[0].at - 1;
}

static bool
intersect(const struct candidate *candidates, size_t count,
    struct interval *found)
{
	struct edge edges[3 * ASSOCIATIONS_MAX];
	size_t nedges = 0, midpoints, falsetickers, i;

	for (i = 0; i < count; i++) {
		const struct candidate *c = &candidates[i];

		insert_edge(edges, &nedges, c->offset - c->distance, -1);
		insert_edge(edges, &nedges, c->offset, 0);
		insert_edge(edges, &nedges, c->offset + c->distance, 1);
	}
	for (falsetickers = 0; 2 * falsetickers < count; falsetickers++) {
		midpoints = 0;
		found->low = scan(edges, nedges, count - falsetickers, 1,
		    &midpoints);
		found->high = scan(edges, nedges, count - falsetickers, -1,
		    &midpoints);
		if (midpoints <= falsetickers && found->high >= found->low)
			return true;
	}
	return false;
}

static bool
survives(const struct candidate *candidate, const struct interval *found)
{
	return (candidate->flags & SOURCE_TRUE) != 0 ||
	    (found != NULL &&
	    candidate->offset + candidate->distance >= found->low &&
	    candidate->offset - candidate->distance <= found->high);
}

/* Moves the survivors to the front, keeping their order. */
static size_t
partition(struct candidate *candidates, size_t count,
    const struct interval *found)
{
	struct candidate survivor;
	size_t survivors = 0, i, j;

	for (i = 0; i < count; i++) {
		if (!survives(&candidates[i], found)) {
			candidates[i].selection = SELECTION_FALSETICKER;
			candidates[i].cause = REJECT_FALSETICKER;
			continue;
		}
		survivor = candidates[i];
		survivor.selection = SELECTION_CANDIDATE;
		survivor.cause = REJECT_NONE;
		for (j = i; j > survivors; j--)
			candidates[j] = candidates[j - 1];
		candidates[survivors++] = survivor;
	}
	return survivors;
}

size_t
select_survivors(struct candidate *candidates, size_t count, uint32_t minsane)
{
	struct interval found;
	size_t survivors, i;
	bool agree = count > 0 && intersect(candidates, count, &found);

	survivors = partition(candidates, count, agree ? &found : NULL);
	if (survivors > 0 && survivors >= minsane)
		return survivors;
	for (i = 0; i < count; i++) {
		candidates[i].selection = SELECTION_REJECT;
		candidates[i].cause = REJECT_NO_MAJORITY;
	}
	return 0;
}
