/*
 * The service of the clock to the parent (descriptor 3) and to net (4) and to
 * nobody else; it writes no log. What it does is decided in control.c; here is
 * the loop and the lock-down. See service.h.
 */
#include "clockctl/service.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "common/channel.h"
#include "common/message.h"
#include "common/role.h"

enum { BURST = 512,	/* messages of a channel looked at in a turn */
	QUEUE_MAX = 1 << 16 };	/* more than its buffer can hold */

struct clockctl {
	struct control	control;
	struct msg_sample sample;	/* the newest of this turn */
	bool		have_sample;
};

/* What control.c has to say; it does not wait, and does not need an answer. */
static void
send_report(void *context, const struct message_header *message)
{
	(void)context;
	(void)channel_say(message->type == MSG_APPLIED ?
	    ROLE_FD_CLOCKCTL_NET : ROLE_FD_PARENT, message);
}

static void
send_signal(uint16_t type, uint32_t id)
{
	const struct msg_clock_signal message = {
		.header = { type, sizeof(message), id }
	};

	(void)channel_say(ROLE_FD_PARENT, &message);
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
		if (channel_hear(ROLE_FD_CLOCKCTL_NET, net_rules, 0, 0,
		    NULL) == CHANNEL_EMPTY)
			break;
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

/* All that waits, within reason; false: who is there breaks the protocol, or
 * is gone. */
static bool
serve(struct clockctl *clockctl, int fd, const struct message_rule *rules,
    size_t nrules)
{
	enum channel_result result = CHANNEL_HANDLED;

	for (int i = 0; i < BURST && result == CHANNEL_HANDLED; i++)
		result = channel_hear(fd, rules, nrules, 1, clockctl);
	return result == CHANNEL_HANDLED || result == CHANNEL_EMPTY;
}

/* All that waits is taken, the newest sample counts. */
static void
serve_net(struct clockctl *clockctl)
{
	if (!serve(clockctl, ROLE_FD_CLOCKCTL_NET, net_rules, 1))
		control_net_invalid(&clockctl->control);
	else if (clockctl->have_sample)
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
	struct timespec timeout = { 0 };
	struct pollfd fds[2] = {
		{ .fd = ROLE_FD_PARENT, .events = POLLIN },
		/* net is not heard more often than it may speak */
		{ .fd = sample_wait > 0 ? -1 : ROLE_FD_CLOCKCTL_NET,
		    .events = POLLIN },
	};

	if (sample_wait > 0 && sample_wait < wait)
		wait = sample_wait;
	if (wait > 0)
		timeout = (struct timespec){ wait / NS_PER_S, wait % NS_PER_S };
	if (ppoll(fds, 2, &timeout, NULL) == -1 && errno != EINTR)
		return false;
	if (fds[0].revents != 0 && !serve(clockctl, ROLE_FD_PARENT,
	    parent_rules, sizeof(parent_rules) / sizeof(*parent_rules)))
		return false;
	if (fds[1].revents != 0)
		serve_net(clockctl);
	else
		control_turn(control);
	return true;
}

int
service_run(int argc, char *argv[], const struct service_program *program,
    void *clock_state)
{
	struct clockctl clockctl;
	struct role_arguments arguments;
	const char *failed;

	if (!role_parse_fixed(argc, argv, &arguments))
		return 2;
	if (program->permitted != NULL && !program->permitted())
		return 3;
	if (!sandbox_enter(program->profile, &arguments.identity, &failed))
		return 1;
	memset(&clockctl, 0, sizeof(clockctl));
	control_init(&clockctl.control, program->clock, clock_state,
	    send_report, NULL);
	send_signal(MSG_CLOCK_READY, 0);
	while (turn(&clockctl))
		continue;
	control_end(&clockctl.control);
	return 0;
}
