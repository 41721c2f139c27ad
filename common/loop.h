/*
 * The event loop of every role but clockctl: ppoll(2) over a few descriptors,
 * a handler each. Timers are the caller's: it says how long to wait at most.
 */
#ifndef COMMON_LOOP_H
#define COMMON_LOOP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOOP_WATCHES_MAX	160

typedef void loop_handler(void *context, int fd, short revents);

struct loop {
	size_t		count;
	bool		stop;		/* set by a handler: loop_run returns */
	struct pollfd	fds[LOOP_WATCHES_MAX];
	loop_handler	*handlers[LOOP_WATCHES_MAX];
	void		*contexts[LOOP_WATCHES_MAX];
};

void	loop_init(struct loop *loop);

/* events: POLLIN and so on. Aborts if fd is watched already; false if full. */
bool	loop_add(struct loop *loop, int fd, short events,
	    loop_handler *handler, void *context);
/* Nothing happens if fd is not watched. Safe from within a handler. */
void	loop_remove(struct loop *loop, int fd);

/*
 * One turn: waits until something is ready or timeout_ns has passed (< 0: for
 * ever), then calls the handlers of what is ready, each at most once. A signal
 * ends the wait. Returns the number of handlers called.
 */
size_t	loop_turn(struct loop *loop, int64_t timeout_ns);

#endif
