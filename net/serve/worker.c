/*
 * The hot path of serve: receive a batch, answer it, send it. Runs in serve,
 * which strangers reach: trusts nothing of a request, and of the page only that
 * it can be read. No system call but the two, no allocation, no lock.
 */
#include "net/serve/worker.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/ntp_time.h"
#include "common/page.h"
#include "net/serve/respond.h"

#define WORKER_ROUNDS	8	/* batches, before the parent is heard again */
#define LOOPBACK_INDEX	1	/* in every network namespace of Linux */

static int64_t
worker_boot_ns(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_BOOTTIME, &now) == -1)
		abort();
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

void
worker_init(struct worker *worker, const struct page *page,
    struct gate_memory *memory, const uint64_t key[2])
{
	struct moment now;

	memset(worker, 0, sizeof(*worker));
	worker->page = page;
	worker->precision = moment_precision();
	worker->variables.leap = 3;
	worker->variables.stratum = 16;
	moment_take(&now);
	moment_begin(&worker->track, &now);
	worker->begin_mono_ns = now.mono_ns;
	gate_init(&worker->gate, memory, key);
	datagrams_init(&worker->batch);
}

/* May this request still be answered, as far as its time is concerned? */
static enum respond_verdict
worker_in_time(const struct worker *worker, const struct moment *now,
    int64_t receive_ns)
{
	if (!moment_trusts(&worker->track, now, receive_ns))
		return RESPOND_STEPPED;
	if (now->mono_ns - (now->real_ns - receive_ns) < worker->begin_mono_ns)
		return RESPOND_STALE;
	return RESPOND_ANSWER;
}

/* Answers in[row] into replies[to]. */
static enum respond_verdict
worker_row(struct worker *worker, const struct respond_state *state,
    const struct moment *now, size_t row, struct datagram_origin *origin,
    uint8_t *reply)
{
	struct respond_request request = {
		.bytes = worker->batch.requests[row],
		.size = datagram_size(&worker->batch, row),
	};
	enum respond_verdict verdict, gate;

	if (!origin->to_one)
		return RESPOND_TO_MANY;
	verdict = worker_in_time(worker, now, origin->receive_ns);
	if (verdict != RESPOND_ANSWER)
		return verdict;
	request.source = origin->source;
	request.local = origin->local;
	request.loopback = origin->interface == LOOPBACK_INDEX;
	request.receive_ns = origin->receive_ns;
	gate = gate_request(&worker->gate, &request, now->mono_ns);
	if (gate != RESPOND_ANSWER && gate != RESPOND_RATE)
		return gate;
	verdict = respond(state, &request, reply);
	if (verdict != RESPOND_ANSWER || gate == RESPOND_ANSWER)
		return verdict;
	respond_rate(reply);
	return RESPOND_RATE;
}

/* Answers a batch of n; returns the number of replies. */
static size_t
worker_batch(struct worker *worker, const struct respond_state *state,
    const struct moment *now, uint16_t port, size_t n)
{
	struct datagrams *batch = &worker->batch;
	struct datagram_origin origin;
	enum respond_verdict verdict;
	size_t row, replies = 0;

	for (row = 0; row < n; row++) {
		if (!datagram_origin(batch, row, &origin)) {
			tally_count(&worker->tally, RESPOND_UNSTAMPED, NULL,
			    now->mono_ns);
			continue;
		}
		origin.local.port = port;
		verdict = worker_row(worker, state, now, row, &origin,
		    batch->replies[replies]);
		tally_count(&worker->tally, verdict, &origin.source,
		    now->mono_ns);
		if (verdict != RESPOND_ANSWER && verdict != RESPOND_RATE)
			continue;
		datagram_address(batch, row, replies, &origin);
		worker->given[replies++] = verdict;
	}
	return replies;
}

/*
 * The transmit timestamps: one reading for all, a nanosecond apart, so that no
 * two are equal. False if the clock was set while the batch was answered.
 */
static bool
worker_stamp(struct worker *worker, const struct respond_state *state,
    size_t replies)
{
	struct moment now;
	size_t i;

	moment_take(&now);
	if (moment_follow(&worker->track, &now))
		return false;
	for (i = 0; i < replies; i++)
		if (worker->given[i] == RESPOND_ANSWER)
			respond_stamp(state, now.real_ns + (int64_t)i,
			    worker->batch.replies[i]);
	return true;
}

/* Of that many replies the last n were not sent: which ones, does not matter
 * to the sums. */
static void
worker_lost(struct worker *worker, enum respond_verdict verdict,
    size_t replies, size_t n, int64_t mono_ns)
{
	while (n-- > 0) {
		worker->tally.counts[worker->given[--replies]]--;
		tally_count(&worker->tally, verdict, NULL, mono_ns);
	}
}

/* One batch. Returns the number of datagrams received. */
static size_t
worker_round(struct worker *worker, const struct worker_socket *socket)
{
	struct respond_state state;
	struct moment now;
	size_t n, replies, sent;

	n = datagrams_receive(&worker->batch, socket->fd);
	if (n == 0)
		return 0;
	moment_take(&now);
	(void)moment_follow(&worker->track, &now);
	/* where it fails, net is writing or died at it: the last copy holds
	 * until its deadline */
	(void)page_read_system(worker->page, &worker->variables);
	respond_prepare(&worker->variables, worker_boot_ns(),
	    worker->precision, &state);
	gate_prepare(&worker->gate, worker->page, now.mono_ns);
	replies = worker_batch(worker, &state, &now, socket->port, n);
	if (replies == 0)
		return n;
	if (!worker_stamp(worker, &state, replies)) {
		worker_lost(worker, RESPOND_STEPPED, replies, replies,
		    now.mono_ns);
		return n;
	}
	sent = datagrams_send(&worker->batch, socket->fd, replies);
	worker_lost(worker, RESPOND_UNSENT, replies, replies - sent,
	    now.mono_ns);
	return n;
}

void
worker_answer(struct worker *worker, const struct worker_socket *socket)
{
	int round;

	for (round = 0; round < WORKER_ROUNDS; round++)
		if (worker_round(worker, socket) < DATAGRAM_BATCH)
			break;
}
