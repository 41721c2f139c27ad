/*
 * Says what is wrong with a configuration, without starting anything.
 */
#ifndef PARENT_CHECK_H
#define PARENT_CHECK_H

#include <stdbool.h>

struct options;

/*
 * Every complaint to stderr, one a line; with dump the effective configuration
 * to stdout. Returns the exit status: 1 if the daemon would refuse it.
 */
int	check_configuration(const struct options *options, bool dump);

#endif
