/*
 * The NTP server of truetime: stratum 1, and its path. A request is held back
 * on the way in before it is stamped and on the way out after that, half of
 * the delay and an exponential jitter each way; many may be under way at once.
 * Answers whatever is 48 bytes and mode 3.
 *
 *	delay=MS jitter=MS offset=S stratum=N refid=N seed=N
 *	drift=PPM (its own clock)  loss=PERCENT  leap=0..3
 */
#include "tests/vm/truetime.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <err.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NS		INT64_C(1000000000)
#define SINCE_1900	UINT64_C(2208988800)
#define FLIGHTS		64
#define PACKET		48

struct flight {
	int64_t		due;		/* raw; 0: free */
	bool		stamped;	/* on its way back */
	uint8_t		packet[PACKET];
	struct sockaddr_storage from;
	socklen_t	from_length;
};

struct server {
	const struct truth *truth;
	int		fd;
	double		delay, jitter, loss;	/* s, s, 0..1 */
	double		drift;			/* s per s */
	int64_t		offset;			/* ns */
	uint8_t		stratum, leap;
	uint32_t	refid;
	uint64_t	random;
	struct flight	flights[FLIGHTS];
};

/* Uniform in (0, 1]; splitmix64 (Steele, Lea, Flood 2014). */
static double
uniform(struct server *server)
{
	uint64_t x = server->random += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	x ^= x >> 31;
	return ((double)(x >> 11) + 1) * 0x1p-53;
}

static int64_t
one_way(struct server *server)
{
	double s = server->delay / 2;

	if (server->jitter > 0)
		s -= server->jitter * log(uniform(server));
	return llrint(s * 1e9);
}

static int64_t
server_now(const struct server *server)
{
	return truth_now(server->truth) + server->offset +
	    llrint((double)read_clock(CLOCK_MONOTONIC_RAW) * server->drift);
}

static void
put32(uint8_t *p, uint32_t value)
{
	value = htonl(value);
	memcpy(p, &value, sizeof(value));
}

static void
put_time(uint8_t *p, int64_t ns)
{
	put32(p, (uint32_t)((uint64_t)(ns / NS) + SINCE_1900));
	put32(p + 4, (uint32_t)(((uint64_t)(ns % NS) << 32) / (uint64_t)NS));
}

/* RFC 5905 section 7.3; the request is turned into the answer in place. */
static void
stamp(const struct server *server, struct flight *flight)
{
	uint8_t *p = flight->packet;
	int64_t now = server_now(server);
	bool over = server->truth->leap_at_ns != 0 &&
	    now >= server->truth->leap_at_ns - NS / 2;
	unsigned int leap = over ? 0 : server->leap;

	p[0] = (uint8_t)(leap << 6 | (p[0] & 0x38) | 4);
	p[1] = server->stratum;
	p[3] = (uint8_t)-23;
	put32(p + 4, 0);
	put32(p + 8, 7);		/* 0.1 ms */
	put32(p + 12, server->refid);
	put_time(p + 16, now / NS * NS);
	memcpy(p + 24, p + 40, 8);
	put_time(p + 32, now);
	put_time(p + 40, server_now(server));
	flight->stamped = true;
}

static void
take_off(struct server *server)
{
	uint8_t data[512];
	struct flight *flight = server->flights;
	ssize_t n;

	while (flight < server->flights + FLIGHTS && flight->due != 0)
		flight++;
	if (flight == server->flights + FLIGHTS) {
		recv(server->fd, data, sizeof(data), MSG_DONTWAIT);
		return;
	}
	flight->from_length = sizeof(flight->from);
	n = recvfrom(server->fd, data, sizeof(data), MSG_DONTWAIT,
	    (struct sockaddr *)&flight->from, &flight->from_length);
	if (n < PACKET || (data[0] & 7) != 3)
		return;
	if (server->loss > 0 && uniform(server) <= server->loss)
		return;
	memcpy(flight->packet, data, PACKET);
	flight->stamped = false;
	flight->due = read_clock(CLOCK_MONOTONIC_RAW) + one_way(server);
}

static void
land(struct server *server, struct flight *flight)
{
	if (!flight->stamped) {
		stamp(server, flight);
		flight->due += one_way(server);
		return;
	}
	sendto(server->fd, flight->packet, PACKET, 0,
	    (struct sockaddr *)&flight->from, flight->from_length);
	flight->due = 0;
}

/* Handles what is due; returns how long nothing is, in ns, or -1. */
static int64_t
fly(struct server *server)
{
	int64_t now = read_clock(CLOCK_MONOTONIC_RAW), next = -1;
	struct flight *flight = server->flights;

	for (; flight < server->flights + FLIGHTS; flight++) {
		if (flight->due != 0 && flight->due <= now)
			land(server, flight);
		if (flight->due != 0 && (next == -1 || flight->due - now < next))
			next = flight->due > now ? flight->due - now : 0;
	}
	return next;
}

static int
listen_at(const char *text, const char *port)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_PASSIVE,
		.ai_socktype = SOCK_DGRAM }, *list;
	int fd, error = getaddrinfo(text, port, &hints, &list);

	if (error != 0)
		errx(1, "%s: %s", text, gai_strerror(error));
	fd = socket(list->ai_family, SOCK_DGRAM, 0);
	if (fd == -1 || bind(fd, list->ai_addr, list->ai_addrlen) == -1)
		err(1, "%s", text);
	freeaddrinfo(list);
	return fd;
}

int
serve_forever(const struct truth *truth, const char *text, char *words[])
{
	struct server *server = calloc(1, sizeof(*server));
	struct pollfd pollfd;
	struct timespec ts;
	int64_t wait;

	if (server == NULL)
		err(1, "calloc");
	server->truth = truth;
	server->delay = word_number(words, "delay", 0) / 1e3;
	server->jitter = word_number(words, "jitter", 0) / 1e3;
	server->loss = word_number(words, "loss", 0) / 100;
	server->drift = word_number(words, "drift", 0) / 1e6;
	server->offset = llrint(word_number(words, "offset", 0) * 1e9);
	server->stratum = (uint8_t)word_number(words, "stratum", 1);
	server->leap = (uint8_t)word_number(words, "leap", 0);
	server->refid = (uint32_t)word_number(words, "refid", 0x54525545);
	server->random = (uint64_t)word_number(words, "seed", 1);
	server->fd = listen_at(text, "123");
	prctl(PR_SET_TIMERSLACK, 1);

	pollfd = (struct pollfd){ .fd = server->fd, .events = POLLIN };
	for (;;) {
		wait = fly(server);
		ts = (struct timespec){ wait / NS, wait % NS };
		if (ppoll(&pollfd, 1, wait < 0 ? NULL : &ts, NULL) == -1 &&
		    errno != EINTR)
			err(1, "ppoll");
		if (pollfd.revents != 0)
			take_off(server);
	}
}
