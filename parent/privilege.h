/*
 * What the parent gives up, and the accounts of the other roles. Parent only.
 */
#ifndef PARENT_PRIVILEGE_H
#define PARENT_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "parent/spawn.h"

struct privilege_account {
	uid_t		uid;
	gid_t		gid;
};

/*
 * The accounts by name (_ntp and so on) from /etc/passwd, and from nothing
 * else: no name service runs in the parent. Where one is missing, and always
 * for clockctl, the number that was compiled in. user, group: -u for net, a
 * name or a number, may be NULL. False: *why says what is wrong.
 */
bool	privilege_accounts(const char *user, const char *group,
	    struct privilege_account accounts[ROLE_MAX], char *why,
	    size_t size);

/* Only clockctl's, before any file is read. */
void	privilege_clock_account(struct privilege_account *account);

/*
 * Makes RUNSTATEDIR/ntpd and the empty directory in it that the roles are
 * locked into. False with errno; path is the one that failed.
 */
#define PRIVILEGE_RUN		RUNSTATEDIR "/ntpd"
#define PRIVILEGE_EMPTY		PRIVILEGE_RUN "/empty"
bool	privilege_directory(const char **path);

/*
 * After clockctl runs: gives up SYS_TIME and all else but SETUID, SETGID,
 * SYS_CHROOT, SETPCAP, NET_BIND_SERVICE and KILL, for good and for every
 * process started from here on; then NO_NEW_PRIVS and a filter without the
 * calls that set a clock. False: *failed names the step, errno.
 */
bool	privilege_drop(const char **failed);

#endif
