/*
 * The life of ntpd-clockctl, and of ntpd-observe: lock-down, and the messages
 * of the parent (descriptor 3) and of net (4) until the parent is gone.
 */
#ifndef CLOCKCTL_SERVICE_H
#define CLOCKCTL_SERVICE_H

#include "clockctl/control.h"

/* What makes one of the programs; permitted may be NULL: always. */
struct service_program {
	const struct clock_backend *clock;
	const struct sandbox_profile *profile;
	bool		(*permitted)(void);
};

/*
 * Main's. clock_state: of the back-end, the caller's. Exit status: 0 the
 * parent is gone; 1 no lock-down; 2 not started by ntpd; 3 may not set the
 * clock.
 */
int	service_run(int argc, char *argv[],
	    const struct service_program *program, void *clock_state);

#endif
