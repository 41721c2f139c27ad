/*
 * Asks the daemon's server while the clock is set, inside the emulator only: it
 * stops serve, sends requests, sets the clock, lets serve go on, and asks once
 * more. What was queued before the step must not be answered: its receive time
 * and the transmit time of the answer would be of two clocks.
 *
 *	stepped PID MS...		pid of serve; a step in ms each
 *
 * Prints a line a step: answers to what was queued, to what was asked after the
 * step, and how far the latter were from the clock at most.
 */
#include <sys/socket.h>

#include <netinet/in.h>

#include <err.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <bsd/stdlib.h>

#include "common/ntp_time.h"
#include "common/packet.h"

#define QUEUED	40	/* more than a batch */
#define FRESH	100	/* org of what is asked after the step, and up */
#define QUIET_MS 500

struct tally {
	int	queued, fresh;
	double	worst_ms;
};

static int64_t
clock_now(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now) == -1)
		err(1, "clock_gettime");
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* This machine's clock is nobody's to set but the emulator's. */
static void
only_in_the_emulator(void)
{
	FILE *file = fopen("/proc/cmdline", "r");
	char line[4096] = "";

	if (file == NULL || fgets(line, sizeof(line), file) == NULL ||
	    strstr(line, "timeball_guest") == NULL)
		errx(2, "only inside the emulator");
	fclose(file);
}

static void
step(int64_t by_ns)
{
	int64_t ns = clock_now(CLOCK_REALTIME) + by_ns;
	struct timespec to = { .tv_sec = (time_t)(ns / NS_PER_S),
	    .tv_nsec = (long)(ns % NS_PER_S) };

	if (clock_settime(CLOCK_REALTIME, &to) == -1)
		err(1, "clock_settime");
}

static void
ask(int fd, uint64_t org)
{
	const struct ntp_header request = { .version = 4,
	    .mode = NTP_MODE_CLIENT, .xmt = org };
	uint8_t wire[NTP_HEADER_SIZE];

	packet_encode(&request, wire);
	if (send(fd, wire, sizeof(wire), 0) != sizeof(wire))
		err(1, "send");
}

static void
note(const uint8_t *wire, struct tally *tally)
{
	int64_t now = clock_now(CLOCK_REALTIME);
	struct ntp_header answer;
	double off_ms;

	packet_decode(wire, &answer);
	if (answer.org < FRESH) {
		tally->queued++;
		return;
	}
	tally->fresh++;
	off_ms = (double)(now - ntp_to_unix_ns(answer.rec, now)) / 1e6;
	if (off_ms < 0)
		off_ms = -off_ms;
	if (off_ms > tally->worst_ms)
		tally->worst_ms = off_ms;
}

/* Until nothing has come for a while. */
static void
collect(int fd, struct tally *tally)
{
	struct pollfd one = { .fd = fd, .events = POLLIN };
	uint8_t wire[NTP_PACKET_MAX];

	while (poll(&one, 1, QUIET_MS) == 1)
		if (recv(fd, wire, sizeof(wire), 0) == NTP_HEADER_SIZE)
			note(wire, tally);
}

static void
across(int fd, pid_t serve, int64_t by_ms)
{
	struct tally tally = { 0 };
	uint64_t i;

	if (kill(serve, SIGSTOP) == -1)
		err(1, "kill");
	for (i = 1; i <= QUEUED; i++)
		ask(fd, i);
	step(by_ms * NS_PER_MS);
	if (kill(serve, SIGCONT) == -1)
		err(1, "kill");
	ask(fd, FRESH);
	collect(fd, &tally);
	ask(fd, FRESH + 1);
	collect(fd, &tally);
	printf("step %lld queued %d fresh %d off %.3f\n", (long long)by_ms,
	    tally.queued, tally.fresh, tally.worst_ms);
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in name = { .sin_family = AF_INET,
	    .sin_port = htons(NTP_PORT),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct tally before = { 0 };
	pid_t serve;
	int fd, i;

	only_in_the_emulator();
	if (argc < 3)
		errx(2, "usage: stepped PID MS...");
	serve = (pid_t)strtonum(argv[1], 2, INT32_MAX, NULL);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (serve == 0 || fd == -1 ||
	    connect(fd, (struct sockaddr *)&name, sizeof(name)) == -1)
		err(1, "connect");
	ask(fd, FRESH);
	collect(fd, &before);
	printf("step 0 queued %d fresh %d off %.3f\n", before.queued,
	    before.fresh, before.worst_ms);
	for (i = 2; i < argc; i++)
		across(fd, serve, strtonum(argv[i], -INT32_MAX, INT32_MAX,
		    NULL));
	close(fd);
	return 0;
}
