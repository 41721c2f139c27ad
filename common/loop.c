/*
 * A ppoll(2) loop over a small table. A handler may add and remove watches,
 * its own too: removal only marks the row, and the table is closed up after
 * the turn, so no row moves while the table is being walked.
 */
#include "common/loop.h"

#include <stdlib.h>
#include <time.h>

#include "common/ntp_time.h"

void
loop_init(struct loop *loop)
{
	loop->count = 0;
	loop->stop = false;
}

static size_t
loop_find(const struct loop *loop, int fd)
{
	size_t i;

	for (i = 0; i < loop->count; i++)
		if (loop->handlers[i] != NULL && loop->fds[i].fd == fd)
			break;
	return i;
}

/* Drops the rows that loop_remove marked. */
static void
loop_close_up(struct loop *loop)
{
	size_t from, to = 0;

	for (from = 0; from < loop->count; from++) {
		if (loop->handlers[from] == NULL)
			continue;
		loop->fds[to] = loop->fds[from];
		loop->handlers[to] = loop->handlers[from];
		loop->contexts[to] = loop->contexts[from];
		to++;
	}
	loop->count = to;
}

bool
loop_add(struct loop *loop, int fd, short events, loop_handler *handler,
    void *context)
{
	size_t row = loop->count;

	if (fd < 0 || handler == NULL || loop_find(loop, fd) != row)
		abort();
	if (row == LOOP_WATCHES_MAX)
		return false;
	loop->fds[row] = (struct pollfd){ .fd = fd, .events = events };
	loop->handlers[row] = handler;
	loop->contexts[row] = context;
	loop->count++;
	return true;
}

void
loop_remove(struct loop *loop, int fd)
{
	size_t row = loop_find(loop, fd);

	if (row == loop->count)
		return;
	loop->handlers[row] = NULL;
	loop->fds[row].fd = -1;
	loop->fds[row].revents = 0;
}

size_t
loop_turn(struct loop *loop, int64_t timeout_ns)
{
	struct timespec wait, *limit = NULL;
	size_t row, watched, called = 0;

	loop_close_up(loop);
	if (timeout_ns >= 0) {
		wait.tv_sec = (time_t)(timeout_ns / NS_PER_S);
		wait.tv_nsec = (long)(timeout_ns % NS_PER_S);
		limit = &wait;
	}
	watched = loop->count;
	if (ppoll(loop->fds, (nfds_t)watched, limit, NULL) <= 0)
		return 0;
	for (row = 0; row < watched; row++) {
		short revents = loop->fds[row].revents;

		if (revents == 0 || loop->handlers[row] == NULL)
			continue;
		loop->fds[row].revents = 0;
		loop->handlers[row](loop->contexts[row], loop->fds[row].fd,
		    revents);
		called++;
	}
	return called;
}
