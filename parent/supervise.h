/*
 * The children: started, watched, started again. Parent only.
 *
 * net, serve and the resolver come back after 1 s, then 2, 4 ... 60 s, each
 * for itself. clockctl does not: its death ends the daemon (the kernel keeps
 * the frequency, and the service manager starts the lot). The sockets
 * between net and clockctl and between net and the resolver live as long as
 * the parent, which keeps both ends; a new net has a new epoch.
 *
 * Times are of CLOCK_MONOTONIC, in nanoseconds.
 */
#ifndef PARENT_SUPERVISE_H
#define PARENT_SUPERVISE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/clock_message.h"
#include "common/conf_message.h"
#include "common/loop.h"
#include "common/resolve_message.h"
#include "parent/privilege.h"
#include "parent/spawn.h"

#define SUPERVISE_READY_NS	(INT64_C(10) * 1000000000)
#define SUPERVISE_ACK_NS	(INT64_C(5) * 1000000000)
#define SUPERVISE_NEVER		INT64_MAX

enum child_state {
	CHILD_OFF,		/* not wanted, and not there */
	CHILD_WAITING,		/* to be started at due_ns */
	CHILD_STARTING,		/* READY is to come before due_ns */
	CHILD_RUNNING,		/* if an ACK is owed: before due_ns */
	CHILD_KILLED		/* SIGKILL was sent; not yet reaped */
};

struct supervisor;

struct child {
	struct supervisor *supervisor;
	enum role	role;
	enum child_state state;
	bool		wanted;
	pid_t		pid;		/* 0 none */
	int		channel;	/* -1 none */
	int		exit_status;	/* of the last one: wait(2) */
	uint32_t	pushed;		/* generation sent last, 0 none */
	uint32_t	acknowledged;	/* generation answered last */
	uint32_t	ping;		/* number asked last, 0 none */
	uint32_t	pong;		/* number answered last */
	unsigned int	failures;	/* in a row */
	unsigned int	messages;	/* since window_ns: supervise_flood */
	int64_t		window_ns;
	int64_t		started_ns;
	int64_t		due_ns;
};

/* What the rest of the parent does about it. All must be there. */
struct supervise_hooks {
	/* READY came: send it the configuration (supervise_pushed). */
	void (*ready)(void *context, struct child *child);
	/* An ACK came, or a child that owed one is gone. */
	void (*settled)(void *context, struct child *child);
	/* clockctl is gone. */
	void (*clock_gone)(void *context, struct child *child);
	void (*clock_state)(void *context, const struct msg_state *state);
	void (*net_status)(void *context, const struct msg_status *status);
	void (*resolved)(void *context, const struct msg_resolved *answer);
};

/* With what children are started; filled by the start. */
struct supervise_setup {
	int		binaries[SPAWN_BINARIES];
	struct privilege_account accounts[ROLE_MAX];
	const char	*roots[ROLE_MAX];
	bool		unprivileged;
	bool		observe;
	bool		ipv4_only, ipv6_only;
	int		log_fd;		/* kept up to date by the log */
	int		log_target;
	int		debug;
	int		clock_pair[2];	/* clockctl's end, net's end */
	int		resolver_pair[2]; /* net's end, the resolver's end */
	int		page[2];	/* writable, read-only */
};

struct supervisor {
	struct loop	*loop;
	struct supervise_setup setup;
	const struct supervise_hooks *hooks;
	void		*context;	/* of the hooks */
	struct child	children[ROLE_MAX];
	uint32_t	net_epoch;
	bool		stopping;	/* nothing is started any more */
};

/* setup must be filled in by the caller afterwards. */
void	supervise_init(struct supervisor *supervisor, struct loop *loop,
	    const struct supervise_hooks *hooks, void *context);

/* Starts it now. False, with errno, if that could not even be tried. */
bool	supervise_start(struct supervisor *supervisor, enum role role);

/* Wanted: started if it is not there. Not wanted: its channel is closed. */
void	supervise_want(struct supervisor *supervisor, enum role role,
	    bool wanted);

/* The generation was sent to the child; the answer is due in 5 s. */
void	supervise_pushed(struct child *child, uint32_t generation);

/* True where it runs and has not answered what was sent to it. */
bool	supervise_owes(const struct child *child);

/* Logs why, and kills it; it comes back with the configuration in force. */
void	supervise_restart(struct child *child, const char *why);

/* After SIGCHLD. */
void	supervise_reap(struct supervisor *supervisor);

/* What is due is done; the time of what is due next. */
void	supervise_timer(struct supervisor *supervisor);
int64_t	supervise_next(const struct supervisor *supervisor);

/* Nothing is started any more. Closing a channel tells a child to end; then
 * the rest is killed. */
void	supervise_stop(struct supervisor *supervisor);
void	supervise_kill(struct supervisor *supervisor);
bool	supervise_any_left(const struct supervisor *supervisor);

/* Counts one message; true where it is one too many in a second. Pure. */
bool	supervise_flood(struct child *child, int64_t now_ns);

/* How long to wait after so many failures in a row (at least 1). Pure. */
int64_t	supervise_backoff(unsigned int failures);

/* "was killed by signal 9 (Killed)", "exited with status 1". Into text. */
char	*supervise_cause(int status, char *text, size_t size);

int64_t	supervise_now(void);

#endif
