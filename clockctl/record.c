/*
 * In the kernel's place, for tests: every call that would have changed the
 * clock is a line in the file that NTPA_SPY names,
 *
 *	MONOTONIC CALL MODES STEP_S SLEW_S FREQUENCY_PPM
 *
 * and acts on the virtual clock of --observe instead. Built as
 * ntpd-clockctl-record, never installed; no CAP_SYS_TIME, no system call that
 * could set a clock but clock_adjtime(2) to read.
 */
#include "clockctl/service.h"

#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "clockctl/observe.h"
#include "clockctl/steer.h"
#include "common/ntp_time.h"

enum { SPY_FD = 5 };

/* value / 10^digits with its sign and so many decimals. */
static int
decimal(char *text, size_t size, int64_t value, int digits)
{
	int64_t unit = 1;

	for (int i = 0; i < digits; i++)
		unit *= 10;
	return snprintf(text, size, " %s%lld.%0*lld", value < 0 ? "-" : "",
	    llabs(value) / unit, digits, llabs(value) % unit);
}

static bool
record_apply(void *state, struct timex *call)
{
	char line[200];
	struct timespec now;
	bool single = call->modes == ADJ_OFFSET_SINGLESHOT;
	int64_t step = 0, slew = call->offset;
	int n;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (call->modes & ADJ_SETOFFSET && !single)
		step = call->time.tv_sec * NS_PER_S + call->time.tv_usec;
	if (single)
		slew *= NS_PER_US;
	n = snprintf(line, sizeof(line), "%lld.%09ld %s 0x%04x",
	    (long long)now.tv_sec, now.tv_nsec,
	    single ? "adjtime" : "clock_adjtime", call->modes);
	n += decimal(line + n, sizeof(line) - (size_t)n, step, 9);
	n += decimal(line + n, sizeof(line) - (size_t)n, slew, 9);
	n += decimal(line + n, sizeof(line) - (size_t)n,
	    steer_from_kernel(call->freq), 6);
	line[n++] = '\n';
	if (write(SPY_FD, line, (size_t)n) != n)
		abort();
	return observe_backend.apply(state, call);
}

static void
record_read(void *state, struct clock_pair *now, struct timex *timex)
{
	observe_backend.read(state, now, timex);
}

static void
record_difference(void *state, int64_t *ns, int64_t *ppt)
{
	observe_backend.difference(state, ns, ppt);
}

static const struct clock_backend record_backend = {
	record_read, record_apply, record_difference
};

/* Called before the lock-down, so the file can be opened here. */
static bool
record_permitted(void)
{
	const char *path = getenv("NTPA_SPY");
	int fd;

	if (path == NULL)
		return false;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
	return fd != -1 && (fd == SPY_FD || dup2(fd, SPY_FD) == SPY_FD);
}

static const struct sandbox_call record_calls[] = {
	{ SCMP_SYS(ppoll), -1, 0 },
	{ SCMP_SYS(recvmsg), -1, 0 },
	{ SCMP_SYS(sendmsg), -1, 0 },
	{ SCMP_SYS(clock_adjtime), 0, CLOCK_REALTIME },
	{ SCMP_SYS(clock_gettime), -1, 0 },
	{ SCMP_SYS(exit_group), -1, 0 },
	{ SCMP_SYS(write), 0, SPY_FD },
};

static const struct sandbox_profile record_profile = {
	.fds = SPY_FD + 1, .rlimit_nofile = SPY_FD + 1,
	.mode = SANDBOX_ALLOW, .calls = record_calls,
	.ncalls = sizeof(record_calls) / sizeof(*record_calls),
};

int
main(int argc, char *argv[])
{
	const struct service_program program = {
		&record_backend, &record_profile, record_permitted
	};
	struct observe observe = { 0 };

	return service_run(argc, argv, &program, &observe);
}
