/*
 * Goes into the background as daemons of old do, but the program that was
 * started ends only when the daemon is ready, and with its verdict. Parent
 * only.
 */
#ifndef PARENT_DETACH_H
#define PARENT_DETACH_H

/*
 * Forks. In the child (the daemon): *waiter is a pipe to who waits, *terminal
 * a copy of its stderr; 0. The process that was started never comes back: it
 * exits with the status that detach_verdict sends, or 1 if the daemon ends
 * without one. -1 with errno: could not fork.
 */
int	detach_fork(int *waiter, int *terminal);

/* Lets the waiting process exit with this status; closes both; -1 is fine. */
void	detach_verdict(int *waiter, int *terminal, unsigned char status);

/* Standard input and output become /dev/null; 2 is the log. */
void	detach_standard(void);

#endif
