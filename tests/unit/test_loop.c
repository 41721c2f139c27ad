/* common/loop: handlers may add and remove watches while the loop turns. */
#include "common/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

struct seen {
	struct loop	*loop;
	int		remove;
	unsigned int	calls;
};

static void
seen_ready(void *context, int fd, short revents)
{
	struct seen *seen = context;
	char byte;

	assert_true(revents & POLLIN);
	assert_int_equal(read(fd, &byte, 1), 1);
	if (seen->remove >= 0)
		loop_remove(seen->loop, seen->remove);
	seen->calls++;
}

static void
a_removed_watch_is_not_called_in_the_same_turn(void **state)
{
	struct loop loop;
	struct seen seen = { .loop = &loop };
	int a[2], b[2];

	(void)state;
	assert_int_equal(pipe(a), 0);
	assert_int_equal(pipe(b), 0);
	loop_init(&loop);
	assert_true(loop_add(&loop, a[0], POLLIN, seen_ready, &seen));
	assert_true(loop_add(&loop, b[0], POLLIN, seen_ready, &seen));
	seen.remove = b[0];
	assert_int_equal(write(a[1], "x", 1), 1);
	assert_int_equal(write(b[1], "x", 1), 1);
	assert_int_equal(loop_turn(&loop, 0), 1);
	assert_int_equal(seen.calls, 1);
	assert_int_equal(loop_turn(&loop, 0), 0);
	assert_int_equal(loop.count, 1);
	seen.remove = -1;
	assert_true(loop_add(&loop, b[0], POLLIN, seen_ready, &seen));
	assert_int_equal(loop_turn(&loop, -1), 1);
	assert_int_equal(seen.calls, 2);
}

static void
a_full_table_refuses(void **state)
{
	struct loop loop;
	int fd;

	(void)state;
	loop_init(&loop);
	for (fd = 0; fd < LOOP_WATCHES_MAX; fd++)
		assert_true(loop_add(&loop, fd + 1000, POLLIN, seen_ready,
		    NULL));
	assert_false(loop_add(&loop, fd + 1000, POLLIN, seen_ready, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_removed_watch_is_not_called_in_the_same_turn),
		cmocka_unit_test(a_full_table_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
