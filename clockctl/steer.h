/*
 * How the clock is moved once the policy has said where to: a linear slew by
 * ADJ_OFFSET with time constant 0, re-armed 20 ms after each whole second of
 * CLOCK_REALTIME, beside a base frequency that stays in ADJ_FREQUENCY. The
 * kernel does a quarter of what is armed in the next second, so whatever is
 * killed leaves the base frequency and nothing running on.
 * Pure; runs in clockctl. Integers; ns, ppt.
 */
#ifndef CLOCKCTL_STEER_H
#define CLOCKCTL_STEER_H

#include <sys/timex.h>

#include <stdbool.h>
#include <stdint.h>

#include "common/clock_message.h"
#include "common/localclock.h"

/* |base frequency| + |slew| never above this: limit (a). */
#define STEER_LIMIT_PPT		(INT64_C(500) * 1000000)
/* The base frequency leaves 10 ppm of it for slewing. */
#define STEER_FREQUENCY_MAX_PPT	(INT64_C(490) * 1000000)

struct steer {
	int64_t		base_ppt;	/* frequency without the slew */
	int64_t		base_sd_ppt;
	int64_t		sd_axis_ns;	/* when base_sd_ppt was right */
	bool		slewing;	/* towards the goal */
	int64_t		goal_axis_ns;	/* true time was goal_real_ns here and
					 * runs on at 1 + base */
	int64_t		goal_real_ns;
	int64_t		floor_ns;	/* slew until this is left */
	int64_t		gain;		/* armed / still to go: 1 or 2 */
	int64_t		armed_ns;	/* ADJ_OFFSET of the last call */
	int64_t		armed_s;	/* the second chunk_ns belongs to */
	int64_t		chunk_ns;	/* the kernel does in this second */
};

/* a * ppt / 10^12 without overflow: |ns| to 290 years, |ppt| to 10^9. */
int64_t	steer_scale(int64_t ns, int64_t ppt);
/* ADJ_FREQUENCY (2^-16 ppm) and back, to the nearest. */
long	steer_to_kernel(int64_t ppt);
int64_t	steer_from_kernel(long frequency);
int64_t	steer_clamp(int64_t value, int64_t limit);

/* The first calls: an old adjtime(3) is ended; then all is put in order. */
void	steer_begin(struct steer *steer, int64_t base_ppt, int64_t sd_ppt,
	    int64_t axis_ns, struct timex calls[2]);

/* What the base frequency should become after a sample, its sd considered.
 * base_sd_ppt is updated; base_ppt is the caller's to set. */
int64_t	steer_frequency(struct steer *steer, const struct msg_sample *sample,
	    int64_t axis_ns);

/* From now on slew so that offset_ns is gone; sd_ns: how well it is known. */
void	steer_aim(struct steer *steer, const struct clock_pair *now,
	    int64_t offset_ns, int64_t sd_ns);

/* True minus real, as far as a slew is under way; else 0. */
int64_t	steer_remaining(const struct steer *steer,
	    const struct clock_pair *now);

/*
 * The call of this moment: frequency, status and the slew. kernel: as read
 * with now. Clears slewing when the rest is small enough to be left.
 */
void	steer_call(struct steer *steer, const struct clock_pair *now,
	    const struct timex *kernel, int status, struct timex *call);

/* The one call that steps by offset_ns and restores everything else. */
void	steer_step(struct steer *steer, int64_t offset_ns, int status,
	    struct timex *call);

/* Adds to a call what the kernel tells others about errors (RFC 5905 section
 * 11.2: root distance), with remaining_ns still to be slewed. */
void	steer_errors(struct timex *call, const struct msg_sample *sample,
	    int64_t remaining_ns);

/* ns from now to the next call that the slew needs. */
int64_t	steer_wait(const struct clock_pair *now);

#endif
