/*
 * Words of chrony.conf and of OpenNTPD's ntpd.conf, with what to write here.
 * Words that ntp.conf has too (server, pool, driftfile, ...) are not in it.
 * Runs in the parent; constants only.
 */
#include "conf/directives.h"

#include <string.h>

#define CHRONY		"a chrony"
#define OPENNTPD	"an OpenNTPD"

static const char own_socket[] = "none: requests leave from a fresh port each";
static const char bind_what[] = "`interface listen ADDRESS`";
static const char eleven[] = "kernel 11-minute mode is on by default";
static const char access_rule[] =
    "`restrict ADDRESS mask MASK` without or with `noserve`";
static const char commands[] = "none: there is no command port";
static const char nothing[] = "none is needed";
static const char by_itself[] = "none: the estimator finds it by itself";
static const char statistics[] = "`statsdir` and `statistics`";
static const char nts[] = "none yet: NTS is not implemented";
static const char none_yet[] = "none yet";

static const struct foreign foreigns[] = {
	{ "acquisitionport", CHRONY, own_socket },
	{ "allow", CHRONY, access_rule },
	{ "authselectmode", CHRONY, none_yet },
	{ "bindacqaddress", CHRONY, own_socket },
	{ "bindacqdevice", CHRONY, own_socket },
	{ "bindaddress", CHRONY, bind_what },
	{ "binddevice", CHRONY, "`interface listen NAME`" },
	{ "bindcmdaddress", CHRONY, commands },
	{ "clientloglimit", CHRONY, "`mru maxmem`" },
	{ "clockprecision", CHRONY, nothing },
	{ "cmdallow", CHRONY, commands },
	{ "cmddeny", CHRONY, commands },
	{ "cmdport", CHRONY, commands },
	{ "cmdratelimit", CHRONY, commands },
	{ "combinelimit", CHRONY, by_itself },
	{ "confdir", CHRONY, "`includefile PATH`, one for each" },
	{ "corrtimeratio", CHRONY, by_itself },
	{ "deny", CHRONY, access_rule },
	{ "dumpdir", CHRONY, nothing },
	{ "dumponexit", CHRONY, nothing },
	{ "fallbackdrift", CHRONY, by_itself },
	{ "hwclockfile", CHRONY, eleven },
	{ "hwtimestamp", CHRONY, none_yet },
	{ "include", CHRONY, "`includefile PATH`" },
	{ "initstepslew", CHRONY, "`tinker step` with `-g`" },
	{ "keyfile", CHRONY, "`keys PATH`" },
	{ "leapsecmode", CHRONY, nothing },
	{ "leapseclist", CHRONY, "`leapfile PATH`" },
	{ "leapsectz", CHRONY, "`leapfile PATH`" },
	{ "local", CHRONY, "`server 127.127.1.0` with `fudge 127.127.1.0 "
	    "stratum N`" },
	{ "lock_all", CHRONY, nothing },
	{ "log", CHRONY, statistics },
	{ "logbanner", CHRONY, nothing },
	{ "logchange", CHRONY, nothing },
	{ "logdir", CHRONY, "`statsdir PATH`" },
	{ "mailonchange", CHRONY, none_yet },
	{ "makestep", CHRONY, "`tinker step` with `-g`" },
	{ "manual", CHRONY, none_yet },
	{ "maxchange", CHRONY, "`tinker panic`" },
	{ "maxclockerror", CHRONY, nothing },
	{ "maxdistance", CHRONY, "`tos maxdist`" },
	{ "maxdrift", CHRONY, nothing },
	{ "maxjitter", CHRONY, by_itself },
	{ "maxsamples", CHRONY, by_itself },
	{ "maxslewrate", CHRONY, nothing },
	{ "maxupdateskew", CHRONY, by_itself },
	{ "minsamples", CHRONY, by_itself },
	{ "minsources", CHRONY, "`tos minsane`" },
	{ "maxsources", CHRONY, "`tos maxclock`" },
	{ "noclientlog", CHRONY, "`disable monitor`" },
	{ "nocerttimecheck", CHRONY, nts },
	{ "ntsaeads", CHRONY, nts },
	{ "ntsdumpdir", CHRONY, nts },
	{ "ntsport", CHRONY, nts },
	{ "ntsprocesses", CHRONY, nts },
	{ "ntsrefresh", CHRONY, nts },
	{ "ntsrotate", CHRONY, nts },
	{ "ntsservercert", CHRONY, nts },
	{ "ntsserverkey", CHRONY, nts },
	{ "ntstrustedcerts", CHRONY, nts },
	{ "offline", CHRONY, nothing },
	{ "auto_offline", CHRONY, nothing },
	{ "offset", CHRONY, "`bias`" },
	{ "opencommands", CHRONY, commands },
	{ "polltarget", CHRONY, by_itself },
	{ "presend", CHRONY, nothing },
	{ "ptpport", CHRONY, none_yet },
	{ "ptpdomain", CHRONY, none_yet },
	{ "ratelimit", CHRONY, "`discard` and `restrict default limited`" },
	{ "refresh", CHRONY, nothing },
	{ "require", CHRONY, none_yet },
	{ "reselectdist", CHRONY, by_itself },
	{ "rtcautotrim", CHRONY, eleven },
	{ "rtcdevice", CHRONY, eleven },
	{ "rtcfile", CHRONY, eleven },
	{ "rtconutc", CHRONY, eleven },
	{ "rtcsync", CHRONY, eleven },
	{ "sched_priority", CHRONY, "ntpd's option -P" },
	{ "smoothtime", CHRONY, none_yet },
	{ "sourcedir", CHRONY, "`includefile PATH`, one for each" },
	{ "stratumweight", CHRONY, by_itself },
	{ "tempcomp", CHRONY, none_yet },
	{ "trust", CHRONY, "`true`" },
	{ "user", CHRONY, "ntpd's option -u" },
	{ "constraint", OPENNTPD, none_yet },
	{ "constraints", OPENNTPD, none_yet },
	{ "correction", OPENNTPD, "`bias`" },
	{ "listen", OPENNTPD, bind_what },
	{ "query", OPENNTPD, own_socket },
	{ "sensor", OPENNTPD, none_yet },
	{ "servers", OPENNTPD, "`pool NAME`" },
	{ "trusted", OPENNTPD, "`true`" },
	{ "weight", OPENNTPD, by_itself },
	{ NULL }
};

const struct foreign *
foreign_find(const char *word)
{
	const struct foreign *foreign;

	for (foreign = foreigns; foreign->word != NULL; foreign++) {
		if (strcmp(foreign->word, word) == 0)
			return foreign;
	}
	return NULL;
}
