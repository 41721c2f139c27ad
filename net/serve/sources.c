/*
 * Which addresses are our sources'; runs in serve. Trusts net's page no further
 * than that: whoever owns net can give an address the flags that the file gives
 * to sources.
 */
#include "net/serve/sources.h"

#include <string.h>

#include "common/ntp_time.h"
#include "common/page.h"

#define SOURCES_INTERVAL_NS	NS_PER_S

void
sources_refresh(struct sources *sources, const struct page *page,
    int64_t mono_ns)
{
	struct association_variables variables;
	unsigned int slot;

	if (mono_ns < sources->due_mono_ns)
		return;
	sources->due_mono_ns = mono_ns + SOURCES_INTERVAL_NS;
	sources->count = 0;
	for (slot = 0; slot < ASSOCIATIONS_MAX; slot++)
		if (page_read_association(page, slot, &variables) &&
		    variables.id != 0)
			sources->list[sources->count++] = variables.remote;
}

bool
sources_has(const struct sources *sources, const struct address *address)
{
	size_t i;

	for (i = 0; i < sources->count; i++)
		if (sources->list[i].family == address->family &&
		    memcmp(sources->list[i].bytes, address->bytes,
		    sizeof(address->bytes)) == 0)
			return true;
	return false;
}
