/*
 * Learns from the kernel when an address or interface comes or goes, so that
 * interface rules hold for those that were not there at the start. Parent only.
 */
#ifndef PARENT_NETWATCH_H
#define PARENT_NETWATCH_H

#include <stdbool.h>

/* A descriptor that gets readable at every change, or -1 with errno. */
int	netwatch_open(void);

/*
 * Takes what there is to read, unlooked at: what changed is asked for anew.
 * True if there was anything.
 */
bool	netwatch_drain(int fd);

#endif
