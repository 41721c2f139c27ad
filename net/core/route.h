/*
 * When the way that packets take becomes another one: the least round trip
 * moves, and with it, perhaps, the constant error of the offsets. Pure; part
 * of net's core.
 */
#ifndef NET_CORE_ROUTE_H
#define NET_CORE_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "net/core/bank.h"
#include "net/core/path.h"

/* Seconds. */
struct route_change {
	bool	longer;		/* else shorter */
	double	shift;		/* by how much, > 0 */
	size_t	samples;	/* of the new path, the newest ones */
	double	floor;		/* of the path before */
	double	tolerance;	/* that its floor is known to */
};

/* A path that was left for a longer one, should it come back. */
struct route_memory {
	bool	valid;
	double	floor;
	double	tolerance;
	double	bias;		/* constant error that was believed then */
};

/* What a change means for a filter. Variances, s^2. */
struct route_verdict {
	double	offset;		/* to add to that of the offset */
	double	bias;		/* to add to that of the constant error */
	bool	returned;	/* then the error is as it was remembered, */
	double	certainty;	/* with this variance */
};

/* Is delay, not yet added to path, too short for it? */
bool	route_shorter(const struct path *path, double delay,
	    struct route_change *change);
/* Are the newest samples of path too long for the others? */
bool	route_longer(const struct path *path, struct route_change *change);
/*
 * What to do about a change, after path_begin. The bank is of one source, and
 * was brought up to the time then. The verdict is for where there is no other
 * source.
 */
void	route_judge(const struct route_change *change,
	    const struct path *path, const struct bank *bank, double then,
	    const struct route_memory *memory, struct route_verdict *verdict);
/* Makes a verdict about one server that of one among several. */
void	route_among(const struct route_change *change,
	    struct route_verdict *verdict);
/* Applies it to a source of a bank, which remembers its bias. */
void	route_apply(const struct route_verdict *verdict, struct bank *bank,
	    size_t source, double remembered);

#endif
