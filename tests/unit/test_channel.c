/* common/channel: only a message that its rule describes in full is handled,
 * and no descriptor is left behind by one that is not. */
#include "common/channel.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/message.h"

enum { MSG_PLAIN = 0x0101, MSG_CARRIER, MSG_LARGEST };
enum { STATE_OPEN = 1 << 0, STATE_LATE = 1 << 1 };

struct plain {
	struct message_header header;
	int64_t		value;		/* valid if not negative */
};
MESSAGE_ASSERT_SIZE(struct plain, 16);

struct largest {
	struct message_header header;
	unsigned char	body[MESSAGE_SIZE_MAX - 8];
};
MESSAGE_ASSERT_SIZE(struct largest, MESSAGE_SIZE_MAX);

struct ends {
	int		here, there;
	unsigned int	handled;
	int		fd;		/* that came with the last message */
	struct plain	last;
	bool		none;		/* by the receiver that takes none */
	unsigned int	open;		/* descriptors before the test */
};

static unsigned int
open_descriptors(void)
{
	unsigned int count = 0;
	int fd;

	for (fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) != -1;
	return count;
}

static bool
plain_valid(const void *message)
{
	const struct plain *plain = message;

	return plain->value >= 0;
}

static void
plain_handle(void *context, const void *message, int fd)
{
	struct ends *ends = context;

	memcpy(&ends->last, message, sizeof(ends->last));
	ends->fd = fd;
	ends->handled++;
}

static const struct message_rule rules[] = {
	{ MSG_PLAIN, sizeof(struct plain), 0, STATE_OPEN, plain_valid,
	    plain_handle },
	{ MSG_CARRIER, sizeof(struct plain), 1, STATE_OPEN | STATE_LATE, NULL,
	    plain_handle },
	{ MSG_LARGEST, sizeof(struct largest), 0, STATE_OPEN, NULL,
	    plain_handle },
};

static enum channel_result
receive(struct ends *ends, unsigned int state)
{
	errno = 0;
	return (ends->none ? channel_hear : channel_receive)(ends->here,
	    rules, sizeof(rules) / sizeof(rules[0]), state, ends);
}

static int
setup_fd(void **state)
{
	static struct ends ends;
	int pair[2];

	memset(&ends, 0, sizeof(ends));
	ends.open = open_descriptors();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		return -1;
	ends.here = pair[0];
	ends.there = pair[1];
	ends.fd = -1;
	*state = &ends;
	return 0;
}

static int
setup(void **state)
{
	struct ends *ends;
	int failed = setup_fd(state);

	ends = *state;
	ends->none = true;
	return failed;
}

/* Every test: nothing stays open. */
static int
teardown(void **state)
{
	struct ends *ends = *state;

	close(ends->here);
	if (ends->there >= 0)
		close(ends->there);
	if (ends->fd >= 0)
		close(ends->fd);
	return open_descriptors() == ends->open ? 0 : -1;
}

/* What a hostile sender can do and channel_say() cannot. */
static void
send_raw(int socket, const void *bytes, size_t length, const int *fds,
    size_t nfds)
{
	union {
		struct cmsghdr	align;
		unsigned char	bytes[CMSG_SPACE(8 * sizeof(int))];
	} control = { .bytes = { 0 } };
	struct iovec iov = { (void *)(uintptr_t)bytes, length };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *item;

	if (nfds > 0) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		item = CMSG_FIRSTHDR(&msg);
		item->cmsg_level = SOL_SOCKET;
		item->cmsg_type = SCM_RIGHTS;
		item->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(item), fds, nfds * sizeof(int));
	}
	assert_int_equal(sendmsg(socket, &msg, MSG_NOSIGNAL), length);
}

static struct plain
plain(uint16_t type, int64_t value)
{
	return (struct plain){ { type, sizeof(struct plain), 7 }, value };
}

static void
assert_refused(struct ends *ends, unsigned int state)
{
	assert_int_equal(receive(ends, state), CHANNEL_INVALID);
	assert_int_equal(errno, EPROTO);
	assert_int_equal(ends->handled, 0);
	assert_int_equal(receive(ends, state), CHANNEL_EMPTY);
}

static void
a_valid_message_is_handled_once(void **state)
{
	struct ends *ends = *state;
	struct plain sent = plain(MSG_PLAIN, 42);

	assert_true(channel_say(ends->there, &sent));
	assert_int_equal(receive(ends, STATE_OPEN), CHANNEL_HANDLED);
	assert_memory_equal(&ends->last, &sent, sizeof(sent));
	assert_int_equal(ends->fd, -1);
	assert_int_equal(receive(ends, STATE_OPEN), CHANNEL_EMPTY);
	assert_int_equal(ends->handled, 1);
}

static void
a_descriptor_rides_along_and_is_close_on_exec(void **state)
{
	struct ends *ends = *state;
	struct plain sent = plain(MSG_CARRIER, -1);
	int pipes[2];
	char byte = 0;

	assert_int_equal(pipe(pipes), 0);
	assert_true(channel_send(ends->there, &sent, pipes[1]));
	close(pipes[1]);
	assert_int_equal(receive(ends, STATE_LATE), CHANNEL_HANDLED);
	assert_true(ends->fd >= 0);
	assert_true(fcntl(ends->fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(write(ends->fd, "x", 1), 1);
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	assert_int_equal(byte, 'x');
	close(pipes[0]);
}

static void
the_largest_message_passes(void **state)
{
	struct ends *ends = *state;
	struct largest sent = { .header = { MSG_LARGEST, sizeof(sent), 1 } };

	assert_true(channel_say(ends->there, &sent));
	assert_int_equal(receive(ends, STATE_OPEN), CHANNEL_HANDLED);
}

static void
every_other_length_is_refused(void **state)
{
	struct ends *ends = *state;
	unsigned char bytes[MESSAGE_SIZE_MAX + 64] = { 0 };
	struct plain sent = plain(MSG_PLAIN, 1);
	size_t length;

	for (length = 1; length <= sizeof(bytes); length++) {
		/* first a header that tells the truth, then one that lies */
		memcpy(bytes, &sent, sizeof(sent));
		memcpy(bytes + 2, &(uint16_t){ (uint16_t)length }, 2);
		if (length == sizeof(sent))
			continue;
		send_raw(ends->there, bytes, length, NULL, 0);
		assert_refused(ends, STATE_OPEN);
		memcpy(bytes, &sent, sizeof(sent));
		send_raw(ends->there, bytes, length, NULL, 0);
		assert_refused(ends, STATE_OPEN);
	}
}

static void
a_header_that_lies_about_the_size_is_refused(void **state)
{
	struct ends *ends = *state;
	struct plain sent = plain(MSG_PLAIN, 1);
	uint32_t size;

	for (size = 0; size <= UINT16_MAX; size += size < 64 ? 1 : 97) {
		if (size == sizeof(sent))
			continue;
		sent.header.size = (uint16_t)size;
		send_raw(ends->there, &sent, sizeof(sent), NULL, 0);
		assert_refused(ends, STATE_OPEN);
	}
}

static void
a_largest_message_that_was_cut_off_is_refused(void **state)
{
	struct ends *ends = *state;
	struct {
		struct largest	message;
		unsigned char	more;
	} sent = { .message.header = { MSG_LARGEST, sizeof(struct largest),
	    1 } };

	send_raw(ends->there, &sent, sizeof(struct largest) + 1, NULL, 0);
	assert_refused(ends, STATE_OPEN);
}

static void
an_unknown_type_is_refused(void **state)
{
	struct ends *ends = *state;
	struct plain sent = plain(0, 1);
	uint32_t type;

	for (type = 0; type <= UINT16_MAX; type += 1 + type / 300) {
		if (type >= MSG_PLAIN && type <= MSG_LARGEST)
			continue;
		sent.header.type = (uint16_t)type;
		send_raw(ends->there, &sent, sizeof(sent), NULL, 0);
		assert_refused(ends, STATE_OPEN);
	}
}

static void
a_message_in_another_state_is_refused(void **state)
{
	struct ends *ends = *state;
	struct plain sent = plain(MSG_PLAIN, 1);

	assert_true(channel_say(ends->there, &sent));
	assert_refused(ends, STATE_LATE);
	assert_true(channel_say(ends->there, &sent));
	assert_refused(ends, 0);
}

static void
a_message_that_its_validator_rejects_is_refused(void **state)
{
	struct ends *ends = *state;
	struct plain sent = plain(MSG_PLAIN, -1);

	assert_true(channel_say(ends->there, &sent));
	assert_refused(ends, STATE_OPEN);
}

static void
stray_descriptors_are_closed(void **state)
{
	struct ends *ends = *state;
	struct plain sent = plain(MSG_PLAIN, 1);
	struct plain carrier = plain(MSG_CARRIER, 1);
	unsigned int before = open_descriptors();
	const int fds[8] = { 0, 1, 2, 0, 1, 2, 0, 1 };
	size_t nfds;

	for (nfds = 1; nfds <= 8; nfds++) {
		send_raw(ends->there, &sent, sizeof(sent), fds, nfds);
		assert_refused(ends, STATE_OPEN);
		assert_int_equal(open_descriptors(), before);
		if (nfds == 1 && !ends->none)
			continue;
		send_raw(ends->there, &carrier, sizeof(carrier), fds, nfds);
		assert_refused(ends, STATE_OPEN);
		assert_int_equal(open_descriptors(), before);
	}
	/* with a message that is wrong for another reason */
	carrier.header.size++;
	send_raw(ends->there, &carrier, sizeof(carrier), fds, 1);
	assert_refused(ends, STATE_OPEN);
	send_raw(ends->there, &carrier, 3, fds, 1);
	assert_refused(ends, STATE_OPEN);
	assert_int_equal(open_descriptors(), before);
}

static void
a_missing_descriptor_is_refused(void **state)
{
	struct ends *ends = *state;
	struct plain sent = plain(MSG_CARRIER, 1);

	assert_true(channel_say(ends->there, &sent));
	assert_refused(ends, STATE_OPEN);
}

/* The kernel drops the descriptor and says MSG_CTRUNC. */
static void
a_descriptor_for_which_there_is_no_number_is_refused(void **state)
{
	struct ends *ends = *state;
	struct plain sent = plain(MSG_CARRIER, 1);
	struct rlimit old, none;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = 0;
	assert_true(channel_send(ends->there, &sent, 0));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(receive(ends, STATE_OPEN), CHANNEL_INVALID);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(ends->handled, 0);
}

static void
credentials_are_refused(void **state)
{
	struct ends *ends = *state;
	struct plain sent = plain(MSG_PLAIN, 1);
	int on = 1;

	/* nobody does; other control data must not look like none */
	assert_int_equal(setsockopt(ends->here, SOL_SOCKET, SO_PASSCRED, &on,
	    sizeof(on)), 0);
	assert_true(channel_say(ends->there, &sent));
	assert_refused(ends, STATE_OPEN);
}

static void
the_end_of_the_other_is_seen_after_what_it_sent(void **state)
{
	struct ends *ends = *state;
	struct plain sent = plain(MSG_PLAIN, 1);

	assert_true(channel_say(ends->there, &sent));
	close(ends->there);
	ends->there = -1;
	assert_int_equal(receive(ends, STATE_OPEN), CHANNEL_HANDLED);
	assert_int_equal(receive(ends, STATE_OPEN), CHANNEL_CLOSED);
}

static void
an_end_that_left_messages_unread_is_closed_too(void **state)
{
	struct ends *ends = *state;
	struct plain sent = plain(MSG_PLAIN, 1);

	assert_true(channel_say(ends->here, &sent));
	close(ends->there);		/* the next read says ECONNRESET */
	ends->there = -1;
	assert_int_equal(receive(ends, STATE_OPEN), CHANNEL_CLOSED);
}

static void
an_empty_message_closes_and_leaks_nothing(void **state)
{
	struct ends *ends = *state;
	const int fds[1] = { 0 };

	send_raw(ends->there, "", 0, NULL, 0);
	assert_int_equal(receive(ends, STATE_OPEN), CHANNEL_CLOSED);
	send_raw(ends->there, "", 0, fds, 1);
	assert_int_equal(receive(ends, STATE_OPEN), CHANNEL_CLOSED);
	assert_int_equal(ends->handled, 0);
}

static void
a_full_queue_refuses_at_once(void **state)
{
	struct ends *ends = *state;
	struct plain sent = plain(MSG_PLAIN, 1);
	unsigned int queued = 0, handled = 0;

	while (channel_say(ends->there, &sent))
		queued++;
	assert_true(errno == EAGAIN || errno == ENOBUFS);
	assert_true(queued > 0);
	while (receive(ends, STATE_OPEN) == CHANNEL_HANDLED)
		handled++;
	assert_int_equal(handled, queued);
}

static void
sending_to_nobody_fails_without_a_signal(void **state)
{
	struct ends *ends = *state;
	struct plain sent = plain(MSG_PLAIN, 1);

	close(ends->there);
	ends->there = -1;
	assert_false(channel_say(ends->here, &sent));
	assert_int_equal(errno, EPIPE);
}

/* The receiver that takes no descriptors, and the one that does. */
#define CASE(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)
#define CASE_FD(name)							\
	{ #name " (fd)", name, setup_fd, teardown, NULL }

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_valid_message_is_handled_once),
		CASE_FD(a_valid_message_is_handled_once),
		CASE_FD(a_descriptor_rides_along_and_is_close_on_exec),
		CASE(the_largest_message_passes),
		CASE_FD(the_largest_message_passes),
		CASE(every_other_length_is_refused),
		CASE_FD(every_other_length_is_refused),
		CASE(a_header_that_lies_about_the_size_is_refused),
		CASE_FD(a_header_that_lies_about_the_size_is_refused),
		CASE(a_largest_message_that_was_cut_off_is_refused),
		CASE_FD(a_largest_message_that_was_cut_off_is_refused),
		CASE(an_unknown_type_is_refused),
		CASE_FD(an_unknown_type_is_refused),
		CASE(a_message_in_another_state_is_refused),
		CASE_FD(a_message_in_another_state_is_refused),
		CASE(a_message_that_its_validator_rejects_is_refused),
		CASE_FD(a_message_that_its_validator_rejects_is_refused),
		CASE(stray_descriptors_are_closed),
		CASE_FD(stray_descriptors_are_closed),
		CASE(a_missing_descriptor_is_refused),
		CASE_FD(a_missing_descriptor_is_refused),
		CASE(a_descriptor_for_which_there_is_no_number_is_refused),
		CASE_FD(a_descriptor_for_which_there_is_no_number_is_refused),
		CASE(credentials_are_refused),
		CASE_FD(credentials_are_refused),
		CASE(the_end_of_the_other_is_seen_after_what_it_sent),
		CASE_FD(the_end_of_the_other_is_seen_after_what_it_sent),
		CASE(an_end_that_left_messages_unread_is_closed_too),
		CASE_FD(an_end_that_left_messages_unread_is_closed_too),
		CASE(an_empty_message_closes_and_leaks_nothing),
		CASE_FD(an_empty_message_closes_and_leaks_nothing),
		CASE(a_full_queue_refuses_at_once),
		CASE_FD(a_full_queue_refuses_at_once),
		CASE(sending_to_nobody_fails_without_a_signal),
		CASE_FD(sending_to_nobody_fails_without_a_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
