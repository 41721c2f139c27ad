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

/* Where reports go; they may be lost. */
struct control_output {
	void	(*state)(void *context, const struct msg_state *state);
	void	(*applied)(void *context, const struct msg_applied *applied);
	void	*context;
};

struct control {
	const struct clock_backend *clock;
	void		*clock_state;
	struct control_output output;
	struct policy	policy;
	struct steer	steer;
	struct clock_pair now;		/* the last reading */
	struct timex	kernel;		/* and what the kernel said */
	bool		enabled;	/* LIMITS came, and not disabled */
	bool		synchronised;	/* we cleared STA_UNSYNC */
	uint8_t		hold;
	uint8_t		leap;		/* armed */
	uint8_t		last_refusal;
	uint32_t	refusals;
	int		written_status;	/* as we last gave them to the kernel */
	long		written_freq;
	int64_t		leap_after_ns;	/* axis: not armed before (a step) */
	int64_t		handled_ns;	/* axis: the last sample */
	int64_t		state_due_ns;	/* axis */
};

/* context of clock and output are the caller's; all else becomes zero. */
void	control_init(struct control *control,
	    const struct clock_backend *clock, void *clock_state,
	    const struct control_output *output);

/* Messages, valid. */
void	control_limits(struct control *control,
	    const struct msg_limits *limits);
void	control_newnet(struct control *control, uint32_t net_epoch);
void	control_sample(struct control *control,
	    const struct msg_sample *sample);

/* net broke the protocol: the parent is told. */
void	control_net_invalid(struct control *control);
/* A sample was overtaken by a newer one before its turn. */
void	control_overtaken(struct control *control);

/* Time passed: to be called when control_wait says, or earlier. */
void	control_turn(struct control *control);
/* ns until then, at the reading of the last call. */
int64_t	control_wait(const struct control *control);
/* ns until the next sample may be handled (8 a second); <= 0: now. */
int64_t	control_sample_wait(const struct control *control);

/* The end: nothing runs on. */
void	control_end(struct control *control);

#endif
