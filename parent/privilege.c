/*
 * Privileges and accounts. Runs in the parent, before it reads a file that is
 * not /etc/passwd or /etc/group.
 */
#include "parent/privilege.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bsd/stdlib.h>

#include "common/sandbox.h"
#include "config.h"
#include "parent/profile.h"

#define PRIVILEGE_BIT(capability)	(UINT64_C(1) << (capability))
#define PRIVILEGE_KEEP	(PRIVILEGE_BIT(CAP_SETUID) |	/* roles' uids */ \
	PRIVILEGE_BIT(CAP_SETGID) |		/* and gids */		  \
	PRIVILEGE_BIT(CAP_SYS_CHROOT) |		/* roles' roots */	  \
	PRIVILEGE_BIT(CAP_SETPCAP) |		/* roles' bounding sets */ \
	PRIVILEGE_BIT(CAP_NET_BIND_SERVICE) |	/* UDP/123 at reload */	  \
	PRIVILEGE_BIT(CAP_KILL))		/* roles; their PDEATHSIG */

static const struct {
	const char *name;	/* NULL: the number only */
	unsigned int number;
} privilege_roles[ROLE_MAX] = {
	/* Started before any file is parsed, and not by what one says. */
	[ROLE_CLOCKCTL] = { NULL, UID_CLOCKCTL },
	[ROLE_NET] = { "_ntp", UID_NET },
	[ROLE_SERVE] = { "_ntpsrv", UID_SERVE },
	[ROLE_RESOLVER] = { "_ntpdns", UID_RESOLVER },
};

void
privilege_clock_account(struct privilege_account *account)
{
	account->uid = UID_CLOCKCTL;
	account->gid = UID_CLOCKCTL;
}

/* By name or number; uid and gid of the account. */
static bool
privilege_find_user(const char *name, struct privilege_account *account)
{
	const struct passwd *entry;
	const char *error;
	unsigned int number;
	bool found = false;
	FILE *file;

	number = (unsigned int)strtonum(name, 0, INT32_MAX, &error);
	if (error == NULL) {
		account->uid = account->gid = number;
		return true;
	}
	file = fopen("/etc/passwd", "re");
	while (file != NULL && !found && (entry = fgetpwent(file)) != NULL) {
		found = strcmp(entry->pw_name, name) == 0;
		if (found)
			*account = (struct privilege_account){
			    .uid = entry->pw_uid, .gid = entry->pw_gid };
	}
	if (file != NULL)
		fclose(file);
	return found;
}

static bool
privilege_find_group(const char *name, gid_t *gid)
{
	const struct group *entry;
	const char *error;
	bool found = false;
	FILE *file;

	*gid = (gid_t)strtonum(name, 0, INT32_MAX, &error);
	if (error == NULL)
		return true;
	file = fopen("/etc/group", "re");
	while (file != NULL && !found && (entry = fgetgrent(file)) != NULL) {
		found = strcmp(entry->gr_name, name) == 0;
		if (found)
			*gid = entry->gr_gid;
	}
	if (file != NULL)
		fclose(file);
	return found;
}

/* Every role but the parent has an account of its own, and none is root's. */
static bool
privilege_apart(const struct privilege_account accounts[ROLE_MAX], char *why,
    size_t size)
{
	int i, j;

	for (i = 0; i < ROLE_MAX; i++) {
		if (accounts[i].uid == 0) {
			snprintf(why, size, "%s may not run as root",
			    spawn_name((enum role)i));
			return false;
		}
		for (j = 0; j < i; j++)
			if (accounts[i].uid == accounts[j].uid) {
				snprintf(why, size, "%s and %s may not share "
				    "uid %u", spawn_name((enum role)i),
				    spawn_name((enum role)j),
				    (unsigned int)accounts[i].uid);
				return false;
			}
	}
	return true;
}

bool
privilege_accounts(const char *user, const char *group,
    struct privilege_account accounts[ROLE_MAX], char *why, size_t size)
{
	int i;

	for (i = 0; i < ROLE_MAX; i++) {
		accounts[i].uid = privilege_roles[i].number;
		accounts[i].gid = privilege_roles[i].number;
		if (privilege_roles[i].name != NULL)
			privilege_find_user(privilege_roles[i].name,
			    &accounts[i]);
	}
	if (user != NULL && !privilege_find_user(user, &accounts[ROLE_NET])) {
		snprintf(why, size, "-u: there is no user %s", user);
		return false;
	}
	if (group != NULL &&
	    !privilege_find_group(group, &accounts[ROLE_NET].gid)) {
		snprintf(why, size, "-u: there is no group %s", group);
		return false;
	}
	return privilege_apart(accounts, why, size);
}

/* Root's own and nobody else's to write; made if it is missing. */
static bool
privilege_own_directory(const char *path, mode_t mode)
{
	struct stat status;

	if (mkdir(path, mode) != 0 && errno != EEXIST)
		return false;
	if (lstat(path, &status) != 0)
		return false;
	if (!S_ISDIR(status.st_mode)) {
		errno = ENOTDIR;
		return false;
	}
	if (status.st_uid != geteuid()) {
		errno = EPERM;
		return false;
	}
	return (status.st_mode & 07777) == mode || chmod(path, mode) == 0;
}

bool
privilege_directory(const char **path)
{
	*path = PRIVILEGE_RUN;
	if (!privilege_own_directory(PRIVILEGE_RUN, 0755))
		return false;
	*path = PRIVILEGE_EMPTY;
	return privilege_own_directory(PRIVILEGE_EMPTY, 0555);
}

bool
privilege_drop(const char **failed)
{
	const struct rlimit none = { 0, 0 };

	*failed = "RLIMIT_CORE";	/* keys would be in it */
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return false;
	*failed = "capabilities";
	if (!sandbox_capabilities(PRIVILEGE_KEEP))
		return false;
	*failed = "NO_NEW_PRIVS";
	if (!sandbox_no_new_privs())
		return false;
	*failed = "seccomp";
	return sandbox_filter(&parent_profile);
}
