/*
 * A life of the client by the fuzzer's will: configurations, answers of the
 * resolver, replies, failures, disturbances, time. Whatever happens, what
 * leaves is valid, lists do not overflow, and the next timer is in order.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/ntp_time.h"
#include "net/core/client.h"
#include "common/packet.h"

#define STEPS_MAX	400

struct life {
	const uint8_t	*data;
	size_t		size;
	struct client	*client;
	struct moment	now;
	struct action_list actions;
	uint64_t	nonce;		/* of the last request */
	uint32_t	association;
	uint32_t	question;
	struct msg_conf_source sources[8];
};

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(int condition)
{
	if (!condition)
		abort();
}

static uint8_t
take(struct life *life)
{
	if (life->size == 0)
		return 0;
	life->size--;
	return *life->data++;
}

static uint32_t
take32(struct life *life)
{
	uint32_t value = take(life);

	value = value << 8 | take(life);
	value = value << 8 | take(life);
	return value << 8 | take(life);
}

static void
check_sample(const struct msg_sample *sample)
{
	struct msg_sample copy = *sample;

	copy.net_epoch = 1;
	require(clock_sample_valid(&copy));
}

static void
execute(struct life *life)
{
	const struct action *action;
	size_t i, count = life->actions.count;

	require(count <= ACTIONS_MAX);
	life->actions.count = 0;
	for (i = 0; i < count; i++) {
		struct transmission transmission = { 0 };

		action = &life->actions.items[i];
		if (action->type == ACTION_SAMPLE)
			check_sample(&action->u.sample);
		if (action->type == ACTION_RESOLVE) {
			require(resolve_request_valid(&action->u.resolve));
			life->question = action->u.resolve.header.id;
		}
		if (action->type != ACTION_SEND)
			continue;
		require(address_valid(&action->u.send.to));
		life->association = action->association;
		life->nonce = life->nonce * 6364136223846793005 + 1;
		transmission.nonce = life->nonce;
		transmission.org_axis_ns = life->now.axis_ns;
		client_sent(life->client, action->association, &transmission);
	}
}

static void
configure(struct life *life)
{
	struct msg_conf_system system = { .minsane = take(life) & 3,
	    .minclock = take(life) & 7, .maxclock = take(life) & 15,
	    .floor = take(life) & 3, .ceiling = 12 + (take(life) & 3),
	    .orphan_wait_s = take(life), .mindist_ns = take(life) * NS_PER_MS,
	    .maxdist_ns = take(life) * (100 * NS_PER_MS) };
	size_t count = take(life) & 7, i;

	for (i = 0; i < count; i++) {
		struct msg_conf_source *source = &life->sources[i];

		memset(source, 0, sizeof(*source));
		source->kind = take(life) % SOURCE_KIND_MAX;
		source->minpoll = (int8_t)(3 + take(life) % 15);
		source->maxpoll = (int8_t)(source->minpoll + take(life) %
		    (18 - source->minpoll));
		source->version = 4;
		source->port = NTP_PORT;
		source->flags = take(life) & 31;
		memcpy(source->name, "192.0.2.0", 10);
		source->name[8] = (char)('0' + take(life) % 12);
		if (source->kind == SOURCE_LOCAL)
			memcpy(source->name, "127.127.1.0", 12);
		require(conf_source_valid(source));
	}
	client_configure(life->client, &system, life->sources, count,
	    &life->now, &life->actions);
}

static void
resolve(struct life *life)
{
	struct msg_resolved resolved = { .status = take(life) %
	    RESOLVE_STATUS_MAX };
	size_t i;

	resolved.header.id = take(life) & 1 ? life->question : take32(life);
	if (resolved.status == RESOLVE_OK)
		resolved.count = 1 + take(life) % RESOLVE_ADDRESSES_MAX;
	for (i = 0; i < resolved.count; i++) {
		resolved.addresses[i].family = 4;
		resolved.addresses[i].bytes[0] = take(life);
		resolved.addresses[i].bytes[3] = take(life) & 31;
	}
	require(resolve_reply_valid(&resolved));
	client_resolved(life->client, &resolved, &life->now, &life->actions);
}

static void
reply(struct life *life)
{
	struct ntp_header header = { .version = 4, .mode = NTP_MODE_SERVER };
	uint8_t kind = take(life), wire[NTP_HEADER_SIZE];
	struct reception reception = { .data = wire, .size = sizeof(wire) };
	int64_t truth;

	life->now.axis_ns += take(life) * NS_PER_MS;
	truth = life->now.axis_ns + INT64_C(1800000000) * NS_PER_S +
	    (int32_t)take32(life);
	header.org = (kind & 1) != 0 ? life->nonce : take32(life);
	header.stratum = take(life);
	header.leap = kind >> 1 & 3;
	header.refid = take32(life);
	header.root_dispersion = take32(life) >> (kind >> 3 & 31);
	header.rec = ntp_from_unix_ns(truth);
	header.xmt = header.rec + (take(life) & 3);
	packet_encode(&header, wire);
	reception.dst_axis_ns = life->now.axis_ns;
	client_reply(life->client, life->association, &reception, &life->now,
	    &life->actions);
}

static void
apply(struct life *life)
{
	struct msg_applied applied = { .status = take(life) %
	    CLOCK_STATUS_MAX, .hold = take(life) % HOLD_MAX,
	    .synchronised = take(life) & 1, .step_epoch = take(life),
	    .axis_ns = life->now.axis_ns };

	applied.frequency_ppt = (int32_t)take32(life) % (500 * PPT_PER_PPM);
	client_applied(life->client, &applied, &life->now, &life->actions);
}

static void
one_step(struct life *life)
{
	uint8_t what = take(life);

	life->now.random = life->now.random * 6364136223846793005 + what;
	switch (what & 7) {
	case 0:
		configure(life);
		break;
	case 1:
		resolve(life);
		break;
	case 2:
		apply(life);
		break;
	case 3:
		life->now.axis_ns += (int64_t)take(life) << (what >> 3);
		client_timer(life->client, &life->now, &life->actions);
		break;
	case 4:
		client_failed(life->client, life->association, 101,
		    &life->now, &life->actions);
		break;
	case 5:
		if ((what & 0x18) != 0)
			goto timer;
		life->now.suspended_ns += what >> 5 << 20;
		life->now.axis_ns += what >> 5 << 20;
		client_disturbed(life->client, what >> 5, &life->now,
		    &life->actions);
		break;
	case 6:
timer:
		if (client_next(life->client) > life->now.axis_ns)
			life->now.axis_ns = client_next(life->client);
		client_timer(life->client, &life->now, &life->actions);
		break;
	default:
		reply(life);
		break;
	}
	execute(life);
}

static void
inspect(struct life *life)
{
	struct association_variables association;
	struct system_variables variables;
	struct msg_status status;
	unsigned int slot;

	client_status(life->client, &life->now, &status);
	require(conf_status_valid(&status));
	client_system(life->client, &life->now, &variables);
	require(variables.leap <= 3 && variables.stratum >= 1 &&
	    variables.stratum <= 16 && variables.root_delay_ns >= 0 &&
	    variables.root_dispersion_ns >= 0);
	require((variables.stratum == 16) == (variables.leap == 3));
	for (slot = 0; slot < ASSOCIATIONS_MAX; slot++) {
		client_association(life->client, slot, &life->now,
		    &association);
		require(association.id <= UINT16_MAX &&
		    association.selection < SELECTION_MAX &&
		    association.cause < REJECT_MAX);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct life life;
	int steps;

	memset(&life, 0, sizeof(life));
	life.data = data;
	life.size = size;
	life.now.axis_ns = 1000 * NS_PER_S;
	life.now.real_ns = INT64_C(1800000000) * NS_PER_S;
	life.client = malloc(client_size());
	require(life.client != NULL);
	client_init(life.client, &life.now);
	configure(&life);
	execute(&life);
	for (steps = 0; life.size > 0 && steps < STEPS_MAX; steps++) {
		life.now.real_ns = life.now.axis_ns +
		    INT64_C(1799999000) * NS_PER_S;
		one_step(&life);
	}
	inspect(&life);
	/* With nothing else to do the timer settles: no busy loop. */
	for (steps = 0; client_next(life.client) <= life.now.axis_ns; steps++) {
		require(steps < 4);
		client_timer(life.client, &life.now, &life.actions);
		execute(&life);
	}
	free(life.client);
	return 0;
}
