/*
 * The configuration as messages: CONF_BEGIN .. CONF_END for net, serve and
 * the resolver, LIMITS for clockctl. Start-up and reload send the same. Parent
 * only.
 */
#ifndef PARENT_PUSH_H
#define PARENT_PUSH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/clock_message.h"

struct conf;
struct names;
struct options;
struct sockets;
struct state_account;

/* A log that the child shall use from now on. fd -1: as before. */
struct push_log {
	int		fd;
	int		target;		/* enum log_target */
};

/*
 * channel: the parent's end. False, with errno, if a message could not be
 * sent: the child does not read, or is gone; it has to be started again.
 */
bool	push_net(int channel, uint32_t generation, const struct conf *conf,
	    const struct push_log *log);
bool	push_serve(int channel, uint32_t generation, const struct conf *conf,
	    const struct names *names, const struct sockets *sockets,
	    const struct push_log *log);
bool	push_resolver(int channel, uint32_t generation,
	    const struct push_log *log);

/* What LIMITS is made of besides the configuration. */
struct push_policy {
	const struct options *options;
	const struct state_account *account;
	bool		disabled;	/* as with disable ntp */
	bool		frequency_known;
	int64_t		frequency_ppt;	/* of the drift file */
	int64_t		leap_at_s;	/* of the leap file; 0 unknown */
	int16_t		leap_sign;
	int16_t		tai_offset_s;
};

/*
 * Pure. With -q a step threshold that the file leaves at its default becomes
 * 10 ms: who sets the clock once wants it set, not slewed for minutes.
 */
void	push_limits(uint32_t generation, const struct conf *conf,
	    const struct push_policy *policy, struct msg_limits *limits);

#endif
