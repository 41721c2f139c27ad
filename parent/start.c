/*
 * The start. Runs in the parent, with the rights of who started it until
 * privilege_drop. Up to there it has read its command line and nothing else.
 */
#include "parent/start.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/log.h"
#include "common/ntp_time.h"
#include "common/page.h"
#include "common/sandbox.h"
#include "conf/conf.h"
#include "config.h"
#include "parent/daemon.h"
#include "parent/detach.h"
#include "parent/netwatch.h"
#include "parent/pidfile.h"
#include "parent/privilege.h"
#include "parent/reader.h"
#include "parent/record.h"
#include "parent/reload.h"
#include "parent/report.h"
#include "parent/watch.h"

/* clockctl's own word for "no CAP_SYS_TIME". */
#define START_EXIT_NO_RIGHT	3

/* clockctl is up or gone within this, or something is very wrong. */
#define START_QUIT_NS		(60 * NS_PER_S)

static bool
start_identity(struct daemon *daemon)
{
	const struct options *options = &daemon->options;

	if (options->unprivileged && geteuid() == 0)
		daemon_fail(daemon, "--unprivileged is not for root");
	else if (!options->unprivileged && geteuid() != 0)
		daemon_fail(daemon, "must be started by root, or with "
		    "--unprivileged");
	return daemon->phase != PHASE_STOP;
}

/* -N; children inherit it. Not to have it is no reason to stop. */
static void
start_priority(const struct options *options)
{
	if (options->nice && setpriority(PRIO_PROCESS, 0, -20) != 0)
		log_warning("-N: %s", strerror(errno));
}

static bool
start_pairs(struct daemon *daemon)
{
	struct supervise_setup *setup = &daemon->supervisor.setup;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    setup->clock_pair) == 0 &&
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    setup->resolver_pair) == 0 && page_create(setup->page) == 0)
		return true;
	daemon_fail(daemon, "cannot make channels: %s", strerror(errno));
	return false;
}

static bool
start_setup(struct daemon *daemon)
{
	struct supervise_setup *setup = &daemon->supervisor.setup;
	const struct options *options = &daemon->options;
	char missing[PATH_MAX], why[256];
	const char *path;
	int i;

	if (!spawn_open(setup->binaries, missing, sizeof(missing))) {
		daemon_fail(daemon, "%s: %s", missing, strerror(errno));
		return false;
	}
	setup->unprivileged = options->unprivileged;
	setup->observe = options->observe;
	setup->ipv4_only = options->ipv4_only;
	setup->ipv6_only = options->ipv6_only;
	/* clockctl logs nothing; it shall not hold on to a terminal. */
	setup->log_fd = daemon->terminal >= 0 ? -1 : 2;
	setup->debug = options->debug;
	for (i = 0; i < ROLE_MAX; i++)
		setup->roots[i] = PRIVILEGE_EMPTY;
	setup->roots[ROLE_RESOLVER] = NULL;	/* reads /etc, by Landlock */
	if (!setup->unprivileged && !privilege_directory(&path)) {
		daemon_fail(daemon, "%s: %s", path, strerror(errno));
		return false;
	}
	if (!setup->unprivileged && !setup->observe) {
		daemon->lock = pidfile_lock_directory(PRIVILEGE_RUN, why,
		    sizeof(why));
		if (daemon->lock < 0) {
			daemon_fail(daemon, "%s", why);
			return false;
		}
	}
	privilege_clock_account(&setup->accounts[ROLE_CLOCKCTL]);
	return start_pairs(daemon);
}

/* Starts clockctl and waits until it is ready or gone; false: stop. */
static bool
start_clock(struct daemon *daemon)
{
	struct child *child = &daemon->supervisor.children[ROLE_CLOCKCTL];
	char cause[128];

	if (!supervise_start(&daemon->supervisor, ROLE_CLOCKCTL)) {
		daemon_fail(daemon, "clockctl: %s", strerror(errno));
		return false;
	}
	while (daemon->phase == PHASE_CLOCK && child->state != CHILD_RUNNING &&
	    child->state != CHILD_OFF)
		daemon_turn(daemon);
	if (daemon->phase != PHASE_CLOCK)
		return false;
	if (child->state == CHILD_RUNNING)
		return true;
	if (WIFEXITED(child->exit_status) && !daemon->clock.no_right &&
	    WEXITSTATUS(child->exit_status) == START_EXIT_NO_RIGHT) {
		daemon->clock.no_right = true;
		return true;
	}
	daemon_fail(daemon, "clockctl %s", supervise_cause(child->exit_status,
	    cause, sizeof(cause)));
	return false;
}

static bool
start_configuration(struct daemon *daemon)
{
	struct conf_report report = { 0 };
	const struct conf_complaint *it;
	char text[1024];

	daemon->conf = reader_configuration(&daemon->options, &report);
	if (daemon->conf != NULL)
		logfile_open(&daemon->log, daemon->conf, &daemon->options);
	if (daemon->conf != NULL)
		names_take(&daemon->names, daemon->conf);
	daemon->supervisor.setup.log_target = daemon->log.target;
	daemon->supervisor.setup.log_fd = 2;
	report_complaints(&report);
	for (it = report.first; it != NULL; it = it->next)
		if (daemon->terminal >= 0 && it->severity == CONF_ERROR)
			dprintf(daemon->terminal, "ntpd: %s\n",
			    conf_complaint_format(it, text, sizeof(text)));
	conf_report_free(&report);
	if (daemon->conf == NULL)
		daemon_fail(daemon, "%s: not started",
		    daemon->options.conf_path);
	return daemon->conf != NULL;
}

/*
 * The right to set the clock was missing, and the file is parsed only now:
 * where it says "disable ntp", clockctl starts once more, as an observer.
 */
static bool
start_without_right(struct daemon *daemon)
{
	if (!daemon->conf->disable_ntp) {
		daemon_fail(daemon, "cannot set the clock: CAP_SYS_TIME is "
		    "missing (not root, or a container without it); use "
		    "--observe or \"disable ntp\"");
		return false;
	}
	daemon->supervisor.setup.observe = true;
	return start_clock(daemon);
}

static bool
start_files(struct daemon *daemon)
{
	const struct options *options = &daemon->options;
	struct supervise_setup *setup = &daemon->supervisor.setup;
	struct sockets sockets;
	char why[256];

	if (daemon->conf->pidfile != NULL) {
		daemon->pidfile = pidfile_take(daemon->conf->pidfile, why,
		    sizeof(why));
		if (daemon->pidfile < 0) {
			daemon_fail(daemon, "%s", why);
			return false;
		}
		daemon->pidfile_path = strdup(daemon->conf->pidfile);
		if (daemon->pidfile_path == NULL)
			abort();
	}
	if (!setup->unprivileged && !privilege_accounts(
	    options->user[0] == '\0' ? NULL : options->user,
	    options->group[0] == '\0' ? NULL : options->group,
	    setup->accounts, why, sizeof(why))) {
		daemon_fail(daemon, "%s", why);
		return false;
	}
	if (options->jail != NULL)
		setup->roots[ROLE_NET] = setup->roots[ROLE_SERVE] =
		    options->jail;
	if (!reload_bind(daemon, daemon->conf, &sockets, why, sizeof(why))) {
		daemon_fail(daemon, "%s", why);
		return false;
	}
	daemon->sockets = sockets;
	record_open(daemon);
	return true;
}

static bool
start_others(struct daemon *daemon)
{
	static const enum role order[] = {
		ROLE_RESOLVER, ROLE_NET, ROLE_SERVE
	};
	size_t i;

	daemon->phase = PHASE_START;
	daemon->generation = 1;
	/* clockctl holds its end by now, and it is never started again. */
	close(daemon->supervisor.setup.clock_pair[0]);
	daemon->supervisor.setup.clock_pair[0] = -1;
	reload_push(daemon, &daemon->supervisor.children[ROLE_CLOCKCTL],
	    false);
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (order[i] == ROLE_SERVE && daemon->sockets.count == 0)
			continue;
		if (!supervise_start(&daemon->supervisor, order[i])) {
			daemon_fail(daemon, "%s: %s", spawn_name(order[i]),
			    strerror(errno));
			return false;
		}
	}
	if (daemon->options.quit)
		daemon->quit_due_ns = supervise_now() + START_QUIT_NS;
	return daemon->phase == PHASE_START;
}

bool
start_daemon(struct daemon *daemon)
{
	const char *failed;

	daemon->phase = PHASE_CLOCK;
	if (!start_identity(daemon))
		return false;
	start_priority(&daemon->options);
	if (!start_setup(daemon) || !start_clock(daemon))
		return false;
	if (!privilege_drop(&failed)) {
		daemon_fail(daemon, "lock-down: %s: %s", failed,
		    strerror(errno));
		return false;
	}
	if (!start_configuration(daemon) ||
	    (daemon->clock.no_right && !start_without_right(daemon)))
		return false;
	return start_files(daemon) && start_others(daemon);
}

/* Whoever started us may go, now or when the clock is right (-w). */
static void
start_detach(struct daemon *daemon)
{
	detach_standard();
	if (daemon->options.wait_sync_s == 0)
		detach_verdict(&daemon->waiter, &daemon->terminal, 0);
	else
		daemon->wait_due_ns = supervise_now() +
		    daemon->options.wait_sync_s * NS_PER_S;
}

static void
start_address_changed(void *context, int fd, short revents)
{
	struct daemon *daemon = context;

	(void)revents;
	/* A change seldom comes alone. */
	if (netwatch_drain(fd) && daemon->rescan_due_ns == SUPERVISE_NEVER)
		daemon->rescan_due_ns = supervise_now() + NS_PER_S;
}

/* Without it a SIGHUP is needed when addresses change; no reason to stop. */
static void
start_netwatch(struct daemon *daemon)
{
	if (daemon->options.quit)
		return;
	daemon->netwatch = netwatch_open();
	if (daemon->netwatch < 0 || !loop_add(&daemon->loop, daemon->netwatch,
	    POLLIN, start_address_changed, daemon))
		log_warning("rtnetlink: %s", strerror(errno));
}

void
start_settle(struct daemon *daemon)
{
	const struct child *child;
	int i;

	for (i = 0; i < ROLE_MAX; i++) {
		child = &daemon->supervisor.children[i];
		if (child->state == CHILD_WAITING) {
			daemon_fail(daemon, "%s did not start, see above",
			    spawn_name(child->role));
			return;
		}
		if (child->wanted && (child->state != CHILD_RUNNING ||
		    child->pushed == 0 || supervise_owes(child)))
			return;
	}
	daemon->phase = PHASE_RUN;
	log_notice("ntpd %s is ready: %zu sources, %zu sockets%s", VERSION,
	    daemon->conf->nsources, daemon->sockets.count,
	    daemon->supervisor.setup.observe ?
	    "; observing: the real clock is left alone" : "");
	notify_ready(&daemon->notify);
	watch_start(daemon);
	start_netwatch(daemon);
	if (daemon->waiter >= 0)
		start_detach(daemon);
	if (daemon->reload.again) {
		daemon->reload.again = false;
		reload_request(daemon);
	}
}
