/*
 * Signs of life. Runs in the parent.
 */
#include "parent/watch.h"

#include <string.h>

#include "common/log.h"
#include "common/ntp_time.h"
#include "parent/daemon.h"
#include "parent/pulse.h"
#include "parent/report.h"

/* Nobody needs to be woken more often where no watchdog waits. */
#define WATCH_INTERVAL_NS	(60 * NS_PER_S)
/* So many PINGs without an answer, and so much time: it hangs. */
#define WATCH_MISSED		3
#define WATCH_PATIENCE_NS	(30 * NS_PER_S)

static int64_t
watch_interval(const struct daemon *daemon)
{
	int64_t watchdog = daemon->notify.watchdog_ns;

	return watchdog > 0 && watchdog < WATCH_INTERVAL_NS ? watchdog :
	    WATCH_INTERVAL_NS;
}

void
watch_start(struct daemon *daemon)
{
	daemon->ping_due_ns = supervise_now();
}

/* How many PINGs in a row are too many not to answer. */
static uint32_t
watch_missed_max(const struct daemon *daemon)
{
	int64_t interval = watch_interval(daemon);
	int64_t count = (WATCH_PATIENCE_NS + interval - 1) / interval;

	return count < WATCH_MISSED ? WATCH_MISSED : (uint32_t)count;
}

static void
watch_judge(struct daemon *daemon)
{
	struct child *child;
	int i;

	for (i = 0; i < ROLE_MAX; i++) {
		child = &daemon->supervisor.children[i];
		if (child->state != CHILD_RUNNING ||
		    child->ping - child->pong < watch_missed_max(daemon))
			continue;
		if (i == ROLE_CLOCKCTL)
			daemon_fail(daemon, "clockctl gives no sign of life: "
			    "stopping");
		else
			supervise_restart(child, "gives no sign of life");
	}
}

void
watch_timer(struct daemon *daemon, int64_t now_ns)
{
	if (daemon->ping_due_ns > now_ns)
		return;
	daemon->ping_due_ns = now_ns + watch_interval(daemon);
	if (pulse_all_alive(&daemon->supervisor, daemon->ping))
		notify_watchdog(&daemon->notify);
	watch_judge(daemon);
	pulse_ping(&daemon->supervisor, ++daemon->ping);
}

void
watch_status(struct daemon *daemon)
{
	char text[REPORT_TEXT];

	if (daemon->phase != PHASE_RUN)
		return;
	report_status(&daemon->clock.state, &daemon->net, text, sizeof(text));
	notify_status(&daemon->notify, "%s", text);
}

void
watch_quit(struct daemon *daemon)
{
	const struct msg_state *state = &daemon->clock.state;

	if (daemon->net.reachable == 0)
		daemon_fail(daemon, "clock is not set: no source answers");
	else if (state->hold != HOLD_NONE)
		daemon_fail(daemon, "clock is not set: it is held, see above");
	else if (daemon->net.survivors == 0)
		daemon_fail(daemon, "clock is not set: the sources do not "
		    "agree, or are too few (tos minsane)");
	else
		daemon_fail(daemon, "clock is not set in time: offset %s is "
		    "still being slewed", report_duration(state->remaining_ns,
		    (char[40]){ "" }, 40));
}
