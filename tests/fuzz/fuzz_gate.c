/*
 * serve: whatever the parent's lines and limits are, whatever requests come,
 * and whenever: one of the gate's verdicts, and what each of them rests on.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/serve/gate.h"

/* One request, from one of few clients; the clock may run backwards. */
struct visit {
	uint8_t		first, ipv6, port123, host[2], size;
	int16_t		later_s;
};

struct raw_limit {
	uint32_t	interval_ms, minimum_ms, kod_ms, age_s;
	uint16_t	burst;
	uint8_t		clients, enabled;
};

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)	do { if (!(condition)) abort(); } while (0)

static const uint8_t *
take(const uint8_t **data, size_t *size, void *to, size_t length)
{
	const uint8_t *from = *data;

	if (*size < length)
		return NULL;
	memcpy(to, from, length);
	*data += length;
	*size -= length;
	return from;
}

/* Any input is made a valid limit. */
static struct msg_conf_limit
make_limit(const struct raw_limit *raw)
{
	const int64_t ms = 1000000;

	return (struct msg_conf_limit){
		.interval_ns = 1 + raw->interval_ms % 100000000 * ms,
		.minimum_ns = raw->minimum_ms * ms,
		.kod_interval_ns = raw->kod_ms * ms,
		.max_age_ns = raw->age_s * ms * 1000,
		.burst = 1 + raw->burst % 10000,
		.clients = 1 + raw->clients % 64u,
		.enabled = raw->enabled & 1,
	};
}

/* And any a valid row. */
static void
make_row(struct conf_restrict_row *row)
{
	bool source;
	unsigned int bit;

	row->action %= RESTRICT_ACTION_MAX;
	source = row->action >= RESTRICT_SOURCE;
	row->family = source ? 0 : row->family & 1 ? 6 : 4;
	row->prefix = source ? 0 : row->prefix % (row->family == 4 ? 33 : 129);
	row->reserved = 0;
	row->flags &= RESTRICT_ALL;
	for (bit = row->prefix; bit < 128; bit++)
		row->bytes[bit / 8] &= (uint8_t)~(1u << (7 - bit % 8));
}

static void
visit(struct gate *gate, const struct visit *from, int64_t now_ns)
{
	struct respond_request request = {
		.bytes = &from->first, .size = from->size,
		.source = { .family = from->ipv6 & 1 ? 6 : 4,
		    .port = from->port123 & 1 ? NTP_PORT : 4000 },
	};
	enum respond_verdict verdict;
	uint32_t flags;

	request.source.bytes[0] = from->host[0];
	request.source.bytes[3] = from->host[1];
	flags = access_match(&gate->access, &request.source, false);
	CHECK((flags & ~(uint32_t)(RESTRICT_ALL & ~RESTRICT_NTPPORT)) == 0);
	verdict = gate_request(gate, &request, now_ns);
	CHECK(((flags & RESTRICT_IGNORE) != 0) <=
	    (verdict == RESPOND_RESTRICTED));
	CHECK(verdict == RESPOND_ANSWER || verdict == RESPOND_SHORT ||
	    verdict == RESPOND_RESTRICTED || verdict == RESPOND_LIMITED ||
	    verdict == RESPOND_RATE);
	CHECK(verdict != RESPOND_LIMITED || (flags & RESTRICT_LIMITED) != 0);
	CHECK(verdict != RESPOND_RATE || (flags & RESTRICT_KOD) != 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t key[2] = { 1, 2 };
	static struct gate_memory *memory;
	struct msg_conf_restrict part = { .count = 1 };
	struct raw_limit raw;
	struct msg_conf_limit limit;
	int64_t now_ns = INT64_C(1000000000000000);
	struct gate gate;
	struct visit from;
	uint8_t rows;

	if (memory == NULL && (memory = calloc(1, sizeof(*memory))) == NULL)
		abort();
	gate_init(&gate, memory, key);
	if (take(&data, &size, &raw, sizeof(raw)) == NULL ||
	    take(&data, &size, &rows, sizeof(rows)) == NULL)
		return 0;
	limit = make_limit(&raw);
	CHECK(conf_limit_valid(&limit));
	ratelimit_configure(&gate.limit, &limit);
	for (; rows > 0 && take(&data, &size, &part.rows[0],
	    sizeof(part.rows[0])) != NULL; rows--) {
		make_row(&part.rows[0]);
		CHECK(conf_restrict_valid(&part));
		CHECK(access_add(&gate.access, &part.rows[0]));
	}
	while (take(&data, &size, &from, sizeof(from)) != NULL) {
		now_ns += from.later_s * INT64_C(1000000000);
		visit(&gate, &from, now_ns);
	}
	memset(memory->clients, 0, 128 * sizeof(memory->clients[0]));
	return 0;
}
