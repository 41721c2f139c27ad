/*
 * The order of start, which is a promise (ARCHITECTURE.md, "Order of start"):
 * clockctl from compiled-in path and uid, its READY, the parent gives up the
 * clock; only then a file is parsed, a port bound, anybody else started. Parent
 * only.
 */
#ifndef PARENT_START_H
#define PARENT_START_H

#include <stdbool.h>

struct daemon;

/*
 * As far as PHASE_START: everybody is started, the first ACKs are owed. False:
 * said why (daemon_fail), or a signal ended it.
 */
bool	start_daemon(struct daemon *daemon);

/* Everybody answered? Then READY, and PHASE_RUN. */
void	start_settle(struct daemon *daemon);

#endif
