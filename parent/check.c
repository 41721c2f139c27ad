/*
 * --check and --dump. Runs before the daemon, as whoever typed it.
 */
#include "parent/check.h"

#include <stdio.h>

#include "conf/conf.h"
#include "parent/reader.h"

static void
check_print(void *context, const char *text)
{
	fputs(text, context);
}

int
check_configuration(const struct options *options, bool dump)
{
	struct conf_report report = { 0 };
	const struct conf_complaint *it;
	struct conf *conf;
	char text[1024];
	bool refused;

	conf = reader_configuration(options, &report);
	for (it = report.first; it != NULL; it = it->next)
		fprintf(stderr, "%s\n", conf_complaint_format(it, text,
		    sizeof(text)));
	refused = conf == NULL || report.errors > 0;
	if (dump && !refused)
		conf_dump(conf, check_print, stdout);
	conf_free(conf);
	conf_report_free(&report);
	return fflush(stdout) != 0 || refused;
}
