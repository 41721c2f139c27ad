/*
 * SipHash-2-4 of 16 bytes (Aumasson, Bernstein: "SipHash: a fast short-input
 * PRF", 2012): who does not know the key cannot choose inputs that collide, nor
 * foretell a value. Pure.
 */
#ifndef NET_SERVE_SIPHASH_H
#define NET_SERVE_SIPHASH_H

#include <stdint.h>

/* key, words: 16 bytes each, as two little-endian words. */
uint64_t siphash(const uint64_t key[2], const uint64_t words[2]);

#endif
