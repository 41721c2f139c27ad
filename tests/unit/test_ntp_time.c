/* common/ntp_time: eras, rounding, ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/ntp_time.h"

/* Seconds since 1970 of some days, by the proleptic Gregorian calendar. */
#define Y1900	(-NTP_UNIX_EPOCH)
#define Y2036	(INT64_C(4294967296) - NTP_UNIX_EPOCH)	/* Feb 7, 06:28:16 */
#define Y2038	(INT64_C(1) << 31)
#define Y2104	(Y2036 + (INT64_C(1) << 31))	/* half an era later */
#define Y2200	INT64_C(7258118400)

static uint64_t
draw(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return *seed ^ *seed >> 29;
}

/* A nanosecond from 1900 to 2200. */
static int64_t
draw_moment(uint64_t *seed)
{
	int64_t seconds = Y1900 + (int64_t)(draw(seed) %
	    (uint64_t)(Y2200 - Y1900));

	return seconds * NS_PER_S + (int64_t)(draw(seed) %
	    (uint64_t)NS_PER_S);
}

static void
known_moments(void **state)
{
	(void)state;
	assert_true(ntp_from_unix_ns(0) == UINT64_C(2208988800) << 32);
	assert_true(ntp_from_unix_ns(Y1900 * NS_PER_S) == 0);
	/* RFC 5905 figure 4: first day of era 1 is 8 February 2036 */
	assert_true(ntp_from_unix_ns(Y2036 * NS_PER_S) == 0);
	assert_true(ntp_from_unix_ns((Y2036 - 1) * NS_PER_S) ==
	    UINT64_C(0xffffffff00000000));
	assert_true(ntp_from_unix_ns(NS_PER_S / 2) ==
	    ((UINT64_C(2208988800) << 32) | UINT64_C(0x80000000)));
	assert_true(ntp_from_unix_ns(-NS_PER_S / 2) ==
	    ((UINT64_C(2208988799) << 32) | UINT64_C(0x80000000)));
}

static void
the_era_is_the_nearest(void **state)
{
	static const int64_t moments[] = { Y1900 + 1, 0, Y2036 - 1, Y2036,
	    Y2036 + 1, Y2038 - 1, Y2038, Y2104 - 1, Y2104, Y2104 + 1,
	    Y2200 };
	static const int64_t apart[] = { 0, 1, -1, 1000, -1000,
	    INT64_C(2147483647), -INT64_C(2147483647) };
	size_t i, j;
	int64_t moment, near;

	(void)state;
	for (i = 0; i < sizeof(moments) / sizeof(moments[0]); i++)
		for (j = 0; j < sizeof(apart) / sizeof(apart[0]); j++) {
			moment = moments[i] * NS_PER_S + 123456789;
			if (moments[i] + apart[j] < Y1900 ||
			    moments[i] + apart[j] > Y2200)
				continue;
			near = moment + apart[j] * NS_PER_S;
			assert_true(ntp_to_unix_ns(ntp_from_unix_ns(moment),
			    near) == moment);
		}
}

static void
beyond_half_an_era_is_the_other_side(void **state)
{
	int64_t moment = Y2038 * NS_PER_S, half = INT64_C(1) << 31;

	(void)state;
	assert_true(ntp_to_unix_ns(ntp_from_unix_ns(moment), moment -
	    (half + 1) * NS_PER_S) == moment - 2 * half * NS_PER_S);
	assert_true(ntp_to_unix_ns(ntp_from_unix_ns(moment), moment +
	    (half + 1) * NS_PER_S) == moment + 2 * half * NS_PER_S);
}

static void
every_round_trip_is_exact(void **state)
{
	uint64_t seed = 5905;
	int64_t ns, near, shift;
	int i;

	(void)state;
	for (i = 0; i < 200000; i++) {
		ns = draw_moment(&seed);
		shift = (int64_t)(draw(&seed) % ((UINT64_C(1) << 31) *
		    (uint64_t)NS_PER_S));
		near = ns > 0 ? ns - shift : ns + shift;
		assert_true(ntp_to_unix_ns(ntp_from_unix_ns(ns), near) == ns);
	}
}

/* Any timestamp and pivot: within half an era of the pivot, or saturated. */
static void
any_timestamp_is_defined(void **state)
{
	uint64_t seed = 7822, timestamp;
	int64_t near, ns, half = (INT64_C(1) << 31) * NS_PER_S;
	int i;

	(void)state;
	for (i = 0; i < 200000; i++) {
		timestamp = draw(&seed) << 32 ^ draw(&seed);
		near = draw_moment(&seed);
		ns = ntp_to_unix_ns(timestamp, near);
		if (near < INT64_MAX - half - NS_PER_S)
			assert_true(ns >= near - half - 1 &&
			    ns <= near + half);
		else
			assert_true(ns >= near - half - 1);
	}
}

static void
short_format_never_shrinks(void **state)
{
	uint64_t seed = 32, i;
	int64_t ns;
	uint32_t value;

	(void)state;
	assert_int_equal(ntp_short_from_ns(0), 0);
	assert_int_equal(ntp_short_from_ns(-1), 0);
	assert_int_equal(ntp_short_from_ns(INT64_MIN), 0);
	assert_int_equal(ntp_short_from_ns(1), 1);
	assert_int_equal(ntp_short_from_ns(NS_PER_S), 65536);
	assert_int_equal(ntp_short_from_ns(NS_PER_S + 1), 65537);
	assert_int_equal(ntp_short_from_ns(INT64_MAX), UINT32_MAX);
	assert_int_equal(ntp_short_from_ns(65536 * NS_PER_S), UINT32_MAX);
	for (i = 0; i < 200000; i++) {
		value = (uint32_t)draw(&seed);
		assert_int_equal(ntp_short_from_ns(ntp_short_to_ns(value)),
		    value);
		ns = (int64_t)(draw(&seed) % (65535 * (uint64_t)NS_PER_S));
		/* 2^-16 s are 15258.8 ns; to_ns rounds down */
		assert_true(ntp_short_to_ns(ntp_short_from_ns(ns)) >= ns - 1);
		assert_true(ntp_short_to_ns(ntp_short_from_ns(ns)) <
		    ns + 15260);
	}
}

static void
short_format_is_unsigned(void **state)
{
	(void)state;
	assert_true(ntp_short_to_ns(UINT32_C(0x80000000)) ==
	    32768 * NS_PER_S);
	assert_true(ntp_short_to_ns(UINT32_MAX) > 65535 * NS_PER_S);
}

static void
exponents_are_clamped(void **state)
{
	(void)state;
	assert_true(ntp_exponent_to_ns(0) == NS_PER_S);
	assert_true(ntp_exponent_to_ns(10) == 1024 * NS_PER_S);
	assert_true(ntp_exponent_to_ns(-6) == 15625000);
	assert_true(ntp_exponent_to_ns(-128) == 15625000);
	assert_true(ntp_exponent_to_ns(127) == 131072 * NS_PER_S);
	assert_true(ntp_exponent_to_ns(17) == 131072 * NS_PER_S);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_moments),
		cmocka_unit_test(the_era_is_the_nearest),
		cmocka_unit_test(beyond_half_an_era_is_the_other_side),
		cmocka_unit_test(every_round_trip_is_exact),
		cmocka_unit_test(any_timestamp_is_defined),
		cmocka_unit_test(short_format_never_shrinks),
		cmocka_unit_test(short_format_is_unsigned),
		cmocka_unit_test(exponents_are_clamped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
