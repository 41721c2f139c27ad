/*
 * Watches over the running daemon: signs of life, the service manager's
 * watchdog and status line, the end of -q that did not work. Parent only.
 */
#ifndef PARENT_WATCH_H
#define PARENT_WATCH_H

#include <stdint.h>

struct daemon;

/* READY was said: from now on. */
void	watch_start(struct daemon *daemon);

/* Asks for signs of life when it is time, and judges the last answers. */
void	watch_timer(struct daemon *daemon, int64_t now_ns);

/* Something changed that "systemctl status" shows. */
void	watch_status(struct daemon *daemon);

/* -q: time is up. Says why the clock is not set, and stops. */
void	watch_quit(struct daemon *daemon);

#endif
