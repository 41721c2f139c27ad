/*
 * The two ends of a channel without descriptors; channel_fd.c is for those
 * that carry some. Runs in every process; trusts nothing that it receives: not
 * the length, not the header. libc only, for clockctl links it too.
 */
#include "common/channel.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <stdlib.h>

#include "common/message.h"

const struct message_rule *
channel_rule(const struct message_header *header, size_t length, bool with_fd,
    const struct message_rule *rules, size_t nrules, unsigned int state)
{
	const struct message_rule *rule;

	/* the length first: before it the header may not be all there */
	for (rule = rules; rule < rules + nrules; rule++)
		if (rule->size == length && rule->size == header->size &&
		    rule->type == header->type && rule->fds == with_fd &&
		    (rule->states & state) != 0 &&
		    (rule->validate == NULL || rule->validate(header)))
			return rule;
	return NULL;
}

/* Without room for control data the kernel closes what descriptors came, and
 * says MSG_CTRUNC; so it does of any other control data. */
enum channel_result
channel_hear(int fd, const struct message_rule *rules, size_t nrules,
    unsigned int state, void *context)
{
	union message_buffer in;
	struct iovec iov = { &in, sizeof(in) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	const struct message_rule *rule = NULL;
	ssize_t length = recvmsg(fd, &msg, MSG_DONTWAIT);

	if (length == -1 && (errno == EAGAIN || errno == EINTR))
		return CHANNEL_EMPTY;
	if (length <= 0)
		return CHANNEL_CLOSED;
	if ((msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0)
		rule = channel_rule(&in.header, (size_t)length, false, rules,
		    nrules, state);
	if (rule != NULL) {
		rule->handle(context, &in, -1);
		return CHANNEL_HANDLED;
	}
	errno = EPROTO;
	return CHANNEL_INVALID;
}

bool
channel_say(int fd, const void *message)
{
	const struct message_header *header = message;
	/* sendmsg(2) writes nothing through it, but takes no const */
	struct iovec iov = { (void *)(uintptr_t)message, header->size };
	const struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (header->size < sizeof(*header) || header->size > MESSAGE_SIZE_MAX)
		abort();
	return sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) == header->size;
}
