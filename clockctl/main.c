/*
 * ntpd-clockctl: the one process that may move the clock. It hears the parent
 * (descriptor 3) and net (4) and nobody else, and writes no log. What it does
 * is decided in control.c; here is the loop and the lock-down.
 *
 * Exit status: 0 the parent is gone; 1 no lock-down; 2 not started by ntpd;
 * 3 may not set the clock.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "clockctl/control.h"
#include "common/channel.h"
#include "common/message.h"
#include "common/role.h"

enum { BURST = 512,	/* messages of net looked at in a turn */
	QUEUE_MAX = 1 << 16 };	/* more than its buffer can hold */

struct clockctl {
	struct control	control;
	struct observe	observe;
	struct msg_sample sample;	/* the newest of this turn */
	bool		have_sample;
	bool		net_ignored;	/* until the next NEWNET */
};

/* What control.c has to say; it does not wait, and does not need an answer. */
static void
send_report(void *context, const struct message_header *message)
{
	(void)context;
	(void)channel_send(message->type == MSG_APPLIED ?
	    ROLE_FD_CLOCKCTL_NET : ROLE_FD_PARENT, message, -1);
}

static void
send_signal(uint16_t type, uint32_t id)
{
	const struct msg_clock_signal message = {
		.header = { type, sizeof(message), id }
	};

	(void)channel_send(ROLE_FD_PARENT, &message, -1);
}

static void
handle_limits(void *context, const void *message, int fd)
{
	struct clockctl *clockctl = context;
	const struct msg_limits *limits = message;

	(void)fd;
	control_limits(&clockctl->control, limits);
	send_signal(MSG_LIMITS_ACK, limits->header.id);
}

static void
handle_sample(void *context, const void *message, int fd)
{
	struct clockctl *clockctl = context;

	(void)fd;
	if (clockctl->have_sample)
		control_refused(&clockctl->control, CLOCK_REFUSED_RATE);
	memcpy(&clockctl->sample, message, sizeof(clockctl->sample));
	clockctl->have_sample = true;
}

static const struct message_rule net_rules[] = {
	{ MSG_SAMPLE, sizeof(struct msg_sample), 0, 1,
	    clock_sample_valid, handle_sample },
};

/* What an older net left in the queue is thrown away, whatever it is: empty
 * messages too, and all of it, or the new one would be blamed for it. */
static void
handle_newnet(void *context, const void *message, int fd)
{
	struct clockctl *clockctl = context;
	const struct msg_newnet *newnet = message;

	(void)fd;
	for (int i = 0; i < QUEUE_MAX; i++)
		if (channel_receive(ROLE_FD_CLOCKCTL_NET, net_rules, 0, 0,
		    NULL) == CHANNEL_EMPTY)
			break;
	clockctl->net_ignored = false;
	clockctl->have_sample = false;
	policy_newnet(&clockctl->control.policy, newnet->header.id);
}

static void
handle_ping(void *context, const void *message, int fd)
{
	const struct msg_clock_signal *ping = message;

	(void)context;
	(void)fd;
	send_signal(MSG_PONG, ping->header.id);
}

static const struct message_rule parent_rules[] = {
	{ MSG_LIMITS, sizeof(struct msg_limits), 0, 1,
	    clock_limits_valid, handle_limits },
	{ MSG_NEWNET, sizeof(struct msg_newnet), 0, 1,
	    clock_newnet_valid, handle_newnet },
	{ MSG_PING, sizeof(struct msg_clock_signal), 0, 1,
	    NULL, handle_ping },
};

/* False when the parent is gone, or not what we think it is. */
static bool
serve_parent(struct clockctl *clockctl)
{
	enum channel_result result;

	do {
		result = channel_receive(ROLE_FD_PARENT, parent_rules,
		    sizeof(parent_rules) / sizeof(*parent_rules), 1, clockctl);
	} while (result == CHANNEL_HANDLED);
	return result == CHANNEL_EMPTY;
}

/* All that waits is taken, the newest sample counts. */
static void
serve_net(struct clockctl *clockctl)
{
	enum channel_result result = CHANNEL_HANDLED;

	for (int i = 0; i < BURST && result == CHANNEL_HANDLED; i++)
		result = channel_receive(ROLE_FD_CLOCKCTL_NET, net_rules,
		    sizeof(net_rules) / sizeof(*net_rules), 1, clockctl);
	if (result == CHANNEL_INVALID || result == CHANNEL_CLOSED) {
		clockctl->net_ignored = true;
		clockctl->have_sample = false;
		control_net_invalid(&clockctl->control);
	}
	if (clockctl->have_sample)
		control_sample(&clockctl->control, &clockctl->sample);
	clockctl->have_sample = false;
}

/* Waits, at most until something is due; false: the parent is gone. */
static bool
turn(struct clockctl *clockctl)
{
	struct control *control = &clockctl->control;
	int64_t wait = control_wait(control);
	int64_t sample_wait = control_sample_wait(control);
	bool deaf = clockctl->net_ignored || sample_wait > 0;
	struct pollfd fds[2] = {
		{ .fd = ROLE_FD_PARENT, .events = POLLIN },
		{ .fd = deaf ? -1 : ROLE_FD_CLOCKCTL_NET, .events = POLLIN },
	};
	struct timespec timeout;

	/* net is not heard more often than it may speak */
	if (!clockctl->net_ignored && sample_wait > 0 && sample_wait < wait)
		wait = sample_wait;
	if (wait < 0)
		wait = 0;
	timeout.tv_sec = wait / NS_PER_S;
	timeout.tv_nsec = wait % NS_PER_S;
	if (ppoll(fds, 2, &timeout, NULL) == -1 && errno != EINTR)
		return false;
	if (fds[0].revents != 0 && !serve_parent(clockctl))
		return false;
	if (fds[1].revents != 0)
		serve_net(clockctl);
	else
		control_turn(control);
	return true;
}

int
main(int argc, char *argv[])
{
	struct clockctl clockctl;
	struct role_arguments arguments;
	const char *failed;

	if (!role_parse(argc, argv, &arguments))
		return 2;
	if (!arguments.observe && !kernel_permitted())
		return 3;
	if (!sandbox_enter(arguments.observe ? &observe_profile :
	    &kernel_profile, &arguments.identity, &failed))
		return 1;
	memset(&clockctl, 0, sizeof(clockctl));
	control_init(&clockctl.control, arguments.observe ? &observe_backend :
	    &kernel_backend, &clockctl.observe, send_report, NULL);
	send_signal(MSG_CLOCK_READY, 0);
	while (turn(&clockctl))
		continue;
	control_end(&clockctl.control);
	return 0;
}
