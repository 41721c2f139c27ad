/* The pid file: one daemon a file, locked while it runs. Parent only. */
#ifndef PARENT_PIDFILE_H
#define PARENT_PIDFILE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Makes or takes over the file and holds a lock on it. Returns its descriptor,
 * or -1 with one line of text in why: another daemon has it, or it cannot be
 * written.
 */
int	pidfile_take(const char *path, char *why, size_t size);

/*
 * One daemon that steers a clock: a lock on directory. Same result; released
 * by closing.
 */
int	pidfile_lock_directory(const char *directory, char *why, size_t size);

#endif
