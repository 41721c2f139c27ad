/*
 * What clockctl is told and what it answers. Pure; the validators run in
 * clockctl, in net and in the parent, each for what it receives.
 *
 * Signs: an offset is what has to be added (true time minus ours), as in RFC
 * 5905; a frequency is what has to be added to the oscillator's own rate, as
 * in ADJ_FREQUENCY and the drift file: positive where the oscillator is slow.
 */
#ifndef COMMON_CLOCK_MESSAGE_H
#define COMMON_CLOCK_MESSAGE_H

#include "common/message.h"

/* Both directions of the channel net <-> clockctl. */
enum clock_net_message {
	MSG_SAMPLE = 0x0101,		/* net -> clockctl */
	MSG_APPLIED = 0x0181		/* clockctl -> net */
};

/* Both directions of the channel parent <-> clockctl. */
enum clock_parent_message {
	MSG_LIMITS = 0x0201,		/* parent -> clockctl */
	MSG_NEWNET,
	MSG_PING,
	MSG_CLOCK_READY = 0x0281,	/* clockctl -> parent */
	MSG_LIMITS_ACK,
	MSG_STATE,
	MSG_PONG
};

/* Bounds that a valid message keeps, whatever the policy then says. */
#define CLOCK_FREQUENCY_MAX_PPT	(INT64_C(500) * 1000000)
#define CLOCK_TIME_MAX_NS	(INT64_C(7258118400) * 1000000000) /* 2200 */
#define CLOCK_POLL_MAX_S	(1 << 17)
/* Beyond this a frequency is not known at all. */
#define CLOCK_FREQUENCY_SD_MAX_PPT	(1000000 * INT64_C(1000000))

enum sample_flag {
	/* Steer the frequency only: the sources do not agree on the time. */
	SAMPLE_FREQUENCY_ONLY = 1 << 0
};

/*
 * The combined estimate of the selected sources. At axis_ns of the local axis
 * (ntp_time.h) true time was axis_ns + offset_ns, and it runs on at
 * 1 + frequency of the axis. offset_ns is therefore large (time since 1970
 * less time since boot) and its error is offset_sd_ns.
 */
struct msg_sample {
	struct message_header header;	/* id: sequence, grows by 1 or more */
	uint32_t	net_epoch;	/* as NEWNET gave it to this net */
	uint32_t	step_epoch;	/* as the last APPLIED said */
	uint8_t		leap;		/* 0 none, 1 insert, 2 delete: majority
					 * of the survivors (LI values) */
	uint8_t		survivors;	/* at least 1 */
	uint8_t		stratum;	/* of the system peer, 0 to 15 */
	uint8_t		flags;		/* enum sample_flag */
	uint32_t	poll_s;		/* time to the next sample expected */
	int64_t		axis_ns;	/* of the estimate */
	int64_t		suspended_ns;	/* part of axis_ns spent suspended */
	int64_t		offset_ns;
	int64_t		offset_sd_ns;	/* >= 0 */
	int64_t		frequency_ppt;
	int64_t		frequency_sd_ppt; /* >= 0 */
	int64_t		root_delay_ns;	/* >= 0 */
	int64_t		root_dispersion_ns; /* >= 0 */
};
MESSAGE_ASSERT_SIZE(struct msg_sample, 88);

enum clock_status {
	CLOCK_IDLE,		/* no sample yet, or nothing to do */
	CLOCK_SLEWING,
	CLOCK_STEPPED,
	CLOCK_HELD,		/* beyond the policy: clock left alone */
	CLOCK_DISABLED,		/* disable ntp: measured only */
	/* Refused, and why: */
	CLOCK_REFUSED_EPOCH,	/* another net, or measured before a step */
	CLOCK_REFUSED_STALE,	/* too old, from the future, or suspended */
	CLOCK_REFUSED_ORDER,	/* sequence did not grow */
	CLOCK_REFUSED_RATE,	/* more than 8 a second: not looked at */
	CLOCK_STATUS_MAX
};

/* Why the clock is held (status CLOCK_HELD); 0 where it is not. */
enum clock_hold {
	HOLD_NONE,
	HOLD_PANIC,		/* offset beyond the panic threshold */
	HOLD_DATE,		/* would leave the window floor..ceiling */
	HOLD_BUDGET,		/* displacement account used up */
	HOLD_FREQUENCY,		/* not used: a frequency beyond its hourly bound
				 * is cut to it, the offset still followed */
	HOLD_STEPS,		/* step needed, but none is left */
	HOLD_STEPOUT,		/* beyond the step threshold, waiting stepout */
	HOLD_KERNEL,		/* the kernel refused the call */
	HOLD_MAX
};

/*
 * The reply to a SAMPLE, and unasked after a step or when a slew ended.
 * virtual_*: with --observe, what the virtual clock differs from
 * CLOCK_REALTIME: virtual_ns at axis_ns, running on at virtual_ppt; else 0.
 */
struct msg_applied {
	struct message_header header;	/* id: of the sample, 0 if unasked */
	uint32_t	net_epoch;
	uint32_t	step_epoch;	/* counts steps; in each sample, too */
	uint8_t		status;		/* enum clock_status */
	uint8_t		hold;		/* enum clock_hold */
	uint8_t		synchronised;	/* STA_UNSYNC is clear */
	uint8_t		leap;		/* armed in the kernel: 0, 1, 2 */
	uint32_t	kernel_status;	/* STA_* bits */
	int64_t		axis_ns;	/* when the rest was true */
	int64_t		remaining_ns;	/* offset still to go (true - clock) */
	int64_t		frequency_ppt;	/* base frequency in the kernel */
	int64_t		virtual_ns;
	int64_t		virtual_ppt;
};
MESSAGE_ASSERT_SIZE(struct msg_applied, 64);

enum limits_flag {
	LIMITS_FIRST_ANY = 1 << 0,	/* -g: first offset may exceed panic */
	LIMITS_NO_STEP = 1 << 1,	/* -x: slew where classic would step
					 * (up to 600 s) */
	LIMITS_DISABLED = 1 << 2,	/* disable ntp */
	LIMITS_FREQUENCY = 1 << 3	/* frequency_ppt is from a drift file */
};

/*
 * The policy, from the parent, and what of it has been used up before this
 * clockctl was started. 0 in a threshold means never (panic 0, step 0).
 */
struct msg_limits {
	struct message_header header;	/* id: generation */
	uint32_t	flags;		/* enum limits_flag */
	uint32_t	stepout_s;
	int64_t		panic_ns;
	int64_t		step_forward_ns;
	int64_t		step_back_ns;
	int64_t		floor_s;	/* since 1970: never set before this */
	int64_t		ceiling_s;	/* nor after this */
	int64_t		frequency_ppt;	/* of the drift file */
	int64_t		leap_at_s;	/* leap table: next UTC midnight with a
					 * leap second, since 1970; 0 unknown.
					 * With sign 0: none until then */
	int16_t		leap_sign;	/* +1, -1 at leap_at_s; else 0 */
	int16_t		tai_offset_s;	/* TAI - UTC now; 0 unknown */
	uint32_t	spent_start;	/* start rules used up in this boot */
	uint32_t	spent_steps;	/* steps, forgotten with the sum */
	uint32_t	reserved;	/* 0 */
	int64_t		spent_step_ns;	/* sum of their sizes */
	int64_t		spent_since_axis_ns; /* local axis: the last of them;
					 * forgotten a day after it */
	int64_t		budget_left_ns;	/* as the last STATE of this boot said;
					 * looked at if spent_start */
};
MESSAGE_ASSERT_SIZE(struct msg_limits, 112);

/* A net was started: samples of any other epoch are not its own. */
struct msg_newnet {
	struct message_header header;	/* id: net epoch, never 0 */
};
MESSAGE_ASSERT_SIZE(struct msg_newnet, 8);

/* PING, PONG, CLOCK_READY and LIMITS_ACK have no body; id says which. */
struct msg_clock_signal {
	struct message_header header;
};
MESSAGE_ASSERT_SIZE(struct msg_clock_signal, 8);

/* What changed, so that the parent can log it; clockctl logs nothing. */
enum clock_event {
	EVENT_NONE,		/* periodic, or a figure changed */
	EVENT_STEPPED,		/* value_ns: by how much */
	EVENT_SYNCHRONISED,	/* STA_UNSYNC was cleared */
	EVENT_UNSYNCHRONISED,
	EVENT_HELD,		/* value_ns: the offset that was refused */
	EVENT_RESUMED,		/* hold ended */
	EVENT_FOREIGN_SET,	/* somebody else set the clock; value_ns */
	EVENT_FOREIGN_ADJUST,	/* somebody else changed frequency or status */
	EVENT_SUSPENDED,	/* value_ns: time spent suspended */
	EVENT_LEAP_ARMED,
	EVENT_LEAP_DONE,
	EVENT_NET_INVALID,	/* net broke the protocol: restart it */
	EVENT_MAX
};

struct msg_state {
	struct message_header header;	/* id: generation in force */
	uint8_t		event;		/* enum clock_event */
	uint8_t		hold;		/* enum clock_hold */
	uint8_t		synchronised;
	uint8_t		last_refusal;	/* enum clock_status */
	uint32_t	refusals;	/* samples refused so far */
	uint32_t	step_epoch;
	uint32_t	spent_start;	/* as in LIMITS, to be kept */
	uint32_t	spent_steps;
	uint32_t	frequency_known;/* worth a drift file */
	int64_t		spent_step_ns;
	int64_t		spent_since_axis_ns;
	int64_t		value_ns;	/* by event */
	int64_t		remaining_ns;	/* offset still to go */
	int64_t		frequency_ppt;	/* base frequency */
	int64_t		frequency_sd_ppt;
	int64_t		budget_left_ns;	/* of the displacement account */
};
MESSAGE_ASSERT_SIZE(struct msg_state, 88);

/* What clockctl receives: clock_message.c. */
bool	clock_sample_valid(const void *message);
bool	clock_limits_valid(const void *message);
bool	clock_newnet_valid(const void *message);

/* What it sends: clock_report.c. */
bool	clock_applied_valid(const void *message);
bool	clock_state_valid(const void *message);

/* low <= value <= high; a base frequency within CLOCK_FREQUENCY_MAX_PPT. */
bool	clock_within(int64_t value, int64_t low, int64_t high);
bool	clock_frequency_valid(int64_t ppt);

#endif
