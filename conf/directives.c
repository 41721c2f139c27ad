/*
 * Every directive of ntp.conf that classic ntpd, ntpsec or their forebears
 * know, and what becomes of it here. Runs in the parent; constants only.
 */
#include "conf/directives.h"

#include <string.h>

#include "conf/parse.h"

#define FIELD(field)	.offset = offsetof(struct conf, field)

static const char multicast[] =
    "broadcast, multicast and manycast are not implemented: they cannot be "
    "authenticated against replay; clients should use `server`";
static const char remote[] =
    "there is no remote configuration, so no key for it is needed";
static const char modem[] = "modem drivers are not implemented";
static const char autokey[] =
    "Autokey is insecure and not implemented; use `nts` or `key`";
static const char signd[] =
    "ntpsigndsocket/mssntp: signed replies not available; domain members "
    "will not accept time from us";
static const char edit[] = "is a run-time command: edit the file and reload";
static const char simulator[] = "the simulator is a program of its own";

const struct directive directives[] = {
	/* Sources */
	{ "server", EFFECT_NOW, parse_server, "[-4|-6] ADDRESS [option ...]" },
	{ "pool", EFFECT_NOW, parse_pool, "[-4|-6] NAME [option ...]" },
	{ "peer", EFFECT_NOTICE, parse_peer, "[-4|-6] ADDRESS [option ...]",
	    .reason = "peer treated as server: symmetric mode is not "
	    "implemented" },
	{ "refclock", EFFECT_NOW, parse_refclock,
	    "DRIVER [unit N] [option ...]" },
	{ "fudge", EFFECT_NOW, parse_fudge, "127.127.t.u [option ...]" },
	{ "broadcast", EFFECT_NONE, parse_broadcast, "ADDRESS [option ...]",
	    .reason = "broadcast mode cannot be authenticated against replay; "
	    "clients should use server" },
	{ "broadcastclient", EFFECT_NONE, parse_words, NULL,
	    .reason = multicast },
	{ "multicastclient", EFFECT_NONE, parse_words, NULL,
	    .reason = multicast },
	{ "manycastclient", EFFECT_NONE, parse_broadcast,
	    "ADDRESS [option ...]", .reason = multicast },
	{ "manycastserver", EFFECT_NONE, parse_words, "ADDRESS ...",
	    .reason = multicast },
	{ "ttl", EFFECT_NONE, parse_words, "HOP ...", .reason = multicast },
	{ "mdnstries", EFFECT_NONE, parse_integer, "N",
	    .reason = "the service is not registered by multicast DNS" },
	{ "unpeer", EFFECT_REFUSED, parse_words, "ADDRESS", .reason = edit },
	{ "unconfig", EFFECT_REFUSED, parse_words, "ADDRESS", .reason = edit },

	/* Access control and rate limits */
	{ "restrict", EFFECT_NOW, parse_restrict,
	    "[-4|-6] ADDRESS [mask MASK] [flag ...]" },
	{ "unrestrict", EFFECT_NOW, parse_restrict,
	    "[-4|-6] ADDRESS [mask MASK] [flag ...]" },
	{ "discard", EFFECT_NOW, parse_settings, "option ...",
	    options_discard, FIELD(limit) },
	{ "limit", EFFECT_NOW, parse_settings, "option ...", options_limit,
	    FIELD(limit) },
	{ "mru", EFFECT_NOW, parse_settings, "option ...", options_mru,
	    FIELD(limit) },
	{ "interface", EFFECT_NOW, parse_interface,
	    "listen|ignore|drop all|ipv4|ipv6|wildcard|NAME|ADDRESS[/LENGTH]" },
	{ "nic", EFFECT_NOW, parse_interface,
	    "listen|ignore|drop all|ipv4|ipv6|wildcard|NAME|ADDRESS[/LENGTH]" },
	{ "trap", EFFECT_REFUSED, parse_words, "HOST",
	    .reason = "traps are not implemented" },

	/* Files, statistics, logging */
	{ "driftfile", EFFECT_NOW, parse_driftfile, "PATH",
	    FIELD(driftfile) },
	{ "leapfile", EFFECT_LATER, parse_string, "PATH", options_leapfile,
	    FIELD(leapfile), "leap seconds come from the majority of the "
	    "sources" },
	{ "includefile", EFFECT_NOW, parse_include, "PATH" },
	{ "statsdir", EFFECT_LATER, parse_string, "PATH", FIELD(statsdir),
	    .reason = "no statistics are written" },
	{ "statistics", EFFECT_LATER, parse_statistics, "NAME ...",
	    options_statistics, .with = "statsdir" },
	{ "filegen", EFFECT_LATER, parse_filegen, "NAME [option ...]",
	    options_filegen, .with = "statsdir" },
	{ "logfile", EFFECT_NOW, parse_string, "PATH", FIELD(logfile) },
	{ "logconfig", EFFECT_LATER, parse_logconfig, "[=+-]CLASSTYPE ...",
	    .reason = "all classes are logged" },
	{ "pidfile", EFFECT_NOW, parse_string, "PATH", FIELD(pidfile) },
	{ "keys", EFFECT_LATER, parse_string, "PATH", FIELD(keys),
	    .reason = "there are no keys, nothing is authenticated" },
	{ "trustedkey", EFFECT_LATER, parse_keys_list, "N|(N ... N) ...",
	    .with = "keys" },
	{ "controlkey", EFFECT_NONE, parse_integer, "N", .reason = remote },
	{ "requestkey", EFFECT_NONE, parse_integer, "N",
	    .with = "controlkey" },
	{ "keysdir", EFFECT_NONE, parse_string, "PATH",
	    .reason = "it held Autokey's keys" },
	{ "crypto", EFFECT_NOW, parse_settings, "option ...",
	    options_crypto },
	{ "revoke", EFFECT_REFUSED, parse_integer, "N", .reason = autokey },
	{ "automax", EFFECT_REFUSED, parse_integer, "N", .reason = autokey },
	{ "saveconfigdir", EFFECT_NONE, parse_string, "PATH",
	    .reason = "there is no remote configuration to save" },
	{ "setvar", EFFECT_LATER, parse_setvar, "NAME=VALUE [default]",
	    .reason = "no variables are told to queries" },
	{ "reset", EFFECT_NONE, parse_words, "NAME ...",
	    .reason = "counters start at zero" },
	{ "end", EFFECT_NONE, parse_words, NULL,
	    .reason = "the file ends where it ends" },
	{ "simulate", EFFECT_NONE, parse_words, NULL, .reason = simulator },
	{ "simulation_duration", EFFECT_NONE, parse_words, NULL,
	    .with = "simulate" },
	{ "beep_delay", EFFECT_NONE, parse_words, NULL, .with = "simulate" },
	{ "phone", EFFECT_NONE, parse_words, "NUMBER ...", .reason = modem },
	{ "device", EFFECT_NONE, parse_words, NULL, .with = "phone" },
	{ "calldelay", EFFECT_NONE, parse_integer, "N", .with = "phone" },

	/* Discipline and modes */
	{ "tos", EFFECT_NOW, parse_settings, "option VALUE ...",
	    options_tos, offsetof(struct conf, system) },
	{ "tinker", EFFECT_NOW, parse_settings, "option VALUE ...",
	    options_tinker, offsetof(struct conf, tinker) },
	{ "enable", EFFECT_NOW, parse_mode, "option ...", options_mode },
	{ "disable", EFFECT_NOW, parse_mode, "option ...", options_mode },
	{ "authenticate", EFFECT_NONE, parse_authenticate, "yes|no",
	    .reason = "nothing unauthenticated can mobilize an association" },
	{ "broadcastdelay", EFFECT_NONE, parse_decimal, "SECONDS",
	    .reason = "broadcasts are not listened to" },
	{ "tick", EFFECT_NONE, parse_decimal, "MICROSECONDS",
	    .reason = "the kernel's tick is left alone" },
	{ "rlimit", EFFECT_NONE, parse_settings, "option ...",
	    options_rlimit, .reason = "each process has limits of its own" },
	{ "leapsmearinterval", EFFECT_REFUSED, parse_integer, "SECONDS",
	    .reason = "leap smearing is not implemented, and not smearing "
	    "would be wrong here" },
	{ "dscp", EFFECT_LATER, parse_integer, "N",
	    .reason = "packets are not marked" },
	{ "nts", EFFECT_LATER, parse_settings, "option ...", options_nts,
	    .reason = "there is no NTS" },
	{ "extra", EFFECT_LATER, parse_words, "port N",
	    .reason = "only port 123 is served" },
	{ "ntpsigndsocket", EFFECT_LOUD, parse_string, "DIRECTORY",
	    .reason = signd },
	{ NULL }
};

static_assert(sizeof(directives) / sizeof(directives[0]) <= DIRECTIVES_MAX,
    "DIRECTIVES_MAX is too small");

const struct directive *
directive_find(const char *name)
{
	const struct directive *directive;

	for (directive = directives; directive->name != NULL; directive++) {
		if (strcmp(directive->name, name) == 0)
			return directive;
	}
	return NULL;
}

size_t
directive_index(const struct directive *directive)
{
	return (size_t)(directive - directives);
}

const struct option *
option_find(const struct option *options, const char *name)
{
	for (; options->name != NULL; options++) {
		if (strcmp(options->name, name) == 0)
			return options;
	}
	return NULL;
}
