/*
 * Tells the service manager how we are doing: systemd's datagrams without its
 * library (sd_notify(3)), and s6's newline on a descriptor. Parent only.
 */
#ifndef PARENT_NOTIFY_H
#define PARENT_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

struct sockaddr_un;

struct notify {
	int		fd;		/* connected datagrams; -1 none */
	int		ready_fd;	/* --notify-fd; -1 none or done */
	int64_t		watchdog_ns;	/* a keep-alive so often; 0 none */
};

/*
 * Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and takes them out of
 * the environment, so that no child speaks for us. ready_fd: -1 for none.
 */
void	notify_init(struct notify *notify, int ready_fd);
void	notify_close(struct notify *notify);

/* An address as NOTIFY_SOCKET has it: "/path" or "@abstract". Returns its
 * length, 0 where it is neither or too long. Pure. */
uint32_t notify_address(const char *text, struct sockaddr_un *address);

void	notify_ready(struct notify *notify);
void	notify_reloading(const struct notify *notify);
void	notify_stopping(const struct notify *notify);
void	notify_watchdog(const struct notify *notify);
/* One line for "systemctl status". */
void	notify_status(const struct notify *notify, const char *format, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
