/*
 * Starts the other executables. Runs in the parent; between fork and exec only
 * what is needed to place the descriptors. Every descriptor of the parent is
 * close-on-exec, so a role inherits what its plan names and nothing else.
 *
 * Trusts the directory that its own executable is in, as whoever started it
 * did, and what was compiled in; no file and no environment has a say.
 */
#include "parent/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "common/role.h"
#include "config.h"

/* Above every descriptor that a role is given, see spawn_descriptors. */
#define SPAWN_FD_ASIDE	(3 + SPAWN_FDS_MAX + 1)

static const struct {
	const char *name;
	const char *executable;
	const char *built;	/* from the directory of ntpd in a build tree */
} spawn_roles[SPAWN_BINARIES] = {
	[ROLE_CLOCKCTL] = { "clockctl", "ntpd-clockctl", "../clockctl" },
	[ROLE_NET] = { "net", "ntpd-net", "../net" },
	[ROLE_SERVE] = { "serve", "ntpd-serve", "../net/serve" },
	[ROLE_RESOLVER] = { "resolver", "ntpd-resolver", "../net/resolver" },
	[SPAWN_OBSERVER] = { "clockctl", "ntpd-observe", "../clockctl" },
};

const char *
spawn_name(enum role role)
{
	return spawn_roles[role].name;
}

bool
spawn_relative(const char *from, const char *to, char *path, size_t size)
{
	size_t i, common = 0;

	for (i = 0; from[i] != '\0' && from[i] == to[i]; i++)
		if (from[i] == '/')
			common = i;
	if ((from[i] == '\0' || from[i] == '/') &&
	    (to[i] == '\0' || to[i] == '/'))
		common = i;
	path[0] = '\0';
	for (i = common; from[i] != '\0'; i++)
		if (from[i] == '/' && from[i + 1] != '\0' &&
		    strlcat(path, path[0] == '\0' ? ".." : "/..", size) >= size)
			return false;
	if (path[0] == '\0')
		strlcpy(path, ".", size);
	return strlcat(path, to + common, size) < size;
}

/* The directory that this executable is in. */
static bool
spawn_own_directory(char *path, size_t size)
{
	ssize_t length;
	char *slash;

	length = readlink("/proc/self/exe", path, size - 1);
	if (length <= 0)
		return false;
	path[length] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	return true;
}

static void
spawn_close(int binaries[SPAWN_BINARIES])
{
	int i;

	for (i = 0; i < SPAWN_BINARIES; i++) {
		if (binaries[i] >= 0)
			close(binaries[i]);
		binaries[i] = -1;
	}
}

/*
 * Opens all of one place: BASE/ROLE's built directory/executable, or
 * BASE/executable. All or nothing.
 */
static bool
spawn_open_place(int binaries[SPAWN_BINARIES], const char *base, bool built,
    char *missing, size_t size)
{
	int i, saved;

	for (i = 0; i < SPAWN_BINARIES; i++)
		binaries[i] = -1;
	for (i = 0; i < SPAWN_BINARIES; i++) {
		snprintf(missing, size, "%s/%s%s%s", base,
		    built ? spawn_roles[i].built : "", built ? "/" : "",
		    spawn_roles[i].executable);
		binaries[i] = open(missing, O_PATH | O_CLOEXEC);
		if (binaries[i] < 0 ||
		    faccessat(AT_FDCWD, missing, X_OK, AT_EACCESS) != 0) {
			saved = errno;
			spawn_close(binaries);
			errno = saved;
			return false;
		}
	}
	return true;
}

bool
spawn_open(int binaries[SPAWN_BINARIES], char *missing, size_t size)
{
	char own[PATH_MAX], moved[PATH_MAX], relative[PATH_MAX];

	strlcpy(missing, "/proc/self/exe", size);
	if (!spawn_own_directory(own, sizeof(own)))
		return false;
	if (spawn_open_place(binaries, own, false, missing, size) ||
	    spawn_open_place(binaries, own, true, missing, size))
		return true;
	return spawn_relative(SBINDIR, LIBEXECDIR, relative,
	    sizeof(relative)) &&
	    strlcpy(moved, own, sizeof(moved)) < sizeof(moved) &&
	    strlcat(moved, "/", sizeof(moved)) < sizeof(moved) &&
	    strlcat(moved, relative, sizeof(moved)) < sizeof(moved) &&
	    spawn_open_place(binaries, moved, false, missing, size);
}

/* The numbers of role.h as text, and argv pointing at them. */
struct spawn_text {
	char	parent[16], uid[16], gid[16], log[4], debug[4];
	char	*argv[7 + SPAWN_WORDS_MAX + 1];
};

/* execve takes no const; it does not write either. */
static char *
spawn_word(const char *word)
{
	union { const char *in; char *out; } word_of = { .in = word };

	return word_of.out;
}

static void
spawn_arguments(const struct spawn_plan *plan, pid_t parent,
    struct spawn_text *text)
{
	size_t i;

	snprintf(text->parent, sizeof(text->parent), "%d", (int)parent);
	snprintf(text->uid, sizeof(text->uid), "%u", (unsigned int)plan->uid);
	snprintf(text->gid, sizeof(text->gid), "%u", (unsigned int)plan->gid);
	snprintf(text->log, sizeof(text->log), "%d", plan->log_target);
	snprintf(text->debug, sizeof(text->debug), "%d", plan->debug);
	text->argv[0] = spawn_word(spawn_roles[plan->program].executable);
	text->argv[1] = text->parent;
	text->argv[2] = plan->unprivileged ? spawn_word("-") : text->uid;
	text->argv[3] = plan->unprivileged ? spawn_word("-") : text->gid;
	text->argv[4] = spawn_word(plan->unprivileged ||
	    plan->root == NULL ? "-" : plan->root);
	text->argv[5] = text->log;
	text->argv[6] = text->debug;
	for (i = 0; i < plan->nwords; i++)
		text->argv[7 + i] = spawn_word(plan->words[i]);
	text->argv[7 + i] = NULL;
}

/* Moves everything out of the way first: a target may be another's source. */
static bool
spawn_descriptors(const struct spawn_plan *plan, int *binary)
{
	int null, log, aside[SPAWN_FDS_MAX];
	size_t i;

	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return false;
	null = fcntl(null, F_DUPFD_CLOEXEC, SPAWN_FD_ASIDE);
	log = fcntl(plan->log_fd, F_DUPFD_CLOEXEC, SPAWN_FD_ASIDE);
	*binary = fcntl(plan->binary, F_DUPFD_CLOEXEC, SPAWN_FD_ASIDE);
	if (null < 0 || *binary < 0)
		return false;
	for (i = 0; i < plan->nfds; i++) {
		aside[i] = fcntl(plan->fds[i], F_DUPFD_CLOEXEC, SPAWN_FD_ASIDE);
		if (aside[i] < 0)
			return false;
	}
	/* Started with its standard error closed: then there is no log. */
	if (dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(log < 0 ? null : log, 2) < 0)
		return false;
	for (i = 0; i < plan->nfds; i++)
		if (dup2(aside[i], 3 + (int)i) < 0)
			return false;
	return true;
}

pid_t
spawn_start(const struct spawn_plan *plan)
{
	struct spawn_text text;
	pid_t parent = getpid(), pid;
	sigset_t none;
	int binary;

	if (plan->nfds > SPAWN_FDS_MAX || plan->nwords > SPAWN_WORDS_MAX)
		abort();
	spawn_arguments(plan, parent, &text);
	pid = fork();
	if (pid != 0)
		return pid;
	/*
	 * A process group of its own: the terminal's ^C is for the parent,
	 * which then ends everybody in order.
	 */
	setpgid(0, 0);
	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) == 0 &&
	    spawn_descriptors(plan, &binary))
		execveat(binary, "", text.argv, environ, AT_EMPTY_PATH);
	_exit(SPAWN_EXIT_EXEC);
}
