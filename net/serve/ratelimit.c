/*
 * Token buckets of clients; runs in serve. Pure. Trusts nothing: the address of
 * a request is whatever its sender wrote.
 */
#include "net/serve/ratelimit.h"

#include <string.h>

#include "net/serve/siphash.h"

static_assert(sizeof(struct ratelimit_client) == CONF_CLIENT_SIZE,
    "mru maxmem counts clients of another size");

/* Inputs of the hash that are no client's: IPv4 and IPv6 end otherwise. */
enum { SALT_IPV4 = 4, SALT_IPV6 = 6, SALT_RANDOM = 9 };

void
ratelimit_init(struct ratelimit *limit, struct ratelimit_client *clients,
    uint32_t room, const uint64_t key[2])
{
	memset(limit, 0, sizeof(*limit));
	limit->clients = clients;
	limit->room = room;
	limit->key[0] = key[0];
	limit->key[1] = key[1];
}

void
ratelimit_configure(struct ratelimit *limit,
    const struct msg_conf_limit *values)
{
	uint32_t clients = values->clients < limit->room ? values->clients :
	    limit->room, sets;

	if (clients < RATELIMIT_CLIENTS_MIN)
		clients = RATELIMIT_CLIENTS_MIN;
	sets = values->enabled ? clients / RATELIMIT_WAYS : 0;
	if (sets != limit->sets)
		memset(limit->clients, 0, (size_t)limit->sets *
		    RATELIMIT_WAYS * sizeof(limit->clients[0]));
	limit->sets = sets;
	limit->interval_ns = values->interval_ns;
	limit->capacity_ns = values->interval_ns * values->burst;
	limit->minimum_ns = values->minimum_ns;
	limit->kod_interval_ns = values->kod_interval_ns;
	limit->max_age_ns = values->max_age_ns;
}

static uint64_t
ratelimit_name(const struct ratelimit *limit, const struct address *client)
{
	uint64_t words[2], name;

	words[0] = 0;
	memcpy(&words[0], client->bytes, client->family == 4 ? 4 : 8);
	words[1] = client->family == 4 ? SALT_IPV4 : SALT_IPV6;
	name = siphash(limit->key, words);
	return name == 0 ? 1 : name;
}

static uint64_t
ratelimit_random(struct ratelimit *limit)
{
	const uint64_t words[2] = { limit->draws++, SALT_RANDOM };

	return siphash(limit->key, words);
}

/* What is missing in the bucket, in ns; free places count as full ones. */
static int64_t
ratelimit_missing(const struct ratelimit *limit,
    const struct ratelimit_client *client, int64_t now_ns)
{
	int64_t missing = client->full_ns - now_ns;

	if (client->name == 0 || missing <= 0 || now_ns - client->last_ns >
	    limit->max_age_ns)
		return 0;
	/* the clock ran backwards, or the bucket was larger */
	return missing < limit->capacity_ns ? missing : limit->capacity_ns;
}

/* The place of that client, where it is or where it is to be. */
static struct ratelimit_client *
ratelimit_find(const struct ratelimit *limit, uint64_t name, int64_t now_ns)
{
	struct ratelimit_client *set, *fullest;
	int64_t missing, least = INT64_MAX;
	size_t i;

	set = &limit->clients[((name >> 32) * limit->sets >> 32) *
	    RATELIMIT_WAYS];
	fullest = &set[0];
	for (i = 0; i < RATELIMIT_WAYS; i++)
		if (set[i].name == name)
			return &set[i];
	for (i = 0; i < RATELIMIT_WAYS; i++) {
		missing = ratelimit_missing(limit, &set[i], now_ns);
		if (missing < least) {
			least = missing;
			fullest = &set[i];
		}
	}
	*fullest = (struct ratelimit_client){ .name = name,
	    .full_ns = now_ns, .last_ns = now_ns - limit->minimum_ns };
	return fullest;
}

/* Over the limit. */
static enum ratelimit_verdict
ratelimit_refuse(struct ratelimit *limit, struct ratelimit_client *client,
    bool kod, int64_t now_ns)
{
	if (ratelimit_random(limit) % RATELIMIT_LEAK == 0)
		return RATELIMIT_PASS;
	if (!kod || limit->kod_interval_ns == 0)
		return RATELIMIT_DROP;
	if (client->kod_ns - now_ns > limit->kod_interval_ns)
		client->kod_ns = now_ns;	/* the clock ran backwards */
	if (now_ns < client->kod_ns)
		return RATELIMIT_DROP;
	client->kod_ns = now_ns + limit->kod_interval_ns;
	return RATELIMIT_RATE;
}

enum ratelimit_verdict
ratelimit_request(struct ratelimit *limit, const struct address *address,
    bool kod, int64_t now_ns)
{
	struct ratelimit_client *client;
	int64_t missing, cost, since;

	if (limit->sets == 0)
		return RATELIMIT_PASS;
	client = ratelimit_find(limit, ratelimit_name(limit, address), now_ns);
	missing = ratelimit_missing(limit, client, now_ns);
	since = now_ns - client->last_ns;
	cost = limit->interval_ns;
	if (since >= 0 && since < limit->minimum_ns)
		cost *= 2;
	client->full_ns = now_ns + missing;
	if (missing > limit->capacity_ns - cost)
		return ratelimit_refuse(limit, client, kod, now_ns);
	client->full_ns += cost;
	client->last_ns = now_ns;
	return RATELIMIT_PASS;
}
