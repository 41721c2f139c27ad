/*
 * Parses the command line of a role; runs in every child before lock-down.
 * The parent wrote it, but whoever starts a role by hand did not. libc only.
 */
#include "common/role.h"

#include <limits.h>
#include <string.h>

#include "common/log.h"

/* (uid_t)-1 means "leave as it is" to setresuid(2), so it is no id. */
#define ROLE_ID_MAX	(UINT32_MAX - 1)

bool
role_number(const char *text, uint32_t min, uint32_t max, uint32_t *value)
{
	uint64_t sum = 0;
	const char *c;

	for (c = text; *c >= '0' && *c <= '9' && sum <= max; c++)
		sum = sum * 10 + (uint64_t)(*c - '0');
	*value = (uint32_t)sum;
	return c != text && *c == '\0' && (*text != '0' || c == text + 1) &&
	    sum >= min && sum <= max;
}

static bool
role_dash(const char *text)
{
	return strcmp(text, "-") == 0;
}

bool
role_parse_fixed(int argc, char *argv[], struct role_arguments *arguments)
{
	struct sandbox_identity *identity = &arguments->identity;
	uint32_t parent;

	memset(arguments, 0, sizeof(*arguments));
	if (argc != ROLE_ARGUMENTS ||
	    !role_number(argv[1], 1, INT_MAX, &parent) ||
	    (argv[4][0] != '/' && !role_dash(argv[4])) ||
	    !role_number(argv[5], LOG_TO_STDERR, LOG_TO_SYSLOG,
	    &arguments->log_target) ||
	    !role_number(argv[6], 0, 9, &arguments->debug))
		return false;
	identity->parent = (pid_t)parent;
	identity->root = role_dash(argv[4]) ? NULL : argv[4];
	identity->unprivileged = role_dash(argv[2]) && role_dash(argv[3]);
	if (identity->unprivileged)
		return identity->root == NULL;
	/* 0 is not an unprivileged user */
	return role_number(argv[2], 1, ROLE_ID_MAX, &identity->uid) &&
	    role_number(argv[3], 1, ROLE_ID_MAX, &identity->gid);
}
