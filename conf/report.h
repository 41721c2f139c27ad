/*
 * Adding to a conf_report (conf.h). Also for the parent, which complains about
 * the command line in the same list.
 */
#ifndef CONF_REPORT_H
#define CONF_REPORT_H

#include "conf/conf.h"

#define REPORT_MAX	1000	/* complaints kept; all are counted */

/*
 * Appends one complaint. The place is copied. Control characters in the text
 * become question marks, so that it stays one line.
 */
void	report_add(struct conf_report *report, enum conf_severity severity,
	    struct conf_place place, const char *format, ...)
	    __attribute__((format(printf, 4, 5)));

#endif
