/*
 * Reads configuration files for the parser (struct conf_reader). Parent only.
 */
#ifndef PARENT_READER_H
#define PARENT_READER_H

#include "conf/conf.h"
#include "parent/options.h"

extern const struct conf_reader reader_files;

/*
 * The configuration that the files and the command line make: parsed, laid
 * over, checked. NULL if report->errors. The caller frees both. Start, reload
 * and --check all come here.
 */
struct conf *reader_configuration(const struct options *options,
	    struct conf_report *report);

#endif
