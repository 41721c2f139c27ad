/*
 * The watch for steps: no receive time of before a step is ever trusted after
 * it, and an idle server answers the first request after one all the same.
 */
#include "net/serve/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/ntp_time.h"

#define REAL	(INT64_C(1795000000) * NS_PER_S)
#define MONO	(INT64_C(9000) * NS_PER_S)

/* later after the beginning, the clock stepped by step since. */
static struct moment
at(int64_t later, int64_t step)
{
	return (struct moment){ .real_ns = REAL + later + step,
	    .mono_ns = MONO + later, .width_ns = 80 };
}

static struct moment_track
track(void)
{
	const struct moment start = at(0, 0);
	struct moment_track result;

	moment_begin(&result, &start);
	return result;
}

static void
without_a_step_all_but_the_future_is_trusted(void **state)
{
	struct moment_track t = track();
	const struct moment now = at(100 * NS_PER_S, 3000); /* noise */

	(void)state;
	assert_false(moment_follow(&t, &now));
	assert_true(moment_trusts(&t, &now, now.real_ns));
	assert_true(moment_trusts(&t, &now, now.real_ns - 30 * NS_PER_S));
	assert_false(moment_trusts(&t, &now, now.real_ns + 1));
}

static void
a_receive_time_of_before_a_step_is_not_trusted(void **state)
{
	static const int64_t steps[] = { 20 * NS_PER_US, 128 * NS_PER_MS,
	    NS_PER_S, 37 * NS_PER_S, -20 * NS_PER_US, -128 * NS_PER_MS,
	    -NS_PER_S, -3600 * NS_PER_S };
	static const int64_t waits[] = { 0, 1, 5000, 15000 };
	struct moment_track t;
	size_t s, w;

	(void)state;
	for (s = 0; s < sizeof(steps) / sizeof(steps[0]); s++)
		for (w = 0; w < sizeof(waits) / sizeof(waits[0]); w++) {
			const struct moment now = at(NS_PER_S, steps[s]);
			int64_t queued = REAL + NS_PER_S - waits[w];

			t = track();
			assert_true(moment_follow(&t, &now));
			assert_false(moment_trusts(&t, &now, queued));
			/* and in the batches behind it */
			assert_false(moment_follow(&t, &now));
			assert_false(moment_trusts(&t, &now, queued));
		}
}

static void
the_first_request_after_a_step_is_answered(void **state)
{
	struct moment_track t = track();
	const struct moment now = at(600 * NS_PER_S, 5 * NS_PER_S);

	(void)state;
	assert_true(moment_follow(&t, &now));
	assert_true(moment_trusts(&t, &now, now.real_ns - 40 * NS_PER_US));
}

static void
the_watch_ends(void **state)
{
	struct moment_track t = track();
	struct moment now = at(NS_PER_S, NS_PER_MS);

	(void)state;
	assert_true(moment_follow(&t, &now));
	assert_false(moment_trusts(&t, &now, now.real_ns - 2 * NS_PER_MS));
	now = at(3 * NS_PER_S, NS_PER_MS);
	assert_false(moment_follow(&t, &now));
	assert_true(moment_trusts(&t, &now, now.real_ns - 2 * NS_PER_MS));
}

static void
clocks_are_read_together(void **state)
{
	struct moment a, b;

	(void)state;
	moment_take(&a);
	moment_take(&b);
	assert_true(a.width_ns >= 0);
	assert_true(b.mono_ns >= a.mono_ns - a.width_ns);
	assert_true(a.real_ns > 0);
	assert_true(moment_precision() <= -3 && moment_precision() >= -30);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_step_all_but_the_future_is_trusted),
		cmocka_unit_test(a_receive_time_of_before_a_step_is_not_trusted),
		cmocka_unit_test(the_first_request_after_a_step_is_answered),
		cmocka_unit_test(the_watch_ends),
		cmocka_unit_test(clocks_are_read_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
