/*
 * Files that the parent reads and writes. It has no DAC_OVERRIDE: where the
 * directory belongs to somebody else (the drift file's usually does) it works
 * as that owner, by setfsuid(2), and so can do no more there than the owner.
 */
#ifndef PARENT_FILES_H
#define PARENT_FILES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The whole file, at most max bytes (EFBIG), with a NUL behind it; malloc'ed.
 * A directory is EISDIR, a device or a pipe EINVAL. NULL with errno.
 */
char	*files_read(const char *path, size_t max, size_t *length);

/*
 * Replaces the file as a whole or not at all: a temporary file beside it, made
 * new and following no link, synced, renamed. False with errno.
 */
bool	files_replace(const char *path, const char *text, size_t length);

/*
 * Opens for writing, made if missing (0644), no link followed in the last
 * component; non-blocking, close-on-exec. more: O_APPEND and the like. -1 with
 * errno.
 */
int	files_open(const char *path, int more);

/* True if the directory that path is in is there. */
bool	files_has_directory(const char *path);

/* unlink(2) as the owner of the directory. */
void	files_remove(const char *path);

/* close(2) of any descriptor that was not to be: errno stays. Returns -1. */
int	files_give_up(int fd);

#endif
