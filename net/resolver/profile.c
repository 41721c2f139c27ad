/*
 * The limits of ntpd-resolver. It reads files of root's and talks to servers
 * and sockets that the system's resolver configuration names; no more.
 */
#include "net/resolver/profile.h"

#include <linux/landlock.h>

#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <unistd.h>

#include "common/role.h"

/* any argument */
#define ANY	-1, 0

/* EPERM, so that a plug-in that tries goes on without. */
static const struct sandbox_call denied[] = {
	/* the clock is clockctl's */
	{ SCMP_SYS(clock_settime), ANY },
	{ SCMP_SYS(clock_settime64), ANY },
	{ SCMP_SYS(clock_adjtime), ANY },
	{ SCMP_SYS(clock_adjtime64), ANY },
	{ SCMP_SYS(adjtimex), ANY },
	{ SCMP_SYS(settimeofday), ANY },
	{ SCMP_SYS(stime), ANY },
	/* no other program */
	{ SCMP_SYS(execve), ANY },
	{ SCMP_SYS(execveat), ANY },
	/* no other process's memory or descriptors */
	{ SCMP_SYS(ptrace), ANY },
	{ SCMP_SYS(process_vm_readv), ANY },
	{ SCMP_SYS(process_vm_writev), ANY },
	{ SCMP_SYS(process_madvise), ANY },
	{ SCMP_SYS(pidfd_getfd), ANY },
	{ SCMP_SYS(kcmp), ANY },
	/* no other view of the system, no way around Landlock */
	{ SCMP_SYS(mount), ANY },
	{ SCMP_SYS(umount2), ANY },
	{ SCMP_SYS(move_mount), ANY },
	{ SCMP_SYS(open_tree), ANY },
	{ SCMP_SYS(fsopen), ANY },
	{ SCMP_SYS(fsmount), ANY },
	{ SCMP_SYS(pivot_root), ANY },
	{ SCMP_SYS(chroot), ANY },
	{ SCMP_SYS(unshare), ANY },
	{ SCMP_SYS(setns), ANY },
	{ SCMP_SYS(clone3), ANY },
	{ SCMP_SYS(name_to_handle_at), ANY },
	{ SCMP_SYS(open_by_handle_at), ANY },
	/* nothing is changed in the file system */
	{ SCMP_SYS(unlink), ANY },
	{ SCMP_SYS(unlinkat), ANY },
	{ SCMP_SYS(rename), ANY },
	{ SCMP_SYS(renameat), ANY },
	{ SCMP_SYS(renameat2), ANY },
	{ SCMP_SYS(link), ANY },
	{ SCMP_SYS(linkat), ANY },
	{ SCMP_SYS(symlink), ANY },
	{ SCMP_SYS(symlinkat), ANY },
	{ SCMP_SYS(chmod), ANY },
	{ SCMP_SYS(fchmod), ANY },
	{ SCMP_SYS(fchmodat), ANY },
	{ SCMP_SYS(chown), ANY },
	{ SCMP_SYS(fchown), ANY },
	{ SCMP_SYS(fchownat), ANY },
	{ SCMP_SYS(lchown), ANY },
	{ SCMP_SYS(truncate), ANY },
	{ SCMP_SYS(mknod), ANY },
	{ SCMP_SYS(mknodat), ANY },
	/* large and young parts of the kernel that a lookup has no use for */
	{ SCMP_SYS(bpf), ANY },
	{ SCMP_SYS(perf_event_open), ANY },
	{ SCMP_SYS(userfaultfd), ANY },
	{ SCMP_SYS(io_uring_setup), ANY },
	{ SCMP_SYS(io_uring_enter), ANY },
	{ SCMP_SYS(io_uring_register), ANY },
	{ SCMP_SYS(add_key), ANY },
	{ SCMP_SYS(request_key), ANY },
	{ SCMP_SYS(keyctl), ANY },
	{ SCMP_SYS(init_module), ANY },
	{ SCMP_SYS(finit_module), ANY },
	{ SCMP_SYS(delete_module), ANY },
	{ SCMP_SYS(kexec_load), ANY },
	{ SCMP_SYS(kexec_file_load), ANY },
	{ SCMP_SYS(personality), ANY },
	/* it asks; nobody asks it */
	{ SCMP_SYS(listen), ANY },
	{ SCMP_SYS(accept), ANY },
	{ SCMP_SYS(accept4), ANY },
};

#define NDENIED	(sizeof(denied) / sizeof(denied[0]))

const struct sandbox_profile resolver_profile = {
	.fds = ROLE_FD_RESOLVER_NET + 1,	/* its worker's, there */
	.rlimit_nofile = 16,
	.mode = SANDBOX_DENY, .calls = denied, .ncalls = NDENIED,
};

const struct sandbox_profile worker_profile = {
	.fds = ROLE_FD_RESOLVER_NET + 1,
	.rlimit_nofile = 64,
	.silent = true,
	.mode = SANDBOX_DENY, .calls = denied, .ncalls = NDENIED,
};

/*
 * What NSS reads: configuration, itself, and the sockets of local caches. A
 * rule is about a directory that is there. What /etc/resolv.conf points to may
 * be made later, by who configures the network, and be made anew at any time:
 * so all of /run.
 */
static const char *const readable[] = {
	"/etc", "/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32",
	"/usr/lib64", "/usr/local/lib", "/nix/store", "/gnu/store",
	"/run", "/var/run", "/var/lib/misc", "/dev/urandom", "/dev/null",
};

#define FENCE_ALL (LANDLOCK_ACCESS_FS_EXECUTE |				\
	LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |	\
	LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR |	\
	LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |	\
	LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |	\
	LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |	\
	LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

/* Reading a directory's files, or a file; a missing path is no error. */
static bool
profile_open_gate(int ruleset, const char *path)
{
	struct landlock_path_beneath_attr gate = { 0 };
	bool done;

	gate.parent_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	gate.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE |
	    LANDLOCK_ACCESS_FS_READ_DIR;
	if (gate.parent_fd == -1 && errno == ENOTDIR) {
		gate.parent_fd = open(path, O_PATH | O_CLOEXEC);
		gate.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
	}
	if (gate.parent_fd == -1)
		return true;
	done = syscall(SYS_landlock_add_rule, ruleset,
	    LANDLOCK_RULE_PATH_BENEATH, &gate, 0) == 0;
	close(gate.parent_fd);
	return done;
}

bool
profile_fence(void)
{
	const struct landlock_ruleset_attr attributes = {
		.handled_access_fs = FENCE_ALL };
	size_t i;
	int ruleset, error;
	bool done = true;

	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes,
	    sizeof(attributes), 0);
	if (ruleset == -1)	/* not built in, or not switched on */
		return errno == ENOSYS || errno == EOPNOTSUPP;
	for (i = 0; i < sizeof(readable) / sizeof(readable[0]) && done; i++)
		done = profile_open_gate(ruleset, readable[i]);
	done = done && prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) == 0 &&
	    syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
	error = errno;
	close(ruleset);
	errno = error;
	return done;
}
