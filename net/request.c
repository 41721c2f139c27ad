/*
 * Part of ntpd-net: requests in flight. Here the core meets the sockets. What
 * arrives is handed on unread; the core decides whether it is an answer.
 */
#include "net/request.h"

#include <sys/random.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
request_init(struct requests *requests)
{
	size_t i;

	memset(requests, 0, sizeof(*requests));
	for (i = 0; i < ASSOCIATIONS_MAX; i++)
		requests->items[i].udp.fd = -1;
}

struct request *
request_find(struct requests *requests, uint32_t association)
{
	size_t i;

	for (i = 0; i < ASSOCIATIONS_MAX; i++)
		if (requests->items[i].association == association)
			return &requests->items[i];
	return NULL;
}

struct request *
request_find_fd(struct requests *requests, int fd)
{
	size_t i;

	for (i = 0; i < ASSOCIATIONS_MAX; i++)
		if (requests->items[i].association != 0 &&
		    requests->items[i].udp.fd == fd)
			return &requests->items[i];
	return NULL;
}

/* A transmit timestamp nobody can guess: it is what an answer is known by. */
static uint64_t
request_nonce(void)
{
	uint64_t nonce;

	do {
		if (getrandom(&nonce, sizeof(nonce), 0) !=
		    (ssize_t)sizeof(nonce))
			abort();
	} while (nonce == 0);
	return nonce;
}

int
request_send(struct requests *requests, const struct action *action,
    struct request **sent)
{
	struct request *request = request_find(requests, 0);
	struct ntp_header header = {
		.version = action->u.send.version, .mode = NTP_MODE_CLIENT,
		.poll = action->u.send.poll };
	uint8_t wire[NTP_HEADER_SIZE];
	int error;

	*sent = NULL;
	if (request == NULL)
		return ENOBUFS;
	header.xmt = request_nonce();
	packet_encode(&header, wire);
	error = udp_send(&request->udp, &action->u.send.to, wire,
	    sizeof(wire));
	if (error != 0)
		return error;
	request->association = action->association;
	request->to = action->u.send.to;
	request->transmission.nonce = header.xmt;
	request->transmission.local_refid = request->udp.local.family != 0 ?
	    address_to_refid(&request->udp.local) : 0;
	request->transmission.org_axis_ns = request->udp.sent.axis_ns;
	request->transmission.error_ns = request->udp.sent.error_ns;
	*sent = request;
	return 0;
}

enum udp_result
request_receive(struct request *request, uint8_t *buffer,
    struct reception *reception, bool *corrected, int *error)
{
	struct udp_reception received;
	enum udp_result result;

	result = udp_receive(&request->udp, buffer, NTP_PACKET_MAX, &received);
	*corrected = received.sent_changed;
	*error = received.error;
	request->transmission.org_axis_ns = request->udp.sent.axis_ns;
	request->transmission.error_ns = request->udp.sent.error_ns;
	*reception = (struct reception){
		.data = buffer, .size = received.size,
		.dst_axis_ns = received.received.axis_ns,
		.error_ns = received.received.error_ns,
		.stepped = received.stepped };
	return result;
}

void
request_close(struct request *request)
{
	udp_close(&request->udp);
	request->association = 0;
}
