/*
 * The pid file. Runs in the parent; the lock, not the number in the file, says
 * whether a daemon is there.
 */
#include "parent/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "parent/files.h"

int
pidfile_take(const char *path, char *why, size_t size)
{
	char text[24] = "";
	int fd, length;

	fd = files_open(path, 0);
	if (fd < 0) {
		snprintf(why, size, "pid file %s: %s", path, strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)!read(fd, text, sizeof(text) - 1);
		text[strspn(text, "0123456789")] = '\0';
		snprintf(why, size, "pid file %s: another daemon has it%s%s",
		    path, text[0] == '\0' ? "" : ", pid ", text);
		close(fd);
		return -1;
	}
	length = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (ftruncate(fd, 0) != 0 ||
	    pwrite(fd, text, (size_t)length, 0) != length) {
		snprintf(why, size, "pid file %s: %s", path, strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

int
pidfile_lock_directory(const char *directory, char *why, size_t size)
{
	int fd;

	fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (fd >= 0 && errno == EWOULDBLOCK)
		snprintf(why, size, "another ntpd is steering this machine's "
		    "clock (%s is locked); use --observe beside it", directory);
	else
		snprintf(why, size, "%s: %s", directory, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}
