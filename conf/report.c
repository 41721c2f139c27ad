/*
 * What the parser has to complain about, in the order found. Runs in the
 * parent; texts contain words of the file, so control characters are replaced
 * here, once, for everybody who prints them.
 */
#include "conf/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conf/arena.h"

#define REPORT_TEXT	512	/* longer texts are cut */

static void
report_count(struct conf_report *report, enum conf_severity severity)
{
	switch (severity) {
	case CONF_ERROR:
		report->errors++;
		break;
	case CONF_WARNING:
		report->warnings++;
		break;
	case CONF_NOTICE:
		report->notices++;
		break;
	}
}

/* The report outlives the conf, so it has its own copy of the file's name. */
static const char *
report_file(struct conf_report *report, const char *file)
{
	const struct conf_complaint *last = report->last;

	if (file == NULL)
		return NULL;
	if (last != NULL && last->place.file != NULL &&
	    strcmp(last->place.file, file) == 0)
		return last->place.file;
	return arena_text(report->arena, file, strlen(file));
}

static void
report_clean(char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
	}
}

void
report_add(struct conf_report *report, enum conf_severity severity,
    struct conf_place place, const char *format, ...)
{
	struct conf_complaint *complaint;
	char text[REPORT_TEXT];
	va_list arguments;

	report_count(report, severity);
	if (report->errors + report->warnings + report->notices > REPORT_MAX)
		return;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	report_clean(text);

	if (report->arena == NULL)
		report->arena = arena_new();
	complaint = arena_alloc(report->arena,
	    sizeof(*complaint) + strlen(text) + 1);
	complaint->severity = severity;
	complaint->place = place;
	complaint->place.file = report_file(report, place.file);
	memcpy(complaint->text, text, strlen(text) + 1);
	if (report->last == NULL)
		report->first = complaint;
	else
		report->last->next = complaint;
	report->last = complaint;
}

void
conf_report_free(struct conf_report *report)
{
	arena_free(report->arena);
	memset(report, 0, sizeof(*report));
}

char *
conf_complaint_format(const struct conf_complaint *complaint, char *buffer,
    size_t size)
{
	static const char *const severities[] = {
		[CONF_ERROR] = "error",
		[CONF_WARNING] = "warning",
		[CONF_NOTICE] = "notice",
	};
	const struct conf_place *place = &complaint->place;
	const char *severity = severities[complaint->severity];

	if (place->file == NULL)
		(void)snprintf(buffer, size, "command line: %s: %s", severity,
		    complaint->text);
	else if (place->line == 0)
		(void)snprintf(buffer, size, "%s: %s: %s", place->file,
		    severity, complaint->text);
	else
		(void)snprintf(buffer, size, "%s:%u:%u: %s: %s", place->file,
		    place->line, place->column, severity, complaint->text);
	return buffer;
}
