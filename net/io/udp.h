/*
 * One NTP request: a fresh connected UDP socket of its own, the kernel's
 * transmit and receive stamps, both as times of the local axis (ntp_time.h).
 *
 * A socket serves one request and is closed: the port is a new one each time
 * (RFC 9109), and the kernel lets only datagrams of the server asked pass.
 * Nothing here waits. What is received is returned unread.
 */
#ifndef NET_IO_UDP_H
#define NET_IO_UDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "common/localclock.h"

/* A moment on the local axis that may be wrong by error_ns. */
struct udp_stamp {
	int64_t		axis_ns;
	int64_t		error_ns;
	bool		kernel;		/* else a clock read beside the call */
};

struct udp_request {
	int		fd;		/* -1: none */
	struct clock_pair before;	/* right before send */
	struct udp_stamp sent;		/* T1 */
	struct address	local;		/* family 0: not known */
};

enum udp_result {
	UDP_NOTHING,		/* no datagram, or one too long to be NTP */
	UDP_DATAGRAM,
	UDP_FAILED		/* reception.error: the socket's pending error,
				 * an ICMP message as a rule; now cleared */
};

struct udp_reception {
	size_t		size;
	struct udp_stamp received;	/* T4 */
	bool		sent_changed;	/* request.sent became a kernel stamp */
	bool		stepped;	/* the clock was set since the send */
	int		error;
};

/*
 * Sends data from a fresh socket; 0, or the errno with the request closed.
 * *request need not be initialised and is the caller's to close.
 */
int	udp_send(struct udp_request *request, const struct address *to,
	    const void *data, size_t size);

/*
 * When poll says POLLIN or POLLERR. Takes at most one datagram or error, and
 * all of the error queue: a late transmit stamp corrects request->sent.
 */
enum udp_result udp_receive(struct udp_request *request, void *buffer,
	    size_t size, struct udp_reception *reception);

/* Safe on a closed one. */
void	udp_close(struct udp_request *request);

/*
 * Pure: true if CLOCK_REALTIME was set, or the machine slept, between the two
 * readings: they differ by more than any slew can explain.
 */
bool	udp_stepped(const struct clock_pair *before,
	    const struct clock_pair *after);

/*
 * Pure: a CLOCK_REALTIME stamp taken between two readings of the clock, on the
 * axis. Linear between them, so that a slew in the meantime does no harm. The
 * error is that of the readings, and what a change of the slew's rate on the
 * way can do.
 */
struct udp_stamp udp_stamp_between(int64_t real_ns,
	    const struct clock_pair *before, const struct clock_pair *after);

#endif
