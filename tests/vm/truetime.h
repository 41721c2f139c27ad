/*
 * Truth for the tests in simulated time, see truetime.c: EPOCH plus the raw
 * counter, as fast as the oscillator is said to be wrong; or, where nothing
 * may move the clock anyway, CLOCK_REALTIME.
 */
#ifndef TESTS_VM_TRUETIME_H
#define TESTS_VM_TRUETIME_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct truth {
	int64_t		epoch_ns;	/* true time at raw 0, since 1970 */
	double		ppm;		/* true seconds per raw second, less 1 */
	int64_t		leap_at_ns;	/* a second is inserted there; 0: never */
	bool		real;		/* CLOCK_REALTIME is true instead */
};

int64_t	read_clock(clockid_t clock);
int64_t	truth_now(const struct truth *truth);

/* The value of KEY=VALUE among the words, or the default. */
double	word_number(char *words[], const char *key, double otherwise);

/* truetime serve ADDRESS [KEY=VALUE]...; does not return. */
int	serve_forever(const struct truth *truth, const char *text,
	    char *words[]);

#endif
