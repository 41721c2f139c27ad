/*
 * Part of ntpd-net: configuration from the parent, which it trusts, but not to
 * the point of taking what cannot be: that is a fault, and net is restarted.
 */
#include "net/configure.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/address.h"
#include "common/log.h"
#include "common/message.h"

enum { STATE_IDLE = 1, STATE_RECEIVING = 2,
	STATE_ANY = STATE_IDLE | STATE_RECEIVING };

void
configure_init(struct configure *configure, uint8_t family)
{
	memset(configure, 0, sizeof(*configure));
	configure->family = family;
}

static void
configure_begin(void *context, const void *message, int fd)
{
	struct configure *configure = context;
	const struct msg_conf_begin *begin = message;

	(void)fd;
	if (begin->header.id <= configure->generation)
		configure->broken = true;
	configure->receiving = true;
	configure->complete = false;
	configure->has_system = false;
	configure->nsources = 0;
	configure->generation = begin->header.id;
	configure->items = begin->items;
}

/* Every item counts, and is of the generation that is being built. */
static bool
configure_item(struct configure *configure, const struct message_header *header)
{
	if (configure->items == 0 || header->id != configure->generation) {
		configure->broken = true;
		return false;
	}
	configure->items--;
	return true;
}

static void
configure_source(void *context, const void *message, int fd)
{
	struct configure *configure = context;
	const struct msg_conf_source *source = message;
	struct msg_conf_source *next;
	struct address numeric;

	(void)fd;
	if (!configure_item(configure, &source->header))
		return;
	if (configure->nsources == CONF_SOURCES_MAX) {
		configure->broken = true;
		return;
	}
	next = &configure->sources[configure->nsources++];
	*next = *source;
	if (next->family == 0 && next->kind != SOURCE_LOCAL &&
	    !address_from_text(next->name, &numeric))
		next->family = configure->family;
}

static void
configure_system(void *context, const void *message, int fd)
{
	struct configure *configure = context;
	const struct msg_conf_system *system = message;

	(void)fd;
	if (!configure_item(configure, &system->header))
		return;
	if (configure->has_system)
		configure->broken = true;
	configure->system = *system;
	configure->has_system = true;
}

static void
configure_log(void *context, const void *message, int fd)
{
	const struct message_header *header = message;

	(void)context;
	log_replace(fd, header->id);
}

static void
configure_end(void *context, const void *message, int fd)
{
	struct configure *configure = context;
	const struct msg_conf_signal *signal = message;

	(void)fd;
	if (signal->header.id != configure->generation ||
	    configure->items != 0 || !configure->has_system)
		configure->broken = true;
	configure->receiving = false;
	configure->complete = true;
}

static void
configure_ping(void *context, const void *message, int fd)
{
	struct configure *configure = context;
	const struct msg_conf_signal *signal = message;

	(void)fd;
	configure->pinged = true;
	configure->ping_id = signal->header.id;
}

static const struct message_rule configure_rules[] = {
	{ MSG_CONF_BEGIN, sizeof(struct msg_conf_begin), 0, STATE_IDLE,
	    conf_begin_valid, configure_begin },
	{ MSG_CONF_SOURCE, sizeof(struct msg_conf_source), 0, STATE_RECEIVING,
	    conf_source_valid, configure_source },
	{ MSG_CONF_SYSTEM, sizeof(struct msg_conf_system), 0, STATE_RECEIVING,
	    conf_system_valid, configure_system },
	{ MSG_CONF_LOG, sizeof(struct msg_conf_signal), 1, STATE_IDLE,
	    NULL, configure_log },
	{ MSG_CONF_END, sizeof(struct msg_conf_signal), 0, STATE_RECEIVING,
	    NULL, configure_end },
	{ MSG_CONF_PING, sizeof(struct msg_conf_signal), 0, STATE_ANY,
	    NULL, configure_ping },
};

enum channel_result
configure_receive(struct configure *configure, int fd)
{
	enum channel_result result;

	result = channel_receive(fd, configure_rules,
	    sizeof(configure_rules) / sizeof(configure_rules[0]),
	    configure->receiving ? STATE_RECEIVING : STATE_IDLE, configure);
	if (configure->broken) {
		errno = EPROTO;
		return CHANNEL_INVALID;
	}
	return result;
}
