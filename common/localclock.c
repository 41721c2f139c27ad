/*
 * Readings of the clocks, for net and clockctl. See localclock.h. Trusts the
 * kernel only.
 */
#include "common/localclock.h"

#include <stdlib.h>
#include <time.h>

#include "common/ntp_time.h"

enum { TRIPLES = 5 };	/* best of 5: right to some 10 ns */

static int64_t
read_clock(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) == -1)
		abort();
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/*
 * The middle of the narrowest MONOTONIC, BOOTTIME, MONOTONIC; exactly 0 where
 * that is possible, so that a machine that never slept adds no noise. Clock
 * simulators have no BOOTTIME: nothing sleeps there.
 */
static int64_t
read_suspended(void)
{
	struct timespec boot;
	int64_t before, after, middle = 0, width = INT64_MAX;

	for (int i = 0; i < TRIPLES; i++) {
		before = read_clock(CLOCK_MONOTONIC);
		if (clock_gettime(CLOCK_BOOTTIME, &boot) == -1)
			return 0;
		after = read_clock(CLOCK_MONOTONIC);
		if (after - before < width) {
			width = after - before;
			middle = boot.tv_sec * NS_PER_S + boot.tv_nsec -
			    before - width / 2;
		}
	}
	return llabs(middle) <= width / 2 + 1 ? 0 : middle;
}

void
localclock_pair(struct clock_pair *pair)
{
	int64_t before, real, after;

	pair->width_ns = INT64_MAX;
	for (int i = 0; i < TRIPLES; i++) {
		before = read_clock(CLOCK_MONOTONIC_RAW);
		real = read_clock(CLOCK_REALTIME);
		after = read_clock(CLOCK_MONOTONIC_RAW);
		if (after - before < pair->width_ns) {
			pair->width_ns = after - before;
			pair->real_ns = real;
			pair->axis_ns = before + pair->width_ns / 2;
		}
	}
	pair->suspended_ns = read_suspended();
	pair->axis_ns += pair->suspended_ns;
}

int64_t
localclock_axis(void)
{
	return read_clock(CLOCK_MONOTONIC_RAW) + read_suspended();
}
