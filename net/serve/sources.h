/*
 * The addresses of our own sources, as net tells them on the page: for
 * `restrict source`. Used by serve.
 */
#ifndef NET_SERVE_SOURCES_H
#define NET_SERVE_SOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "common/variables.h"

struct page;

struct sources {
	struct address	list[ASSOCIATIONS_MAX];
	size_t		count;
	int64_t		due_mono_ns;	/* read again then; 0: now */
};

/* Reads them once a second at most. */
void	sources_refresh(struct sources *sources, const struct page *page,
	    int64_t mono_ns);

/* Pure. Whatever the port and the scope. */
bool	sources_has(const struct sources *sources,
	    const struct address *address);

#endif
