/*
 * Selection on the sources' own filters. Pure; part of net. Trusts no source:
 * that is what it is for.
 */
#include "net/core/agree.h"

#include <math.h>

#define SIGMAS		3
#define RATE_SIGMAS	4	/* off by so many: out, */
#define RATE_BACK	4	/* and only back within so many */
#define RATE_SAMPLES	16
#define RATE_SOURCES	3	/* as few cannot tell who is wrong */

struct interval {
	double	low, high;
};

static bool
interval_of(const struct joint_source *source, double time,
    struct interval *interval)
{
	const struct path *path = &source->tracker->path;
	struct bank_output output;
	double width;

	if (!tracker_output(source->tracker, time, &output))
		return false;
	width = path->floor / 2 + path->gap + SIGMAS * sqrt(output.xx) +
	    source->distance;
	interval->low = output.x - width;
	interval->high = output.x + width;
	return true;
}

/* Marks those whose interval holds point; returns their number. */
static size_t
mark(struct joint_source *sources, size_t count, double time, double point)
{
	struct interval interval;
	size_t i, n = 0;

	for (i = 0; i < count; i++) {
		sources[i].selected =
		    interval_of(&sources[i], time, &interval) &&
		    interval.low <= point && point <= interval.high;
		n += sources[i].selected;
	}
	return n;
}

/* Inverse-variance mean over the selected (or all), one left out. */
static bool
mean_rate(const struct joint_source *sources, size_t count, size_t without,
    bool all, struct bank_output *mean)
{
	const struct tracker *tracker;
	double weight, total = 0, sum = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		tracker = sources[i].tracker;
		if (i == without || tracker->path.total == 0 ||
		    !(all || sources[i].selected))
			continue;
		weight = 1 / bank_covariance(&tracker->bank, 1, 1);
		total += weight;
		sum += weight * bank_mean(&tracker->bank, 1);
	}
	if (!(total > 0))
		return false;
	mean->y = sum / total;
	mean->yy = 1 / total;
	return true;
}

/* How far its frequency is from that of the others, against the bound. */
static double
rate_excess(const struct joint_source *sources, size_t count, size_t source)
{
	const struct tracker *tracker = sources[source].tracker;
	struct bank_output others;
	double sd, bound;

	if (tracker->path.total < RATE_SAMPLES ||
	    !mean_rate(sources, count, source, false, &others))
		return 0;
	sd = sqrt(others.yy + bank_covariance(&tracker->bank, 1, 1));
	bound = sources[source].drifting ? RATE_BACK : RATE_SIGMAS;
	return fabs(bank_mean(&tracker->bank, 1) - others.y) / (bound * sd);
}

/* Drops the worst by frequency, one after the other. */
static size_t
drop_drifting(struct joint_source *sources, size_t count, size_t selected)
{
	double excess, most;
	size_t i, worst = 0;

	while (selected >= RATE_SOURCES) {
		most = 1;
		for (i = 0; i < count; i++) {
			if (!sources[i].selected)
				continue;
			excess = rate_excess(sources, count, i);
			if (excess > most) {
				most = excess;
				worst = i;
			}
		}
		if (!(most > 1))
			break;
		sources[worst].selected = false;
		selected--;
	}
	return selected;
}

size_t
agree_select(struct joint_source *sources, size_t count, double time)
{
	struct interval interval;
	double point = 0;
	size_t i, n, most = 0, answered = 0;

	for (i = 0; i < count; i++) {
		if (!interval_of(&sources[i], time, &interval))
			continue;
		answered++;
		n = mark(sources, count, time, interval.low);
		if (n > most || (n == most && interval.low < point)) {
			most = n;
			point = interval.low;
		}
	}
	if (2 * most <= answered) {
		for (i = 0; i < count; i++)
			sources[i].selected = false;
		return 0;
	}
	mark(sources, count, time, point);
	n = drop_drifting(sources, count, most);
	return n;
}

bool
agree_rate(const struct joint_source *sources, size_t count, double *rate,
    double *variance)
{
	struct bank_output mean;

	if (!mean_rate(sources, count, count, true, &mean))
		return false;
	*rate = mean.y;
	*variance = mean.yy;
	return true;
}
