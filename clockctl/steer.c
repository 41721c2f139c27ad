/*
 * The calls that move the clock. See steer.h. Pure; trusts its caller, which
 * has asked the policy.
 */
#include "clockctl/steer.h"

#include <stdlib.h>

#include "common/ntp_time.h"

#define PPT_PER_NS_S	1000	/* 1 ns a second is 10^-9 */
#define REARM_NS	(20 * NS_PER_MS)	/* after the second's begin */
#define FLOOR_NS	NS_PER_US
/* A base frequency grows uncertain by 0.1 ppm an hour. */
#define WANDER_PPT	28	/* a second */
#define ERROR_MAX_NS	(16 * NS_PER_S)	/* the kernel's, NTP_PHASE_LIMIT */

int64_t
steer_scale(int64_t ns, int64_t ppt)
{
	int64_t whole = ns / NS_PER_S * ppt;	/* in 10^-3 ns */

	return whole / 1000 + (whole % 1000 * NS_PER_S +
	    ns % NS_PER_S * ppt) / (1000 * NS_PER_S);
}

int64_t
steer_clamp(int64_t value, int64_t limit)
{
	return value > limit ? limit : value < -limit ? -limit : value;
}

long
steer_to_kernel(int64_t ppt)
{
	int64_t half = ppt < 0 ? -PPT_PER_PPM / 2 : PPT_PER_PPM / 2;

	return (long)((ppt * 65536 + half) / PPT_PER_PPM);
}

int64_t
steer_from_kernel(long frequency)
{
	return (int64_t)frequency * PPT_PER_PPM / 65536;
}

static void
fill(struct timex *call, unsigned int modes, int status, int64_t base_ppt)
{
	*call = (struct timex){
		.modes = modes | ADJ_STATUS | ADJ_NANO | ADJ_FREQUENCY |
		    ADJ_TIMECONST | ADJ_OFFSET,
		.status = status, .freq = steer_to_kernel(base_ppt),
		.tick = 10000,	/* 10^6 / USER_HZ */
	};
}

void
steer_begin(struct steer *steer, int64_t base_ppt, int64_t sd_ppt,
    int64_t axis_ns, struct timex calls[2])
{
	*steer = (struct steer){
		.base_ppt = steer_clamp(base_ppt, STEER_FREQUENCY_MAX_PPT),
		.base_sd_ppt = sd_ppt, .sd_axis_ns = axis_ns,
	};
	calls[0] = (struct timex){ .modes = ADJ_OFFSET_SINGLESHOT };
	fill(&calls[1], ADJ_TICK, STA_PLL | STA_FREQHOLD | STA_UNSYNC,
	    steer->base_ppt);
}

int64_t
steer_frequency(struct steer *steer, const struct msg_sample *sample,
    int64_t axis_ns)
{
	int64_t own = steer_clamp(steer->base_sd_ppt + (axis_ns -
	    steer->sd_axis_ns) / NS_PER_S * WANDER_PPT, STEER_LIMIT_PPT);
	int64_t theirs = steer_clamp(sample->frequency_sd_ppt,
	    4 * STEER_LIMIT_PPT);
	int64_t difference = sample->frequency_ppt - steer->base_ppt;

	steer->sd_axis_ns = axis_ns;
	if (theirs <= own) {
		steer->base_sd_ppt = theirs;
		return sample->frequency_ppt;
	}
	/* The less is known, the less it moves: weight own^2 / sum, in 2^-10.
	 * What net knows it has told before, so the sd does not shrink. */
	steer->base_sd_ppt = own;
	return steer->base_ppt + difference / 1024 *
	    (own * own / ((own * own + theirs * theirs) / 1024 + 1));
}

void
steer_aim(struct steer *steer, const struct clock_pair *now,
    int64_t offset_ns, int64_t sd_ns)
{
	steer->slewing = true;
	steer->goal_axis_ns = now->axis_ns;
	steer->goal_real_ns = now->real_ns + offset_ns;
	steer->floor_ns = sd_ns / 16 > FLOOR_NS ? sd_ns / 16 : FLOOR_NS;
	steer->gain = llabs(offset_ns) > 2 * sd_ns ? 2 : 1;
}

int64_t
steer_remaining(const struct steer *steer, const struct clock_pair *now)
{
	int64_t passed = now->axis_ns - steer->goal_axis_ns;

	return steer->slewing ? steer->goal_real_ns + passed +
	    steer_scale(passed, steer->base_ppt) - now->real_ns : 0;
}

/*
 * What the kernel slews in this second: it took a quarter of what was armed,
 * so a third of what is left (it rounds). When nothing was armed there is
 * nothing to see; then the old chunk counts until the second's begin must
 * have been noticed.
 */
static void
find_chunk(struct steer *steer, int64_t real_ns, int64_t left_ns)
{
	if (llabs(left_ns - steer->armed_ns) > 1) {
		steer->chunk_ns = left_ns / 3;
		steer->armed_s = real_ns / NS_PER_S;
	} else if ((real_ns - REARM_NS) / NS_PER_S > steer->armed_s) {
		steer->armed_s = (real_ns - REARM_NS) / NS_PER_S;
		if (steer->armed_ns == 0)
			steer->chunk_ns = 0;
	}
}

void
steer_call(struct steer *steer, const struct clock_pair *now,
    const struct timex *kernel, int status, struct timex *call)
{
	int64_t rest, room, frequency;

	find_chunk(steer, now->real_ns, kernel->offset);
	rest = steer_remaining(steer, now) - steer->chunk_ns *
	    (NS_PER_S - now->real_ns % NS_PER_S) / NS_PER_S;
	/* what runs in this second cannot be taken back: it has its share */
	frequency = steer_clamp(steer->base_ppt, STEER_LIMIT_PPT -
	    (llabs(steer->chunk_ns) + 1) * PPT_PER_NS_S);
	/* less what rounding costs: the base frequency need not yield */
	room = (STEER_LIMIT_PPT - llabs(steer->base_ppt)) / PPT_PER_NS_S - 2;
	fill(call, ADJ_TICK, status, frequency);
	if (llabs(rest) <= steer->floor_ns)
		steer->gain = 1;	/* the kernel brings it to its end */
	steer->armed_ns = steer->slewing ?
	    steer_clamp(rest * steer->gain, 4 * room) : 0;
	call->offset = steer->armed_ns;
	if (llabs(rest) <= steer->floor_ns)
		steer->slewing = false;
}

void
steer_step(struct steer *steer, int64_t offset_ns, int status,
    struct timex *call)
{
	fill(call, ADJ_SETOFFSET, status, steer->base_ppt);
	call->time.tv_sec = offset_ns / NS_PER_S;
	call->time.tv_usec = offset_ns % NS_PER_S;	/* ns: ADJ_NANO */
	if (call->time.tv_usec < 0) {
		call->time.tv_sec--;
		call->time.tv_usec += NS_PER_S;
	}
	steer->armed_ns = 0;
	steer->chunk_ns = 0;
	steer->slewing = false;
}

void
steer_errors(struct timex *call, const struct msg_sample *sample,
    int64_t remaining_ns)
{
	call->modes |= ADJ_MAXERROR | ADJ_ESTERROR;
	call->maxerror = steer_clamp(sample->root_delay_ns / 2 +
	    sample->root_dispersion_ns + llabs(remaining_ns), ERROR_MAX_NS) /
	    NS_PER_US;
	call->esterror = steer_clamp(sample->offset_sd_ns, ERROR_MAX_NS) /
	    NS_PER_US;
}

int64_t
steer_wait(const struct clock_pair *now)
{
	int64_t wait = REARM_NS - now->real_ns % NS_PER_S;

	return wait > 0 ? wait : wait + NS_PER_S;
}
