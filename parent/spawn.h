/*
 * Starts the other executables of the daemon: where they are, the command line
 * and the descriptors of common/role.h, fork and execveat(2). Parent only.
 */
#ifndef PARENT_SPAWN_H
#define PARENT_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum role { ROLE_CLOCKCTL, ROLE_NET, ROLE_SERVE, ROLE_RESOLVER, ROLE_MAX };

/* The executables: one a role, and the one that takes clockctl's place where
 * the clock is only observed. */
enum { SPAWN_OBSERVER = ROLE_MAX, SPAWN_BINARIES };

#define SPAWN_FDS_MAX	4	/* handed to a role from descriptor 3 on */
#define SPAWN_WORDS_MAX	4

/* "net", "clockctl", ...: for the log and the process names. */
const char *spawn_name(enum role role);

/*
 * Opens every executable, so that an upgrade of the package while
 * the daemon runs cannot mix versions. They are looked for, all in one place:
 * beside this executable; in the build tree; in LIBEXECDIR as seen from SBINDIR
 * (the prefix may have been moved). Never in a place that has no relation to
 * this executable: an ntpd that was built would start roles that are installed.
 * False: none of these is complete, and missing is the path of the first
 * executable that the last place lacks, errno says why.
 */
bool	spawn_open(int binaries[SPAWN_BINARIES], char *missing, size_t size);

/*
 * The path that leads from the directory "from" to the directory "to", both
 * absolute: "../libexec/timeball". Pure. False if it does not fit.
 */
bool	spawn_relative(const char *from, const char *to, char *path,
	    size_t size);

/* Everything a role is started with. Nothing is kept by spawn_start. */
struct spawn_plan {
	int		program;	/* enum role, or SPAWN_OBSERVER */
	int		binary;		/* of spawn_open, for program */
	bool		unprivileged;	/* uid, gid, root are not used */
	uid_t		uid;
	gid_t		gid;
	const char	*root;		/* NULL: not locked into one */
	int		log_fd;		/* becomes 2 */
	int		log_target;	/* enum log_target */
	int		debug;
	const char	*words[SPAWN_WORDS_MAX];
	size_t		nwords;
	int		fds[SPAWN_FDS_MAX];	/* become 3, 4, ... */
	size_t		nfds;
};

/* The process id, or -1 with errno if it could not be forked. A role that
 * cannot be executed exits with SPAWN_EXIT_EXEC. */
#define SPAWN_EXIT_EXEC	71
pid_t	spawn_start(const struct spawn_plan *plan);

#endif
