/*
 * The configuration of serve: a set of sockets a generation, and who may ask
 * how often. All of it is built aside and put in place at CONF_END.
 *
 * Every generation carries the whole set, as descriptors; at CONF_END it
 * replaces the one before, of which every descriptor is closed. Where an
 * address is in both, the parent has sent a duplicate of the same socket, so
 * nothing queued is lost; what is queued on the others is answered before they
 * are closed.
 */
#ifndef NET_SERVE_CONFIGURE_H
#define NET_SERVE_CONFIGURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/conf_message.h"
#include "common/loop.h"
#include "common/message.h"
#include "net/serve/worker.h"

/* For the table: a configuration is being received, or it is not. */
enum configure_state { CONFIGURE_IDLE = 1 << 0, CONFIGURE_BUILDING = 1 << 1 };

struct configure_set {
	struct worker_socket sockets[CONF_LISTEN_MAX];
	size_t		count;
};

/* Of the generation that is being built. */
struct configure_rules {
	struct access	access;
	struct msg_conf_limit limit;	/* all 0: not said, so none */
};

struct configure {
	int		channel;	/* to the parent */
	struct loop	*loop;
	struct worker	*worker;
	enum configure_state state;
	bool		broken;		/* the parent's messages do not fit */
	uint32_t	generation;	/* of the set being built */
	uint32_t	expected, received; /* items of it */
	struct configure_set active, building;
	struct configure_rules rules;
};

/* channel, loop, worker, memory (the gate's of the worker): kept by
 * reference. */
void	configure_init(struct configure *configure, int channel,
	    struct loop *loop, struct worker *worker,
	    struct gate_memory *memory);

/* Handles what the parent has said. False: it is gone, or it makes no sense;
 * serve must exit. */
bool	configure_receive(struct configure *configure);

#endif
