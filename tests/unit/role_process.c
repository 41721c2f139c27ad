/* See role_process.h. Part of tests only. */
#include "tests/unit/role_process.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NOBODY		65534
#define PATIENCE_MS	10000
#define FIRST_FD	3
#define ASIDE_FD	100	/* out of the way of 3 and up */
#define PROGRAM_FD	200

/* Its own clock rights are nothing that a test may leave to chance. */
static void
become_nobody(void)
{
	if (geteuid() != 0)
		return;
	if (prctl(PR_CAPBSET_DROP, CAP_SYS_TIME, 0, 0, 0) != 0 ||
	    setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) != 0)
		abort();
}

/* Everything else is closed by exec, the program's own descriptor too. */
static void
place_descriptors(const int *fds, size_t nfds, int log)
{
	int null = open("/dev/null", O_RDWR);
	size_t i;

	for (i = 0; i < nfds; i++)
		if (dup2(fds[i], ASIDE_FD + (int)i) == -1)
			abort();
	if (null == -1 || dup2(log, 2) == -1 || dup2(null, 0) == -1 ||
	    dup2(null, 1) == -1)
		abort();
	for (i = 0; i < nfds; i++)
		if (dup2(ASIDE_FD + (int)i, FIRST_FD + (int)i) == -1)
			abort();
	if (syscall(SYS_close_range, FIRST_FD + (unsigned int)nfds, ~0U,
	    CLOSE_RANGE_CLOEXEC) != 0)
		abort();
}

static _Noreturn void
start_child(const char *path, const int *fds, size_t nfds, int log,
    const char *const *words)
{
	char parent[16];
	char *argv[7 + ROLE_PROCESS_WORDS + 1] = { strdup("role"), parent,
		strdup("-"), strdup("-"), strdup("-"), strdup("0"),
		strdup("1") };
	size_t n = 7;
	int program;

	(void)snprintf(parent, sizeof(parent), "%d", (int)getppid());
	while (words != NULL && *words != NULL)
		argv[n++] = strdup(*words++);
	/* opened as who we are: nobody may not be able to get there */
	program = fcntl(open(path, O_PATH | O_CLOEXEC), F_DUPFD_CLOEXEC,
	    PROGRAM_FD);
	if (program != PROGRAM_FD)
		abort();
	/* the role has options of its own (common/sandbox_sanitizer.c): what
	 * is looked for in a test would be a forbidden call inside a sandbox */
	(void)unsetenv("ASAN_OPTIONS");
	(void)setenv("UBSAN_OPTIONS", "halt_on_error=1:symbolize=0", 1);
	become_nobody();
	place_descriptors(fds, nfds, log);
	(void)fexecve(program, argv, environ);
	_exit(127);
}

void
role_process_start(struct role_process *process, const char *path,
    const int *fds, size_t nfds, const char *const *words)
{
	size_t i;
	int log[2];

	memset(process, 0, sizeof(*process));
	if (pipe2(log, O_CLOEXEC) != 0)
		abort();
	process->pid = fork();
	if (process->pid == -1)
		abort();
	if (process->pid == 0)
		start_child(path, fds, nfds, log[1], words);
	close(log[1]);
	for (i = 0; i < nfds; i++)
		close(fds[i]);
	process->log = log[0];
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* True if something was read. */
static bool
read_log(struct role_process *process, int patience_ms)
{
	struct pollfd poll_log = { .fd = process->log, .events = POLLIN };
	ssize_t n;

	if (process->used + 4096 > sizeof(process->text)) {
		/* keep the younger half */
		memmove(process->text, process->text + sizeof(process->text) /
		    2, process->used - sizeof(process->text) / 2);
		process->used -= sizeof(process->text) / 2;
	}
	if (poll(&poll_log, 1, patience_ms) <= 0)
		return false;
	n = read(process->log, process->text + process->used, 4000);
	if (n <= 0)
		return false;
	process->used += (size_t)n;
	process->text[process->used] = '\0';
	return true;
}

bool
role_process_logged(struct role_process *process, const char *text)
{
	int64_t until = now_ms() + PATIENCE_MS;

	while (strstr(process->text, text) == NULL)
		if (now_ms() > until || !read_log(process, PATIENCE_MS))
			return false;
	return true;
}

int
role_process_wait(struct role_process *process)
{
	int64_t until = now_ms() + PATIENCE_MS;
	int status;

	while (waitpid(process->pid, &status, WNOHANG) == 0) {
		if (now_ms() > until)
			return -1;
		(void)read_log(process, 10);
		(void)poll(NULL, 0, 10);
	}
	while (read_log(process, 0))
		;
	process->pid = 0;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
	    WEXITSTATUS(status);
}

void
role_process_forget(struct role_process *process)
{
	while (read_log(process, 0))
		;
	process->used = 0;
	process->text[0] = '\0';
}

void
role_process_end(struct role_process *process)
{
	if (process->pid > 0) {
		(void)kill(process->pid, SIGKILL);
		(void)waitpid(process->pid, NULL, 0);
	}
	process->pid = 0;
	close(process->log);
}

void
role_process_channel(int ends[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		abort();
}

size_t
role_process_receive(int fd, void *message, size_t size)
{
	struct pollfd channel = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (poll(&channel, 1, PATIENCE_MS) <= 0)
		return 0;
	n = recv(fd, message, size, MSG_DONTWAIT);
	return n > 0 ? (size_t)n : 0;
}
