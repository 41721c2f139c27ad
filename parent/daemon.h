/*
 * What the parent holds while it runs. Made by start.c, turned by main.c; the
 * modules that do one thing get what they need of it and not the whole.
 */
#ifndef PARENT_DAEMON_H
#define PARENT_DAEMON_H

#include <stdbool.h>
#include <stdint.h>

#include "common/log.h"
#include "common/loop.h"
#include "parent/logfile.h"
#include "parent/names.h"
#include "parent/notify.h"
#include "parent/options.h"
#include "parent/sockets.h"
#include "parent/state.h"
#include "parent/supervise.h"

/* A reload: see reload.c. */
struct reload {
	bool		active;		/* ACKs are owed */
	bool		again;		/* a HUP came meanwhile */
	bool		refused;	/* the new file was not taken */
	int64_t		begun_ns;
	struct sockets	retiring;	/* of the configuration before */
	struct conf	*retired;
};

/* What clockctl said last, and what is kept of it in files. */
struct clock_record {
	bool		known;
	struct msg_state state;
	bool		no_right;	/* started without CAP_SYS_TIME */
	bool		drift_known;	/* read from the drift file */
	int64_t		drift_ppt;
	bool		drift_warned;
	int64_t		drift_due_ns;	/* next write */
	int64_t		hold_due_ns;	/* next repetition */
	char		boot_id[STATE_BOOT_ID];
	struct state_account account;
	bool		clean;		/* ended so: the start is unspent */
	struct log_limit limits[EVENT_MAX];	/* of lines about events */
};

enum daemon_phase {
	PHASE_CLOCK,		/* waiting for clockctl, before any file */
	PHASE_START,		/* waiting for the first ACKs */
	PHASE_RUN,
	PHASE_STOP
};

struct daemon {
	struct options	options;
	enum daemon_phase phase;
	struct loop	loop;
	struct supervisor supervisor;
	struct notify	notify;
	struct logfile	log;
	struct conf	*conf;		/* in force */
	struct sockets	sockets;
	struct names	names;		/* of restrict lines in conf */
	uint32_t	generation;
	struct reload	reload;
	struct clock_record clock;
	struct msg_status net;
	int		signals;	/* signalfd */
	int		pidfile;	/* -1 none */
	char		*pidfile_path;	/* as taken at start */
	int		netwatch;	/* -1 none */
	int64_t		rescan_due_ns;
	int		lock;		/* -1 none */
	int		waiter;		/* pipe to who started us; -1 none */
	int		terminal;	/* its stderr, until READY; -1 none */
	uint32_t	ping;
	int64_t		ping_due_ns;
	int64_t		quit_due_ns;	/* -q: give up */
	int64_t		wait_due_ns;	/* -w: who waits is told no */
	int64_t		stop_due_ns;	/* SIGKILL for who is left */
	int		exit_status;
};

/* PHASE_STOP with this status; the loop does the rest. Safe to call twice:
 * the first status that is not 0 stays. */
void	daemon_stop(struct daemon *daemon, int exit_status);

/* One line to the log, to the terminal if it is still there, and stop. */
void	daemon_fail(struct daemon *daemon, const char *format, ...)
	    __attribute__((format(printf, 2, 3)));

/* One turn of the loop: waits for what is due next, does it. */
void	daemon_turn(struct daemon *daemon);

#endif
