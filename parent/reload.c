/*
 * The reload. Runs in the parent. Trusts the parser's verdict: a configuration
 * that comes out of it is whole.
 */
#include "parent/reload.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/channel.h"
#include "common/log.h"
#include "common/ntp_time.h"
#include "common/packet.h"
#include "conf/conf.h"
#include "parent/daemon.h"
#include "parent/push.h"
#include "parent/reader.h"
#include "parent/report.h"

#define RELOAD_CANDIDATES	256	/* addresses of this host */
#define RELOAD_RESCAN_NS	NS_PER_S

void
reload_push(struct daemon *daemon, struct child *child, bool log)
{
	const struct push_log to = {
		.fd = log ? 2 : -1, .target = daemon->log.target
	};
	const struct push_policy policy = {
		.options = &daemon->options,
		.account = &daemon->clock.account,
		.disabled = daemon->clock.no_right,
		.frequency_known = daemon->clock.drift_known,
		.frequency_ppt = daemon->clock.drift_ppt,
	};
	struct msg_limits limits;
	bool sent = false;

	switch (child->role) {
	case ROLE_CLOCKCTL:
		push_limits(daemon->generation, daemon->conf, &policy,
		    &limits);
		sent = channel_send(child->channel, &limits, -1);
		break;
	case ROLE_NET:
		sent = push_net(child->channel, daemon->generation,
		    daemon->conf, &to);
		break;
	case ROLE_SERVE:
		sent = push_serve(child->channel, daemon->generation,
		    daemon->conf, &daemon->names, &daemon->sockets, &to);
		break;
	case ROLE_RESOLVER:
		sent = push_resolver(child->channel, daemon->generation, &to);
		break;
	case ROLE_MAX:
		abort();
	}
	if (sent)
		supervise_pushed(child, daemon->generation);
	else
		supervise_restart(child, "does not read its channel");
}

/* Everybody who is ready; who is not yet gets it when it is. */
static void
reload_push_all(struct daemon *daemon, bool log)
{
	struct child *child;
	int i;

	daemon->generation++;
	for (i = 0; i < ROLE_MAX; i++) {
		child = &daemon->supervisor.children[i];
		if (child->state != CHILD_RUNNING || child->channel < 0)
			continue;
		/* Nothing in a configuration is the resolver's, but the log. */
		if (i == ROLE_RESOLVER && !log)
			continue;
		reload_push(daemon, child, log);
	}
}

bool
reload_owed(const struct daemon *daemon)
{
	int i;

	for (i = 0; i < ROLE_MAX; i++)
		if (supervise_owes(&daemon->supervisor.children[i]))
			return true;
	return false;
}

bool
reload_bind(const struct daemon *daemon, const struct conf *conf,
    struct sockets *sockets, char *why, size_t size)
{
	struct sockets_candidate *candidates;
	size_t count;

	sockets->count = 0;
	/* -q serves nobody, and leaves the port to the daemon to come. */
	if (daemon->options.quit)
		return true;
	candidates = calloc(RELOAD_CANDIDATES, sizeof(*candidates));
	if (candidates == NULL)
		abort();
	count = sockets_candidates(candidates, RELOAD_CANDIDATES);
	sockets_wanted(conf, NTP_PORT, candidates, count, sockets);
	free(candidates);
	return sockets_bind(sockets, &daemon->sockets, why, size);
}

/* The new configuration, or NULL: refused, and everything is as it was. */
static struct conf *
reload_read(struct daemon *daemon, struct sockets *sockets)
{
	struct conf_report report = { 0 };
	struct conf *conf;
	char why[256];

	conf = reader_configuration(&daemon->options, &report);
	report_complaints(&report);
	if (conf != NULL && !reload_bind(daemon, conf, sockets, why,
	    sizeof(why))) {
		log_error("%s", why);
		conf_free(conf);
		conf = NULL;
	}
	conf_report_free(&report);
	return conf;
}

static void
reload_done(struct daemon *daemon)
{
	struct reload *reload = &daemon->reload;

	reload->active = false;
	sockets_release(&reload->retiring, &daemon->sockets);
	conf_free(reload->retired);
	reload->retired = NULL;
	if (reload->refused)
		notify_status(&daemon->notify,
		    "Reload refused, see the log; going on as before");
	else
		log_notice("configuration %" PRIu32 " is in force: %zu "
		    "sources, %zu sockets, after %" PRId64 " ms",
		    daemon->generation, daemon->conf->nsources,
		    daemon->sockets.count,
		    (supervise_now() - reload->begun_ns) / NS_PER_MS);
	notify_ready(&daemon->notify);
	if (reload->again) {
		reload->again = false;
		reload_request(daemon);
	}
}

void
reload_settle(struct daemon *daemon)
{
	if (daemon->reload.active && !reload_owed(daemon))
		reload_done(daemon);
}

static void
reload_begin(struct daemon *daemon)
{
	daemon->reload.active = true;
	daemon->reload.refused = false;
	daemon->reload.begun_ns = supervise_now();
	notify_reloading(&daemon->notify);
}

/* True if the children have to be told. */
static bool
reload_open_log(struct daemon *daemon)
{
	bool reopened;

	reopened = logfile_open(&daemon->log, daemon->conf, &daemon->options);
	daemon->supervisor.setup.log_target = daemon->log.target;
	return reopened;
}

void
reload_log(struct daemon *daemon)
{
	if (daemon->reload.active)
		daemon->reload.again = true;
	else if (daemon->phase == PHASE_RUN && reload_open_log(daemon))
		reload_push_all(daemon, true);
}

/* From here on this is in force; what was goes when all have answered. */
static void
reload_replace(struct daemon *daemon, struct conf *conf,
    const struct sockets *sockets)
{
	if (conf != NULL) {
		daemon->reload.retired = daemon->conf;
		daemon->conf = conf;
		names_take(&daemon->names, conf);
	}
	daemon->names.changed = false;	/* what is known goes with it */
	daemon->reload.retiring = daemon->sockets;
	daemon->sockets = *sockets;
}

static void
reload_send(struct daemon *daemon, bool log)
{
	reload_push_all(daemon, log);
	supervise_want(&daemon->supervisor, ROLE_SERVE,
	    daemon->sockets.count > 0);
	reload_settle(daemon);
}

void
reload_rescan(struct daemon *daemon)
{
	struct sockets sockets;
	char why[256];

	if (daemon->phase != PHASE_RUN || daemon->reload.active) {
		daemon->rescan_due_ns = supervise_now() + RELOAD_RESCAN_NS;
		return;
	}
	if (!reload_bind(daemon, daemon->conf, &sockets, why, sizeof(why))) {
		log_error("%s", why);
		return;
	}
	if (!sockets_same(&sockets, &daemon->sockets))
		log_notice("addresses of this host changed");
	else if (daemon->names.changed)
		log_notice("addresses of names in restrict lines changed");
	else
		return;
	daemon->reload.active = true;
	daemon->reload.refused = false;
	daemon->reload.begun_ns = supervise_now();
	reload_replace(daemon, NULL, &sockets);
	reload_send(daemon, false);
}

void
reload_names(struct daemon *daemon, int64_t now_ns)
{
	const struct child *child =
	    &daemon->supervisor.children[ROLE_RESOLVER];

	names_timer(&daemon->names, child->state == CHILD_RUNNING ?
	    child->channel : -1, now_ns);
}

void
reload_resolved(void *context, const struct msg_resolved *answer)
{
	struct daemon *daemon = context;

	names_answer(&daemon->names, answer, supervise_now());
	if (daemon->names.changed)
		daemon->rescan_due_ns = supervise_now();
}

/* What a running daemon cannot do any more. */
static void
reload_say_too_late(const struct daemon *daemon, const struct conf *conf)
{
	const char *now = daemon->conf->pidfile, *then = conf->pidfile;

	if (daemon->clock.no_right && !conf->disable_ntp)
		log_warning("the clock stays as it is until a restart: "
		    "CAP_SYS_TIME was missing at the start");
	if ((now == NULL) != (then == NULL) ||
	    (now != NULL && strcmp(now, then) != 0))
		log_warning("pidfile takes effect at the next start");
}

void
reload_request(struct daemon *daemon)
{
	struct sockets sockets = { .count = 0 };
	struct conf *conf;
	bool reopened;

	if (daemon->phase != PHASE_RUN || daemon->reload.active) {
		daemon->reload.again = true;
		return;
	}
	reload_begin(daemon);
	conf = reload_read(daemon, &sockets);
	daemon->reload.refused = conf == NULL;
	if (conf == NULL)
		log_error("reload refused: going on with the configuration "
		    "as it was");
	else {
		reload_say_too_late(daemon, conf);
		reload_replace(daemon, conf, &sockets);
	}
	reopened = reload_open_log(daemon);
	if (conf != NULL || reopened)
		reload_send(daemon, reopened);
	else
		reload_settle(daemon);
}
