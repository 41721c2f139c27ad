/*
 * Keeps what clockctl says: logs it, writes drift file and account, and knows
 * whether -q is done. Parent only. Times are of CLOCK_MONOTONIC.
 */
#ifndef PARENT_RECORD_H
#define PARENT_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/clock_message.h"

struct conf;
struct daemon;

/* Reads drift file and account. Once, before the first LIMITS. */
void	record_open(struct daemon *daemon);

/* A STATE from clockctl, valid. */
void	record_state(struct daemon *daemon, const struct msg_state *state);

/* What is due, and when the next is. */
void	record_timer(struct daemon *daemon, int64_t now_ns);
int64_t	record_next(const struct daemon *daemon);

/*
 * At the end. clean: an administrator ended it, so that the start rules of the
 * next start (-g) are in force again; a crash leaves them spent.
 */
void	record_close(struct daemon *daemon, bool clean);

/* The clock is where the sources say, to 1 ms: -q may end. Pure. */
bool	record_is_set(const struct msg_state *state);

#endif
