/*
 * Who gets in: before anything of a request but its mode and version is looked
 * at, the restrict lines decide, then the rate limit. Pure but for what
 * sources_refresh reads. Used by the worker of serve.
 */
#ifndef NET_SERVE_GATE_H
#define NET_SERVE_GATE_H

#include <stdint.h>

#include "net/serve/access.h"
#include "net/serve/ratelimit.h"
#include "net/serve/respond.h"
#include "net/serve/sources.h"

struct page;

struct gate {
	struct access	access;		/* in force */
	struct ratelimit limit;
	struct sources	sources;
};

/* What it works on: zero, and the caller's for the life of the process. */
struct gate_memory {
	struct access_node nodes[2][ACCESS_NODES]; /* in force, and built */
	struct ratelimit_client clients[CONF_CLIENTS_MAX];
};

/* Everybody is let in. key: random. */
void	gate_init(struct gate *gate, struct gate_memory *memory,
	    const uint64_t key[2]);

/* Before a batch. mono_ns: CLOCK_MONOTONIC, as below. */
void	gate_prepare(struct gate *gate, const struct page *page,
	    int64_t mono_ns);

/*
 * RESPOND_ANSWER: come in. RESPOND_RATE: if it is one that would be answered,
 * it is told that it asks too often. Else it gets nothing, and why.
 */
enum respond_verdict gate_request(struct gate *gate,
	    const struct respond_request *request, int64_t mono_ns);

#endif
