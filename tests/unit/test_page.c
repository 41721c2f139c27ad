/*
 * The shared page: no reader ever sees half of a write, a writer's death in
 * the middle of one is mended, and the reader's descriptor cannot write.
 */
#include "common/page.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define READERS		2
#define VALUES_SEEN	300	/* different ones, by each reader */
#define SEQUENCE_AT	64	/* of the system variables, in the page */

struct fixture {
	int		fds[2];
	struct page	*writer;
	const struct page *reader;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || page_create(f->fds) == -1)
		return -1;
	f->writer = page_open_writer(f->fds[0]);
	f->reader = page_open_reader(f->fds[1]);
	*state = f;
	return f->writer == NULL || f->reader == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	close(f->fds[0]);
	close(f->fds[1]);
	free(f);
	return 0;
}

static void
starts_unsynchronised(void **state)
{
	struct fixture *f = *state;
	struct system_variables variables = { 0 };
	struct association_variables association = { .id = 1 };

	assert_true(page_read_system(f->reader, &variables));
	assert_int_equal(variables.leap, 3);
	assert_int_equal(variables.stratum, 16);
	assert_int_equal(variables.deadline_boot_ns, 0);
	assert_true(page_read_association(f->reader, 0, &association));
	assert_int_equal(association.id, 0);
}

static void
reader_sees_what_was_written(void **state)
{
	struct fixture *f = *state;
	struct system_variables in = { .leap = 1, .stratum = 2,
	    .precision = -24, .virtual_ppt = -7, .kernel_status = 0x2001 };
	struct system_variables out = { 0 };
	struct association_variables slot, copy;
	unsigned int i;

	page_write_system(f->writer, &in);
	assert_true(page_read_system(f->reader, &out));
	assert_memory_equal(&in, &out, sizeof(in));
	for (i = 0; i < ASSOCIATIONS_MAX; i++) {
		memset(&slot, (int)(i + 1), sizeof(slot));
		page_write_association(f->writer, i, &slot);
	}
	for (i = 0; i < ASSOCIATIONS_MAX; i++) {
		memset(&slot, (int)(i + 1), sizeof(slot));
		assert_true(page_read_association(f->reader, i, &copy));
		assert_memory_equal(&slot, &copy, sizeof(slot));
	}
}

/* Every byte of what is read must be of the same write. */
static bool
of_one_piece(const void *data, size_t size)
{
	const uint32_t *words = data;
	size_t i;

	for (i = 1; i < size / sizeof(*words); i++)
		if (words[i] != words[0])
			return false;
	return true;
}

static void
write_one(struct page *page, uint32_t n)
{
	struct system_variables variables;
	struct association_variables slot;
	size_t i;

	for (i = 0; i < sizeof(variables) / sizeof(n); i++)
		memcpy((uint8_t *)&variables + sizeof(n) * i, &n, sizeof(n));
	for (i = 0; i < sizeof(slot) / sizeof(n); i++)
		memcpy((uint8_t *)&slot + sizeof(n) * i, &n, sizeof(n));
	page_write_system(page, &variables);
	page_write_association(page, ASSOCIATIONS_MAX - 1, &slot);
}

/* Exit status: 0 when enough was seen, 1 torn or backwards. */
static _Noreturn void
read_many(const struct page *page)
{
	struct system_variables variables = { 0 };
	struct association_variables slot = { 0 };
	uint32_t last = 0, n = 0, values = 0;

	while (values < VALUES_SEEN) {
		if (page_read_system(page, &variables))
			memcpy(&n, &variables, sizeof(n));
		if (!of_one_piece(&variables, sizeof(variables)) || n < last)
			_exit(1);
		values += n != last;
		last = n;
		if (page_read_association(page, ASSOCIATIONS_MAX - 1, &slot) &&
		    !of_one_piece(&slot, sizeof(slot)))
			_exit(1);
	}
	_exit(0);
}

static void
torn_writes_are_never_seen(void **state)
{
	struct fixture *f = *state;
	pid_t readers[READERS], done;
	uint32_t n = 0;
	int i, status;

	write_one(f->writer, n);
	for (i = 0; i < READERS; i++) {
		readers[i] = fork();
		assert_int_not_equal(readers[i], -1);
		if (readers[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
			read_many(f->reader);
		}
	}
	for (i = 0; i < READERS; i++) {
		do {
			write_one(f->writer, ++n);
			done = waitpid(readers[i], &status, WNOHANG);
		} while (done == 0);
		assert_int_equal(done, readers[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

static void
death_in_a_write_is_mended_by_the_next_writer(void **state)
{
	struct fixture *f = *state;
	struct system_variables good = { .leap = 0, .stratum = 1 };
	struct system_variables copy = { .stratum = 9 };
	struct page *next;
	uint32_t odd;

	page_write_system(f->writer, &good);
	assert_int_equal(pread(f->fds[1], &odd, sizeof(odd), SEQUENCE_AT),
	    sizeof(odd));
	assert_int_equal(odd & 1, 0);
	odd++;
	memcpy((uint8_t *)f->writer + SEQUENCE_AT, &odd, sizeof(odd));
	assert_false(page_read_system(f->reader, &copy));
	assert_int_equal(copy.stratum, 9);	/* untouched */
	next = page_open_writer(f->fds[0]);
	assert_non_null(next);
	/* What was half written is not shown, but that nothing is known. */
	assert_true(page_read_system(f->reader, &copy));
	assert_int_equal(copy.stratum, 16);
	assert_int_equal(copy.leap, 3);
	page_write_system(next, &good);
	assert_true(page_read_system(f->reader, &copy));
	assert_int_equal(copy.stratum, 1);
}

static void
next_writer_keeps_what_is_whole(void **state)
{
	struct fixture *f = *state;
	struct system_variables good = { .leap = 0, .stratum = 3 }, copy;

	page_write_system(f->writer, &good);
	assert_non_null(page_open_writer(f->fds[0]));
	assert_true(page_read_system(f->reader, &copy));
	assert_int_equal(copy.stratum, 3);
}

static void
reader_descriptor_cannot_write(void **state)
{
	struct fixture *f = *state;
	void *map;

	map = mmap(NULL, 64, PROT_READ | PROT_WRITE, MAP_SHARED, f->fds[1], 0);
	assert_ptr_equal(map, MAP_FAILED);
	assert_int_equal(errno, EACCES);
	map = mmap(NULL, 64, PROT_READ, MAP_SHARED, f->fds[1], 0);
	assert_ptr_not_equal(map, MAP_FAILED);
	assert_int_equal(mprotect(map, 64, PROT_READ | PROT_WRITE), -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(pwrite(f->fds[1], "x", 1, 0), -1);
	assert_null(page_open_writer(f->fds[1]));
}

static void
nobody_can_resize_or_seal_it(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(fstat(f->fds[0], &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	assert_int_equal(ftruncate(f->fds[0], 0), -1);
	assert_int_equal(ftruncate(f->fds[0], st.st_size + 1), -1);
	assert_int_equal(fcntl(f->fds[0], F_ADD_SEALS, F_SEAL_FUTURE_WRITE),
	    -1);
}

static void
what_is_no_page_is_refused(void **state)
{
	struct fixture *f = *state;
	uint8_t wrong = 0;
	int fd, pair[2];

	assert_null(page_open_reader(-1));
	assert_int_equal(pipe(pair), 0);
	assert_null(page_open_reader(pair[0]));
	close(pair[0]);
	close(pair[1]);
	fd = memfd_create("short", MFD_CLOEXEC);
	assert_null(page_open_reader(fd));	/* not sealed: could shrink */
	close(fd);
	assert_int_equal(pwrite(f->fds[0], &wrong, 1, 0), 1);
	assert_null(page_open_reader(f->fds[1]));	/* not our magic */
	assert_null(page_open_writer(f->fds[0]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(starts_unsynchronised,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(reader_sees_what_was_written,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(torn_writes_are_never_seen,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    death_in_a_write_is_mended_by_the_next_writer,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(next_writer_keeps_what_is_whole,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(reader_descriptor_cannot_write,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(nobody_can_resize_or_seal_it,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_page_is_refused,
		    setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
