/*
 * Speaks to the service manager. Runs in the parent. Trusts the environment
 * that the service manager started it with. Never waits: a manager that does
 * not read loses the message.
 */
#include "parent/notify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <bsd/stdlib.h>

#include "common/ntp_time.h"

uint32_t
notify_address(const char *text, struct sockaddr_un *address)
{
	size_t length = strlen(text);

	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if ((text[0] != '/' && text[0] != '@') || length < 2 ||
	    length >= sizeof(address->sun_path))
		return 0;
	memcpy(address->sun_path, text, length);
	if (text[0] == '@')
		address->sun_path[0] = '\0';
	else
		length++;
	return (uint32_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

static int
notify_connect(const char *text)
{
	struct sockaddr_un address;
	socklen_t length = notify_address(text, &address);
	int fd;

	if (length == 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, length) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Half of the time that the manager waits: sd_watchdog_enabled(3). */
static int64_t
notify_watchdog_interval(void)
{
	const char *limit = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID"), *error;
	int64_t value;

	if (limit == NULL)
		return 0;
	if (pid != NULL && strtonum(pid, 1, INT32_MAX, &error) != getpid())
		return 0;
	value = strtonum(limit, 1, INT64_MAX / NS_PER_US, &error);
	return error == NULL ? value * NS_PER_US / 2 : 0;
}

void
notify_init(struct notify *notify, int ready_fd)
{
	const char *text = getenv("NOTIFY_SOCKET");

	notify->fd = text == NULL ? -1 : notify_connect(text);
	notify->ready_fd = ready_fd;
	notify->watchdog_ns = notify->fd < 0 ? 0 : notify_watchdog_interval();
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

void
notify_close(struct notify *notify)
{
	if (notify->fd >= 0)
		close(notify->fd);
	if (notify->ready_fd >= 0)
		close(notify->ready_fd);
	notify->fd = notify->ready_fd = -1;
}

static void
notify_send(const struct notify *notify, const char *text)
{
	if (notify->fd >= 0)
		(void)send(notify->fd, text, strlen(text),
		    MSG_DONTWAIT | MSG_NOSIGNAL);
}

void
notify_ready(struct notify *notify)
{
	notify_send(notify, "READY=1\n");
	if (notify->ready_fd < 0)
		return;
	(void)!write(notify->ready_fd, "\n", 1);
	close(notify->ready_fd);
	notify->ready_fd = -1;
}

/* Type=notify-reload wants to know when: sd_notify(3). */
void
notify_reloading(const struct notify *notify)
{
	struct timespec now;
	char text[80];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRId64
	    "\n", (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	notify_send(notify, text);
}

void
notify_stopping(const struct notify *notify)
{
	notify_send(notify, "STOPPING=1\nSTATUS=Stopping\n");
}

void
notify_watchdog(const struct notify *notify)
{
	notify_send(notify, "WATCHDOG=1\n");
}

void
notify_status(const struct notify *notify, const char *format, ...)
{
	char text[512] = "STATUS=";
	const size_t head = sizeof("STATUS=") - 1;
	va_list arguments;

	if (notify->fd < 0)
		return;
	va_start(arguments, format);
	vsnprintf(text + head, sizeof(text) - head - 1, format, arguments);
	va_end(arguments);
	text[strcspn(text, "\n")] = '\0';
	notify_send(notify, text);
}
