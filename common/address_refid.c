/*
 * The reference id of an address: apart from address.c, because it takes MD5
 * from nettle, which the parent and the resolver have no other use for. Pure;
 * linked by net and its tests.
 */
#include "common/address.h"

#include <nettle/md5.h>

uint32_t
address_to_refid(const struct address *address)
{
	uint8_t digest[MD5_DIGEST_SIZE];
	const uint8_t *id = address->bytes;
	struct md5_ctx md5;

	if (address->family == 6) {
		md5_init(&md5);
		md5_update(&md5, sizeof(address->bytes), address->bytes);
		md5_digest(&md5, sizeof(digest), digest);
		id = digest;
	}
	return (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 |
	    (uint32_t)id[2] << 8 | id[3];
}
