/*
 * Numbers are exact, do not overflow, and survive being written and read.
 */
#include "conf/number.h"

#include <stddef.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void
decimals_are_exact(void **state)
{
	static const struct {
		const char	*text;
		int		scale;
		int64_t		value;
	} rows[] = {
		{ "0.128", 9, 128000000 }, { "1.5", 9, 1500000000 },
		{ "+0.130", 9, 130000000 }, { "-0.0005", 9, -500000 },
		{ ".5", 9, 500000000 }, { "5.", 9, INT64_C(5000000000) },
		{ "15e-6", 9, 15000 }, { "1E3", 9, INT64_C(1000000000000) },
		{ "1000", 9, INT64_C(1000000000000) }, { "0", 9, 0 },
		{ "0.0000000004", 9, 0 }, { "0.0000000005", 9, 1 },
		{ "-0.0000000005", 9, -1 }, { "12.345678", 6, 12345678 },
		{ "0e1000", 9, 0 }, { "1e-1000", 9, 0 },
		{ "9223372036.854775807", 9, INT64_MAX },
		{ "0.00000000000000000000000000000000000001e38", 9,
		    1000000000 },
		{ "7", 0, 7 },
	};
	int64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!number_decimal(rows[i].text, rows[i].scale, &value))
			fail_msg("%s", rows[i].text);
		assert_int_equal(value, rows[i].value);
	}
}

static void
what_is_no_number_is_refused(void **state)
{
	static const char *const texts[] = { "", "+", "-", ".", "1.2.3",
	    "1e", "e5", "0x10", "1,5", "nan", "inf", " 1", "1 ", "1s", "--1",
	    "1e5.0", "9223372036.854775808", "1e99999999999", "1e30",
	    "99999999999999999999" };
	int64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (number_decimal(texts[i], 9, &value))
			fail_msg("decimal: %s", texts[i]);
		if (strchr(texts[i], 'e') == NULL &&
		    number_integer(texts[i], &value) &&
		    strchr(texts[i], '.') == NULL)
			fail_msg("integer: %s", texts[i]);
	}
	assert_false(number_integer("1.0", &value));
	assert_false(number_integer("1e3", &value));
	assert_false(number_integer("9223372036854775808", &value));
}

static void
integers_have_signs(void **state)
{
	int64_t value;

	(void)state;
	assert_true(number_integer("42", &value));
	assert_int_equal(value, 42);
	assert_true(number_integer("-7", &value));
	assert_int_equal(value, -7);
	assert_true(number_integer("+007", &value));
	assert_int_equal(value, 7);
}

static void
what_is_written_reads_back_the_same(void **state)
{
	char text[NUMBER_TEXT];
	uint64_t seed = 88172645463325252u;
	int64_t value, back;
	int i, scale;

	(void)state;
	for (i = 0; i < 100000; i++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		value = (int64_t)(seed >> (i % 60));
		if (value == INT64_MIN)
			continue;
		scale = i % 10;
		number_format(value, scale, text);
		if (!number_decimal(text, scale, &back))
			fail_msg("%s", text);
		assert_int_equal(back, value);
	}
	assert_string_equal(number_format(128000000, 9, text), "0.128");
	assert_string_equal(number_format(-500000, 9, text), "-0.0005");
	assert_string_equal(number_format(0, 9, text), "0");
	assert_string_equal(number_format(1000, 0, text), "1000");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decimals_are_exact),
		cmocka_unit_test(what_is_no_number_is_refused),
		cmocka_unit_test(integers_have_signs),
		cmocka_unit_test(what_is_written_reads_back_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
