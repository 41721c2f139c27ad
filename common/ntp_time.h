/*
 * Units of time. Pure; used by every role.
 *
 * Absolute time is an integer: nanoseconds since 1970 (UTC, no leap seconds,
 * as CLOCK_REALTIME counts), or an NTP timestamp of 32.32 bits without its
 * era. A double only ever holds a difference, in seconds.
 *
 * The local axis ("axis" in names) is CLOCK_MONOTONIC_RAW plus the time spent
 * suspended (CLOCK_BOOTTIME - CLOCK_MONOTONIC), in nanoseconds. Nobody steers
 * it, so what was measured against it needs no re-basing after a slew or step.
 */
#ifndef COMMON_NTP_TIME_H
#define COMMON_NTP_TIME_H

#include <stdint.h>

#define NS_PER_S	INT64_C(1000000000)
#define NS_PER_MS	INT64_C(1000000)
#define NS_PER_US	INT64_C(1000)

/* Seconds from 1900 (NTP era 0) to 1970. RFC 5905 figure 4. */
#define NTP_UNIX_EPOCH	INT64_C(2208988800)

/* PHI, the tolerance that dispersion grows by: 15 ppm. RFC 5905 section 7.2. */
#define NTP_PHI_PPB	15000

/* Parts per 10^12, the unit of every frequency in a message ("_ppt"). */
#define PPT_PER_PPM	INT64_C(1000000)
#define PPT_PER_PPB	INT64_C(1000)

/*
 * An NTP timestamp in the era that puts it nearest to near_ns, so that 2036
 * needs no special case (RFC 5905 section 6). Exact to 1 ns, rounded down.
 * near_ns: nanoseconds since 1970, any value from 1900 to 2200.
 */
int64_t	ntp_to_unix_ns(uint64_t timestamp, int64_t near_ns);

/* The inverse; the era is dropped. Rounded up so that a round trip is exact. */
uint64_t ntp_from_unix_ns(int64_t ns);

/*
 * NTP short format (16.16, unsigned seconds) to nanoseconds and back.
 * Back: rounded up, never below the true value; negative is 0, and what does
 * not fit is UINT32_MAX.
 */
int64_t	ntp_short_to_ns(uint32_t value);
uint32_t ntp_short_from_ns(int64_t ns);

/* 2^poll seconds in ns for -6 <= exponent <= 17 (clamped to that range). */
int64_t	ntp_exponent_to_ns(int exponent);

#endif
