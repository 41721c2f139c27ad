/*
 * The tokeniser: the lexical rules of ntp.conf(5), one by one, and that no text
 * makes it lose its place.
 */
#include "conf/lexer.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/conf_text.h"

/* The words of a text as "word|word//word": | parts words, // lines. */
static void
lex(const char *text, size_t length, char *out, size_t size,
    struct conf_report *report)
{
	struct arena *arena = arena_new();
	struct lexer lexer;
	struct word *word;
	size_t used = 0;

	out[0] = '\0';
	memset(report, 0, sizeof(*report));
	lexer_start(&lexer, "f", text, length, arena, report);
	while ((word = lexer_line(&lexer)) != NULL) {
		if (used > 0)
			used += (size_t)snprintf(out + used, size - used,
			    "//");
		for (; word != NULL; word = word->next) {
			used += (size_t)snprintf(out + used, size - used,
			    "%s%s", word->text,
			    word->next != NULL ? "|" : "");
			assert_true(used < size);
		}
	}
	arena_free(arena);
}

static void
assert_lexes(const char *text, const char *words)
{
	struct conf_report report;
	char out[512];

	lex(text, strlen(text), out, sizeof(out), &report);
	assert_string_equal(out, words);
	assert_int_equal(report.errors, 0);
	conf_report_free(&report);
}

static void
assert_error(const char *text, size_t length, const char *line)
{
	struct conf_report report;
	char out[512];

	lex(text, length, out, sizeof(out), &report);
	if (!conf_text_said(&report, CONF_ERROR, line)) {
		conf_text_print(&report);
		fail_msg("expected: %s", line);
	}
	conf_report_free(&report);
}

static void
words_are_parted_by_blanks_and_commands_by_lines(void **state)
{
	(void)state;
	assert_lexes("", "");
	assert_lexes("\n\n \t\n", "");
	assert_lexes("server a\nserver b\n", "server|a//server|b");
	assert_lexes("  server\ta   iburst  \n", "server|a|iburst");
}

static void
the_last_line_needs_no_newline(void **state)
{
	(void)state;
	assert_lexes("server a", "server|a");
	assert_lexes("server a # comment", "server|a");
}

static void
a_hash_starts_a_comment_anywhere_outside_quotes(void **state)
{
	(void)state;
	assert_lexes("# all of it\nserver a#b\n#x", "server|a");
	assert_lexes("driftfile \"/a#b\" # c", "driftfile|/a#b");
}

static void
quotes_make_one_word_with_blanks_and_may_be_empty(void **state)
{
	(void)state;
	assert_lexes("leapfile \"/var/db/a file\"\n",
	    "leapfile|/var/db/a file");
	assert_lexes("leapfile \"\" x", "leapfile||x");
	assert_lexes("leapfile \"/a\"#c", "leapfile|/a");
}

static void
crlf_and_a_byte_order_mark_are_harmless(void **state)
{
	(void)state;
	assert_lexes("\xef\xbb\xbfserver a\r\nserver b\r\n",
	    "server|a//server|b");
	assert_lexes("server a\r", "server|a");
}

static void
parentheses_around_a_range_are_words(void **state)
{
	(void)state;
	assert_lexes("trustedkey 1 (30 ... 39) 50",
	    "trustedkey|1|(|30|...|39|)|50");
	assert_lexes("trustedkey ( 30 ... 39 )",
	    "trustedkey|(|30|...|39|)");
	assert_lexes("driftfile \"/a (1)\"", "driftfile|/a (1)");
}

static void
glued_equals_stays_in_its_word(void **state)
{
	(void)state;
	assert_lexes("logconfig =syncall +sysevents",
	    "logconfig|=syncall|+sysevents");
	assert_lexes("setvar a=b", "setvar|a=b");
}

static void
bytes_beyond_ascii_are_text(void **state)
{
	(void)state;
	assert_lexes("driftfile /var/\xc3\xa4 # \xc3\xb6",
	    "driftfile|/var/\xc3\xa4");
}

static void
a_nul_byte_is_an_error_with_its_place_even_in_a_comment(void **state)
{
	(void)state;
	assert_error("a\nserver \0b", 10, "f:2:8: error: NUL byte");
	assert_error("# x\0y\n", 6, "f:1:4: error: NUL byte");
	assert_error("a \"b\0c\"", 7, "f:1:5: error: NUL byte");
}

static void
other_control_characters_are_errors(void **state)
{
	(void)state;
	assert_error("server \x1b[31m", 12, "f:1:8: error: control "
	    "character 0x1b");
	assert_error("server a\x7f", 9, "f:1:9: error: control character "
	    "0x7f");
}

static void
open_and_glued_quotes_are_errors(void **state)
{
	(void)state;
	assert_error("driftfile \"/a\nserver b", 22,
	    "f:1:11: error: this quote is never closed");
	assert_error("driftfile \"/a", 13, "never closed");
	assert_error("driftfile \"/a\"b", 15,
	    "f:1:15: error: a blank is missing");
	assert_error("driftfile a\"b\"", 14,
	    "f:1:12: error: a quote in the middle");
}

static void
places_are_counted_in_lines_and_bytes(void **state)
{
	struct conf_report report;
	struct arena *arena = arena_new();
	static const char text[] = "\n  server\t\"a b\" c";
	struct lexer lexer;
	struct word *word;

	(void)state;
	memset(&report, 0, sizeof(report));
	lexer_start(&lexer, "f", text, sizeof(text) - 1, arena, &report);
	word = lexer_line(&lexer);
	assert_non_null(word);
	assert_int_equal(word->place.line, 2);
	assert_int_equal(word->place.column, 3);
	assert_int_equal(word->next->place.column, 11);
	assert_true(word->next->quoted);
	assert_false(word->quoted);
	assert_int_equal(word->next->next->place.column, 16);
	assert_null(lexer_line(&lexer));
	assert_null(lexer_line(&lexer));
	arena_free(arena);
}

/* Whatever the text, lines come out in order and never beyond its end. */
static void
random_bytes_keep_places_in_order(void **state)
{
	static const char alphabet[] = "ab \t\n\r#\"()=\\\0\x01\xff.";
	struct conf_report report;
	struct lexer lexer;
	struct word *word;
	char text[256];
	uint32_t seed = 12345, round, i;
	unsigned int line;

	(void)state;
	for (round = 0; round < 20000; round++) {
		struct arena *arena = arena_new();
		size_t length = round % sizeof(text);

		for (i = 0; i < length; i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = alphabet[(seed >> 16) %
			    (sizeof(alphabet) - 1)];
		}
		memset(&report, 0, sizeof(report));
		lexer_start(&lexer, "f", text, length, arena, &report);
		line = 0;
		while ((word = lexer_line(&lexer)) != NULL) {
			assert_true(word->place.line > line);
			line = word->place.line;
			for (; word->next != NULL; word = word->next) {
				assert_int_equal(word->next->place.line,
				    line);
				assert_true(word->next->place.column >
				    word->place.column);
			}
		}
		assert_int_equal(lexer.position, length);
		conf_report_free(&report);
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    words_are_parted_by_blanks_and_commands_by_lines),
		cmocka_unit_test(the_last_line_needs_no_newline),
		cmocka_unit_test(
		    a_hash_starts_a_comment_anywhere_outside_quotes),
		cmocka_unit_test(
		    quotes_make_one_word_with_blanks_and_may_be_empty),
		cmocka_unit_test(crlf_and_a_byte_order_mark_are_harmless),
		cmocka_unit_test(parentheses_around_a_range_are_words),
		cmocka_unit_test(glued_equals_stays_in_its_word),
		cmocka_unit_test(bytes_beyond_ascii_are_text),
		cmocka_unit_test(
		    a_nul_byte_is_an_error_with_its_place_even_in_a_comment),
		cmocka_unit_test(other_control_characters_are_errors),
		cmocka_unit_test(open_and_glued_quotes_are_errors),
		cmocka_unit_test(places_are_counted_in_lines_and_bytes),
		cmocka_unit_test(random_bytes_keep_places_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
