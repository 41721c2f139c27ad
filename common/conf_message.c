/*
 * Validators of the configuration messages and of what a role reports back.
 * Pure; run by net, serve and resolver for what the parent says, and by the
 * parent for what net says. Type and size were checked by the channel.
 */
#include "common/conf_message.h"

#include <string.h>

#include "common/ntp_time.h"

#define ITEMS_MAX	(CONF_SOURCES_MAX + CONF_LISTEN_MAX + 16)
#define FLAGS_ALL	(SOURCE_IBURST | SOURCE_BURST | SOURCE_PREFER | \
			    SOURCE_NOSELECT | SOURCE_TRUE)
/* Generous: what a file may say is the parser's to judge. */
#define COUNT_MAX	100000
#define WAIT_MAX_S	(30 * 86400)
#define DISTANCE_MAX_NS	(INT64_C(65536) * NS_PER_S)
#define BIAS_MAX_NS	(INT64_C(86400) * NS_PER_S)

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
