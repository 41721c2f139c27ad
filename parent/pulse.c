/*
 * Signs of life. Runs in the parent.
 */
#include "parent/pulse.h"

#include "common/channel.h"
#include "common/clock_message.h"
#include "common/conf_message.h"
#include "parent/supervise.h"

void
pulse_ping(struct supervisor *supervisor, uint32_t number)
{
	struct msg_conf_signal ping = {
		.header = { .size = sizeof(ping), .id = number }
	};
	struct child *child;
	int i;

	for (i = 0; i < ROLE_MAX; i++) {
		child = &supervisor->children[i];
		if (child->state != CHILD_RUNNING || child->channel < 0)
			continue;
		ping.header.type = i == ROLE_CLOCKCTL ? MSG_PING :
		    MSG_CONF_PING;
		/* A full channel will show as a PING not answered. */
		(void)channel_send(child->channel, &ping, -1);
		/* who is new here has missed none so far */
		if (child->ping == 0)
			child->pong = number - 1;
		child->ping = number;
	}
}

bool
pulse_all_alive(const struct supervisor *supervisor, uint32_t number)
{
	const struct child *child;
	int i;

	for (i = 0; i < ROLE_MAX; i++) {
		child = &supervisor->children[i];
		if (child->wanted && (child->state != CHILD_RUNNING ||
		    child->pong != number))
			return false;
	}
	return true;
}
