/*
 * The real clock. The only file of the project that changes CLOCK_REALTIME;
 * linked by clockctl alone, the one process with CAP_SYS_TIME.
 */
#include "clockctl/kernel.h"

#include <linux/capability.h>

#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <time.h>

#include "common/ntp_time.h"

static void
kernel_read(void *state, struct clock_pair *now, struct timex *timex)
{
	(void)state;
	memset(timex, 0, sizeof(*timex));
	(void)clock_adjtime(CLOCK_REALTIME, timex);
	if ((timex->status & STA_NANO) == 0)
		timex->offset *= NS_PER_US;
	localclock_pair(now);
}

static bool
kernel_apply(void *state, struct timex *call)
{
	(void)state;
	return clock_adjtime(CLOCK_REALTIME, call) != -1;
}

const struct clock_backend kernel_backend = {
	kernel_read, kernel_apply, NULL
};

/* A tick of 0 is refused before anything is touched, but after the capability
 * has been looked at. */
bool
kernel_permitted(void)
{
	struct timex call = { .modes = ADJ_TICK };

	return clock_adjtime(CLOCK_REALTIME, &call) != -1 || errno != EPERM;
}

static const struct sandbox_call kernel_calls[] = {
	{ SCMP_SYS(ppoll), -1, 0 },		/* wait for all of it */
	{ SCMP_SYS(ppoll_time64), -1, 0 },
	{ SCMP_SYS(recvmsg), -1, 0 },		/* channel_hear */
	{ SCMP_SYS(sendmsg), -1, 0 },		/* channel_say */
	{ SCMP_SYS(clock_adjtime), 0, CLOCK_REALTIME },
	{ SCMP_SYS(clock_adjtime64), 0, CLOCK_REALTIME },
	{ SCMP_SYS(clock_gettime), -1, 0 },	/* where there is no vDSO */
	{ SCMP_SYS(clock_gettime64), -1, 0 },
	{ SCMP_SYS(exit_group), -1, 0 },
};

const struct sandbox_profile kernel_profile = {
	.fds = 5, .capabilities = UINT64_C(1) << CAP_SYS_TIME, .silent = true,
	.rlimit_nofile = 5, .rlimit_as = UINT64_C(64) << 20,
	.mode = SANDBOX_ALLOW, .calls = kernel_calls,
	.ncalls = sizeof(kernel_calls) / sizeof(*kernel_calls),
};
