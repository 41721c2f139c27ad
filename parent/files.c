/*
 * Reads, replaces and appends to files. Runs in the parent; every function
 * comes back as the user that it was called as. Trusts no directory that is
 * not root's: see files_become_owner.
 */
#include "parent/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bsd/string.h>

/*
 * Acts as the owner of what is at path from here on. Only root can and must;
 * a failure shows in the call that follows, with its errno.
 */
static void
files_become_owner(const char *path)
{
	struct stat status;

	if (geteuid() != 0 || stat(path, &status) != 0 || status.st_uid == 0)
		return;
	setfsgid(status.st_gid);
	setfsuid(status.st_uid);
}

static void
files_become_self(void)
{
	int saved = errno;

	setfsuid(geteuid());
	setfsgid(getegid());
	errno = saved;
}

int
files_give_up(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
	return -1;
}

/* The directory that path is in. False if it is too long. */
static bool
files_directory(const char *path, char *directory, size_t size)
{
	char *slash;

	if (strlcpy(directory, path, size) >= size) {
		errno = ENAMETOOLONG;
		return false;
	}
	slash = strrchr(directory, '/');
	if (slash == NULL)
		strlcpy(directory, ".", size);
	else if (slash == directory)
		slash[1] = '\0';
	else
		*slash = '\0';
	return true;
}

/* Opened as ourselves; if that is not allowed, as the file's owner. */
static int
files_open_read(const char *path)
{
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd >= 0 || errno != EACCES)
		return fd;
	files_become_owner(path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	files_become_self();
	return fd;
}

static char *
files_read_all(int fd, size_t max, size_t *length)
{
	char *text = malloc(max + 2);
	size_t have = 0;
	ssize_t got = 1;

	if (text == NULL)
		return NULL;
	while (have <= max && got > 0) {
		got = read(fd, text + have, max + 1 - have);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			have += (size_t)got;
	}
	if (got >= 0 && have <= max) {
		text[have] = '\0';
		*length = have;
		return text;
	}
	if (got >= 0)
		errno = EFBIG;
	free(text);
	return NULL;
}

char *
files_read(const char *path, size_t max, size_t *length)
{
	struct stat status;
	char *text = NULL;
	int fd;

	fd = files_open_read(path);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &status) == 0) {
		if (S_ISREG(status.st_mode))
			text = files_read_all(fd, max, length);
		else
			errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
	}
	(void)files_give_up(fd);
	return text;
}

static bool
files_write_all(int fd, const char *text, size_t length)
{
	ssize_t put;

	while (length > 0) {
		put = write(fd, text, length);
		if (put < 0 && errno != EINTR)
			return false;
		if (put > 0) {
			text += put;
			length -= (size_t)put;
		}
	}
	return fsync(fd) == 0;
}

static bool
files_replace_as_is(const char *path, const char *text, size_t length)
{
	char temporary[PATH_MAX];
	int fd, saved;

	if (snprintf(temporary, sizeof(temporary), "%s.TEMP", path) >=
	    (int)sizeof(temporary)) {
		errno = ENAMETOOLONG;
		return false;
	}
	/* Left by one that was killed in between. */
	unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	if (files_write_all(fd, text, length)) {
		close(fd);
		if (rename(temporary, path) == 0)
			return true;
		fd = -1;
	}
	saved = errno;
	if (fd >= 0)
		close(fd);
	unlink(temporary);
	errno = saved;
	return false;
}

bool
files_replace(const char *path, const char *text, size_t length)
{
	char directory[PATH_MAX];
	bool done;

	if (!files_directory(path, directory, sizeof(directory)))
		return false;
	files_become_owner(directory);
	done = files_replace_as_is(path, text, length);
	files_become_self();
	return done;
}

bool
files_has_directory(const char *path)
{
	char directory[PATH_MAX];
	struct stat status;

	return files_directory(path, directory, sizeof(directory)) &&
	    stat(directory, &status) == 0 && S_ISDIR(status.st_mode);
}

int
files_open(const char *path, int more)
{
	char directory[PATH_MAX];
	int fd;

	if (!files_directory(path, directory, sizeof(directory)))
		return -1;
	files_become_owner(directory);
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC | more, 0644);
	files_become_self();
	return fd;
}

void
files_remove(const char *path)
{
	char directory[PATH_MAX];

	if (!files_directory(path, directory, sizeof(directory)))
		return;
	files_become_owner(directory);
	unlink(path);
	files_become_self();
}
