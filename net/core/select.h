/*
 * Which sources tell the truth: the intersection algorithm of RFC 5905 section
 * 11.2.1, and the candidates that it, clustering and combining work on. Pure;
 * part of net's core.
 */
#ifndef NET_CORE_SELECT_H
#define NET_CORE_SELECT_H

#include "net/core/client.h"

/* A source fit to be selected, at one common time. Seconds. */
struct candidate {
	unsigned int	slot;		/* the caller's; untouched */
	uint8_t		stratum;
	uint32_t	flags;		/* enum source_flag */
	double		offset;		/* true time minus axis, or epoch */
	double		offset_sd;	/* of our measurement */
	double		claimed;	/* its own root dispersion and half of
					 * its root delay */
	double		frequency;
	double		frequency_sd;
	double		jitter;
	double		distance;	/* root distance: offset is right to
					 * this, if the source is */
	uint8_t		selection;	/* out: enum selection */
	uint8_t		cause;		/* out: enum reject_cause */
};

/*
 * Finds the largest set that agrees. It must hold more than half of the
 * candidates, and minsane of them. Survivors come first in the array, in the
 * order they had, with selection CANDIDATE; the others are FALSETICKER.
 * Returns the number of survivors; 0: no majority, all are REJECT with cause
 * NO_MAJORITY. Candidates with SOURCE_TRUE always survive.
 */
size_t	select_survivors(struct candidate *candidates, size_t count,
	    uint32_t minsane);

#endif
