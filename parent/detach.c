/*
 * Into the background. Runs before anything else is open.
 */
#include "parent/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void
detach_wait(int from)
{
	unsigned char status = 1;

	while (read(from, &status, 1) < 0 && errno == EINTR)
		;
	_exit(status);
}

int
detach_fork(int *waiter, int *terminal)
{
	int pair[2];
	pid_t pid;

	if (pipe2(pair, O_CLOEXEC) != 0)
		return -1;
	pid = fork();
	if (pid < 0)
		return -1;
	if (pid > 0) {
		close(pair[1]);
		detach_wait(pair[0]);
	}
	close(pair[0]);
	setsid();
	if (chdir("/") != 0)
		return -1;
	*waiter = pair[1];
	*terminal = fcntl(2, F_DUPFD_CLOEXEC, 3);
	return 0;
}

void
detach_verdict(int *waiter, int *terminal, unsigned char status)
{
	if (*waiter >= 0) {
		(void)!write(*waiter, &status, 1);
		close(*waiter);
	}
	if (*terminal >= 0)
		close(*terminal);
	*waiter = *terminal = -1;
}

void
detach_standard(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	dup2(null, 0);
	dup2(null, 1);
	if (null > 2)
		close(null);
}
