/*
 * Names to addresses: net asks, the resolver answers. Pure.
 * A request that got no answer in time is asked again by net.
 */
#ifndef COMMON_RESOLVE_MESSAGE_H
#define COMMON_RESOLVE_MESSAGE_H

#include "common/address.h"
#include "common/conf_message.h"
#include "common/message.h"

#define RESOLVE_ADDRESSES_MAX	16

enum resolve_message {
	MSG_RESOLVE = 0x0401,	/* net -> resolver */
	MSG_RESOLVED = 0x0481	/* resolver -> net */
};

struct msg_resolve {
	struct message_header header;	/* id: request, chosen by net */
	uint8_t		family;		/* 0 either, 4, 6 */
	uint8_t		reserved[7];
	char		name[CONF_NAME_MAX];
};
MESSAGE_ASSERT_SIZE(struct msg_resolve, 272);

enum resolve_status {
	RESOLVE_OK,		/* count > 0 */
	RESOLVE_NONE,		/* the name has no such address */
	RESOLVE_AGAIN,		/* no answer now */
	RESOLVE_STATUS_MAX
};

struct msg_resolved {
	struct message_header header;	/* id: of the request */
	uint8_t		status;		/* enum resolve_status */
	uint8_t		count;		/* of addresses; order as received */
	uint8_t		reserved[6];
	struct address	addresses[RESOLVE_ADDRESSES_MAX]; /* port 0 */
};
MESSAGE_ASSERT_SIZE(struct msg_resolved, 400);

bool	resolve_request_valid(const void *message);
bool	resolve_reply_valid(const void *message);

#endif
