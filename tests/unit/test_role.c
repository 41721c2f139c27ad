/* common/role: the command line of a role is taken exactly as the parent
 * writes it, or not at all. */
#include "common/role.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define WORDS_MAX	16

/* Splits line at the blanks and parses it; "_" stands for an empty word. */
static bool
parse(const char *line, struct role_arguments *arguments)
{
	static char copy[512];
	char *argv[WORDS_MAX], *rest = copy;
	int argc = 0;

	(void)snprintf(copy, sizeof(copy), "%s", line);
	while (argc < WORDS_MAX - 1 &&
	    (argv[argc] = strsep(&rest, " ")) != NULL) {
		if (strcmp(argv[argc], "_") == 0)
			argv[argc][0] = '\0';
		argc++;
	}
	argv[argc] = NULL;
	return role_parse(argc, argv, arguments);
}

static void
who_takes_no_words_is_given_none(void **state)
{
	char text[][2] = { "x", "1", "2", "3", "-", "0", "0", "4" };
	char *line[] = { text[0], text[1], text[2], text[3], text[4],
	    text[5], text[6], text[7], NULL };
	struct role_arguments a;

	(void)state;
	assert_true(role_parse_fixed(7, line, &a));
	assert_int_equal(a.identity.uid, 2);
	assert_int_equal(a.identity.gid, 3);
	assert_false(role_parse_fixed(8, line, &a));
	assert_false(role_parse_fixed(6, line, &a));
}

static void
a_full_command_line_is_understood(void **state)
{
	struct role_arguments a;

	(void)state;
	assert_true(parse("ntpd-net 12 64123 64124 /run/ntpd/empty 2 9 observe "
	    "4 epoch=4294967295", &a));
	assert_int_equal(a.identity.parent, 12);
	assert_int_equal(a.identity.uid, 64123);
	assert_int_equal(a.identity.gid, 64124);
	assert_string_equal(a.identity.root, "/run/ntpd/empty");
	assert_false(a.identity.unprivileged);
	assert_int_equal(a.log_target, 2);
	assert_int_equal(a.debug, 9);
	assert_true(a.observe);
	assert_true(a.ipv4_only);
	assert_false(a.ipv6_only);
	assert_int_equal(a.epoch, UINT32_MAX);
}

static void
what_is_not_said_is_not_so(void **state)
{
	struct role_arguments a;

	(void)state;
	memset(&a, 0xff, sizeof(a));
	assert_true(parse("x 1 1 1 - 0 0", &a));
	assert_null(a.identity.root);
	assert_false(a.identity.unprivileged);
	assert_false(a.observe);
	assert_false(a.ipv4_only);
	assert_false(a.ipv6_only);
	assert_int_equal(a.epoch, 0);
}

static void
unprivileged_is_two_dashes_and_no_root(void **state)
{
	struct role_arguments a;

	(void)state;
	assert_true(parse("x 1 - - - 0 0 6", &a));
	assert_true(a.identity.unprivileged);
	assert_true(a.ipv6_only);
	assert_false(parse("x 1 - 5 - 0 0", &a));
	assert_false(parse("x 1 5 - - 0 0", &a));
	assert_false(parse("x 1 - - /var/empty 0 0", &a));
}

static void
anything_else_is_malformed(void **state)
{
	static const char *const lines[] = {
		"", "x", "x 1 2 3 - 0",
		/* parent */
		"x 0 2 3 - 0 0", "x -1 2 3 - 0 0", "x 2147483648 2 3 - 0 0",
		"x - 2 3 - 0 0", "x _ 2 3 - 0 0", "x +1 2 3 - 0 0",
		"x 01 2 3 - 0 0", "x 0x1 2 3 - 0 0", "x 1a 2 3 - 0 0",
		"x 18446744073709551617 2 3 - 0 0",
		/* uid, gid: never root, never "leave as it is" */
		"x 1 0 3 - 0 0", "x 1 2 0 - 0 0", "x 1 4294967295 3 - 0 0",
		"x 1 2 4294967295 - 0 0", "x 1 4294967298 3 - 0 0",
		"x 1 _ntp 3 - 0 0", "x 1 -2 3 - 0 0",
		/* root */
		"x 1 2 3 _ 0 0", "x 1 2 3 empty 0 0", "x 1 2 3 ./x 0 0",
		/* log, debug */
		"x 1 2 3 - 3 0", "x 1 2 3 - - 0", "x 1 2 3 - 0 10",
		"x 1 2 3 - 0 -1", "x 1 2 3 - _ 0", "x 1 2 3 - 0 _",
		/* words */
		"x 1 2 3 - 0 0 observed", "x 1 2 3 - 0 0 _",
		"x 1 2 3 - 0 0 5", "x 1 2 3 - 0 0 4 6", "x 1 2 3 - 0 0 epoch",
		"x 1 2 3 - 0 0 epoch=", "x 1 2 3 - 0 0 epoch=0",
		"x 1 2 3 - 0 0 epoch=4294967296", "x 1 2 3 - 0 0 epoch=-1",
		"x 1 2 3 - 0 0 epoch=1x", "x 1 2 3 - 0 0 observe observe2",
	};
	struct role_arguments a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (parse(lines[i], &a))
			fail_msg("taken: \"%s\"", lines[i]);
}

static void
the_largest_numbers_pass(void **state)
{
	struct role_arguments a;

	(void)state;
	assert_true(parse("x 2147483647 4294967294 4294967294 / 2 9", &a));
	assert_int_equal(a.identity.parent, 2147483647);
	assert_int_equal(a.identity.uid, 4294967294);
	assert_int_equal(a.identity.gid, 4294967294);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_command_line_is_understood),
		cmocka_unit_test(what_is_not_said_is_not_so),
		cmocka_unit_test(unprivileged_is_two_dashes_and_no_root),
		cmocka_unit_test(anything_else_is_malformed),
		cmocka_unit_test(the_largest_numbers_pass),
		cmocka_unit_test(who_takes_no_words_is_given_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
