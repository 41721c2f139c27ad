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
#include <seccomp.h>
#include <signal.h>
#include <unistd.h>

#include "common/sandbox_build.h"

#ifndef PR_SET_MDWE	/* Linux 6.3 */
#define PR_SET_MDWE			65
#define PR_MDWE_REFUSE_EXEC_GAIN	1
#endif

struct lockdown {
	const struct sandbox_profile *profile;
	const struct sandbox_identity *identity;
};

static bool
step_descriptors(const struct lockdown *lockdown)
{
	return syscall(SYS_close_range, (unsigned int)lockdown->profile->fds,
	    ~0U, 0U) == 0;
}

/* Drops what is not in keep; EINVAL is beyond the last that there is. */
static bool
bounding_set(uint64_t keep)
{
	unsigned long cap;

	for (cap = 0; cap < 64; cap++)
		if ((keep >> cap & 1) == 0 &&
		    prctl(PR_CAPBSET_DROP, cap, 0UL, 0UL, 0UL) == -1 &&
		    errno != EINVAL)
			return false;
	return true;
}

/* Permitted and effective become keep, as far as permitted has it. */
static bool
capability_sets(uint64_t keep, uint64_t *kept)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2];
	size_t i;

	*kept = 0;
	if (syscall(SYS_capget, &header, data) == -1)
		return false;
	for (i = 0; i < 2; i++) {
		data[i].permitted &= (uint32_t)(keep >> (32 * i));
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;	/* and so is ambient */
		*kept |= (uint64_t)data[i].permitted << (32 * i);
	}
	return syscall(SYS_capset, &header, data) == 0;
}

static bool
step_bounding(const struct lockdown *lockdown)
{
	return bounding_set(lockdown->profile->capabilities);
}

/* A root that the role could write to would not be an empty one for long. */
static bool
step_root(const struct lockdown *lockdown)
{
	const struct sandbox_identity *identity = lockdown->identity;
	struct stat st;

	if (identity->root == NULL)
		return chdir("/") == 0;
	if (chdir(identity->root) == -1 || stat(".", &st) == -1)
		return false;
	if (st.st_uid == identity->uid || (st.st_mode & (S_IWGRP | S_IWOTH))) {
		errno = EPERM;
		return false;
	}
	return chroot(".") == 0;
}

static bool
step_identity(const struct lockdown *lockdown)
{
	uid_t uid = lockdown->identity->uid;
	gid_t gid = lockdown->identity->gid;

	return setgroups(0, NULL) == 0 && setresgid(gid, gid, gid) == 0 &&
	    setresuid(uid, uid, uid) == 0;
}

static bool
step_capabilities(const struct lockdown *lockdown)
{
	uint64_t kept;

	if (!capability_sets(lockdown->profile->capabilities, &kept))
		return false;
	errno = EPERM;
	return kept == lockdown->profile->capabilities;
}

static bool
step_not_root(const struct lockdown *lockdown)
{
	(void)lockdown;
	errno = EPERM;
	return geteuid() != 0 && getuid() != 0;
}

static bool
step_parent(const struct lockdown *lockdown)
{
	errno = ESRCH;
	return getppid() == lockdown->identity->parent;
}

static bool
step_limits(const struct lockdown *lockdown)
{
	const struct sandbox_profile *profile = lockdown->profile;
	const struct rlimit none = { 0, 0 };
	const struct rlimit files = { profile->rlimit_nofile,
	    profile->rlimit_nofile };
	const struct rlimit memory = { profile->rlimit_as,
	    profile->rlimit_as };

	return setrlimit(RLIMIT_NOFILE, &files) == 0 &&
	    setrlimit(RLIMIT_NPROC, &none) == 0 &&
	    setrlimit(RLIMIT_CORE, &none) == 0 &&
	    (!profile->silent || setrlimit(RLIMIT_FSIZE, &none) == 0) &&
	    (profile->rlimit_as == 0 || !sandbox_build_limits_memory ||
	    setrlimit(RLIMIT_AS, &memory) == 0);
}

/* Of an execveat(2) Linux before 6.14 makes the number of the descriptor. */
static bool
step_name(const struct lockdown *lockdown)
{
	(void)lockdown;
	return prctl(PR_SET_NAME, program_invocation_short_name) == 0;
}

static bool
step_filter(const struct lockdown *lockdown)
{
	return sandbox_filter(lockdown->profile);
}

enum step_need {
	STEP_REQUIRED,
	STEP_AVAILABLE,		/* done where the kernel knows it */
	STEP_ROOT		/* required, but left out if unprivileged */
};

/*
 * The order matters: capabilities live through the change of uid only while
 * KEEPCAPS is set, the change clears PDEATHSIG, and a filter needs NO_NEW_PRIVS
 * (SPIKES.md section 3).
 */
static const struct step {
	const char	*name;
	enum step_need	need;
	bool		(*run)(const struct lockdown *lockdown);
	int		option;		/* where run is NULL: of prctl(2) */
	unsigned long	value;
} steps[] = {
	{ "name", STEP_REQUIRED, step_name, 0, 0 },
	{ "descriptors", STEP_REQUIRED, step_descriptors, 0, 0 },
	{ "bounding set", STEP_ROOT, step_bounding, 0, 0 },
	{ "root directory", STEP_ROOT, step_root, 0, 0 },
	{ "keep capabilities", STEP_ROOT, NULL, PR_SET_KEEPCAPS, 1 },
	{ "identity", STEP_ROOT, step_identity, 0, 0 },
	{ "keep no longer", STEP_ROOT, NULL, PR_SET_KEEPCAPS, 0 },
	{ "not root", STEP_REQUIRED, step_not_root, 0, 0 },
	{ "capabilities", STEP_REQUIRED, step_capabilities, 0, 0 },
	{ "no new privileges", STEP_REQUIRED, NULL, PR_SET_NO_NEW_PRIVS, 1 },
	{ "not dumpable", STEP_REQUIRED, NULL, PR_SET_DUMPABLE, 0 },
	{ "death of parent", STEP_REQUIRED, NULL, PR_SET_PDEATHSIG, SIGKILL },
	{ "parent", STEP_REQUIRED, step_parent, 0, 0 },
	/* no memory becomes executable, no executable memory writable */
	{ "write xor execute", STEP_AVAILABLE, NULL, PR_SET_MDWE,
	    PR_MDWE_REFUSE_EXEC_GAIN },
	{ "limits", STEP_REQUIRED, step_limits, 0, 0 },
	{ "filter", STEP_REQUIRED, step_filter, 0, 0 },
};

static bool
step_done(const struct step *step, const struct lockdown *lockdown)
{
	if (step->need == STEP_ROOT && lockdown->identity->unprivileged)
		return true;
	if (step->run != NULL)
		return step->run(lockdown);
	return prctl(step->option, step->value, 0UL, 0UL, 0UL) == 0 ||
	    step->need == STEP_AVAILABLE;
}

bool
sandbox_enter(const struct sandbox_profile *profile,
    const struct sandbox_identity *identity, const char **failed)
{
	const struct lockdown lockdown = { profile, identity };
	const struct step *step;

	for (step = steps; step < steps + sizeof(steps) / sizeof(*steps);
	    step++) {
		if (step_done(step, &lockdown))
			continue;
		*failed = step->name;
		return false;
	}
	return true;
}

bool
sandbox_capabilities(uint64_t keep)
{
	uint64_t kept;

	return (geteuid() != 0 || bounding_set(keep)) &&
	    capability_sets(keep, &kept);
}

bool
sandbox_no_new_privs(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) == 0;
}

/* Adds the rows to the filter; 0 or a negative errno. */
static int
filter_add(scmp_filter_ctx filter, uint32_t action,
    const struct sandbox_call *calls, size_t ncalls)
{
	const struct sandbox_call *call;
	int error = 0;

	for (call = calls; ncalls > 0 && error == 0; call++, ncalls--) {
		/* an int, of which the kernel looks at 32 bits */
		const struct scmp_arg_cmp compare = {
			(unsigned int)call->argument, SCMP_CMP_MASKED_EQ,
			UINT32_MAX, call->value
		};

		error = seccomp_rule_add_array(filter, action, call->number,
		    call->argument >= 0, &compare);
		if (error == -EDOM)	/* this architecture has no such call */
			error = 0;
	}
	return error;
}

/* NO_NEW_PRIVS is a step of its own; errors are the kernel's own errno. */
static int
filter_load(scmp_filter_ctx filter, const struct sandbox_profile *profile)
{
	bool allow = profile->mode == SANDBOX_ALLOW;
	int error;

	if (seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0) != 0 ||
	    seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1) != 0 ||
	    seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH,
	    SCMP_ACT_KILL_PROCESS) != 0)
		return -EINVAL;
	error = filter_add(filter, allow ? SCMP_ACT_ALLOW :
	    SCMP_ACT_ERRNO(EPERM), profile->calls, profile->ncalls);
	if (error == 0 && allow)
		error = filter_add(filter, SCMP_ACT_ALLOW,
		    sandbox_build_calls, sandbox_build_ncalls);
	return error != 0 ? error : seccomp_load(filter);
}

/* The filter is never released: free(3) might call munmap, which it kills. */
bool
sandbox_filter(const struct sandbox_profile *profile)
{
	scmp_filter_ctx filter;

	filter = seccomp_init(profile->mode == SANDBOX_ALLOW ?
	    SCMP_ACT_KILL_PROCESS : SCMP_ACT_ALLOW);
	errno = filter == NULL ? ENOMEM : -filter_load(filter, profile);
	return errno == 0;
}
