/*
 * libFuzzer: what a child that was taken over can send to the parent. One
 * input is a role, a state and any number of datagrams, with or without a
 * descriptor. What reaches the parent is valid, and no descriptor stays.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock_message.h"
#include "common/conf_message.h"
#include "parent/dispatch.h"
#include "parent/supervise.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
fuzz_child(void *context, struct child *child)
{
	(void)context;
	if (child->state != CHILD_RUNNING)
		abort();
}

static void
fuzz_clock_state(void *context, const struct msg_state *state)
{
	(void)context;
	if (!clock_state_valid(state) || state->event >= EVENT_MAX ||
	    state->hold >= HOLD_MAX)
		abort();
}

static void
fuzz_net_status(void *context, const struct msg_status *status)
{
	(void)context;
	if (!conf_status_valid(status))
		abort();
}

static void
fuzz_resolved(void *context, const struct msg_resolved *answer)
{
	(void)context;
	if (!resolve_reply_valid(answer))
		abort();
}

static const struct supervise_hooks fuzz_hooks = {
	fuzz_child, fuzz_child, fuzz_child, fuzz_clock_state, fuzz_net_status,
	fuzz_resolved
};

static void
fuzz_send(int fd, const uint8_t *data, size_t size, int passed)
{
	union {
		struct cmsghdr	header;
		char		bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec part = { (void *)(uintptr_t)data, size };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	if (passed >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &passed, sizeof(int));
	}
	if (sendmsg(fd, &message, MSG_DONTWAIT) < 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct loop loop;
	struct supervisor supervisor;
	struct child *child;
	int pair[2], lowest = dup(0), now;
	size_t length;

	if (size < 1 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0) {
		close(lowest);
		return 0;
	}
	loop_init(&loop);
	supervise_init(&supervisor, &loop, &fuzz_hooks, NULL);
	child = &supervisor.children[data[0] % ROLE_MAX];
	child->channel = pair[0];
	child->state = data[0] & 0x80 ? CHILD_STARTING : CHILD_RUNNING;
	data++, size--;
	while (size > 1) {
		length = data[0] < size - 1 ? data[0] : size - 1;
		fuzz_send(pair[1], data + 1, length, data[0] & 1 ? 0 : -1);
		data += length + 1;
		size -= length + 1;
		if (dispatch_receive(child) == CHANNEL_INVALID)
			break;
	}
	close(pair[0]);
	close(pair[1]);
	close(lowest);
	now = dup(0);
	if (now != lowest)
		abort();
	close(now);
	return 0;
}
