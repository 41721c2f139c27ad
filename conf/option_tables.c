/*
 * The options behind the directives, one table a directive. Runs in the
 * parent; constants only.
 */
#include "conf/directives.h"

#include "conf/parse.h"

#define SOURCE(field)	offsetof(struct conf_source, settings.field)
#define SYSTEM(field)	offsetof(struct msg_conf_system, field)
#define TINKER(field)	offsetof(struct conf_tinker, field)
#define LIMIT(field)	offsetof(struct conf_limit, field)

#define NOW		EFFECT_NOW
#define SILENT		EFFECT_SILENT
#define LATER		EFFECT_LATER
#define NOTICE		EFFECT_NOTICE
#define NONE		EFFECT_NONE
#define LOUD		EFFECT_LOUD
#define REFUSED		EFFECT_REFUSED

#define SECOND		INT64_C(1000000000)	/* in ns */
#define DAY		(86400 * SECOND)

static const char autokey[] =
    "Autokey is insecure and not implemented; use `nts` or `key`";
static const char nts[] =
    "NTS is not implemented yet, and without it the server would be used "
    "unauthenticated";
static const char multicast[] = "it is for broadcast and multicast";
static const char own_memory[] = "memory is bounded by other means";
static const char other_stats[] = "nothing of this kind is written";
static const char discipline[] = "the clock is steered by another algorithm";

#define FLAG(word, bit)							\
	{ word, NOW, VALUE_NONE, .store = STORE_FLAG,			\
	    .offset = SOURCE(flags), .flag = (bit) }

const struct option options_server[] = {
	FLAG("iburst", SOURCE_IBURST),
	FLAG("burst", SOURCE_BURST),
	FLAG("prefer", SOURCE_PREFER),
	FLAG("noselect", SOURCE_NOSELECT),
	FLAG("true", SOURCE_TRUE),
	{ "minpoll", NOW, VALUE_INTEGER, 0, 31, .apply = server_poll },
	{ "maxpoll", NOW, VALUE_INTEGER, 0, 31, .apply = server_poll },
	{ "version", NOW, VALUE_INTEGER, 1, 4, .apply = server_version },
	{ "port", NOW, VALUE_INTEGER, 1, 65535, .apply = server_port },
	{ "bias", NOW, VALUE_SECONDS, -DAY, DAY, STORE_I64, SOURCE(bias_ns) },
	{ "key", LOUD, VALUE_INTEGER, 1, 65535, STORE_U32, SOURCE(key),
	    .reason = "`key` is not yet in effect; replies are not "
	    "authenticated" },
	{ "mode", LATER, VALUE_INTEGER, 0, UINT32_MAX,
	    .reason = "it is for reference clocks" },
	{ "ttl", LATER, VALUE_INTEGER, 0, UINT32_MAX,
	    .reason = "it is for reference clocks" },
	{ "subtype", LATER, VALUE_INTEGER, 0, UINT32_MAX,
	    .reason = "it is for reference clocks" },
	{ "path", LATER, VALUE_TEXT, .reason = "it is for reference clocks" },
	{ "ppspath", LATER, VALUE_TEXT,
	    .reason = "it is for reference clocks" },
	{ "baud", LATER, VALUE_INTEGER, 0, UINT32_MAX,
	    .reason = "it is for reference clocks" },
	{ "preempt", NONE, VALUE_NONE,
	    .reason = "pools replace their own members, nothing else" },
	{ "dynamic", NONE, VALUE_NONE,
	    .reason = "it has had none since ntp 4.2.7: sources always "
	    "survive changes of the network" },
	{ "xleave", NONE, VALUE_NONE,
	    .reason = "interleaved mode is not implemented" },
	{ "xmtnonce", SILENT, VALUE_NONE },
	{ "autokey", REFUSED, VALUE_NONE, .reason = autokey },
	{ "ident", REFUSED, VALUE_TEXT, .reason = autokey },
	{ "nts", REFUSED, VALUE_NONE, .reason = nts },
	{ "noval", REFUSED, VALUE_NONE,
	    .reason = "certificates are always checked; use `ca FILE`" },
	{ "ca", LATER, VALUE_TEXT, .reason = "it is for NTS" },
	{ "cert", LATER, VALUE_TEXT, .reason = "it is for NTS" },
	{ "aead", LATER, VALUE_TEXT, .reason = "it is for NTS" },
	{ NULL }
};

const struct option options_fudge[] = {
	{ "stratum", NOW, VALUE_INTEGER, 0, 15, STORE_U32,
	    offsetof(struct fudge, stratum) },
	{ "refid", LATER, VALUE_TEXT,
	    .reason = "the local clock is told as 127.127.1.u" },
	{ "time1", NONE, VALUE_SECONDS, -DAY, DAY,
	    .reason = "the local clock has no offset" },
	{ "time2", NONE, VALUE_SECONDS, -DAY, DAY,
	    .reason = "the local clock has no offset" },
	{ "flag1", NONE, VALUE_INTEGER, 0, 1,
	    .reason = "the local clock has no flags" },
	{ "flag2", NONE, VALUE_INTEGER, 0, 1,
	    .reason = "the local clock has no flags" },
	{ "flag3", NONE, VALUE_INTEGER, 0, 1,
	    .reason = "the local clock has no flags" },
	{ "flag4", NONE, VALUE_INTEGER, 0, 1,
	    .reason = "the local clock has no flags" },
	{ "abbrev", NONE, VALUE_TEXT, .reason = "logs show addresses" },
	{ "minjitter", NONE, VALUE_SECONDS, 0, DAY,
	    .reason = "the local clock has no jitter" },
	{ NULL }
};

const struct option options_tos[] = {
	{ "minsane", NOW, VALUE_INTEGER, 1, 64, STORE_U32, SYSTEM(minsane),
	    .apply = tos_minsane },
	{ "minclock", NOW, VALUE_INTEGER, 1, 64, STORE_U32,
	    SYSTEM(minclock) },
	{ "maxclock", NOW, VALUE_INTEGER, 1, 64, STORE_U32,
	    SYSTEM(maxclock) },
	{ "mindist", NOW, VALUE_SECONDS, 0, 16 * SECOND, STORE_I64,
	    SYSTEM(mindist_ns) },
	{ "maxdist", NOW, VALUE_SECONDS, 1, 65536 * SECOND, STORE_I64,
	    SYSTEM(maxdist_ns) },
	{ "floor", NOW, VALUE_INTEGER, 0, 15, STORE_U32, SYSTEM(floor) },
	{ "ceiling", NOW, VALUE_INTEGER, 1, 16, STORE_U32,
	    SYSTEM(ceiling) },
	{ "orphanwait", NOW, VALUE_INTEGER, 0, 30 * 86400, STORE_U32,
	    SYSTEM(orphan_wait_s) },
	{ "orphan", NOW, VALUE_INTEGER, 1, 16, .apply = tos_orphan },
	{ "cohort", NONE, VALUE_INTEGER, 0, 1,
	    .reason = "it is for manycast" },
	{ "beacon", NONE, VALUE_INTEGER, 0, UINT32_MAX,
	    .reason = "it is for manycast" },
	{ "bcpollbstep", NONE, VALUE_INTEGER, 0, 4,
	    .reason = "broadcasts are not listened to" },
	{ "basedate", LATER, VALUE_TEXT,
	    .reason = "no date before that of this build is accepted" },
	{ "maxdisp", NONE, VALUE_SECONDS, 0, 65536 * SECOND,
	    .reason = "`tos maxdist` bounds the dispersion too" },
	{ NULL }
};

/* The smallest step and panic thresholds but 0 are 1 ns: exactness is free. */
const struct option options_tinker[] = {
	{ "panic", NOW, VALUE_SECONDS, 0, INT64_MAX / 2, STORE_I64,
	    TINKER(panic_ns) },
	{ "step", NOW, VALUE_SECONDS, 0, INT64_MAX / 2, STORE_I64,
	    TINKER(step_ns) },
	{ "stepback", NOW, VALUE_SECONDS, 0, INT64_MAX / 2, STORE_I64,
	    TINKER(step_back_ns), .apply = tinker_given },
	{ "stepfwd", NOW, VALUE_SECONDS, 0, INT64_MAX / 2, STORE_I64,
	    TINKER(step_forward_ns), .apply = tinker_given },
	{ "stepout", NOW, VALUE_INTEGER, 0, 86400, STORE_U32,
	    TINKER(stepout_s) },
	{ "freq", NOW, VALUE_PPM, INT64_C(-500000000), INT64_C(500000000),
	    STORE_I64, TINKER(frequency_ppt), .apply = tinker_given },
	{ "workers", LATER, VALUE_INTEGER, 1, 64, STORE_U32,
	    TINKER(workers), .reason = "one process answers requests" },
	{ "allan", NONE, VALUE_DECIMAL, .reason = discipline },
	{ "dispersion", NONE, VALUE_DECIMAL, .reason = discipline },
	{ "huffpuff", NONE, VALUE_DECIMAL, .reason = discipline },
	{ NULL }
};

/* Of enable and disable; the flag says which bool, see parse_mode. */
const struct option options_mode[] = {
	{ "ntp", NOW, VALUE_NONE, .offset = offsetof(struct conf,
	    disable_ntp) },
	{ "monitor", NOW, VALUE_NONE, .offset = offsetof(struct conf,
	    disable_monitor) },
	{ "stats", LATER, VALUE_NONE, .reason = "no statistics are written" },
	{ "auth", NONE, VALUE_NONE,
	    .reason = "nothing unauthenticated can mobilize an association" },
	{ "kernel", NONE, VALUE_NONE,
	    .reason = "the clock is always steered through the kernel" },
	{ "bclient", NONE, VALUE_NONE,
	    .reason = "broadcasts are not listened to" },
	{ "calibrate", NONE, VALUE_NONE,
	    .reason = "there are no reference clocks to calibrate" },
	{ "pps", NONE, VALUE_NONE,
	    .reason = "the kernel's PPS discipline is not used" },
	{ "mode7", NONE, VALUE_NONE,
	    .reason = "ntpdc's protocol is not implemented" },
	{ NULL }
};

const struct option options_discard[] = {
	{ "average", NOW, VALUE_INTEGER, 0, 16, .apply = discard_average },
	{ "minimum", NOW, VALUE_INTEGER, 0, 3600, STORE_U32,
	    LIMIT(minimum_s) },
	{ "monitor", NONE, VALUE_INTEGER, 0, UINT32_MAX,
	    .reason = own_memory },
	{ NULL }
};

const struct option options_limit[] = {
	{ "average", NOW, VALUE_DECIMAL, SECOND / 100000, SECOND * 1000000,
	    STORE_I64, LIMIT(average) },
	{ "burst", NOW, VALUE_DECIMAL, SECOND, SECOND * 10000, STORE_I64,
	    LIMIT(burst) },
	{ "kod", NOW, VALUE_DECIMAL, 0, SECOND * 1000000, STORE_I64,
	    LIMIT(kod) },
	{ NULL }
};

const struct option options_mru[] = {
	{ "maxdepth", NOW, VALUE_INTEGER, 1, UINT32_MAX, .apply = mru_size },
	{ "maxmem", NOW, VALUE_INTEGER, 1, UINT32_MAX, .apply = mru_size },
	{ "maxage", NOW, VALUE_INTEGER, 1, UINT32_MAX, STORE_U32,
	    LIMIT(maxage_s) },
	{ "mindepth", NONE, VALUE_INTEGER, 0, UINT32_MAX,
	    .reason = own_memory },
	{ "minage", NONE, VALUE_INTEGER, 0, UINT32_MAX,
	    .reason = own_memory },
	{ "initalloc", NONE, VALUE_INTEGER, 0, UINT32_MAX,
	    .reason = own_memory },
	{ "initmem", NONE, VALUE_INTEGER, 0, UINT32_MAX,
	    .reason = own_memory },
	{ "incalloc", NONE, VALUE_INTEGER, 0, UINT32_MAX,
	    .reason = own_memory },
	{ "incmem", NONE, VALUE_INTEGER, 0, UINT32_MAX,
	    .reason = own_memory },
	{ "mincount", NONE, VALUE_INTEGER, 0, UINT32_MAX,
	    .reason = own_memory },
	{ NULL }
};

const struct option options_rlimit[] = {
	{ "memlock", SILENT, VALUE_INTEGER, -1, UINT32_MAX },
	{ "stacksize", SILENT, VALUE_INTEGER, 0, UINT32_MAX },
	{ "filenum", SILENT, VALUE_INTEGER, 0, UINT32_MAX },
	{ NULL }
};

const struct option options_nts[] = {
	{ "enable", REFUSED, VALUE_NONE,
	    .reason = "NTS is not implemented yet, and a server that is "
	    "silently without it would be a security surprise" },
	{ "disable", SILENT, VALUE_NONE },
	{ "cert", SILENT, VALUE_TEXT },
	{ "key", SILENT, VALUE_TEXT },
	{ "ca", SILENT, VALUE_TEXT },
	{ "cookie", SILENT, VALUE_TEXT },
	{ "mintls", SILENT, VALUE_TEXT },
	{ "maxtls", SILENT, VALUE_TEXT },
	{ "tlsciphersuites", SILENT, VALUE_TEXT },
	{ "tlsecdhcurves", SILENT, VALUE_TEXT },
	{ "port", SILENT, VALUE_INTEGER, 1, 65535 },
	{ "aead", SILENT, VALUE_TEXT },
	{ NULL }
};

/* A bare `crypto` turns Autokey on; `crypto pw` alone only prepares it. */
const struct option options_crypto[] = {
	{ "pw", NONE, VALUE_TEXT, .reason = "there is no Autokey" },
	{ "cert", REFUSED, VALUE_TEXT, .reason = autokey },
	{ "digest", REFUSED, VALUE_TEXT, .reason = autokey },
	{ "gq", REFUSED, VALUE_TEXT, .reason = autokey },
	{ "host", REFUSED, VALUE_TEXT, .reason = autokey },
	{ "ident", REFUSED, VALUE_TEXT, .reason = autokey },
	{ "iffpar", REFUSED, VALUE_TEXT, .reason = autokey },
	{ "gqpar", REFUSED, VALUE_TEXT, .reason = autokey },
	{ "mvpar", REFUSED, VALUE_TEXT, .reason = autokey },
	{ "leap", REFUSED, VALUE_TEXT, .reason = autokey },
	{ "mv", REFUSED, VALUE_TEXT, .reason = autokey },
	{ "privatekey", REFUSED, VALUE_TEXT, .reason = autokey },
	{ "randfile", REFUSED, VALUE_TEXT, .reason = autokey },
	{ "sign", REFUSED, VALUE_TEXT, .reason = autokey },
	{ NULL }
};

#define RES(word, bit)							\
	{ word, NOW, VALUE_NONE, .store = STORE_FLAG,			\
	    .offset = offsetof(struct conf_restrict, flags), .flag = (bit) }

const struct option options_restrict[] = {
	RES("ignore", CONF_RES_IGNORE),
	RES("noserve", CONF_RES_NOSERVE),
	RES("noquery", CONF_RES_NOQUERY),
	RES("nomodify", CONF_RES_NOMODIFY),
	{ "notrust", NOTICE, VALUE_NONE, .store = STORE_FLAG,
	    .offset = offsetof(struct conf_restrict, flags),
	    .flag = CONF_RES_NOTRUST,
	    .reason = "`notrust`: there are no keys yet, so nobody is "
	    "authenticated and none of these gets the time" },
	RES("limited", CONF_RES_LIMITED),
	RES("kod", CONF_RES_KOD),
	RES("ntpport", CONF_RES_NTPPORT),
	RES("version", CONF_RES_VERSION),
	{ "flake", NONE, VALUE_NONE, .store = STORE_FLAG,
	    .offset = offsetof(struct conf_restrict, flags),
	    .flag = CONF_RES_FLAKE,
	    .reason = "no packet is dropped on purpose" },
	{ "mssntp", LOUD, VALUE_NONE, .store = STORE_FLAG,
	    .offset = offsetof(struct conf_restrict, flags),
	    .flag = CONF_RES_MSSNTP,
	    .reason = "ntpsigndsocket/mssntp: signed replies not available; "
	    "domain members will not accept time from us" },
	{ "nopeer", SILENT, VALUE_NONE },
	{ "notrap", SILENT, VALUE_NONE },
	{ "lowpriotrap", SILENT, VALUE_NONE },
	{ "nomrulist", SILENT, VALUE_NONE },
	{ "epeer", NONE, VALUE_NONE,
	    .reason = "there are no ephemeral peers" },
	{ "noepeer", NONE, VALUE_NONE,
	    .reason = "there are no ephemeral peers" },
	{ "ippeerlimit", NONE, VALUE_INTEGER, -1, UINT32_MAX,
	    .reason = "there are no ephemeral peers" },
	{ "serverresponse", NONE, VALUE_TEXT,
	    .reason = "responses are not fuzzed" },
	{ NULL }
};

#define STATS(word)	{ word, SILENT, VALUE_NONE }
#define NO_STATS(word)	{ word, NONE, VALUE_NONE, .reason = other_stats }

const struct option options_statistics[] = {
	STATS("loopstats"), STATS("peerstats"), STATS("clockstats"),
	STATS("rawstats"), STATS("sysstats"), STATS("protostats"),
	NO_STATS("cryptostats"), NO_STATS("timingstats"),
	NO_STATS("usestats"), NO_STATS("ntsstats"), NO_STATS("ntskestats"),
	NO_STATS("ntskelog"),
	{ NULL }
};

const struct option options_filegen[] = {
	{ "file", SILENT, VALUE_TEXT },
	{ "type", SILENT, VALUE_TEXT },
	{ "link", SILENT, VALUE_NONE },
	{ "nolink", SILENT, VALUE_NONE },
	{ "enable", SILENT, VALUE_NONE },
	{ "disable", SILENT, VALUE_NONE },
	{ NULL }
};

const struct option options_leapfile[] = {
	{ "checkhash", SILENT, VALUE_NONE },
	{ "ignorehash", SILENT, VALUE_NONE },
	{ NULL }
};

const struct option options_broadcast[] = {
	{ "key", SILENT, VALUE_INTEGER, 1, 65535 },
	{ "ttl", SILENT, VALUE_INTEGER, 0, 255 },
	{ "minpoll", SILENT, VALUE_INTEGER, 0, 31 },
	{ "maxpoll", SILENT, VALUE_INTEGER, 0, 31 },
	{ "version", SILENT, VALUE_INTEGER, 1, 4 },
	{ "iburst", SILENT, VALUE_NONE },
	{ "burst", SILENT, VALUE_NONE },
	{ "prefer", SILENT, VALUE_NONE },
	{ "xleave", NONE, VALUE_NONE,
	    .reason = "interleaved mode is not implemented" },
	{ "autokey", REFUSED, VALUE_NONE, .reason = autokey },
	{ "ident", REFUSED, VALUE_TEXT, .reason = autokey },
	{ "novolley", NONE, VALUE_NONE, .reason = multicast },
	{ NULL }
};

/* Where a stray word belongs, the likeliest first. */
const struct option_owner option_owners[] = {
	{ options_server, "`server`/`pool`",
	    "is an option of `server`/`pool`, not a directive" },
	{ options_tos, "`tos`", "must follow `tos`" },
	{ options_tinker, "`tinker`", "must follow `tinker`" },
	{ options_fudge, "`fudge`", "must follow `fudge 127.127.t.u`" },
	{ options_restrict, "`restrict`",
	    "is a flag of `restrict`, not a directive" },
	{ options_mode, "`enable`/`disable`",
	    "must follow `enable` or `disable`" },
	{ options_statistics, "`statistics`/`filegen`",
	    "must follow `statistics` or `filegen`" },
	{ options_mru, "`mru`", "must follow `mru`" },
	{ options_discard, "`discard`", "must follow `discard`" },
	{ NULL }
};
