/*
 * The command line: every letter, what it overrides, what is refused.
 */
#include "parent/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "common/address.h"
#include "conf/conf.h"
#include "tests/unit/conf_text.h"

#define WORDS_MAX	32

/*
 * A command line as one text, parsed into static storage of the caller: the
 * options point into it.
 */
struct line {
	char		text[512];
	char		*argv[WORDS_MAX];
	int		argc;
	struct options	options;
};

static enum options_action
line_parse(struct line *line, const char *text)
{
	char *word, *rest = NULL;

	(void)snprintf(line->text, sizeof(line->text), "ntpd %s", text);
	line->argc = 0;
	for (word = strtok_r(line->text, " ", &rest); word != NULL;
	    word = strtok_r(NULL, " ", &rest)) {
		assert_true(line->argc < WORDS_MAX - 1);
		line->argv[line->argc++] = word;
	}
	line->argv[line->argc] = NULL;
	return options_parse(line->argc, line->argv, &line->options);
}

static void
nothing_means_run_with_the_defaults(void **state)
{
	struct line line;

	(void)state;
	assert_int_equal(line_parse(&line, ""), OPTIONS_RUN);
	assert_non_null(strstr(line.options.conf_path, "/etc/ntp.conf"));
	assert_false(line.options.conf_given);
	assert_int_equal(line.options.notify_fd, -1);
	assert_false(line.options.foreground);
	assert_int_equal(line.options.debug, 0);
	assert_false(line.options.first_any);
	assert_int_equal(line.options.nservers, 0);
	assert_int_equal(line.options.user[0], '\0');
}

static void
the_howtos_run_script_stays_in_the_foreground(void **state)
{
	struct line line;

	(void)state;
	assert_int_equal(line_parse(&line, "-d -g -c /etc/ntp/ntp.conf"),
	    OPTIONS_RUN);
	assert_true(line.options.foreground);
	assert_true(line.options.log_stderr);
	assert_int_equal(line.options.debug, 1);
	assert_true(line.options.first_any);
	assert_true(line.options.conf_given);
	assert_string_equal(line.options.conf_path, "/etc/ntp/ntp.conf");
}

static void
every_letter_does_what_ntpds_does(void **state)
{
	struct line line;

	(void)state;
	assert_int_equal(line_parse(&line, "-ggqnNx4 -f /d -p /p -l /l "
	    "-s /s/ -k /k -i /j -u ntp:time -D 3 -I em1 -I 192.0.2.1 -t 5 "
	    "-t 7 a.example b.example"), OPTIONS_RUN);
	assert_true(line.options.first_any);
	assert_true(line.options.quit);
	assert_true(line.options.foreground);
	assert_true(line.options.nice);
	assert_true(line.options.slew);
	assert_true(line.options.ipv4_only);
	assert_string_equal(line.options.driftfile, "/d");
	assert_string_equal(line.options.pidfile, "/p");
	assert_string_equal(line.options.logfile, "/l");
	assert_string_equal(line.options.statsdir, "/s/");
	assert_string_equal(line.options.keys, "/k");
	assert_string_equal(line.options.jail, "/j");
	assert_string_equal(line.options.user, "ntp");
	assert_string_equal(line.options.group, "time");
	assert_int_equal(line.options.debug, 3);
	assert_int_equal(line.options.ninterfaces, 2);
	assert_string_equal(line.options.interfaces[1], "192.0.2.1");
	assert_int_equal(line.options.ntrusted_keys, 2);
	assert_int_equal(line.options.trusted_keys[1], 7);
	assert_int_equal(line.options.nservers, 2);
	assert_string_equal(line.options.servers[1], "b.example");
	assert_int_equal(line.options.ineffective, 0);
}

static void
long_options_are_the_same(void **state)
{
	struct line line;

	(void)state;
	assert_int_equal(line_parse(&line, "--nofork --panicgate --slew "
	    "--quit --configfile=/c --driftfile /d --pidfile=/p "
	    "--logfile=/l --keyfile=/k --statsdir=/s --jaildir=/j "
	    "--user=7 --interface=lo --ipv6 --nice --debug_level "
	    "--notify-fd 3 --observe --unprivileged"), OPTIONS_RUN);
	assert_true(line.options.foreground && line.options.slew &&
	    line.options.quit && line.options.ipv6_only &&
	    line.options.nice && line.options.observe &&
	    line.options.unprivileged);
	assert_true(line.options.first_any);
	assert_int_equal(line.options.debug, 1);
	assert_int_equal(line.options.notify_fd, 3);
	assert_string_equal(line.options.conf_path, "/c");
	assert_string_equal(line.options.user, "7");
	assert_string_equal(line.options.group, "");
	assert_int_equal(line_parse(&line, "--wait-sync=60"), OPTIONS_RUN);
	assert_int_equal(line.options.wait_sync_s, 60);
	assert_int_equal(line_parse(&line, "-w 30"), OPTIONS_RUN);
	assert_int_equal(line.options.wait_sync_s, 30);
}

static void
actions_are_told_apart(void **state)
{
	static const struct {
		const char	*text;
		enum options_action action;
	} rows[] = {
		{ "--check", OPTIONS_CHECK }, { "-C -c /x", OPTIONS_CHECK },
		{ "--dump -c /x", OPTIONS_DUMP },
		{ "--version", OPTIONS_VERSION }, { "-V", OPTIONS_VERSION },
		{ "--help", OPTIONS_HELP }, { "-h", OPTIONS_HELP },
		{ "-?", OPTIONS_HELP }, { "-n", OPTIONS_RUN },
	};
	struct line line;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (line_parse(&line, rows[i].text) != rows[i].action)
			fail_msg("%s", rows[i].text);
	}
	assert_non_null(strstr(options_usage(), "--check"));
}

static void
what_makes_no_sense_is_an_error_with_a_reason(void **state)
{
	static const struct {
		const char	*text;
		const char	*words;
	} rows[] = {
		{ "-e", "unknown option -e" }, { "-ge", "-e" },
		{ "--nosuch", "unknown option --nosuch" },
		{ "-c", "missing after -c" },
		{ "--configfile", "missing after" },
		{ "-D x", "-D" }, { "-D 10", "(0 to 9)" },
		{ "-w -1", "-w" }, { "-t 0", "(1 to 65535)" },
		{ "-t 65536", "too large" }, { "--notify-fd 2", "too small" },
		{ "--notify-fd 3x", "invalid" }, { "-P 100", "(1 to 99)" },
		{ "-u :x", "USER[:GROUP]" }, { "-u x:", "USER[:GROUP]" },
		{ "-4 -6", "exclude each other" },
		{ "-q -w 5", "exclude each other" },
		{ "-f a\"b", "cannot be a path" },
		{ "-p a\x1b" "b", "cannot be a path" },
	};
	struct line line;
	const char *c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (line_parse(&line, rows[i].text) != OPTIONS_ERROR ||
		    strstr(line.options.error, rows[i].words) == NULL)
			fail_msg("%s: %s", rows[i].text, line.options.error);
		for (c = line.options.error; *c != '\0'; c++)
			assert_true(*c >= ' ');
	}
}

static void
an_empty_value_is_no_path(void **state)
{
	char *argv[] = { (char *)(uintptr_t)"ntpd", (char *)(uintptr_t)"-f",
	    (char *)(uintptr_t)"", NULL };
	struct options options;

	(void)state;
	assert_int_equal(options_parse(3, argv, &options), OPTIONS_ERROR);
}

static void
old_letters_are_taken_and_warned_about(void **state)
{
	static const char *const lines[] = { "-a", "-A", "-b", "-L", "-m",
	    "-M", "-G", "-P 50", "-r 0.004", "-U 300", "-v a=b", "-z x",
	    "-Z y" };
	struct conf_report report;
	struct conf *conf;
	struct line line;
	char words[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (line_parse(&line, lines[i]) != OPTIONS_RUN)
			fail_msg("%s: %s", lines[i], line.options.error);
		memset(&report, 0, sizeof(report));
		conf = conf_text_good("server a\n");
		assert_true(options_apply(&line.options, conf, &report));
		assert_int_equal(report.warnings, 1);
		(void)snprintf(words, sizeof(words),
		    "command line: warning: %.2s has no effect", lines[i]);
		if (!conf_text_said(&report, CONF_WARNING, words))
			fail_msg("%s", words);
		conf_free(conf);
		conf_report_free(&report);
	}
}

static void
the_command_line_wins_over_the_file(void **state)
{
	struct conf_report report = { NULL };
	struct conf *conf = conf_text_good("driftfile /file\npidfile /file\n"
	    "logfile /file\nstatsdir /file\nkeys /file\nserver a\n"
	    "interface ignore all\ntinker step 1 stepback 2\n");
	struct address address;
	struct line line;

	(void)state;
	assert_int_equal(line_parse(&line, "-f /d -p /p -l /l -s /s -k /k "
	    "-I 192.0.2.1 -x b.example"), OPTIONS_RUN);
	assert_true(options_apply(&line.options, conf, &report));
	assert_string_equal(conf->driftfile, "/d");
	assert_string_equal(conf->pidfile, "/p");
	assert_string_equal(conf->logfile, "/l");
	assert_string_equal(conf->statsdir, "/s");
	assert_string_equal(conf->keys, "/k");
	assert_int_equal(conf->nsources, 2);
	assert_string_equal(conf->sources->next->settings.name, "b.example");
	assert_int_equal(conf->sources->next->settings.flags, SOURCE_IBURST);
	assert_int_equal(conf->tinker.step_ns, INT64_C(600) * 1000000000);
	assert_int_equal(conf->tinker.step_back_ns, conf->tinker.step_ns);
	assert_int_equal(conf->tinker.step_forward_ns, conf->tinker.step_ns);
	assert_true(address_from_text("192.0.2.1", &address));
	assert_true(conf_interface_wanted(conf, "em1", &address, false));
	assert_true(address_from_text("192.0.2.2", &address));
	assert_false(conf_interface_wanted(conf, "em1", &address, false));
	assert_int_equal(report.errors, 0);
	conf_free(conf);
	conf_report_free(&report);
}

static void
without_options_the_file_stays_as_it_is(void **state)
{
	struct conf_report report = { NULL };
	struct conf *conf = conf_text_good("server a\ndriftfile /file\n");
	char *before = conf_text_dump(conf), *after;
	struct line line;

	(void)state;
	assert_int_equal(line_parse(&line, "-d -g -n -q"), OPTIONS_RUN);
	assert_true(options_apply(&line.options, conf, &report));
	after = conf_text_dump(conf);
	assert_string_equal(before, after);
	assert_null(report.first);
	free(before);
	free(after);
	conf_free(conf);
}

static void
a_family_is_for_names_only(void **state)
{
	struct conf_report report = { NULL };
	struct conf *conf = conf_text_good("server a.example\n"
	    "server 192.0.2.1\nserver -4 b.example\nserver 127.127.1.0\n");
	const struct conf_source *source = conf->sources;
	struct line line;

	(void)state;
	assert_int_equal(line_parse(&line, "-6 c.example"), OPTIONS_RUN);
	assert_true(options_apply(&line.options, conf, &report));
	assert_int_equal(source->settings.family, 6);
	source = source->next;
	assert_int_equal(source->settings.family, 0);
	source = source->next;
	assert_int_equal(source->settings.family, 4);
	source = source->next;
	assert_int_equal(source->settings.family, 0);
	source = source->next;
	assert_int_equal(source->settings.family, 6);
	conf_free(conf);
}

static void
a_bad_server_or_interface_is_an_error(void **state)
{
	static const char *const lines[] = { "10.1", "a server -I a/b",
	    "-I 192.0.2.0/99", "127.127.28.0", "224.0.0.1" };
	struct conf_report report;
	struct conf *conf;
	struct line line;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		memset(&report, 0, sizeof(report));
		conf = conf_defaults("none");
		assert_int_equal(line_parse(&line, lines[i]), OPTIONS_RUN);
		if (options_apply(&line.options, conf, &report))
			fail_msg("%s", lines[i]);
		assert_true(report.errors > 0);
		assert_true(conf_text_said(&report, CONF_ERROR,
		    "command line: error: "));
		conf_free(conf);
		conf_report_free(&report);
	}
}

static void
no_source_anywhere_is_warned_about(void **state)
{
	struct conf_report report = { NULL };
	struct conf *conf = conf_text_good("driftfile /d\n");
	struct line line;

	(void)state;
	assert_int_equal(line_parse(&line, ""), OPTIONS_RUN);
	assert_true(options_apply(&line.options, conf, &report));
	assert_true(conf_text_said(&report, CONF_WARNING,
	    "no source of time is named"));
	conf_free(conf);
	conf_report_free(&report);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_means_run_with_the_defaults),
		cmocka_unit_test(
		    the_howtos_run_script_stays_in_the_foreground),
		cmocka_unit_test(every_letter_does_what_ntpds_does),
		cmocka_unit_test(long_options_are_the_same),
		cmocka_unit_test(actions_are_told_apart),
		cmocka_unit_test(
		    what_makes_no_sense_is_an_error_with_a_reason),
		cmocka_unit_test(an_empty_value_is_no_path),
		cmocka_unit_test(old_letters_are_taken_and_warned_about),
		cmocka_unit_test(the_command_line_wins_over_the_file),
		cmocka_unit_test(without_options_the_file_stays_as_it_is),
		cmocka_unit_test(a_family_is_for_names_only),
		cmocka_unit_test(a_bad_server_or_interface_is_an_error),
		cmocka_unit_test(no_source_anywhere_is_warned_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
