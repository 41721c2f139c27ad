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

/* A decimal number without sign, blanks or a zero in front. */
static bool
role_number(const char *text, uint32_t min, uint32_t max, uint32_t *value)
{
	uint64_t sum = 0;
	const char *c;

	if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
		return false;
	for (c = text; *c != '\0'; c++) {
		if (*c < '0' || *c > '9')
			return false;
		sum = sum * 10 + (uint64_t)(*c - '0');
		if (sum > max)
			return false;
	}
	*value = (uint32_t)sum;
	return sum >= min;
}

static bool
role_identity(char *const argv[], struct sandbox_identity *identity)
{
	const char *root = argv[4];
	uint32_t parent, uid, gid;

	if (!role_number(argv[1], 1, INT_MAX, &parent))
		return false;
	identity->parent = (pid_t)parent;
	if (root[0] == '/')
		identity->root = root;
	else if (strcmp(root, "-") != 0)
		return false;
	if (strcmp(argv[2], "-") == 0 && strcmp(argv[3], "-") == 0) {
		identity->unprivileged = true;
		return identity->root == NULL;
	}
	/* 0 is not an unprivileged user */
	if (!role_number(argv[2], 1, ROLE_ID_MAX, &uid) ||
	    !role_number(argv[3], 1, ROLE_ID_MAX, &gid))
		return false;
	identity->uid = uid;
	identity->gid = gid;
	return true;
}

static bool
role_word(const char *word, struct role_arguments *arguments)
{
	static const char epoch[] = "epoch=";

	if (strcmp(word, "observe") == 0)
		return arguments->observe = true;
	if (strcmp(word, "4") == 0)
		return arguments->ipv4_only = true;
	if (strcmp(word, "6") == 0)
		return arguments->ipv6_only = true;
	if (strncmp(word, epoch, sizeof(epoch) - 1) == 0)
		return role_number(word + sizeof(epoch) - 1, 1, UINT32_MAX,
		    &arguments->epoch);
	return false;
}

bool
role_parse(int argc, char *argv[], struct role_arguments *arguments)
{
	uint32_t log_target, debug;
	int i;

	memset(arguments, 0, sizeof(*arguments));
	if (argc < 7 || !role_identity(argv, &arguments->identity) ||
	    !role_number(argv[5], LOG_TO_STDERR, LOG_TO_SYSLOG, &log_target) ||
	    !role_number(argv[6], 0, 9, &debug))
		return false;
	arguments->log_target = (int)log_target;
	arguments->debug = (int)debug;
	for (i = 7; i < argc; i++)
		if (!role_word(argv[i], arguments))
			return false;
	return !(arguments->ipv4_only && arguments->ipv6_only);
}
