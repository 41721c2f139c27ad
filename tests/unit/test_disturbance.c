/* net/disturbance: who slept, who set the clock, and who only slewed it. */
#include "net/disturbance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/ntp_time.h"

#define START_NS	(1000 * NS_PER_S)
#define LINE_NS		(INT64_C(1795000000) * NS_PER_S)

static struct clock_pair
pair_at(int64_t axis_ns, int64_t line_ns, int64_t suspended_ns)
{
	return (struct clock_pair){ .axis_ns = axis_ns,
		.real_ns = axis_ns + line_ns, .suspended_ns = suspended_ns };
}

static struct disturbance
fresh(void)
{
	return (struct disturbance){ .fd = -1,
		.last = pair_at(START_NS, LINE_NS, 0) };
}

static enum disturbance_kind
check_at(struct disturbance *disturbance, int64_t after_ns, int64_t line_ns,
    int64_t suspended_ns, int64_t *value)
{
	struct clock_pair now = pair_at(START_NS + after_ns, line_ns,
	    suspended_ns);

	*value = 0;
	return disturbance_check(disturbance, &now, value);
}

static void
a_slew_is_no_disturbance(void **state)
{
	struct disturbance disturbance = fresh();
	int64_t at, value, rate;

	(void)state;
	for (rate = -500; rate <= 500; rate += 1000) {
		disturbance = fresh();
		for (at = NS_PER_MS; at < 3600 * NS_PER_S; at *= 2) {
			assert_int_equal(check_at(&disturbance, at, LINE_NS +
			    at * rate / 1000000, 0, &value),
			    DISTURBANCE_NONE);
			assert_int_equal(disturbance_next(&disturbance),
			    INT64_MAX);
		}
	}
}

static void
a_set_clock_is_told_once_and_by_how_much(void **state)
{
	static const int64_t sizes[] = { -3600 * NS_PER_S, -NS_PER_S,
		-20 * NS_PER_MS, 20 * NS_PER_MS, NS_PER_S, 3600 * NS_PER_S };
	struct disturbance disturbance;
	int64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		disturbance = fresh();
		assert_int_equal(check_at(&disturbance, NS_PER_S,
		    LINE_NS + sizes[i], 0, &value), DISTURBANCE_NONE);
		assert_int_equal(disturbance_next(&disturbance), START_NS +
		    NS_PER_S + DISTURBANCE_WAIT_NS);
		assert_int_equal(check_at(&disturbance, NS_PER_S +
		    DISTURBANCE_WAIT_NS / 2, LINE_NS + sizes[i], 0, &value),
		    DISTURBANCE_NONE);
		assert_int_equal(check_at(&disturbance, NS_PER_S +
		    DISTURBANCE_WAIT_NS, LINE_NS + sizes[i], 0, &value),
		    DISTURBANCE_SET);
		assert_int_equal(value, sizes[i]);
		assert_int_equal(disturbance_next(&disturbance), INT64_MAX);
		assert_int_equal(check_at(&disturbance, 5 * NS_PER_S,
		    LINE_NS + sizes[i], 0, &value), DISTURBANCE_NONE);
		assert_int_equal(disturbance_next(&disturbance), INT64_MAX);
	}
}

/* Too small for the line to show over a long time, but the timer was told. */
static void
a_cancelled_timer_is_a_set_clock_however_small(void **state)
{
	struct disturbance disturbance = fresh();
	int64_t value;

	(void)state;
	disturbance.cancelled = true;
	assert_int_equal(check_at(&disturbance, 8 * NS_PER_S, LINE_NS + 1000,
	    0, &value), DISTURBANCE_NONE);
	assert_int_equal(check_at(&disturbance, 9 * NS_PER_S, LINE_NS + 1000,
	    0, &value), DISTURBANCE_SET);
	assert_int_equal(value, 1000);
}

static void
clockctls_own_step_is_no_disturbance(void **state)
{
	struct disturbance disturbance;
	struct clock_pair now;
	int64_t value;

	(void)state;
	assert_true(disturbance_open(&disturbance));
	/* as if the clock had been stepped, seen before APPLIED came */
	disturbance.last.real_ns -= 37 * NS_PER_S;
	disturbance.cancelled = true;
	localclock_pair(&now);
	assert_int_equal(disturbance_check(&disturbance, &now, &value),
	    DISTURBANCE_NONE);
	assert_true(disturbance_next(&disturbance) != INT64_MAX);
	disturbance_explained(&disturbance);
	assert_int_equal(disturbance_next(&disturbance), INT64_MAX);
	localclock_pair(&now);
	now.axis_ns += NS_PER_S;
	now.real_ns += NS_PER_S;
	assert_int_equal(disturbance_check(&disturbance, &now, &value),
	    DISTURBANCE_NONE);
	assert_int_equal(disturbance_next(&disturbance), INT64_MAX);
	/* nothing to take: no event */
	disturbance_take(&disturbance);
	assert_false(disturbance.cancelled);
	close(disturbance.fd);
}

static void
a_suspend_is_told_at_once_and_is_not_also_a_set(void **state)
{
	struct disturbance disturbance = fresh();
	int64_t value;

	(void)state;
	disturbance.cancelled = true;
	assert_int_equal(check_at(&disturbance, 600 * NS_PER_S,
	    LINE_NS + 300 * NS_PER_MS, 590 * NS_PER_S, &value),
	    DISTURBANCE_SUSPENDED);
	assert_int_equal(value, 590 * NS_PER_S);
	assert_int_equal(disturbance_next(&disturbance), INT64_MAX);
	assert_int_equal(check_at(&disturbance, 601 * NS_PER_S,
	    LINE_NS + 300 * NS_PER_MS, 590 * NS_PER_S, &value),
	    DISTURBANCE_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slew_is_no_disturbance),
		cmocka_unit_test(a_set_clock_is_told_once_and_by_how_much),
		cmocka_unit_test(
		    a_cancelled_timer_is_a_set_clock_however_small),
		cmocka_unit_test(clockctls_own_step_is_no_disturbance),
		cmocka_unit_test(
		    a_suspend_is_told_at_once_and_is_not_also_a_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
