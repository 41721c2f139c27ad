/*
 * Sockets and time stamps of ntpd-net. It trusts the kernel, and nothing that
 * comes from the network: a datagram is a length and bytes.
 *
 * How a stamp gets onto the local axis, which the kernel does not stamp with:
 * the clock is read as a pair (CLOCK_REALTIME, axis) right before the send,
 * right after the transmit stamp was fetched, and right after the receive. A
 * stamp lies between two such pairs and is carried over on the line through
 * them. A stamp carried over 100 ms later by one pair alone would be 50 us
 * wrong while the clock is being slewed at 500 ppm.
 */
#include "net/io/udp.h"

#include <sys/socket.h>

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/ntp_time.h"

/* What a slew can do, generously: policy allows 500 ppm. Reading: 10 us. */
#define STEP_RATE_PPM		1000
#define STEP_SLACK_NS		(10 * NS_PER_US)
#define SUSPEND_SLACK_NS	NS_PER_MS

/* From the arrival of a datagram to a process that was asleep: p99. */
#define WAKE_UP_NS		(50 * NS_PER_US)

/* Change of the slew's rate between two pairs, at most a quarter of it shows:
 * 500 ppm / 4, as a divisor. */
#define RATE_CHANGE_DIVISOR	8000

#define STAMP_FLAGS (SOF_TIMESTAMPING_TX_SOFTWARE |			\
	SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE |	\
	SOF_TIMESTAMPING_OPT_TSONLY | SOF_TIMESTAMPING_OPT_ID |		\
	SOF_TIMESTAMPING_OPT_CMSG)

/* Room for a stamp, an extended error and the address that comes with it. */
union control {
	struct cmsghdr	align;
	char		bytes[512];
};

static int64_t
absolute(int64_t value)
{
	return value < 0 ? -value : value;
}

bool
udp_stepped(const struct clock_pair *before, const struct clock_pair *after)
{
	int64_t elapsed = after->axis_ns - before->axis_ns;
	int64_t moved = (after->real_ns - before->real_ns) - elapsed;
	int64_t slept = after->suspended_ns - before->suspended_ns;

	return absolute(moved) >
	    absolute(elapsed) / 1000000 * STEP_RATE_PPM + STEP_SLACK_NS ||
	    absolute(slept) > SUSPEND_SLACK_NS;
}

/*
 * What the axis gained on CLOCK_REALTIME in back_ns before the second reading,
 * to 1 ns. 0 over a step, which is dropped anyway, and where the product would
 * not fit, which no request lives to see.
 */
static int64_t
udp_gain(int64_t back_ns, const struct clock_pair *before,
    const struct clock_pair *after)
{
	int64_t real = after->real_ns - before->real_ns;
	int64_t gain = after->axis_ns - before->axis_ns - real;

	if (real < NS_PER_US || real > 1000 * NS_PER_S ||
	    udp_stepped(before, after))
		return 0;
	return gain * (back_ns / NS_PER_US) / (real / NS_PER_US);
}

struct udp_stamp
udp_stamp_between(int64_t real_ns, const struct clock_pair *before,
    const struct clock_pair *after)
{
	int64_t back = after->real_ns - real_ns;
	int64_t length = after->axis_ns - before->axis_ns;
	struct udp_stamp stamp = { .kernel = true };

	stamp.axis_ns = after->axis_ns - back -
	    udp_gain(back, before, after);
	stamp.error_ns = (before->width_ns + after->width_ns) / 2 +
	    absolute(back < length ? back : length) / RATE_CHANGE_DIVISOR;
	return stamp;
}

static bool
udp_option(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

/*
 * A socket connected to the server; -errno. Without stamps (a kernel or a
 * simulator that has none) measuring goes on, and says how uncertain it is.
 * MTU discovery is off in a way that no ICMP message can make us fragment.
 */
static int
udp_open(const struct address *to)
{
	struct sockaddr_storage name;
	uint32_t length = address_to_sockaddr(to, &name);
	int fd, error;

	fd = socket(name.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	if (fd < 0)
		return -errno;
	(void)udp_option(fd, SOL_SOCKET, SO_TIMESTAMPING, STAMP_FLAGS);
	if (to->family == 4)
		(void)udp_option(fd, IPPROTO_IP, IP_MTU_DISCOVER,
		    IP_PMTUDISC_OMIT);
	else
		(void)udp_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER,
		    IPV6_PMTUDISC_OMIT);
	if (connect(fd, (struct sockaddr *)&name, length) != 0) {
		error = errno;
		close(fd);
		return -error;
	}
	return fd;
}

/* The software stamp in a message's control data. */
static bool
udp_find_stamp(struct msghdr *message, int64_t *real_ns)
{
	struct timespec stamps[3];
	struct cmsghdr *control;

	for (control = CMSG_FIRSTHDR(message); control != NULL;
	    control = CMSG_NXTHDR(message, control)) {
		if (control->cmsg_level != SOL_SOCKET ||
		    control->cmsg_type != SCM_TIMESTAMPING ||
		    control->cmsg_len < CMSG_LEN(sizeof(stamps)))
			continue;
		memcpy(stamps, CMSG_DATA(control), sizeof(stamps));
		*real_ns = (int64_t)stamps[0].tv_sec * NS_PER_S +
		    stamps[0].tv_nsec;
		return *real_ns != 0;
	}
	return false;
}

/*
 * Empties the error queue, or poll would never sleep again. True if the
 * transmit stamp was in it; a fresh socket has sent once, so it is the one.
 */
static bool
udp_drain_errors(int fd, int64_t *real_ns)
{
	union control control;
	struct msghdr message;
	bool found = false;

	for (;;) {
		message = (struct msghdr){ .msg_control = &control,
		    .msg_controllen = sizeof(control) };
		if (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return found;
		if (udp_find_stamp(&message, real_ns))
			found = true;
	}
}

/* False for a stamp that cannot be: the readings enclose the true one. */
static bool
udp_plausible(int64_t real_ns, const struct clock_pair *before,
    const struct clock_pair *after)
{
	return real_ns >= before->real_ns - STEP_SLACK_NS &&
	    real_ns <= after->real_ns + STEP_SLACK_NS;
}

/* The address that the kernel chose for us on the way to the server. */
static void
udp_local(struct udp_request *request)
{
	struct sockaddr_storage name = { 0 };
	socklen_t length = sizeof(name);

	if (getsockname(request->fd, (struct sockaddr *)&name, &length) != 0 ||
	    !address_from_sockaddr(&name, &request->local))
		request->local = (struct address){ 0 };
}

int
udp_send(struct udp_request *request, const struct address *to,
    const void *data, size_t size)
{
	struct clock_pair after;
	int64_t real_ns = 0;
	bool stamped;
	int error;

	request->fd = udp_open(to);
	if (request->fd < 0) {
		error = -request->fd;
		request->fd = -1;
		return error;
	}
	udp_local(request);
	localclock_pair(&request->before);
	if (send(request->fd, data, size, MSG_NOSIGNAL) < 0) {
		error = errno;
		udp_close(request);
		return error;
	}
	stamped = udp_drain_errors(request->fd, &real_ns);
	localclock_pair(&after);
	if (stamped && udp_plausible(real_ns, &request->before, &after)) {
		request->sent = udp_stamp_between(real_ns, &request->before,
		    &after);
	} else {
		request->sent.axis_ns = request->before.axis_ns;
		request->sent.error_ns = request->before.width_ns +
		    after.axis_ns - request->before.axis_ns;
		request->sent.kernel = false;
	}
	return 0;
}

/* T4, and T1 if its stamp is here only now (it waited in an egress queue). */
static void
udp_convert(struct udp_request *request, const int64_t *sent_real,
    const int64_t *received_real, struct udp_reception *reception)
{
	const struct clock_pair *before = &request->before;
	struct clock_pair after;

	localclock_pair(&after);
	reception->stepped = udp_stepped(before, &after);
	if (sent_real != NULL && !request->sent.kernel &&
	    udp_plausible(*sent_real, before, &after)) {
		request->sent = udp_stamp_between(*sent_real, before, &after);
		reception->sent_changed = true;
	}
	if (received_real != NULL &&
	    udp_plausible(*received_real, before, &after)) {
		reception->received = udp_stamp_between(*received_real, before,
		    &after);
		return;
	}
	reception->received.axis_ns = after.axis_ns;
	reception->received.error_ns = after.width_ns + WAKE_UP_NS;
	reception->received.kernel = false;
}

static int
udp_pending_error(int fd)
{
	int error = 0;
	socklen_t length = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
		return errno;
	return error;
}

enum udp_result
udp_receive(struct udp_request *request, void *buffer, size_t size,
    struct udp_reception *reception)
{
	union control control;
	struct iovec part = { .iov_base = buffer, .iov_len = size };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
	    .msg_control = &control, .msg_controllen = sizeof(control) };
	int64_t sent_real = 0, received_real = 0;
	bool sent, received;
	ssize_t length;

	*reception = (struct udp_reception){ 0 };
	sent = udp_drain_errors(request->fd, &sent_real);
	length = recvmsg(request->fd, &message, MSG_DONTWAIT);
	if (length < 0) {
		reception->error = errno;
		if (errno == EAGAIN || errno == EINTR)
			reception->error = udp_pending_error(request->fd);
	}
	received = length >= 0 && udp_find_stamp(&message, &received_real);
	udp_convert(request, sent ? &sent_real : NULL,
	    received ? &received_real : NULL, reception);
	if (reception->error != 0)
		return UDP_FAILED;
	if (length < 0 || (message.msg_flags & MSG_TRUNC) != 0)
		return UDP_NOTHING;
	reception->size = (size_t)length;
	return UDP_DATAGRAM;
}

void
udp_close(struct udp_request *request)
{
	if (request->fd >= 0)
		close(request->fd);
	request->fd = -1;
}
