/*
 * The restrict lines as a prefix tree; runs in serve. Pure. Trusts the parent
 * for the rows and nobody for the addresses: whatever they are, a search looks
 * at no more nodes than the longest chain of nested networks and forks.
 */
#include "net/serve/access.h"

#include <stdlib.h>
#include <string.h>

#include "common/packet.h"

enum { NONE, ROOT4, ROOT6 };	/* the first nodes of a set */

/* noquery that no line has said: not for loopback. Never leaves this file. */
#define NOQUERY_BUILT_IN	(UINT32_C(1) << 31)
#define ACCESS_DEFAULT		(RESTRICT_NOQUERY | NOQUERY_BUILT_IN)

struct key {
	uint64_t	words[2];
};

static struct key
key_of(uint8_t family, const uint8_t *bytes)
{
	struct key key = { { 0, 0 } };
	size_t i, length = family == 4 ? 4 : 16;

	for (i = 0; i < length; i++)
		key.words[i / 8] |= (uint64_t)bytes[i] << (56 - i % 8 * 8);
	return key;
}

static unsigned int
key_bit(const uint64_t words[2], unsigned int bit)
{
	return words[bit / 64] >> (63 - bit % 64) & 1;
}

/* How many leading bits are the same; at most limit. */
static unsigned int
key_common(const uint64_t a[2], const uint64_t b[2], unsigned int limit)
{
	unsigned int same;

	if (a[0] != b[0])
		same = (unsigned int)__builtin_clzll(a[0] ^ b[0]);
	else if (a[1] != b[1])
		same = 64 + (unsigned int)__builtin_clzll(a[1] ^ b[1]);
	else
		same = 128;
	return same < limit ? same : limit;
}

static uint64_t
key_mask(unsigned int bits)
{
	return bits == 0 ? 0 : UINT64_MAX << (64 - (bits < 64 ? bits : 64));
}

static uint16_t
access_new(struct access *access, const uint64_t words[2], unsigned int bits)
{
	struct access_node *node = &access->nodes[access->used];

	memset(node, 0, sizeof(*node));
	node->key[0] = words[0] & key_mask(bits);
	node->key[1] = words[1] & key_mask(bits < 64 ? 0 : bits - 64);
	node->bits = (uint8_t)bits;
	return access->used++;
}

static void
access_root(struct access *access)
{
	static const uint64_t zero[2];
	struct access_node *root;

	root = &access->nodes[access_new(access, zero, 0)];
	root->access.given[0] = true;
	root->access.flags[0] = ACCESS_DEFAULT;
}

void
access_clear(struct access *access)
{
	access->used = ROOT4;
	memset(&access->source, 0, sizeof(access->source));
	access_root(access);
	access_root(access);
}

void
access_init(struct access *access, struct access_node *nodes)
{
	access->nodes = nodes;
	access_clear(access);
}

/*
 * Puts a node of that key where *link points to node `below`, whose key is
 * another: above it, or beside it under a fork.
 */
static uint16_t
access_split(struct access *access, uint16_t *link, const struct key *key,
    unsigned int bits, unsigned int common)
{
	struct access_node *below = &access->nodes[*link];
	uint16_t added, fork;

	added = access_new(access, key->words, bits);
	if (common == bits) {
		access->nodes[added].child[key_bit(below->key, bits)] = *link;
		*link = added;
		return added;
	}
	fork = access_new(access, key->words, common);
	access->nodes[fork].child[key_bit(below->key, common)] = *link;
	access->nodes[fork].child[key_bit(key->words, common)] = added;
	*link = fork;
	return added;
}

/* The node of that network, made if there is none; NONE: no room. */
static uint16_t
access_place(struct access *access, uint16_t root, const struct key *key,
    unsigned int bits)
{
	struct access_node *node;
	uint16_t *link = &root;
	unsigned int common;

	for (;;) {
		node = &access->nodes[*link];
		common = key_common(node->key, key->words,
		    node->bits < bits ? node->bits : bits);
		if (common == node->bits && common == bits)
			return *link;
		if (common < node->bits)
			break;
		link = &node->child[key_bit(key->words, node->bits)];
		if (*link == NONE)
			break;
	}
	if (access->used > ACCESS_NODES - 2)
		return NONE;
	if (*link != NONE)
		return access_split(access, link, key, bits, common);
	*link = access_new(access, key->words, bits);
	return *link;
}

static void
access_give(struct access_flags *to, uint32_t flags)
{
	unsigned int kind = (flags & RESTRICT_NTPPORT) != 0;

	to->given[kind] = true;
	to->flags[kind] |= flags & ~(uint32_t)RESTRICT_NTPPORT;
	if (flags & RESTRICT_NOQUERY)
		to->flags[kind] &= ~NOQUERY_BUILT_IN;
}

/* No flags: as if it had never been named. default is always there. */
static void
access_take(struct access_flags *from, uint32_t flags, bool is_default)
{
	unsigned int kind = (flags & RESTRICT_NTPPORT) != 0;

	flags &= ~(uint32_t)RESTRICT_NTPPORT;
	if (flags & RESTRICT_NOQUERY)
		flags |= NOQUERY_BUILT_IN;
	if (flags != 0) {
		from->flags[kind] &= ~flags;
		return;
	}
	from->given[kind] = is_default && kind == 0;
	from->flags[kind] = from->given[kind] ? ACCESS_DEFAULT : 0;
}

bool
access_add(struct access *access, const struct conf_restrict_row *row)
{
	uint16_t place, root = row->family == 4 ? ROOT4 : ROOT6;
	struct access_flags *flags;
	struct key key;

	if (row->action == RESTRICT_SOURCE ||
	    row->action == RESTRICT_SOURCE_TAKE) {
		flags = &access->source;
	} else {
		key = key_of(row->family, row->bytes);
		place = access_place(access, root, &key, row->prefix);
		if (place == NONE)
			return false;
		flags = &access->nodes[place].access;
	}
	if (row->action == RESTRICT_ADD || row->action == RESTRICT_SOURCE)
		access_give(flags, row->flags);
	else
		access_take(flags, row->flags, row->prefix == 0 &&
		    row->action == RESTRICT_TAKE);
	return true;
}

bool
access_has_source(const struct access *access)
{
	return access->source.given[0] || access->source.given[1];
}

/* Which of the two kinds is for this port; -1: neither. */
static int
access_kind(const struct access_flags *flags, uint16_t port)
{
	if (port == NTP_PORT && flags->given[1])
		return 1;
	return flags->given[0] ? 0 : -1;
}

uint32_t
access_match(const struct access *access, const struct address *client,
    bool is_source)
{
	uint16_t at = client->family == 4 ? ROOT4 : ROOT6;
	unsigned int whole = client->family == 4 ? 32 : 128, bits = 0;
	const struct key key = key_of(client->family, client->bytes);
	uint32_t flags = 0;
	int kind;

	do {
		const struct access_node *node = &access->nodes[at];

		if (key_common(node->key, key.words, node->bits) < node->bits)
			break;
		kind = access_kind(&node->access, client->port);
		if (kind >= 0) {
			flags = node->access.flags[kind];
			bits = node->bits;
		}
		at = node->bits == whole ? (uint16_t)NONE :
		    node->child[key_bit(key.words, node->bits)];
	} while (at != NONE);
	kind = access_kind(&access->source, client->port);
	if (is_source && bits < whole && kind >= 0)
		flags = access->source.flags[kind];
	if ((flags & NOQUERY_BUILT_IN) && address_is_loopback(client))
		flags &= ~(uint32_t)RESTRICT_NOQUERY;
	return flags & ~NOQUERY_BUILT_IN;
}
