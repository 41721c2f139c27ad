/*
 * Clock readings of serve, and the watch for steps: a receive time of before a
 * step and a transmit time of after it must never stand in one answer. Trusts
 * the kernel. The readings are vDSO calls: nothing here enters the kernel where
 * the clock source has one.
 */
#include "net/serve/moment.h"

#include <stdlib.h>
#include <time.h>

#include "common/ntp_time.h"

#define READINGS	3	/* the best of */
#define WIDTH_GOOD_NS	1000	/* no need to try again */
#define NOISE_NS	10000	/* of a pair that is not wide */
#define WATCH_NS	NS_PER_S /* a socket's queue is emptied long before */
#define PRECISION_READINGS 256

static int64_t
moment_read(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now) == -1)
		abort();
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

void
moment_take(struct moment *moment)
{
	int64_t before, real, after;
	int i;

	moment->width_ns = INT64_MAX;
	for (i = 0; i < READINGS && moment->width_ns > WIDTH_GOOD_NS; i++) {
		before = moment_read(CLOCK_MONOTONIC);
		real = moment_read(CLOCK_REALTIME);
		after = moment_read(CLOCK_MONOTONIC);
		if (after - before >= moment->width_ns)
			continue;
		moment->width_ns = after - before;
		moment->mono_ns = before + (after - before) / 2;
		moment->real_ns = real;
	}
}

void
moment_begin(struct moment_track *track, const struct moment *now)
{
	track->real_mono_ns = now->real_ns - now->mono_ns;
	track->step_ns = 0;
	track->watch_mono_ns = 0;
}

bool
moment_follow(struct moment_track *track, const struct moment *now)
{
	int64_t step = now->real_ns - now->mono_ns - track->real_mono_ns;

	if (llabs(step) <= NOISE_NS + now->width_ns) {
		if (now->mono_ns > track->watch_mono_ns)
			track->step_ns = 0;
		return false;
	}
	track->real_mono_ns += step;
	track->step_ns = llabs(step);
	track->watch_mono_ns = now->mono_ns + WATCH_NS;
	return true;
}

bool
moment_trusts(const struct moment_track *track, const struct moment *now,
    int64_t receive_ns)
{
	int64_t age = now->real_ns - receive_ns;

	/*
	 * Received before a step forward it would seem older than the step;
	 * before a step back it would come from the future, or have waited
	 * in the queue for longer than the step.
	 */
	return age >= 0 && (track->step_ns == 0 || age < track->step_ns);
}

int
moment_precision(void)
{
	int64_t before, now, least = NS_PER_S;
	int i, exponent = 0;

	before = moment_read(CLOCK_REALTIME);
	for (i = 0; i < PRECISION_READINGS; i++) {
		now = moment_read(CLOCK_REALTIME);
		if (now > before && now - before < least)
			least = now - before;
		before = now;
	}
	while (exponent > -30 && NS_PER_S >> -exponent > least)
		exponent--;
	return exponent + (NS_PER_S >> -exponent < least);
}
