/* parent/notify: what the service manager reads. */
#include "parent/notify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/ntp_time.h"

static void
addresses_are_paths_or_abstract_names(void **state)
{
	struct sockaddr_un address;
	char text[200];

	(void)state;
	assert_int_equal(notify_address("/run/x", &address),
	    offsetof(struct sockaddr_un, sun_path) + 7);
	assert_string_equal(address.sun_path, "/run/x");
	assert_int_equal(notify_address("@abc", &address),
	    offsetof(struct sockaddr_un, sun_path) + 4);
	assert_memory_equal(address.sun_path, "\0abc", 4);
	assert_int_equal(notify_address("", &address), 0);
	assert_int_equal(notify_address("/", &address), 0);
	assert_int_equal(notify_address("vsock:1:2", &address), 0);
	memset(text, 'x', sizeof(text) - 1);
	text[0] = '/';
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(notify_address(text, &address), 0);
}

/* A manager on an abstract address of its own. */
static int
manager(char *name, size_t size)
{
	struct sockaddr_un address;
	socklen_t length;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(name, size, "@test_notify.%d", (int)getpid());
	length = notify_address(name, &address);
	assert_true(length > 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	return fd;
}

static const char *
heard(int fd, char *text, size_t size)
{
	ssize_t length = recv(fd, text, size - 1, MSG_DONTWAIT);

	text[length < 0 ? 0 : length] = '\0';
	return text;
}

static void
the_manager_hears_every_change(void **state)
{
	struct notify notify;
	char name[64], text[600], byte[4];
	int fd = manager(name, sizeof(name)), ready[2];

	(void)state;
	assert_int_equal(pipe(ready), 0);
	setenv("NOTIFY_SOCKET", name, 1);
	setenv("WATCHDOG_USEC", "20000000", 1);
	unsetenv("WATCHDOG_PID");
	notify_init(&notify, ready[1]);
	assert_null(getenv("NOTIFY_SOCKET"));
	assert_null(getenv("WATCHDOG_USEC"));
	assert_int_equal(notify.watchdog_ns, 10 * NS_PER_S);
	notify_ready(&notify);
	assert_string_equal(heard(fd, text, sizeof(text)), "READY=1\n");
	assert_int_equal(read(ready[0], byte, sizeof(byte)), 1);
	assert_int_equal(byte[0], '\n');
	/* s6 wants the descriptor closed, and hears only the first one. */
	assert_int_equal(read(ready[0], byte, sizeof(byte)), 0);
	notify_reloading(&notify);
	assert_ptr_equal(strstr(heard(fd, text, sizeof(text)),
	    "RELOADING=1\nMONOTONIC_USEC="), text);
	notify_ready(&notify);
	assert_string_equal(heard(fd, text, sizeof(text)), "READY=1\n");
	notify_status(&notify, "a %d\nREADY=1", 5);
	assert_string_equal(heard(fd, text, sizeof(text)), "STATUS=a 5");
	notify_watchdog(&notify);
	assert_string_equal(heard(fd, text, sizeof(text)), "WATCHDOG=1\n");
	notify_stopping(&notify);
	assert_ptr_equal(strstr(heard(fd, text, sizeof(text)), "STOPPING=1\n"),
	    text);
	notify_close(&notify);
	close(ready[0]);
	close(fd);
}

static void
without_a_manager_nothing_is_said(void **state)
{
	struct notify notify;

	(void)state;
	unsetenv("NOTIFY_SOCKET");
	setenv("WATCHDOG_USEC", "1000", 1);
	notify_init(&notify, -1);
	assert_int_equal(notify.fd, -1);
	assert_int_equal(notify.watchdog_ns, 0);
	notify_ready(&notify);
	notify_status(&notify, "x");
	notify_close(&notify);
}

static void
the_watchdog_of_another_process_is_not_ours(void **state)
{
	struct notify notify;
	char name[64];
	int fd = manager(name, sizeof(name));

	(void)state;
	setenv("NOTIFY_SOCKET", name, 1);
	setenv("WATCHDOG_USEC", "1000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	notify_init(&notify, -1);
	assert_true(notify.fd >= 0);
	assert_int_equal(notify.watchdog_ns, 0);
	notify_close(&notify);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_paths_or_abstract_names),
		cmocka_unit_test(the_manager_hears_every_change),
		cmocka_unit_test(without_a_manager_nothing_is_said),
		cmocka_unit_test(the_watchdog_of_another_process_is_not_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
