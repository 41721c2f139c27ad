/*
 * The sandboxes of the roles as they are: what each may call, and that all the
 * rest ends it. Each call is tried by a child that has entered the real
 * profile. Needs root; none of the calls tried could set a clock, for they all
 * get -1 for a pointer.
 */
#include "common/sandbox.h"

#include <linux/capability.h>

#include <sys/wait.h>

#include <errno.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "clockctl/observe.h"
#include "common/sandbox_build.h"
#include "net/profile.h"
#include "net/resolver/profile.h"
#include "net/serve/profile.h"
#include "parent/profile.h"

#define TEST_ID		64198
#define CALLS_END	470	/* above any number in use up to Linux 6.18 */
#define PROBE_FIRST	335	/* pass every filter; see test_sandbox.c */
#define PROBE_LAST	336
#define STUCK_S		20

enum { DONE = 0, NOT_ENTERED = 201 };

/* most: of different calls that are allowed; nothing in a deny-list */
static const struct {
	const char	*name;
	const struct sandbox_profile *profile;
	size_t		most;
	bool		executes;	/* the parent, which starts the rest */
} roles[] = {
	{ "clockctl", &kernel_profile, 11, false },
	{ "observe", &observe_profile, 11, false },
	{ "net", &net_profile, 35, false },
	{ "serve", &serve_profile, 16, false },
	{ "resolver", &resolver_profile, 0, false },
	{ "resolver's worker", &worker_profile, 0, false },
	{ "ntpd", &parent_profile, 0, true },
};

#define NROLES	(sizeof(roles) / sizeof(roles[0]))

/* What a role with a deny-list must be denied at the least. */
static const int dangerous[] = {
	SCMP_SYS(clock_settime), SCMP_SYS(clock_settime64),
	SCMP_SYS(clock_adjtime), SCMP_SYS(clock_adjtime64),
	SCMP_SYS(adjtimex), SCMP_SYS(settimeofday), SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
	SCMP_SYS(pidfd_getfd), SCMP_SYS(mount), SCMP_SYS(move_mount),
	SCMP_SYS(fsopen), SCMP_SYS(bpf), SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup), SCMP_SYS(unshare), SCMP_SYS(setns),
	SCMP_SYS(perf_event_open), SCMP_SYS(keyctl), SCMP_SYS(init_module),
	SCMP_SYS(kexec_load), SCMP_SYS(open_by_handle_at),
	SCMP_SYS(execve), SCMP_SYS(execveat),
};

/* One call, and what another architecture calls it. */
static const struct {
	int	here, there;
} twins[] = {
	{ SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64) },
	{ SCMP_SYS(clock_adjtime), SCMP_SYS(clock_adjtime64) },
	{ SCMP_SYS(clock_settime), SCMP_SYS(clock_settime64) },
	{ SCMP_SYS(ppoll), SCMP_SYS(ppoll_time64) },
	{ SCMP_SYS(timerfd_settime), SCMP_SYS(timerfd_settime64) },
	{ SCMP_SYS(recvmmsg), SCMP_SYS(recvmmsg_time64) },
	{ SCMP_SYS(futex), SCMP_SYS(futex_time64) },
	{ SCMP_SYS(mmap), SCMP_SYS(mmap2) },
	{ SCMP_SYS(fcntl), SCMP_SYS(fcntl64) },
};

/* Rows for that call; *free_rows: those that take any argument */
static size_t
rows_for(const struct sandbox_profile *profile, int number, size_t *free_rows)
{
	size_t i, rows = 0;

	*free_rows = 0;
	for (i = 0; i < profile->ncalls; i++) {
		if (profile->calls[i].number != number)
			continue;
		rows++;
		*free_rows += profile->calls[i].argument < 0;
	}
	return rows;
}

static bool
passes_always(const struct sandbox_profile *profile, int number)
{
	size_t i, free_rows;

	for (i = 0; i < sandbox_build_ncalls; i++)
		if (sandbox_build_calls[i].number == number)
			return true;
	(void)rows_for(profile, number, &free_rows);
	return free_rows > 0;
}

static int
outcome(const struct sandbox_profile *profile, long number)
{
	const struct sandbox_identity who = { .uid = TEST_ID, .gid = TEST_ID,
	    .parent = getpid() };
	struct sandbox_profile bare = *profile;
	const char *failed;
	int status;
	pid_t pid;

	bare.capabilities = 0;	/* the filter is what is tested */
	pid = fork();
	if (pid == 0) {
		alarm(STUCK_S);
		if (!sandbox_enter(&bare, &who, &failed))
			_exit(NOT_ENTERED);
		_exit(syscall(number, -1L, -1L, -1L, -1L, -1L, -1L) == -1 ?
		    errno : DONE);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
what_is_not_allowed_ends_the_process(void **state)
{
	int number, status;
	size_t i;

	(void)state;
	for (i = 0; i < NROLES; i++) {
		if (roles[i].profile->mode != SANDBOX_ALLOW)
			continue;
		for (number = 0; number < CALLS_END; number++) {
			if (passes_always(roles[i].profile, number) ||
			    (number >= PROBE_FIRST && number <= PROBE_LAST))
				continue;
			status = outcome(roles[i].profile, number);
			if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
				fail_msg("%s, system call %d: status %#x",
				    roles[i].name, number, status);
		}
	}
}

static void
what_is_denied_is_denied(void **state)
{
	int status;
	size_t i, j;

	(void)state;
	for (i = 0; i < NROLES; i++) {
		const struct sandbox_profile *profile = roles[i].profile;

		if (profile->mode != SANDBOX_DENY)
			continue;
		for (j = 0; j < profile->ncalls; j++) {
			if (profile->calls[j].number < 0 ||
			    profile->calls[j].argument >= 0)
				continue;
			status = outcome(profile, profile->calls[j].number);
			if (!WIFEXITED(status) ||
			    WEXITSTATUS(status) != EPERM)
				fail_msg("%s, system call %d: status %#x",
				    roles[i].name, profile->calls[j].number,
				    status);
		}
	}
}

static void
a_deny_list_has_all_that_is_dangerous(void **state)
{
	size_t i, j, free_rows;

	(void)state;
	for (i = 0; i < NROLES; i++) {
		if (roles[i].profile->mode != SANDBOX_DENY)
			continue;
		for (j = 0; j < sizeof(dangerous) / sizeof(dangerous[0]); j++) {
			bool execute = dangerous[j] == SCMP_SYS(execve) ||
			    dangerous[j] == SCMP_SYS(execveat);

			(void)rows_for(roles[i].profile, dangerous[j],
			    &free_rows);
			if (free_rows != !(execute && roles[i].executes))
				fail_msg("%s: system call %d", roles[i].name,
				    dangerous[j]);
		}
	}
}

static void
an_allow_list_is_short(void **state)
{
	size_t i, free_rows, calls;
	int number;

	(void)state;
	for (i = 0; i < NROLES; i++) {
		if (roles[i].profile->mode != SANDBOX_ALLOW)
			continue;
		calls = 0;
		for (number = 0; number < CALLS_END; number++)
			calls += rows_for(roles[i].profile, number,
			    &free_rows) > 0;
		if (calls == 0 || calls > roles[i].most)
			fail_msg("%s: %zu calls", roles[i].name, calls);
	}
}

static void
no_row_makes_another_void(void **state)
{
	size_t i, j, free_rows, rows;

	(void)state;
	for (i = 0; i < NROLES; i++) {
		for (j = 0; j < roles[i].profile->ncalls; j++) {
			int number = roles[i].profile->calls[j].number;

			rows = rows_for(roles[i].profile, number, &free_rows);
			if (free_rows > 0 && rows > 1)
				fail_msg("%s: system call %d has %zu rows",
				    roles[i].name, number, rows);
		}
	}
}

/* So that a 32-bit build is not killed by its first system call. */
static void
a_call_is_listed_by_all_its_names(void **state)
{
	size_t i, j, free_rows;

	(void)state;
	for (i = 0; i < NROLES; i++)
		for (j = 0; j < sizeof(twins) / sizeof(twins[0]); j++)
			if (rows_for(roles[i].profile, twins[j].here,
			    &free_rows) != rows_for(roles[i].profile,
			    twins[j].there, &free_rows))
				fail_msg("%s: system call %d has no twin",
				    roles[i].name, twins[j].here);
}

static void
one_role_may_set_the_clock_and_none_anything_else(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < NROLES; i++)
		assert_int_equal(roles[i].profile->capabilities,
		    roles[i].profile == &kernel_profile ?
		    (uint64_t)1 << CAP_SYS_TIME : 0);
}

static void
no_allow_list_has_a_way_out(void **state)
{
	static const int ways_out[] = {
		SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(openat2),
		SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork),
		SCMP_SYS(vfork), SCMP_SYS(clone), SCMP_SYS(clone3),
		SCMP_SYS(ptrace), SCMP_SYS(kill), SCMP_SYS(prctl),
		SCMP_SYS(setuid), SCMP_SYS(setresuid), SCMP_SYS(bind),
		SCMP_SYS(listen), SCMP_SYS(ioctl), SCMP_SYS(clock_settime),
		SCMP_SYS(io_uring_setup), SCMP_SYS(mprotect),
	};
	size_t i, j, free_rows;

	(void)state;
	for (i = 0; i < NROLES; i++) {
		if (roles[i].profile->mode != SANDBOX_ALLOW)
			continue;
		for (j = 0; j < sizeof(ways_out) / sizeof(ways_out[0]); j++)
			if (rows_for(roles[i].profile, ways_out[j],
			    &free_rows) > 0)
				fail_msg("%s: system call %d", roles[i].name,
				    ways_out[j]);
		if (roles[i].profile != &kernel_profile &&
		    roles[i].profile != &observe_profile)
			assert_int_equal(rows_for(roles[i].profile,
			    SCMP_SYS(clock_adjtime), &free_rows), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_allowed_ends_the_process),
		cmocka_unit_test(what_is_denied_is_denied),
		cmocka_unit_test(a_deny_list_has_all_that_is_dangerous),
		cmocka_unit_test(an_allow_list_is_short),
		cmocka_unit_test(no_row_makes_another_void),
		cmocka_unit_test(a_call_is_listed_by_all_its_names),
		cmocka_unit_test(
		    one_role_may_set_the_clock_and_none_anything_else),
		cmocka_unit_test(no_allow_list_has_a_way_out),
	};

	if (geteuid() != 0) {
		(void)fputs("root only: there is nothing to give up\n", stderr);
		return 77;	/* skipped, for meson */
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
