/*
 * ntpd-serve: answers whoever asks for the time. The process that strangers
 * reach, and so the one that has least: no capability, no file, no name, no
 * channel to the clock or to net, whose page it can only read.
 */
#include <sys/socket.h>

#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/conf_message.h"
#include "common/channel.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/page.h"
#include "common/role.h"
#include "common/sandbox.h"
#include "net/serve/configure.h"
#include "net/serve/worker.h"

/* Two generations of sockets at a time, and what it has from the start. */
#define SERVE_FDS	(2 * CONF_LISTEN_MAX + 8)

struct serve {
	struct loop	loop;
	struct worker	worker;
	struct configure configure;
};

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

static const struct sandbox_profile serve_profile = {
	.fds = ROLE_FD_PARENT + 1,
	.rlimit_nofile = SERVE_FDS,
	.rlimit_as = UINT64_C(64) << 20,
	.mode = SANDBOX_ALLOW,
	.calls = serve_calls,
	.ncalls = sizeof(serve_calls) / sizeof(serve_calls[0]),
};

static void
serve_parent(void *context, int fd, short revents)
{
	struct serve *serve = context;

	(void)fd;
	(void)revents;
	if (!configure_receive(&serve->configure))
		serve->loop.stop = true;
}

/*
 * Before the lock-down: mapping is not a call that serve needs afterwards. The
 * descriptor goes with what else is beyond the profile's.
 */
static const struct page *
serve_page(void)
{
	const struct page *page = page_open_reader(ROLE_FD_SERVE_PAGE);

	if (page == NULL)
		log_fatal("the page of net cannot be read: %m");
	return page;
}

int
main(int argc, char *argv[])
{
	const struct msg_conf_signal ready = {
		.header = { MSG_READY, sizeof(ready), 0 }
	};
	struct role_arguments arguments;
	const struct page *page;
	const char *failed;
	struct serve serve;

	if (!role_parse(argc, argv, &arguments))
		return 2;
	log_init("serve", (enum log_target)arguments.log_target,
	    arguments.debug);
	/* a log that goes nowhere any more is no reason to die */
	signal(SIGPIPE, SIG_IGN);
	page = serve_page();
	if (!sandbox_enter(&serve_profile, &arguments.identity, &failed))
		log_fatal("lock-down failed: %s: %m", failed);

	loop_init(&serve.loop);
	worker_init(&serve.worker, page);
	configure_init(&serve.configure, ROLE_FD_PARENT, &serve.loop,
	    &serve.worker);
	(void)loop_add(&serve.loop, ROLE_FD_PARENT, POLLIN, serve_parent,
	    &serve);
	if (!channel_send(ROLE_FD_PARENT, &ready, -1))
		return 1;
	while (!serve.loop.stop)
		loop_turn(&serve.loop, -1);
	return serve.configure.broken ? 1 : 0;
}
