/*
 * Every directive and every option of ntp.conf by name, with what this version
 * makes of it: in effect, said to be without effect, or refused. A row that is
 * missing for a word of the tables fails the test.
 */
#include "conf/directives.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "tests/unit/conf_text.h"

/* What is said about the line; SILENCE: nothing at all. */
enum verdict { SILENCE, NOTICE, WARNING, REFUSED };

struct row {
	const char	*line;
	enum verdict	verdict;
	const char	*words;		/* of the complaint */
};

#define LATER		"not yet in effect"
#define EFFECTLESS	"has no effect"

static const struct row rows[] = {
	/* 2.1 Sources */
	{ "server 192.0.2.1", SILENCE, NULL },
	{ "server -4 ntp.example.net", SILENCE, NULL },
	{ "server -6 2001:db8::1", SILENCE, NULL },
	{ "server [2001:db8::123]", SILENCE, NULL },
	{ "server fe80::1%eth0", SILENCE, NULL },
	{ "pool 2.pool.ntp.org", SILENCE, NULL },
	{ "pool -6 2.pool.ntp.org iburst", SILENCE, NULL },
	{ "peer 192.0.2.1", NOTICE, "peer treated as server: symmetric mode "
	    "is not implemented" },
	{ "broadcast 192.0.2.255 key 5 ttl 3", WARNING, "broadcast mode "
	    "cannot be authenticated against replay; clients should use "
	    "server" },
	{ "broadcast 192.0.2.255 minpoll 6 maxpoll 7 version 4", WARNING,
	    EFFECTLESS },
	{ "broadcast 192.0.2.255 iburst burst prefer", WARNING, EFFECTLESS },
	{ "broadcast 192.0.2.255 xleave", WARNING, EFFECTLESS },
	{ "broadcast 192.0.2.255 novolley", WARNING, EFFECTLESS },
	{ "broadcast 192.0.2.255 autokey", REFUSED, "Autokey" },
	{ "broadcast 192.0.2.255 ident g", REFUSED, "Autokey" },
	{ "broadcastclient", WARNING, EFFECTLESS },
	{ "broadcastclient novolley", WARNING, EFFECTLESS },
	{ "multicastclient", WARNING, EFFECTLESS },
	{ "multicastclient 224.0.1.1", WARNING, EFFECTLESS },
	{ "manycastclient 239.255.254.254 iburst", WARNING, EFFECTLESS },
	{ "manycastclient 239.255.254.254 autokey", REFUSED, "Autokey" },
	{ "manycastserver 239.255.254.254", WARNING, EFFECTLESS },
	{ "ttl 127 255", WARNING, EFFECTLESS },
	{ "mdnstries 0", WARNING, EFFECTLESS },
	{ "refclock local", SILENCE, NULL },
	{ "refclock local unit 1 stratum 7 minpoll 5", SILENCE, NULL },
	{ "refclock shm unit 0", REFUSED, "`shm` is not supported yet" },
	{ "refclock pps", REFUSED, "not supported yet" },
	{ "refclock gpsd unit 3", REFUSED, "not supported yet" },
	{ "refclock nmea unit 0", REFUSED, "no such driver" },
	{ "refclock SHM 0", REFUSED, "no such driver" },
	{ "unpeer 192.0.2.1", REFUSED, "edit the file and reload" },
	{ "unconfig 192.0.2.1", REFUSED, "edit the file and reload" },
	{ "server 192.0.2.1 iburst", SILENCE, NULL },
	{ "server 192.0.2.1 burst", SILENCE, NULL },
	{ "server 192.0.2.1 minpoll 4 maxpoll 17", SILENCE, NULL },
	{ "server 192.0.2.1 minpoll 0", WARNING, "minpoll 0 is outside 3 to "
	    "17; 3 is used" },
	{ "server 192.0.2.1 maxpoll 24", WARNING, "17 is used" },
	{ "server 192.0.2.1 minpoll 9 maxpoll 8", REFUSED,
	    "minpoll 9 is above maxpoll 8" },
	{ "server 192.0.2.1 prefer", SILENCE, NULL },
	{ "server 192.0.2.1 noselect", SILENCE, NULL },
	{ "server 192.0.2.1 true", SILENCE, NULL },
	{ "server 192.0.2.1 key 20", WARNING, LATER },
	{ "server 192.0.2.1 key 0", REFUSED, "out of range: 1 to 65535" },
	{ "server 192.0.2.1 version 3", SILENCE, NULL },
	{ "server 192.0.2.1 version 4", SILENCE, NULL },
	{ "server 192.0.2.1 version 2", WARNING, EFFECTLESS },
	{ "server 192.0.2.1 version 5", REFUSED, "out of range: 1 to 4" },
	{ "server 192.0.2.1 mode 1", NOTICE, LATER },
	{ "server 192.0.2.1 ttl 1", NOTICE, LATER },
	{ "server 192.0.2.1 subtype 1", NOTICE, LATER },
	{ "server 192.0.2.1 path /dev/gps0", NOTICE, LATER },
	{ "server 192.0.2.1 ppspath /dev/pps0", NOTICE, LATER },
	{ "server 192.0.2.1 baud 9600", NOTICE, LATER },
	{ "server 192.0.2.1 port 11123", SILENCE, NULL },
	{ "server 192.0.2.1 preempt", WARNING, EFFECTLESS },
	{ "server 192.0.2.1 xleave", WARNING, EFFECTLESS },
	{ "server 192.0.2.1 autokey", REFUSED, "Autokey is insecure and not "
	    "implemented; use `nts` or `key`" },
	{ "server 192.0.2.1 ident g", REFUSED, "Autokey is insecure" },
	{ "server 192.0.2.1 xmtnonce", SILENCE, NULL },
	{ "server 192.0.2.1 bias 0.0005", SILENCE, NULL },
	{ "server 192.0.2.1 nts", REFUSED, "NTS is not implemented yet" },
	{ "server 192.0.2.1 noval", REFUSED, "certificates are always" },
	{ "server 192.0.2.1 ca /etc/ca.pem", NOTICE, LATER },
	{ "server 192.0.2.1 cert /etc/c.pem", NOTICE, LATER },
	{ "server 192.0.2.1 aead AES_SIV_CMAC_256", NOTICE, LATER },
	{ "server 192.0.2.1 dynamic", WARNING, "`dynamic` has no effect" },

	/* 2.2 Access control and rate limits */
	{ "restrict 192.0.2.0 mask 255.255.255.0 nomodify", SILENCE, NULL },
	{ "restrict default ignore", SILENCE, NULL },
	{ "restrict -4 default noserve", SILENCE, NULL },
	{ "restrict -6 default noquery", SILENCE, NULL },
	{ "restrict 192.0.2.0/24 notrust", NOTICE, "there are no keys" },
	{ "restrict 2001:db8::/32 limited kod", SILENCE, NULL },
	{ "restrict 2001:db8:: mask ffff:ffff:: ntpport", SILENCE, NULL },
	{ "restrict [::1] version", SILENCE, NULL },
	{ "restrict source nomodify", SILENCE, NULL },
	{ "restrict ntp.example.net nomodify", WARNING, "follows DNS" },
	{ "restrict default flake", WARNING, EFFECTLESS },
	{ "restrict default nopeer notrap lowpriotrap nomrulist", SILENCE,
	    NULL },
	{ "restrict default epeer", WARNING, EFFECTLESS },
	{ "restrict default noepeer", WARNING, EFFECTLESS },
	{ "restrict default ippeerlimit 3", WARNING, EFFECTLESS },
	{ "restrict default mssntp", WARNING, "ntpsigndsocket/mssntp: signed "
	    "replies not available; domain members will not accept time from "
	    "us" },
	{ "restrict default serverresponse fuzz", WARNING, EFFECTLESS },
	{ "restrict default nopear", REFUSED, "unknown flag `nopear`; did "
	    "you mean `nopeer`?" },
	{ "restrict 192.0.2.0 mask 255.0.255.0", REFUSED,
	    "mask 255.0.255.0 is not contiguous" },
	{ "restrict 192.0.2.0 mask ffff::", REFUSED, "another family" },
	{ "restrict 192.0.2.0/33", REFUSED, "is no prefix length" },
	{ "restrict default mask 255.0.0.0", REFUSED, "no meaning here" },
	{ "restrict -6 192.0.2.1", REFUSED, "is no IPv6 address" },
	{ "unrestrict 192.0.2.53 limited", SILENCE, NULL },
	{ "discard average 3 minimum 2", SILENCE, NULL },
	{ "discard average 17", REFUSED, "out of range: 0 to 16" },
	{ "discard monitor 3000", WARNING, EFFECTLESS },
	{ "limit average 1.0 burst 20 kod 0.5", SILENCE, NULL },
	{ "mru maxdepth 16000 maxmem 1024 maxage 86400", SILENCE, NULL },
	{ "limit average 0", REFUSED, "out of range" },
	{ "limit burst 0.5", REFUSED, "out of range: 1 to 10000" },
	{ "limit kod 0", SILENCE, NULL },
	{ "mru maxage 0", REFUSED, "out of range" },
	{ "mru maxdepth 300000", WARNING, "is more than 262144 clients" },
	{ "mru maxmem 8193", WARNING, "in 8192 kB, which is all there is" },
	{ "mru mindepth 600", WARNING, EFFECTLESS },
	{ "mru minage 64", WARNING, EFFECTLESS },
	{ "mru initalloc 1", WARNING, EFFECTLESS },
	{ "mru initmem 1", WARNING, EFFECTLESS },
	{ "mru incalloc 1", WARNING, EFFECTLESS },
	{ "mru incmem 1", WARNING, EFFECTLESS },
	{ "mru mincount 1", WARNING, EFFECTLESS },
	{ "interface listen all", SILENCE, NULL },
	{ "interface ignore ipv6", SILENCE, NULL },
	{ "interface drop 198.51.100.0/24", SILENCE, NULL },
	{ "nic ignore wildcard", SILENCE, NULL },
	{ "nic listen em1", SILENCE, NULL },
	{ "interface lissen all", REFUSED, "is not `listen`" },
	{ "trap 192.0.2.1", REFUSED, "traps are not implemented" },

	/* 2.3 Files, statistics, logging */
	{ "driftfile /var/lib/ntp/drift", SILENCE, NULL },
	{ "driftfile /var/lib/ntp/drift 60", WARNING, EFFECTLESS },
	{ "leapfile \"/var/db/leap\"", NOTICE, LATER },
	{ "leapfile /var/db/leap checkhash", NOTICE, LATER },
	{ "leapfile /var/db/leap ignorehash", NOTICE, LATER },
	{ "includefile /etc/ntp/crypto/pw", WARNING, "cannot read" },
	{ "includefile /etc/other", REFUSED, "cannot read /etc/other" },
	{ "statsdir /var/log/ntpstats/", NOTICE, LATER },
	{ "statistics loopstats peerstats clockstats", NOTICE, LATER },
	{ "statistics rawstats sysstats protostats", NOTICE, LATER },
	{ "statistics cryptostats", WARNING, EFFECTLESS },
	{ "statistics timingstats", WARNING, EFFECTLESS },
	{ "statistics usestats", WARNING, EFFECTLESS },
	{ "statistics ntsstats", WARNING, EFFECTLESS },
	{ "statistics ntskestats", WARNING, EFFECTLESS },
	{ "statistics ntskelog", WARNING, EFFECTLESS },
	{ "statistics loopstat", REFUSED, "did you mean `loopstats`?" },
	{ "filegen loopstats file l type day link enable", NOTICE, LATER },
	{ "filegen loopstats type none nolink disable", NOTICE, LATER },
	{ "filegen loopstats type hour", REFUSED, "is not none, pid, day" },
	{ "enable stats", NOTICE, LATER },
	{ "logfile /var/log/ntp", SILENCE, NULL },
	{ "logconfig =syncall +clockall -peerinfo", NOTICE, LATER },
	{ "logconfig = all", NOTICE, LATER },
	{ "logconfig =synkall", REFUSED, "no class and type" },
	{ "pidfile /run/ntpd.pid", SILENCE, NULL },
	{ "keys /etc/ntp.keys", NOTICE, LATER },
	{ "keysdir /etc/ntp", WARNING, EFFECTLESS },
	{ "trustedkey 10 20 (30 ... 39)", NOTICE, LATER },
	{ "trustedkey 65536", REFUSED, "is no key: 1 to 65535" },
	{ "trustedkey (30 ... )", REFUSED, "a range is written" },
	{ "controlkey 10", WARNING, EFFECTLESS },
	{ "requestkey 10", WARNING, EFFECTLESS },
	{ "crypto pw secret", WARNING, EFFECTLESS },
	{ "crypto", REFUSED, "wants" },
	{ "crypto host x", REFUSED, "Autokey" },
	{ "crypto cert x", REFUSED, "Autokey" },
	{ "crypto digest x", REFUSED, "Autokey" },
	{ "crypto gq x", REFUSED, "Autokey" },
	{ "crypto ident x", REFUSED, "Autokey" },
	{ "crypto iffpar x", REFUSED, "Autokey" },
	{ "crypto gqpar x", REFUSED, "Autokey" },
	{ "crypto mvpar x", REFUSED, "Autokey" },
	{ "crypto leap x", REFUSED, "Autokey" },
	{ "crypto mv x", REFUSED, "Autokey" },
	{ "crypto privatekey x", REFUSED, "Autokey" },
	{ "crypto randfile x", REFUSED, "Autokey" },
	{ "crypto sign x", REFUSED, "Autokey" },
	{ "revoke 10", REFUSED, "Autokey" },
	{ "automax 10", REFUSED, "Autokey" },
	{ "saveconfigdir /etc/ntp", WARNING, EFFECTLESS },
	{ "setvar a=b", NOTICE, LATER },
	{ "setvar a = b default", NOTICE, LATER },
	{ "setvar a", REFUSED, "wants: NAME=VALUE" },
	{ "reset all", WARNING, EFFECTLESS },
	{ "end", WARNING, EFFECTLESS },
	{ "simulate { }", WARNING, EFFECTLESS },
	{ "simulation_duration = 60", WARNING, EFFECTLESS },
	{ "beep_delay = 60", WARNING, EFFECTLESS },
	{ "phone \"atdt1\"", WARNING, EFFECTLESS },
	{ "device x", WARNING, EFFECTLESS },
	{ "calldelay 10", WARNING, EFFECTLESS },

	/* 2.4 Discipline and modes */
	{ "tos minclock 3 maxclock 10", SILENCE, NULL },
	{ "tos minsane 1", SILENCE, NULL },
	{ "tos mindist .001 maxdist 1.5", SILENCE, NULL },
	{ "tos floor 1 ceiling 16", SILENCE, NULL },
	{ "tos floor 10 ceiling 5", REFUSED, "no source could be used" },
	{ "tos orphan 12 orphanwait 60", NOTICE, LATER },
	{ "tos orphanwait 60", SILENCE, NULL },
	{ "tos cohort 0", WARNING, EFFECTLESS },
	{ "tos beacon 3600", WARNING, EFFECTLESS },
	{ "tos bcpollbstep 1", WARNING, EFFECTLESS },
	{ "tos basedate 2026-01-01", NOTICE, LATER },
	{ "tos maxdisp 3", WARNING, EFFECTLESS },
	{ "tos maxdist 0", REFUSED, "out of range" },
	{ "tos panic 0", REFUSED, "it is an option of `tinker`" },
	{ "tinker panic 0 step 0.5 stepback 0.1 stepfwd 2 stepout 900",
	    SILENCE, NULL },
	{ "tinker freq -12.5", SILENCE, NULL },
	{ "tinker freq 501", REFUSED, "out of range: -500 to 500" },
	{ "tinker workers 2", NOTICE, LATER },
	{ "tinker allan 11", WARNING, EFFECTLESS },
	{ "tinker dispersion 15e-6", WARNING, EFFECTLESS },
	{ "tinker huffpuff 7200", WARNING, EFFECTLESS },
	{ "tinker panik 0", REFUSED, "did you mean `panic`?" },
	{ "tinker step x", REFUSED, "`step` wants a number, not `x`" },
	{ "tinker step", REFUSED, "a value is missing after `step`" },
	{ "enable ntp", SILENCE, NULL },
	{ "disable ntp", SILENCE, NULL },
	{ "disable monitor", SILENCE, NULL },
	{ "restrict default limited\ndisable monitor", WARNING,
	    "`limited` has no effect with `disable monitor`" },
	{ "disable auth", WARNING, EFFECTLESS },
	{ "disable kernel", WARNING, EFFECTLESS },
	{ "enable bclient", WARNING, EFFECTLESS },
	{ "enable calibrate", WARNING, EFFECTLESS },
	{ "enable pps", WARNING, EFFECTLESS },
	{ "disable mode7", WARNING, EFFECTLESS },
	{ "disable ntpd", REFUSED, "did you mean `ntp`?" },
	{ "authenticate no", WARNING, EFFECTLESS },
	{ "authenticate maybe", REFUSED, "wants yes or no" },
	{ "broadcastdelay 0.008", WARNING, EFFECTLESS },
	{ "tick 10000", WARNING, EFFECTLESS },
	{ "rlimit memlock 32 stacksize 50 filenum 100", WARNING, EFFECTLESS },
	{ "leapsmearinterval 86400", REFUSED, "not smearing would be wrong" },
	{ "dscp 46", NOTICE, LATER },
	{ "nts enable", REFUSED, "security surprise" },
	{ "nts disable", NOTICE, LATER },
	{ "nts cert /etc/c.pem key /etc/k.pem", NOTICE, LATER },
	{ "nts ca /etc/c.pem cookie /var/k", NOTICE, LATER },
	{ "nts mintls TLS1.3 maxtls TLS1.3", NOTICE, LATER },
	{ "nts tlsciphersuites a tlsecdhcurves b", NOTICE, LATER },
	{ "nts port 4460 aead x", NOTICE, LATER },
	{ "extra port 1123", NOTICE, LATER },
	{ "ntpsigndsocket /var/lib/samba/ntp_signd/", WARNING,
	    "signed replies not available" },
	{ "server 127.127.1.0", SILENCE, NULL },
	{ "server 127.127.28.0", REFUSED, "type 28 (SHM) is not supported "
	    "yet" },
	{ "server 127.127.22.0", REFUSED, "not supported yet" },
	{ "server 127.127.20.0", REFUSED, "refclock type 20 (NMEA) is not "
	    "supported; use gpsd with the SHM or SOCK driver" },
	{ "server 127.127.99.0", REFUSED, "type 99 (unknown)" },
	{ "pool 127.127.1.0", REFUSED, "use `server`" },
	{ "fudge 127.127.1.0 stratum 10", WARNING, "there is no `server "
	    "127.127.1.0`" },
	{ "fudge 127.127.1.0 stratum 16", REFUSED, "out of range: 0 to 15" },
	{ "fudge 127.127.1.0 refid LOCL\nserver 127.127.1.0", NOTICE, LATER },
	{ "fudge 127.127.1.0 time1 +0.130", WARNING, EFFECTLESS },
	{ "fudge 127.127.1.0 time2 -0.130", WARNING, EFFECTLESS },
	{ "fudge 127.127.1.0 flag1 1", WARNING, EFFECTLESS },
	{ "fudge 127.127.1.0 flag2 1", WARNING, EFFECTLESS },
	{ "fudge 127.127.1.0 flag3 1", WARNING, EFFECTLESS },
	{ "fudge 127.127.1.0 flag4 1", WARNING, EFFECTLESS },
	{ "fudge 127.127.1.0 abbrev LOC", WARNING, EFFECTLESS },
	{ "fudge 127.127.1.0 minjitter 0.1", WARNING, EFFECTLESS },
	{ "fudge 192.0.2.1 stratum 10", REFUSED,
	    "fudge needs a 127.127.t.u address; `192.0.2.1` given" },

	/* Unknown and foreign words */
	{ "sever 192.0.2.1", REFUSED, "unknown directive `sever`; did you "
	    "mean `server`?" },
	{ "Server 192.0.2.1", REFUSED, "did you mean `server`?" },
	{ "xyzzy", REFUSED, "unknown directive `xyzzy`" },
	{ "makestep 1 3", REFUSED, "`makestep` is a chrony directive; "
	    "equivalent: `tinker step` with `-g`" },
	{ "allow 192.0.2.0/24", REFUSED, "`allow` is a chrony directive; "
	    "equivalent: `restrict" },
	{ "listen on *", REFUSED, "`listen` is an OpenNTPD directive" },
	{ "servers pool.ntp.org", REFUSED, "equivalent: `pool NAME`" },
	{ "pool pool.ntp.org maxsources 4", REFUSED, "`maxsources` is a "
	    "chrony word; equivalent: `tos maxclock`" },
	{ "minpoll 4", REFUSED, "`minpoll` is an option of `server`/`pool`, "
	    "not a directive" },
	{ "orphan 4", REFUSED, "`orphan` must follow `tos`" },
	{ "panic 0", REFUSED, "`panic` must follow `tinker`" },
	{ "stratum 10", REFUSED, "must follow `fudge 127.127.t.u`" },
	{ "noquery", REFUSED, "is a flag of `restrict`" },
	{ "ntp", REFUSED, "must follow `enable` or `disable`" },
	{ "loopstats", REFUSED, "must follow `statistics` or `filegen`" },
	{ "maxdepth 4", REFUSED, "must follow `mru`" },
	{ "minimum 4", REFUSED, "must follow `discard`" },
};

#define ROWS	(sizeof(rows) / sizeof(rows[0]))

static void
row_check(const struct row *row)
{
	static const enum conf_severity severities[] = {
		[NOTICE] = CONF_NOTICE, [WARNING] = CONF_WARNING,
		[REFUSED] = CONF_ERROR,
	};
	struct conf_report report;
	struct conf *conf;
	bool good;

	conf = conf_text_parse(row->line, NULL, &report);
	good = (conf == NULL) == (row->verdict == REFUSED);
	if (row->verdict == SILENCE)
		good = good && report.first == NULL;
	else
		good = good && conf_text_said(&report,
		    severities[row->verdict], row->words) &&
		    conf_text_said(&report, severities[row->verdict],
		    "test.conf:1:");
	/* Nothing may be worse than what is expected. */
	if (row->verdict == NOTICE)
		good = good && report.warnings == 0;
	if (!good) {
		conf_text_print(&report);
		fail_msg("%s: not as expected (%s)", row->line,
		    row->words == NULL ? "silence" : row->words);
	}
	conf_free(conf);
	conf_report_free(&report);
}

static void
every_line_gets_its_verdict(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS; i++)
		row_check(&rows[i]);
}

/* The word, between blanks, in a line of the directive. */
static bool
row_names(const char *line, const char *directive, const char *word)
{
	size_t length = strlen(directive), size = strlen(word);
	const char *at = line;

	if (strncmp(line, directive, length) != 0 ||
	    (line[length] != ' ' && line[length] != '\0'))
		return false;
	while ((at = strstr(at, word)) != NULL) {
		if ((at == line || at[-1] == ' ') &&
		    (at[size] == ' ' || at[size] == '\0'))
			return true;
		at += size;
	}
	return false;
}

static bool
rows_name(const char *directive, const char *word)
{
	size_t i;

	for (i = 0; i < ROWS; i++) {
		if (row_names(rows[i].line, directive, word))
			return true;
	}
	return false;
}

static void
no_directive_is_left_out(void **state)
{
	const struct directive *directive;

	(void)state;
	for (directive = directives; directive->name != NULL; directive++) {
		if (!rows_name(directive->name, directive->name))
			fail_msg("no row for %s", directive->name);
	}
}

static void
no_option_is_left_out(void **state)
{
	static const struct {
		const char	*directive;
		const struct option *options;
	} tables[] = {
		{ "server", options_server }, { "fudge", options_fudge },
		{ "tos", options_tos }, { "tinker", options_tinker },
		{ "discard", options_discard }, { "limit", options_limit },
		{ "mru", options_mru }, { "rlimit", options_rlimit },
		{ "nts", options_nts }, { "crypto", options_crypto },
		{ "restrict", options_restrict },
		{ "statistics", options_statistics },
		{ "filegen", options_filegen },
		{ "leapfile", options_leapfile },
		{ "broadcast", options_broadcast },
	};
	const struct option *option;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (option = tables[i].options; option->name != NULL;
		    option++) {
			if (!rows_name(tables[i].directive, option->name))
				fail_msg("no row for %s %s",
				    tables[i].directive, option->name);
		}
	}
	for (option = options_mode; option->name != NULL; option++) {
		if (!rows_name("enable", option->name) &&
		    !rows_name("disable", option->name))
			fail_msg("no row for enable %s", option->name);
	}
}

/* A word without effect that gives no reason leaves the user alone. */
static void
whatever_has_no_effect_says_why(void **state)
{
	const struct directive *directive, *speaker;

	(void)state;
	for (directive = directives; directive->name != NULL; directive++) {
		if (directive->effect == EFFECT_NOW ||
		    directive->effect == EFFECT_SILENT)
			continue;
		speaker = directive->with == NULL ? directive :
		    directive_find(directive->with);
		assert_non_null(speaker);
		assert_non_null(speaker->reason);
	}
}

static void
names_are_unique(void **state)
{
	const struct directive *directive;

	(void)state;
	for (directive = directives; directive->name != NULL; directive++) {
		assert_ptr_equal(directive_find(directive->name), directive);
		assert_null(foreign_find(directive->name));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_gets_its_verdict),
		cmocka_unit_test(no_directive_is_left_out),
		cmocka_unit_test(no_option_is_left_out),
		cmocka_unit_test(whatever_has_no_effect_says_why),
		cmocka_unit_test(names_are_unique),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
