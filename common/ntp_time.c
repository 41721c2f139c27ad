/*
 * Units of time: NTP timestamps, NTP short format, nanoseconds since 1970.
 * Pure; linked by every role. Trusts nothing: every bit pattern is defined.
 */
#include "common/ntp_time.h"

#define FRACTION_MASK	UINT64_C(0xffffffff)
#define UNIX_S_MAX	(INT64_MAX / NS_PER_S - 1)
#define UNIX_S_MIN	(-UNIX_S_MAX)

/* Seconds rounded down, so that the fraction is never negative. */
static int64_t
floor_seconds(int64_t ns)
{
	int64_t seconds = ns / NS_PER_S;

	return ns % NS_PER_S < 0 ? seconds - 1 : seconds;
}

int64_t
ntp_to_unix_ns(uint64_t timestamp, int64_t near_ns)
{
	uint64_t near = ntp_from_unix_ns(near_ns);
	uint64_t ahead = timestamp - near;
	uint64_t carry;
	int64_t seconds;

	/* ahead is signed 32.32 in two's complement: the nearest era. */
	carry = ((ahead & FRACTION_MASK) + (near & FRACTION_MASK)) >> 32;
	seconds = floor_seconds(near_ns) + (int32_t)(uint32_t)(ahead >> 32) +
	    (int64_t)carry;
	if (seconds > UNIX_S_MAX)	/* beyond the year 2262 */
		seconds = UNIX_S_MAX;
	if (seconds < UNIX_S_MIN)
		seconds = UNIX_S_MIN;
	return seconds * NS_PER_S + (int64_t)(((timestamp & FRACTION_MASK) *
	    (uint64_t)NS_PER_S) >> 32);
}

uint64_t
ntp_from_unix_ns(int64_t ns)
{
	int64_t seconds = floor_seconds(ns);
	int64_t rest = ns % NS_PER_S;
	uint64_t fraction;

	if (rest < 0)
		rest += NS_PER_S;
	fraction = (((uint64_t)rest << 32) + (uint64_t)NS_PER_S - 1) /
	    (uint64_t)NS_PER_S;
	return ((uint64_t)(seconds + NTP_UNIX_EPOCH) << 32) + fraction;
}

int64_t
ntp_short_to_ns(uint32_t value)
{
	return (int64_t)(((uint64_t)value * (uint64_t)NS_PER_S) >> 16);
}

uint32_t
ntp_short_from_ns(int64_t ns)
{
	uint64_t value, whole, rest;

	if (ns <= 0)
		return 0;
	whole = (uint64_t)(ns / NS_PER_S);
	rest = (uint64_t)(ns % NS_PER_S);
	value = (whole << 16) +
	    ((rest << 16) + (uint64_t)NS_PER_S - 1) / (uint64_t)NS_PER_S;
	return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

int64_t
ntp_exponent_to_ns(int exponent)
{
	if (exponent < -6)
		exponent = -6;
	if (exponent > 17)
		exponent = 17;
	if (exponent < 0)
		return NS_PER_S >> -exponent;
	return NS_PER_S << exponent;
}
