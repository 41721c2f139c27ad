/*
 * Writes the page that serve reads: what the core knows, with times of the
 * axis turned into CLOCK_BOOTTIME stamps, which another process can compare
 * with its own clock; and what clockctl said it did.
 */
#ifndef NET_PUBLISH_H
#define NET_PUBLISH_H

#include <stdint.h>

#include "common/clock_message.h"
#include "common/page.h"
#include "net/core/client.h"

/* Written at least as often; a page older than the deadline is a dead net's. */
#define PUBLISH_EVERY_NS	INT64_C(8000000000)
#define PUBLISH_DEADLINE_NS	INT64_C(40000000000)

/* applied: the last from clockctl; all zero before the first. */
void	publish_page(struct page *page, const struct client *client,
	    const struct msg_applied *applied, const struct moment *now);

/*
 * What the virtual clock of --observe differs from CLOCK_REALTIME at axis_ns;
 * 0 where clockctl steers the real one. Pure.
 */
int64_t	publish_virtual(const struct msg_applied *applied, int64_t axis_ns);

#endif
