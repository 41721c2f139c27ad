/*
 * ntpd-net: measures. It asks the servers that the parent configured, hands
 * what they say to the core, and executes what the core decides: a request, a
 * name for the resolver, a sample for clockctl, the page for serve, a line in
 * the log. It has no listening socket and cannot touch the clock.
 *
 * It trusts the parent; clockctl and resolver as far as their messages are
 * valid; and no server at all: what comes from the network goes to the core as
 * bytes. Everything happens in turns of one loop, each with one idea of now.
 */
#include "net/net.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/channel.h"
#include "common/log.h"
#include "common/ntp_time.h"
#include "common/role.h"
#include "common/sandbox.h"
#include "net/profile.h"
#include "net/publish.h"

#define STATUS_EVERY_NS	NS_PER_S
#define OVERDUE_NS	(10 * NS_PER_S)

static const char *const refusals[CLOCK_STATUS_MAX] = {
	[CLOCK_REFUSED_EPOCH] = "measured before a step, or by another net",
	[CLOCK_REFUSED_STALE] = "too old, from the future, or of before a "
	    "suspend",
	[CLOCK_REFUSED_ORDER] = "out of order",
	[CLOCK_REFUSED_RATE] = "too many a second",
};

static void
net_applied(void *context, const void *message, int fd)
{
	struct net *net = context;
	const struct msg_applied *applied = message;
	bool stepped = applied->step_epoch != net->applied.step_epoch;

	(void)fd;
	/* what was in the queue before this net was started */
	if (applied->net_epoch != net->epoch)
		return;
	if (refusals[applied->status] != NULL)
		log_debug(1, "clockctl did not take the sample: %s",
		    refusals[applied->status]);
	net->applied = *applied;
	net->publish = true;
	if (stepped) {
		disturbance_explained(&net->disturbance);
		net->now_known = false;
	}
	client_applied(net->client, applied, now_get(net), &net->actions);
	act_execute(net);
}

static void
net_resolved(void *context, const void *message, int fd)
{
	struct net *net = context;

	(void)fd;
	client_resolved(net->client, message, now_get(net), &net->actions);
	act_execute(net);
}

static const struct message_rule clockctl_rules[] = {
	{ MSG_APPLIED, sizeof(struct msg_applied), 0, 1, clock_applied_valid,
	    net_applied },
};

static const struct message_rule resolver_rules[] = {
	{ MSG_RESOLVED, sizeof(struct msg_resolved), 0, 1, resolve_reply_valid,
	    net_resolved },
};

/* Without clockctl or the resolver net is of no use: the parent starts anew. */
static void
net_check_channel(const char *who, enum channel_result result)
{
	if (result == CHANNEL_CLOSED)
		log_fatal("%s is gone", who);
	if (result == CHANNEL_INVALID)
		log_fatal("%s broke the protocol", who);
}

static void
net_clockctl_ready(void *context, int fd, short revents)
{
	struct net *net = context;

	(void)revents;
	(void)now_get(net);
	net_check_channel("clockctl",
	    channel_receive(fd, clockctl_rules, 1, 1, net));
}

static void
net_resolver_ready(void *context, int fd, short revents)
{
	struct net *net = context;

	(void)revents;
	(void)now_get(net);
	net_check_channel("resolver",
	    channel_receive(fd, resolver_rules, 1, 1, net));
}

static void
net_clock_set(void *context, int fd, short revents)
{
	struct net *net = context;

	(void)fd;
	(void)revents;
	disturbance_take(&net->disturbance);
	net->now_known = false;
	(void)now_get(net);
}

/* To the parent, which reads; if it does not, it will miss our ALIVE. */
static void
net_signal_parent(uint16_t type, uint32_t id)
{
	const struct msg_conf_signal signal = { .header = {
		.type = type, .size = sizeof(signal), .id = id } };

	if (!channel_send(ROLE_FD_PARENT, &signal, -1) && errno != EAGAIN)
		exit(0);
}

static void
net_parent_ready(void *context, int fd, short revents)
{
	struct net *net = context;

	(void)revents;
	switch (configure_receive(&net->configure, fd)) {
	case CHANNEL_HANDLED:
	case CHANNEL_EMPTY:
		break;
	case CHANNEL_CLOSED:
		net->loop.stop = true;
		return;
	case CHANNEL_INVALID:
		log_fatal("parent broke the protocol");
	}
	if (!net->configure.complete)
		return;
	net->configure.complete = false;
	net->generation = net->configure.generation;
	client_configure(net->client, &net->configure.system,
	    net->configure.sources, net->configure.nsources, now_get(net),
	    &net->actions);
	act_execute(net);
	log_debug(1, "configuration %u is applied: %zu sources",
	    net->generation, net->configure.nsources);
	net_signal_parent(MSG_CONF_ACK, net->generation);
}

/*
 * At most once a second; later, if that is too soon. Only what comes before
 * offset_ns counts as a change: the rest drifts all the time.
 */
static void
net_status(struct net *net)
{
	struct msg_status status;

	client_status(net->client, &net->now, &status);
	status.header = (struct message_header){ .type = MSG_STATUS,
		.size = sizeof(status), .id = net->generation };
	net->status_due = memcmp(&status, &net->status,
	    offsetof(struct msg_status, offset_ns)) != 0;
	if (!net->status_due ||
	    net->now.axis_ns - net->status_ns < STATUS_EVERY_NS)
		return;
	if (channel_send(ROLE_FD_PARENT, &status, -1))
		net->status = status;
	net->status_ns = net->now.axis_ns;
	net->status_due = false;
}

/* What is due after the handlers of a turn. */
static void
net_finish_turn(struct net *net)
{
	const struct moment *now = now_get(net);
	size_t i, n = net->nfailures;

	if (client_next(net->client) <= now->axis_ns) {
		client_timer(net->client, now, &net->actions);
		act_execute(net);
	}
	for (i = 0; i < n; i++) {
		client_failed(net->client, net->failures[i].association,
		    net->failures[i].error, now, &net->actions);
		act_execute(net);
	}
	net->nfailures -= n;
	memmove(net->failures, net->failures + n,
	    net->nfailures * sizeof(net->failures[0]));
	if (net->publish ||
	    now->axis_ns - net->published_ns >= PUBLISH_EVERY_NS) {
		publish_page(net->page, net->client, now);
		net->publish = false;
		net->published_ns = now->axis_ns;
	}
	if (net->generation != 0)
		net_status(net);
	/* a core that is never done with its timers is not alive */
	if (net->configure.pinged &&
	    now->axis_ns - client_next(net->client) < OVERDUE_NS)
		net_signal_parent(MSG_ALIVE, net->configure.ping_id);
	net->configure.pinged = false;
}

/* Until something is due; 0: at once. */
static int64_t
net_timeout(const struct net *net)
{
	int64_t next = client_next(net->client);
	int64_t publish = net->published_ns + PUBLISH_EVERY_NS;
	int64_t disturbed = disturbance_next(&net->disturbance);

	if (publish < next)
		next = publish;
	if (disturbed < next)
		next = disturbed;
	if (net->status_due && net->status_ns + STATUS_EVERY_NS < next)
		next = net->status_ns + STATUS_EVERY_NS;
	if (net->nfailures > 0 || next <= net->now.axis_ns)
		return 0;
	return next - net->now.axis_ns;
}

static void
net_run(struct net *net)
{
	net_signal_parent(MSG_READY, 0);
	(void)now_get(net);
	while (!net->loop.stop) {
		int64_t timeout_ns = net_timeout(net);

		net->now_known = false;
		(void)loop_turn(&net->loop, timeout_ns);
		net_finish_turn(net);
	}
}

static void
net_start(struct net *net, const struct role_arguments *arguments)
{
	net->page = page_open_writer(ROLE_FD_NET_PAGE);
	if (net->page == NULL)
		log_fatal("page: %s", strerror(errno));
	if (!disturbance_open(&net->disturbance))
		log_fatal("timerfd: %s", strerror(errno));
	net->epoch = arguments->epoch;
	net->observe = arguments->observe;
	net->published_ns = -PUBLISH_EVERY_NS;
	net->client = calloc(1, client_size());
	if (net->client == NULL)
		log_fatal("no memory");
	now_read(net);
	client_init(net->client, &net->now);
	request_init(&net->requests);
	configure_init(&net->configure, arguments->ipv4_only ? 4 :
	    arguments->ipv6_only ? 6 : 0);
	loop_init(&net->loop);
	if (!loop_add(&net->loop, ROLE_FD_PARENT, POLLIN, net_parent_ready,
	    net) ||
	    !loop_add(&net->loop, ROLE_FD_NET_CLOCKCTL, POLLIN,
	    net_clockctl_ready, net) ||
	    !loop_add(&net->loop, ROLE_FD_NET_RESOLVER, POLLIN,
	    net_resolver_ready, net) ||
	    !loop_add(&net->loop, net->disturbance.fd, POLLIN, net_clock_set,
	    net))
		abort();
}

int
main(int argc, char *argv[])
{
	struct role_arguments arguments;
	const char *failed;
	struct net *net;

	if (!role_parse(argc, argv, &arguments) || arguments.epoch == 0)
		return 2;
	log_init("net", (enum log_target)arguments.log_target,
	    (int)arguments.debug);
	if (!sandbox_enter(&net_profile, &arguments.identity, &failed))
		log_fatal("lock-down: %s: %s", failed, strerror(errno));
	net = calloc(1, sizeof(*net));
	if (net == NULL)
		log_fatal("no memory");
	net_start(net, &arguments);
	net_run(net);
	return 0;
}
