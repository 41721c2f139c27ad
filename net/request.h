/*
 * The requests in flight of ntpd-net, one at most for an association: what is
 * put on the wire, and what the sockets (net/io) say in terms of the core.
 */
#ifndef NET_REQUEST_H
#define NET_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/packet.h"
#include "net/core/client.h"
#include "net/io/udp.h"

struct request {
	uint32_t	association;	/* 0: free */
	struct address	to;
	struct udp_request udp;
	struct transmission transmission;
};

struct requests {
	struct request	items[ASSOCIATIONS_MAX];
};

void	request_init(struct requests *requests);

/* The one in flight, or NULL. */
struct request *request_find(struct requests *requests, uint32_t association);
struct request *request_find_fd(struct requests *requests, int fd);

/*
 * Sends what the action (ACTION_SEND) asks for. The association has none in
 * flight. 0, or an errno; *sent is then NULL.
 */
int	request_send(struct requests *requests, const struct action *action,
	    struct request **sent);

/*
 * Its socket is ready. UDP_DATAGRAM: *reception is filled and points into
 * buffer (NTP_PACKET_MAX bytes). *corrected: request->transmission has changed,
 * as the kernel's stamp came late. UDP_FAILED: *error is the errno.
 */
enum udp_result request_receive(struct request *request, uint8_t *buffer,
	    struct reception *reception, bool *corrected, int *error);

void	request_close(struct request *request);

#endif
