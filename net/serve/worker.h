/*
 * Answers what comes in on a set of sockets. Used by serve, on its loop.
 */
#ifndef NET_SERVE_WORKER_H
#define NET_SERVE_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/conf_message.h"
#include "common/variables.h"
#include "net/serve/datagram.h"
#include "net/serve/gate.h"
#include "net/serve/moment.h"
#include "net/serve/tally.h"

struct page;

/* A bound, non-blocking socket with its time stamps and packet information on
 * (CONF_LISTEN). Closed by its owner. */
struct worker_socket {
	int		fd;
	uint16_t	port;		/* that it is bound to */
};

struct worker {
	const struct page *page;
	int		precision;	/* log2 s */
	int64_t		begin_mono_ns;	/* nothing older is answered */
	struct system_variables variables; /* the last good copy */
	struct moment_track track;
	struct tally	tally;
	struct gate	gate;
	struct datagrams batch;
	enum respond_verdict given[DATAGRAM_BATCH]; /* with each reply */
};

/*
 * page: kept by reference; memory and key: of the gate, see there. Reads the
 * clocks.
 */
void	worker_init(struct worker *worker, const struct page *page,
	    struct gate_memory *memory, const uint64_t key[2]);

/* Answers what is queued on one socket, some batches at most. */
void	worker_answer(struct worker *worker,
	    const struct worker_socket *socket);

#endif
