/*
 * Clustering. Pure; part of net's core. Trusts the intersection: whoever is
 * here is right within its root distance.
 */
#include "net/core/cluster.h"

#include <math.h>

/*
 * RFC 5905 casts off as soon as the others' spread exceeds the least jitter.
 * With a filter that averages jitter away that is nearly always, and who is
 * cast off then changes all the time, and the combined offset with it.
 */
#define SIGNIFICANT	3

static double
metric(const struct candidate *candidate, double maxdist)
{
	return candidate->stratum * maxdist + candidate->distance;
}

static void
sort_by_metric(struct candidate *survivors, size_t count, double maxdist)
{
	struct candidate moved;
	size_t i, j;

	for (i = 1; i < count; i++) {
		moved = survivors[i];
		for (j = i; j > 0 && metric(&survivors[j - 1], maxdist) >
		    metric(&moved, maxdist); j--)
			survivors[j] = survivors[j - 1];
		survivors[j] = moved;
	}
}

/* How far this one lies from the others, root mean square. */
static double
selection_jitter(const struct candidate *survivors, size_t count, size_t of)
{
	double sum = 0, d;
	size_t i;

	for (i = 0; i < count; i++) {
		d = survivors[i].offset - survivors[of].offset;
		sum += d * d;
	}
	return count > 1 ? sqrt(sum / (double)(count - 1)) : 0;
}

/* The worst that may be cast off, and its selection jitter; count: none. */
static size_t
worst(const struct candidate *survivors, size_t count, double *jitter)
{
	size_t found = count, i;
	double j;

	*jitter = 0;
	for (i = 0; i < count; i++) {
		if ((survivors[i].flags & (SOURCE_PREFER | SOURCE_TRUE)) != 0)
			continue;
		j = selection_jitter(survivors, count, i);
		if (found == count || j > *jitter) {
			found = i;
			*jitter = j;
		}
	}
	return found;
}

/* What one of them may be wrong by whatever the others say: its jitter, and
 * what cannot be seen of its path. */
static double
own_error(const struct candidate *candidate)
{
	return candidate->jitter > candidate->offset_sd ?
	    candidate->jitter : candidate->offset_sd;
}

static double
least_error(const struct candidate *survivors, size_t count)
{
	double least = own_error(&survivors[0]);
	size_t i;

	for (i = 1; i < count; i++)
		if (own_error(&survivors[i]) < least)
			least = own_error(&survivors[i]);
	return least;
}

static void
cast_off(struct candidate *survivors, size_t count, size_t which)
{
	struct candidate outlier = survivors[which];
	size_t i;

	outlier.selection = SELECTION_OUTLIER;
	outlier.cause = REJECT_OUTLIER;
	for (i = which; i + 1 < count; i++)
		survivors[i] = survivors[i + 1];
	survivors[count - 1] = outlier;
}

size_t
cluster_survivors(struct candidate *survivors, size_t count, uint32_t minclock,
    double maxdist, double *jitter)
{
	double furthest;
	size_t which;

	sort_by_metric(survivors, count, maxdist);
	while (count > 1 && count > minclock) {
		which = worst(survivors, count, &furthest);
		if (which == count ||
		    furthest <= SIGNIFICANT * least_error(survivors,
		    count))
			break;
		cast_off(survivors, count, which);
		count--;
	}
	*jitter = count > 0 ? selection_jitter(survivors, count, 0) : 0;
	return count;
}
