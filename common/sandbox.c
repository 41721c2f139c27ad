/*
 * Lock-down; runs in every process before it reads anything. Trusts only the
 * tables that were compiled in and the command line from the parent. libc and
 * libseccomp only: clockctl links it.
 */
#include "common/sandbox.h"

#include <linux/capability.h>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <unistd.h>

#include "common/sandbox_build.h"

#ifndef PR_SET_MDWE	/* Linux 6.3 */
#define PR_SET_MDWE			65
#define PR_MDWE_REFUSE_EXEC_GAIN	1
#endif

bool
sandbox_prctl(int option, unsigned long value)
{
	return prctl(option, value, 0UL, 0UL, 0UL) == 0;
}

/* EINVAL is beyond the last capability that there is. */
bool
sandbox_bounding_set(uint64_t keep)
{
	unsigned long cap;

	for (cap = 0; cap < 64; cap++)
		if ((keep >> cap & 1) == 0 &&
		    !sandbox_prctl(PR_CAPBSET_DROP, cap) && errno != EINVAL)
			return false;
	return true;
}

bool
sandbox_capability_sets(uint64_t keep)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	const uint32_t low = (uint32_t)keep, high = (uint32_t)(keep >> 32);
	const struct __user_cap_data_struct data[2] = {
		{ .effective = low, .permitted = low },
		{ .effective = high, .permitted = high },
	};

	return syscall(SYS_capset, &header, data) == 0;
}

/* A root that the role could write to would not be an empty one for long. */
static bool
enter_root(const struct sandbox_identity *identity)
{
	struct stat st;

	if (identity->root == NULL)
		return chdir("/") == 0;
	if (chdir(identity->root) == -1 || stat(".", &st) == -1)
		return false;
	errno = EPERM;
	return st.st_uid != identity->uid &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0 && chroot(".") == 0;
}

static bool
change_identity(uid_t uid, gid_t gid)
{
	return setgroups(0, NULL) == 0 && setresgid(gid, gid, gid) == 0 &&
	    setresuid(uid, uid, uid) == 0;
}

static bool
limit(unsigned int resource, rlim_t most, bool wanted)
{
	const struct rlimit both = { most, most };

	return !wanted || setrlimit(resource, &both) == 0;
}

static bool
set_limits(const struct sandbox_profile *profile)
{
	return limit(RLIMIT_NOFILE, profile->rlimit_nofile, true) &&
	    limit(RLIMIT_NPROC, 0, true) && limit(RLIMIT_CORE, 0, true) &&
	    limit(RLIMIT_FSIZE, 0, profile->silent) &&
	    limit(RLIMIT_AS, profile->rlimit_as,
	    profile->rlimit_as != 0 && sandbox_build_limits_memory);
}

/* For what no system call refuses. */
static bool
demand(bool met, int error)
{
	errno = error;
	return met;
}

static bool
step(const char **failed, const char *name, bool done)
{
	if (!done)
		*failed = name;
	return done;
}

/* Root's part; a capability lives through the change of uid only while
 * KEEPCAPS is set. */
static bool
leave_root(const struct sandbox_profile *profile,
    const struct sandbox_identity *who, const char **failed)
{
	return step(failed, "bounding set",
	    sandbox_bounding_set(profile->capabilities)) &&
	    step(failed, "root directory", enter_root(who)) &&
	    step(failed, "keep capabilities",
	    sandbox_prctl(PR_SET_KEEPCAPS, 1)) &&
	    step(failed, "identity", change_identity(who->uid, who->gid)) &&
	    step(failed, "keep no longer", sandbox_prctl(PR_SET_KEEPCAPS, 0));
}

/*
 * The order matters: the change of uid clears PDEATHSIG,
 * and a filter needs NO_NEW_PRIVS. Of an execveat(2) Linux before 6.14 makes
 * the number of the descriptor a name. MDWE, where the kernel knows it: no
 * memory becomes executable, no executable memory writable.
 */
bool
sandbox_enter(const struct sandbox_profile *profile,
    const struct sandbox_identity *who, const char **failed)
{
	return step(failed, "name", sandbox_prctl(PR_SET_NAME,
	    (unsigned long)program_invocation_short_name)) &&
	    step(failed, "descriptors", syscall(SYS_close_range,
	    (unsigned int)profile->fds, ~0U, 0U) == 0) &&
	    (who->unprivileged || leave_root(profile, who, failed)) &&
	    step(failed, "not root", demand(getuid() != 0 && geteuid() != 0,
	    EPERM)) &&
	    step(failed, "capabilities",
	    sandbox_capability_sets(profile->capabilities)) &&
	    step(failed, "no new privileges",
	    sandbox_prctl(PR_SET_NO_NEW_PRIVS, 1)) &&
	    step(failed, "not dumpable", sandbox_prctl(PR_SET_DUMPABLE, 0)) &&
	    step(failed, "death of parent",
	    sandbox_prctl(PR_SET_PDEATHSIG, SIGKILL)) &&
	    step(failed, "parent", demand(getppid() == who->parent, ESRCH)) &&
	    step(failed, "write xor execute",
	    sandbox_prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN) || true) &&
	    step(failed, "limits", set_limits(profile)) &&
	    step(failed, "filter", sandbox_filter(profile));
}
