/*
 * Writes the page that serve reads: what the core knows, with times of the
 * axis turned into CLOCK_BOOTTIME stamps, which another process can compare
 * with its own clock.
 */
#ifndef NET_PUBLISH_H
#define NET_PUBLISH_H

#include <stdint.h>

#include "common/page.h"
#include "net/core/client.h"

/* Written at least as often; the core's deadline is far beyond it. */
#define PUBLISH_EVERY_NS	INT64_C(8000000000)

void	publish_page(struct page *page, const struct client *client,
	    const struct moment *now);

#endif
