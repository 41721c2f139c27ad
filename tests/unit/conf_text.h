/*
 * For tests of the parser: configurations given as text, includes and all,
 * and the complaints about them.
 */
#ifndef TESTS_UNIT_CONF_TEXT_H
#define TESTS_UNIT_CONF_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"

/* Files of a test: path, text, ended by a NULL path. */
struct conf_text_file {
	const char	*path;
	const char	*text;
};

/* The main file is "test.conf"; others may be NULL. */
struct conf *conf_text_parse(const char *text,
	    const struct conf_text_file *others, struct conf_report *report);
/* text may hold NUL bytes. */
struct conf *conf_text_parse_bytes(const char *text, size_t length,
	    struct conf_report *report);

/* Parses what must be accepted; fails the test with the report otherwise. */
struct conf *conf_text_good(const char *text);

/* A complaint of this severity whose whole line contains words. */
bool	conf_text_said(const struct conf_report *report,
	    enum conf_severity severity, const char *words);
void	conf_text_print(const struct conf_report *report);

/* conf_dump as one string, to be freed. */
char	*conf_text_dump(const struct conf *conf);

/* A whole file from the disk, NUL-terminated, to be freed. */
char	*conf_text_file(const char *path);

#endif
