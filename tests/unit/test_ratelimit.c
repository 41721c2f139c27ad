/* net/serve/ratelimit: who behaves is answered, who does not is not muted. */
#include "net/serve/ratelimit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/ntp_time.h"
#include "net/serve/siphash.h"

#define ROOM	65536
#define START	(1000000 * NS_PER_S)

static struct ratelimit_client clients[ROOM];
static const uint64_t key[2] = { UINT64_C(0x0123456789abcdef),
	UINT64_C(0xfedcba9876543210) };

/* What ntp.conf says where it says nothing. */
static struct msg_conf_limit
defaults(void)
{
	return (struct msg_conf_limit){ .interval_ns = NS_PER_S, .burst = 20,
	    .kod_interval_ns = 2 * NS_PER_S, .max_age_ns = 3600 * NS_PER_S,
	    .clients = 32768, .enabled = 1 };
}

static void
begin(struct ratelimit *limit, const struct msg_conf_limit *values)
{
	memset(clients, 0, sizeof(clients));
	ratelimit_init(limit, clients, ROOM, key);
	ratelimit_configure(limit, values);
}

static struct address
ipv4(uint32_t number)
{
	return (struct address){ .family = 4, .bytes = { (uint8_t)(number >>
	    24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
	    (uint8_t)number } };
}

static bool
passes(struct ratelimit *limit, uint32_t number, int64_t now_ns)
{
	struct address client = ipv4(number);

	return ratelimit_request(limit, &client, false, now_ns) ==
	    RATELIMIT_PASS;
}

/* The authors' vector for these 16 bytes. */
static void
the_hash_is_siphash(void **state)
{
	const uint64_t words[2] = { UINT64_C(0x0706050403020100),
	    UINT64_C(0x0f0e0d0c0b0a0908) };

	(void)state;
	assert_true(siphash(words, words) == UINT64_C(0x3f2acc7f57c29bdb));
}

static void
what_clients_do_passes(void **state)
{
	static const struct {
		const char	*what;
		int64_t		every_ns;
		unsigned int	count;
	} uses[] = {
		{ "burst of 8 at 2 s", 2 * NS_PER_S, 8 },
		{ "iburst again and again", 2 * NS_PER_S, 1000 },
		{ "ntpdate: 4 at once", NS_PER_MS, 4 },
		{ "8 at once", 0, 8 },
		{ "sntp, 20 in a row", 10 * NS_PER_MS, 20 },
		{ "an office behind one address, 1 a second", NS_PER_S,
		    100000 },
		{ "minpoll 3", 8 * NS_PER_S, 10000 },
		{ "maxpoll 17", 131072 * NS_PER_S, 10 },
	};
	struct msg_conf_limit values = defaults();
	struct ratelimit limit;
	unsigned int i;
	size_t use;

	(void)state;
	for (use = 0; use < sizeof(uses) / sizeof(uses[0]); use++) {
		begin(&limit, &values);
		for (i = 0; i < uses[use].count; i++)
			if (!passes(&limit, 0xc0000201, START +
			    i * uses[use].every_ns))
				fail_msg("%s: request %u", uses[use].what, i);
	}
}

/* An address shared by many: random moments, 1 a second on average. */
static void
a_shared_address_of_one_a_second_rarely_waits(void **state)
{
	struct msg_conf_limit values = defaults();
	struct ratelimit limit;
	int64_t now_ns = START;
	uint64_t seed = 1;
	unsigned int i, refused = 0;

	(void)state;
	begin(&limit, &values);
	for (i = 0; i < 100000; i++) {
		const uint64_t words[2] = { seed++, 0 };

		/* 0 to 2.2 s: 10 % below what the bucket gives */
		now_ns += (int64_t)(siphash(key, words) % 2200) * NS_PER_MS;
		refused += !passes(&limit, 0xc0000201, now_ns);
	}
	assert_true(refused < 100000 / 100);
}

static unsigned int
flood(struct ratelimit *limit, uint32_t number, unsigned int count,
    int64_t from_ns, int64_t every_ns)
{
	unsigned int i, passed = 0;

	for (i = 0; i < count; i++)
		passed += passes(limit, number, from_ns + i * every_ns);
	return passed;
}

static void
beyond_the_burst_there_is_the_average_and_one_in_16(void **state)
{
	struct msg_conf_limit values = defaults();
	struct ratelimit limit;
	unsigned int passed;

	(void)state;
	begin(&limit, &values);
	/* 100 s at 1000 a second: 20, 100, and 1/16 of the rest, 6242 */
	passed = flood(&limit, 7, 100000, START, NS_PER_MS);
	assert_in_range(passed, 120 + 5700, 120 + 6800);
	/* the next one's bucket is its own */
	assert_int_equal(flood(&limit, 8, 20, START + 100 * NS_PER_S, 0), 20);
}

/* Not for long: of any 200 requests in a row some are answered. */
static void
nobody_is_ever_muted(void **state)
{
	struct msg_conf_limit values = defaults();
	struct ratelimit limit;
	unsigned int i;

	(void)state;
	values.burst = 1;
	values.interval_ns = 100000 * NS_PER_S;
	values.minimum_ns = 3600 * NS_PER_S;
	begin(&limit, &values);
	(void)flood(&limit, 7, 10, START, 0);
	for (i = 0; i < 1000; i++)
		assert_true(flood(&limit, 7, 200, START + i, 0) > 0);
}

static void
an_ipv6_client_is_its_64_bits(void **state)
{
	struct msg_conf_limit values = defaults();
	struct ratelimit limit;
	struct address client;
	unsigned int i, passed = 0;

	(void)state;
	begin(&limit, &values);
	assert_true(address_from_text("2001:db8:1:2::", &client));
	for (i = 0; i < 1000; i++) {
		client.bytes[8 + i % 8] = (uint8_t)i;
		passed += ratelimit_request(&limit, &client, false, START) ==
		    RATELIMIT_PASS;
	}
	assert_in_range(passed, 20 + 30, 20 + 100);
	client.bytes[7] ^= 1;
	for (i = 0; i < 20; i++)
		assert_int_equal(ratelimit_request(&limit, &client, false,
		    START), RATELIMIT_PASS);
	/* ::c000:201/64 and 192.0.2.1 are not one client */
	assert_int_equal(flood(&limit, 0x20010db8, 20, START, 0), 20);
}

static void
rate_is_told_rarely_and_only_who_may_be_told(void **state)
{
	struct msg_conf_limit values = defaults();
	struct address client = ipv4(9);
	unsigned int i, told = 0;
	struct ratelimit limit;

	(void)state;
	begin(&limit, &values);
	for (i = 0; i < 60000; i++)
		told += ratelimit_request(&limit, &client, true,
		    START + i * NS_PER_MS) == RATELIMIT_RATE;
	assert_in_range(told, 25, 31);	/* 60 s, one in 2 s */
	for (i = 0; i < 60000; i++)
		assert_int_not_equal(ratelimit_request(&limit, &client, false,
		    START + 60 * NS_PER_S + i * NS_PER_MS), RATELIMIT_RATE);
	values.kod_interval_ns = 0;
	ratelimit_configure(&limit, &values);
	for (i = 0; i < 60000; i++)
		assert_int_not_equal(ratelimit_request(&limit, &client, true,
		    START + 120 * NS_PER_S + i * NS_PER_MS), RATELIMIT_RATE);
}

static void
sooner_than_the_minimum_costs_two(void **state)
{
	struct msg_conf_limit values = defaults();
	struct ratelimit limit;
	unsigned int i;

	(void)state;
	values.interval_ns = 1000 * NS_PER_S;
	values.minimum_ns = 2 * NS_PER_S;
	begin(&limit, &values);
	assert_int_equal(flood(&limit, 1, 20, START, 2 * NS_PER_S), 20);
	begin(&limit, &values);
	for (i = 0; i < 10; i++)	/* 1 + 9 * 2 */
		assert_true(passes(&limit, 1, START + i));
	assert_in_range(flood(&limit, 1, 160, START + 10, 1), 1, 30);
}

/*
 * A hundred times as many addresses as the table has room for, again and again,
 * take nothing from a client that behaves.
 */
static void
a_flood_of_addresses_hurts_nobody_who_behaves(void **state)
{
	struct msg_conf_limit values = defaults();
	struct ratelimit limit;
	int64_t now_ns = START;
	uint32_t number = 0x0a000000, i;
	unsigned int round;

	(void)state;
	values.clients = 1024;
	begin(&limit, &values);
	for (round = 0; round < 100; round++) {
		/* burst of 8 at 2 s, 5000 strangers between two of it */
		for (i = 0; i < 8; i++) {
			assert_true(passes(&limit, 0xc0000201, now_ns));
			now_ns += 2 * NS_PER_S;
			(void)flood(&limit, ++number, 1, now_ns, 0);
			for (; number % 5000 != 0; number++)
				(void)passes(&limit, number, now_ns);
		}
		now_ns += 64 * NS_PER_S;
	}
}

/*
 * And whoever is over the limit is not rid of it so: strangers who have sent
 * one request each go first, however many there are.
 */
static void
nobody_washes_himself_clean_by_a_flood(void **state)
{
	struct msg_conf_limit values = defaults();
	struct ratelimit limit;
	unsigned int passed;
	uint32_t number;

	(void)state;
	values.clients = 1024;
	begin(&limit, &values);
	(void)flood(&limit, 0xc0000201, 100, START, 0);
	for (number = 1; number <= 200000; number++)
		(void)passes(&limit, number, START + number);
	passed = flood(&limit, 0xc0000201, 1600, START + 300000, 0);
	assert_in_range(passed, 50, 170);	/* 1 in 16, no new bucket */
}

static void
the_table_keeps_to_its_size(void **state)
{
	struct msg_conf_limit values = defaults();
	struct ratelimit limit;
	uint32_t number;
	size_t i, used = 0;

	(void)state;
	values.clients = 1000;
	begin(&limit, &values);
	for (number = 1; number <= 100000; number++)
		(void)passes(&limit, number, START);
	for (i = 0; i < 1000; i++)
		used += clients[i].name != 0;
	assert_true(used > 900);	/* it is used, all over */
	for (; i < ROOM; i++)
		assert_true(clients[i].name == 0);
	values.clients = 1;	/* one set is the least */
	ratelimit_configure(&limit, &values);
	for (number = 1; number <= 1000; number++)
		(void)passes(&limit, number, START);
	for (i = RATELIMIT_WAYS; i < ROOM; i++)
		assert_true(clients[i].name == 0);
	values.clients = CONF_CLIENTS_MAX;	/* more than there is room */
	ratelimit_configure(&limit, &values);
	for (number = 1; number <= 100000; number++)
		(void)passes(&limit, number, START);
}

static void
a_reload_keeps_the_buckets_unless_the_table_changes(void **state)
{
	struct msg_conf_limit values = defaults();
	struct ratelimit limit;

	(void)state;
	begin(&limit, &values);
	assert_int_equal(flood(&limit, 1, 20, START, 0), 20);
	ratelimit_configure(&limit, &values);
	assert_in_range(flood(&limit, 1, 1600, START, 0), 50, 170);
	values.burst = 5;	/* smaller: waits for 5 s, not for 20 */
	ratelimit_configure(&limit, &values);
	(void)passes(&limit, 1, START);
	assert_int_equal(flood(&limit, 1, 5, START + 6 * NS_PER_S, 0), 5);
	values.clients = 64;
	ratelimit_configure(&limit, &values);
	assert_int_equal(flood(&limit, 1, 5, START + 6 * NS_PER_S, 0), 5);
	values.enabled = 0;
	ratelimit_configure(&limit, &values);
	assert_int_equal(flood(&limit, 1, 5000, START, 0), 5000);
}

/* Backwards by any amount: nobody waits longer than a whole bucket takes. */
static void
a_clock_that_jumps_mutes_nobody(void **state)
{
	static const int64_t jumps[] = { -START, -NS_PER_S, -3600 * NS_PER_S,
		0, NS_PER_S, 3600 * NS_PER_S, 1000000 * NS_PER_S };
	struct msg_conf_limit values = defaults();
	struct address client = ipv4(3);
	struct ratelimit limit;
	unsigned int told, k;
	int64_t now_ns;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
		begin(&limit, &values);
		for (k = 0; k < 1000; k++)
			(void)ratelimit_request(&limit, &client, true, START);
		now_ns = START + jumps[i];
		(void)passes(&limit, 3, now_ns);
		now_ns += 21 * NS_PER_S;
		assert_int_equal(flood(&limit, 3, 20, now_ns, 0), 20);
		for (told = 0, k = 0; k < 1000; k++)
			told += ratelimit_request(&limit, &client, true,
			    now_ns + 2 * NS_PER_S + k) == RATELIMIT_RATE;
		assert_int_equal(told, 1);
	}
}

static void
whoever_has_not_asked_for_long_is_forgotten(void **state)
{
	struct msg_conf_limit values = defaults();
	struct ratelimit limit;

	(void)state;
	values.interval_ns = 1000 * NS_PER_S;	/* full after 20000 s */
	values.max_age_ns = 60 * NS_PER_S;
	begin(&limit, &values);
	assert_int_equal(flood(&limit, 1, 20, START, 0), 20);
	assert_in_range(flood(&limit, 1, 160, START + 60 * NS_PER_S, 0), 1,
	    30);
	assert_int_equal(flood(&limit, 1, 20, START + 61 * NS_PER_S, 0), 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_is_siphash),
		cmocka_unit_test(what_clients_do_passes),
		cmocka_unit_test(
		    a_shared_address_of_one_a_second_rarely_waits),
		cmocka_unit_test(
		    beyond_the_burst_there_is_the_average_and_one_in_16),
		cmocka_unit_test(nobody_is_ever_muted),
		cmocka_unit_test(an_ipv6_client_is_its_64_bits),
		cmocka_unit_test(rate_is_told_rarely_and_only_who_may_be_told),
		cmocka_unit_test(sooner_than_the_minimum_costs_two),
		cmocka_unit_test(
		    a_flood_of_addresses_hurts_nobody_who_behaves),
		cmocka_unit_test(nobody_washes_himself_clean_by_a_flood),
		cmocka_unit_test(the_table_keeps_to_its_size),
		cmocka_unit_test(
		    a_reload_keeps_the_buckets_unless_the_table_changes),
		cmocka_unit_test(a_clock_that_jumps_mutes_nobody),
		cmocka_unit_test(whoever_has_not_asked_for_long_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
