/*
 * The whole of what ntpd-net may do: no file, no process, no listening socket,
 * no capability. It holds a socket for each request in flight and talks to its
 * siblings on the descriptors it was given.
 */
#include "net/profile.h"

#include <sys/mman.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <seccomp.h>

#include "common/role.h"
#include "common/variables.h"

/* any argument */
#define ANY	-1, 0

static const struct sandbox_call net_calls[] = {
	/* the loop */
	{ SCMP_SYS(ppoll), ANY },
	{ SCMP_SYS(ppoll_time64), ANY },
	/* clocks that have no vDSO (hpet, acpi_pm, 32 bits) */
	{ SCMP_SYS(clock_gettime), ANY },
	{ SCMP_SYS(clock_gettime64), ANY },
	/* channels; replies and stamps from the sockets */
	{ SCMP_SYS(recvmsg), ANY },
	{ SCMP_SYS(sendmsg), ANY },
	/* a socket for each request, over IPv4 or IPv6 only */
	{ SCMP_SYS(socket), 0, AF_INET },
	{ SCMP_SYS(socket), 0, AF_INET6 },
	{ SCMP_SYS(connect), ANY },
	/* time stamps and MTU discovery of that socket */
	{ SCMP_SYS(setsockopt), 1, SOL_SOCKET },
	{ SCMP_SYS(setsockopt), 1, IPPROTO_IP },
	{ SCMP_SYS(setsockopt), 1, IPPROTO_IPV6 },
	/* our address on the way to a server, to notice one that follows us */
	{ SCMP_SYS(getsockname), ANY },
	/* its pending error */
	{ SCMP_SYS(getsockopt), 1, SOL_SOCKET },
	/* the request itself; log lines to a socket */
	{ SCMP_SYS(sendto), ANY },
	/* log lines to a file or pipe */
	{ SCMP_SYS(write), ANY },
	/* the timerfd that a set of the clock cancels */
	{ SCMP_SYS(timerfd_create), ANY },
	{ SCMP_SYS(timerfd_settime), ANY },
	{ SCMP_SYS(timerfd_settime64), ANY },
	{ SCMP_SYS(read), ANY },
	/* transmit timestamps that nobody can guess */
	{ SCMP_SYS(getrandom), ANY },
	/* the page: its size and seals, and a mapping that is not executable;
	 * malloc(3) at start-up */
	{ SCMP_SYS(fstat), ANY },
	{ SCMP_SYS(newfstatat), ANY },
	{ SCMP_SYS(fcntl), 1, F_GET_SEALS },
	{ SCMP_SYS(fcntl64), 1, F_GET_SEALS },
	{ SCMP_SYS(mmap), 2, PROT_READ | PROT_WRITE },
	{ SCMP_SYS(mmap2), 2, PROT_READ | PROT_WRITE },
	/* (unmapped again where it is no page) */
	{ SCMP_SYS(munmap), ANY },
	{ SCMP_SYS(brk), ANY },
	/* a new log (CONF_LOG) becomes descriptor 2 */
	{ SCMP_SYS(dup2), 1, 2 },
	{ SCMP_SYS(dup3), 1, 2 },
	{ SCMP_SYS(close), ANY },
	{ SCMP_SYS(exit_group), ANY },
};

const struct sandbox_profile net_profile = {
	.fds = ROLE_FD_NET_PAGE + 1,
	.capabilities = 0,
	/* a socket for each association, the timerfd, a log to come */
	.rlimit_nofile = ROLE_FD_NET_PAGE + 1 + ASSOCIATIONS_MAX + 8,
	.rlimit_as = 64 << 20,
	.mode = SANDBOX_ALLOW,
	.calls = net_calls,
	.ncalls = sizeof(net_calls) / sizeof(net_calls[0]),
};
