/*
 * ntpd, the executable that administrators run: command line, signals, the
 * loop. Runs as the parent of all others. Reads no packet, resolves no name,
 * and gives up the right to set a clock before it reads a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/log.h"
#include "common/ntp_time.h"
#include "conf/conf.h"
#include "config.h"
#include "parent/check.h"
#include "parent/daemon.h"
#include "parent/detach.h"
#include "parent/files.h"
#include "parent/record.h"
#include "parent/reload.h"
#include "parent/start.h"
#include "parent/watch.h"

/* Children that were told to end and did not are killed after this. */
#define MAIN_STOP_NS	NS_PER_S

void
daemon_stop(struct daemon *daemon, int exit_status)
{
	if (daemon->exit_status == 0)
		daemon->exit_status = exit_status;
	if (daemon->phase == PHASE_STOP)
		return;
	notify_stopping(&daemon->notify);
	record_close(daemon, exit_status == 0);
	daemon->phase = PHASE_STOP;
	daemon->stop_due_ns = supervise_now() + MAIN_STOP_NS;
	supervise_stop(&daemon->supervisor);
}

void
daemon_fail(struct daemon *daemon, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_error("%s", text);
	if (daemon->terminal >= 0 && daemon->log.target != LOG_TO_STDERR)
		dprintf(daemon->terminal, "ntpd: %s\n", text);
	notify_status(&daemon->notify, "%s", text);
	daemon_stop(daemon, 1);
}

static void
main_ready(void *context, struct child *child)
{
	struct daemon *daemon = context;

	/* clockctl's LIMITS come when there is a configuration. */
	if (daemon->phase != PHASE_CLOCK && daemon->phase != PHASE_STOP)
		reload_push(daemon, child, false);
}

static void
main_settled(void *context, struct child *child)
{
	struct daemon *daemon = context;

	(void)child;
	if (daemon->phase == PHASE_START)
		start_settle(daemon);
	else if (daemon->phase == PHASE_RUN)
		reload_settle(daemon);
}

static void
main_clock_gone(void *context, struct child *child)
{
	struct daemon *daemon = context;
	char cause[128];

	/* In PHASE_CLOCK it is start.c that knows what it means. */
	if (daemon->phase != PHASE_CLOCK)
		daemon_fail(daemon, "clockctl %s: stopping; the kernel keeps "
		    "the last frequency", supervise_cause(child->exit_status,
		    cause, sizeof(cause)));
}

static void
main_clock_state(void *context, const struct msg_state *state)
{
	struct daemon *daemon = context;

	record_state(daemon, state);
	watch_status(daemon);
	if (daemon->waiter >= 0 && state->synchronised &&
	    daemon->options.wait_sync_s > 0)
		detach_verdict(&daemon->waiter, &daemon->terminal, 0);
	if (daemon->options.quit && record_is_set(state)) {
		log_notice("clock is set: done");
		daemon_stop(daemon, 0);
	}
}

static void
main_net_status(void *context, const struct msg_status *status)
{
	struct daemon *daemon = context;

	daemon->net = *status;
	watch_status(daemon);
}

static const struct supervise_hooks main_hooks = {
	.ready = main_ready,
	.settled = main_settled,
	.clock_gone = main_clock_gone,
	.clock_state = main_clock_state,
	.net_status = main_net_status,
	.resolved = reload_resolved,
};

static void
main_signal(struct daemon *daemon, uint32_t number)
{
	switch (number) {
	case SIGCHLD:
		supervise_reap(&daemon->supervisor);
		break;
	case SIGHUP:
		reload_request(daemon);
		break;
	case SIGUSR1:
		reload_log(daemon);
		break;
	case SIGTERM:
	case SIGINT:
		if (daemon->phase == PHASE_STOP)
			break;
		log_notice("stopping on %s", strsignal((int)number));
		/* -q that was interrupted has not set the clock. */
		daemon_stop(daemon, daemon->options.quit);
		break;
	default:
		break;
	}
}

static void
main_signals(void *context, int fd, short revents)
{
	struct signalfd_siginfo info;
	struct daemon *daemon = context;

	(void)revents;
	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		main_signal(daemon, info.ssi_signo);
}

static bool
main_catch_signals(struct daemon *daemon)
{
	static const int numbers[] = {
		SIGHUP, SIGTERM, SIGINT, SIGCHLD, SIGUSR1, SIGUSR2, SIGPIPE
	};
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaddset(&set, numbers[i]);
	if (sigprocmask(SIG_SETMASK, &set, NULL) != 0)
		return false;
	/* An ignored SIGCHLD, inherited, would reap behind our back. */
	signal(SIGCHLD, SIG_DFL);
	daemon->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return daemon->signals >= 0 && loop_add(&daemon->loop,
	    daemon->signals, POLLIN, main_signals, daemon);
}

static int64_t
main_next(const struct daemon *daemon)
{
	const int64_t due[] = {
		supervise_next(&daemon->supervisor), record_next(daemon),
		daemon->ping_due_ns, daemon->quit_due_ns, daemon->stop_due_ns,
		daemon->wait_due_ns, daemon->rescan_due_ns,
		daemon->phase == PHASE_RUN ? names_next(&daemon->names) :
		    SUPERVISE_NEVER
	};
	int64_t next = SUPERVISE_NEVER;
	size_t i;

	for (i = 0; i < sizeof(due) / sizeof(due[0]); i++)
		if (due[i] < next)
			next = due[i];
	return next;
}

static void
main_timer(struct daemon *daemon)
{
	int64_t now = supervise_now();

	supervise_timer(&daemon->supervisor);
	if (daemon->phase == PHASE_RUN) {
		record_timer(daemon, now);
		watch_timer(daemon, now);
		reload_names(daemon, now);
	}
	if (daemon->quit_due_ns <= now && daemon->phase != PHASE_STOP) {
		daemon->quit_due_ns = SUPERVISE_NEVER;
		watch_quit(daemon);
	}
	if (daemon->wait_due_ns <= now) {
		daemon->wait_due_ns = SUPERVISE_NEVER;
		detach_verdict(&daemon->waiter, &daemon->terminal, 1);
	}
	if (daemon->rescan_due_ns <= now) {
		daemon->rescan_due_ns = SUPERVISE_NEVER;
		reload_rescan(daemon);
	}
	if (daemon->stop_due_ns <= now) {
		daemon->stop_due_ns = SUPERVISE_NEVER;
		supervise_kill(&daemon->supervisor);
	}
}

void
daemon_turn(struct daemon *daemon)
{
	int64_t next = main_next(daemon), wait = -1;

	if (next != SUPERVISE_NEVER) {
		wait = next - supervise_now();
		if (wait < 0)
			wait = 0;
	}
	loop_turn(&daemon->loop, wait);
	main_timer(daemon);
}

static void
main_end(struct daemon *daemon)
{
	while (supervise_any_left(&daemon->supervisor))
		daemon_turn(daemon);
	if (daemon->pidfile >= 0)
		files_remove(daemon->pidfile_path);
	log_notice("stopped");
	/* Who still waits waits for a READY that does not come. */
	detach_verdict(&daemon->waiter, &daemon->terminal, 1);
}

/* For what is wrong before there is a log. Returns the exit status. */
static int
main_complain(const char *what, const char *why, int exit_status)
{
	fprintf(stderr, "ntpd: %s%s%s\n", what, why == NULL ? "" : ": ",
	    why == NULL ? "" : why);
	return exit_status;
}

static void
main_init(struct daemon *daemon)
{
	loop_init(&daemon->loop);
	supervise_init(&daemon->supervisor, &daemon->loop, &main_hooks, daemon);
	daemon->pidfile = daemon->lock = daemon->waiter = daemon->terminal =
	    daemon->netwatch = -1;
	daemon->ping_due_ns = daemon->quit_due_ns = daemon->stop_due_ns =
	    daemon->wait_due_ns = daemon->rescan_due_ns = SUPERVISE_NEVER;
}

static int
main_run(struct daemon *daemon)
{
	const struct options *options = &daemon->options;
	bool background = !options->foreground && !options->quit;

	main_init(daemon);
	if (background && detach_fork(&daemon->waiter, &daemon->terminal) != 0)
		return main_complain("cannot detach", strerror(errno), 1);
	logfile_init(&daemon->log, options);
	notify_init(&daemon->notify, options->notify_fd);
	if (!main_catch_signals(daemon))
		log_fatal("signalfd: %s", strerror(errno));
	if (start_daemon(daemon)) {
		while (daemon->phase != PHASE_STOP)
			daemon_turn(daemon);
	}
	main_end(daemon);
	return daemon->exit_status;
}

/*
 * The daemon works in "/"; what was named from elsewhere is still meant, at
 * each reload. The result is for the life of the process.
 */
static const char *
main_absolute(const char *path)
{
	char *absolute, *directory;

	if (path == NULL || path[0] == '/')
		return path;
	directory = getcwd(NULL, 0);
	if (directory == NULL || asprintf(&absolute, "%s/%s", directory,
	    path) < 0)
		return path;
	free(directory);
	return absolute;
}

static void
main_absolute_paths(struct options *options)
{
	options->conf_path = main_absolute(options->conf_path);
	options->driftfile = main_absolute(options->driftfile);
	options->pidfile = main_absolute(options->pidfile);
	options->logfile = main_absolute(options->logfile);
	options->statsdir = main_absolute(options->statsdir);
	options->keys = main_absolute(options->keys);
}

/* 0, 1, 2 must be something before anything else is opened. */
static void
main_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
	/* What was left open by who started us is not for the children. */
	close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
}

/* What else it was started with is nothing of ours, and would stay open. */
static void
main_close_inherited(int notify_fd)
{
	if (notify_fd > STDERR_FILENO) {
		(void)close_range(STDERR_FILENO + 1,
		    (unsigned int)notify_fd - 1, 0);
		(void)close_range((unsigned int)notify_fd + 1, ~0U, 0);
	} else {
		(void)close_range(STDERR_FILENO + 1, ~0U, 0);
	}
}

int
main(int argc, char *argv[])
{
	struct daemon *daemon = calloc(1, sizeof(*daemon));
	struct options *options;

	if (daemon == NULL)
		return main_complain("no memory", NULL, 1);
	options = &daemon->options;
	main_standard_descriptors();
	switch (options_parse(argc, argv, options)) {
	case OPTIONS_ERROR:
		return main_complain(options->error, NULL, 2);
	case OPTIONS_HELP:
		fputs(options_usage(), stdout);
		return 0;
	case OPTIONS_VERSION:
		puts("ntpd (timeball) " VERSION);
		return 0;
	case OPTIONS_CHECK:
		return check_configuration(options, false);
	case OPTIONS_DUMP:
		return check_configuration(options, true);
	case OPTIONS_RUN:
		break;
	}
	main_close_inherited(options->notify_fd);
	if (!options->foreground && !options->quit)
		main_absolute_paths(options);
	return main_run(daemon);
}
