/*
 * See number.h. Integers all the way: a step threshold of 0.128 s is 128000000
 * ns and not almost. Runs in the parent, on words of the file.
 */
#include "conf/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NUMBER_DIGITS	60	/* significant digits looked at */

/* Digits without the point, and how many powers of ten they want. */
struct number {
	bool		negative;
	bool		any;		/* there was a digit */
	uint64_t	digits;
	int		exponent;
	int		dropped;	/* first digit that did not fit; -1 */
};

static bool
number_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *
number_sign(const char *text, bool *negative)
{
	*negative = *text == '-';
	return *text == '-' || *text == '+' ? text + 1 : text;
}

/* Further digits than fit only count as powers of ten. */
static void
number_digit(struct number *number, int digit, bool fraction)
{
	number->any = true;
	if (number->dropped < 0 && number->digits <= (UINT64_MAX - 9) / 10) {
		number->digits = number->digits * 10 + (uint64_t)digit;
		if (fraction)
			number->exponent--;
		return;
	}
	if (number->dropped < 0)
		number->dropped = digit;
	if (!fraction)
		number->exponent++;
}

static bool
number_exponent(const char *text, int *exponent)
{
	int64_t value;

	if (!number_integer(text, &value) || value < -1000 || value > 1000)
		return false;
	*exponent += (int)value;
	return true;
}

static bool
number_scan(const char *text, struct number *number)
{
	bool fraction = false;
	size_t count = 0;

	memset(number, 0, sizeof(*number));
	number->dropped = -1;
	text = number_sign(text, &number->negative);
	for (; *text != '\0' && *text != 'e' && *text != 'E'; text++) {
		if (*text == '.' && !fraction)
			fraction = true;
		else if (number_is_digit(*text) && ++count <= NUMBER_DIGITS)
			number_digit(number, *text - '0', fraction);
		else
			return false;
	}
	if (!number->any)
		return false;
	return *text == '\0' || number_exponent(text + 1, &number->exponent);
}

/* digits times 10^exponent in *value; false: too large. */
static bool
number_scale(const struct number *number, uint64_t *value)
{
	uint64_t digits = number->digits;
	int exponent = number->exponent;
	uint64_t last = number->dropped < 0 ? 0 : (uint64_t)number->dropped;

	for (; exponent > 0 && digits > 0; exponent--) {
		if (digits > UINT64_MAX / 10)
			return false;
		digits *= 10;
		last = 0;
	}
	for (; exponent < 0 && (digits > 0 || last > 0); exponent++) {
		last = digits % 10;
		digits /= 10;
	}
	*value = digits + (last >= 5 ? 1 : 0);
	return true;
}

bool
number_decimal(const char *text, int scale, int64_t *value)
{
	struct number number;
	uint64_t magnitude;

	if (!number_scan(text, &number))
		return false;
	number.exponent += scale;
	if (!number_scale(&number, &magnitude) || magnitude > INT64_MAX)
		return false;
	*value = number.negative ? -(int64_t)magnitude : (int64_t)magnitude;
	return true;
}

bool
number_integer(const char *text, int64_t *value)
{
	uint64_t magnitude = 0;
	bool negative;

	text = number_sign(text, &negative);
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (!number_is_digit(*text) ||
		    magnitude > ((uint64_t)INT64_MAX - 9) / 10)
			return false;
		magnitude = magnitude * 10 + (uint64_t)(*text - '0');
	}
	*value = negative ? -(int64_t)magnitude : (int64_t)magnitude;
	return true;
}

char *
number_format(int64_t value, int scale, char *text)
{
	uint64_t magnitude, unit = 1;
	int digits = scale;

	magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
	while (digits > 0 && magnitude % 10 == 0) {
		magnitude /= 10;
		digits--;
	}
	for (scale = digits; scale > 0; scale--)
		unit *= 10;
	if (digits == 0)
		(void)snprintf(text, NUMBER_TEXT, "%s%" PRIu64,
		    value < 0 ? "-" : "", magnitude);
	else
		(void)snprintf(text, NUMBER_TEXT, "%s%" PRIu64 ".%0*" PRIu64,
		    value < 0 ? "-" : "", magnitude / unit, digits,
		    magnitude % unit);
	return text;
}
