/*
 * The words of ntpd-net: what the core reports becomes one line in the log,
 * rate limited per cause, so that no server can fill a disk.
 *
 * Debug level 1 (-d) has a line for each good sample. Tests and people read
 * it; its beginning is fixed, more words may be added at the end:
 *
 *	192.0.2.1 offset +0.300123456 s delay 0.000050123 s dispersion
 *	0.000001000 s stratum 2 reach 377 poll 6
 *
 * (on one line). offset: what has to be added to our clock as it is now.
 */
#ifndef NET_EVENTS_H
#define NET_EVENTS_H

#include <stdint.h>

#include "common/log.h"
#include "common/variables.h"
#include "net/core/client.h"

#define EVENTS_SECONDS_TEXT	32

struct events {
	struct log_limit events[CLIENT_EVENT_MAX];
	struct log_limit causes[REJECT_MAX];
	struct log_limit failures;	/* to send */
};

/* All zero is a fresh one. action: ACTION_EVENT. */
void	events_log(struct events *events, const struct action *action,
	    const struct client *client, const struct moment *now);

/* A request could not be sent, or came back as an ICMP error: the errno. */
void	events_failed(struct events *events, const struct address *to,
	    int error, const struct moment *now);

/* "+0.300123456", for values without a meaning of their own sign "0.3...".
 * text holds EVENTS_SECONDS_TEXT bytes. Returns text. */
char	*events_signed(int64_t ns, char *text);
char	*events_seconds(int64_t ns, char *text);

#endif
