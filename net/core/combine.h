/*
 * One estimate out of several sources. RFC 5905 section 11.2.3, with weights
 * by variance instead of root distance. Pure; part of net's core.
 */
#ifndef NET_CORE_COMBINE_H
#define NET_CORE_COMBINE_H

#include "net/core/select.h"

struct combined {
	double		offset;
	double		offset_sd;
	double		frequency;
	double		frequency_sd;
};

/*
 * survivors as clustering left them, at least one. Where one is preferred it
 * alone decides (the first of them). Standard deviations grow where the
 * survivors differ by more than they admit.
 */
void	combine_survivors(const struct candidate *survivors, size_t count,
	    struct combined *combined);

/* Which one is the system peer: prefer, then the present one (slot) if it is
 * no worse in stratum, then the first. Index into survivors. */
size_t	combine_system_peer(const struct candidate *survivors, size_t count,
	    unsigned int present_slot);

/* The frequency alone, of sources that do not agree on the time. */
void	combine_frequency(const struct candidate *candidates, size_t count,
	    struct combined *combined);

#endif
