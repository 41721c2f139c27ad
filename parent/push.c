/*
 * Configuration to messages. Runs in the parent. What is sent here has been
 * checked by conf; the receivers check again, each for itself.
 */
#include "parent/push.h"

#include <string.h>

#include "common/channel.h"
#include "common/conf_message.h"
#include "common/ntp_time.h"
#include "conf/conf.h"
#include "config.h"
#include "parent/names.h"
#include "parent/options.h"
#include "parent/sockets.h"
#include "parent/state.h"

#define PUSH_QUICK_STEP_NS	(10 * NS_PER_MS)
#define PUSH_DEFAULT_STEP_NS	(128 * NS_PER_MS)

/*
 * No clock is right that says the daemon is older than its source, or that it
 * outlived it by 50 years: less than half an NTP era, so that a date of the
 * wrong era is never believed.
 */
#define PUSH_CEILING_S		(INT64_C(50) * 31556952)

static bool
push_signal(int channel, uint16_t type, uint32_t id, int fd)
{
	struct msg_conf_signal message = {
		.header = { .type = type, .size = sizeof(message), .id = id }
	};

	return channel_send(channel, &message, fd);
}

/* The log first: it is no part of a configuration. */
static bool
push_begin(int channel, uint32_t generation, size_t items,
    const struct push_log *log)
{
	struct msg_conf_begin begin = {
		.header = { .type = MSG_CONF_BEGIN, .size = sizeof(begin),
		    .id = generation },
		.items = (uint32_t)items
	};

	if (log->fd >= 0 && !push_signal(channel, MSG_CONF_LOG,
	    (uint32_t)log->target, log->fd))
		return false;
	return channel_send(channel, &begin, -1);
}

static bool
push_source(int channel, uint32_t generation, const struct conf_source *source)
{
	struct msg_conf_source message = source->settings;

	message.header.type = MSG_CONF_SOURCE;
	message.header.size = sizeof(message);
	message.header.id = generation;
	return channel_send(channel, &message, -1);
}

bool
push_net(int channel, uint32_t generation, const struct conf *conf,
    const struct push_log *log)
{
	const struct conf_source *source;
	struct msg_conf_system system = conf->system;

	system.header.type = MSG_CONF_SYSTEM;
	system.header.size = sizeof(system);
	system.header.id = generation;
	if (!push_begin(channel, generation, conf->nsources + 1, log) ||
	    !channel_send(channel, &system, -1))
		return false;
	for (source = conf->sources; source != NULL; source = source->next)
		if (!push_source(channel, generation, source))
			return false;
	return push_signal(channel, MSG_CONF_END, generation, -1);
}

/* Rows on their way into messages, or only counted: channel -1. */
struct push_rows {
	struct msg_conf_restrict message;
	int		channel;
	size_t		messages;
	bool		failed;
};

static void
push_rows_flush(struct push_rows *rows)
{
	if (rows->message.count == 0)
		return;
	rows->messages++;
	if (rows->channel >= 0 && !rows->failed)
		rows->failed = !channel_send(rows->channel, &rows->message,
		    -1);
	rows->message.count = 0;
	memset(rows->message.rows, 0, sizeof(rows->message.rows));
}

static void
push_row(struct push_rows *rows, const struct conf_restrict *rule,
    uint8_t family)
{
	struct conf_restrict_row *row;

	if (rows->message.count == CONF_RESTRICTS_PART)
		push_rows_flush(rows);
	row = &rows->message.rows[rows->message.count++];
	row->action = rule->source ? RESTRICT_SOURCE : RESTRICT_ADD;
	if (rule->remove)
		row->action = rule->source ? RESTRICT_SOURCE_TAKE :
		    RESTRICT_TAKE;
	row->flags = rule->flags & RESTRICT_ALL;
	row->family = family;
	if (family == 0)
		return;
	row->prefix = (uint8_t)rule->prefix;
	memcpy(row->bytes, rule->address.bytes, sizeof(row->bytes));
}

/* A name: a row for each of its addresses, as far as they are known. */
static void
push_name(struct push_rows *rows, const struct conf_restrict *rule,
    const struct name *name)
{
	struct conf_restrict resolved = *rule;
	unsigned int bit;
	size_t i;

	for (i = 0; i < name->count; i++) {
		resolved.address = name->addresses[i];
		if (resolved.prefix == 0)
			resolved.prefix = resolved.address.family == 4 ? 32 :
			    128;
		for (bit = resolved.prefix; bit < 128; bit++)
			resolved.address.bytes[bit / 8] &=
			    (uint8_t)~(1u << (7 - bit % 8));
		push_row(rows, &resolved, resolved.address.family);
		resolved.prefix = rule->prefix;
	}
}

static void
push_restrict(struct push_rows *rows, const struct conf_restrict *rule,
    const struct names *names)
{
	const struct name *name;

	if (rule->host != NULL) {
		name = names_find(names, rule->host, rule->address.family);
		if (name != NULL)
			push_name(rows, rule, name);
	} else if (rule->source || rule->address.family != 0) {
		push_row(rows, rule, rule->address.family);
	} else {
		push_row(rows, rule, 4);
		push_row(rows, rule, 6);
	}
}

/* channel -1: sends nothing. Returns the number of messages. */
static size_t
push_restricts(int channel, uint32_t generation, const struct conf *conf,
    const struct names *names, bool *failed)
{
	struct push_rows rows = {
		.message.header = { .type = MSG_CONF_RESTRICT,
		    .size = sizeof(rows.message), .id = generation },
		.channel = channel
	};
	const struct conf_restrict *rule;

	for (rule = conf->restricts; rule != NULL; rule = rule->next)
		push_restrict(&rows, rule, names);
	push_rows_flush(&rows);
	*failed = rows.failed;
	return rows.messages;
}

static bool
push_limit(int channel, uint32_t generation, const struct conf *conf)
{
	const struct conf_limit *limit = &conf->limit;
	const struct msg_conf_limit message = {
		.header = { .type = MSG_CONF_LIMIT, .size = sizeof(message),
		    .id = generation },
		.interval_ns = NS_PER_S * NS_PER_S / limit->average,
		.minimum_ns = limit->minimum_s * NS_PER_S,
		.kod_interval_ns = limit->kod == 0 ? 0 :
		    NS_PER_S * NS_PER_S / limit->kod,
		.max_age_ns = limit->maxage_s * NS_PER_S,
		.burst = (uint32_t)(limit->burst / NS_PER_S),
		.clients = limit->clients,
		.enabled = !conf->disable_monitor,
	};

	return channel_send(channel, &message, -1);
}

bool
push_serve(int channel, uint32_t generation, const struct conf *conf,
    const struct names *names, const struct sockets *sockets,
    const struct push_log *log)
{
	struct msg_conf_listen listen = {
		.header = { .type = MSG_CONF_LISTEN, .size = sizeof(listen),
		    .id = generation }
	};
	size_t i, restricts;
	bool failed;

	restricts = push_restricts(-1, generation, conf, names, &failed);
	if (!push_begin(channel, generation, sockets->count + restricts + 1,
	    log) || !push_limit(channel, generation, conf))
		return false;
	(void)push_restricts(channel, generation, conf, names, &failed);
	if (failed)
		return false;
	for (i = 0; i < sockets->count; i++) {
		listen.family = sockets->list[i].address.family;
		listen.loopback =
		    address_is_loopback(&sockets->list[i].address);
		if (!channel_send(channel, &listen, sockets->list[i].fd))
			return false;
	}
	return push_signal(channel, MSG_CONF_END, generation, -1);
}

bool
push_resolver(int channel, uint32_t generation, const struct push_log *log)
{
	return push_begin(channel, generation, 0, log) &&
	    push_signal(channel, MSG_CONF_END, generation, -1);
}

static uint32_t
push_flags(const struct conf *conf, const struct push_policy *policy)
{
	const struct options *options = policy->options;
	uint32_t flags = 0;

	if (options->first_any)
		flags |= LIMITS_FIRST_ANY;
	if (options->slew)
		flags |= LIMITS_NO_STEP;
	if (conf->disable_ntp || policy->disabled)
		flags |= LIMITS_DISABLED;
	if (policy->frequency_known)
		flags |= LIMITS_FREQUENCY;
	return flags;
}

void
push_limits(uint32_t generation, const struct conf *conf,
    const struct push_policy *policy, struct msg_limits *limits)
{
	const struct conf_tinker *tinker = &conf->tinker;
	const struct state_account *account = policy->account;

	memset(limits, 0, sizeof(*limits));
	limits->header.type = MSG_LIMITS;
	limits->header.size = sizeof(*limits);
	limits->header.id = generation;
	limits->flags = push_flags(conf, policy);
	limits->stepout_s = tinker->stepout_s;
	limits->panic_ns = tinker->panic_ns;
	limits->step_forward_ns = tinker->step_forward_ns;
	limits->step_back_ns = tinker->step_back_ns;
	if (policy->options->quit) {
		if (limits->step_forward_ns == PUSH_DEFAULT_STEP_NS)
			limits->step_forward_ns = PUSH_QUICK_STEP_NS;
		if (limits->step_back_ns == PUSH_DEFAULT_STEP_NS)
			limits->step_back_ns = PUSH_QUICK_STEP_NS;
	}
	limits->floor_s = BUILD_DATE;
	limits->ceiling_s = BUILD_DATE + PUSH_CEILING_S;
	if (policy->frequency_known)
		limits->frequency_ppt = policy->frequency_ppt;
	limits->leap_at_s = policy->leap_at_s;
	limits->leap_sign = policy->leap_sign;
	limits->tai_offset_s = policy->tai_offset_s;
	limits->spent_start = account->spent_start;
	limits->spent_steps = account->spent_steps;
	limits->spent_step_ns = account->spent_step_ns;
	limits->spent_since_axis_ns = account->spent_since_axis_ns;
	limits->budget_left_ns = account->budget_left_ns;
}
