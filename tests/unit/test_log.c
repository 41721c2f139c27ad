/* common/log: one event is one line whatever is in it, and a log that nobody
 * reads stops nobody. */
#define LIBBSD_OPENBSD_VIS	/* its header asks; strunvis is the same */

#include "common/log.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <bsd/vis.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <regex.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define NS_PER_S	INT64_C(1000000000)

/* Descriptor 2 is the log while a test runs. */
struct capture {
	int	saved;
	int	reader;
	char	text[8192];
};

static void
capture_begin(struct capture *capture, int writer, int reader)
{
	capture->saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
	capture->reader = reader;
	assert_true(capture->saved >= 0);
	assert_int_equal(dup2(writer, STDERR_FILENO), STDERR_FILENO);
	close(writer);
}

/* What can be read now. */
static const char *
capture_read(struct capture *capture)
{
	ssize_t n;

	assert_int_not_equal(fcntl(capture->reader, F_SETFL, O_NONBLOCK), -1);
	n = read(capture->reader, capture->text, sizeof(capture->text) - 1);
	capture->text[n > 0 ? n : 0] = '\0';
	return capture->text;
}

static void
capture_end(struct capture *capture)
{
	assert_int_equal(dup2(capture->saved, STDERR_FILENO), STDERR_FILENO);
	close(capture->saved);
	close(capture->reader);
}

static void
capture_pipe(struct capture *capture, enum log_target target, int debug)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	capture_begin(capture, fds[1], fds[0]);
	log_init("net", target, debug);
}

static void
capture_socket(struct capture *capture, int type, enum log_target target)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, type, 0, fds), 0);
	capture_begin(capture, fds[1], fds[0]);
	log_init("serve", target, 0);
}

static void
assert_matches(const char *text, const char *pattern)
{
	regex_t regex;

	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	if (regexec(&regex, text, 0, NULL, 0) != 0)
		fail_msg("\"%s\" is not %s", text, pattern);
	regfree(&regex);
}

static void
on_stderr_a_line_is_role_and_text(void **state)
{
	struct capture capture;

	(void)state;
	capture_pipe(&capture, LOG_TO_STDERR, 0);
	log_notice("synchronised to %s, offset %+d ns", "192.0.2.1", -12);
	log_error("second");
	assert_string_equal(capture_read(&capture),
	    "net: synchronised to 192.0.2.1, offset -12 ns\nnet: second\n");
	capture_end(&capture);
}

static void
in_a_file_a_line_has_date_host_and_pid(void **state)
{
	struct capture capture;
	char pattern[128];

	(void)state;
	capture_pipe(&capture, LOG_TO_FILE, 0);
	log_warning("text");
	(void)snprintf(pattern, sizeof(pattern),
	    "^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-9]{2}:[0-9]{2}:[0-9]{2}Z "
	    "[^ ]+ ntpd\\[%d\\]: net: text\n$", (int)getpid());
	assert_matches(capture_read(&capture), pattern);
	capture_end(&capture);
}

static void
to_syslog_a_line_is_one_datagram_with_its_priority(void **state)
{
	struct capture capture;
	char expected[128];

	(void)state;
	capture_socket(&capture, SOCK_DGRAM, LOG_TO_SYSLOG);
	log_error("one");
	log_info("two");
	(void)snprintf(expected, sizeof(expected), "<27>ntpd[%d]: serve: one",
	    (int)getpid());
	assert_string_equal(capture_read(&capture), expected);
	(void)snprintf(expected, sizeof(expected), "<30>ntpd[%d]: serve: two",
	    (int)getpid());
	assert_string_equal(capture_read(&capture), expected);
	capture_end(&capture);
}

static void
every_byte_is_escaped_and_can_be_had_back(void **state)
{
	struct capture capture;
	char text[256], back[1024];
	const char *line, *c;
	int i;

	(void)state;
	for (i = 1; i < 256; i++)
		text[i - 1] = (char)i;
	text[255] = '\0';
	capture_pipe(&capture, LOG_TO_STDERR, 0);
	log_info("%s", text);
	line = capture_read(&capture);
	assert_int_equal(strncmp(line, "net: ", 5), 0);
	assert_int_equal(line[strlen(line) - 1], '\n');
	capture.text[strlen(line) - 1] = '\0';
	for (c = line; *c != '\0'; c++)
		assert_in_range(*c, ' ', '~');
	assert_int_equal(strunvis(back, line + 5), 255);
	assert_string_equal(back, text);
	capture_end(&capture);
}

static void
a_line_that_is_too_long_is_cut_and_stays_one(void **state)
{
	struct capture capture;
	char text[5000];
	const char *line;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	capture_pipe(&capture, LOG_TO_STDERR, 0);
	log_info("%s", text);
	line = capture_read(&capture);
	assert_true(strlen(line) > 500 && strlen(line) <= PIPE_BUF);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	memset(text, '\033', sizeof(text) - 1);
	log_info("%s", text);
	line = capture_read(&capture);
	assert_true(strlen(line) > 500 && strlen(line) <= PIPE_BUF);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	capture_end(&capture);
}

static void
debug_lines_are_written_up_to_their_level(void **state)
{
	struct capture capture;

	(void)state;
	capture_pipe(&capture, LOG_TO_STDERR, 2);
	log_debug(1, "one");
	log_debug(2, "two");
	log_debug(3, "three");
	assert_string_equal(capture_read(&capture), "net: one\nnet: two\n");
	capture_end(&capture);
}

static void
errno_is_kept(void **state)
{
	struct capture capture;

	(void)state;
	capture_pipe(&capture, LOG_TO_STDERR, 0);
	errno = ENOTTY;
	log_info("text");
	assert_int_equal(errno, ENOTTY);
	capture_end(&capture);
}

/* Also where the pipe cannot be opened anew: the fallback waits, bounded. */
static void
fill_and_drain(struct capture *capture)
{
	unsigned int i, lines = 0;

	for (i = 0; i < 20000; i++)
		log_info("a line of some length, number %u", i);
	while (strlen(capture_read(capture)) > 0)
		lines++;
	assert_true(lines > 0);
	log_info("after");
	assert_matches(capture_read(capture),
	    "^net: [0-9]+ lines lost: the log was full\nnet: after\n$");
	log_info("again");
	assert_string_equal(capture_read(capture), "net: again\n");
}

static void
a_pipe_that_nobody_reads_stops_nobody(void **state)
{
	struct capture capture;

	(void)state;
	capture_pipe(&capture, LOG_TO_STDERR, 0);
	fill_and_drain(&capture);
	capture_end(&capture);
}

static void
nor_one_that_blocks(void **state)
{
	struct capture capture;
	int fds[2];

	(void)state;
	log_init("net", LOG_TO_STDERR, 0);
	assert_int_equal(pipe(fds), 0);
	capture_begin(&capture, fds[1], fds[0]);	/* no log_init after */
	assert_int_equal(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0);
	fill_and_drain(&capture);
	capture_end(&capture);
}

static void
the_flags_of_a_pipe_that_others_share_stay(void **state)
{
	struct capture capture;
	int fds[2], shared;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	shared = dup(fds[1]);
	capture_begin(&capture, fds[1], fds[0]);
	log_init("net", LOG_TO_STDERR, 0);
	assert_int_equal(fcntl(shared, F_GETFL) & O_NONBLOCK, 0);
	close(shared);
	capture_end(&capture);
}

static void
a_syslog_that_is_full_or_gone_stops_nobody(void **state)
{
	struct capture capture;
	unsigned int i;

	(void)state;
	capture_socket(&capture, SOCK_DGRAM, LOG_TO_SYSLOG);
	for (i = 0; i < 20000; i++)
		log_info("line %u", i);
	close(capture.reader);
	capture.reader = -1;
	log_info("to nobody");
	capture_end(&capture);
	capture_socket(&capture, SOCK_STREAM, LOG_TO_STDERR);
	close(capture.reader);
	capture.reader = -1;
	log_info("to nobody");		/* no SIGPIPE */
	capture_end(&capture);
}

/* As net and the resolver do it: nobody has ignored SIGPIPE for them. */
static void
a_pipe_whose_reader_has_gone_kills_nobody(void **state)
{
	struct capture capture;
	int status;
	pid_t pid;

	(void)state;
	signal(SIGPIPE, SIG_DFL);
	capture_pipe(&capture, LOG_TO_STDERR, 0);
	close(capture.reader);
	capture.reader = -1;
	pid = fork();
	if (pid == 0) {
		log_info("to nobody");
		_exit(7);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	capture_end(&capture);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
}

static void
fatal_writes_its_line_and_exits_with_one(void **state)
{
	struct capture capture;
	int status;
	pid_t pid;

	(void)state;
	capture_pipe(&capture, LOG_TO_STDERR, 0);
	pid = fork();
	if (pid == 0)
		log_fatal("no %s", "way");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_string_equal(capture_read(&capture), "net: no way\n");
	capture_end(&capture);
}

static void
a_limit_passes_its_burst_and_then_one_an_interval(void **state)
{
	struct log_limit limit = { 0 };
	uint32_t suppressed, passed = 0;
	int64_t now, start = 5 * NS_PER_S;

	(void)state;
	for (now = start; now < start + 10 * NS_PER_S; now += NS_PER_S / 100)
		passed += log_limit_pass(&limit, now, 3, NS_PER_S,
		    &suppressed);
	assert_in_range(passed, 12, 13);	/* 3, and one for each of 10 s */
}

static void
a_limit_tells_how_many_it_left_out(void **state)
{
	struct log_limit limit = { 0 };
	uint32_t suppressed = 99;

	(void)state;
	assert_true(log_limit_pass(&limit, 1, 1, NS_PER_S, &suppressed));
	assert_int_equal(suppressed, 0);
	assert_false(log_limit_pass(&limit, 2, 1, NS_PER_S, &suppressed));
	assert_int_equal(suppressed, 0);
	assert_false(log_limit_pass(&limit, 3, 1, NS_PER_S, &suppressed));
	assert_true(log_limit_pass(&limit, NS_PER_S + 1, 1, NS_PER_S,
	    &suppressed));
	assert_int_equal(suppressed, 2);
	assert_true(log_limit_pass(&limit, 3 * NS_PER_S, 1, NS_PER_S,
	    &suppressed));
	assert_int_equal(suppressed, 0);
}

static void
a_limit_has_its_burst_again_after_a_rest(void **state)
{
	struct log_limit limit = { 0 };
	uint32_t suppressed, passed, round;
	int64_t now = 1;
	int i;

	(void)state;
	for (round = 0; round < 3; round++, now += 100 * NS_PER_S) {
		passed = 0;
		for (i = 0; i < 10; i++)
			passed += log_limit_pass(&limit, now, 4, NS_PER_S,
			    &suppressed);
		assert_int_equal(passed, 4);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(on_stderr_a_line_is_role_and_text),
		cmocka_unit_test(in_a_file_a_line_has_date_host_and_pid),
		cmocka_unit_test(
		    to_syslog_a_line_is_one_datagram_with_its_priority),
		cmocka_unit_test(every_byte_is_escaped_and_can_be_had_back),
		cmocka_unit_test(a_line_that_is_too_long_is_cut_and_stays_one),
		cmocka_unit_test(debug_lines_are_written_up_to_their_level),
		cmocka_unit_test(errno_is_kept),
		cmocka_unit_test(a_pipe_that_nobody_reads_stops_nobody),
		cmocka_unit_test(nor_one_that_blocks),
		cmocka_unit_test(the_flags_of_a_pipe_that_others_share_stay),
		cmocka_unit_test(a_syslog_that_is_full_or_gone_stops_nobody),
		cmocka_unit_test(a_pipe_whose_reader_has_gone_kills_nobody),
		cmocka_unit_test(fatal_writes_its_line_and_exits_with_one),
		cmocka_unit_test(
		    a_limit_passes_its_burst_and_then_one_an_interval),
		cmocka_unit_test(a_limit_tells_how_many_it_left_out),
		cmocka_unit_test(a_limit_has_its_burst_again_after_a_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
