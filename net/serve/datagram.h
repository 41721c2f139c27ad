/*
 * One batch of datagrams: the buffers, and what the kernel says beside each
 * (receive time, local address, interface). I/O; used by the worker of serve.
 */
#ifndef NET_SERVE_DATAGRAM_H
#define NET_SERVE_DATAGRAM_H

#include <sys/socket.h>

#include <netinet/in.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "common/packet.h"

#define DATAGRAM_BATCH	32
#define DATAGRAM_CONTROL 128	/* time stamp and packet information */

union datagram_control {
	struct cmsghdr	align;
	uint8_t		bytes[DATAGRAM_CONTROL];
};

struct datagrams {
	struct mmsghdr	in[DATAGRAM_BATCH], out[DATAGRAM_BATCH];
	struct iovec	in_iovs[DATAGRAM_BATCH], out_iovs[DATAGRAM_BATCH];
	union datagram_control in_controls[DATAGRAM_BATCH];
	union datagram_control out_controls[DATAGRAM_BATCH];
	struct sockaddr_storage names[DATAGRAM_BATCH];
	uint8_t		requests[DATAGRAM_BATCH][NTP_PACKET_MAX];
	uint8_t		replies[DATAGRAM_BATCH][NTP_HEADER_SIZE];
};

/* What is known of a received datagram beside its bytes. */
struct datagram_origin {
	struct address	source;		/* with its port */
	struct address	local;		/* the address asked; port 0 */
	uint32_t	interface;	/* index */
	bool		to_one;		/* not to a broadcast or multicast
					 * address */
	int64_t		receive_ns;	/* CLOCK_REALTIME */
};

/* Once: the parts that stay as they are. */
void	datagrams_init(struct datagrams *batch);

/*
 * Receives what there is into in, at most a batch, without waiting. Returns
 * the number of datagrams; 0 for none, and for an error, which the kernel has
 * then forgotten.
 */
size_t	datagrams_receive(struct datagrams *batch, int fd);

/* As received; NTP_PACKET_MAX + 1 where it was longer than that. */
size_t	datagram_size(const struct datagrams *batch, size_t row);

/* False if anything is missing: a socket that was not prepared. */
bool	datagram_origin(const struct datagrams *batch, size_t row,
	    struct datagram_origin *origin);

/*
 * Addresses replies[to]: back to where in[from] came from, from the address
 * that it was sent to.
 */
void	datagram_address(struct datagrams *batch, size_t from, size_t to,
	    const struct datagram_origin *origin);

/* Sends replies 0 .. count-1 without waiting. Returns how many the kernel
 * took; the others are lost. */
size_t	datagrams_send(struct datagrams *batch, int fd, size_t count);

#endif
