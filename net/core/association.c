/*
 * One association. Pure; part of net's core. Trusts the packet tests for what
 * it learns from a reply, and the configuration for its bounds.
 */
#include "net/core/association.h"

#include <math.h>
#include <string.h>

#include "common/ntp_time.h"
#include "net/core/action.h"

#define FLIGHT_NS	(8 * NS_PER_S)	/* an answer later than that is none */
#define UNSENT_NS	(8 * NS_PER_S)	/* until the next try to send */
#define UNREACH_POLLS	12		/* RFC 5905 UNREACH: then back off */
#define RATE_MAX	2		/* KoD RATE: at most 4 times slower */
#define RATE_POLL_MAX	10
#define RATE_GOOD	4		/* good replies before half of it ends */
#define STABLE_COUNT	4		/* good predictions before hpoll rises */
#define AGE_POLLS	15		/* filter is older than so many polls */
#define BURST_DENSE	4	/* requests of a burst at its dense begin */
#define BURST_FIRST_NS	(12 * NS_PER_S)	/* then comes the first stretched, */
#define BURST_LATER_NS	(40 * NS_PER_S)	/* and the others */
#define BURST_ENOUGH	4		/* good replies where a fit exists */

#define KISS_DENY	UINT32_C(0x44454e59)
#define KISS_RSTR	UINT32_C(0x52535452)
#define KISS_RATE	UINT32_C(0x52415445)

/* One draw per association of the turn's random number (splitmix64). */
static uint64_t
spread(const struct association *association, const struct moment *now)
{
	uint64_t x = now->random +
	    association->id * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* 2^poll s and up to a 32nd more, so that clients do not march in step. */
static int64_t
interval(const struct association *association, const struct moment *now)
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
	return ns + (int64_t)(spread(association, now) % (uint64_t)(ns / 32));
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
	int64_t regular = interval(association, now), ns = BURST_NS;

	if (made >= BURST_DENSE && association->estimator.total < BURST_COUNT)
		ns = made == BURST_DENSE ? BURST_FIRST_NS : BURST_LATER_NS;
	return ns < regular ? ns : regular;
}

void
association_mobilise(struct association *association, uint32_t id,
    const struct address *remote, const struct msg_conf_source *settings,
    const struct moment *now)
{
	memset(association, 0, sizeof(*association));
	association->id = id;
	association->remote = *remote;
	association->hpoll = settings->minpoll;
	association->started_ns = now->axis_ns;
	association->cause = REJECT_UNREACHABLE;
	estimator_init(&association->estimator);
	association_configure(association, settings, now);
	/* Not all at the same instant; the first is soon enough. */
	association->next_ns = now->axis_ns +
	    (int64_t)(spread(association, now) % (uint64_t)(NS_PER_S / 8));
}

void
association_configure(struct association *association,
    const struct msg_conf_source *settings, const struct moment *now)
{
	int64_t latest;

	association->kind = settings->kind;
	association->minpoll = settings->minpoll;
	association->maxpoll = settings->maxpoll;
	association->version = settings->version;
	association->local_stratum = settings->stratum;
	association->flags = settings->flags;
	association->key = settings->key;
	association->bias_ns = settings->bias_ns;
	if (association->hpoll < association->minpoll)
		association->hpoll = association->minpoll;
	if (association->hpoll > association->maxpoll)
		association->hpoll = association->maxpoll;
	latest = now->axis_ns + interval(association, now);
	if (association->next_ns > latest)
		association->next_ns = latest;
}

int64_t
association_next(const struct association *association)
{
	int64_t next = INT64_MAX;

	if (!association->stopped)
		next = association->next_ns;
	if (association->open && association->close_ns < next)
		next = association->close_ns;
	return next;
}

static void
close_socket(struct association *association, struct action_list *actions)
{
	if (association->open)
		action_add(actions, ACTION_CLOSE, association->id);
	association->open = false;
	association->outstanding = false;
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
poll_now(struct association *association, const struct moment *now,
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
	    burst_interval(association, now) : interval(association, now));
}

void
association_timer(struct association *association, const struct moment *now,
    struct action_list *actions)
{
	if (association->open && association->close_ns <= now->axis_ns)
		close_socket(association, actions);
	if (association->stopped || association->next_ns > now->axis_ns)
		return;
	if (association->kind == SOURCE_LOCAL) {
		/* It always answers; kept for the reach that ntpq shows. */
		association->reach = (uint8_t)(association->reach << 1 | 1);
		association->next_ns = now->axis_ns + interval(association,
		    now);
	} else
		poll_now(association, now, actions);
}

void
association_sent(struct association *association,
    const struct transmission *transmission)
{
	if (!association->open)
		return;
	if (association->nonce == transmission->nonce) {
		/* T1 of the request in flight, better known now; one that is
		 * void by now stays so */
		association->org_axis_ns = transmission->org_axis_ns;
		association->org_error_ns = transmission->error_ns;
		return;
	}
	association->sent++;
	association->outstanding = true;
	association->nonce = transmission->nonce;
	association->org_axis_ns = transmission->org_axis_ns;
	association->org_error_ns = transmission->error_ns;
	association->local_refid = transmission->local_refid;
}

void
association_unsent(struct association *association, const struct moment *now)
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

/* KoD with the right origin. RFC 5905 section 7.4. */
static enum reply_result
kiss(struct association *association, uint32_t code, const struct moment *now,
    struct action_list *actions)
{
	action_event(actions, association->id, CLIENT_KOD, code, 0);
	if (code == KISS_DENY || code == KISS_RSTR) {
		association->stopped = true;
		association->reach = 0;
		association->cause = REJECT_DENIED;
		action_event(actions, association->id, CLIENT_DEMOBILISED,
		    REJECT_DENIED, 0);
		return REPLY_DENIED;
	}
	if (code == KISS_RATE) {
		if (association->rate < RATE_MAX)
			association->rate++;
		association->rate_good = 0;
		association->burst = 0;
		association->next_ns = now->axis_ns +
		    interval(association, now);
	}
	return REPLY_ENDED;
}

enum reply_result
association_reply(struct association *association,
    const struct reception *reception, const struct reply_context *context,
    struct measurement *measurement, struct action_list *actions)
{
	const struct sanity_request request = {
		.outstanding = association->outstanding,
		.nonce = association->nonce,
		.org_axis_ns = association->org_axis_ns,
		.error_ns = association->org_error_ns,
		.version = association->version,
		.key = association->key,
		.local_refid = association->local_refid,
		.pivot_ns = context->pivot_ns,
		.maxdist_ns = context->maxdist_ns,
	};
	enum reject_cause cause;

	association->received++;
	cause = sanity_check(&request, reception, measurement);
	if (cause != REJECT_NONE) {
		association->rejected[cause]++;
		action_event(actions, association->id, CLIENT_REJECTED, cause,
		    0);
	}
	if (!sanity_matched(cause))
		return REPLY_IGNORED;
	close_socket(association, actions);
	/* It says itself that its time is of no use, and it is our server. */
	if (cause == REJECT_UNSYNCHRONISED || cause == REJECT_DISTANCE ||
	    cause == REJECT_LOOP)
		association->unfit = (uint8_t)cause;
	if (cause == REJECT_KOD)
		return kiss(association, measurement->header.refid,
		    context->now, actions);
	return cause == REJECT_NONE ? REPLY_GOOD : REPLY_ENDED;
}

/* The poll interval follows how well the estimate foretold the sample. */
static void
adapt_poll(struct association *association, double surprise, double allowed,
    int64_t axis_ns)
{
	if (surprise > allowed) {
		association->stability = 0;
		if (association->hpoll > association->minpoll)
			association->hpoll--;
		return;
	}
	if (association->stability < STABLE_COUNT)
		association->stability++;
	if (association->stability < STABLE_COUNT ||
	    association->hpoll >= association->maxpoll ||
	    axis_ns - association->first_ns <
	    AGE_POLLS * ntp_exponent_to_ns(association->hpoll))
		return;
	association->hpoll++;
	association->stability = 0;
}

static void
feed_estimator(struct association *association,
    const struct measurement *measurement,
    const struct reply_context *context)
{
	struct estimator_sample sample;
	struct estimate expected;
	bool known;

	sample.time = (double)(measurement->time_axis_ns -
	    context->epoch_axis_ns) / 1e9;
	sample.offset = (double)(measurement->offset_ns +
	    association->bias_ns - context->epoch_offset_ns) / 1e9;
	sample.delay = (double)measurement->delay_ns / 1e9;
	sample.dispersion = (double)measurement->dispersion_ns / 1e9;
	known = estimator_estimate(&association->estimator, sample.time,
	    &expected);
	if (known)
		adapt_poll(association, fabs(sample.offset - expected.offset),
		    4 * (expected.offset_sd + expected.jitter) +
		    fabs(sample.delay - expected.delay) / 2,
		    measurement->time_axis_ns);
	else
		association->first_ns = measurement->time_axis_ns;
	estimator_sample(&association->estimator, &sample);
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
		    interval(association, now);
	}
}

void
association_measured(struct association *association,
    const struct measurement *measurement,
    const struct reply_context *context, struct action_list *actions)
{
	bool was_unreachable = association->reach == 0;

	association->reach |= 1;
	association->unfit = REJECT_NONE;
	association->last_ns = context->now->axis_ns;
	association->header = measurement->header;
	association->reftime_ns = measurement->reftime_ns;
	if (was_unreachable) {
		association->hpoll = association->minpoll;
		association->stability = 0;
		action_event(actions, association->id, CLIENT_REACHABLE, 0, 0);
	}
	feed_estimator(association, measurement, context);
	steer_burst(association, was_unreachable, context->now);
	forgive_rate(association);
	association->unreach = 0;
}

void
association_wake(struct association *association, const struct moment *now)
{
	int64_t soon = now->axis_ns + (int64_t)(spread(association, now) %
	    (uint64_t)BURST_NS);

	if (association->reach != 0 || association->stopped ||
	    association->unreach < 2 || association->outstanding)
		return;
	association->hpoll = association->minpoll;
	if (association->next_ns > soon)
		association->next_ns = soon;
}

void
association_disturbed(struct association *association, bool forget,
    const struct moment *now)
{
	association->outstanding = false;
	if (forget) {
		estimator_restart(&association->estimator);
		association->header.stratum = 0;
	}
	if (association->stopped)
		return;
	association->burst = BURST_COUNT;
	association->burst_good = 0;
	association->stability = 0;
	association->hpoll = association->minpoll;
	association->next_ns = now->axis_ns +
	    (int64_t)(spread(association, now) % (uint64_t)(NS_PER_S / 4));
}
