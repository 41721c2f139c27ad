/*
 * Asks the children for signs of life. Parent only.
 */
#ifndef PARENT_PULSE_H
#define PARENT_PULSE_H

#include <stdbool.h>
#include <stdint.h>

struct supervisor;

/* PING to everybody who runs; the answers come by the loop. */
void	pulse_ping(struct supervisor *supervisor, uint32_t number);

/* True if all who are wanted run and answered this PING. Pure. */
bool	pulse_all_alive(const struct supervisor *supervisor, uint32_t number);

#endif
