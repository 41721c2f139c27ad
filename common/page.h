/*
 * The read-only page: net writes, serve reads, nothing waits for anything.
 *
 * One memfd for the life of the parent, sealed against shrinking and growing.
 * net gets the only writable descriptor, serve one opened read-only, which the
 * kernel does not let it map for writing. The system variables
 * have a sequence lock of their own on the front line, so that the hot path of
 * serve touches two cache lines; one lock more for each association.
 *
 * Sequence lock: odd while being written. A writer that died in the middle
 * leaves it odd; the next page_open_writer() puts in its place that nothing is
 * known (leap 3, stratum 16; a free slot), and makes it even again.
 */
#ifndef COMMON_PAGE_H
#define COMMON_PAGE_H

#include <stdbool.h>

#include "common/variables.h"

struct page;

/* Parent: makes the memfd; fds[0] is writable, fds[1] read-only. -1: errno */
int	page_create(int fds[2]);

/* Child: maps what was inherited. NULL with errno if it is not such a page. */
struct page *page_open_writer(int fd);
const struct page *page_open_reader(int fd);

void	page_write_system(struct page *page,
	    const struct system_variables *variables);
void	page_write_association(struct page *page, unsigned int slot,
	    const struct association_variables *variables);

/*
 * Copies a consistent state; after a bounded number of tries false, and *copy
 * is left as it was: the reader goes on with its last good one.
 */
bool	page_read_system(const struct page *page,
	    struct system_variables *copy);
bool	page_read_association(const struct page *page, unsigned int slot,
	    struct association_variables *copy);

#endif
