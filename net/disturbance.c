/*
 * Part of ntpd-net: has the machine been suspended, has the clock been set?
 * Reads clocks and a timerfd, trusts the kernel.
 */
#include "net/disturbance.h"

#include <sys/timerfd.h>

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "common/ntp_time.h"

#define SUSPENDED_MIN_NS	NS_PER_MS
/* Beyond any slew (500 ppm) and any error of reading. */
#define MOVED_RATE_DIVISOR	1000
#define MOVED_SLACK_NS		(10 * NS_PER_US)

/* A date that no clock reaches: only the cancellation is wanted. */
#define NEVER_S			INT64_C(9000000000)

static void
disturbance_arm(const struct disturbance *disturbance)
{
	const struct itimerspec never = {
		.it_value = { .tv_sec = (time_t)NEVER_S } };

	if (timerfd_settime(disturbance->fd,
	    TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) != 0)
		abort();
}

bool
disturbance_open(struct disturbance *disturbance)
{
	*disturbance = (struct disturbance){ 0 };
	disturbance->fd = timerfd_create(CLOCK_REALTIME,
	    TFD_NONBLOCK | TFD_CLOEXEC);
	if (disturbance->fd < 0)
		return false;
	disturbance_arm(disturbance);
	localclock_pair(&disturbance->last);
	return true;
}

void
disturbance_take(struct disturbance *disturbance)
{
	uint64_t expirations;

	if (read(disturbance->fd, &expirations, sizeof(expirations)) < 0 &&
	    errno != ECANCELED)
		return;
	disturbance->cancelled = true;
	disturbance_arm(disturbance);
}

static bool
disturbance_jumped(int64_t moved_ns, int64_t elapsed_ns)
{
	int64_t explained = elapsed_ns / MOVED_RATE_DIVISOR + MOVED_SLACK_NS;

	return moved_ns > explained || moved_ns < -explained;
}

enum disturbance_kind
disturbance_check(struct disturbance *disturbance,
    const struct clock_pair *now, int64_t *value_ns)
{
	const struct clock_pair last = disturbance->last;
	int64_t elapsed = now->axis_ns - last.axis_ns;
	int64_t moved = now->real_ns - last.real_ns - elapsed;
	int64_t slept = now->suspended_ns - last.suspended_ns;
	bool seen;

	seen = disturbance->cancelled || disturbance_jumped(moved, elapsed);
	disturbance->cancelled = false;
	disturbance->last = *now;
	if (slept > SUSPENDED_MIN_NS) {
		/* resuming sets the clock, too */
		disturbance->until_ns = 0;
		*value_ns = slept;
		return DISTURBANCE_SUSPENDED;
	}
	if (seen && disturbance->until_ns == 0) {
		disturbance->until_ns = now->axis_ns + DISTURBANCE_WAIT_NS;
		disturbance->moved_ns = 0;
	}
	if (seen)
		disturbance->moved_ns += moved;
	if (disturbance->until_ns == 0 ||
	    now->axis_ns < disturbance->until_ns)
		return DISTURBANCE_NONE;
	disturbance->until_ns = 0;
	*value_ns = disturbance->moved_ns;
	return DISTURBANCE_SET;
}

void
disturbance_explained(struct disturbance *disturbance)
{
	disturbance_take(disturbance);
	disturbance->cancelled = false;
	disturbance->until_ns = 0;
	localclock_pair(&disturbance->last);
}

int64_t
disturbance_next(const struct disturbance *disturbance)
{
	return disturbance->until_ns != 0 ? disturbance->until_ns : INT64_MAX;
}
