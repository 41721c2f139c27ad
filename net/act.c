/*
 * Part of ntpd-net: executes what the core decided, and hands it what arrives
 * on the sockets of its requests. The core is trusted to be our own code, the
 * sockets are not trusted at all.
 */
#include "net/net.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/channel.h"
#include "common/log.h"
#include "common/role.h"

static void
act_close_socket(struct net *net, struct request *request)
{
	loop_remove(&net->loop, request->udp.fd);
	request_close(request);
}

/* One datagram or error a turn; there is another turn for the next one. */
static void
act_socket_ready(void *context, int fd, short revents)
{
	struct net *net = context;
	/* in this order: what disturbed the clock may close the socket */
	const struct moment *now = now_get(net);
	struct request *request = request_find_fd(&net->requests, fd);
	struct reception reception;
	uint8_t buffer[NTP_PACKET_MAX];
	bool corrected;
	int error;

	(void)revents;
	if (request == NULL)
		return;
	switch (request_receive(request, buffer, &reception, &corrected,
	    &error)) {
	case UDP_NOTHING:
		break;
	case UDP_DATAGRAM:
		if (corrected)
			client_sent(net->client, request->association,
			    &request->transmission);
		client_reply(net->client, request->association, &reception,
		    now, &net->actions);
		break;
	case UDP_FAILED:
		events_failed(&net->events, &request->to, error, now);
		client_failed(net->client, request->association, error, now,
		    &net->actions);
		break;
	}
	act_execute(net);
}

static void
act_failed(struct net *net, uint32_t association, int error)
{
	if (net->nfailures < NET_FAILURES_PER_TURN)
		net->failures[net->nfailures++] = (struct net_failure){
			.association = association, .error = error };
}

static void
act_close(struct net *net, const struct action *action)
{
	struct request *request;

	/* 0 is a free row */
	if (action->association == 0)
		abort();
	request = request_find(&net->requests, action->association);
	if (request != NULL)
		act_close_socket(net, request);
}

static void
act_send(struct net *net, const struct action *action)
{
	struct request *request;
	int error;

	act_close(net, action);
	error = request_send(&net->requests, action, &request);
	if (error != 0) {
		events_failed(&net->events, &action->u.send.to, error,
		    &net->now);
		act_failed(net, action->association, error);
		return;
	}
	if (!loop_add(&net->loop, request->udp.fd, POLLIN, act_socket_ready,
	    net)) {
		request_close(request);
		act_failed(net, action->association, ENOBUFS);
		return;
	}
	client_sent(net->client, action->association, &request->transmission);
}

static void
act_resolve(struct net *net, const struct action *action)
{
	(void)net;
	/* a full queue is an answer that does not come: asked again */
	if (!channel_send(ROLE_FD_NET_RESOLVER, &action->u.resolve, -1) &&
	    errno != EAGAIN)
		log_fatal("resolver: %s", strerror(errno));
}

static void
act_sample(struct net *net, const struct action *action)
{
	struct msg_sample sample = action->u.sample;

	sample.net_epoch = net->epoch;
	if (channel_send(ROLE_FD_NET_CLOCKCTL, &sample, -1))
		return;
	if (errno != EAGAIN)
		log_fatal("clockctl: %s", strerror(errno));
	if (net->dropped++ == 0)
		log_warning("clockctl does not keep up: sample dropped");
}

static void
act_publish(struct net *net, const struct action *action)
{
	(void)action;
	net->publish = true;
}

static void
act_event(struct net *net, const struct action *action)
{
	events_log(&net->events, action, net->client, &net->now);
}

void
act_execute(struct net *net)
{
	static void (*const act[])(struct net *, const struct action *) = {
		[ACTION_SEND] = act_send,
		[ACTION_CLOSE] = act_close,
		[ACTION_RESOLVE] = act_resolve,
		[ACTION_SAMPLE] = act_sample,
		[ACTION_PUBLISH] = act_publish,
		[ACTION_EVENT] = act_event,
	};
	size_t i;

	for (i = 0; i < net->actions.count; i++)
		act[net->actions.items[i].type](net, &net->actions.items[i]);
	net->actions.count = 0;
}
