/* parent/state: what a drift file and an account may say, and what not. */
#include "parent/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "parent/files.h"

#define BOOT "512aefd6-0455-4344-98bf-78fb5dfb3342"

static void
drift_files_of_every_ntpd_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t ppt;
	} rows[] = {
		{ "-12.345\n", -12345000 },
		{ "0.000\n", 0 },
		{ "37.3", 37300000 },
		{ "  +1.5 \n", 1500000 },
		{ "-0.000001\n", -1 },
		{ "12.3456789\n", 12345678 },	/* below 1 ppt: cut off */
		{ "500\n", 500000000 },
		{ "-500.000\n", -500000000 },
		{ ".5\n", 500000 },
		{ "3.\n", 3000000 },
		{ "-33.117 0\n", -33117000 },	/* 4.2.0 */
	};
	size_t i;
	int64_t ppt;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ppt = 99;
		assert_true(state_drift_parse(rows[i].text, &ppt));
		assert_int_equal(ppt, rows[i].ppt);
	}
}

static void
what_is_no_frequency_is_refused(void **state)
{
	static const char *const rows[] = {
		"", "\n", "-", ".", "nan\n", "inf", "1e3\n", "500.001", "-501",
		"12,5\n", "12.5x", "99999999999999999999999999", "--1", "+-1",
		"0x10", "\xff\n"
	};
	size_t i;
	int64_t ppt = 77;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_false(state_drift_parse(rows[i], &ppt));
		assert_int_equal(ppt, 77);
	}
}

static void
a_frequency_survives_the_file_to_half_a_ppb(void **state)
{
	char text[STATE_DRIFT_TEXT];
	int64_t ppt, back;
	size_t length;

	(void)state;
	for (ppt = -500000000; ppt <= 500000000; ppt += 99991) {
		length = state_drift_format(ppt, text, sizeof(text));
		assert_int_equal(length, strlen(text));
		assert_true(state_drift_parse(text, &back));
		assert_true(llabs(back - ppt) <= 500);
	}
	state_drift_format(-499, text, sizeof(text));
	assert_string_equal(text, "0.000\n");
	state_drift_format(-12345600, text, sizeof(text));
	assert_string_equal(text, "-12.346\n");
}

static void
an_account_survives_the_file(void **state)
{
	const struct state_account all = { 1, 7, INT64_MAX, 123456789012345,
		400000000 };
	struct state_account back;
	char text[STATE_ACCOUNT_TEXT];

	(void)state;
	state_account_format(&all, BOOT, text, sizeof(text));
	assert_true(state_account_parse(text, BOOT, &back));
	assert_memory_equal(&back, &all, sizeof(all));
}

static void
an_account_of_another_boot_is_empty(void **state)
{
	const struct state_account all = { 1, 7, 1000, 2000, 3000 };
	const struct state_account none = { 0 };
	struct state_account back;
	char text[STATE_ACCOUNT_TEXT];

	(void)state;
	state_account_format(&all, "00000000-" BOOT, text, sizeof(text));
	assert_true(state_account_parse(text, BOOT, &back));
	assert_memory_equal(&back, &none, sizeof(none));
}

static void
a_broken_account_gains_nothing(void **state)
{
	struct state_account all = { 0, 7, 1000, 2000, 3000 }, back;
	char text[STATE_ACCOUNT_TEXT], cut[STATE_ACCOUNT_TEXT];
	size_t length, i;

	(void)state;
	length = state_account_format(&all, BOOT, text, sizeof(text));
	/* Cut off anywhere, its start rules are spent. */
	for (i = 0; i < length; i++) {
		memcpy(cut, text, i);
		cut[i] = '\0';
		assert_false(state_account_parse(cut, BOOT, &back));
		assert_int_equal(back.spent_start, 1);
	}
	assert_false(state_account_parse("boot " BOOT "\nstart -1\nsteps 0\n"
	    "sum-ns 0\nsince-axis-ns 0\nbudget-ns 0\n", BOOT, &back));
	assert_false(state_account_parse("boot " BOOT "\nstart 0\nsteps 0\n"
	    "sum-ns 99999999999999999999\nsince-axis-ns 0\nbudget-ns 0\n",
	    BOOT, &back));
	assert_int_equal(back.spent_start, 1);
}

static void
files_are_replaced_whole_and_through_no_link(void **state)
{
	char directory[] = "/tmp/test_state.XXXXXX", path[64], link_path[64];
	struct stat status;
	int64_t ppt;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/drift", directory);
	snprintf(link_path, sizeof(link_path), "%s/drift.TEMP", directory);
	assert_false(state_drift_read(path, &ppt));
	assert_true(state_drift_write(path, -12345000));
	assert_true(state_drift_read(path, &ppt));
	assert_int_equal(ppt, -12345000);
	/* A link laid where the temporary file goes is not followed. */
	assert_int_equal(symlink("victim", link_path), 0);
	assert_true(state_drift_write(path, 1000));
	assert_int_equal(lstat(link_path, &status), -1);
	assert_true(state_drift_read(path, &ppt));
	assert_int_equal(ppt, 1000);
	/* A link at the place itself is replaced, not written through. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("victim", path), 0);
	assert_true(state_drift_write(path, 2000));
	assert_int_equal(lstat(path, &status), 0);
	assert_true(S_ISREG(status.st_mode));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(directory), 0);
	assert_false(state_drift_write(path, 3000));
}

static void
a_file_too_long_or_no_file_at_all_is_refused(void **state)
{
	size_t length;

	(void)state;
	assert_null(files_read("/tmp", 100, &length));
	assert_null(files_read("/dev/zero", 100, &length));
	assert_null(files_read("/proc/self/status", 10, &length));
	assert_null(files_read("/nonexistent/file", 10, &length));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drift_files_of_every_ntpd_are_read),
		cmocka_unit_test(what_is_no_frequency_is_refused),
		cmocka_unit_test(a_frequency_survives_the_file_to_half_a_ppb),
		cmocka_unit_test(an_account_survives_the_file),
		cmocka_unit_test(an_account_of_another_boot_is_empty),
		cmocka_unit_test(a_broken_account_gains_nothing),
		cmocka_unit_test(files_are_replaced_whole_and_through_no_link),
		cmocka_unit_test(a_file_too_long_or_no_file_at_all_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
