/*
 * See arena.h. Chunks in a list, newest first; a request that does not fit
 * gets a chunk of its own size. Runs in the parent, trusts its caller.
 */
#include "conf/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_CHUNK	(16 * 1024)

struct arena_chunk {
	struct arena_chunk *next;
	size_t		used;
	size_t		size;
	alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct arena_chunk *chunks;
};

struct arena *
arena_new(void)
{
	struct arena *arena;

	arena = calloc(1, sizeof(*arena));
	if (arena == NULL)
		abort();
	return arena;
}

static struct arena_chunk *
arena_grow(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk;

	if (size < ARENA_CHUNK)
		size = ARENA_CHUNK;
	if (size > SIZE_MAX - sizeof(*chunk))
		abort();
	chunk = calloc(1, sizeof(*chunk) + size);
	if (chunk == NULL)
		abort();
	chunk->size = size;
	chunk->next = arena->chunks;
	arena->chunks = chunk;
	return chunk;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk = arena->chunks;
	void *bytes;

	if (size > SIZE_MAX / 2)
		abort();
	size = (size + alignof(max_align_t) - 1) &
	    ~(size_t)(alignof(max_align_t) - 1);
	if (chunk == NULL || chunk->size - chunk->used < size)
		chunk = arena_grow(arena, size);
	bytes = chunk->bytes + chunk->used;
	chunk->used += size;
	return bytes;
}

char *
arena_text(struct arena *arena, const char *text, size_t length)
{
	char *copy;

	copy = arena_alloc(arena, length + 1);
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

void
arena_free(struct arena *arena)
{
	struct arena_chunk *chunk, *next;

	if (arena == NULL)
		return;
	for (chunk = arena->chunks; chunk != NULL; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(arena);
}
