/*
 * See simulated.h. Linked by tests only.
 */
#include "clockctl/simulated.h"

#include <stdlib.h>
#include <string.h>

#include "common/ntp_time.h"

#define Q32		((__int128)1 << 32)
#define DAY_S		86400
#define FREQUENCY_MAX	((int64_t)500000 << 32)	/* 500 ppm */
#define PHASE_MAX_NS	500000000		/* of ADJ_OFFSET */
#define ERROR_MAX_US	16000000
#define READ_ONLY	(STA_PPSSIGNAL | STA_PPSJITTER | STA_PPSWANDER | \
			STA_PPSERROR | STA_CLOCKERR | STA_NANO | STA_MODE | \
			STA_CLK)

static void
judge_rate(struct simulated *s)
{
	int64_t sum = (int64_t)((llabs(s->frequency) + llabs(s->chunk)) *
	    (__int128)1000 / Q32);

	if (sum > s->worst_rate_ppt)
		s->worst_rate_ppt = sum;
}

/* ntp_clear(): what any step does, and a refused one as well. The state of
 * the leap second stays, but not when it is due. */
static void
clear(struct simulated *s)
{
	s->adjust_ns = s->adjust_chunk_ns = 0;
	s->status |= STA_UNSYNC;
	s->maxerror_us = s->esterror_us = ERROR_MAX_US;
	s->offset = s->chunk = 0;
	s->leap_s = INT64_MAX;
}

static int64_t
midnight_after(int64_t second)
{
	return second + DAY_S - second % DAY_S;
}

/* The states of a leap second; what has to be added to the clock. */
static int
leap_state(struct simulated *s, int64_t second)
{
	switch (s->state) {
	case TIME_INS:
	case TIME_DEL:
		if ((s->status & (s->state == TIME_INS ? STA_INS :
		    STA_DEL)) == 0) {
			s->leap_s = INT64_MAX;
			s->state = TIME_OK;
		} else if (s->state == TIME_INS && second == s->leap_s) {
			s->state = TIME_OOP;
			s->tai++;
			return -1;
		} else if (s->state == TIME_DEL && second == s->leap_s - 1) {
			s->leap_s = INT64_MAX;
			s->state = TIME_WAIT;
			s->tai--;
			return 1;
		}
		break;
	case TIME_OOP:
		s->leap_s = INT64_MAX;
		s->state = TIME_WAIT;
		break;
	case TIME_WAIT:
		if ((s->status & (STA_INS | STA_DEL)) == 0)
			s->state = TIME_OK;
		break;
	default:
		if (s->status & STA_INS) {
			s->state = TIME_INS;
			s->leap_s = midnight_after(second);
		} else if (s->status & STA_DEL) {
			s->state = TIME_DEL;
			s->leap_s = midnight_after(second + 1);
		}
	}
	return 0;
}

/* second_overflow(): the chunk of the second that begins. */
static void
begin_second(struct simulated *s)
{
	int64_t second = simulated_real(s) / NS_PER_S;
	int leap = leap_state(s, second);

	s->real += leap * NS_PER_S * Q32;
	s->begun_s = second + leap;
	s->maxerror_us += 500;
	if (s->maxerror_us > ERROR_MAX_US) {
		s->maxerror_us = ERROR_MAX_US;
		s->status |= STA_UNSYNC;
	}
	/* towards zero, both signs alike */
	s->chunk = s->offset / ((int64_t)1 << (2 + s->constant));
	s->offset -= s->chunk;
	s->adjust_chunk_ns = s->adjust_ns > 500000 ? 500000 :
	    s->adjust_ns < -500000 ? -500000 : s->adjust_ns;
	s->adjust_ns -= s->adjust_chunk_ns;
	judge_rate(s);
}

/* ns of real time (2^-32) that one ns of the axis makes, * 10^9 */
static __int128
rate(const struct simulated *s)
{
	return ((__int128)s->tick_us * 100000 + s->adjust_chunk_ns) * Q32 +
	    s->frequency + s->chunk;
}

void
simulated_advance(struct simulated *s, int64_t axis_ns)
{
	__int128 next, step;
	int64_t part;

	while (s->axis_ns < axis_ns) {
		next = ((s->begun_s + 1) * (__int128)NS_PER_S +
		    s->late_ns) * Q32;
		step = next - s->real;
		part = axis_ns - s->axis_ns;
		if (step > part * rate(s) / NS_PER_S) {
			s->real += part * rate(s) / NS_PER_S;
			s->axis_ns = axis_ns;
			break;
		}
		if (step > 0) {
			part = (int64_t)(step * NS_PER_S / rate(s)) + 1;
			s->real += part * rate(s) / NS_PER_S;
			s->axis_ns += part;
		}
		begin_second(s);
	}
}

int64_t
simulated_real(const struct simulated *s)
{
	return (int64_t)(s->real / Q32);
}

void
simulated_init(struct simulated *s, int64_t axis_ns, int64_t real_ns)
{
	memset(s, 0, sizeof(*s));
	s->axis_ns = axis_ns;
	s->real = real_ns * Q32;
	s->begun_s = real_ns / NS_PER_S;
	s->tick_us = 10000;
	s->status = STA_UNSYNC;
	s->constant = 2;
	s->maxerror_us = s->esterror_us = ERROR_MAX_US;
	s->leap_s = INT64_MAX;
}

void
simulated_set(struct simulated *s, int64_t real_ns)
{
	s->real = real_ns * Q32;
	s->begun_s = real_ns / NS_PER_S;
	clear(s);
}

void
simulated_suspend(struct simulated *s, int64_t for_ns, int64_t error_ns)
{
	s->axis_ns += for_ns;
	s->suspended_ns += for_ns;
	s->real += (for_ns + error_ns) * Q32;
	s->begun_s = simulated_real(s) / NS_PER_S;
}

static void
fill_out(const struct simulated *s, struct timex *call)
{
	call->offset = (long)(s->offset / (int64_t)Q32 /
	    (s->status & STA_NANO ? 1 : NS_PER_US));
	/* 2^-16 ppm: ns/s * 65536 / 1000 */
	call->freq = (long)(s->frequency / 1000 / 65536);
	call->maxerror = s->maxerror_us;
	call->esterror = s->esterror_us;
	call->status = s->status;
	call->constant = s->constant;
	call->tick = s->tick_us;
	call->tai = s->tai;
}

static void
set_status(struct simulated *s, int status)
{
	if ((s->status & STA_PLL) && !(status & STA_PLL)) {
		s->state = TIME_OK;
		s->status = STA_UNSYNC;
		s->leap_s = INT64_MAX;
	}
	s->status = (s->status & READ_ONLY) | (status & ~READ_ONLY);
}

static int64_t
within(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

/* Without STA_PLL the offset is ignored; without FREQHOLD it would also move
 * the frequency, which nobody who uses this model may want. */
static void
set_offset(struct simulated *s, int64_t offset)
{
	if ((s->status & STA_PLL) == 0)
		return;
	if ((s->status & STA_FREQHOLD) == 0)
		abort();
	if ((s->status & STA_NANO) == 0)
		offset *= NS_PER_US;
	s->offset = within(offset, -PHASE_MAX_NS, PHASE_MAX_NS) * (int64_t)Q32;
}

static void
set_rest(struct simulated *s, const struct timex *call)
{
	unsigned int modes = call->modes;

	if (modes & ADJ_STATUS)
		set_status(s, call->status);
	if (modes & ADJ_NANO)
		s->status |= STA_NANO;
	if (modes & ADJ_MICRO)
		s->status &= ~STA_NANO;
	if (modes & ADJ_FREQUENCY)
		s->frequency = within((int64_t)call->freq * 1000 * 65536,
		    -FREQUENCY_MAX, FREQUENCY_MAX);
	if (modes & ADJ_MAXERROR)
		s->maxerror_us = within(call->maxerror, 0, ERROR_MAX_US);
	if (modes & ADJ_ESTERROR)
		s->esterror_us = within(call->esterror, 0, ERROR_MAX_US);
	if (modes & ADJ_TIMECONST)
		s->constant = (long)within(call->constant +
		    (s->status & STA_NANO ? 0 : 4), 0, 10);
	if ((modes & ADJ_TAI) && call->constant >= 0)
		s->tai = (int)call->constant;
	if (modes & ADJ_OFFSET)
		set_offset(s, call->offset);
	if (modes & ADJ_TICK)
		s->tick_us = call->tick;
}

/* Result before 1970 or out of range: refused, and the state lost. */
static bool
inject(struct simulated *s, const struct timex *call)
{
	__int128 real;

	if (call->time.tv_usec < 0 || call->time.tv_usec >= NS_PER_S ||
	    (call->modes & ADJ_NANO) == 0)
		return false;
	real = s->real + (call->time.tv_sec * (__int128)NS_PER_S +
	    call->time.tv_usec) * Q32;
	clear(s);
	if (real < 0 || real / Q32 > INT64_MAX / 2)
		return false;
	s->real = real;
	s->begun_s = simulated_real(s) / NS_PER_S;
	return true;
}

static bool
change(struct simulated *s, const struct timex *call)
{
	if (s->refuse)
		return false;
	if (call->modes == ADJ_OFFSET_SINGLESHOT) {
		s->adjust_ns = call->offset * NS_PER_US;
		return true;
	}
	if ((call->modes & ADJ_TICK) &&
	    (call->tick < 9000 || call->tick > 11000))
		return false;
	if ((call->modes & ADJ_SETOFFSET) && !inject(s, call))
		return false;
	set_rest(s, call);
	return true;
}

static bool
simulated_apply(void *state, struct timex *call)
{
	struct simulated *s = state;
	bool done;

	if (s->spy != NULL)
		s->spy(s->context, call);
	s->calls++;
	done = change(s, call);
	s->refused += !done;
	judge_rate(s);
	fill_out(s, call);
	return done;
}

static void
simulated_read(void *state, struct clock_pair *now, struct timex *timex)
{
	const struct simulated *s = state;

	memset(timex, 0, sizeof(*timex));
	fill_out(s, timex);
	if ((s->status & STA_NANO) == 0)
		timex->offset *= NS_PER_US;
	now->real_ns = simulated_real(s);
	now->axis_ns = s->axis_ns;
	now->suspended_ns = s->suspended_ns;
	now->width_ns = 0;
}

const struct clock_backend simulated_backend = {
	simulated_read, simulated_apply, NULL
};
