/*
 * ntp.conf(5) and the parser's tables name the same words: a directive that is
 * not in the manual, or is only there, fails.
 */
#include "conf/directives.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "tests/unit/conf_text.h"

#define WORDS_MAX	1024

/* A word with a macro in front: Ic for directives, Cm for what follows. */
struct manual_word {
	const char	*word;
	bool		item;		/* on a line that starts with .It */
};

struct manual {
	char		*text;
	struct manual_word ic[WORDS_MAX], cm[WORDS_MAX];
	size_t		nic, ncm;
};

/* Macros that end the arguments of Ic and Cm; punctuation is skipped. */
static bool
manual_is_macro(const char *word)
{
	static const char *const macros[] = { "Ar", "Op", "Oo", "Oc", "Ns",
	    "Fl", "Li", "No", "Pq", "It", "Ic", "Cm", "|", ",", ".", ":", "=",
	    "+", "-", NULL };
	size_t i;

	for (i = 0; macros[i] != NULL; i++) {
		if (strcmp(word, macros[i]) == 0)
			return true;
	}
	return false;
}

static void
manual_take(struct manual *manual, const char *macro, const char *word,
    bool item)
{
	struct manual_word entry = { word, item };

	assert_true(manual->nic < WORDS_MAX && manual->ncm < WORDS_MAX);
	if (strcmp(macro, "Ic") == 0)
		manual->ic[manual->nic++] = entry;
	else if (strcmp(macro, "Cm") == 0)
		manual->cm[manual->ncm++] = entry;
}

static void
manual_line(struct manual *manual, char *line)
{
	char *word, *rest = NULL;
	const char *macro = "";
	bool item;

	if (line[0] != '.')
		return;
	item = strncmp(line, ".It ", 4) == 0;
	for (word = strtok_r(line + 1, " ", &rest); word != NULL;
	    word = strtok_r(NULL, " ", &rest)) {
		/* "|" parts alternatives of the same kind */
		if (strcmp(word, "|") == 0 || strcmp(word, ",") == 0)
			continue;
		if (manual_is_macro(word))
			macro = word;
		else
			manual_take(manual, macro, word, item);
	}
}

static int
manual_read(void **state)
{
	struct manual *manual;
	char path[1024], *line, *rest = NULL;

	manual = calloc(1, sizeof(*manual));
	assert_non_null(manual);
	(void)snprintf(path, sizeof(path), "%s/conf/ntp.conf.5",
	    (const char *)*state);
	manual->text = conf_text_file(path);
	for (line = strtok_r(manual->text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		manual_line(manual, line);
	*state = manual;
	return 0;
}

static int
manual_free(void **state)
{
	struct manual *manual = *state;

	free(manual->text);
	free(manual);
	return 0;
}

static bool
manual_has(const struct manual_word *words, size_t count, const char *word,
    bool item)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (strcmp(words[i].word, word) == 0 &&
		    (words[i].item || !item))
			return true;
	}
	return false;
}

static void
every_directive_has_its_entry(void **state)
{
	const struct manual *manual = *state;
	const struct directive *directive;

	for (directive = directives; directive->name != NULL; directive++) {
		if (!manual_has(manual->ic, manual->nic, directive->name,
		    true))
			fail_msg("not in the manual: %s", directive->name);
	}
}

static void
every_option_is_named(void **state)
{
	static const struct option *const tables[] = { options_server,
	    options_fudge, options_tos, options_tinker, options_mode,
	    options_discard, options_limit, options_mru, options_rlimit,
	    options_nts, options_crypto, options_restrict,
	    options_statistics, options_filegen, options_leapfile,
	    options_broadcast };
	const struct manual *manual = *state;
	const struct option *option;
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (option = tables[i]; option->name != NULL; option++) {
			if (!manual_has(manual->cm, manual->ncm,
			    option->name, false))
				fail_msg("not in the manual: %s",
				    option->name);
		}
	}
}

static bool
known_option(const char *word)
{
	/* not in tables: the words of interface, restrict and so on */
	static const char *const others[] = { "listen", "ignore", "drop",
	    "all", "ipv4", "ipv6", "wildcard", "mask", "default", "source",
	    "unit", "yes", "no", "=", "novolley", "port", "limited", NULL };
	static const struct option *const tables[] = { options_server,
	    options_fudge, options_tos, options_tinker, options_mode,
	    options_discard, options_limit, options_mru, options_rlimit,
	    options_nts, options_crypto, options_restrict,
	    options_statistics, options_filegen, options_leapfile,
	    options_broadcast };
	size_t i;

	for (i = 0; others[i] != NULL; i++) {
		if (strcmp(others[i], word) == 0)
			return true;
	}
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (option_find(tables[i], word) != NULL)
			return true;
	}
	return false;
}

static void
the_manual_names_nothing_that_is_not_there(void **state)
{
	const struct manual *manual = *state;
	size_t i;

	assert_true(manual->nic > 50 && manual->ncm > 100);
	for (i = 0; i < manual->nic; i++) {
		if (directive_find(manual->ic[i].word) == NULL &&
		    strncmp(manual->ic[i].word, "127.127.", 8) != 0)
			fail_msg("no such directive: %s",
			    manual->ic[i].word);
	}
	for (i = 0; i < manual->ncm; i++) {
		if (!known_option(manual->cm[i].word))
			fail_msg("no such option: %s", manual->cm[i].word);
	}
}

/* The defaults that the manual promises are those of the parser. */
static void
the_documented_defaults_are_the_parsers(void **state)
{
	struct conf *conf = conf_text_good("server a\n");
	char *dump = conf_text_dump(conf);

	(void)state;
	assert_string_equal(dump,
	    "server a minpoll 6 maxpoll 10 version 4\n"
	    "limit average 1 burst 20 kod 0.5\ndiscard minimum 0\n"
	    "mru maxdepth 32768 maxage 3600\n"
	    "tos minsane 1 minclock 3 maxclock 10 floor 0 ceiling 16 "
	    "orphanwait 300 mindist 0.001 maxdist 1.5\n"
	    "tinker panic 1000 step 0.128 stepback 0.128 stepfwd 0.128 "
	    "stepout 300\n"
	    "enable ntp\n");
	free(dump);
	conf_free(conf);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate_setup_teardown(
		    every_directive_has_its_entry, manual_read, manual_free,
		    argv[1]),
		cmocka_unit_test_prestate_setup_teardown(
		    every_option_is_named, manual_read, manual_free, argv[1]),
		cmocka_unit_test_prestate_setup_teardown(
		    the_manual_names_nothing_that_is_not_there, manual_read,
		    manual_free, argv[1]),
		cmocka_unit_test(the_documented_defaults_are_the_parsers),
	};

	if (argc != 2)
		return 2;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
