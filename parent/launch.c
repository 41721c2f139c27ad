/*
 * What each role is started with. Runs in the parent.
 */
#include "parent/launch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/channel.h"
#include "parent/supervise.h"

/* The descriptors of common/role.h and the words of its command line. */
static void
launch_plan(const struct supervisor *supervisor, enum role role,
    int channel, struct spawn_plan *plan)
{
	const struct supervise_setup *setup = &supervisor->setup;

	memset(plan, 0, sizeof(*plan));
	plan->program = role == ROLE_CLOCKCTL && setup->observe ?
	    SPAWN_OBSERVER : (int)role;
	plan->binary = setup->binaries[plan->program];
	plan->unprivileged = setup->unprivileged;
	plan->uid = setup->accounts[role].uid;
	plan->gid = setup->accounts[role].gid;
	plan->root = setup->roots[role];
	plan->log_fd = setup->log_fd;
	plan->log_target = setup->log_target;
	plan->debug = setup->debug;
	plan->fds[plan->nfds++] = channel;
	if (role == ROLE_CLOCKCTL)
		plan->fds[plan->nfds++] = setup->clock_pair[0];
	if (role == ROLE_NET) {
		plan->fds[plan->nfds++] = setup->clock_pair[1];
		plan->fds[plan->nfds++] = setup->resolver_pair[0];
		plan->fds[plan->nfds++] = setup->page[0];
	}
	if (role == ROLE_SERVE)
		plan->fds[plan->nfds++] = setup->page[1];
	if (role == ROLE_RESOLVER)
		plan->fds[plan->nfds++] = setup->resolver_pair[1];
	if (role == ROLE_CLOCKCTL)
		return;			/* takes no words */
	if (setup->observe)
		plan->words[plan->nwords++] = "observe";
	if (setup->ipv4_only)
		plan->words[plan->nwords++] = "4";
	if (setup->ipv6_only)
		plan->words[plan->nwords++] = "6";
}

#define LAUNCH_QUEUE_MAX	65536	/* more than a buffer can hold */

/* Throws away, unread, what was meant for one who is gone, or left by him. An
 * empty message is one too, and no end: we hold both ends ourselves. */
static void
launch_drain(int fd)
{
	char byte;
	int i;

	for (i = 0; i < LAUNCH_QUEUE_MAX; i++)
		if (recv(fd, &byte, sizeof(byte), MSG_DONTWAIT |
		    MSG_TRUNC) < 0)
			break;
}

/* A new net: clockctl shall not take the old one's word for its own. */
static void
launch_new_epoch(struct supervisor *supervisor, char *word, size_t size,
    struct spawn_plan *plan)
{
	struct child *clock = &supervisor->children[ROLE_CLOCKCTL];
	struct msg_newnet newnet = {
		.header = { .type = MSG_NEWNET, .size = sizeof(newnet) }
	};

	newnet.header.id = ++supervisor->net_epoch;
	if (clock->channel >= 0 && !channel_send(clock->channel, &newnet, -1))
		supervise_restart(clock, "does not read its channel");
	launch_drain(supervisor->setup.clock_pair[1]);
	launch_drain(supervisor->setup.resolver_pair[0]);
	/* nobody waits for these answers, and one that is no request would
	 * end the resolver */
	launch_drain(supervisor->setup.resolver_pair[1]);
	snprintf(word, size, "epoch=%u", supervisor->net_epoch);
	plan->words[plan->nwords++] = word;
}

bool
launch_child(struct child *child, loop_handler *readable)
{
	struct supervisor *supervisor = child->supervisor;
	struct spawn_plan plan;
	char epoch[24];
	int pair[2], saved;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return false;
	launch_plan(supervisor, child->role, pair[1], &plan);
	if (child->role == ROLE_NET)
		launch_new_epoch(supervisor, epoch, sizeof(epoch), &plan);
	child->pid = spawn_start(&plan);
	saved = errno;
	close(pair[1]);
	if (child->pid < 0 || !loop_add(supervisor->loop, pair[0], POLLIN,
	    readable, child)) {
		close(pair[0]);
		child->pid = 0;
		errno = saved;
		return false;
	}
	child->channel = pair[0];
	return true;
}
