/*
 * The command line laid over a configuration just parsed, at the start and at
 * each reload. Runs in the parent.
 */
#include "parent/options.h"

#include "conf/conf.h"
#include "conf/report.h"

#define SLEW_LIMIT_NS	(INT64_C(600) * 1000000000) /* of -x, as ntpd's */

/* Letters that are taken and do nothing, with what to say about it. */
struct ineffective_letter {
	char		letter;
	const char	*reason;
};

static const struct ineffective_letter ineffective_letters[] = {
	{ 'a', "nothing unauthenticated can mobilize an association" },
	{ 'A', "nothing unauthenticated can mobilize an association" },
	{ 'b', "broadcasts are not listened to" },
	{ 'G', "a first step needs -g, and stays within the policy" },
	{ 'L', "virtual interfaces are addresses like any other" },
	{ 'm', "the service is not registered by multicast DNS" },
	{ 'M', "there is no multimedia timer" },
	{ 'P', "no process asks for real-time scheduling" },
	{ 'r', "broadcasts are not listened to" },
	{ 'U', "the kernel tells when interfaces change" },
	{ 'v', "no variables are told to queries" },
	{ 'z', "no variables are told to queries" },
	{ 'Z', "no variables are told to queries" },
	{ '\0', NULL }
};

static void
options_say_ineffective(const struct options *options,
    struct conf_report *report)
{
	static const struct conf_place place = { .file = NULL };
	const struct ineffective_letter *row;

	for (row = ineffective_letters; row->letter != '\0'; row++) {
		if ((options->ineffective & OPTIONS_BIT(row->letter)) != 0)
			report_add(report, CONF_WARNING, place,
			    "-%c has no effect: %s", row->letter,
			    row->reason);
	}
	if (options->keys != NULL || options->ntrusted_keys > 0)
		report_add(report, CONF_NOTICE, place, "keys: not yet in "
		    "effect; there are no keys, nothing is authenticated");
	if (options->statsdir != NULL)
		report_add(report, CONF_NOTICE, place,
		    "statsdir: not yet in effect; no statistics are written");
}

static void
options_path_over(const char **field, const char *option)
{
	if (option != NULL)
		*field = option;
}

/* -I in place of the file's rules, as ntpd does. */
static bool
options_apply_interfaces(const struct options *options, struct conf *conf,
    struct conf_report *report)
{
	bool good = true;
	size_t i;

	if (options->ninterfaces > 0)
		conf->interfaces = NULL;
	for (i = 0; i < options->ninterfaces; i++) {
		if (!conf_add_interface(conf, options->interfaces[i], report))
			good = false;
	}
	return good;
}

/* -4 and -6 are about names; an address says itself what it is. */
static void
options_apply_family(const struct options *options, struct conf *conf)
{
	struct conf_source *source;
	struct address address;

	if (!options->ipv4_only && !options->ipv6_only)
		return;
	for (source = conf->sources; source != NULL; source = source->next) {
		if (source->settings.family == 0 &&
		    !address_from_text(source->settings.name, &address))
			source->settings.family = options->ipv4_only ? 4 : 6;
	}
}

bool
options_apply(const struct options *options, struct conf *conf,
    struct conf_report *report)
{
	bool good;
	size_t i;

	options_say_ineffective(options, report);
	options_path_over(&conf->driftfile, options->driftfile);
	options_path_over(&conf->pidfile, options->pidfile);
	options_path_over(&conf->logfile, options->logfile);
	options_path_over(&conf->statsdir, options->statsdir);
	options_path_over(&conf->keys, options->keys);
	good = options_apply_interfaces(options, conf, report);
	for (i = 0; i < options->nservers; i++) {
		if (!conf_add_server(conf, options->servers[i], report))
			good = false;
	}
	options_apply_family(options, conf);
	if (options->slew) {
		conf->tinker.step_ns = SLEW_LIMIT_NS;
		conf->tinker.step_back_ns = SLEW_LIMIT_NS;
		conf->tinker.step_forward_ns = SLEW_LIMIT_NS;
	}
	if (conf->nsources == 0)
		report_add(report, CONF_WARNING,
		    (struct conf_place){ .file = conf->path },
		    "no source of time is named: the clock will not be set");
	return good;
}
