/* parent/supervise, spawn: back-off, causes, paths. */
#include "parent/supervise.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/ntp_time.h"
#include "parent/pulse.h"

static void
backoff_doubles_from_one_second_to_sixty(void **state)
{
	static const int seconds[] = { 1, 1, 2, 4, 8, 16, 32, 60, 60 };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++)
		assert_int_equal(supervise_backoff(i), seconds[i] * NS_PER_S);
	assert_int_equal(supervise_backoff(UINT32_MAX), 60 * NS_PER_S);
}

static void
a_cause_names_signal_or_status(void **state)
{
	char text[128];

	(void)state;
	supervise_cause(W_EXITCODE(2, 0), text, sizeof(text));
	assert_string_equal(text, "exited with status 2");
	supervise_cause(W_EXITCODE(SPAWN_EXIT_EXEC, 0), text, sizeof(text));
	assert_string_equal(text, "could not be executed");
	supervise_cause(W_EXITCODE(0, SIGKILL), text, sizeof(text));
	assert_string_equal(text, "was killed by signal 9 (Killed)");
	supervise_cause(W_EXITCODE(0, SIGSYS), text, sizeof(text));
	assert_non_null(strstr(text, "filter"));
}

static void
the_way_between_two_directories_is_found(void **state)
{
	static const struct {
		const char *from, *to, *path;
	} rows[] = {
		{ "/usr/sbin", "/usr/libexec/timeball",
		    "../libexec/timeball" },
		{ "/usr/local/sbin", "/usr/local/libexec/timeball",
		    "../libexec/timeball" },
		{ "/opt/sbin", "/opt/sb/x", "../sb/x" },
		{ "/sbin", "/usr/lib/x", "../usr/lib/x" },
		{ "/usr/sbin", "/usr/sbin", "." },
		{ "/usr/sbin", "/usr/sbin/lib", "./lib" },
		{ "/a/b/c", "/d", "../../../d" },
	};
	char path[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(spawn_relative(rows[i].from, rows[i].to, path,
		    sizeof(path)));
		assert_string_equal(path, rows[i].path);
	}
	assert_false(spawn_relative("/a/b/c", "/d", path, 8));
}

static unsigned int ready_calls;

static void
hook_child(void *context, struct child *child)
{
	(void)context;
	(void)child;
	ready_calls++;
}

static void
hook_state(void *context, const struct msg_state *message)
{
	(void)context;
	(void)message;
}

static void
hook_status(void *context, const struct msg_status *message)
{
	(void)context;
	(void)message;
}

static const struct supervise_hooks hooks = {
	hook_child, hook_child, hook_child, hook_state, hook_status
};

static void
only_who_runs_and_has_not_answered_owes(void **state)
{
	struct loop loop;
	struct supervisor supervisor;
	struct child *child;

	(void)state;
	loop_init(&loop);
	supervise_init(&supervisor, &loop, &hooks, NULL);
	child = &supervisor.children[ROLE_NET];
	assert_int_equal(supervise_next(&supervisor), SUPERVISE_NEVER);
	assert_false(supervise_owes(child));
	child->state = CHILD_RUNNING;
	child->channel = 99;
	supervise_pushed(child, 3);
	assert_true(supervise_owes(child));
	assert_true(supervise_next(&supervisor) <= supervise_now() +
	    SUPERVISE_ACK_NS);
	child->acknowledged = 2;
	assert_true(supervise_owes(child));
	child->acknowledged = 3;
	assert_false(supervise_owes(child));
	child->pushed = 4;
	child->state = CHILD_KILLED;
	assert_false(supervise_owes(child));
}

static void
alive_means_all_who_are_wanted_answered(void **state)
{
	struct loop loop;
	struct supervisor supervisor;

	(void)state;
	loop_init(&loop);
	supervise_init(&supervisor, &loop, &hooks, NULL);
	assert_true(pulse_all_alive(&supervisor, 0));
	supervisor.children[ROLE_NET].wanted = true;
	assert_false(pulse_all_alive(&supervisor, 0));
	supervisor.children[ROLE_NET].state = CHILD_RUNNING;
	assert_false(pulse_all_alive(&supervisor, 5));
	supervisor.children[ROLE_NET].pong = 5;
	assert_true(pulse_all_alive(&supervisor, 5));
	supervisor.children[ROLE_SERVE].wanted = true;
	supervisor.children[ROLE_SERVE].state = CHILD_WAITING;
	assert_false(pulse_all_alive(&supervisor, 5));
}

/* However many PINGs there were before it was started. */
static void
who_is_new_has_missed_no_ping(void **state)
{
	struct loop loop;
	struct supervisor supervisor;
	struct child *child;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	loop_init(&loop);
	supervise_init(&supervisor, &loop, &hooks, NULL);
	child = &supervisor.children[ROLE_NET];
	child->state = CHILD_RUNNING;
	child->channel = pair[0];
	pulse_ping(&supervisor, 1000);
	assert_int_equal(child->ping - child->pong, 1);
	pulse_ping(&supervisor, 1001);
	assert_int_equal(child->ping - child->pong, 2);
	close(pair[0]);
	close(pair[1]);
}

static void
who_sends_without_end_is_found_out(void **state)
{
	struct child child = { .window_ns = 0 };
	int64_t now = 100 * NS_PER_S;
	int i;

	(void)state;
	/* A hundred a second, for ever, is nothing. */
	for (i = 0; i < 100000; i++, now += NS_PER_S / 100)
		assert_false(supervise_flood(&child, now));
	for (i = 0; i < 10000 && !supervise_flood(&child, now); i++)
		;
	assert_in_range(i, 1000, 9999);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(backoff_doubles_from_one_second_to_sixty),
		cmocka_unit_test(a_cause_names_signal_or_status),
		cmocka_unit_test(the_way_between_two_directories_is_found),
		cmocka_unit_test(only_who_runs_and_has_not_answered_owes),
		cmocka_unit_test(alive_means_all_who_are_wanted_answered),
		cmocka_unit_test(who_is_new_has_missed_no_ping),
		cmocka_unit_test(who_sends_without_end_is_found_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
