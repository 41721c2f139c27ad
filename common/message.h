/*
 * What every message between two of our processes has in common. Pure.
 *
 * A channel is a SOCK_SEQPACKET socketpair: the kernel keeps the boundaries,
 * truncation is visible, and descriptors ride along. A message is one struct
 * of fixed size, integers only, its padding explicit and zero, its units in
 * the names (_ns, _ppt: parts per 10^12, _s). The receiver has one const table
 * of rules; a validator is pure, and a handler may take its message as valid.
 *
 * The structs of one pair of processes stand in one header, with their
 * validators beside them: clock_message (net, parent <-> clockctl),
 * conf_message (parent <-> net, serve), resolve_message (net <-> resolver).
 */
#ifndef COMMON_MESSAGE_H
#define COMMON_MESSAGE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MESSAGE_SIZE_MAX	1024	/* of any message; checked below */
#define MESSAGE_FDS_MAX		1	/* descriptors with one message */

struct message_header {
	uint16_t	type;	/* of an enum that belongs to the channel */
	uint16_t	size;	/* of the whole struct */
	uint32_t	id;	/* sequence, generation or request, by type */
};

/* Room for any message, aligned for all of them. */
union message_buffer {
	struct message_header header;
	max_align_t	align;
	unsigned char	bytes[MESSAGE_SIZE_MAX];
};

/* Sizes are part of the protocol: padding that creeps in is an error. */
#define MESSAGE_ASSERT_SIZE(type, bytes)				\
	static_assert(sizeof(type) == (bytes) &&			\
	    (bytes) <= MESSAGE_SIZE_MAX, #type " has an unexpected size")

/*
 * One row of a receiver's table. states: a mask of the receiver's own states
 * in which it takes this message; any other time is a protocol error.
 * validate: may be NULL where every bit pattern is valid. handle: fd is the
 * descriptor that came along or -1; the handler owns it.
 */
struct message_rule {
	uint16_t	type;
	uint16_t	size;
	uint8_t		fds;
	uint8_t		states;
	bool		(*validate)(const void *message);
	void		(*handle)(void *context, const void *message, int fd);
};

#endif
