/*
 * What comes out of the parser: values and defaults, includes, fudge before
 * and after its server, which interfaces are wanted, and that a dump is a
 * fixed point. That it is silent or not is test_conf_words.
 */
#include "conf/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "common/conf_message.h"
#include "conf/suggest.h"
#include "tests/unit/conf_text.h"

#define SECOND	INT64_C(1000000000)

static const struct conf_source *
source_at(const struct conf *conf, size_t index)
{
	const struct conf_source *source = conf->sources;

	while (index-- > 0 && source != NULL)
		source = source->next;
	assert_non_null(source);
	return source;
}

static void
an_empty_file_has_the_documented_defaults(void **state)
{
	struct conf *conf = conf_text_good("# nothing\n");

	(void)state;
	assert_int_equal(conf->nsources, 0);
	assert_int_equal(conf->system.minsane, 1);
	assert_int_equal(conf->system.minclock, 3);
	assert_int_equal(conf->system.maxclock, 10);
	assert_int_equal(conf->system.floor, 0);
	assert_int_equal(conf->system.ceiling, 16);
	assert_int_equal(conf->system.orphan_wait_s, 300);
	assert_int_equal(conf->system.mindist_ns, SECOND / 1000);
	assert_int_equal(conf->system.maxdist_ns, SECOND * 3 / 2);
	assert_int_equal(conf->tinker.panic_ns, 1000 * SECOND);
	assert_int_equal(conf->tinker.step_ns, SECOND / 1000 * 128);
	assert_int_equal(conf->tinker.step_back_ns, SECOND / 1000 * 128);
	assert_int_equal(conf->tinker.step_forward_ns, SECOND / 1000 * 128);
	assert_int_equal(conf->tinker.stepout_s, 300);
	assert_int_equal(conf->tinker.workers, 1);
	assert_false(conf->tinker.frequency_given);
	assert_false(conf->disable_ntp);
	assert_null(conf->driftfile);
	assert_string_equal(conf->path, "test.conf");
	conf_free(conf);
}

static void
a_server_has_its_options(void **state)
{
	struct conf *conf = conf_text_good(
	    "server a.example iburst burst prefer true minpoll 4 maxpoll 12 "
	    "version 3 port 11123 bias -0.0005\n"
	    "pool -6 b.example noselect\n"
	    "peer [2001:DB8::1]\n");
	const struct msg_conf_source *settings;

	(void)state;
	settings = &source_at(conf, 0)->settings;
	assert_int_equal(conf->nsources, 3);
	assert_int_equal(settings->kind, SOURCE_SERVER);
	assert_string_equal(settings->name, "a.example");
	assert_int_equal(settings->flags, SOURCE_IBURST | SOURCE_BURST |
	    SOURCE_PREFER | SOURCE_TRUE);
	assert_int_equal(settings->minpoll, 4);
	assert_int_equal(settings->maxpoll, 12);
	assert_int_equal(settings->version, 3);
	assert_int_equal(settings->port, 11123);
	assert_int_equal(settings->bias_ns, -500000);

	settings = &source_at(conf, 1)->settings;
	assert_int_equal(settings->kind, SOURCE_POOL);
	assert_int_equal(settings->family, 6);
	assert_int_equal(settings->flags, SOURCE_NOSELECT);
	assert_int_equal(settings->minpoll, 6);
	assert_int_equal(settings->maxpoll, 10);
	assert_int_equal(settings->version, 4);
	assert_int_equal(settings->port, 123);

	assert_true(source_at(conf, 2)->peer);
	assert_int_equal(source_at(conf, 2)->settings.kind, SOURCE_SERVER);
	assert_string_equal(source_at(conf, 2)->settings.name,
	    "2001:db8::1");
	assert_int_equal(source_at(conf, 2)->place.line, 3);
	conf_free(conf);
}

static void
one_poll_limit_beyond_the_other_takes_it_along(void **state)
{
	struct conf *conf = conf_text_good("server a maxpoll 4\n"
	    "server b minpoll 12\n");

	(void)state;
	assert_int_equal(source_at(conf, 0)->settings.minpoll, 4);
	assert_int_equal(source_at(conf, 0)->settings.maxpoll, 4);
	assert_int_equal(source_at(conf, 1)->settings.minpoll, 12);
	assert_int_equal(source_at(conf, 1)->settings.maxpoll, 12);
	conf_free(conf);
}

static void
fudge_works_before_and_after_its_server(void **state)
{
	static const struct {
		const char	*text;
		unsigned int	stratum;
	} rows[] = {
		{ "server 127.127.1.0\n", 5 },
		{ "server 127.127.1.0\nfudge 127.127.1.0 stratum 10\n", 10 },
		{ "fudge 127.127.1.0 stratum 10\nserver 127.127.1.0\n", 10 },
		{ "server 127.127.1.0\nfudge 127.127.1.0 stratum 3\n"
		    "fudge 127.127.1.0 refid LOCL\n", 3 },
		{ "server 127.127.1.0\nfudge 127.127.1.0 stratum 3\n"
		    "fudge 127.127.1.0 stratum 4\n", 4 },
		{ "server 127.127.1.2\nfudge 127.127.1.3 stratum 3\n", 5 },
		{ "refclock local stratum 7\n", 7 },
		{ "tos orphan 12\n", 11 },
	};
	struct conf *conf;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		conf = conf_text_good(rows[i].text);
		assert_int_equal(conf->nsources, 1);
		assert_int_equal(conf->sources->settings.kind, SOURCE_LOCAL);
		if (conf->sources->settings.stratum != rows[i].stratum)
			fail_msg("%s: stratum %u", rows[i].text,
			    conf->sources->settings.stratum);
		conf_free(conf);
	}
}

/* A file of one or two servers must work as it always did. */
static void
minsane_follows_the_number_of_sources(void **state)
{
	static const struct {
		const char	*text;
		unsigned int	minsane;
	} rows[] = {
		{ "server 127.127.1.0\n", 1 },
		{ "server a\n", 1 },
		{ "server a\nserver b\n", 1 },
		{ "server a\nserver b\nserver 127.127.1.0\n", 1 },
		{ "server a\nserver b\nserver c noselect\n", 1 },
		{ "server a\nserver b\nserver c\n", 2 },
		{ "server a\nserver b\nserver c\nserver d\n", 3 },
		{ "pool a\n", 1 },
		{ "pool a\npool b\npool c\npool d\npool e\n", 3 },
		{ "tos minsane 2\nserver a\nserver b\n", 2 },
		{ "server a\nserver b\nserver c\ntos minsane 1\n", 1 },
	};
	struct conf *conf;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		conf = conf_text_good(rows[i].text);
		if (conf->system.minsane != rows[i].minsane)
			fail_msg("%s: minsane %u", rows[i].text,
			    conf->system.minsane);
		conf_free(conf);
	}
}

static void
tos_and_tinker_set_what_they_name(void **state)
{
	struct conf *conf = conf_text_good(
	    "tos minsane 2 minclock 4 maxclock 11 floor 1 ceiling 15\n"
	    "tos mindist 0.010 maxdist 3 orphanwait 60\n"
	    "tinker panic 0 step 0.5 stepback 0.1 stepout 900 freq -12.5 "
	    "workers 3\ndisable ntp monitor\n");

	(void)state;
	assert_int_equal(conf->system.minsane, 2);
	assert_int_equal(conf->system.minclock, 4);
	assert_int_equal(conf->system.maxclock, 11);
	assert_int_equal(conf->system.floor, 1);
	assert_int_equal(conf->system.ceiling, 15);
	assert_int_equal(conf->system.mindist_ns, SECOND / 100);
	assert_int_equal(conf->system.maxdist_ns, 3 * SECOND);
	assert_int_equal(conf->system.orphan_wait_s, 60);
	assert_int_equal(conf->tinker.panic_ns, 0);
	assert_int_equal(conf->tinker.step_ns, SECOND / 2);
	assert_int_equal(conf->tinker.step_back_ns, SECOND / 10);
	assert_int_equal(conf->tinker.step_forward_ns, SECOND / 2);
	assert_int_equal(conf->tinker.stepout_s, 900);
	assert_true(conf->tinker.frequency_given);
	assert_int_equal(conf->tinker.frequency_ppt, -12500000);
	assert_int_equal(conf->tinker.workers, 3);
	assert_true(conf->disable_ntp);
	assert_true(conf->disable_monitor);
	conf_free(conf);
}

static void
the_last_of_enable_and_disable_counts(void **state)
{
	struct conf *conf = conf_text_good("disable ntp\nenable ntp\n");

	(void)state;
	assert_false(conf->disable_ntp);
	conf_free(conf);
}

static void
paths_are_kept_as_written(void **state)
{
	struct conf *conf = conf_text_good("driftfile /a/drift\n"
	    "pidfile relative.pid\nlogfile \"/with blank/log\"\n"
	    "leapfile /l\nkeys /k\nstatsdir /s/\ndriftfile /b/drift\n");

	(void)state;
	assert_string_equal(conf->driftfile, "/b/drift");
	assert_string_equal(conf->pidfile, "relative.pid");
	assert_string_equal(conf->logfile, "/with blank/log");
	assert_string_equal(conf->leapfile, "/l");
	assert_string_equal(conf->keys, "/k");
	assert_string_equal(conf->statsdir, "/s/");
	conf_free(conf);
}

static void
restrict_lines_are_networks_with_flags(void **state)
{
	struct conf *conf = conf_text_good(
	    "restrict default kod limited\nrestrict -6 default ignore\n"
	    "restrict 192.168.1.5 mask 255.255.255.0 nomodify\n"
	    "restrict 2001:db8::1/32\nrestrict source noquery\n"
	    "restrict host.example noserve\nunrestrict 192.0.2.1 limited\n"
	    "restrict 0.0.0.0 mask 0.0.0.0 version\n");
	const struct conf_restrict *rule = conf->restricts;
	char text[ADDRESS_TEXT];

	(void)state;
	assert_int_equal(rule->address.family, 0);
	assert_int_equal(rule->prefix, 0);
	assert_int_equal(rule->flags, CONF_RES_KOD | CONF_RES_LIMITED);
	rule = rule->next;
	assert_int_equal(rule->address.family, 6);
	assert_int_equal(rule->prefix, 0);
	assert_int_equal(rule->flags, CONF_RES_IGNORE);
	rule = rule->next;
	assert_string_equal(address_to_text(&rule->address, text),
	    "192.168.1.0");
	assert_int_equal(rule->prefix, 24);
	rule = rule->next;
	assert_string_equal(address_to_text(&rule->address, text),
	    "2001:db8::");
	assert_int_equal(rule->prefix, 32);
	rule = rule->next;
	assert_true(rule->source);
	rule = rule->next;
	assert_string_equal(rule->host, "host.example");
	assert_int_equal(rule->flags, CONF_RES_NOSERVE);
	rule = rule->next;
	assert_true(rule->remove);
	assert_int_equal(rule->prefix, 32);
	rule = rule->next;
	assert_int_equal(rule->address.family, 4);
	assert_int_equal(rule->prefix, 0);
	assert_null(rule->next);
	conf_free(conf);
}

/* The class of masks, not one: ones, then zeros, and nothing else. */
static void
only_contiguous_masks_are_masks(void **state)
{
	struct conf_report report;
	struct conf *conf;
	char line[128];
	unsigned int length, hole;

	(void)state;
	for (length = 0; length <= 32; length++) {
		for (hole = 0; hole <= 32; hole++) {
			uint32_t mask = length == 0 ? 0 :
			    UINT32_MAX << (32 - length);
			bool good;

			if (hole < 32)
				mask ^= UINT32_C(1) << hole;
			good = (~mask & (~mask + 1)) == 0;
			(void)snprintf(line, sizeof(line),
			    "restrict 192.0.2.1 mask %u.%u.%u.%u\n",
			    mask >> 24, mask >> 16 & 255, mask >> 8 & 255,
			    mask & 255);
			conf = conf_text_parse(line, NULL, &report);
			if ((conf != NULL) != good)
				fail_msg("%s", line);
			if (!good)
				assert_true(conf_text_said(&report,
				    CONF_ERROR, "is not contiguous"));
			conf_free(conf);
			conf_report_free(&report);
		}
	}
}

static void
logconfig_sets_adds_and_removes(void **state)
{
	static const struct {
		const char	*text;
		uint32_t	bits;
	} rows[] = {
		{ "", 0xffff }, { "logconfig =syncall", 0xf000 },
		{ "logconfig =all", 0xffff },
		{ "logconfig =sysinfo +peerevents", 0x0021 },
		{ "logconfig -clockall", 0xf0ff },
		{ "logconfig =allevents", 0x2222 },
		{ "logconfig = syncstatus + sysall", 0x800f },
	};
	struct conf *conf;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		conf = conf_text_good(rows[i].text);
		assert_int_equal(conf->logconfig, rows[i].bits);
		conf_free(conf);
	}
}

static void
includes_are_read_in_place(void **state)
{
	static const struct conf_text_file others[] = {
		{ "two", "server b\nincludefile three\ntos minclock 5\n" },
		{ "three", "server c\n" }, { NULL, NULL },
	};
	struct conf_report report;
	struct conf *conf;

	(void)state;
	conf = conf_text_parse("server a\nincludefile two\nserver d\n",
	    others, &report);
	assert_non_null(conf);
	assert_int_equal(report.first == NULL, 1);
	assert_string_equal(source_at(conf, 0)->settings.name, "a");
	assert_string_equal(source_at(conf, 1)->settings.name, "b");
	assert_string_equal(source_at(conf, 2)->settings.name, "c");
	assert_string_equal(source_at(conf, 2)->place.file, "three");
	assert_string_equal(source_at(conf, 3)->settings.name, "d");
	assert_string_equal(source_at(conf, 3)->place.file, "test.conf");
	assert_int_equal(conf->system.minclock, 5);
	conf_free(conf);
	conf_report_free(&report);
}

/* Beside the includer, at every depth. */
static void
relative_includes_are_named_by_their_directory(void **state)
{
	static const struct conf_text_file others[] = {
		{ "/etc/ntp/two", "includefile three\n" },
		{ "three", "sever c\n" }, { NULL, NULL },
	};
	struct conf_report report;

	(void)state;
	assert_null(conf_text_parse("includefile /etc/ntp/two\n", others,
	    &report));
	assert_true(conf_text_said(&report, CONF_ERROR,
	    "/etc/ntp/three:1:1: error: "));
	conf_report_free(&report);
}

static void
an_error_in_an_included_file_names_that_file(void **state)
{
	static const struct conf_text_file others[] = {
		{ "two", "\n server x perfer\n" }, { NULL, NULL },
	};
	struct conf_report report;

	(void)state;
	assert_null(conf_text_parse("includefile two\n", others, &report));
	assert_true(conf_text_said(&report, CONF_ERROR,
	    "two:2:11: error: unknown option `perfer`"));
	conf_report_free(&report);
}

static void
a_file_that_includes_itself_ends(void **state)
{
	static const struct conf_text_file others[] = {
		{ "loop", "includefile loop\nincludefile loop\n"
		    "includefile loop\n" }, { NULL, NULL },
	};
	struct conf_report report;

	(void)state;
	assert_null(conf_text_parse("includefile loop\n", others, &report));
	assert_true(conf_text_said(&report, CONF_ERROR, "deeper than 5"));
	assert_true(conf_text_said(&report, CONF_ERROR, "more than 64"));
	conf_report_free(&report);
}

static void
five_includes_deep_is_allowed(void **state)
{
	static const struct conf_text_file others[] = {
		{ "1", "includefile 2\n" }, { "2", "includefile 3\n" },
		{ "3", "includefile 4\n" }, { "4", "includefile 5\n" },
		{ "5", "server deep\n" }, { NULL, NULL },
	};
	struct conf_report report;
	struct conf *conf;

	(void)state;
	conf = conf_text_parse("includefile 1\n", others, &report);
	assert_non_null(conf);
	assert_string_equal(source_at(conf, 0)->settings.name, "deep");
	conf_free(conf);
	conf_report_free(&report);
}

static void
a_file_beyond_the_cap_is_refused(void **state)
{
	struct conf_report report;
	char *text;

	(void)state;
	text = malloc(CONF_FILE_MAX + 1);
	assert_non_null(text);
	memset(text, '\n', CONF_FILE_MAX + 1);
	assert_null(conf_text_parse_bytes(text, CONF_FILE_MAX + 1, &report));
	assert_true(conf_text_said(&report, CONF_ERROR, "larger than 65536"));
	conf_report_free(&report);
	conf_free(conf_text_parse_bytes(text, CONF_FILE_MAX, &report));
	assert_int_equal(report.errors, 0);
	conf_report_free(&report);
	free(text);
}

static void
everything_wrong_is_reported_in_one_pass(void **state)
{
	struct conf_report report;

	(void)state;
	assert_null(conf_text_parse("sever a\nserver b perfer ibrust\n"
	    "tos minclok 3\nrestrict x y z\ndriftfile\n", NULL, &report));
	assert_int_equal(report.errors, 7);
	assert_true(conf_text_said(&report, CONF_ERROR, ":1:1: "));
	assert_true(conf_text_said(&report, CONF_ERROR, ":2:10: "));
	assert_true(conf_text_said(&report, CONF_ERROR, ":2:17: "));
	assert_true(conf_text_said(&report, CONF_ERROR, ":3:5: "));
	assert_true(conf_text_said(&report, CONF_ERROR, ":4:12: "));
	assert_true(conf_text_said(&report, CONF_ERROR, ":4:14: "));
	assert_true(conf_text_said(&report, CONF_ERROR, ":5:1: "));
	conf_report_free(&report);
}

static void
a_notice_is_said_once_per_directive(void **state)
{
	struct conf_report report;
	struct conf *conf;

	(void)state;
	conf = conf_text_parse("setvar a=b\nsetvar c=d\nkeys /k\ntrustedkey 1\n"
	    "statsdir /s\nstatistics loopstats\nfilegen loopstats\n"
	    "controlkey 1\nrequestkey 1\ncontrolkey 2\n", NULL, &report);
	assert_non_null(conf);
	assert_int_equal(report.notices, 3);
	assert_int_equal(report.warnings, 1);
	assert_non_null(conf->ineffective);
	assert_string_equal(conf->ineffective->word, "setvar");
	conf_free(conf);
	conf_report_free(&report);
}

static void
the_same_source_twice_is_one(void **state)
{
	struct conf_report report;
	struct conf *conf;

	(void)state;
	conf = conf_text_parse("server a.example iburst\nserver A.EXAMPLE\n"
	    "server -4 a.example\npool a.example\nserver 2001:db8::1\n"
	    "server [2001:DB8:0::1]\n", NULL, &report);
	assert_non_null(conf);
	assert_int_equal(conf->nsources, 4);
	assert_int_equal(report.warnings, 2);
	assert_true(source_at(conf, 0)->settings.flags == SOURCE_IBURST);
	conf_free(conf);
	conf_report_free(&report);
}

static void
more_sources_than_net_takes_are_refused(void **state)
{
	struct conf_report report;
	struct conf *conf;
	char text[CONF_SOURCES_MAX * 16 + 32];
	size_t used = 0, i;

	(void)state;
	for (i = 0; i <= CONF_SOURCES_MAX; i++) {
		if (i == CONF_SOURCES_MAX) {
			conf = conf_text_good(text);
			assert_int_equal(conf->nsources, CONF_SOURCES_MAX);
			conf_free(conf);
		}
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "server s%zu\n", i);
	}
	assert_null(conf_text_parse(text, NULL, &report));
	assert_true(conf_text_said(&report, CONF_ERROR,
	    "more than 64 sources"));
	conf_report_free(&report);
}

static void
names_and_addresses_that_cannot_be_are_refused(void **state)
{
	static const char *const names[] = { "192.0.2.300", "10.1", "-x",
	    "a..b", ".a", "a,b", "a/b", "224.0.0.1", "255.255.255.255",
	    "0.0.0.0", "::", "ff02::1", "2001:db8::/32", "[192.0.2.1]",
	    "[2001:db8::1", "2001:db8::1%", "a:b", "\"\"", "name\xc3\xa4" };
	struct conf_report report;
	char line[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(line, sizeof(line), "server %s\n", names[i]);
		if (conf_text_parse(line, NULL, &report) != NULL)
			fail_msg("%s", line);
		conf_report_free(&report);
	}
}

static void
a_local_clock_alone_that_is_served_is_pointed_out(void **state)
{
	static const struct {
		const char	*text;
		bool		said;
	} rows[] = {
		{ "server 127.127.1.0\nrestrict default nomodify\n", true },
		{ "server 127.127.1.0\nrestrict default noserve\n", false },
		{ "server 127.127.1.0\nrestrict 127.0.0.1\n", false },
		{ "server 127.127.1.0\nserver a\nrestrict default kod\n",
		    false },
	};
	struct conf_report report;
	struct conf *conf;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		conf = conf_text_parse(rows[i].text, NULL, &report);
		assert_non_null(conf);
		if (conf_text_said(&report, CONF_NOTICE, "served to "
		    "everybody") != rows[i].said)
			fail_msg("%s", rows[i].text);
		conf_free(conf);
		conf_report_free(&report);
	}
}

/* Candidates for binding, and what a file wants of them. */
static const struct {
	const char	*name;
	const char	*address;
	bool		wildcard;
} candidates[] = {
	{ NULL, "0.0.0.0", true }, { NULL, "::", true },
	{ "lo", "127.0.0.1", false }, { "lo", "::1", false },
	{ "em1", "192.0.2.1", false }, { "em1", "2001:db8::1", false },
	{ "em2", "198.51.100.7", false },
};

#define CANDIDATES	(sizeof(candidates) / sizeof(candidates[0]))

static void
interface_rules_are_literal(void **state)
{
	/* One letter a candidate, in their order. */
	static const struct {
		const char	*text;
		const char	*wanted;
	} rows[] = {
		{ "", "yyyyyyy" },
		{ "interface ignore all\n", "nnnnnnn" },
		{ "interface ignore wildcard\n", "nnyyyyy" },
		{ "interface listen all\n", "nnyyyyy" },
		{ "interface ignore all\ninterface ignore wildcard\n"
		    "interface listen em1\n", "nnyyyyn" },
		{ "interface listen em1\ninterface ignore all\n", "nnyynnn" },
		{ "interface listen 127.0.0.1\ninterface ignore wildcard\n",
		    "nnyynnn" },
		{ "interface listen 192.0.2.1\n", "nnyyynn" },
		{ "interface listen 192.0.2.0/24\ninterface ignore ::1\n",
		    "nnynynn" },
		{ "interface listen ipv4\n", "nnyyyny" },
		{ "interface listen ipv6\n", "nnyynyn" },
		{ "interface listen all\ninterface ignore ipv6\n",
		    "nnynyny" },
		{ "interface listen all\ninterface ignore lo\n", "nnnnyyy" },
		{ "interface listen all\ninterface drop 198.51.100.0/24\n",
		    "nnyyyyn" },
		{ "interface listen wildcard\n", "yyyynnn" },
		{ "interface listen 0.0.0.0\n", "ynyynnn" },
		{ "interface listen 0.0.0.0/0\n", "nnyyyny" },
		{ "interface ignore em2\n", "nnyyyyn" },
		{ "interface ignore ipv6\n", "nnynyny" },
		{ "nic listen em*\n", "nnyyyyy" },
		{ "nic listen em?\nnic ignore *2\n", "nnyyyyn" },
		{ "interface ignore all\ninterface listen lo\n", "nnyynnn" },
	};
	struct address address;
	struct conf *conf;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		conf = conf_text_good(rows[i].text);
		for (j = 0; j < CANDIDATES; j++) {
			bool wanted;

			assert_true(address_from_text(candidates[j].address,
			    &address));
			wanted = conf_interface_wanted(conf,
			    candidates[j].name, &address,
			    candidates[j].wildcard);
			if (wanted != (rows[i].wanted[j] == 'y'))
				fail_msg("%s%s: %d", rows[i].text,
				    candidates[j].address, wanted);
		}
		conf_free(conf);
	}
}

/* Parses, dumps, parses that, dumps again: the same text, nothing said. */
static void
assert_fixed_point(const char *text)
{
	struct conf_report report;
	struct conf *first, *second;
	char *once, *twice;

	first = conf_text_good(text);
	once = conf_text_dump(first);
	second = conf_text_parse(once, NULL, &report);
	if (second == NULL) {
		conf_text_print(&report);
		fail_msg("%s\nis dumped as\n%s", text, once);
	}
	twice = conf_text_dump(second);
	if (strcmp(once, twice) != 0)
		fail_msg("%s\nthen\n%s", once, twice);
	assert_int_equal(first->nsources, second->nsources);
	assert_memory_equal(&first->system, &second->system,
	    sizeof(first->system));
	assert_int_equal(first->tinker.panic_ns, second->tinker.panic_ns);
	assert_int_equal(first->tinker.step_back_ns,
	    second->tinker.step_back_ns);
	assert_int_equal(first->logconfig, second->logconfig);
	free(once);
	free(twice);
	conf_free(first);
	conf_free(second);
	conf_report_free(&report);
}

static const char *const fragments[] = {
	"server a.example iburst", "server -4 b.example prefer bias 0.25",
	"pool c.example minpoll 3 maxpoll 17 version 3",
	"peer 2001:db8::5 true port 124", "server 192.0.2.9 key 9 burst",
	"server fe80::1%eth0 noselect", "server 127.127.1.0",
	"fudge 127.127.1.0 stratum 12", "refclock local unit 2 stratum 0",
	"tos orphan 7", "tos minsane 2 minclock 5 maxclock 12",
	"tos mindist 0.0123 maxdist 2.000000001",
	"tos floor 1 ceiling 14 orphanwait 0",
	"tinker panic 0 step 0.2 stepback 3", "tinker step 0 stepfwd 0.7",
	"tinker freq 17.123456 stepout 0 workers 4", "disable ntp",
	"enable ntp", "disable monitor", "driftfile /var/d",
	"driftfile \"/with blank#and hash\"", "pidfile /p", "logfile l",
	"leapfile \"/a\"", "keys /k", "statsdir /s/", "logconfig =syncall",
	"logconfig -sysinfo +peerall", "logconfig =all -all",
	"interface ignore all", "interface listen 192.0.2.0/24",
	"interface listen 192.0.2.77/24", "nic drop ipv6",
	"interface ignore wildcard", "nic listen em1",
	"interface listen ::1", "restrict default kod nopeer limited",
	"restrict -6 default ignore", "restrict -4 default noserve",
	"restrict 192.0.2.7 mask 255.255.255.248 nomodify",
	"restrict 2001:db8::/33 ntpport version flake",
	"restrict source notrust mssntp noserve nopeer",
	"restrict h.example mask 255.255.255.0 noquery",
	"restrict -6 h.example", "unrestrict 192.0.2.7 kod",
	"statistics loopstats", "mru maxdepth 5", "limit burst 3",
	"limit average 0.3333333333 burst 7.5 kod 1e-9", "discard minimum 7",
	"discard average 13", "mru maxmem 7 maxage 8", "unrestrict source",
	"unrestrict default noquery",
	"multicastclient", "setvar a=b",
};

static void
a_dump_is_a_fixed_point(void **state)
{
	uint32_t seed = 20261123;
	char text[4096];
	size_t i, n, used;

	(void)state;
	assert_fixed_point("");
	for (i = 0; i < sizeof(fragments) / sizeof(fragments[0]); i++)
		assert_fixed_point(fragments[i]);
	for (i = 0; i < 3000; i++) {
		used = 0;
		seed = seed * 1664525 + 1013904223;
		for (n = seed >> 27; n > 0; n--) {
			seed = seed * 1664525 + 1013904223;
			used += (size_t)snprintf(text + used,
			    sizeof(text) - used, "%s\n", fragments[
			    (seed >> 12) % (sizeof(fragments) /
			    sizeof(fragments[0]))]);
		}
		text[used] = '\0';
		assert_fixed_point(text);
	}
}

/* What leaves the parser is what the receivers' validators take. */
static void
every_source_is_a_valid_message(void **state)
{
	const struct conf_source *source;
	struct conf *conf;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(fragments) / sizeof(fragments[0]); i++) {
		conf = conf_text_good(fragments[i]);
		assert_true(conf_system_valid(&conf->system));
		for (source = conf->sources; source != NULL;
		    source = source->next) {
			if (!conf_source_valid(&source->settings))
				fail_msg("%s", fragments[i]);
		}
		conf_free(conf);
	}
}

static void
servers_can_be_added_as_on_the_command_line(void **state)
{
	struct conf_report report = { NULL };
	struct conf *conf = conf_defaults("none");

	(void)state;
	assert_true(conf_add_server(conf, "a.example", &report));
	assert_true(conf_add_server(conf, "b.example", &report));
	assert_true(conf_add_server(conf, "192.0.2.1", &report));
	assert_int_equal(conf->nsources, 3);
	assert_int_equal(conf->system.minsane, 2);
	assert_int_equal(conf->sources->settings.flags, SOURCE_IBURST);
	assert_int_equal(report.errors, 0);
	assert_false(conf_add_server(conf, "10.1", &report));
	assert_false(conf_add_server(conf, "224.0.0.1", &report));
	assert_false(conf_add_server(conf, "127.127.1.0", &report));
	assert_true(conf_text_said(&report, CONF_ERROR,
	    "command line: error: `10.1` cannot be a server"));
	assert_int_equal(conf->nsources, 3);
	conf_free(conf);
	conf_report_free(&report);
	conf_report_free(&report);
}

static void
suggestions_are_near_and_not_wild(void **state)
{
	struct suggest suggest;

	(void)state;
	assert_int_equal(suggest_distance("", ""), 0);
	assert_int_equal(suggest_distance("abc", "abc"), 0);
	assert_int_equal(suggest_distance("ibrust", "iburst"), 1);
	assert_int_equal(suggest_distance("perfer", "prefer"), 1);
	assert_int_equal(suggest_distance("SERVER", "server"), 0);
	assert_int_equal(suggest_distance("kitten", "sitting"), 3);
	assert_int_equal(suggest_distance("", "abc"), 3);
	suggest_start(&suggest, "xyzzy");
	suggest_offer(&suggest, "server");
	suggest_offer(&suggest, "tos");
	assert_null(suggest.best);
	suggest_start(&suggest, "ts");
	suggest_offer(&suggest, "ttl");
	assert_null(suggest.best);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_has_the_documented_defaults),
		cmocka_unit_test(a_server_has_its_options),
		cmocka_unit_test(
		    one_poll_limit_beyond_the_other_takes_it_along),
		cmocka_unit_test(fudge_works_before_and_after_its_server),
		cmocka_unit_test(minsane_follows_the_number_of_sources),
		cmocka_unit_test(tos_and_tinker_set_what_they_name),
		cmocka_unit_test(the_last_of_enable_and_disable_counts),
		cmocka_unit_test(paths_are_kept_as_written),
		cmocka_unit_test(restrict_lines_are_networks_with_flags),
		cmocka_unit_test(only_contiguous_masks_are_masks),
		cmocka_unit_test(logconfig_sets_adds_and_removes),
		cmocka_unit_test(includes_are_read_in_place),
		cmocka_unit_test(
		    relative_includes_are_named_by_their_directory),
		cmocka_unit_test(
		    an_error_in_an_included_file_names_that_file),
		cmocka_unit_test(a_file_that_includes_itself_ends),
		cmocka_unit_test(five_includes_deep_is_allowed),
		cmocka_unit_test(a_file_beyond_the_cap_is_refused),
		cmocka_unit_test(everything_wrong_is_reported_in_one_pass),
		cmocka_unit_test(a_notice_is_said_once_per_directive),
		cmocka_unit_test(the_same_source_twice_is_one),
		cmocka_unit_test(more_sources_than_net_takes_are_refused),
		cmocka_unit_test(
		    names_and_addresses_that_cannot_be_are_refused),
		cmocka_unit_test(
		    a_local_clock_alone_that_is_served_is_pointed_out),
		cmocka_unit_test(interface_rules_are_literal),
		cmocka_unit_test(a_dump_is_a_fixed_point),
		cmocka_unit_test(every_source_is_a_valid_message),
		cmocka_unit_test(servers_can_be_added_as_on_the_command_line),
		cmocka_unit_test(suggestions_are_near_and_not_wild),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
