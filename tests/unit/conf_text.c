/*
 * See conf_text.h.
 */
#include "tests/unit/conf_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

struct conf_text_files {
	const char	*main;
	size_t		length;
	const struct conf_text_file *others;
};

static char *
conf_text_copy(const char *text, size_t length, size_t *out)
{
	char *copy;

	copy = malloc(length > 0 ? length : 1);
	assert_non_null(copy);
	memcpy(copy, text, length);
	*out = length;
	return copy;
}

static char *
conf_text_read(void *context, const char *path, const char *from,
    size_t *length)
{
	const struct conf_text_files *files = context;
	const struct conf_text_file *other;

	if (from == NULL)
		return conf_text_copy(files->main, files->length, length);
	for (other = files->others; other != NULL && other->path != NULL;
	    other++) {
		if (strcmp(other->path, path) == 0)
			return conf_text_copy(other->text,
			    strlen(other->text), length);
	}
	errno = ENOENT;
	return NULL;
}

static struct conf *
conf_text_run(const struct conf_text_files *files, struct conf_report *report)
{
	struct conf_reader reader = { .read = conf_text_read };

	reader.context = (void *)(uintptr_t)files;
	memset(report, 0, sizeof(*report));
	return conf_parse("test.conf", &reader, report);
}

struct conf *
conf_text_parse(const char *text, const struct conf_text_file *others,
    struct conf_report *report)
{
	struct conf_text_files files = { text, strlen(text), others };

	return conf_text_run(&files, report);
}

struct conf *
conf_text_parse_bytes(const char *text, size_t length,
    struct conf_report *report)
{
	struct conf_text_files files = { text, length, NULL };

	return conf_text_run(&files, report);
}

struct conf *
conf_text_good(const char *text)
{
	struct conf_report report;
	struct conf *conf;

	conf = conf_text_parse(text, NULL, &report);
	if (conf == NULL) {
		conf_text_print(&report);
		fail_msg("refused:\n%s", text);
	}
	conf_report_free(&report);
	return conf;
}

bool
conf_text_said(const struct conf_report *report, enum conf_severity severity,
    const char *words)
{
	const struct conf_complaint *complaint;
	char line[1024];

	for (complaint = report->first; complaint != NULL;
	    complaint = complaint->next) {
		conf_complaint_format(complaint, line, sizeof(line));
		if (complaint->severity == severity &&
		    strstr(line, words) != NULL)
			return true;
	}
	return false;
}

void
conf_text_print(const struct conf_report *report)
{
	const struct conf_complaint *complaint;
	char line[1024];

	for (complaint = report->first; complaint != NULL;
	    complaint = complaint->next)
		print_message("%s\n", conf_complaint_format(complaint, line,
		    sizeof(line)));
}

struct conf_text_buffer {
	char		*text;
	size_t		length;
};

static void
conf_text_emit(void *context, const char *text)
{
	struct conf_text_buffer *buffer = context;
	size_t length = strlen(text);

	buffer->text = realloc(buffer->text, buffer->length + length + 1);
	assert_non_null(buffer->text);
	memcpy(buffer->text + buffer->length, text, length + 1);
	buffer->length += length;
}

char *
conf_text_dump(const struct conf *conf)
{
	struct conf_text_buffer buffer = { NULL, 0 };

	conf_dump(conf, conf_text_emit, &buffer);
	return buffer.text;
}

char *
conf_text_file(const char *path)
{
	struct conf_text_buffer buffer = { NULL, 0 };
	char piece[4096];
	FILE *file;
	size_t n;

	file = fopen(path, "r");
	if (file == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	conf_text_emit(&buffer, "");
	while ((n = fread(piece, 1, sizeof(piece) - 1, file)) > 0) {
		piece[n] = '\0';
		conf_text_emit(&buffer, piece);
	}
	(void)fclose(file);
	return buffer.text;
}
