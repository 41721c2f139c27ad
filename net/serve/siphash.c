/*
 * A keyed hash for tables that strangers fill; runs in serve. Pure.
 */
#include "net/serve/siphash.h"

#define ROUNDS_WORD	2
#define ROUNDS_END	4
#define LENGTH_WORD	(UINT64_C(16) << 56)	/* the length, and no rest */

static uint64_t
rotate(uint64_t value, unsigned int by)
{
	return value << by | value >> (64 - by);
}

static void
siphash_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static void
siphash_word(uint64_t v[4], uint64_t word)
{
	int i;

	v[3] ^= word;
	for (i = 0; i < ROUNDS_WORD; i++)
		siphash_round(v);
	v[0] ^= word;
}

uint64_t
siphash(const uint64_t key[2], const uint64_t words[2])
{
	/* "somepseudorandomlygeneratedbytes" */
	uint64_t v[4] = {
		key[0] ^ UINT64_C(0x736f6d6570736575),
		key[1] ^ UINT64_C(0x646f72616e646f6d),
		key[0] ^ UINT64_C(0x6c7967656e657261),
		key[1] ^ UINT64_C(0x7465646279746573),
	};
	int i;

	siphash_word(v, words[0]);
	siphash_word(v, words[1]);
	siphash_word(v, LENGTH_WORD);
	v[2] ^= 0xff;
	for (i = 0; i < ROUNDS_END; i++)
		siphash_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
