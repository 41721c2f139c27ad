/*
 * Readings of the clocks, for net and clockctl. See localclock.h. Trusts the
 * kernel only.
 */
#include "common/localclock.h"

#include <stdlib.h>
#include <time.h>

#include "common/ntp_time.h"

enum { TRIPLES = 5 };	/* best of 5: right to some 10 ns */

/* Clock simulators have no BOOTTIME: nothing sleeps there. */
static int64_t
read_clock(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) == -1 && (id != CLOCK_BOOTTIME ||
	    clock_gettime(CLOCK_MONOTONIC, &ts) == -1))
		abort();
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/*
 * The narrowest of some readings outer, inner, outer: inner in real_ns, the
 * middle of the outer two in axis_ns.
 */
static struct clock_pair
read_narrowest(clockid_t outer, clockid_t inner)
{
	struct clock_pair best = { .width_ns = INT64_MAX };
	int64_t before, between, width;

	for (int i = 0; i < TRIPLES; i++) {
		before = read_clock(outer);
		between = read_clock(inner);
		width = read_clock(outer) - before;
		if (width < best.width_ns)
			best = (struct clock_pair){ .real_ns = between,
			    .axis_ns = before + width / 2, .width_ns = width };
	}
	return best;
}

/* Exactly 0 where that is possible, so that a machine that never slept adds no
 * noise. */
static int64_t
read_suspended(void)
{
	struct clock_pair boot = read_narrowest(CLOCK_MONOTONIC,
	    CLOCK_BOOTTIME);
	int64_t ahead_ns = boot.real_ns - boot.axis_ns;

	return llabs(ahead_ns) <= boot.width_ns / 2 + 1 ? 0 : ahead_ns;
}

void
localclock_pair(struct clock_pair *pair)
{
	*pair = read_narrowest(CLOCK_MONOTONIC_RAW, CLOCK_REALTIME);
	pair->suspended_ns = read_suspended();
	pair->axis_ns += pair->suspended_ns;
}

int64_t
localclock_axis(void)
{
	return read_clock(CLOCK_MONOTONIC_RAW) + read_suspended();
}
