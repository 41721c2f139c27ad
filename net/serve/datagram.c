/*
 * Receives and sends a batch of datagrams; runs in serve. Trusts the kernel's
 * control data, nothing of the payload. The sockets come from the parent, with
 * SO_TIMESTAMPNS and packet information on since before they were bound.
 */
#include "net/serve/datagram.h"

#include <string.h>
#include <time.h>

#include "common/ntp_time.h"

void
datagrams_init(struct datagrams *batch)
{
	size_t i;

	memset(batch, 0, sizeof(*batch));
	for (i = 0; i < DATAGRAM_BATCH; i++) {
		batch->in_iovs[i].iov_base = batch->requests[i];
		batch->in_iovs[i].iov_len = NTP_PACKET_MAX;
		batch->in[i].msg_hdr.msg_iov = &batch->in_iovs[i];
		batch->in[i].msg_hdr.msg_iovlen = 1;
		batch->in[i].msg_hdr.msg_name = &batch->names[i];
		batch->in[i].msg_hdr.msg_control = &batch->in_controls[i];
		batch->out_iovs[i].iov_base = batch->replies[i];
		batch->out_iovs[i].iov_len = NTP_HEADER_SIZE;
		batch->out[i].msg_hdr.msg_iov = &batch->out_iovs[i];
		batch->out[i].msg_hdr.msg_iovlen = 1;
	}
}

size_t
datagrams_receive(struct datagrams *batch, int fd)
{
	size_t i;
	int n;

	for (i = 0; i < DATAGRAM_BATCH; i++) {
		batch->in[i].msg_hdr.msg_namelen = sizeof(batch->names[i]);
		batch->in[i].msg_hdr.msg_controllen = DATAGRAM_CONTROL;
	}
	n = recvmmsg(fd, batch->in, DATAGRAM_BATCH, MSG_DONTWAIT, NULL);
	return n < 0 ? 0 : (size_t)n;
}

size_t
datagram_size(const struct datagrams *batch, size_t row)
{
	if (batch->in[row].msg_hdr.msg_flags & MSG_TRUNC)
		return NTP_PACKET_MAX + 1;
	return batch->in[row].msg_len;
}

static bool
origin_time(const struct cmsghdr *item, struct datagram_origin *origin)
{
	struct timespec stamp;

	if (item->cmsg_len < CMSG_LEN(sizeof(stamp)))
		return false;
	memcpy(&stamp, CMSG_DATA(item), sizeof(stamp));
	origin->receive_ns = (int64_t)stamp.tv_sec * NS_PER_S + stamp.tv_nsec;
	return true;
}

static bool
origin_local4(const struct cmsghdr *item, struct datagram_origin *origin)
{
	struct in_pktinfo info;

	if (item->cmsg_len < CMSG_LEN(sizeof(info)))
		return false;
	memcpy(&info, CMSG_DATA(item), sizeof(info));
	origin->local.family = 4;
	memcpy(origin->local.bytes, &info.ipi_spec_dst, 4);
	origin->interface = (uint32_t)info.ipi_ifindex;
	origin->to_one = info.ipi_addr.s_addr == info.ipi_spec_dst.s_addr;
	return true;
}

static bool
origin_local6(const struct cmsghdr *item, struct datagram_origin *origin)
{
	struct in6_pktinfo info;

	if (item->cmsg_len < CMSG_LEN(sizeof(info)))
		return false;
	memcpy(&info, CMSG_DATA(item), sizeof(info));
	origin->local.family = 6;
	memcpy(origin->local.bytes, &info.ipi6_addr, 16);
	origin->interface = (uint32_t)info.ipi6_ifindex;
	if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
		origin->local.scope = origin->interface;
	origin->to_one = !IN6_IS_ADDR_MULTICAST(&info.ipi6_addr);
	return true;
}

bool
datagram_origin(const struct datagrams *batch, size_t row,
    struct datagram_origin *origin)
{
	/* CMSG_NXTHDR takes no const */
	struct msghdr message = batch->in[row].msg_hdr;
	bool timed = false, located = false;
	struct cmsghdr *item;

	memset(origin, 0, sizeof(*origin));
	if (message.msg_flags & MSG_CTRUNC)
		return false;
	for (item = CMSG_FIRSTHDR(&message); item != NULL;
	    item = CMSG_NXTHDR(&message, item)) {
		if (item->cmsg_level == SOL_SOCKET &&
		    item->cmsg_type == SCM_TIMESTAMPNS)
			timed = origin_time(item, origin);
		else if (item->cmsg_level == IPPROTO_IP &&
		    item->cmsg_type == IP_PKTINFO)
			located = origin_local4(item, origin);
		else if (item->cmsg_level == IPPROTO_IPV6 &&
		    item->cmsg_type == IPV6_PKTINFO)
			located = origin_local6(item, origin);
	}
	return timed && located &&
	    address_from_sockaddr(&batch->names[row], &origin->source) &&
	    origin->source.family == origin->local.family;
}

/* Interface 0: the routing decides, as for any other packet of ours. A
 * link-local address means nothing without its interface. */
static size_t
control_local(const struct datagram_origin *origin, struct cmsghdr *item)
{
	struct in6_pktinfo info6 = { .ipi6_ifindex = origin->local.scope };
	struct in_pktinfo info4 = { .ipi_ifindex = 0 };

	if (origin->local.family == 6) {
		memcpy(&info6.ipi6_addr, origin->local.bytes, 16);
		item->cmsg_level = IPPROTO_IPV6;
		item->cmsg_type = IPV6_PKTINFO;
		item->cmsg_len = CMSG_LEN(sizeof(info6));
		memcpy(CMSG_DATA(item), &info6, sizeof(info6));
		return CMSG_SPACE(sizeof(info6));
	}
	memcpy(&info4.ipi_spec_dst, origin->local.bytes, 4);
	item->cmsg_level = IPPROTO_IP;
	item->cmsg_type = IP_PKTINFO;
	item->cmsg_len = CMSG_LEN(sizeof(info4));
	memcpy(CMSG_DATA(item), &info4, sizeof(info4));
	return CMSG_SPACE(sizeof(info4));
}

void
datagram_address(struct datagrams *batch, size_t from, size_t to,
    const struct datagram_origin *origin)
{
	struct msghdr *out = &batch->out[to].msg_hdr;

	out->msg_name = batch->in[from].msg_hdr.msg_name;
	out->msg_namelen = batch->in[from].msg_hdr.msg_namelen;
	out->msg_control = &batch->out_controls[to];
	out->msg_controllen = control_local(origin,
	    &batch->out_controls[to].align);
}

size_t
datagrams_send(struct datagrams *batch, int fd, size_t count)
{
	size_t at = 0, taken = 0;
	int n;

	while (at < count) {
		n = sendmmsg(fd, batch->out + at, (unsigned int)(count - at),
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0) {
			at += (size_t)n;
			taken += (size_t)n;
		} else {
			at++;	/* this one cannot be sent; go on behind it */
		}
	}
	return taken;
}
