/*
 * From files to a configuration. Runs in the parent; the parser itself is pure
 * and sees only text.
 */
#include "parent/reader.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "parent/files.h"

/* A relative path is one beside the file that includes it. */
static char *
reader_read(void *context, const char *path, const char *from, size_t *length)
{
	char beside[PATH_MAX];
	const char *slash;

	(void)context;
	slash = from == NULL || path[0] == '/' ? NULL : strrchr(from, '/');
	if (slash == NULL)
		return files_read(path, CONF_FILE_MAX, length);
	if (snprintf(beside, sizeof(beside), "%.*s/%s", (int)(slash - from),
	    from, path) >= (int)sizeof(beside)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return files_read(beside, CONF_FILE_MAX, length);
}

const struct conf_reader reader_files = { reader_read, NULL };

/* Servers on the command line do without a default file. */
static bool
reader_file_needed(const struct options *options)
{
	return options->conf_given || options->nservers == 0 ||
	    access(options->conf_path, F_OK) == 0 || errno != ENOENT;
}

struct conf *
reader_configuration(const struct options *options, struct conf_report *report)
{
	struct conf *conf;

	if (reader_file_needed(options))
		conf = conf_parse(options->conf_path, &reader_files, report);
	else
		conf = conf_defaults(options->conf_path);
	if (conf != NULL && !options_apply(options, conf, report)) {
		conf_free(conf);
		conf = NULL;
	}
	return conf;
}
