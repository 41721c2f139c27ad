/*
 * Starts one of our executables as the parent would, unprivileged, with
 * channels of the test's at 3, 4, ... For tests of a single role.
 */
#ifndef TESTS_UNIT_ROLE_PROCESS_H
#define TESTS_UNIT_ROLE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define ROLE_PROCESS_FDS	4
#define ROLE_PROCESS_WORDS	4

struct role_process {
	pid_t		pid;
	int		log;		/* what it writes to descriptor 2 */
	size_t		used;
	char		text[65536];	/* of the log so far, with a NUL */
};

/*
 * fds: placed at 3 and up, the test's copies are closed. words: what follows
 * DEBUG (1) on the command line; NULL ends it. Aborts if that fails. Never
 * with CAP_SYS_TIME: it is dropped for good, and root becomes nobody.
 */
void	role_process_start(struct role_process *process, const char *path,
	    const int *fds, size_t nfds, const char *const *words);

/* Bounded waits (10 s): until text is in the log; until it has exited. */
bool	role_process_logged(struct role_process *process, const char *text);
/* The exit status, or 128 and the signal; -1 if it is still there. */
int	role_process_wait(struct role_process *process);

/* The log so far is not looked at any more. */
void	role_process_forget(struct role_process *process);

/* Kills and reaps it if it is still there. */
void	role_process_end(struct role_process *process);

/* A SOCK_SEQPACKET pair; both ends close-on-exec. */
void	role_process_channel(int ends[2]);

/* Waits up to 10 s for a message; its size, or 0. */
size_t	role_process_receive(int fd, void *message, size_t size);

#endif
