/*
 * Memory that is freed all at once: what one configuration or one report
 * consists of. Pure apart from malloc.
 */
#ifndef CONF_ARENA_H
#define CONF_ARENA_H

#include <stddef.h>

struct arena;

/* None of these fails: without memory they abort. */
struct arena *arena_new(void);
/* Zeroed, aligned for anything. */
void	*arena_alloc(struct arena *arena, size_t size);
/* A copy of length bytes with a NUL behind. */
char	*arena_text(struct arena *arena, const char *text, size_t length);

void	arena_free(struct arena *arena);	/* NULL is fine */

#endif
