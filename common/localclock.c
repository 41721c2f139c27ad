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

/* The narrowest of some readings outer, inner, outer; the middle of it. */
struct triple {
	int64_t		outer_ns;
	int64_t		inner_ns;
	int64_t		width_ns;
};

static struct triple
read_triple(clockid_t outer, clockid_t inner)
{
	struct triple best = { .width_ns = INT64_MAX };
	int64_t before, between, width;

	for (int i = 0; i < TRIPLES; i++) {
		before = read_clock(outer);
		between = read_clock(inner);
		width = read_clock(outer) - before;
		if (width < best.width_ns)
			best = (struct triple){ before + width / 2, between,
			    width };
	}
	return best;
}

/* Exactly 0 where that is possible, so that a machine that never slept adds no
 * noise. */
static int64_t
read_suspended(void)
{
	struct triple boot = read_triple(CLOCK_MONOTONIC, CLOCK_BOOTTIME);
	int64_t ahead_ns = boot.inner_ns - boot.outer_ns;

	return llabs(ahead_ns) <= boot.width_ns / 2 + 1 ? 0 : ahead_ns;
}

void
localclock_pair(struct clock_pair *pair)
{
	struct triple real = read_triple(CLOCK_MONOTONIC_RAW, CLOCK_REALTIME);
	int64_t suspended_ns = read_suspended();

	*pair = (struct clock_pair){ real.inner_ns,
		real.outer_ns + suspended_ns, suspended_ns, real.width_ns };
}

int64_t
localclock_axis(void)
{
	return read_clock(CLOCK_MONOTONIC_RAW) + read_suspended();
}
