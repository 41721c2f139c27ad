/*
 * The command line. Runs in the parent before anything else; what it is told
 * comes from whoever may start a daemon, and is checked like a file's words.
 */
#include "parent/options.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <bsd/stdlib.h>
#include <bsd/string.h>

#include "config.h"

#define OPTIONS_CONF	SYSCONFDIR "/ntp.conf"

/* Long options without a letter. */
enum {
	OPTION_DUMP = 256,
	OPTION_NOTIFY_FD,
	OPTION_OBSERVE,
	OPTION_UNPRIVILEGED
};

static const char options_short[] =
    ":46aAbc:CdD:f:gGhi:I:k:l:LmMnNp:P:qr:s:t:u:U:v:Vw:xz:Z:";

static const struct option options_long[] = {
	{ "ipv4", no_argument, NULL, '4' },
	{ "ipv6", no_argument, NULL, '6' },
	{ "authreq", no_argument, NULL, 'a' },
	{ "authnoreq", no_argument, NULL, 'A' },
	{ "bcastsync", no_argument, NULL, 'b' },
	{ "configfile", required_argument, NULL, 'c' },
	{ "check", no_argument, NULL, 'C' },
	{ "debug_level", no_argument, NULL, 'd' },
	{ "set_debug_level", required_argument, NULL, 'D' },
	{ "set-debug-level", required_argument, NULL, 'D' },
	{ "driftfile", required_argument, NULL, 'f' },
	{ "panicgate", no_argument, NULL, 'g' },
	{ "force_step_once", no_argument, NULL, 'G' },
	{ "force-step-once", no_argument, NULL, 'G' },
	{ "help", no_argument, NULL, 'h' },
	{ "jaildir", required_argument, NULL, 'i' },
	{ "interface", required_argument, NULL, 'I' },
	{ "keyfile", required_argument, NULL, 'k' },
	{ "logfile", required_argument, NULL, 'l' },
	{ "novirtualips", no_argument, NULL, 'L' },
	{ "mdns", no_argument, NULL, 'm' },
	{ "nofork", no_argument, NULL, 'n' },
	{ "nice", no_argument, NULL, 'N' },
	{ "pidfile", required_argument, NULL, 'p' },
	{ "priority", required_argument, NULL, 'P' },
	{ "quit", no_argument, NULL, 'q' },
	{ "propagationdelay", required_argument, NULL, 'r' },
	{ "statsdir", required_argument, NULL, 's' },
	{ "trustedkey", required_argument, NULL, 't' },
	{ "user", required_argument, NULL, 'u' },
	{ "updateinterval", required_argument, NULL, 'U' },
	{ "var", required_argument, NULL, 'v' },
	{ "version", no_argument, NULL, 'V' },
	{ "wait-sync", required_argument, NULL, 'w' },
	{ "slew", no_argument, NULL, 'x' },
	{ "dump", no_argument, NULL, OPTION_DUMP },
	{ "notify-fd", required_argument, NULL, OPTION_NOTIFY_FD },
	{ "observe", no_argument, NULL, OPTION_OBSERVE },
	{ "unprivileged", no_argument, NULL, OPTION_UNPRIVILEGED },
	{ NULL }
};

static int options_fail(struct options *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

/* Returns OPTIONS_ERROR. */
static int
options_fail(struct options *options, const char *format, ...)
{
	va_list arguments;
	char *c;

	va_start(arguments, format);
	(void)vsnprintf(options->error, sizeof(options->error), format,
	    arguments);
	va_end(arguments);
	for (c = options->error; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	}
	return OPTIONS_ERROR;
}

/* -1: no number from low to high, and error is set. */
static long long
options_number(struct options *options, int letter, long long low,
    long long high)
{
	const char *problem;
	long long number;

	number = strtonum(optarg, low, high, &problem);
	if (problem == NULL)
		return number;
	(void)options_fail(options, "-%c: `%s` is %s (%lld to %lld)",
	    letter < 256 ? letter : '-', optarg, problem, low, high);
	return -1;
}

/* What can be written into an ntp.conf, for --dump. */
static int
options_path(struct options *options, const char **path)
{
	const char *c;

	for (c = optarg; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f || *c == '"')
			return options_fail(options,
			    "`%s` cannot be a path here", optarg);
	}
	if (*optarg == '\0')
		return options_fail(options, "an empty path");
	*path = optarg;
	return OPTIONS_RUN;
}

static int
options_user(struct options *options)
{
	const char *colon = strchr(optarg, ':');
	size_t length = colon == NULL ? strlen(optarg) :
	    (size_t)(colon - optarg);

	if (length == 0 || length >= sizeof(options->user) ||
	    (colon != NULL && colon[1] == '\0'))
		return options_fail(options, "-u: `%s` is not USER[:GROUP]",
		    optarg);
	memcpy(options->user, optarg, length);
	options->user[length] = '\0';
	if (colon != NULL && strlcpy(options->group, colon + 1,
	    sizeof(options->group)) >= sizeof(options->group))
		return options_fail(options, "-u: the group is too long");
	return OPTIONS_RUN;
}

static int
options_interface(struct options *options)
{
	if (options->ninterfaces >= OPTIONS_LIST_MAX)
		return options_fail(options, "more than %d of -I",
		    OPTIONS_LIST_MAX);
	options->interfaces[options->ninterfaces++] = optarg;
	return OPTIONS_RUN;
}

static int
options_trusted_key(struct options *options)
{
	long long key = options_number(options, 't', 1, 65535);

	if (key < 0)
		return OPTIONS_ERROR;
	if (options->ntrusted_keys >= OPTIONS_LIST_MAX)
		return options_fail(options, "more than %d of -t",
		    OPTIONS_LIST_MAX);
	options->trusted_keys[options->ntrusted_keys++] = (uint16_t)key;
	return OPTIONS_RUN;
}

/* Paths and other texts. */
static int
options_take_text(struct options *options, int letter)
{
	switch (letter) {
	case 'c':
		options->conf_given = true;
		return options_path(options, &options->conf_path);
	case 'f':
		return options_path(options, &options->driftfile);
	case 'i':
		return options_path(options, &options->jail);
	case 'I':
		return options_interface(options);
	case 'k':
		return options_path(options, &options->keys);
	case 'l':
		return options_path(options, &options->logfile);
	case 'p':
		return options_path(options, &options->pidfile);
	case 's':
		return options_path(options, &options->statsdir);
	case 'u':
		return options_user(options);
	default:
		options->ineffective |= OPTIONS_BIT(letter);
		return OPTIONS_RUN;
	}
}

/* Numbers. */
static int
options_take_number(struct options *options, int letter)
{
	long long number = 0;

	switch (letter) {
	case 'D':
		number = options_number(options, letter, 0, 9);
		options->debug = (int)number;
		options->foreground = options->log_stderr = true;
		break;
	case 'P':
		number = options_number(options, letter, 1, 99);
		options->ineffective |= OPTIONS_BIT('P');
		break;
	case 'w':
		number = options_number(options, letter, 0, 86400);
		options->wait_sync_s = (uint32_t)number;
		break;
	case OPTION_NOTIFY_FD:
		/* 0 to 2 are not what s6 and friends mean by it */
		number = options_number(options, letter, 3, 65535);
		options->notify_fd = (int)number;
		break;
	default:
		return options_take_text(options, letter);
	}
	return number < 0 ? OPTIONS_ERROR : OPTIONS_RUN;
}

/* Words without a value. */
static int
options_take(struct options *options, int letter)
{
	switch (letter) {
	case '4':
		options->ipv4_only = true;
		break;
	case '6':
		options->ipv6_only = true;
		break;
	case 'd':
		options->debug += options->debug < 9 ? 1 : 0;
		options->foreground = options->log_stderr = true;
		break;
	case 'g':
		options->first_any = true;
		break;
	case 'n':
		options->foreground = true;
		break;
	case 'N':
		options->nice = true;
		break;
	case 'q':
		options->quit = true;
		break;
	case 'x':
		options->slew = true;
		break;
	case OPTION_OBSERVE:
		options->observe = true;
		break;
	case OPTION_UNPRIVILEGED:
		options->unprivileged = true;
		break;
	case 't':
		return options_trusted_key(options);
	default:
		return options_take_number(options, letter);
	}
	return OPTIONS_RUN;
}

/* The word getopt stopped at; letters in a group come as optopt. */
static int
options_bad(struct options *options, int argc, char *argv[], bool missing)
{
	const char *what = missing ? "a value is missing after" :
	    "unknown option";

	if (optopt > 0 && optopt < 256)
		return options_fail(options, "%s -%c", what, optopt);
	if (optind > 0 && optind <= argc)
		return options_fail(options, "%s %s", what,
		    argv[optind - 1]);
	return options_fail(options, "%s", what);
}

/* OPTIONS_RUN: go on; anything else is the answer. */
static int
options_letter(struct options *options, int letter, int argc, char *argv[])
{
	switch (letter) {
	case 'h':
		return OPTIONS_HELP;
	case 'V':
		return OPTIONS_VERSION;
	case '?':
		if (optopt == '?')
			return OPTIONS_HELP;
		return options_bad(options, argc, argv, false);
	case ':':
		return options_bad(options, argc, argv, true);
	default:
		return options_take(options, letter);
	}
}

static int
options_together(struct options *options)
{
	if (options->ipv4_only && options->ipv6_only)
		return options_fail(options, "-4 and -6 exclude each other");
	if (options->quit && options->wait_sync_s > 0)
		return options_fail(options, "-q and -w exclude each other");
	return OPTIONS_RUN;
}

enum options_action
options_parse(int argc, char *argv[], struct options *options)
{
	int letter, action = OPTIONS_RUN, wanted = OPTIONS_RUN;

	memset(options, 0, sizeof(*options));
	options->conf_path = OPTIONS_CONF;
	options->notify_fd = -1;
	optind = 0;	/* glibc: start anew */
	opterr = 0;
	while (action == OPTIONS_RUN && (letter = getopt_long(argc, argv,
	    options_short, options_long, NULL)) != -1) {
		if (letter == 'C')
			wanted = OPTIONS_CHECK;
		else if (letter == OPTION_DUMP)
			wanted = OPTIONS_DUMP;
		else
			action = options_letter(options, letter, argc, argv);
	}
	if (action != OPTIONS_RUN)
		return (enum options_action)action;
	options->servers = argv + optind;
	options->nservers = (size_t)(argc - optind);
	action = options_together(options);
	return (enum options_action)(action == OPTIONS_RUN ? wanted : action);
}

const char *
options_usage(void)
{
	return "usage: ntpd [-46dgnNqx] [-c file] [-D level] [-f driftfile] "
	    "[-i jail]\n"
	    "            [-I interface] [-k keys] [-l logfile] [-p pidfile] "
	    "[-s statsdir]\n"
	    "            [-t key] [-u user[:group]] [-w seconds]\n"
	    "            [--notify-fd fd] [--observe] [--unprivileged] "
	    "[server ...]\n"
	    "       ntpd --check [-c file]     say what is wrong with the "
	    "file\n"
	    "       ntpd --dump [-c file]      print the effective "
	    "configuration\n"
	    "       ntpd --version | --help\n";
}
