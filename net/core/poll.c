/*
 * The poll process (RFC 5905 section 13): when the next request of an
 * association leaves. Pure; part of net's core. Trusts the configuration for
 * its bounds, and a server only to slow us down, within them.
 */
#include "net/core/poll.h"

#include "common/ntp_time.h"
#include "net/core/action.h"

#define FLIGHT_NS	(8 * NS_PER_S)	/* an answer later than that is none */
#define UNSENT_NS	(8 * NS_PER_S)	/* until the next try to send */
#define UNREACH_POLLS	12		/* RFC 5905 UNREACH: then back off */
#define RATE_MAX	2		/* KoD RATE: at most 4 times slower */
#define RATE_POLL_MAX	10
#define RATE_GOOD	4		/* good replies until half of it ends */
/* What a poll may add to the error, in errors of one sample. */
#define GROWN_MAX	1.0
#define GROWN_MORE	0.7
#define STABLE_COUNT	4		/* good predictions for a rise */
#define AGE_POLLS	15		/* of that length since the first */
#define BURST_DENSE	4		/* requests at the burst's begin */
#define BURST_FIRST_NS	(12 * NS_PER_S)	/* then the first stretched one */
#define BURST_LATER_NS	(40 * NS_PER_S)	/* and the others */
#define BURST_ENOUGH	4		/* good replies where a fit exists */

/* One draw per association of the turn's random number (splitmix64). */
static uint64_t
draw(const struct association *association, const struct moment *now)
{
	uint64_t x = now->random +
	    association->id * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

int64_t
poll_soon(const struct association *association, const struct moment *now,
    int64_t within_ns)
{
	return now->axis_ns + (int64_t)(draw(association, now) %
	    (uint64_t)within_ns);
}

/* 2^poll s and up to a 32nd more, so that clients do not march in step. */
int64_t
poll_interval(const struct association *association, const struct moment *now)
{
	int poll = association->hpoll + association->rate;
	int64_t ns;

	/* A RATE never slows down beyond 1024 s, nor beyond maxpoll. */
	if (association->rate > 0 && poll > RATE_POLL_MAX)
		poll = association->hpoll > RATE_POLL_MAX ?
		    association->hpoll : RATE_POLL_MAX;
	if (poll > association->maxpoll)
		poll = association->maxpoll;
	ns = ntp_exponent_to_ns(poll);
	return ns + (int64_t)(draw(association, now) % (uint64_t)(ns / 32));
}

/*
 * Four requests 2 s apart settle the offset. The frequency needs time more than
 * packets, so where nothing is known yet the rest of the eight are stretched
 * over the first two minutes, instead of the polls that would fall there.
 */
static int64_t
burst_interval(const struct association *association,
    const struct moment *now)
{
	int made = BURST_COUNT - association->burst;
	int64_t regular = poll_interval(association, now), ns = BURST_NS;

	if (made >= BURST_DENSE && association->estimator.total < BURST_COUNT)
		ns = made == BURST_DENSE ? BURST_FIRST_NS : BURST_LATER_NS;
	return ns < regular ? ns : regular;
}

/* A regular poll: reach moves on, and a burst begins where it is due. */
static void
begin_poll(struct association *association, struct action_list *actions)
{
	bool was = association->reach != 0;

	association->reach = (uint8_t)(association->reach << 1);
	association->burst_good = 0;
	if (association->reach != 0) {
		association->unreach = 0;
		/* Impolite to most servers, so only for rare polls. */
		if ((association->flags & SOURCE_BURST) != 0 &&
		    association->maxpoll > 10 && association->rate == 0)
			association->burst = BURST_COUNT - 1;
		return;
	}
	if (was)
		action_event(actions, association->id, CLIENT_UNREACHABLE, 0,
		    0);
	if (association->unreach < UINT16_MAX)
		association->unreach++;
	if (association->unreach == 1 &&
	    (association->flags & SOURCE_IBURST) != 0)
		association->burst = BURST_COUNT - 1;
	else if (association->unreach > UNREACH_POLLS &&
	    association->hpoll < association->maxpoll)
		association->hpoll++;
}

static void
request(struct association *association, const struct moment *now,
    struct action_list *actions)
{
	struct action *action;

	if (association->burst > 0)
		association->burst--;
	else
		begin_poll(association, actions);
	action = action_add(actions, ACTION_SEND, association->id);
	action->u.send.to = association->remote;
	action->u.send.version = association->version;
	action->u.send.poll = association->hpoll;
	action->u.send.key = association->key;
	association->open = true;
	association->outstanding = false;	/* until it is sent */
	association->close_ns = now->axis_ns + FLIGHT_NS;
	association->next_ns = now->axis_ns + (association->burst > 0 ?
	    burst_interval(association, now) : poll_interval(association, now));
}

void
poll_timer(struct association *association, const struct moment *now,
    struct action_list *actions)
{
	if (association->stopped || association->next_ns > now->axis_ns)
		return;
	if (association->kind == SOURCE_LOCAL) {
		/* It always answers; kept for the reach that ntpq shows. */
		association->reach = (uint8_t)(association->reach << 1 | 1);
		association->next_ns = now->axis_ns +
		    poll_interval(association, now);
	} else
		request(association, now, actions);
}

void
poll_unsent(struct association *association, const struct moment *now)
{
	association->open = false;
	association->outstanding = false;
	/* No network (yet): soon again, without using up the burst. */
	if (association->reach == 0 &&
	    (association->flags & SOURCE_IBURST) != 0) {
		association->burst = BURST_COUNT;
		association->next_ns = now->axis_ns + UNSENT_NS;
	}
}

void
poll_slow_down(struct association *association, const struct moment *now)
{
	if (association->rate < RATE_MAX)
		association->rate++;
	association->rate_good = 0;
	association->burst = 0;
	association->next_ns = now->axis_ns +
	    poll_interval(association, now);
}

void
poll_adapt(struct association *association, const struct poll_advice *advice)
{
	if (advice->surprised || advice->grown > GROWN_MAX * advice->noise) {
		association->stability = 0;
		if (association->hpoll > association->minpoll)
			association->hpoll--;
		return;
	}
	if (association->stability < STABLE_COUNT)
		association->stability++;
	if (association->stability < STABLE_COUNT ||
	    association->hpoll >= association->maxpoll ||
	    advice->twice > GROWN_MORE * advice->noise ||
	    advice->axis_ns - association->first_ns <
	    AGE_POLLS * ntp_exponent_to_ns(association->hpoll))
		return;
	association->hpoll++;
	association->stability = 0;
}

/* A RATE wears off with replies that come without one. */
static void
forgive_rate(struct association *association)
{
	if (association->rate == 0)
		return;
	if (++association->rate_good < RATE_GOOD)
		return;
	association->rate_good = 0;
	association->rate--;
}

/* First answer to a burst: go on with it; enough of them: stop early. */
static void
steer_burst(struct association *association, bool was_unreachable,
    const struct moment *now)
{
	unsigned int enough = association->estimator.total > BURST_COUNT ?
	    BURST_ENOUGH : BURST_COUNT;

	association->burst_good++;
	if (association->burst == 0 && was_unreachable &&
	    association->unreach > 1 && association->rate == 0 &&
	    (association->flags & SOURCE_IBURST) != 0) {
		association->burst = BURST_COUNT - 1;
		association->next_ns = now->axis_ns + BURST_NS;
	}
	if (association->burst > 0 && association->burst_good >= enough) {
		association->burst = 0;
		association->next_ns = now->axis_ns +
		    poll_interval(association, now);
	}
}

void
poll_answered(struct association *association, bool was_unreachable,
    const struct moment *now)
{
	steer_burst(association, was_unreachable, now);
	forgive_rate(association);
	association->unreach = 0;
}

void
poll_wake(struct association *association, const struct moment *now)
{
	int64_t soon = poll_soon(association, now, BURST_NS);

	if (association->reach != 0 || association->stopped ||
	    association->unreach < 2 || association->outstanding)
		return;
	association->hpoll = association->minpoll;
	if (association->next_ns > soon)
		association->next_ns = soon;
}

void
poll_restart(struct association *association, const struct moment *now)
{
	association->burst = BURST_COUNT;
	association->burst_good = 0;
	association->stability = 0;
	association->hpoll = association->minpoll;
	association->next_ns = poll_soon(association, now, NS_PER_S / 4);
}
