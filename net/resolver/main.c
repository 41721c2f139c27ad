/*
 * ntpd-resolver: turns the names that net asks about into addresses. In a
 * process of its own, because a lookup waits, and because it runs the C
 * library's plug-ins over what any name server says.
 *
 * One process answers the parent; a few workers, made before the lock-down and
 * each locked down by itself, take net's requests from the one channel, where
 * each request wakes one of them; one more takes the parent's, for restrict
 * lines with a name, which the first passes on to it. So a lookup that hangs
 * keeps others waiting only if all hang. A worker that dies or hangs for good
 * takes the role with it, and the parent starts a new one; net and the parent
 * ask again.
 */
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/channel.h"
#include "common/conf_message.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/message.h"
#include "common/resolve_message.h"
#include "common/role.h"
#include "common/sandbox.h"
#include "net/resolver/lookup.h"
#include "net/resolver/profile.h"

#define WORKERS		5	/* the last one for the parent */
#define HUNG_S		120	/* far beyond what the options below make */

/* Two tries of two seconds for each name server; 5 s are the default. */
#define RESOLVER_OPTIONS	"timeout:2 attempts:2"

static void
worker_resolve(void *context, const void *message, int fd)
{
	struct msg_resolved reply;

	(void)context;
	(void)fd;
	alarm(HUNG_S);
	lookup_name(message, &reply);
	alarm(0);
	/* queue full: net asks again */
	if (!channel_send(ROLE_FD_RESOLVER_NET, &reply, -1) &&
	    errno != EAGAIN)
		_exit(0);
}

static const struct message_rule worker_rules[] = {
	{ MSG_RESOLVE, sizeof(struct msg_resolve), 0, 1,
	    resolve_request_valid, worker_resolve },
};

static _Noreturn void
worker_run(void)
{
	struct pollfd channel = { .fd = ROLE_FD_RESOLVER_NET,
		.events = POLLIN };

	for (;;) {
		(void)ppoll(&channel, 1, NULL, NULL);
		switch (channel_receive(channel.fd, worker_rules, 1, 1, NULL)) {
		case CHANNEL_HANDLED:
		case CHANNEL_EMPTY:	/* another worker was faster */
			break;
		case CHANNEL_CLOSED:
			_exit(0);
		case CHANNEL_INVALID:
			_exit(1);
		}
	}
}

/* channel: where its requests come from. Never returns in the worker. */
static pid_t
worker_start(const struct role_arguments *arguments, int channel)
{
	struct sandbox_identity identity = arguments->identity;
	const char *failed;
	pid_t parent = getpid(), pid;

	pid = fork();
	if (pid == -1)
		log_fatal("fork: %s", strerror(errno));
	if (pid != 0)
		return pid;
	identity.parent = parent;
	close(ROLE_FD_PARENT);
	if (channel != ROLE_FD_RESOLVER_NET &&
	    dup2(channel, ROLE_FD_RESOLVER_NET) == -1)
		log_fatal("worker: %s", strerror(errno));
	if (!sandbox_enter(&worker_profile, &identity, &failed))
		log_fatal("worker: lock-down: %s: %s", failed,
		    strerror(errno));
	/* it has nothing to say, and would hold the old log for ever */
	if (dup2(STDOUT_FILENO, STDERR_FILENO) == -1)
		_exit(1);
	worker_run();
}

static void
resolver_log(void *context, const void *message, int fd)
{
	const struct message_header *header = message;

	(void)context;
	log_replace(fd, header->id);
}

static void
resolver_answer(uint16_t type, uint32_t id)
{
	const struct msg_conf_signal signal = { .header = {
		.type = type, .size = sizeof(signal), .id = id } };

	if (!channel_send(ROLE_FD_PARENT, &signal, -1) && errno != EAGAIN)
		exit(0);
}

/* There is nothing to configure: it has the system's configuration. */
static void
resolver_begin(void *context, const void *message, int fd)
{
	(void)context;
	(void)message;
	(void)fd;
}

static void
resolver_end(void *context, const void *message, int fd)
{
	const struct msg_conf_signal *signal = message;

	(void)context;
	(void)fd;
	resolver_answer(MSG_CONF_ACK, signal->header.id);
}

static void
resolver_ping(void *context, const void *message, int fd)
{
	const struct msg_conf_signal *signal = message;

	(void)context;
	(void)fd;
	resolver_answer(MSG_ALIVE, signal->header.id);
}

/* Where the queue of the worker is full, the parent asks again. */
static void
resolver_ask(void *context, const void *message, int fd)
{
	(void)context;
	(void)fd;
	(void)channel_send(ROLE_FD_RESOLVER_NET, message, -1);
}

static void
resolver_tell(void *context, const void *message, int fd)
{
	(void)context;
	(void)fd;
	(void)channel_send(ROLE_FD_PARENT, message, -1);
}

static const struct message_rule resolver_worker_rules[] = {
	{ MSG_RESOLVED, sizeof(struct msg_resolved), 0, 1,
	    resolve_reply_valid, resolver_tell },
};

static const struct message_rule resolver_rules[] = {
	{ MSG_RESOLVE, sizeof(struct msg_resolve), 0, 1,
	    resolve_request_valid, resolver_ask },
	{ MSG_CONF_BEGIN, sizeof(struct msg_conf_begin), 0, 1,
	    conf_begin_valid, resolver_begin },
	{ MSG_CONF_LOG, sizeof(struct msg_conf_signal), 1, 1, NULL,
	    resolver_log },
	{ MSG_CONF_END, sizeof(struct msg_conf_signal), 0, 1, NULL,
	    resolver_end },
	{ MSG_CONF_PING, sizeof(struct msg_conf_signal), 0, 1, NULL,
	    resolver_ping },
};

static void
resolver_parent_ready(void *context, int fd, short revents)
{
	struct loop *loop = context;

	(void)revents;
	switch (channel_receive(fd, resolver_rules,
	    sizeof(resolver_rules) / sizeof(resolver_rules[0]), 1, NULL)) {
	case CHANNEL_HANDLED:
	case CHANNEL_EMPTY:
		break;
	case CHANNEL_CLOSED:
		loop->stop = true;
		break;
	case CHANNEL_INVALID:
		log_fatal("parent broke the protocol");
	}
}

/* The worker for the parent; that it ended is seen elsewhere. */
static void
resolver_worker_ready(void *context, int fd, short revents)
{
	struct loop *loop = context;

	(void)revents;
	switch (channel_receive(fd, resolver_worker_rules, 1, 1, NULL)) {
	case CHANNEL_HANDLED:
	case CHANNEL_EMPTY:
		break;
	case CHANNEL_CLOSED:
		loop_remove(loop, fd);
		break;
	case CHANNEL_INVALID:
		log_fatal("a lookup broke the protocol");
	}
}

/* One that ended well has seen that net is gone: so is our work. */
static void
resolver_worker_ended(void *context, int fd, short revents)
{
	struct loop *loop = context;
	int status;

	(void)fd;
	(void)revents;
	if (waitpid(-1, &status, WNOHANG) <= 0)
		return;
	if (WIFSIGNALED(status))
		log_fatal("a lookup ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		log_fatal("net broke the protocol");
	loop->stop = true;
}

static void
resolver_watch(struct loop *loop, const pid_t *workers)
{
	int i, fd;

	loop_init(loop);
	if (!loop_add(loop, ROLE_FD_PARENT, POLLIN, resolver_parent_ready,
	    loop) || !loop_add(loop, ROLE_FD_RESOLVER_NET, POLLIN,
	    resolver_worker_ready, loop))
		abort();
	for (i = 0; i < WORKERS; i++) {
		fd = (int)syscall(SYS_pidfd_open, workers[i], 0);
		if (fd == -1)
			log_fatal("pidfd_open: %s", strerror(errno));
		if (!loop_add(loop, fd, POLLIN, resolver_worker_ended, loop))
			abort();
	}
}

/* All of them. Our end of the last one's channel takes the place of net's. */
static void
resolver_workers(const struct role_arguments *arguments, pid_t *workers)
{
	int own[2], i;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, own) != 0)
		log_fatal("socketpair: %s", strerror(errno));
	for (i = 0; i < WORKERS - 1; i++)
		workers[i] = worker_start(arguments, ROLE_FD_RESOLVER_NET);
	workers[i] = worker_start(arguments, own[1]);
	if (dup2(own[0], ROLE_FD_RESOLVER_NET) == -1)
		log_fatal("%s", strerror(errno));
	close(own[0]);
	close(own[1]);
}

int
main(int argc, char *argv[])
{
	struct role_arguments arguments;
	pid_t workers[WORKERS];
	const char *failed;
	struct loop loop;

	if (!role_parse(argc, argv, &arguments))
		return 2;
	log_init("resolver", (enum log_target)arguments.log_target,
	    (int)arguments.debug);
	if (setenv("RES_OPTIONS", RESOLVER_OPTIONS, 1) != 0)
		log_fatal("%s", strerror(errno));
	if (!profile_fence())
		log_fatal("lock-down: Landlock: %s", strerror(errno));
	resolver_workers(&arguments, workers);
	if (!sandbox_enter(&resolver_profile, &arguments.identity, &failed))
		log_fatal("lock-down: %s: %s", failed, strerror(errno));
	resolver_watch(&loop, workers);
	resolver_answer(MSG_READY, 0);
	while (!loop.stop)
		(void)loop_turn(&loop, -1);
	return 0;
}
