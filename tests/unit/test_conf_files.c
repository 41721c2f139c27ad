/*
 * Real shapes of ntp.conf (tests/conf): what must start, what must be refused
 * or flagged and in which words, and the file that is shipped.
 */
#include "conf/conf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "tests/unit/conf_text.h"

/* What is said about a file, in order of its rows; severities beside. */
struct expectation {
	const char	*file;
	bool		starts;
	unsigned int	warnings;	/* exactly so many */
	const char	*words[4];	/* each in some error or warning */
};

static const struct expectation good[] = {
	{ "00-howto", true, 0, { NULL } },
	{ "01-howto-slackware-daemontools", true, 0, { NULL } },
	{ "02-slackware-default", true, 0, { NULL } },
	{ "03-slackware-2005-era", true, 4, { ":7:1: warning: "
	    "`multicastclient`", "`broadcastdelay`", "`authenticate`",
	    "`requestkey` has no effect" } },
	{ "04-debian11-ntp", true, 0, { NULL } },
	{ "05-debian12-ntpsec", true, 0, { NULL } },
	{ "06-ubuntu-ntp", true, 0, { NULL } },
	/* its includefile is not there in this test */
	{ "07-rhel7", true, 1, { "cannot read /etc/ntp/crypto/pw" } },
	{ "08-freebsd", true, 0, { NULL } },
	{ "09-pfsense", true, 0, { NULL } },
	/* and that restrict lines with names follow DNS */
	{ "10-samba-ad-dc", true, 2, { "ntpsigndsocket/mssntp: signed "
	    "replies not available; domain members will not accept time from "
	    "us", "follows DNS" } },
	{ "11-gps-stratum1", false, 0, { ":10:8: error: refclock type 28 "
	    "(SHM) is not supported yet", ":13:8: error: refclock type 22 "
	    "(PPS) is not supported yet" } },
	{ "12-hardened-server-nts-keys", false, 3, { ":14:5: error: `nts "
	    "enable`", ":17:28: error: `nts`", ":19:24: error: `nts`",
	    "default ignore" } },
	{ NULL }
};

static const struct expectation bad[] = {
	{ "01-typo-option", false, 0, { ":1:18: error: unknown option "
	    "`perfer`; did you mean `prefer`?" } },
	{ "02-typo-iburst", false, 0, { ":1:18: error: unknown option "
	    "`ibrust`; did you mean `iburst`?" } },
	{ "03-two-addresses", false, 0, { ":1:20: error: `172.16.0.2` is not "
	    "a flag; one address per restrict line" } },
	{ "04-option-as-directive", false, 0, { ":1:1: error: `minpoll` is "
	    "an option of `server`/`pool`, not a directive", ":2:1: error: "
	    "`maxpoll`" } },
	{ "05-fudge-nonrefclock", false, 0, { ":1:7: error: fudge needs a "
	    "127.127.t.u address; `localhost` given" } },
	{ "06-tos-option-as-directive", false, 0, { ":1:1: error: `minsane` "
	    "must follow `tos`" } },
	{ "07-noncontiguous-mask", false, 0, { ":1:27: error: mask "
	    "255.0.255.0 is not contiguous" } },
	{ "08-chrony-directives", false, 0, { ":1:1: error: `rtcfile` is a "
	    "chrony directive; equivalent: kernel 11-minute mode is on by "
	    "default", ":2:1: error: `rtcsync` is a chrony directive",
	    ":3:1: error: `makestep` is a chrony directive; equivalent: "
	    "`tinker step` with `-g`" } },
	{ "09-dynamic-keyword", true, 1, { ":1:30: warning: `dynamic` has no "
	    "effect" } },
	{ "10-ignore-blocks-own-server", true, 1, { ":1:1: warning: default "
	    "ignore; replies from configured sources are still accepted "
	    "(built-in source hole)" } },
	{ "11-listen-lo-only-no-egress", true, 1, { ":1:1: warning: only "
	    "loopback is bound; requests to sources leave from an unbound "
	    "ephemeral socket (works here, did not in classic)" } },
	{ "12-source-noserve", true, 1, { ":2:1: warning: noserve/nopeer on "
	    "`restrict source` would disable sources; ignored for replies" } },
	{ NULL }
};

static struct conf *
parse_path(const char *path, struct conf_report *report)
{
	struct conf *conf;
	char *text;

	text = conf_text_file(path);
	conf = conf_text_parse(text, NULL, report);
	free(text);
	return conf;
}

static void
expect(const char *root, const char *kind, const struct expectation *row)
{
	struct conf_report report;
	struct conf *conf;
	char path[1024];
	size_t i;

	(void)snprintf(path, sizeof(path), "%s/tests/conf/%s/%s.conf", root,
	    kind, row->file);
	conf = parse_path(path, &report);
	if ((conf != NULL) != row->starts ||
	    (report.errors == 0) != row->starts ||
	    report.warnings != row->warnings) {
		conf_text_print(&report);
		fail_msg("%s: %u errors, %u warnings", path, report.errors,
		    report.warnings);
	}
	for (i = 0; i < 4 && row->words[i] != NULL; i++) {
		if (!conf_text_said(&report, CONF_ERROR, row->words[i]) &&
		    !conf_text_said(&report, CONF_WARNING, row->words[i]))
			fail_msg("%s: not said: %s", path, row->words[i]);
	}
	conf_free(conf);
	conf_report_free(&report);
}

static void
good_files_start(void **state)
{
	const struct expectation *row;

	for (row = good; row->file != NULL; row++)
		expect(*state, "good", row);
}

static void
bad_files_are_refused_or_flagged_in_the_required_words(void **state)
{
	const struct expectation *row;

	for (row = bad; row->file != NULL; row++)
		expect(*state, "bad", row);
}

/* The how-to: two servers and a drift file, and one answering is enough. */
static void
the_howto_synchronises_with_one_of_its_two_servers(void **state)
{
	struct conf_report report;
	struct conf *conf;
	char path[1024];

	(void)snprintf(path, sizeof(path), "%s/tests/conf/good/00-howto.conf",
	    (const char *)*state);
	conf = parse_path(path, &report);
	assert_non_null(conf);
	assert_int_equal(conf->nsources, 2);
	assert_int_equal(conf->system.minsane, 1);
	assert_string_equal(conf->driftfile, "/var/ntpd/ntp.drift");
	conf_free(conf);
	conf_report_free(&report);
}

static void
pfsense_binds_em1_and_loopback(void **state)
{
	struct conf_report report;
	struct address lan, loopback;
	struct conf *conf;
	char path[1024];

	(void)snprintf(path, sizeof(path),
	    "%s/tests/conf/good/09-pfsense.conf", (const char *)*state);
	conf = parse_path(path, &report);
	assert_non_null(conf);
	assert_true(address_from_text("192.0.2.1", &lan));
	assert_true(address_from_text("127.0.0.1", &loopback));
	assert_true(conf_interface_wanted(conf, "em1", &lan, false));
	assert_false(conf_interface_wanted(conf, "em0", &lan, false));
	assert_true(conf_interface_wanted(conf, "lo0", &loopback, false));
	conf_free(conf);
	conf_report_free(&report);
}

/* Pool servers and the local clock, nothing to complain about but what is
 * to come; and it serves on when the network is gone. */
static void
the_shipped_file_is_accepted_without_a_warning(void **state)
{
	const struct conf_source *source;
	struct conf_report report;
	struct conf *conf;
	unsigned int pools = 0, locals = 0;
	char path[1024];

	(void)snprintf(path, sizeof(path), "%s/conf/ntp.conf",
	    (const char *)*state);
	conf = parse_path(path, &report);
	if (conf == NULL || report.warnings > 0) {
		conf_text_print(&report);
		fail();
	}
	for (source = conf->sources; source != NULL; source = source->next) {
		pools += source->settings.kind == SOURCE_POOL;
		locals += source->settings.kind == SOURCE_LOCAL;
	}
	assert_int_equal(pools, 4);
	assert_int_equal(locals, 1);
	assert_non_null(conf->driftfile);
	assert_true(conf->system.orphan_wait_s <= 60);
	conf_free(conf);
	conf_report_free(&report);
}

/* Any file cut anywhere, or with a byte changed, is parsed or refused, with
 * the reason: never both, never neither. */
static void
damaged_files_are_parsed_or_refused_with_a_reason(void **state)
{
	const struct expectation *row;
	struct conf_report report;
	struct conf *conf;
	char path[1024], *text;
	uint32_t seed = 7;
	size_t length, i;

	for (row = good; row->file != NULL; row++) {
		(void)snprintf(path, sizeof(path),
		    "%s/tests/conf/good/%s.conf", (const char *)*state,
		    row->file);
		text = conf_text_file(path);
		length = strlen(text);
		for (i = 0; i < length; i++) {
			seed = seed * 1664525 + 1013904223;
			if (i % 2 == 0)
				text[seed % length] = (char)(seed >> 24);
			conf = conf_text_parse_bytes(text, length - i,
			    &report);
			assert_int_equal(conf == NULL, report.errors > 0);
			conf_free(conf);
			conf_report_free(&report);
		}
		free(text);
	}
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(good_files_start, argv[1]),
		cmocka_unit_test_prestate(
		    bad_files_are_refused_or_flagged_in_the_required_words,
		    argv[1]),
		cmocka_unit_test_prestate(
		    the_howto_synchronises_with_one_of_its_two_servers,
		    argv[1]),
		cmocka_unit_test_prestate(pfsense_binds_em1_and_loopback,
		    argv[1]),
		cmocka_unit_test_prestate(
		    the_shipped_file_is_accepted_without_a_warning, argv[1]),
		cmocka_unit_test_prestate(
		    damaged_files_are_parsed_or_refused_with_a_reason,
		    argv[1]),
	};

	if (argc != 2)
		return 2;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
