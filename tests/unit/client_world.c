/*
 * Virtual time for tests of net/core. See client_world.h.
 */
#include "tests/unit/client_world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/ntp_time.h"

#define BEGIN_AXIS	(1000 * NS_PER_S)	/* the machine's up-time */
#define PROCESSING_NS	(20 * NS_PER_US)
#define SLEW		500e-6

uint64_t
world_random(struct world *world)
{
	uint64_t x = world->seed += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

double
world_uniform(struct world *world)
{
	return (double)(world_random(world) >> 11) / 9007199254740992.0;
}

static double
exponential(struct world *world, double mean)
{
	return -mean * log(1 - world_uniform(world));
}

static int64_t
true_at(const struct world *world, int64_t axis_ns)
{
	int64_t elapsed = axis_ns - world->mark_axis_ns;

	return world->mark_true_ns + elapsed +
	    (int64_t)((double)elapsed * world->rate);
}

/* Time passes; the oscillator changes its mind. */
static void
advance(struct world *world, int64_t axis_ns)
{
	double elapsed = (double)(axis_ns - world->mark_axis_ns) / 1e9;
	double normal = -6;
	int i;

	if (world->wander > 0 && elapsed > 0) {
		for (i = 0; i < 12; i++)
			normal += world_uniform(world);
		world->mark_true_ns = true_at(world, axis_ns);
		world->mark_axis_ns = axis_ns;
		world->rate += world->wander * sqrt(elapsed) * normal;
	}
	world->axis_ns = axis_ns;
}

static int64_t
real_at(const struct world *world, int64_t axis_ns)
{
	double elapsed = (double)(axis_ns - world->base_axis_ns);
	double slewed = SLEW * elapsed, rest = world->rest * 1e9;

	if (slewed > fabs(rest))
		slewed = fabs(rest);
	return world->base_real_ns + (axis_ns - world->base_axis_ns) +
	    (int64_t)(elapsed * world->frequency +
	    (rest < 0 ? -slewed : slewed));
}

double
world_error(const struct world *world)
{
	return (double)(real_at(world, world->axis_ns) -
	    true_at(world, world->axis_ns)) / 1e9;
}

struct moment
world_now(struct world *world)
{
	return (struct moment){
		.axis_ns = world->axis_ns,
		.real_ns = real_at(world, world->axis_ns),
		.random = world_random(world),
	};
}

void
world_init(struct world *world, uint64_t seed, double rate,
    struct world_server *servers, size_t nservers)
{
	struct moment now;

	memset(world, 0, sizeof(*world));
	world->seed = seed;
	world->rate = rate;
	world->servers = servers;
	world->nservers = nservers;
	world->axis_ns = BEGIN_AXIS;
	world->mark_axis_ns = BEGIN_AXIS;
	world->mark_true_ns = INT64_C(1800001000) * NS_PER_S;
	world->base_axis_ns = BEGIN_AXIS;
	world->base_real_ns = true_at(world, BEGIN_AXIS) + 37 * NS_PER_S;
	world->frequency_sd = 1;
	world->client = malloc(client_size());
	if (world->client == NULL)
		abort();
	now = world_now(world);
	client_init(world->client, &now);
}

void
world_free(struct world *world)
{
	free(world->client);
}

struct msg_conf_source
world_source(const char *name)
{
	struct msg_conf_source source = {
		.header = { MSG_CONF_SOURCE, sizeof(source), 1 },
		.kind = SOURCE_SERVER, .minpoll = 6, .maxpoll = 10,
		.version = 4, .port = NTP_PORT, .flags = SOURCE_IBURST,
	};

	strncpy(source.name, name, sizeof(source.name) - 1);
	return source;
}

struct msg_conf_system
world_system(void)
{
	return (struct msg_conf_system){
		.header = { MSG_CONF_SYSTEM, sizeof(struct msg_conf_system),
		    1 },
		.minsane = 1, .minclock = 3, .maxclock = 10, .floor = 1,
		.ceiling = 16, .orphan_wait_s = 300,
		.mindist_ns = NS_PER_MS, .maxdist_ns = 1500 * NS_PER_MS,
	};
}

void
world_configure(struct world *world, const struct msg_conf_source *sources,
    size_t count)
{
	struct msg_conf_system system = world_system();
	struct moment now = world_now(world);

	client_configure(world->client, &system, sources, count, &now,
	    &world->actions);
	world_execute(world);
}

void
world_hint(struct world *world, double frequency, double sd)
{
	const struct msg_applied applied = {
		.header = { MSG_APPLIED, sizeof(applied), 0 },
		.axis_ns = world->axis_ns,
		.frequency_ppt = (int64_t)(frequency * 1e12),
	};
	struct moment now = world_now(world);

	world->frequency = frequency;
	world->frequency_sd = sd;
	client_applied(world->client, &applied, &now, &world->actions);
	world_execute(world);
}

void
world_resolve(struct world *world, const char *const *addresses, size_t count)
{
	struct msg_resolved resolved = {
		.header = { MSG_RESOLVED, sizeof(resolved),
		    world->question.header.id },
		.status = count > 0 ? RESOLVE_OK : RESOLVE_AGAIN,
		.count = (uint8_t)count,
	};
	struct moment now = world_now(world);
	size_t i;

	for (i = 0; i < count; i++)
		if (!address_from_text(addresses[i], &resolved.addresses[i]))
			abort();
	if (!resolve_reply_valid(&resolved))
		abort();
	client_resolved(world->client, &resolved, &now, &world->actions);
	world_execute(world);
}

static struct world_server *
find_server(struct world *world, const struct address *to)
{
	struct address address;
	size_t i;

	for (i = 0; i < world->nservers; i++) {
		if (!address_from_text(world->servers[i].address, &address))
			abort();
		address.port = to->port;
		if (address_equal(&address, to))
			return &world->servers[i];
	}
	return NULL;
}

/* The server's clock, as it stamps a packet at axis_ns. */
static uint64_t
stamp(const struct world *world, const struct world_server *server,
    int64_t axis_ns)
{
	double error = server->error + server->ramp *
	    (double)(axis_ns - BEGIN_AXIS) / 1e9;

	return ntp_from_unix_ns(true_at(world, axis_ns) +
	    (int64_t)(error * 1e9));
}

static struct world_packet *
free_packet(struct world *world)
{
	size_t i;

	for (i = 0; i < WORLD_PACKETS; i++)
		if (!world->packets[i].used)
			return &world->packets[i];
	abort();
}

static void
answer(struct world *world, const struct world_server *server, uint64_t nonce,
    uint32_t association)
{
	int64_t at = world->axis_ns;
	struct ntp_header header = {
		.leap = server->leap, .version = 4, .mode = NTP_MODE_SERVER,
		.stratum = server->stratum == 0 ? 1 : server->stratum,
		.poll = 6, .precision = -24, .refid = 0x47505300,
		.root_dispersion = server->root_dispersion, .org = nonce,
	};
	struct world_packet *packet;
	int i;

	at += (int64_t)((server->delay + exponential(world,
	    server->jitter)) * 1e9);
	header.rec = stamp(world, server, at);
	at += PROCESSING_NS;
	header.xmt = stamp(world, server, at);
	header.reftime = header.xmt - (UINT64_C(10) << 32);
	if (server->kiss != 0) {
		header.stratum = 0;
		header.leap = NTP_LEAP_UNSYNCHRONISED;
		header.refid = server->kiss;
	}
	for (i = 0; i <= server->copies; i++) {
		packet = free_packet(world);
		packet->used = true;
		packet->association = association;
		packet->arrival_ns = at + (int64_t)((server->delay +
		    exponential(world, server->jitter)) * 1e9);
		packet_encode(&header, packet->wire);
	}
}

static void
execute_send(struct world *world, const struct action *action)
{
	struct world_server *server = find_server(world, &action->u.send.to);
	const struct transmission transmission = {
		.nonce = world_random(world),
		.org_axis_ns = world->axis_ns, .error_ns = 100,
	};

	world->last_nonce = transmission.nonce;
	world->last_association = action->association;
	client_sent(world->client, action->association, &transmission);
	if (server == NULL)
		return;
	server->requests++;
	server->last_request_ns = world->axis_ns;
	if (!server->silent && world_uniform(world) >= server->loss)
		answer(world, server, transmission.nonce, action->association);
}

/* clockctl without its policy: steps once, then slews. */
static void
execute_sample(struct world *world, const struct msg_sample *sample)
{
	struct msg_applied applied = {
		.header = { MSG_APPLIED, sizeof(applied), sample->header.id },
		.status = CLOCK_SLEWING, .synchronised = world->samples >= 3,
		.axis_ns = world->axis_ns,
	};
	double sd = (double)sample->frequency_sd_ppt / 1e12, weight;
	int64_t real = real_at(world, world->axis_ns);
	struct moment now;

	if (!clock_sample_valid(sample))
		abort();
	if (world->samples++ == 0)
		world->first = *sample;
	world->last = *sample;
	if (world->frozen || (sample->flags & SAMPLE_FREQUENCY_ONLY) != 0)
		return;
	/* what clockctl knows grows old by 0.1 ppm an hour */
	world->frequency_sd += 28e-12 * (double)(world->axis_ns -
	    world->base_axis_ns) / 1e9;
	weight = world->frequency_sd * world->frequency_sd /
	    (world->frequency_sd * world->frequency_sd + sd * sd);
	if (sd <= world->frequency_sd) {
		weight = 1;
		world->frequency_sd = sd;
	}
	world->frequency += weight * ((double)sample->frequency_ppt / 1e12 -
	    world->frequency);
	world->base_axis_ns = world->axis_ns;
	world->rest = (double)(world->axis_ns + sample->offset_ns - real) /
	    1e9;
	world->base_real_ns = real;
	if (!world->stepped) {
		world->base_real_ns = world->axis_ns + sample->offset_ns;
		world->rest = 0;
		world->stepped = true;
	}
	applied.frequency_ppt = (int64_t)(world->frequency * 1e12);
	now = world_now(world);
	client_applied(world->client, &applied, &now, &world->actions);
}

static void
execute_one(struct world *world, const struct action *action)
{
	switch (action->type) {
	case ACTION_SEND:
		execute_send(world, action);
		break;
	case ACTION_CLOSE:
		world->closes++;
		break;
	case ACTION_RESOLVE:
		world->asked++;
		world->question = action->u.resolve;
		break;
	case ACTION_SAMPLE:
		execute_sample(world, &action->u.sample);
		break;
	case ACTION_PUBLISH:
		world->publishes++;
		break;
	case ACTION_EVENT:
		world->events[action->u.event.what]++;
		break;
	}
}

void
world_execute(struct world *world)
{
	struct action action;
	size_t i;

	/* What an action leads to is appended and executed too. */
	for (i = 0; i < world->actions.count; i++) {
		action = world->actions.items[i];
		if (action.type == ACTION_SAMPLE)
			action.u.sample.net_epoch = 1;
		execute_one(world, &action);
	}
	world->actions.count = 0;
}

static struct world_packet *
next_packet(struct world *world)
{
	struct world_packet *next = NULL;
	size_t i;

	for (i = 0; i < WORLD_PACKETS; i++)
		if (world->packets[i].used && (next == NULL ||
		    world->packets[i].arrival_ns < next->arrival_ns))
			next = &world->packets[i];
	return next;
}

static void
deliver(struct world *world, struct world_packet *packet)
{
	const struct reception reception = {
		.data = packet->wire, .size = sizeof(packet->wire),
		.dst_axis_ns = packet->arrival_ns, .error_ns = 100,
	};
	struct moment now;

	advance(world, packet->arrival_ns);
	packet->used = false;
	now = world_now(world);
	client_reply(world->client, packet->association, &reception, &now,
	    &world->actions);
	world_execute(world);
}

void
world_run(struct world *world, double until_s)
{
	int64_t until = BEGIN_AXIS + (int64_t)(until_s * 1e9), next;
	struct world_packet *packet;
	struct moment now;

	for (;;) {
		next = client_next(world->client);
		packet = next_packet(world);
		if (packet != NULL && packet->arrival_ns <= next &&
		    packet->arrival_ns <= until) {
			deliver(world, packet);
			continue;
		}
		if (next > until)
			break;
		if (next > world->axis_ns)
			advance(world, next);
		now = world_now(world);
		client_timer(world->client, &now, &world->actions);
		world_execute(world);
	}
	advance(world, until);
}
