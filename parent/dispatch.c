/*
 * What clockctl, net, serve and the resolver may say to the parent, and when.
 * Runs in the parent. Trusts nothing: a child that breaks these rules is ended
 * and started again (supervise.c), clockctl ends the daemon.
 */
#include "parent/dispatch.h"

#include "common/clock_message.h"
#include "common/conf_message.h"
#include "common/message.h"
#include "common/resolve_message.h"
#include "parent/supervise.h"

/* The parent's states towards one child, as bits. */
#define DISPATCH_STARTING	(1 << 0)
#define DISPATCH_RUNNING	(1 << 1)

static void
dispatch_ready(void *context, const void *message, int fd)
{
	struct child *child = context;

	(void)message;
	(void)fd;
	child->state = CHILD_RUNNING;
	child->due_ns = SUPERVISE_NEVER;
	child->supervisor->hooks->ready(child->supervisor->context, child);
}

/* An answer to an older generation is no answer to the last one. */
static void
dispatch_ack(void *context, const void *message, int fd)
{
	const struct message_header *header = message;
	struct child *child = context;

	(void)fd;
	child->acknowledged = header->id;
	if (header->id != child->pushed)
		return;
	child->due_ns = SUPERVISE_NEVER;
	child->supervisor->hooks->settled(child->supervisor->context, child);
}

static void
dispatch_pong(void *context, const void *message, int fd)
{
	const struct message_header *header = message;
	struct child *child = context;

	(void)fd;
	child->pong = header->id;
}

static void
dispatch_clock_state(void *context, const void *message, int fd)
{
	struct child *child = context;

	(void)fd;
	child->supervisor->hooks->clock_state(child->supervisor->context,
	    message);
}

static void
dispatch_net_status(void *context, const void *message, int fd)
{
	struct child *child = context;

	(void)fd;
	child->supervisor->hooks->net_status(child->supervisor->context,
	    message);
}

static void
dispatch_resolved(void *context, const void *message, int fd)
{
	struct child *child = context;

	(void)fd;
	child->supervisor->hooks->resolved(child->supervisor->context,
	    message);
}

static const struct message_rule dispatch_clock_rules[] = {
	{ MSG_CLOCK_READY, sizeof(struct msg_clock_signal), 0,
	    DISPATCH_STARTING, NULL, dispatch_ready },
	{ MSG_LIMITS_ACK, sizeof(struct msg_clock_signal), 0,
	    DISPATCH_RUNNING, NULL, dispatch_ack },
	{ MSG_STATE, sizeof(struct msg_state), 0,
	    DISPATCH_RUNNING, clock_state_valid, dispatch_clock_state },
	{ MSG_PONG, sizeof(struct msg_clock_signal), 0,
	    DISPATCH_RUNNING, NULL, dispatch_pong },
};

static const struct message_rule dispatch_net_rules[] = {
	{ MSG_READY, sizeof(struct msg_conf_signal), 0,
	    DISPATCH_STARTING, NULL, dispatch_ready },
	{ MSG_CONF_ACK, sizeof(struct msg_conf_signal), 0,
	    DISPATCH_RUNNING, NULL, dispatch_ack },
	{ MSG_ALIVE, sizeof(struct msg_conf_signal), 0,
	    DISPATCH_RUNNING, NULL, dispatch_pong },
	{ MSG_STATUS, sizeof(struct msg_status), 0,
	    DISPATCH_RUNNING, conf_status_valid, dispatch_net_status },
};

/* serve: net's without STATUS, its last row. */
#define DISPATCH_PLAIN	\
	(sizeof(dispatch_net_rules) / sizeof(dispatch_net_rules[0]) - 1)

static const struct message_rule dispatch_resolver_rules[] = {
	{ MSG_READY, sizeof(struct msg_conf_signal), 0,
	    DISPATCH_STARTING, NULL, dispatch_ready },
	{ MSG_CONF_ACK, sizeof(struct msg_conf_signal), 0,
	    DISPATCH_RUNNING, NULL, dispatch_ack },
	{ MSG_ALIVE, sizeof(struct msg_conf_signal), 0,
	    DISPATCH_RUNNING, NULL, dispatch_pong },
	{ MSG_RESOLVED, sizeof(struct msg_resolved), 0,
	    DISPATCH_RUNNING, resolve_reply_valid, dispatch_resolved },
};

static const struct {
	const struct message_rule *rules;
	size_t nrules;
} dispatch_channels[ROLE_MAX] = {
	[ROLE_CLOCKCTL] = { dispatch_clock_rules,
	    sizeof(dispatch_clock_rules) / sizeof(dispatch_clock_rules[0]) },
	[ROLE_NET] = { dispatch_net_rules, DISPATCH_PLAIN + 1 },
	[ROLE_SERVE] = { dispatch_net_rules, DISPATCH_PLAIN },
	[ROLE_RESOLVER] = { dispatch_resolver_rules,
	    sizeof(dispatch_resolver_rules) /
	    sizeof(dispatch_resolver_rules[0]) },
};

enum channel_result
dispatch_receive(struct child *child)
{
	return channel_receive(child->channel,
	    dispatch_channels[child->role].rules,
	    dispatch_channels[child->role].nrules,
	    child->state == CHILD_STARTING ? DISPATCH_STARTING :
	    DISPATCH_RUNNING, child);
}
