/*
 * The children of the daemon. Runs in the parent; the only process that may
 * start, end and replace the others. Trusts wait(2), not what a child says.
 */
#include "parent/supervise.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"
#include "common/ntp_time.h"
#include "parent/dispatch.h"
#include "parent/launch.h"

/* Who ran for so long failed for a new reason. */
#define SUPERVISE_GOOD_NS	(60 * NS_PER_S)
#define SUPERVISE_BACKOFF_MAX	60

/* Messages of one child in one turn of the loop: nobody starves the others. */
#define SUPERVISE_TURN		16
/* And in a second. A thousand reloads in a row come to a few hundred. */
#define SUPERVISE_FLOOD		2000

int64_t
supervise_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t
supervise_backoff(unsigned int failures)
{
	int64_t seconds = SUPERVISE_BACKOFF_MAX;

	if (failures == 0)
		failures = 1;
	if (failures <= 6)
		seconds = INT64_C(1) << (failures - 1);
	if (seconds > SUPERVISE_BACKOFF_MAX)
		seconds = SUPERVISE_BACKOFF_MAX;
	return seconds * NS_PER_S;
}

char *
supervise_cause(int status, char *text, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(text, size, "was killed by signal %d (%s)%s",
		    WTERMSIG(status), strsignal(WTERMSIG(status)),
		    WTERMSIG(status) == SIGSYS ?
		    ": a system call that its filter forbids" : "");
	else if (WEXITSTATUS(status) == SPAWN_EXIT_EXEC)
		snprintf(text, size, "could not be executed");
	else
		snprintf(text, size, "exited with status %d",
		    WEXITSTATUS(status));
	return text;
}

void
supervise_init(struct supervisor *supervisor, struct loop *loop,
    const struct supervise_hooks *hooks, void *context)
{
	int i;

	memset(supervisor, 0, sizeof(*supervisor));
	supervisor->loop = loop;
	supervisor->hooks = hooks;
	supervisor->context = context;
	for (i = 0; i < ROLE_MAX; i++) {
		supervisor->children[i].supervisor = supervisor;
		supervisor->children[i].role = (enum role)i;
		supervisor->children[i].channel = -1;
		supervisor->children[i].due_ns = SUPERVISE_NEVER;
	}
}

static void
supervise_close(struct child *child)
{
	if (child->channel < 0)
		return;
	loop_remove(child->supervisor->loop, child->channel);
	close(child->channel);
	child->channel = -1;
}

void
supervise_restart(struct child *child, const char *why)
{
	if (child->pid == 0 || child->state == CHILD_KILLED)
		return;
	log_error("%s %s: ending it", spawn_name(child->role), why);
	supervise_close(child);
	kill(child->pid, SIGKILL);
	child->state = CHILD_KILLED;
	child->due_ns = SUPERVISE_NEVER;
}

bool
supervise_flood(struct child *child, int64_t now_ns)
{
	if (now_ns - child->window_ns >= NS_PER_S) {
		child->window_ns = now_ns;
		child->messages = 0;
	}
	return ++child->messages > SUPERVISE_FLOOD;
}

static void
supervise_readable(void *context, int fd, short revents)
{
	struct child *child = context;
	int i;

	(void)revents;
	for (i = 0; i < SUPERVISE_TURN && child->channel == fd; i++)
		switch (dispatch_receive(child)) {
		case CHANNEL_HANDLED:
			if (supervise_flood(child, supervise_now()))
				supervise_restart(child, "sends without end");
			break;
		case CHANNEL_EMPTY:
			return;
		case CHANNEL_CLOSED:
			/* It ends; if it does not, its time is over soon. */
			supervise_close(child);
			child->due_ns = supervise_now() + NS_PER_S;
			return;
		case CHANNEL_INVALID:
			supervise_restart(child, "broke the protocol");
			return;
		}
}

bool
supervise_start(struct supervisor *supervisor, enum role role)
{
	struct child *child = &supervisor->children[role];

	if (child->pid != 0)
		abort();
	child->wanted = true;
	child->pushed = child->acknowledged = 0;
	child->ping = child->pong = 0;
	child->started_ns = supervise_now();
	if (!launch_child(child, supervise_readable)) {
		child->failures++;
		child->state = CHILD_WAITING;
		child->due_ns = child->started_ns +
		    supervise_backoff(child->failures);
		return false;
	}
	child->state = CHILD_STARTING;
	child->due_ns = child->started_ns + SUPERVISE_READY_NS;
	log_debug(1, "%s is started, pid %d", spawn_name(role),
	    (int)child->pid);
	return true;
}

void
supervise_want(struct supervisor *supervisor, enum role role, bool wanted)
{
	struct child *child = &supervisor->children[role];

	if (child->wanted == wanted)
		return;
	child->wanted = wanted;
	if (!wanted && child->pid != 0) {
		supervise_close(child);
		child->due_ns = supervise_now() + NS_PER_S;
	} else if (!wanted) {
		child->state = CHILD_OFF;
		child->due_ns = SUPERVISE_NEVER;
	} else if (child->pid == 0 && !supervise_start(supervisor, role))
		log_error("%s cannot be started: %s", spawn_name(role),
		    strerror(errno));
}

void
supervise_pushed(struct child *child, uint32_t generation)
{
	child->pushed = generation;
	child->due_ns = supervise_now() + SUPERVISE_ACK_NS;
}

bool
supervise_owes(const struct child *child)
{
	return child->state == CHILD_RUNNING && child->channel >= 0 &&
	    child->acknowledged != child->pushed;
}

/* It is gone; what comes next. */
static void
supervise_ended(struct child *child, int status)
{
	struct supervisor *supervisor = child->supervisor;
	int64_t now = supervise_now(), wait;
	char cause[128];

	child->pid = 0;
	child->exit_status = status;
	supervise_close(child);
	child->state = CHILD_OFF;
	child->due_ns = SUPERVISE_NEVER;
	if (supervisor->stopping)
		return;
	if (child->role == ROLE_CLOCKCTL) {
		supervisor->hooks->clock_gone(supervisor->context, child);
		return;
	}
	if (child->wanted) {
		if (now - child->started_ns >= SUPERVISE_GOOD_NS)
			child->failures = 0;
		wait = supervise_backoff(++child->failures);
		child->state = CHILD_WAITING;
		child->due_ns = now + wait;
		log_error("%s %s; starting it again in %d s",
		    spawn_name(child->role), supervise_cause(status, cause,
		    sizeof(cause)), (int)(wait / NS_PER_S));
	}
	supervisor->hooks->settled(supervisor->context, child);
}

static void
supervise_overdue(struct child *child)
{
	child->due_ns = SUPERVISE_NEVER;
	if (child->state == CHILD_WAITING) {
		if (!supervise_start(child->supervisor, child->role))
			log_error("%s cannot be started: %s",
			    spawn_name(child->role), strerror(errno));
	} else if (child->channel < 0)
		supervise_restart(child, "closed its channel and goes on");
	else if (child->state == CHILD_STARTING)
		supervise_restart(child, "did not get ready in time");
	else
		supervise_restart(child, "did not take its configuration");
}

void
supervise_timer(struct supervisor *supervisor)
{
	int64_t now = supervise_now();
	int i;

	for (i = 0; i < ROLE_MAX; i++)
		if (supervisor->children[i].due_ns <= now)
			supervise_overdue(&supervisor->children[i]);
}

int64_t
supervise_next(const struct supervisor *supervisor)
{
	int64_t next = SUPERVISE_NEVER;
	int i;

	for (i = 0; i < ROLE_MAX; i++)
		if (supervisor->children[i].due_ns < next)
			next = supervisor->children[i].due_ns;
	return next;
}

/* clockctl ends last, when nobody is left who would miss it. */
static void
supervise_stop_clock(struct supervisor *supervisor)
{
	int i;

	for (i = 0; i < ROLE_MAX; i++)
		if (i != ROLE_CLOCKCTL && supervisor->children[i].pid != 0)
			return;
	supervise_close(&supervisor->children[ROLE_CLOCKCTL]);
}

void
supervise_stop(struct supervisor *supervisor)
{
	int i;

	supervisor->stopping = true;
	for (i = 0; i < ROLE_MAX; i++) {
		if (i != ROLE_CLOCKCTL)
			supervise_close(&supervisor->children[i]);
		supervisor->children[i].due_ns = SUPERVISE_NEVER;
	}
	supervise_stop_clock(supervisor);
}

void
supervise_reap(struct supervisor *supervisor)
{
	int i, status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (i = 0; i < ROLE_MAX; i++)
			if (supervisor->children[i].pid == pid)
				supervise_ended(&supervisor->children[i],
				    status);
	if (supervisor->stopping)
		supervise_stop_clock(supervisor);
}

void
supervise_kill(struct supervisor *supervisor)
{
	int i;

	for (i = 0; i < ROLE_MAX; i++)
		if (supervisor->children[i].pid != 0)
			kill(supervisor->children[i].pid, SIGKILL);
}

bool
supervise_any_left(const struct supervisor *supervisor)
{
	int i;

	for (i = 0; i < ROLE_MAX; i++)
		if (supervisor->children[i].pid != 0)
			return true;
	return false;
}
