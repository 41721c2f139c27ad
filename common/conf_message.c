/*
 * Validators of the configuration messages and of what a role reports back.
 * Pure; run by net, serve and resolver for what the parent says, and by the
 * parent for what net says. Type and size were checked by the channel.
 */
#include "common/conf_message.h"

#include <string.h>

#include "common/ntp_time.h"

#define RESTRICTS_MAX	((CONF_RESTRICTS_MAX + CONF_RESTRICTS_PART - 1) / \
			    CONF_RESTRICTS_PART)
#define ITEMS_MAX	(CONF_SOURCES_MAX + CONF_LISTEN_MAX + \
			    RESTRICTS_MAX + 16)
#define FLAGS_ALL	(SOURCE_IBURST | SOURCE_BURST | SOURCE_PREFER | \
			    SOURCE_NOSELECT | SOURCE_TRUE)
/* Generous: what a file may say is the parser's to judge. */
#define COUNT_MAX	100000
#define WAIT_MAX_S	(30 * 86400)
#define DISTANCE_MAX_NS	(INT64_C(65536) * NS_PER_S)
#define BIAS_MAX_NS	(INT64_C(86400) * NS_PER_S)
#define AGE_MAX_NS	(INT64_C(5000000000) * NS_PER_S)
#define BURST_MAX	10000
#define INTERVAL_MAX_NS	(INT64_C(100000) * NS_PER_S)

bool
conf_name_valid(const char *name)
{
	size_t i;

	for (i = 0; i < CONF_NAME_MAX && name[i] != '\0'; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	return i > 0 && i < CONF_NAME_MAX;
}

bool
conf_begin_valid(const void *message)
{
	const struct msg_conf_begin *begin = message;

	return begin->items <= ITEMS_MAX && begin->reserved == 0;
}

bool
conf_source_valid(const void *message)
{
	const struct msg_conf_source *source = message;

	return source->kind < SOURCE_KIND_MAX &&
	    (source->family == 0 || source->family == 4 ||
	    source->family == 6) &&
	    source->minpoll >= 3 && source->minpoll <= source->maxpoll &&
	    source->maxpoll <= 17 &&
	    (source->version == 3 || source->version == 4) &&
	    source->stratum <= 15 &&
	    (source->port != 0 || source->kind == SOURCE_LOCAL) &&
	    (source->flags & ~(uint32_t)FLAGS_ALL) == 0 &&
	    source->key <= 65535 &&
	    source->bias_ns >= -BIAS_MAX_NS && source->bias_ns <= BIAS_MAX_NS &&
	    conf_name_valid(source->name);
}

bool
conf_system_valid(const void *message)
{
	const struct msg_conf_system *system = message;

	return system->minsane <= COUNT_MAX && system->minclock <= COUNT_MAX &&
	    system->maxclock <= COUNT_MAX && system->floor <= 16 &&
	    system->ceiling <= 16 && system->orphan_wait_s <= WAIT_MAX_S &&
	    system->mindist_ns >= 0 && system->mindist_ns <= DISTANCE_MAX_NS &&
	    system->maxdist_ns >= 0 && system->maxdist_ns <= DISTANCE_MAX_NS;
}

bool
conf_listen_valid(const void *message)
{
	static const uint8_t zero[sizeof(((struct msg_conf_listen *)0)->
	    reserved)];
	const struct msg_conf_listen *listen = message;

	return (listen->family == 4 || listen->family == 6) &&
	    listen->loopback <= 1 &&
	    memcmp(listen->reserved, zero, sizeof(zero)) == 0;
}

static bool
restrict_is_canonical(const struct conf_restrict_row *row)
{
	unsigned int bit;

	for (bit = row->prefix; bit < 128; bit++)
		if (row->bytes[bit / 8] >> (7 - bit % 8) & 1)
			return false;
	return true;
}

static bool
restrict_row_valid(const struct conf_restrict_row *row)
{
	bool source = row->action == RESTRICT_SOURCE ||
	    row->action == RESTRICT_SOURCE_TAKE;

	if (row->action >= RESTRICT_ACTION_MAX || row->reserved != 0 ||
	    (row->flags & ~(uint32_t)RESTRICT_ALL) != 0 ||
	    !restrict_is_canonical(row))
		return false;
	if (source)
		return row->family == 0 && row->prefix == 0;
	return (row->family == 4 && row->prefix <= 32) ||
	    (row->family == 6 && row->prefix <= 128);
}

bool
conf_restrict_valid(const void *message)
{
	static const struct conf_restrict_row unused;
	const struct msg_conf_restrict *restricts = message;
	uint32_t i;

	if (restricts->count < 1 || restricts->count > CONF_RESTRICTS_PART ||
	    restricts->reserved != 0)
		return false;
	for (i = 0; i < restricts->count; i++)
		if (!restrict_row_valid(&restricts->rows[i]))
			return false;
	for (; i < CONF_RESTRICTS_PART; i++)
		if (memcmp(&restricts->rows[i], &unused, sizeof(unused)) != 0)
			return false;
	return true;
}

/* A bucket, interval times burst, stays far from the end of 64 bits. */
bool
conf_limit_valid(const void *message)
{
	static const uint8_t zero[sizeof(((struct msg_conf_limit *)0)->
	    reserved)];
	const struct msg_conf_limit *limit = message;

	return limit->interval_ns >= 1 &&
	    limit->interval_ns <= INTERVAL_MAX_NS &&
	    limit->burst >= 1 && limit->burst <= BURST_MAX &&
	    limit->minimum_ns >= 0 && limit->minimum_ns <= AGE_MAX_NS &&
	    limit->kod_interval_ns >= 0 &&
	    limit->kod_interval_ns <= AGE_MAX_NS &&
	    limit->max_age_ns >= 0 && limit->max_age_ns <= AGE_MAX_NS &&
	    limit->clients >= 1 && limit->clients <= CONF_CLIENTS_MAX &&
	    limit->enabled <= 1 &&
	    memcmp(limit->reserved, zero, sizeof(zero)) == 0;
}

bool
conf_status_valid(const void *message)
{
	static const uint8_t zero[sizeof(((struct msg_status *)0)->reserved)];
	const struct msg_status *status = message;

	return status->leap <= 3 && status->stratum <= 16 &&
	    status->survivors <= status->sources &&
	    status->reachable <= status->sources &&
	    memcmp(status->reserved, zero, sizeof(zero)) == 0 &&
	    status->reserved2 == 0 && status->jitter_ns >= 0 &&
	    status->root_distance_ns >= 0;
}
