/*
 * Sends and receives the messages of message.h over a SOCK_SEQPACKET socket.
 * Never waits: no process waits on a less trusted one.
 * System calls: recvmsg, sendmsg; channel_receive also close, for what was not
 * asked for.
 */
#ifndef COMMON_CHANNEL_H
#define COMMON_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

struct message_header;
struct message_rule;

enum channel_result {
	CHANNEL_HANDLED,	/* one message was valid and was handled */
	CHANNEL_EMPTY,		/* nothing to read now */
	CHANNEL_CLOSED,		/* the other end is gone */
	CHANNEL_INVALID		/* not in the table, size, state, fds, fields:
				 * errno says EPROTO; nothing was handled, and
				 * descriptors that came along are closed */
};

/*
 * Receives at most one message and hands it to its rule. state: the receiver's
 * present state, one bit. Zero length (a message or end of file) is CLOSED.
 * channel_hear takes no descriptors: with one, a message is INVALID.
 */
enum channel_result channel_receive(int fd, const struct message_rule *rules,
	    size_t nrules, unsigned int state, void *context);
enum channel_result channel_hear(int fd, const struct message_rule *rules,
	    size_t nrules, unsigned int state, void *context);

/*
 * Sends one message, with a descriptor if passed_fd >= 0 (the caller keeps its
 * own); channel_say never with one. header.size is the whole struct's. Returns
 * false, with errno, when the queue is full or the other end is gone: the
 * caller counts it or gives up, as the channel demands.
 */
bool	channel_send(int fd, const void *message, int passed_fd);
bool	channel_say(int fd, const void *message);

/*
 * The rule that a message satisfies in every respect, or NULL: for the two
 * receivers above. header: of a message_buffer with length valid bytes.
 */
const struct message_rule *channel_rule(const struct message_header *header,
	    size_t length, bool with_fd, const struct message_rule *rules,
	    size_t nrules, unsigned int state);

#endif
