/*
 * Numbers as ntp.conf has them, exactly and without the locale. Pure. The
 * whole word must be the number; false: it is not, or beyond 64 bits.
 */
#ifndef CONF_NUMBER_H
#define CONF_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#define NUMBER_TEXT	32	/* of any number_format with its NUL */

/* [+-]digits, decimal */
bool	number_integer(const char *text, int64_t *value);

/*
 * [+-]digits[.digits][e[+-]digits] times 10^scale, rounded half away from
 * zero: scale 9 makes seconds nanoseconds, 6 makes ppm parts per 10^12.
 */
bool	number_decimal(const char *text, int scale, int64_t *value);

/*
 * value / 10^scale as the shortest decimal that number_decimal reads back to
 * the same value. Returns text, NUMBER_TEXT bytes.
 */
char	*number_format(int64_t value, int scale, char *text);

#endif
