/*
 * The words at the end of a role's command line, for the roles that are given
 * some: all but clockctl. See role.h. Runs before lock-down; libc only.
 */
#include "common/role.h"

#include <string.h>

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
	int i;

	if (argc < ROLE_ARGUMENTS ||
	    !role_parse_fixed(ROLE_ARGUMENTS, argv, arguments))
		return false;
	for (i = ROLE_ARGUMENTS; i < argc; i++)
		if (!role_word(argv[i], arguments))
			return false;
	return !(arguments->ipv4_only && arguments->ipv6_only);
}
