/*
 * libFuzzer: any text as ntp.conf, and whatever comes out of it dumped and
 * parsed again. Files that it includes are the text itself, so that depth and
 * number are bounded by the parser or not at all.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/conf_message.h"
#include "conf/conf.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_text {
	const char	*text;
	size_t		length;
};

static char *
fuzz_read(void *context, const char *path, const char *from, size_t *length)
{
	const struct fuzz_text *input = context;
	char *copy;

	(void)path;
	/* A short text is enough to include itself. */
	if (from != NULL && input->length > 128) {
		errno = ENOENT;
		return NULL;
	}
	copy = malloc(input->length + 1);
	if (copy == NULL)
		abort();
	if (input->length > 0)
		memcpy(copy, input->text, input->length);
	*length = input->length;
	return copy;
}

static void
fuzz_emit(void *context, const char *text)
{
	struct fuzz_text *output = context;
	size_t length = strlen(text);
	char *grown;

	grown = realloc((char *)(uintptr_t)output->text,
	    output->length + length + 1);
	if (grown == NULL)
		abort();
	memcpy(grown + output->length, text, length + 1);
	output->text = grown;
	output->length += length;
}

static struct conf *
fuzz_parse(struct fuzz_text *input)
{
	struct conf_reader reader = { .read = fuzz_read, .context = input };
	struct conf_report report;
	struct conf *conf;

	memset(&report, 0, sizeof(report));
	conf = conf_parse("fuzz.conf", &reader, &report);
	if ((conf == NULL) != (report.errors > 0))
		abort();
	conf_report_free(&report);
	return conf;
}

static void
fuzz_messages_valid(const struct conf *conf)
{
	const struct conf_source *source;

	if (!conf_system_valid(&conf->system))
		abort();
	for (source = conf->sources; source != NULL; source = source->next) {
		if (!conf_source_valid(&source->settings))
			abort();
	}
}

/* A dump may be longer than a file may be: 64 sources, any number of rules. */
static void
fuzz_fixed_point(const struct conf *conf)
{
	struct fuzz_text once = { NULL, 0 }, twice = { NULL, 0 };
	struct conf *again;

	conf_dump(conf, fuzz_emit, &once);
	if (once.length <= CONF_FILE_MAX) {
		again = fuzz_parse(&once);
		if (again == NULL)
			abort();
		conf_dump(again, fuzz_emit, &twice);
		if (once.length != twice.length ||
		    memcmp(once.text, twice.text, once.length) != 0)
			abort();
		conf_free(again);
	}
	free((char *)(uintptr_t)once.text);
	free((char *)(uintptr_t)twice.text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_text input = { (const char *)data, size };
	struct conf *conf;

	conf = fuzz_parse(&input);
	if (conf == NULL)
		return 0;
	fuzz_messages_valid(conf);
	fuzz_fixed_point(conf);
	conf_free(conf);
	return 0;
}
