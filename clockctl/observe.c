/*
 * The virtual clock of --observe. It runs along the local axis, so nobody who
 * steers the real clock disturbs it, and it follows the kernel's law for the
 * calls that we make: a quarter of what is armed in each second of its own.
 */
#include "clockctl/observe.h"

#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clockctl/steer.h"
#include "common/ntp_time.h"

enum { SECONDS_MAX = 4096 };	/* a slew has long ended after so many */

/* The virtual clock at an axis time in its present second. */
static int64_t
observe_at(const struct observe *observe, int64_t axis_ns)
{
	int64_t passed = axis_ns - observe->axis_ns;

	return observe->real_ns + passed + steer_scale(passed,
	    observe->frequency_ppt + observe->chunk_ns * PPT_PER_PPB);
}

/* Up to axis_ns, with the changes of rate at each second's begin. */
static void
observe_advance(struct observe *observe, int64_t axis_ns)
{
	int64_t boundary, part;

	for (int i = 0; i < SECONDS_MAX; i++) {
		boundary = NS_PER_S - observe->real_ns % NS_PER_S;
		part = axis_ns - observe->axis_ns;
		if ((observe->left_ns == 0 && observe->chunk_ns == 0) ||
		    observe_at(observe, axis_ns) - observe->real_ns < boundary)
			break;
		/* the rate is within 0.1 % of 1 */
		part = boundary - steer_scale(boundary,
		    observe->frequency_ppt + observe->chunk_ns * PPT_PER_PPB);
		observe->real_ns = observe_at(observe, observe->axis_ns + part);
		observe->axis_ns += part;
		observe->chunk_ns = observe->left_ns / 4;
		observe->left_ns -= observe->chunk_ns;
		if (observe->chunk_ns == 0)
			observe->left_ns = 0;
	}
	observe->real_ns = observe_at(observe, axis_ns);
	observe->axis_ns = axis_ns;
}

static void
observe_read(void *state, struct clock_pair *now, struct timex *timex)
{
	struct observe *observe = state;

	memset(timex, 0, sizeof(*timex));
	(void)clock_adjtime(CLOCK_REALTIME, timex);	/* modes 0: reads */
	observe->system_ppt = steer_from_kernel(timex->freq);
	localclock_pair(now);
	if (!observe->running) {
		observe->running = true;
		observe->timex = *timex;
		observe->frequency_ppt = observe->system_ppt;
		observe->axis_ns = now->axis_ns;
		observe->real_ns = now->real_ns;
	}
	observe_advance(observe, now->axis_ns);
	observe->system_ns = now->real_ns - observe->real_ns;
	now->real_ns = observe->real_ns;
	*timex = observe->timex;
	timex->offset = observe->left_ns;
}

static bool
observe_apply(void *state, struct timex *call)
{
	struct observe *observe = state;

	observe_advance(observe, localclock_axis());
	if (call->modes & ADJ_SETOFFSET) {
		observe->real_ns += call->time.tv_sec * NS_PER_S +
		    call->time.tv_usec;
		observe->chunk_ns = 0;
	}
	if (call->modes & ADJ_FREQUENCY) {
		observe->frequency_ppt = steer_from_kernel(call->freq);
		observe->left_ns = call->offset;
		observe->timex = *call;
	}
	return true;
}

static void
observe_difference(void *state, int64_t *ns, int64_t *ppt)
{
	const struct observe *observe = state;

	*ns = -observe->system_ns;
	*ppt = observe->frequency_ppt + observe->chunk_ns * PPT_PER_PPB -
	    observe->system_ppt;
}

const struct clock_backend observe_backend = {
	observe_read, observe_apply, observe_difference
};

static const struct sandbox_call observe_calls[] = {
	{ SCMP_SYS(ppoll), -1, 0 },		/* wait for all of it */
	{ SCMP_SYS(ppoll_time64), -1, 0 },
	{ SCMP_SYS(recvmsg), -1, 0 },		/* channel_hear */
	{ SCMP_SYS(sendmsg), -1, 0 },		/* channel_say */
	{ SCMP_SYS(clock_adjtime), 0, CLOCK_REALTIME },	/* to read */
	{ SCMP_SYS(clock_adjtime64), 0, CLOCK_REALTIME },
	{ SCMP_SYS(clock_gettime), -1, 0 },	/* where there is no vDSO */
	{ SCMP_SYS(clock_gettime64), -1, 0 },
	{ SCMP_SYS(exit_group), -1, 0 },
};

const struct sandbox_profile observe_profile = {
	.fds = 5, .silent = true,
	.rlimit_nofile = 5, .rlimit_as = UINT64_C(64) << 20,
	.mode = SANDBOX_ALLOW, .calls = observe_calls,
	.ncalls = sizeof(observe_calls) / sizeof(*observe_calls),
};
