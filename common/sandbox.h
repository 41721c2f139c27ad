/*
 * Lock-down of every role: one function driven by const tables. Linked by every
 * executable.
 *
 * Order, which matters (see sandbox.c): close what was not handed over;
 * bounding set; chroot; setgroups, setresgid, setresuid; capset; NO_NEW_PRIVS;
 * dumpable 0; PDEATHSIG and a getppid check; rlimits; seccomp last. A step that
 * is required and fails returns false with its name in *failed: the role exits.
 */
#ifndef COMMON_SANDBOX_H
#define COMMON_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * One system call of the table, with the reason as a comment beside it. A row
 * whose name this architecture lacks is left out. Where calls differ by ABI,
 * name them all (clock_gettime64, ppoll_time64, clock_adjtime64).
 */
struct sandbox_call {
	int		number;		/* SCMP_SYS(name) */
	int		argument;	/* -1: any; else the one compared, */
	uint32_t	value;		/* an int, that must equal this */
};

enum sandbox_mode {
	SANDBOX_ALLOW,	/* KILL_PROCESS for all that is not in the table */
	SANDBOX_DENY	/* EPERM for what is in the table (parent, resolver) */
};

struct sandbox_profile {
	int		fds;		/* 0 .. fds-1 stay open */
	uint64_t	capabilities;	/* mask that stays permitted, effective
					 * and in the bounding set */
	uint64_t	rlimit_nofile;
	uint64_t	rlimit_as;	/* bytes; 0: not limited */
	bool		silent;		/* writes no log: RLIMIT_FSIZE 0 */
	enum sandbox_mode mode;
	const struct sandbox_call *calls;
	size_t		ncalls;
};

/* What the parent decided, from the command line of the role. */
struct sandbox_identity {
	uid_t		uid;		/* ignored if unprivileged */
	gid_t		gid;
	const char	*root;		/* chroot to this; NULL: none */
	bool		unprivileged;	/* no chroot, no change of uid */
	pid_t		parent;		/* getppid() must say so at the end */
};

/*
 * In a child, first thing in main(); false: *failed names the step, errno.
 * RLIMIT_NPROC and RLIMIT_CORE are 0 in every role. Refused as uid 0, and for
 * a root directory that the role could write to.
 */
bool	sandbox_enter(const struct sandbox_profile *profile,
	    const struct sandbox_identity *identity, const char **failed);

/*
 * The steps that the parent needs one by one; false with errno. Permitted and
 * effective become what they had of keep, and so does the bounding set where
 * the caller is root. inheritable and ambient become empty.
 */
bool	sandbox_capabilities(uint64_t keep);
bool	sandbox_filter(const struct sandbox_profile *profile);
bool	sandbox_no_new_privs(void);

/*
 * What these are made of; false with errno. sandbox_bounding_set drops what is
 * not in keep. Permitted and effective become keep, which permitted has to
 * have; inheritable and ambient empty. A prctl(2) of one argument.
 */
bool	sandbox_bounding_set(uint64_t keep);
bool	sandbox_capability_sets(uint64_t keep);
bool	sandbox_prctl(int option, unsigned long value);

#endif
