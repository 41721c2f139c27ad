/*
 * ntpd-net's end of the channel from the parent: builds the next configuration
 * aside while it comes in, and says when it is whole. The owner then takes it
 * and answers (CONF_ACK, ALIVE); nothing is applied here.
 */
#ifndef NET_CONFIGURE_H
#define NET_CONFIGURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/channel.h"
#include "common/conf_message.h"

struct configure {
	bool		receiving;	/* between BEGIN and END */
	bool		complete;	/* set by END: take it, then clear */
	bool		broken;		/* the parent broke the protocol */
	bool		pinged;		/* answer ALIVE with ping_id, clear */
	bool		has_system;
	uint8_t		family;		/* -4, -6: for names that are free */
	uint32_t	ping_id;
	uint32_t	generation;
	uint32_t	items;		/* announced by BEGIN, still to come */
	size_t		nsources;
	struct msg_conf_system system;
	struct msg_conf_source sources[CONF_SOURCES_MAX];
};

/* family: 0, 4 or 6. */
void	configure_init(struct configure *configure, uint8_t family);

/* At most one message from the parent; CHANNEL_INVALID also for one that is
 * out of order. */
enum channel_result configure_receive(struct configure *configure, int fd);

#endif
