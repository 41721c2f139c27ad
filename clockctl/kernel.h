/*
 * What clockctl needs of a clock: read it, and change it by one timex call.
 * Behind it stand the kernel (kernel.c), in a program of its own the virtual
 * clock of --observe (observe.c) and, in tests, a recorder in the kernel's
 * place (record.c) and a kernel in simulated time (simulated.c).
 */
#ifndef CLOCKCTL_KERNEL_H
#define CLOCKCTL_KERNEL_H

#include <sys/timex.h>

#include <stdbool.h>
#include <stdint.h>

#include "common/localclock.h"
#include "common/sandbox.h"

struct clock_backend {
	/* The clock now and what the kernel says of it (modes 0); offset in
	 * nanoseconds whatever unit the kernel is in. */
	void	(*read)(void *state, struct clock_pair *now,
		    struct timex *timex);
	/* One clock_adjtime(2). False: the kernel refused it. */
	bool	(*apply)(void *state, struct timex *call);
	/* A virtual clock's difference from CLOCK_REALTIME at the last
	 * reading, and its rate. NULL: this is the real clock. */
	void	(*difference)(void *state, int64_t *ns, int64_t *ppt);
};

/* The real clock; it needs no state. */
extern const struct clock_backend kernel_backend;

/* What a process with it may do, and nothing else. */
extern const struct sandbox_profile kernel_profile;

/* May this process set the clock? Changes nothing. */
bool	kernel_permitted(void);

#endif
