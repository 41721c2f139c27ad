/*
 * The sandbox of serve, the process that strangers reach.
 */
#include "net/serve/profile.h"

#include <seccomp.h>

#include "common/conf_message.h"
#include "common/role.h"

/* Two generations of sockets at a time, and what it has from the start. */
#define SERVE_FDS	(2 * CONF_LISTEN_MAX + 8)

static const struct sandbox_call serve_calls[] = {
	{ SCMP_SYS(ppoll), -1, 0 },		/* the loop */
	{ SCMP_SYS(ppoll_time64), -1, 0 },
	{ SCMP_SYS(recvmmsg), -1, 0 },		/* requests */
	{ SCMP_SYS(recvmmsg_time64), -1, 0 },
	{ SCMP_SYS(sendmmsg), -1, 0 },		/* replies */
	{ SCMP_SYS(clock_gettime), -1, 0 },	/* clock sources without vDSO */
	{ SCMP_SYS(clock_gettime64), -1, 0 },
	{ SCMP_SYS(recvmsg), -1, 0 },		/* the parent: messages */
	{ SCMP_SYS(sendmsg), -1, 0 },		/* the parent: READY, ACK */
	{ SCMP_SYS(getsockname), -1, 0 },	/* CONF_LISTEN: our port */
	{ SCMP_SYS(dup2), -1, 0 },		/* CONF_LOG */
	{ SCMP_SYS(dup3), -1, 0 },		/* the same, newer machines */
	{ SCMP_SYS(close), -1, 0 },		/* sockets of old generations */
	{ SCMP_SYS(sendto), -1, 0 },		/* the log, if it is a socket */
	{ SCMP_SYS(write), -1, 0 },		/* the log, if it is not */
	{ SCMP_SYS(exit_group), -1, 0 },
};

const struct sandbox_profile serve_profile = {
	.fds = ROLE_FD_PARENT + 1,
	.rlimit_nofile = SERVE_FDS,
	.rlimit_as = UINT64_C(64) << 20,
	.mode = SANDBOX_ALLOW,
	.calls = serve_calls,
	.ncalls = sizeof(serve_calls) / sizeof(serve_calls[0]),
};
