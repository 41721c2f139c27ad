/*
 * The two ends of a channel on which descriptors ride along. Runs in the parent
 * and in the roles that are given sockets or a log; trusts nothing that it
 * receives: not the length, not the control data, not the header.
 */
#include "common/channel.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/message.h"

/* What came off the socket, before anything is known about it. */
struct received {
	union message_buffer message;
	size_t		length;
	int		fd;		/* that came along; -1 */
	bool		malformed;	/* cut short, or odd control data */
};

/* Room for one descriptor: of more the kernel closes the rest (MSG_CTRUNC). */
union control {
	struct cmsghdr	header;
	unsigned char	bytes[CMSG_SPACE(sizeof(int))];
};
static_assert(MESSAGE_FDS_MAX == 1, "there is room for one descriptor only");

/* False with errno if there was nothing to receive. */
static bool
channel_take(int socket, struct received *in)
{
	union control control;
	struct iovec iov = { &in->message, sizeof(in->message) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
		.msg_controllen = CMSG_LEN(sizeof(int))
	};
	const struct cmsghdr *item;
	ssize_t length;

	length = recvmsg(socket, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (length == -1)
		return false;
	in->length = (size_t)length;
	in->malformed = (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
	in->fd = -1;
	item = CMSG_FIRSTHDR(&msg);
	if (item != NULL && item->cmsg_level == SOL_SOCKET &&
	    item->cmsg_type == SCM_RIGHTS &&
	    item->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&in->fd, CMSG_DATA(item), sizeof(in->fd));
	else if (item != NULL)
		in->malformed = true;
	return true;
}

enum channel_result
channel_receive(int fd, const struct message_rule *rules, size_t nrules,
    unsigned int state, void *context)
{
	const struct message_rule *rule = NULL;
	struct received in;

	if (!channel_take(fd, &in))
		return errno == EAGAIN || errno == EINTR ? CHANNEL_EMPTY :
		    CHANNEL_CLOSED;
	if (!in.malformed)
		rule = channel_rule(&in.message.header, in.length, in.fd >= 0,
		    rules, nrules, state);
	if (rule != NULL) {
		rule->handle(context, &in.message, in.fd);
		return CHANNEL_HANDLED;
	}
	if (in.fd >= 0)
		close(in.fd);
	if (in.length == 0)
		return CHANNEL_CLOSED;
	errno = EPROTO;
	return CHANNEL_INVALID;
}

bool
channel_send(int fd, const void *message, int passed_fd)
{
	const struct message_header *header = message;
	union control control;
	/* sendmsg(2) writes nothing through it, but takes no const */
	struct iovec iov = { (void *)(uintptr_t)message, header->size };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
		.msg_controllen = sizeof(control)
	};

	if (passed_fd < 0)
		return channel_say(fd, message);
	if (header->size < sizeof(*header) || header->size > MESSAGE_SIZE_MAX)
		abort();
	memset(&control, 0, sizeof(control));
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(passed_fd));
	memcpy(CMSG_DATA(&control.header), &passed_fd, sizeof(passed_fd));
	return sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) == header->size;
}
