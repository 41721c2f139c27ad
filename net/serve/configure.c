/*
 * Receives the configuration in serve, from the parent, which it trusts: what
 * makes no sense here is a fault in one of us, and ends serve.
 */
#include "net/serve/configure.h"

#include <sys/socket.h>

#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "common/address.h"
#include "common/channel.h"
#include "common/log.h"

static void
configure_tell(struct configure *configure, uint16_t type, uint32_t id)
{
	const struct msg_conf_signal signal = {
		.header = { type, sizeof(signal), id }
	};

	/* it waits 5 s for an ACK or ALIVE: a full queue is its fault */
	if (!channel_send(configure->channel, &signal, -1))
		configure->broken = true;
}

static void
configure_readable(void *context, int fd, short revents)
{
	struct configure *configure = context;
	size_t i;

	(void)revents;
	for (i = 0; i < configure->active.count; i++)
		if (configure->active.sockets[i].fd == fd)
			worker_answer(configure->worker,
			    &configure->active.sockets[i]);
}

static void
configure_begin(void *context, const void *message, int fd)
{
	const struct msg_conf_begin *begin = message;
	struct configure *configure = context;

	(void)fd;
	configure->state = CONFIGURE_BUILDING;
	configure->generation = begin->header.id;
	configure->expected = begin->items;
	configure->received = 0;
	configure->building.count = 0;
	access_clear(&configure->rules.access);
	memset(&configure->rules.limit, 0, sizeof(configure->rules.limit));
}

/* The port that the socket is bound to; 0 if it is no socket of ours. */
static uint16_t
configure_port(int fd, uint8_t family)
{
	struct sockaddr_storage storage;
	socklen_t length = sizeof(storage);
	struct address address;

	memset(&storage, 0, sizeof(storage));
	if (getsockname(fd, (struct sockaddr *)&storage, &length) == -1 ||
	    !address_from_sockaddr(&storage, &address) ||
	    address.family != family)
		return 0;
	return address.port;
}

static void
configure_listen(void *context, const void *message, int fd)
{
	const struct msg_conf_listen *listen = message;
	struct configure *configure = context;
	struct configure_set *building = &configure->building;
	uint16_t port = configure_port(fd, listen->family);

	if (listen->header.id != configure->generation || port == 0 ||
	    building->count == CONF_LISTEN_MAX) {
		configure->broken = true;
		close(fd);
		return;
	}
	building->sockets[building->count++] =
	    (struct worker_socket){ .fd = fd, .port = port };
	configure->received++;
}

static void
configure_restrict(void *context, const void *message, int fd)
{
	const struct msg_conf_restrict *restricts = message;
	struct configure *configure = context;
	uint32_t i;

	(void)fd;
	if (restricts->header.id != configure->generation)
		configure->broken = true;
	for (i = 0; i < restricts->count; i++)
		if (!access_add(&configure->rules.access,
		    &restricts->rows[i]))
			configure->broken = true;
	configure->received++;
}

static void
configure_limit(void *context, const void *message, int fd)
{
	const struct msg_conf_limit *limit = message;
	struct configure *configure = context;

	(void)fd;
	if (limit->header.id != configure->generation)
		configure->broken = true;
	configure->rules.limit = *limit;
	configure->received++;
}

static void
configure_log(void *context, const void *message, int fd)
{
	const struct message_header *header = message;

	(void)context;
	log_replace(fd, header->id);
}

static void
configure_ping(void *context, const void *message, int fd)
{
	const struct msg_conf_signal *ping = message;

	(void)fd;
	configure_tell(context, MSG_ALIVE, ping->header.id);
}

static void
configure_close(struct configure *configure, struct configure_set *set)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		worker_answer(configure->worker, &set->sockets[i]);
		loop_remove(configure->loop, set->sockets[i].fd);
		close(set->sockets[i].fd);
	}
	set->count = 0;
}

/* What is in force is the next one's memory. */
static void
configure_gate(struct gate *gate, struct configure_rules *rules)
{
	struct access retired = gate->access;

	gate->access = rules->access;
	rules->access = retired;
	ratelimit_configure(&gate->limit, &rules->limit);
}

static void
configure_end(void *context, const void *message, int fd)
{
	const struct msg_conf_signal *end = message;
	struct configure *configure = context;
	struct configure_set *building = &configure->building;
	size_t i;

	(void)fd;
	configure->state = CONFIGURE_IDLE;
	if (end->header.id != configure->generation ||
	    configure->received != configure->expected) {
		configure->broken = true;
		return;
	}
	for (i = 0; i < building->count; i++)
		if (!loop_add(configure->loop, building->sockets[i].fd, POLLIN,
		    configure_readable, configure))
			configure->broken = true;
	configure_close(configure, &configure->active);
	configure_gate(&configure->worker->gate, &configure->rules);
	configure->active = *building;
	building->count = 0;
	configure_tell(configure, MSG_CONF_ACK, configure->generation);
}

#define SIGNAL(type, fds, states, handle)				\
	{ type, sizeof(struct msg_conf_signal), fds, states, NULL, handle }
#define ALWAYS	(CONFIGURE_IDLE | CONFIGURE_BUILDING)

static const struct message_rule configure_rules[] = {
	{ MSG_CONF_BEGIN, sizeof(struct msg_conf_begin), 0, CONFIGURE_IDLE,
	    conf_begin_valid, configure_begin },
	{ MSG_CONF_LISTEN, sizeof(struct msg_conf_listen), 1,
	    CONFIGURE_BUILDING, conf_listen_valid, configure_listen },
	{ MSG_CONF_RESTRICT, sizeof(struct msg_conf_restrict), 0,
	    CONFIGURE_BUILDING, conf_restrict_valid, configure_restrict },
	{ MSG_CONF_LIMIT, sizeof(struct msg_conf_limit), 0,
	    CONFIGURE_BUILDING, conf_limit_valid, configure_limit },
	SIGNAL(MSG_CONF_END, 0, CONFIGURE_BUILDING, configure_end),
	SIGNAL(MSG_CONF_LOG, 1, CONFIGURE_IDLE, configure_log),
	SIGNAL(MSG_CONF_PING, 0, ALWAYS, configure_ping),
};

void
configure_init(struct configure *configure, int channel, struct loop *loop,
    struct worker *worker, struct gate_memory *memory)
{
	memset(configure, 0, sizeof(*configure));
	configure->channel = channel;
	configure->loop = loop;
	configure->worker = worker;
	configure->state = CONFIGURE_IDLE;
	access_init(&configure->rules.access, memory->nodes[1]);
}

bool
configure_receive(struct configure *configure)
{
	enum channel_result result;

	do {
		result = channel_receive(configure->channel, configure_rules,
		    sizeof(configure_rules) / sizeof(configure_rules[0]),
		    configure->state, configure);
	} while (result == CHANNEL_HANDLED && !configure->broken);
	if (result == CHANNEL_INVALID)
		configure->broken = true;
	return result == CHANNEL_EMPTY && !configure->broken;
}
