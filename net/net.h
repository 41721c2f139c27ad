/*
 * The state of ntpd-net's shell, and the two things that its files do for each
 * other: say what time it is, and execute what the core decided.
 */
#ifndef NET_NET_H
#define NET_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/clock_message.h"
#include "common/conf_message.h"
#include "common/loop.h"
#include "common/page.h"
#include "net/configure.h"
#include "net/core/client.h"
#include "net/disturbance.h"
#include "net/events.h"
#include "net/request.h"

/* Immediate failures (no route) may lead to the next request: not for ever. */
#define NET_FAILURES_PER_TURN	ASSOCIATIONS_MAX

struct net_failure {
	uint32_t	association;
	int		error;
};

struct net {
	struct loop	loop;
	struct client	*client;
	struct page	*page;
	uint32_t	epoch;
	bool		observe;
	struct moment	now;		/* of this turn, once */
	bool		now_known;	/* it was read */
	bool		publish;	/* the page is to be written */
	int64_t		published_ns;	/* and was last */
	int64_t		status_ns;	/* the parent was told last */
	bool		status_due;	/* it changed too soon after that */
	uint32_t	generation;	/* of the configuration in force */
	uint32_t	dropped;	/* samples, clockctl's queue was full */
	size_t		nfailures;
	struct net_failure failures[NET_FAILURES_PER_TURN];
	struct msg_status status;
	struct msg_applied applied;	/* the last; all zero before */
	struct disturbance disturbance;
	struct events	events;
	struct requests	requests;
	struct configure configure;
	struct action_list actions;
};

/* Reads the clocks into net->now; nothing else happens. */
void	now_read(struct net *net);

/*
 * The moment of this turn; the first who asks reads it, and what disturbed the
 * clock since the last one is told to the core. Uses net->actions.
 */
const struct moment *now_get(struct net *net);

/*
 * Executes net->actions in order and empties the list. Consequences (a send
 * that failed at once) are left in net->failures, for after them.
 */
void	act_execute(struct net *net);

#endif
