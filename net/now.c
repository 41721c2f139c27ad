/*
 * Part of ntpd-net: what time it is, one answer for a whole turn of the loop,
 * and whether somebody else moved it. Reads the clocks, trusts the kernel.
 */
#include "net/net.h"

#include <sys/random.h>

#include <stdlib.h>

#include "common/localclock.h"
#include "common/log.h"
#include "common/ntp_time.h"

#define DAY_S		86400
#define LEAP_SLACK_S	60
#define LEAP_SLACK_NS	(20 * NS_PER_MS)

/*
 * What the virtual clock of --observe differs from CLOCK_REALTIME; 0 where
 * clockctl steers the real one. To 1 ns, for any rate that APPLIED may carry.
 */
static int64_t
now_virtual(const struct msg_applied *applied, int64_t axis_ns)
{
	int64_t elapsed = axis_ns - applied->axis_ns;

	return applied->virtual_ns +
	    elapsed / NS_PER_S * applied->virtual_ppt / 1000 +
	    elapsed % NS_PER_S * (applied->virtual_ppt / 1000) / NS_PER_S;
}

static void
now_from_pair(struct net *net, const struct clock_pair *pair)
{
	net->now.axis_ns = pair->axis_ns;
	net->now.suspended_ns = pair->suspended_ns;
	net->now.real_ns = pair->real_ns;
	if (net->observe)
		net->now.real_ns += now_virtual(&net->applied,
		    pair->axis_ns);
	if (getrandom(&net->now.random, sizeof(net->now.random), 0) !=
	    (ssize_t)sizeof(net->now.random))
		abort();
	net->now_known = true;
}

void
now_read(struct net *net)
{
	struct clock_pair pair;

	localclock_pair(&pair);
	now_from_pair(net, &pair);
}

/*
 * The kernel's leap second looks like somebody's step of one second, but comes
 * at midnight, to a kernel that was told of it.
 */
static bool
now_leap(const struct net *net, int64_t moved_ns)
{
	int64_t size_ns = moved_ns < 0 ? -moved_ns : moved_ns;
	int64_t second = net->now.real_ns / NS_PER_S % DAY_S;

	return net->applied.leap != 0 &&
	    size_ns > NS_PER_S - LEAP_SLACK_NS &&
	    size_ns < NS_PER_S + LEAP_SLACK_NS &&
	    (second < LEAP_SLACK_S || second > DAY_S - LEAP_SLACK_S);
}

static void
now_disturbed(struct net *net, const struct clock_pair *pair)
{
	char text[EVENTS_SECONDS_TEXT];
	enum disturbance_kind kind;
	int64_t value_ns = 0;

	kind = disturbance_check(&net->disturbance, pair, &value_ns);
	switch (kind) {
	case DISTURBANCE_NONE:
		return;
	case DISTURBANCE_SUSPENDED:
		log_notice("the machine was suspended for %s s: measuring "
		    "anew", events_seconds(value_ns, text));
		break;
	case DISTURBANCE_SET:
		if (now_leap(net, value_ns)) {
			/* UTC itself has moved against the axis: what was
			 * measured before is as useless as after a suspend */
			log_notice("leap second: measuring anew");
			value_ns = NS_PER_S;
			break;
		}
		log_notice("somebody else set the clock, by %s s: measuring "
		    "anew", events_signed(value_ns, text));
		value_ns = 0;
		break;
	}
	net->actions.count = 0;
	client_disturbed(net->client, value_ns, &net->now, &net->actions);
	act_execute(net);
}

const struct moment *
now_get(struct net *net)
{
	struct clock_pair pair;

	if (net->now_known)
		return &net->now;
	localclock_pair(&pair);
	now_from_pair(net, &pair);
	now_disturbed(net, &pair);
	return &net->now;
}
