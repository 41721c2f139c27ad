/*
 * Part of ntpd-net: the shared page. Writes only; never reads back what it
 * wrote, and waits for nobody.
 */
#include "net/publish.h"

#include <stdlib.h>
#include <time.h>

#include "common/localclock.h"
#include "common/ntp_time.h"

/* CLOCK_BOOTTIME less the axis: what CLOCK_MONOTONIC was steered so far. */
static int64_t
publish_boot_shift(int64_t axis_ns)
{
	struct timespec boot;

	if (clock_gettime(CLOCK_BOOTTIME, &boot) != 0 &&
	    clock_gettime(CLOCK_MONOTONIC, &boot) != 0)
		abort();
	return (int64_t)boot.tv_sec * NS_PER_S + boot.tv_nsec - axis_ns;
}

void
publish_page(struct page *page, const struct client *client,
    const struct moment *now)
{
	struct association_variables association;
	struct system_variables system;
	int64_t shift_ns = publish_boot_shift(localclock_axis());
	unsigned int slot;

	client_system(client, now, &system);
	system.stamp_boot_ns += shift_ns;
	system.deadline_boot_ns += shift_ns;
	page_write_system(page, &system);
	for (slot = 0; slot < ASSOCIATIONS_MAX; slot++) {
		client_association(client, slot, now, &association);
		if (association.id != 0 && association.last_boot_ns != 0)
			association.last_boot_ns += shift_ns;
		page_write_association(page, slot, &association);
	}
}
