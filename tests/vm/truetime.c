/*
 * The measuring instrument of the tests in simulated time. It runs inside the
 * emulator beside the daemon under test and on the same kernel, so it needs a
 * time that the daemon cannot move: CLOCK_MONOTONIC_RAW, which no call steers.
 * True time is EPOCH + RAW * (1 + PPM / 10^6); PPM is thus what the daemon has
 * to find out about its oscillator. LEAP_AT, if given, is a UTC midnight (since
 * 1970) before which a second is inserted. All three may be in the environment.
 *
 *	truetime serve ADDRESS [KEY=VALUE]...	an NTP server of that time; with
 *						real=1 of CLOCK_REALTIME
 *	truetime error every=S count=N		CLOCK_REALTIME less true time
 *	truetime kernel				the kernel's clock state
 *	truetime slope SECONDS			its rate against RAW, less its
 *						frequency, in ppb
 *	truetime set KEY=VALUE...		spoils the clock (guest only):
 *						error=S step=S freq=PPM status=N
 */
#include "tests/vm/truetime.h"

#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>

#define NS	INT64_C(1000000000)

int64_t
read_clock(clockid_t clock)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts) == -1)
		err(1, "clock_gettime");
	return ts.tv_sec * NS + ts.tv_nsec;
}

static int64_t
truth_at(const struct truth *truth, int64_t raw)
{
	int64_t ns = truth->epoch_ns + raw +
	    llrint((double)raw * (truth->ppm * 1e-6));

	/* as the kernel counts: the last second of the day comes twice */
	return truth->leap_at_ns != 0 && ns >= truth->leap_at_ns ?
	    ns - NS : ns;
}

int64_t
truth_now(const struct truth *truth)
{
	if (truth->real)
		return read_clock(CLOCK_REALTIME);
	return truth_at(truth, read_clock(CLOCK_MONOTONIC_RAW));
}

double
word_number(char *words[], const char *key, double otherwise)
{
	size_t length = strlen(key);
	char *end;

	for (; *words != NULL; words++) {
		if (strncmp(*words, key, length) != 0 ||
		    (*words)[length] != '=')
			continue;
		otherwise = strtod(*words + length + 1, &end);
		if (*end != '\0' || end == *words + length + 1)
			errx(2, "%s: not a number", *words);
	}
	return otherwise;
}

/* The narrowest of some RAW, REAL, RAW triples. */
static void
read_pair(int64_t *raw, int64_t *real)
{
	int64_t before, middle, after, width = INT64_MAX;
	int i;

	for (i = 0; i < 9; i++) {
		before = read_clock(CLOCK_MONOTONIC_RAW);
		middle = read_clock(CLOCK_REALTIME);
		after = read_clock(CLOCK_MONOTONIC_RAW);
		if (after - before >= width)
			continue;
		width = after - before;
		*raw = before + width / 2;
		*real = middle;
	}
}

static void
read_kernel(struct timex *timex)
{
	memset(timex, 0, sizeof(*timex));
	if (adjtimex(timex) == -1)
		err(1, "adjtimex");
}

static void
sleep_until_raw(int64_t due)
{
	int64_t left;
	struct timespec ts;

	/* MONOTONIC is slewed and RAW cannot be slept on: come closer */
	while ((left = due - read_clock(CLOCK_MONOTONIC_RAW)) > 0) {
		left -= left / 1000;
		ts.tv_sec = left / NS;
		ts.tv_nsec = left % NS + 1;
		clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL);
	}
}

static int
print_error(const struct truth *truth, char *words[])
{
	double every = word_number(words, "every", 1);
	long count = lrint(word_number(words, "count", 1));
	int64_t start = read_clock(CLOCK_MONOTONIC_RAW), raw, real;
	struct timex timex;
	long i;

	for (i = 0; i < count; i++) {
		sleep_until_raw(start + llrint((double)i * every * 1e9));
		read_pair(&raw, &real);
		read_kernel(&timex);
		printf("error %.1f %.9f freq %.6f offset %ld status 0x%x\n",
		    (double)(raw - start) * 1e-9,
		    (double)(real - truth_at(truth, raw)) * 1e-9,
		    (double)timex.freq / 65536, timex.offset,
		    (unsigned int)timex.status);
		fflush(stdout);
	}
	return 0;
}

static int
print_kernel(void)
{
	struct timex timex;
	int state;

	memset(&timex, 0, sizeof(timex));
	state = adjtimex(&timex);
	printf("kernel state %d status 0x%x freq %.6f offset %ld tick %ld "
	    "maxerror %ld esterror %ld constant %ld tai %d\n", state,
	    (unsigned int)timex.status, (double)timex.freq / 65536,
	    timex.offset, timex.tick, timex.maxerror, timex.esterror,
	    timex.constant, timex.tai);
	return 0;
}

static int
print_slope(double seconds)
{
	int64_t raw0, real0, raw1, real1;
	struct timex timex;
	double rate;

	read_pair(&raw0, &real0);
	sleep_until_raw(raw0 + llrint(seconds * 1e9));
	read_pair(&raw1, &real1);
	read_kernel(&timex);
	rate = (double)((real1 - real0) - (raw1 - raw0)) /
	    (double)(raw1 - raw0);
	printf("slope %.6f freq %.6f excess_ppb %.3f\n", rate * 1e6,
	    (double)timex.freq / 65536,
	    rate * 1e9 - (double)timex.freq / 65536 * 1e3);
	return 0;
}

/* The kernel that this runs on was booted for it, see the simulate script. */
static bool
is_guest(void)
{
	char line[4096];
	FILE *file = fopen("/proc/cmdline", "r");
	bool found = false;

	if (file != NULL) {
		if (fgets(line, sizeof(line), file) != NULL)
			found = strstr(line, "timeball_guest") != NULL;
		fclose(file);
	}
	return found;
}

static void
set_time(int64_t real)
{
	struct timespec ts = { .tv_sec = real / NS, .tv_nsec = real % NS };

	if (clock_settime(CLOCK_REALTIME, &ts) == -1)
		err(1, "clock_settime");
}

static int
spoil_clock(const struct truth *truth, char *words[])
{
	double error = word_number(words, "error", NAN);
	double step = word_number(words, "step", NAN);
	double freq = word_number(words, "freq", NAN);
	double status = word_number(words, "status", NAN);
	struct timex timex;

	if (!is_guest())
		errx(2, "set: this is not the test's own kernel");
	if (!isnan(error))
		set_time(truth_now(truth) + llrint(error * 1e9));
	if (!isnan(step))
		set_time(read_clock(CLOCK_REALTIME) + llrint(step * 1e9));
	memset(&timex, 0, sizeof(timex));
	if (!isnan(freq)) {
		timex.modes |= ADJ_FREQUENCY;
		timex.freq = lrint(freq * 65536);
	}
	if (!isnan(status)) {
		timex.modes |= ADJ_STATUS;
		timex.status = (int)lrint(status);
	}
	if (timex.modes != 0 && adjtimex(&timex) == -1)
		err(1, "adjtimex");
	return print_kernel();
}

int
main(int argc, char *argv[])
{
	struct truth truth;
	char **words = argv + 1;
	const char *command = argc > 1 ? argv[1] : "";

	truth.epoch_ns = llrint(word_number(words, "epoch",
	    getenv("EPOCH") != NULL ? strtod(getenv("EPOCH"), NULL) : 0)) * NS;
	truth.ppm = word_number(words, "ppm",
	    getenv("PPM") != NULL ? strtod(getenv("PPM"), NULL) : 0);

	truth.leap_at_ns = llrint(word_number(words, "leap_at",
	    getenv("LEAP_AT") != NULL ? strtod(getenv("LEAP_AT"), NULL) : 0)) *
	    NS;
	truth.real = word_number(words, "real", 0) != 0;

	if (strcmp(command, "serve") == 0 && argc >= 3)
		return serve_forever(&truth, argv[2], words + 2);
	if (strcmp(command, "error") == 0)
		return print_error(&truth, words);
	if (strcmp(command, "kernel") == 0)
		return print_kernel();
	if (strcmp(command, "slope") == 0 && argc == 3)
		return print_slope(strtod(argv[2], NULL));
	if (strcmp(command, "set") == 0)
		return spoil_clock(&truth, words);
	errx(2, "usage: truetime serve|error|kernel|slope|set [WORD]...");
}
