/*
 * The record of the clock. Runs in the parent. With --observe nothing is
 * written: the drift file and the account belong to whoever steers the real
 * clock, and nothing of theirs is used up here.
 */
#include "parent/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/ntp_time.h"
#include "conf/conf.h"
#include "config.h"
#include "parent/daemon.h"
#include "parent/files.h"
#include "parent/report.h"

#define RECORD_ACCOUNT	RUNSTATEDIR "/ntpd/account"
#define RECORD_HOUR_NS	(3600 * NS_PER_S)
#define RECORD_SET_NS	NS_PER_MS
/* The budget is written down when it differs from the file by so much. */
#define RECORD_LESS_NS	(10 * NS_PER_MS)
#define RECORD_MORE_NS	(50 * NS_PER_MS)
/* Lines about one event: of net's doing there may be eight in a second. */
#define RECORD_BURST	16
#define RECORD_INTERVAL_NS	(600 * NS_PER_S) /* steps: 900 s apart */

static bool
record_writes(const struct daemon *daemon)
{
	return !daemon->supervisor.setup.observe &&
	    !daemon->supervisor.setup.unprivileged;
}

bool
record_is_set(const struct msg_state *state)
{
	return state->hold == HOLD_NONE && (state->event == EVENT_STEPPED ||
	    state->synchronised) && llabs(state->remaining_ns) < RECORD_SET_NS;
}

void
record_open(struct daemon *daemon)
{
	struct clock_record *record = &daemon->clock;
	const struct conf *conf = daemon->conf;

	record->drift_due_ns = supervise_now() + RECORD_HOUR_NS;
	record->hold_due_ns = SUPERVISE_NEVER;
	if (conf->tinker.frequency_given) {
		record->drift_known = true;
		record->drift_ppt = conf->tinker.frequency_ppt;
	} else if (conf->driftfile != NULL)
		record->drift_known = state_drift_read(conf->driftfile,
		    &record->drift_ppt);
	if (conf->driftfile != NULL && !files_has_directory(conf->driftfile)) {
		log_warning("drift file %s: there is no such directory; the "
		    "frequency will not be kept", conf->driftfile);
		record->drift_warned = true;
	}
	if (record_writes(daemon) && state_boot_id(record->boot_id,
	    sizeof(record->boot_id)))
		state_account_read(RECORD_ACCOUNT, record->boot_id,
		    &record->account);
}

static void
record_write_account(struct daemon *daemon)
{
	const struct clock_record *record = &daemon->clock;

	if (record_writes(daemon) && record->boot_id[0] != '\0' &&
	    !state_account_write(RECORD_ACCOUNT, record->boot_id,
	    &record->account))
		log_error("%s: %s", RECORD_ACCOUNT, strerror(errno));
}

/* Warned about once: the next hour is not going to be better. */
static void
record_write_drift(struct daemon *daemon)
{
	struct clock_record *record = &daemon->clock;
	const char *path = daemon->conf->driftfile;

	if (path == NULL || !record_writes(daemon) || !record->known ||
	    !record->state.frequency_known)
		return;
	if (state_drift_write(path, record->state.frequency_ppt)) {
		record->drift_warned = false;
		return;
	}
	if (!record->drift_warned)
		log_warning("drift file %s is not written: %s", path,
		    strerror(errno));
	record->drift_warned = true;
}

static void
record_account(struct daemon *daemon, const struct msg_state *state)
{
	struct state_account now = {
		.spent_start = state->spent_start,
		.spent_steps = state->spent_steps,
		.spent_step_ns = state->spent_step_ns,
		.spent_since_axis_ns = state->spent_since_axis_ns,
		.budget_left_ns = state->budget_left_ns
	};
	struct state_account *kept = &daemon->clock.account;
	int64_t more = now.budget_left_ns - kept->budget_left_ns;

	/* what clockctl still says after the end is no new start */
	if (daemon->clock.clean)
		now.spent_start = 0;
	if (now.spent_start == kept->spent_start &&
	    now.spent_steps == kept->spent_steps &&
	    now.spent_step_ns == kept->spent_step_ns &&
	    now.spent_since_axis_ns == kept->spent_since_axis_ns &&
	    more < RECORD_MORE_NS && more > -RECORD_LESS_NS)
		return;
	*kept = now;
	record_write_account(daemon);
}

static void
record_report(struct daemon *daemon, const struct msg_state *state)
{
	uint32_t suppressed;

	if (state->event == EVENT_NONE ||
	    !log_limit_pass(&daemon->clock.limits[state->event],
	    supervise_now(), RECORD_BURST, RECORD_INTERVAL_NS, &suppressed))
		return;
	if (suppressed > 0)
		log_notice("%u lines like the next one were left out",
		    suppressed);
	report_clock(state, daemon->supervisor.setup.observe);
}

void
record_state(struct daemon *daemon, const struct msg_state *state)
{
	struct clock_record *record = &daemon->clock;

	record->state = *state;
	record->known = true;
	record_report(daemon, state);
	record_account(daemon, state);
	if (state->hold == HOLD_NONE)
		record->hold_due_ns = SUPERVISE_NEVER;
	else if (state->event == EVENT_HELD ||
	    record->hold_due_ns == SUPERVISE_NEVER)
		record->hold_due_ns = supervise_now() + RECORD_HOUR_NS;
	if (state->event == EVENT_NET_INVALID)
		supervise_restart(&daemon->supervisor.children[ROLE_NET],
		    "sent clockctl what is no sample");
}

void
record_timer(struct daemon *daemon, int64_t now_ns)
{
	struct clock_record *record = &daemon->clock;

	if (record->drift_due_ns <= now_ns) {
		record_write_drift(daemon);
		record->drift_due_ns = now_ns + RECORD_HOUR_NS;
	}
	if (record->hold_due_ns <= now_ns) {
		report_hold(&record->state);
		record->hold_due_ns = now_ns + RECORD_HOUR_NS;
	}
}

int64_t
record_next(const struct daemon *daemon)
{
	const struct clock_record *record = &daemon->clock;

	if (daemon->phase != PHASE_RUN)
		return SUPERVISE_NEVER;
	return record->drift_due_ns < record->hold_due_ns ?
	    record->drift_due_ns : record->hold_due_ns;
}

void
record_close(struct daemon *daemon, bool clean)
{
	struct clock_record *record = &daemon->clock;

	if (daemon->conf == NULL)
		return;
	record_write_drift(daemon);
	record->clean = clean;
	if (clean && record->account.spent_start != 0) {
		record->account.spent_start = 0;
		record_write_account(daemon);
	}
}
