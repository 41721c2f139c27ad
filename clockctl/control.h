/*
 * Ties policy, steering and a clock together: what main.c does when a message
 * comes or time has passed, without the messages' way. Runs in clockctl, and
 * in tests on a simulated kernel. Believes net nothing, the parent its LIMITS.
 */
#ifndef CLOCKCTL_CONTROL_H
#define CLOCKCTL_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "clockctl/kernel.h"
#include "clockctl/policy.h"
#include "clockctl/steer.h"

/* Takes a msg_state (for the parent) or a msg_applied (for net), as its header
 * says; it may be lost. */
typedef void control_send(void *context, const struct message_header *message);

struct control {
	const struct clock_backend *clock;
	void		*clock_state;
	control_send	*send;
	void		*context;
	struct policy	policy;
	struct steer	steer;
	struct clock_pair now;		/* the last reading */
	struct timex	kernel;		/* and what the kernel said */
	struct msg_state state;		/* hold, synchronised and refusals are
					 * kept here; the rest as reported */
	bool		enabled;	/* LIMITS came, and not disabled */
	uint8_t		leap;		/* armed */
	struct timex	written;	/* as we last gave it to the kernel */
	int64_t		leap_after_ns;	/* axis: not armed before (a step) */
	int64_t		handled_ns;	/* axis: the last sample */
	int64_t		state_due_ns;	/* axis */
};

/* clock_state and context stay the caller's; all else becomes zero. */
void	control_init(struct control *control,
	    const struct clock_backend *clock, void *clock_state,
	    control_send *send, void *context);

/* Messages, valid. */
void	control_limits(struct control *control,
	    const struct msg_limits *limits);
void	control_sample(struct control *control,
	    const struct msg_sample *sample);

/* net broke the protocol: the parent is told, and no sample is handled until
 * there is another net. */
void	control_net_invalid(struct control *control);
/* A sample that was refused; or overtaken by a newer one before its turn. */
void	control_refused(struct control *control, enum clock_status why);

/* Time passed: to be called when control_wait says, or earlier. */
void	control_turn(struct control *control);
/* ns until then, at the reading of the last call. */
int64_t	control_wait(const struct control *control);
/* ns until the next sample may be handled (8 a second); <= 0: now. INT64_MAX:
 * there is no net, or it is not heard any more. */
int64_t	control_sample_wait(const struct control *control);

/* The end: nothing runs on. */
void	control_end(struct control *control);

#endif
