/* "did you mean": the nearest of the words that would be right. Pure. */
#ifndef CONF_SUGGEST_H
#define CONF_SUGGEST_H

#include <stddef.h>

struct suggest {
	const char	*word;		/* as written */
	const char	*best;		/* NULL: nothing is near */
	unsigned int	distance;	/* of best */
};

void	suggest_start(struct suggest *suggest, const char *word);
/* Offers a candidate; kept by reference if it is nearer than the best. */
void	suggest_offer(struct suggest *suggest, const char *candidate);

/*
 * Edit distance without regard to case: insertions, deletions, substitutions
 * and swaps of neighbours cost 1 each. UINT_MAX for words beyond 40 bytes.
 */
unsigned int suggest_distance(const char *a, const char *b);

#endif
