/*
 * Part of ntpd-net: the shared page. Writes only; never reads back what it
 * wrote, and waits for nobody.
 */
#include "net/publish.h"

#include <stdlib.h>
#include <time.h>

#include "common/localclock.h"
#include "common/ntp_time.h"

/*
 * rate * elapsed without overflow for any rate that APPLIED may carry (500 ppm)
 * and 10^6 years; to 1 ns.
 */
int64_t
publish_virtual(const struct msg_applied *applied, int64_t axis_ns)
{
	int64_t elapsed = axis_ns - applied->axis_ns;

	return applied->virtual_ns +
	    elapsed / NS_PER_S * applied->virtual_ppt / 1000 +
	    elapsed % NS_PER_S * (applied->virtual_ppt / 1000) / NS_PER_S;
}

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

static void
publish_system(struct page *page, const struct client *client,
    const struct msg_applied *applied, const struct moment *now,
    int64_t shift_ns)
{
	struct system_variables system;

	client_system(client, now, &system);
	system.virtual_ns = publish_virtual(applied, system.stamp_boot_ns);
	system.virtual_ppt = applied->virtual_ppt;
	system.hold = applied->hold;
	system.kernel_status = applied->kernel_status;
	system.frequency_ppt = applied->frequency_ppt;
	system.stamp_boot_ns += shift_ns;
	system.deadline_boot_ns = now->axis_ns + shift_ns +
	    PUBLISH_DEADLINE_NS;
	page_write_system(page, &system);
}

void
publish_page(struct page *page, const struct client *client,
    const struct msg_applied *applied, const struct moment *now)
{
	struct association_variables association;
	int64_t shift_ns = publish_boot_shift(localclock_axis());
	unsigned int slot;

	publish_system(page, client, applied, now, shift_ns);
	for (slot = 0; slot < ASSOCIATIONS_MAX; slot++) {
		client_association(client, slot, now, &association);
		if (association.id != 0 && association.last_boot_ns != 0)
			association.last_boot_ns += shift_ns;
		page_write_association(page, slot, &association);
	}
}
