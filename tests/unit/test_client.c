/*
 * net/core/client in virtual time: poll process, reach, kisses, pools, reload,
 * start rule, local clock.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/ntp_time.h"
#include "tests/unit/client_world.h"

#define KISS_DENY	UINT32_C(0x44454e59)
#define KISS_RSTR	UINT32_C(0x52535452)
#define KISS_RATE	UINT32_C(0x52415445)
#define KISS_INIT	UINT32_C(0x494e4954)
#define KISS_STEP	UINT32_C(0x53544550)

static struct world world;

/* Servers 192.0.2.1 and on; good until a test says otherwise. */
static const char *const addresses[WORLD_SERVERS] = {
	"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5",
	"192.0.2.6", "192.0.2.7", "192.0.2.8", "192.0.2.9", "192.0.2.10",
	"192.0.2.11", "192.0.2.12", "192.0.2.13", "192.0.2.14", "192.0.2.15",
	"192.0.2.16",
};
static struct world_server servers[WORLD_SERVERS];

static int
setup(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < WORLD_SERVERS; i++)
		servers[i] = (struct world_server){ .address = addresses[i],
		    .delay = 0.010, .jitter = 0.0002 };
	world_init(&world, 42, 20e-6, servers, WORLD_SERVERS);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_free(&world);
	return 0;
}

/* Configures the first count of the servers by address. */
static void
configure(size_t count)
{
	struct msg_conf_source sources[WORLD_SERVERS];
	size_t i;

	for (i = 0; i < count; i++)
		sources[i] = world_source(addresses[i]);
	world_configure(&world, sources, count);
}

static struct system_variables
variables(void)
{
	struct system_variables variables;
	struct moment now = world_now(&world);

	client_system(world.client, &now, &variables);
	return variables;
}

/* The association with this address; id 0: there is none. */
static struct association_variables
association(const char *text)
{
	struct association_variables found;
	struct moment now = world_now(&world);
	struct address address;
	unsigned int slot;

	assert_true(address_from_text(text, &address));
	address.port = NTP_PORT;
	for (slot = 0; slot < ASSOCIATIONS_MAX; slot++) {
		client_association(world.client, slot, &now, &found);
		if (found.id != 0 && (found.kind == SOURCE_LOCAL ||
		    address_equal(&found.remote, &address)))
			return found;
	}
	memset(&found, 0, sizeof(found));
	return found;
}

static size_t
mobilised(void)
{
	struct association_variables found;
	struct moment now = world_now(&world);
	unsigned int slot;
	size_t count = 0;

	for (slot = 0; slot < ASSOCIATIONS_MAX; slot++) {
		client_association(world.client, slot, &now, &found);
		if (found.id != 0)
			count++;
	}
	return count;
}

static void
iburst_is_eight_and_then_minpoll(void **state)
{
	unsigned int at_7;

	(void)state;
	configure(1);
	world_run(&world, 7);
	at_7 = servers[0].requests;
	assert_int_equal(at_7, 4);
	world_run(&world, 150);
	assert_int_equal(servers[0].requests, 8);
	world_run(&world, 150 + 64 * 4);
	assert_in_range(servers[0].requests, 11, 12);
}

static void
without_iburst_one_a_poll(void **state)
{
	struct msg_conf_source source = world_source(addresses[0]);

	(void)state;
	source.flags = 0;
	world_configure(&world, &source, 1);
	world_run(&world, 60);
	assert_int_equal(servers[0].requests, 1);
	world_run(&world, 70);
	assert_int_equal(servers[0].requests, 2);
	assert_true(world.samples >= 1);
}

static void
burst_only_where_polls_are_rare(void **state)
{
	struct msg_conf_source source = world_source(addresses[0]);

	(void)state;
	source.flags = SOURCE_BURST;
	source.minpoll = source.maxpoll = 10;
	world_configure(&world, &source, 1);
	world_run(&world, 1100);
	assert_int_equal(servers[0].requests, 2);
	source.minpoll = source.maxpoll = 11;
	world_configure(&world, &source, 1);
	world_run(&world, 1100 + 2200);
	assert_in_range(servers[0].requests, 2 + 6, 2 + 16);
}

static void
a_dead_server_is_not_pestered(void **state)
{
	(void)state;
	servers[0].silent = true;
	configure(1);
	world_run(&world, 200);
	assert_int_equal(servers[0].requests, 8);
	world_run(&world, 86400);
	/* 12 polls at 64 s, then less and less: 1024 s */
	assert_in_range(servers[0].requests, 60, 120);
	assert_int_equal(association(addresses[0]).reach, 0);
	assert_int_equal(association(addresses[0]).cause,
	    REJECT_UNREACHABLE);
	assert_int_equal(variables().stratum, 16);
	assert_int_equal(world.samples, 0);
}

static void
it_comes_back_with_a_burst(void **state)
{
	unsigned int before;

	(void)state;
	servers[0].silent = true;
	configure(1);
	world_run(&world, 400);
	before = servers[0].requests;
	servers[0].silent = false;
	world_run(&world, 600);
	assert_in_range(servers[0].requests - before, 5, 10);
	assert_int_equal(world.events[CLIENT_REACHABLE], 1);
	assert_int_equal(variables().stratum, 2);
}

static void
reach_follows_the_polls(void **state)
{
	uint8_t reach;

	(void)state;
	configure(1);
	world_run(&world, 140);
	assert_int_equal(association(addresses[0]).reach, 1);
	world_run(&world, 210);
	assert_int_equal(association(addresses[0]).reach, 3);
	servers[0].silent = true;
	world_run(&world, 340);
	reach = association(addresses[0]).reach;
	assert_int_equal(reach & 1, 0);
	assert_int_not_equal(reach, 0);
	world_run(&world, 1000);
	assert_int_equal(association(addresses[0]).reach, 0);
	assert_int_equal(world.events[CLIENT_UNREACHABLE], 1);
}

static void
poll_rises_when_stable_and_stays_within_bounds(void **state)
{
	int64_t last;
	unsigned int requests;

	(void)state;
	configure(1);
	world_run(&world, 40000);
	assert_int_equal(association(addresses[0]).hpoll, 10);
	requests = servers[0].requests;
	last = servers[0].last_request_ns;
	world_run(&world, 60000);
	assert_in_range(servers[0].requests - requests, 18, 20);
	assert_true(servers[0].last_request_ns > last);
	assert_true(fabs(world_error(&world)) < 0.0005);
}

static void
a_step_of_the_server_brings_the_poll_down(void **state)
{
	(void)state;
	configure(1);
	world_run(&world, 40000);
	servers[0].error = 0.5;
	world_run(&world, 45000);
	assert_true(association(addresses[0]).hpoll < 10);
	world_run(&world, 60000);
	assert_true(fabs(world_error(&world) - 0.5) < 0.001);
}

/* A reply for the request in flight, or with wrong_bits in its origin. */
static void
inject(uint8_t stratum, uint32_t refid, uint64_t wrong_bits, double error)
{
	struct ntp_header header = { .version = 4, .mode = NTP_MODE_SERVER,
	    .stratum = stratum, .refid = refid,
	    .leap = stratum == 0 ? 3 : 0, .precision = -20,
	    .org = world.last_nonce ^ wrong_bits };
	struct moment now = world_now(&world);
	uint8_t wire[NTP_HEADER_SIZE];
	const struct reception reception = { .data = wire,
	    .size = sizeof(wire), .dst_axis_ns = now.axis_ns };

	header.rec = header.xmt = ntp_from_unix_ns(now.real_ns +
	    (int64_t)(error * 1e9));
	packet_encode(&header, wire);
	client_reply(world.client, world.last_association, &reception, &now,
	    &world.actions);
	world_execute(&world);
}

static void
kisses_of_strangers_are_nothing(void **state)
{
	static const uint32_t codes[] = { KISS_DENY, KISS_RSTR, KISS_RATE };
	struct association_variables before, after;
	unsigned int requests, bit;
	size_t i;

	(void)state;
	configure(1);
	world_run(&world, 300);
	before = association(addresses[0]);
	for (i = 0; i < 3; i++)
		for (bit = 0; bit < 64; bit++)
			inject(0, codes[i], UINT64_C(1) << bit, 0);
	after = association(addresses[0]);
	assert_int_equal(after.rejected[REJECT_ORIGIN], 3 * 64);
	assert_int_equal(after.rejected[REJECT_KOD], 0);
	assert_int_equal(after.hpoll, before.hpoll);
	assert_int_equal(after.reach, before.reach);
	requests = servers[0].requests;
	world_run(&world, 600);
	assert_in_range(servers[0].requests - requests, 4, 5);
}

static void
deny_stops_that_server(void **state)
{
	unsigned int requests;

	(void)state;
	servers[0].kiss = KISS_DENY;
	configure(2);
	world_run(&world, 100);
	requests = servers[0].requests;
	assert_int_equal(requests, 1);
	assert_int_equal(world.events[CLIENT_DEMOBILISED], 1);
	servers[0].kiss = 0;
	world_run(&world, 10000);
	assert_int_equal(servers[0].requests, requests);
	assert_int_equal(association(addresses[0]).cause, REJECT_DENIED);
	/* and does not keep the other one from being used */
	assert_int_equal(variables().stratum, 2);
}

static void
rate_slows_down_within_bounds_and_for_a_time(void **state)
{
	unsigned int requests;

	(void)state;
	configure(1);
	world_run(&world, 600);
	servers[0].kiss = KISS_RATE;
	world_run(&world, 600 + 3600);
	requests = servers[0].requests;
	assert_true(association(addresses[0]).rejected[REJECT_KOD] > 3);
	world_run(&world, 600 + 2 * 3600);
	/* four times minpoll is 256 s, and nobody is reached */
	assert_in_range(servers[0].requests - requests, 3, 15);
	servers[0].kiss = 0;
	requests = servers[0].requests;
	world_run(&world, 600 + 3 * 3600);
	assert_int_equal(variables().stratum, 2);
	assert_true(servers[0].requests - requests >= 8);
}

static void
rate_never_exceeds_maxpoll(void **state)
{
	struct msg_conf_source source = world_source(addresses[0]);
	unsigned int requests;

	(void)state;
	source.minpoll = source.maxpoll = 3;
	servers[0].kiss = KISS_RATE;
	world_configure(&world, &source, 1);
	world_run(&world, 1000);
	requests = servers[0].requests;
	world_run(&world, 2000);
	assert_in_range(servers[0].requests - requests, 115, 126);
}

static void
the_first_answer_counts_and_only_once(void **state)
{
	(void)state;
	servers[0].copies = 3;
	configure(1);
	world_run(&world, 1000);
	assert_true(association(addresses[0]).rejected[REJECT_DUPLICATE] > 0);
	assert_int_equal(association(addresses[0]).rejected[REJECT_DUPLICATE],
	    3 * servers[0].requests);
	inject(1, 0, 0, 0.4);
	assert_true(fabs(world_error(&world)) < 0.001);
}

static void
useless_servers_are_not_followed(void **state)
{
	(void)state;
	servers[0].leap = NTP_LEAP_UNSYNCHRONISED;
	servers[1].stratum = 16;
	servers[2].root_dispersion = 3 << 16;
	servers[3].kiss = 0x01020304;
	configure(4);
	world_run(&world, 1000);
	assert_int_equal(world.samples, 0);
	assert_int_equal(variables().stratum, 16);
	assert_int_equal(association(addresses[0]).cause,
	    REJECT_UNSYNCHRONISED);
	assert_int_equal(association(addresses[2]).cause, REJECT_DISTANCE);
}

/* Says so by the leap indicator, or as ntpd does: stratum 0, and why. */
static void
a_server_that_loses_its_time_is_left_at_once(void **state)
{
	static const uint32_t words[] = { 0, KISS_INIT, KISS_STEP };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		teardown(state);
		setup(state);
		configure(2);
		world_run(&world, 300);
		servers[0].leap = NTP_LEAP_UNSYNCHRONISED;
		servers[0].kiss = words[i];
		world_run(&world, 400);
		assert_int_equal(association(addresses[0]).selection,
		    SELECTION_REJECT);
		assert_int_equal(association(addresses[1]).selection,
		    SELECTION_SYSTEM_PEER);
		assert_int_equal(world.events[CLIENT_KOD], 0);
		servers[0].leap = 0;
		servers[0].kiss = 0;
		world_run(&world, 550);
		assert_int_not_equal(association(addresses[0]).selection,
		    SELECTION_REJECT);
	}
}

static void
a_minority_of_liars_is_outvoted(void **state)
{
	(void)state;
	servers[1].error = 0.5;
	servers[3].error = -0.7;
	configure(5);
	world_run(&world, 2000);
	assert_true(fabs(world_error(&world)) < 0.001);
	assert_int_equal(association(addresses[1]).selection,
	    SELECTION_FALSETICKER);
	assert_int_equal(association(addresses[3]).cause, REJECT_FALSETICKER);
	assert_int_equal(variables().survivors, 3);
}

static void
without_a_majority_nothing_is_set(void **state)
{
	(void)state;
	servers[1].error = 5;
	servers[3].error = 5;
	configure(4);
	world_run(&world, 2000);
	assert_int_equal(world.samples, 0);
	assert_int_equal(variables().stratum, 16);
	assert_int_equal(variables().leap, NTP_LEAP_UNSYNCHRONISED);
	assert_int_equal(world.events[CLIENT_NO_MAJORITY], 1);
	assert_int_equal(association(addresses[0]).cause, REJECT_NO_MAJORITY);
}

/* Once synchronised, the frequency is still known when the time is not. */
static void
a_majority_lost_leaves_the_frequency(void **state)
{
	(void)state;
	configure(2);
	world_run(&world, 3000);
	assert_true(fabs(world_error(&world)) < 0.001);
	servers[1].error = 5;
	world_run(&world, 9000);
	assert_int_equal(world.last.flags, SAMPLE_FREQUENCY_ONLY);
	assert_true(fabs((double)world.last.frequency_ppt - 20e6) < 3e5);
	assert_true(fabs(world_error(&world)) < 0.003);
	/* served for orphanwait after the contradiction, and no longer */
	assert_int_equal(variables().stratum, 16);
	assert_int_equal(world.events[CLIENT_UNSYNCHRONISED], 1);
	servers[1].error = 0;
	world_run(&world, 20000);
	assert_int_equal(variables().stratum, 2);
}

static void
a_slow_drift_is_not_followed(void **state)
{
	(void)state;
	servers[2].ramp = 1e-3;
	configure(3);
	world_run(&world, 4000);
	assert_true(fabs(world_error(&world)) < 0.001);
	assert_int_equal(association(addresses[2]).selection,
	    SELECTION_FALSETICKER);
}

/* As of a hardware clock with an empty battery: 2036 comes between. */
static void
a_clock_decades_off_is_no_reason_for_another_era(void **state)
{
	static const int64_t years[] = { -56, -10, 60, 74, 130 };
	size_t i;

	for (i = 0; i < sizeof(years) / sizeof(years[0]); i++) {
		teardown(state);
		setup(state);
		world.base_real_ns += years[i] * 31556952 * NS_PER_S;
		configure(3);
		world_run(&world, 100);
		assert_true(fabs(world_error(&world)) < 0.001);
	}
}

static void
leap_by_majority_of_the_survivors(void **state)
{
	(void)state;
	servers[0].leap = NTP_LEAP_INSERT;
	configure(3);
	world_run(&world, 400);
	assert_int_equal(world.last.leap, NTP_LEAP_NONE);
	servers[1].leap = NTP_LEAP_INSERT;
	world_run(&world, 900);
	assert_int_equal(world.last.leap, NTP_LEAP_INSERT);
	assert_int_equal(variables().leap, NTP_LEAP_INSERT);
	servers[0].leap = NTP_LEAP_DELETE;
	world_run(&world, 1800);
	assert_int_equal(world.last.leap, NTP_LEAP_NONE);
}

static void
the_start_waits_for_more_than_half(void **state)
{
	(void)state;
	servers[1].silent = servers[2].silent = true;
	servers[3].silent = true;
	configure(4);
	world_run(&world, 9);
	assert_int_equal(world.samples, 0);
	world_run(&world, 12);
	assert_true(world.samples > 0);
}

/* One accepted sample is enough to serve; a held clock is none. */
static void
the_time_is_told_when_the_clock_follows(void **state)
{
	struct msg_applied applied = {
		.header = { MSG_APPLIED, sizeof(applied), 1 },
		.status = CLOCK_HELD, .hold = HOLD_PANIC,
	};
	struct moment now;

	(void)state;
	configure(1);
	world_run(&world, 5);
	assert_int_equal(variables().stratum, 16);
	world_run(&world, 8);
	assert_int_equal(variables().stratum, 2);
	assert_int_equal(variables().leap, NTP_LEAP_NONE);
	now = world_now(&world);
	applied.axis_ns = now.axis_ns;
	client_applied(world.client, &applied, &now, &world.actions);
	world_execute(&world);
	world_run(&world, 9);
	assert_int_equal(variables().stratum, 16);
	assert_int_equal(variables().hold, HOLD_PANIC);
}

static void
the_start_is_quick_where_all_answer(void **state)
{
	(void)state;
	configure(4);
	world_run(&world, 5);
	assert_int_equal(world.samples, 0);
	world_run(&world, 8);
	assert_true(world.samples > 0);
	assert_true(fabs(world_error(&world)) < 0.001);
	assert_int_equal(world.first.survivors, 4);
}

static void
samples_carry_what_clockctl_needs(void **state)
{
	uint32_t first;

	(void)state;
	configure(2);
	world_run(&world, 8);
	first = world.last.header.id;
	assert_int_equal(world.last.header.type, MSG_SAMPLE);
	assert_int_equal(world.last.header.size, sizeof(world.last));
	assert_int_equal(world.last.stratum, 1);
	assert_true(world.last.root_delay_ns > 19 * NS_PER_MS);
	assert_true(world.last.offset_sd_ns > 0);
	assert_true(world.last.poll_s <= 64);
	world_run(&world, 1000);
	assert_true(world.last.header.id > first);
	assert_true(world.last.frequency_sd_ppt < 2 * PPT_PER_PPM);
	assert_true(fabs((double)world.last.frequency_ppt - 20e6) < 2e6);
}

static void
requests_void_and_bursts_after_a_disturbance(void **state)
{
	struct moment now;
	unsigned int samples;

	(void)state;
	configure(1);
	world_run(&world, 3000);
	samples = world.samples;
	now = world_now(&world);
	now.suspended_ns = 100 * NS_PER_S;
	client_disturbed(world.client, now.suspended_ns, &now,
	    &world.actions);
	world_execute(&world);
	inject(1, 0, 0, 0.4);
	assert_int_equal(association(addresses[0]).rejected[REJECT_DUPLICATE],
	    1);
	assert_int_equal(world.samples, samples);
	world_run(&world, 3000.1);
	assert_int_equal(variables().stratum, 16);
	world_run(&world, 3020);
	assert_int_equal(variables().stratum, 2);
	assert_true(world.samples >= samples + 4);
	assert_true(fabs(world_error(&world)) < 0.001);
}

static void
a_name_is_asked_for_until_it_answers(void **state)
{
	struct msg_conf_source source = world_source("ntp.example.org");
	int i;

	(void)state;
	world_configure(&world, &source, 1);
	for (i = 0; i < 20; i++) {
		world_run(&world, 10.0 * (i + 1));
		world_resolve(&world, NULL, 0);
	}
	assert_in_range(world.asked, 6, 10);
	/* told once, not at each try */
	assert_int_equal(world.events[CLIENT_NAME_FAILED], 1);
	assert_string_equal(world.question.name, "ntp.example.org");
	world_run(&world, 1500);
	world_resolve(&world, addresses, 1);
	world_run(&world, 1520);
	assert_int_equal(servers[0].requests > 3, true);
	assert_string_equal(association(addresses[0]).name,
	    "ntp.example.org");
}

/* However long there was no network: it may be there any minute. */
static void
a_name_without_an_answer_is_asked_for_every_minute(void **state)
{
	struct msg_conf_source source = world_source("ntp.example.org");
	int i;

	(void)state;
	world_configure(&world, &source, 1);
	for (i = 1; i <= 2000; i++) {
		world_run(&world, 10.0 * i);
		world_resolve(&world, NULL, 0);
	}
	world.asked = 0;
	world_run(&world, 20000 + 70);
	assert_int_equal(world.asked, 1);
}

static void
an_answer_that_never_comes_is_asked_for_again(void **state)
{
	struct msg_conf_source source = world_source("ntp.example.org");

	(void)state;
	world_configure(&world, &source, 1);
	world_run(&world, 20);
	assert_int_equal(world.asked, 1);
	world_run(&world, 100);
	assert_true(world.asked >= 2);
}

static void
names_do_not_lead_to_ourselves(void **state)
{
	static const char *const bait[] = { "127.0.0.1", "0.0.0.0",
	    "224.0.1.1", "255.255.255.255", "::1", "::", "ff02::101",
	    "::ffff:127.0.0.1", "192.0.2.1" };
	struct msg_conf_source source = world_source("ntp.example.org");

	(void)state;
	world_configure(&world, &source, 1);
	world_run(&world, 1);
	world_resolve(&world, bait, 8);
	assert_int_equal(mobilised(), 0);
	world_run(&world, 200);
	world_resolve(&world, bait, 9);
	assert_int_equal(mobilised(), 1);
	assert_int_not_equal(association(addresses[0]).id, 0);
}

static void
late_and_foreign_answers_are_ignored(void **state)
{
	struct msg_conf_source source = world_source("ntp.example.org");

	(void)state;
	world_configure(&world, &source, 1);
	world_run(&world, 1);
	world.question.header.id ^= 1;
	world_resolve(&world, addresses, 1);
	assert_int_equal(mobilised(), 0);
}

static struct msg_conf_source
pool(const char *name)
{
	struct msg_conf_source source = world_source(name);

	source.kind = SOURCE_POOL;
	return source;
}

static void
a_pool_takes_four_a_lookup_up_to_maxclock(void **state)
{
	struct msg_conf_source source = pool("pool.example.org");

	(void)state;
	world_configure(&world, &source, 1);
	world_run(&world, 1);
	world_resolve(&world, addresses, 16);
	assert_int_equal(mobilised(), 4);
	world_run(&world, 100);
	world_resolve(&world, addresses + 4, 12);
	assert_int_equal(mobilised(), 8);
	world_run(&world, 400);
	/* those that are there already do not count */
	world_resolve(&world, addresses, 16);
	assert_int_equal(mobilised(), 10);
	world.asked = 0;
	world_run(&world, 5000);
	assert_int_equal(world.asked, 0);
}

static void
a_pool_replaces_the_silent_and_the_denying(void **state)
{
	struct msg_conf_source source = pool("pool.example.org");

	(void)state;
	servers[1].silent = true;
	servers[2].kiss = KISS_DENY;
	world_configure(&world, &source, 1);
	world_run(&world, 1);
	world_resolve(&world, addresses, 4);
	assert_int_equal(mobilised(), 4);
	world_run(&world, 1000);
	assert_int_equal(association(addresses[1]).id, 0);
	assert_int_equal(association(addresses[2]).id, 0);
	assert_int_not_equal(association(addresses[0]).id, 0);
	assert_int_not_equal(association(addresses[3]).id, 0);
	/* the name is still good for others, but not for those */
	world_resolve(&world, addresses, 6);
	world_run(&world, 1010);
	assert_int_equal(association(addresses[1]).id, 0);
	assert_int_equal(association(addresses[2]).id, 0);
	assert_int_not_equal(association(addresses[4]).id, 0);
	assert_int_not_equal(association(addresses[5]).id, 0);
}

static void
a_pool_replaces_a_lasting_falseticker(void **state)
{
	struct msg_conf_source source = pool("pool.example.org");

	(void)state;
	servers[2].error = 1;
	world_configure(&world, &source, 1);
	world_run(&world, 1);
	world_resolve(&world, addresses, 4);
	world_run(&world, 100);
	assert_int_not_equal(association(addresses[2]).id, 0);
	world_run(&world, 4000);
	assert_int_equal(association(addresses[2]).id, 0);
}

/* A small pool, each of whose servers is off for a while. */
static void
a_pool_of_few_takes_back_who_was_silent(void **state)
{
	struct msg_conf_source source = pool("ntp.example.org");
	int i;

	(void)state;
	servers[2].kiss = KISS_DENY;
	world_configure(&world, &source, 1);
	world_run(&world, 1);
	world_resolve(&world, addresses, 3);
	world_run(&world, 1000);
	servers[1].silent = true;
	for (i = 1; i < 300; i++) {
		world_run(&world, 1000 + 100 * i);
		world_resolve(&world, addresses, 3);
	}
	servers[1].silent = false;
	for (; i < 330; i++) {
		world_run(&world, 1000 + 100 * i);
		world_resolve(&world, addresses, 3);
		assert_int_equal(association(addresses[2]).id, 0);
	}
	assert_int_not_equal(association(addresses[1]).id, 0);
	assert_int_not_equal(association(addresses[1]).reach, 0);
}

static void
a_pool_by_address_has_nobody_else(void **state)
{
	struct msg_conf_source sources[2];

	(void)state;
	sources[0] = pool(addresses[0]);
	sources[1] = world_source(addresses[1]);
	servers[0].silent = true;
	world_configure(&world, sources, 2);
	world_run(&world, 20000);
	assert_int_not_equal(association(addresses[0]).id, 0);
}

static void
names_are_asked_for_when_the_network_is_back(void **state)
{
	struct msg_conf_source sources[2];
	int i;

	(void)state;
	sources[0] = world_source(addresses[0]);
	sources[1] = world_source("ntp.example.org");
	servers[0].silent = true;
	world_configure(&world, sources, 2);
	for (i = 1; i < 1000; i++) {
		world_run(&world, 10 * i);
		world_resolve(&world, NULL, 0);
	}
	world.asked = 0;
	servers[0].silent = false;
	while (association(addresses[0]).reach == 0) {
		world_run(&world, 10 * i++);
		assert_true(i < 2000);
	}
	assert_true(world.asked > 0);
}

static void
a_pool_survives_a_dead_network(void **state)
{
	struct msg_conf_source source = pool("pool.example.org");
	size_t i;

	(void)state;
	world_configure(&world, &source, 1);
	world_run(&world, 1);
	world_resolve(&world, addresses, 4);
	world_run(&world, 1000);
	for (i = 0; i < 4; i++)
		servers[i].silent = true;
	world_run(&world, 20000);
	assert_int_equal(mobilised(), 4);
	for (i = 0; i < 4; i++)
		servers[i].silent = false;
	world_run(&world, 23000);
	for (i = 0; i < 4; i++)
		assert_int_not_equal(association(addresses[i]).reach, 0);
}

static void
an_unreachable_server_is_looked_up_again(void **state)
{
	struct msg_conf_source source = world_source("ntp.example.org");

	(void)state;
	world_configure(&world, &source, 1);
	world_run(&world, 1);
	world_resolve(&world, addresses, 1);
	world_run(&world, 500);
	world.asked = 0;
	servers[0].silent = true;
	world_run(&world, 2500);
	assert_true(world.asked > 0);
	world_resolve(&world, addresses, 1);	/* no other address: kept */
	assert_int_not_equal(association(addresses[0]).id, 0);
	world_run(&world, 5000);
	world_resolve(&world, addresses, 2);
	world_run(&world, 5100);
	assert_int_equal(association(addresses[0]).id, 0);
	assert_int_not_equal(association(addresses[1]).id, 0);
	assert_int_equal(mobilised(), 1);
}

static void
no_address_is_asked_twice(void **state)
{
	struct msg_conf_source sources[2];

	(void)state;
	sources[0] = world_source(addresses[0]);
	sources[1] = world_source("ntp.example.org");
	world_configure(&world, sources, 2);
	world_run(&world, 1);
	world_resolve(&world, addresses, 2);
	assert_int_equal(mobilised(), 2);
	assert_string_equal(association(addresses[1]).name,
	    "ntp.example.org");
}

/* Drops one, adds one, changes one: the others are as they were. */
static void
reload_keeps_what_did_not_change(void **state)
{
	struct association_variables before[3], after;
	struct msg_conf_source sources[4];
	unsigned int closes;
	size_t i;

	(void)state;
	configure(4);
	world_run(&world, 1000);
	/* a request in flight, of whichever association comes next */
	while (world.packets[0].used == false) {
		struct moment now;

		world.axis_ns = client_next(world.client);
		now = world_now(&world);
		client_timer(world.client, &now, &world.actions);
		world_execute(&world);
	}
	for (i = 0; i < 3; i++)
		before[i] = association(addresses[i]);
	closes = world.closes;
	for (i = 0; i < 3; i++)
		sources[i] = world_source(addresses[i]);
	sources[1].maxpoll = 8;
	sources[3] = world_source(addresses[7]);
	world_configure(&world, sources, 4);
	assert_int_equal(association(addresses[3]).id, 0);
	assert_int_not_equal(association(addresses[7]).id, 0);
	assert_true(world.closes <= closes + 1);
	for (i = 0; i < 3; i++) {
		after = association(addresses[i]);
		assert_int_equal(after.id, before[i].id);
		assert_int_equal(after.reach, before[i].reach);
		assert_int_equal(after.received, before[i].received);
		assert_true(after.offset_ns == before[i].offset_ns);
		assert_true(after.jitter_ns == before[i].jitter_ns);
	}
	world_run(&world, 1300);
	for (i = 0; i < 3; i++) {
		after = association(addresses[i]);
		assert_int_equal(after.sent, after.received);
		assert_int_equal(after.reach & 1, 1);
	}
}

static void
reload_a_thousand_times_changes_nothing(void **state)
{
	struct association_variables before;
	unsigned int requests, i;

	(void)state;
	configure(4);
	world_run(&world, 300);
	before = association(addresses[2]);
	requests = servers[2].requests;
	for (i = 0; i < 1000; i++)
		configure(4);
	assert_int_equal(association(addresses[2]).id, before.id);
	assert_int_equal(association(addresses[2]).reach, before.reach);
	assert_int_equal(servers[2].requests, requests);
	assert_int_equal(mobilised(), 4);
	configure(0);
	assert_int_equal(mobilised(), 0);
}

/* Nothing was measured: clockctl is told nothing. */
static void
reload_makes_no_samples(void **state)
{
	unsigned int samples;
	int i;

	(void)state;
	configure(2);
	world_run(&world, 2000);
	samples = world.samples;
	for (i = 0; i < 20; i++) {
		configure(2);
		world_run(&world, 2000 + 0.1 * i);
	}
	assert_in_range(world.samples, samples, samples + 1);
}

static void
reload_with_another_port_is_another_server(void **state)
{
	struct msg_conf_source source = world_source(addresses[0]);

	(void)state;
	world_configure(&world, &source, 1);
	world_run(&world, 100);
	source.port = 1123;
	world_configure(&world, &source, 1);
	assert_int_equal(mobilised(), 1);
	assert_int_equal(association(addresses[0]).id, 0);
}

static struct msg_conf_source
local_clock(void)
{
	struct msg_conf_source source = world_source("127.127.1.0");

	source.kind = SOURCE_LOCAL;
	source.stratum = 5;
	source.port = 0;
	return source;
}

static void
a_local_clock_alone_is_served_soon(void **state)
{
	struct msg_conf_source source = local_clock();
	struct system_variables v;

	(void)state;
	world_configure(&world, &source, 1);
	assert_int_equal(variables().stratum, 16);
	world_run(&world, 10);
	v = variables();
	assert_int_equal(v.stratum, 6);
	assert_int_equal(v.leap, NTP_LEAP_NONE);
	assert_int_equal(v.refid, 0x7f7f0100);
	assert_true(v.reftime_ns > 0);
	assert_true(v.root_dispersion_ns >= 10 * NS_PER_MS);
	assert_int_equal(world.samples, 0);
	assert_int_equal(world.events[CLIENT_LOCAL_CLOCK], 1);
	world_run(&world, 10000);
	assert_true(variables().reftime_ns > v.reftime_ns + 9900 * NS_PER_S);
	assert_int_equal(world.samples, 0);
}

static void
a_local_clock_waits_for_real_servers(void **state)
{
	struct msg_conf_source sources[2];

	(void)state;
	servers[0].silent = true;
	sources[0] = world_source(addresses[0]);
	sources[1] = local_clock();
	world_configure(&world, sources, 2);
	world_run(&world, 290);
	assert_int_equal(variables().stratum, 16);
	world_run(&world, 310);
	assert_int_equal(variables().stratum, 6);
	servers[0].silent = false;
	world_run(&world, 500);
	assert_int_equal(variables().stratum, 2);
	assert_int_equal(association(addresses[0]).selection,
	    SELECTION_SYSTEM_PEER);
	servers[0].silent = true;
	world_run(&world, 3500);
	assert_int_equal(variables().stratum, 6);
}

static void
the_last_source_gone_is_lived_on_for_a_while(void **state)
{
	struct system_variables before, after;

	(void)state;
	configure(1);
	world_run(&world, 2000);
	before = variables();
	servers[0].silent = true;
	world_run(&world, 6000);
	after = variables();
	assert_int_equal(after.stratum, 2);
	assert_int_equal(after.survivors, 0);
	assert_int_equal(after.system_peer, 0);
	/* 15 ppm of the time since */
	assert_true(after.root_dispersion_ns > before.root_dispersion_ns +
	    2000 * INT64_C(15000));
	assert_int_equal(world.events[CLIENT_UNSYNCHRONISED], 0);
	world_run(&world, 200000);
	assert_int_equal(variables().stratum, 16);
	assert_int_equal(variables().leap, NTP_LEAP_UNSYNCHRONISED);
	assert_int_equal(world.events[CLIENT_UNSYNCHRONISED], 1);
}

static void
what_is_published_is_never_better_than_the_truth(void **state)
{
	struct system_variables v;
	int i;

	(void)state;
	configure(3);
	for (i = 10; i < 3000; i++) {
		world_run(&world, i);
		v = variables();
		if (v.leap == NTP_LEAP_UNSYNCHRONISED)
			continue;
		assert_true(fabs(world_error(&world)) * 1e9 <=
		    (double)(v.root_dispersion_ns + v.root_delay_ns / 2));
		assert_true(v.deadline_boot_ns > v.stamp_boot_ns);
		assert_true(v.reftime_ns > 0);
		assert_true(v.reftime_ns <= world_now(&world).real_ns);
	}
}

static void
the_page_is_written_at_least_every_16_s(void **state)
{
	unsigned int publishes;

	(void)state;
	configure(1);
	world_run(&world, 20000);
	publishes = world.publishes;
	world_run(&world, 21600);
	assert_true(world.publishes - publishes >= 100);
}

static void
noselect_is_measured_only(void **state)
{
	struct msg_conf_source source = world_source(addresses[0]);

	(void)state;
	source.flags |= SOURCE_NOSELECT;
	world_configure(&world, &source, 1);
	world_run(&world, 1000);
	assert_int_equal(world.samples, 0);
	assert_int_equal(association(addresses[0]).cause, REJECT_NOSELECT);
	assert_true(association(addresses[0]).offset_ns != 0);
}

static void
strata_out_of_bounds_are_not_selected(void **state)
{
	struct msg_conf_system system = world_system();
	struct msg_conf_source sources[2];
	struct moment now;

	(void)state;
	sources[0] = world_source(addresses[0]);
	sources[1] = world_source(addresses[1]);
	servers[1].stratum = 4;
	world_configure(&world, sources, 2);
	system.floor = 2;
	system.ceiling = 4;
	now = world_now(&world);
	client_configure(world.client, &system, sources, 2, &now,
	    &world.actions);
	world_execute(&world);
	world_run(&world, 500);
	assert_int_equal(association(addresses[0]).cause, REJECT_STRATUM);
	assert_int_equal(association(addresses[1]).cause, REJECT_STRATUM);
	assert_int_equal(world.samples, 0);
}

static void
prefer_decides_among_survivors(void **state)
{
	struct msg_conf_source sources[3];
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		sources[i] = world_source(addresses[i]);
	sources[1].flags |= SOURCE_PREFER;
	servers[1].error = 0.002;
	world_configure(&world, sources, 3);
	world_run(&world, 2000);
	assert_int_equal(association(addresses[1]).selection,
	    SELECTION_SYSTEM_PEER);
	assert_true(fabs(world_error(&world) - 0.002) < 0.0005);
}

static void
a_server_below_stratum_15_makes_no_stratum_16(void **state)
{
	(void)state;
	servers[0].stratum = 15;
	configure(1);
	world_run(&world, 500);
	assert_int_equal(variables().stratum, 16);
	assert_int_equal(variables().leap, NTP_LEAP_UNSYNCHRONISED);
}

static void
a_refused_epoch_is_answered_with_a_new_sample(void **state)
{
	struct msg_applied applied = {
		.header = { MSG_APPLIED, sizeof(applied), 1 },
		.status = CLOCK_REFUSED_EPOCH, .step_epoch = 3,
	};
	unsigned int samples;
	struct moment now;

	(void)state;
	configure(1);
	world_run(&world, 300);
	samples = world.samples;
	now = world_now(&world);
	applied.axis_ns = now.axis_ns;
	world.frozen = true;
	client_applied(world.client, &applied, &now, &world.actions);
	world_execute(&world);
	world_run(&world, 301);
	assert_int_equal(world.samples, samples + 1);
	assert_int_equal(world.last.step_epoch, 3);
}

static void
status_is_a_valid_message(void **state)
{
	struct msg_status status;
	struct moment now;
	int i;

	(void)state;
	configure(3);
	for (i = 0; i < 400; i += 3) {
		world_run(&world, i);
		now = world_now(&world);
		client_status(world.client, &now, &status);
		assert_true(conf_status_valid(&status));
	}
	assert_int_equal(status.sources, 3);
	assert_int_equal(status.reachable, 3);
	assert_int_equal(status.survivors, 3);
	assert_int_equal(status.stratum, 2);
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(iburst_is_eight_and_then_minpoll),
		ROW(without_iburst_one_a_poll),
		ROW(burst_only_where_polls_are_rare),
		ROW(a_dead_server_is_not_pestered),
		ROW(it_comes_back_with_a_burst),
		ROW(reach_follows_the_polls),
		ROW(poll_rises_when_stable_and_stays_within_bounds),
		ROW(a_step_of_the_server_brings_the_poll_down),
		ROW(kisses_of_strangers_are_nothing),
		ROW(deny_stops_that_server),
		ROW(rate_slows_down_within_bounds_and_for_a_time),
		ROW(rate_never_exceeds_maxpoll),
		ROW(the_first_answer_counts_and_only_once),
		ROW(useless_servers_are_not_followed),
		ROW(a_server_that_loses_its_time_is_left_at_once),
		ROW(a_minority_of_liars_is_outvoted),
		ROW(without_a_majority_nothing_is_set),
		ROW(a_majority_lost_leaves_the_frequency),
		ROW(a_slow_drift_is_not_followed),
		ROW(a_clock_decades_off_is_no_reason_for_another_era),
		ROW(leap_by_majority_of_the_survivors),
		ROW(the_start_waits_for_more_than_half),
		ROW(the_time_is_told_when_the_clock_follows),
		ROW(the_start_is_quick_where_all_answer),
		ROW(samples_carry_what_clockctl_needs),
		ROW(requests_void_and_bursts_after_a_disturbance),
		ROW(a_name_is_asked_for_until_it_answers),
		ROW(a_name_without_an_answer_is_asked_for_every_minute),
		ROW(an_answer_that_never_comes_is_asked_for_again),
		ROW(names_do_not_lead_to_ourselves),
		ROW(late_and_foreign_answers_are_ignored),
		ROW(a_pool_takes_four_a_lookup_up_to_maxclock),
		ROW(a_pool_replaces_the_silent_and_the_denying),
		ROW(a_pool_replaces_a_lasting_falseticker),
		ROW(a_pool_of_few_takes_back_who_was_silent),
		ROW(a_pool_by_address_has_nobody_else),
		ROW(names_are_asked_for_when_the_network_is_back),
		ROW(a_pool_survives_a_dead_network),
		ROW(an_unreachable_server_is_looked_up_again),
		ROW(no_address_is_asked_twice),
		ROW(reload_keeps_what_did_not_change),
		ROW(reload_a_thousand_times_changes_nothing),
		ROW(reload_makes_no_samples),
		ROW(reload_with_another_port_is_another_server),
		ROW(a_local_clock_alone_is_served_soon),
		ROW(a_local_clock_waits_for_real_servers),
		ROW(the_last_source_gone_is_lived_on_for_a_while),
		ROW(what_is_published_is_never_better_than_the_truth),
		ROW(the_page_is_written_at_least_every_16_s),
		ROW(noselect_is_measured_only),
		ROW(strata_out_of_bounds_are_not_selected),
		ROW(prefer_decides_among_survivors),
		ROW(a_server_below_stratum_15_makes_no_stratum_16),
		ROW(a_refused_epoch_is_answered_with_a_new_sample),
		ROW(status_is_a_valid_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
