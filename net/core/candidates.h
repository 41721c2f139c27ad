/*
 * From associations to candidates for selection. Pure; private to net's core.
 */
#ifndef NET_CORE_CANDIDATES_H
#define NET_CORE_CANDIDATES_H

#include "net/core/select.h"
#include "net/core/update.h"

/* Axis nanoseconds as time of the estimators. */
double	candidates_time(const struct client *client, int64_t axis_ns);

/*
 * Fills candidates (ASSOCIATIONS_MAX of them) with all associations that may
 * be selected, as they stand now; slot is that of the association. The others
 * get their verdict. Returns how many.
 */
size_t	candidates_gather(struct client *client, const struct moment *now,
	    struct candidate *candidates);

/* What is shown of an association. */
void	candidates_verdict(struct client *client, unsigned int slot,
	    enum selection selection, enum reject_cause cause);

/*
 * The start rule: more than half of the sources have answered, or 10 s have
 * passed; and each often enough for a step that need not be repeated, or 7 s
 * after the first answer.
 */
bool	candidates_suffice(const struct client *client,
	    const struct moment *now, const struct candidate *candidates,
	    size_t count);

#endif
