/* parent/record: when -q is done, and how long a hold is talked about. */
#include "parent/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/ntp_time.h"
#include "conf/conf.h"
#include "parent/daemon.h"

#define HOUR_NS	(3600 * NS_PER_S)

static void
set_means_within_a_millisecond_and_not_held(void **state)
{
	static const struct {
		struct msg_state message;
		bool set;
	} rows[] = {
		{ { .event = EVENT_NONE }, false },
		{ { .event = EVENT_STEPPED }, true },
		{ { .event = EVENT_STEPPED, .remaining_ns = 2 * NS_PER_MS },
		    false },
		{ { .synchronised = 1, .remaining_ns = -999999 }, true },
		{ { .synchronised = 1, .remaining_ns = -NS_PER_MS }, false },
		{ { .synchronised = 1, .hold = HOLD_PANIC }, false },
		{ { .event = EVENT_HELD, .hold = HOLD_STEPOUT }, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(record_is_set(&rows[i].message), rows[i].set);
}

static struct daemon *
observer(void)
{
	struct daemon *daemon = calloc(1, sizeof(*daemon));

	assert_non_null(daemon);
	daemon->supervisor.setup.observe = true;
	daemon->phase = PHASE_RUN;
	daemon->conf = conf_defaults("test.conf");
	record_open(daemon);
	return daemon;
}

static void
a_hold_is_said_again_every_hour_until_it_ends(void **state)
{
	int64_t now = supervise_now(), next;
	struct daemon *daemon = observer();
	struct msg_state message = { .event = EVENT_HELD, .hold = HOLD_PANIC,
		.value_ns = 2000 * NS_PER_S };

	(void)state;
	assert_true(record_next(daemon) >= now + HOUR_NS);
	record_state(daemon, &message);
	next = daemon->clock.hold_due_ns;
	assert_in_range(next - now, HOUR_NS, HOUR_NS + 60 * NS_PER_S);
	/* Held still, nothing new: the hour runs on. */
	message.event = EVENT_NONE;
	record_state(daemon, &message);
	assert_int_equal(daemon->clock.hold_due_ns, next);
	record_timer(daemon, next);
	assert_int_equal(daemon->clock.hold_due_ns, next + HOUR_NS);
	message.event = EVENT_RESUMED;
	message.hold = HOLD_NONE;
	record_state(daemon, &message);
	assert_int_equal(daemon->clock.hold_due_ns, SUPERVISE_NEVER);
	conf_free(daemon->conf);
	free(daemon);
}

/* Where net turns with every sample, eight times a second. */
static void
what_happens_without_end_is_said_now_and_then(void **state)
{
	struct daemon *daemon = observer();
	struct msg_state message = { .hold = HOLD_BUDGET };
	int saved = dup(STDERR_FILENO), i;
	FILE *log = tmpfile();
	unsigned int lines = 0;

	(void)state;
	assert_non_null(log);
	assert_true(saved >= 0 && dup2(fileno(log), STDERR_FILENO) >= 0);
	for (i = 0; i < 2000; i++) {
		message.event = i & 1 ? EVENT_RESUMED : EVENT_HELD;
		message.hold = i & 1 ? HOLD_NONE : HOLD_BUDGET;
		record_state(daemon, &message);
	}
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	rewind(log);
	while ((i = fgetc(log)) != EOF)
		lines += i == '\n';
	fclose(log);
	assert_in_range(lines, 2, 40);
	conf_free(daemon->conf);
	free(daemon);
}

/* -q ends at the STATE of the step; the one behind it is on its way. */
static void
a_clean_end_leaves_the_start_unspent(void **state)
{
	struct daemon *daemon = observer();
	struct msg_state message = { .event = EVENT_STEPPED,
		.spent_start = 1, .spent_steps = 1 };

	(void)state;
	record_state(daemon, &message);
	assert_int_equal(daemon->clock.account.spent_start, 1);
	record_close(daemon, true);
	message.event = EVENT_NONE;
	message.spent_steps = 2;
	record_state(daemon, &message);
	assert_int_equal(daemon->clock.account.spent_start, 0);
	assert_int_equal(daemon->clock.account.spent_steps, 2);
	conf_free(daemon->conf);
	free(daemon);
}

static void
who_observes_writes_no_drift_file(void **state)
{
	struct daemon *daemon = observer();
	char directory[] = "/tmp/test_record.XXXXXX", path[64];
	struct msg_state message = { .frequency_known = 1,
		.frequency_ppt = 1000000, .spent_steps = 1 };

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/drift", directory);
	daemon->conf->driftfile = path;
	record_state(daemon, &message);
	record_timer(daemon, daemon->clock.drift_due_ns);
	record_close(daemon, true);
	assert_int_equal(access(path, F_OK), -1);
	/* What was spent is known all the same, for the next LIMITS. */
	assert_int_equal(daemon->clock.account.spent_steps, 1);
	assert_int_equal(rmdir(directory), 0);
	conf_free(daemon->conf);
	free(daemon);
}

static void
who_steers_writes_it_every_hour_and_at_the_end(void **state)
{
	struct daemon *daemon = observer();
	char directory[] = "/tmp/test_record.XXXXXX", path[64];
	struct msg_state message = { .frequency_known = 0,
		.frequency_ppt = -12345678 };
	int64_t ppt;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/drift", directory);
	daemon->supervisor.setup.observe = false;
	daemon->clock.boot_id[0] = '\0';	/* no account of this machine */
	daemon->conf->driftfile = path;
	record_state(daemon, &message);
	record_timer(daemon, daemon->clock.drift_due_ns);
	assert_int_equal(access(path, F_OK), -1);	/* not known yet */
	message.frequency_known = 1;
	record_state(daemon, &message);
	record_timer(daemon, daemon->clock.drift_due_ns - 1);
	assert_int_equal(access(path, F_OK), -1);	/* not due */
	record_timer(daemon, daemon->clock.drift_due_ns);
	assert_true(state_drift_read(path, &ppt));
	assert_int_equal(ppt, -12346000);
	message.frequency_ppt = 1000000;
	record_state(daemon, &message);
	record_close(daemon, true);
	assert_true(state_drift_read(path, &ppt));
	assert_int_equal(ppt, 1000000);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(directory), 0);
	conf_free(daemon->conf);
	free(daemon);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_means_within_a_millisecond_and_not_held),
		cmocka_unit_test(a_hold_is_said_again_every_hour_until_it_ends),
		cmocka_unit_test(
		    what_happens_without_end_is_said_now_and_then),
		cmocka_unit_test(a_clean_end_leaves_the_start_unspent),
		cmocka_unit_test(who_observes_writes_no_drift_file),
		cmocka_unit_test(
		    who_steers_writes_it_every_hour_and_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
