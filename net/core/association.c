/*
 * One association. Pure; part of net's core. Trusts the packet tests for what
 * it learns from a reply, and the configuration for its bounds.
 */
#include "net/core/association.h"

#include <math.h>
#include <string.h>

#include "common/ntp_time.h"
#include "net/core/action.h"
#include "net/core/poll.h"

#define KISS_DENY	UINT32_C(0x44454e59)
#define KISS_RSTR	UINT32_C(0x52535452)
#define KISS_RATE	UINT32_C(0x52415445)

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
	association->next_ns = poll_soon(association, now, NS_PER_S / 8);
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
	latest = now->axis_ns + poll_interval(association, now);
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

void
association_timer(struct association *association, const struct moment *now,
    struct action_list *actions)
{
	if (association->open && association->close_ns <= now->axis_ns)
		close_socket(association, actions);
	poll_timer(association, now, actions);
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
	if (code == KISS_RATE)
		poll_slow_down(association, now);
	return REPLY_ENDED;
}

/* What the server says of its own root distance. */
static int64_t
claimed_distance(const struct ntp_header *header)
{
	return ntp_short_to_ns(header->root_delay) / 2 +
	    ntp_short_to_ns(header->root_dispersion);
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
		    cause == REJECT_DISTANCE ?
		    claimed_distance(&measurement->header) : 0);
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

/* What the error of the estimate has grown by after so many seconds. */
static double
growth(const struct estimator *estimator, double time, double seconds)
{
	struct estimate now, then;
	double grown;

	if (!estimator_estimate(estimator, time, &now) ||
	    !estimator_estimate(estimator, time + seconds, &then))
		return 0;
	grown = then.offset_sd * then.offset_sd -
	    now.offset_sd * now.offset_sd;
	return grown > 0 ? sqrt(grown) : 0;
}

static void
advise_poll(struct association *association,
    const struct estimator_sample *sample, const struct estimate *expected,
    int64_t axis_ns)
{
	double interval = (double)ntp_exponent_to_ns(association->hpoll) / 1e9;
	const struct poll_advice advice = {
		.grown = growth(&association->estimator, sample->time,
		    interval),
		.twice = growth(&association->estimator, sample->time,
		    2 * interval),
		.noise = expected->jitter,
		.surprised = fabs(sample->offset - expected->offset) >
		    4 * (expected->offset_sd + expected->jitter) +
		    fabs(sample->delay - expected->delay) / 2,
		.axis_ns = axis_ns,
	};

	poll_adapt(association, &advice);
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
	estimator_sample(&association->estimator, &sample);
	if (known)
		advise_poll(association, &sample, &expected,
		    measurement->time_axis_ns);
	else
		association->first_ns = measurement->time_axis_ns;
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
	poll_answered(association, was_unreachable, context->now);
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
	if (!association->stopped)
		poll_restart(association, now);
}
