/*
 * The two ends of a channel. Runs in every process; trusts nothing that it
 * receives: not the length, not the control data, not the header. libc only,
 * for clockctl links it too.
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
	union {
		struct message_header header;
		max_align_t	align;
		unsigned char	bytes[MESSAGE_SIZE_MAX];
	};
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
	struct iovec iov = { in->bytes, sizeof(in->bytes) };
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

/* The rule that in satisfies in every respect, or NULL. */
static const struct message_rule *
channel_rule(const struct received *in, const struct message_rule *rules,
    size_t nrules, unsigned int state)
{
	const struct message_rule *rule;

	if (in->malformed || in->length < sizeof(in->header))
		return NULL;
	for (rule = rules; rule < rules + nrules; rule++)
		if (rule->type == in->header.type)
			break;
	if (rule == rules + nrules || in->length != rule->size ||
	    in->header.size != rule->size || (in->fd >= 0) != rule->fds ||
	    (rule->states & state) == 0 ||
	    (rule->validate != NULL && !rule->validate(in->bytes)))
		return NULL;
	return rule;
}

enum channel_result
channel_receive(int fd, const struct message_rule *rules, size_t nrules,
    unsigned int state, void *context)
{
	const struct message_rule *rule;
	struct received in;

	if (!channel_take(fd, &in))
		return errno == EAGAIN || errno == EINTR ? CHANNEL_EMPTY :
		    CHANNEL_CLOSED;
	rule = channel_rule(&in, rules, nrules, state);
	if (rule != NULL) {
		rule->handle(context, in.bytes, in.fd);
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
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (header->size < sizeof(*header) || header->size > MESSAGE_SIZE_MAX)
		abort();
	if (passed_fd >= 0) {
		memset(&control, 0, sizeof(control));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(passed_fd));
		memcpy(CMSG_DATA(&control.header), &passed_fd,
		    sizeof(passed_fd));
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
	}
	return sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) ==
	    (ssize_t)header->size;
}
