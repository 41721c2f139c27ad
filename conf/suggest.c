/*
 * Edit distance (optimal string alignment) over short words; see suggest.h.
 * Runs in the parent, on words of the file.
 */
#include "conf/suggest.h"

#include <limits.h>
#include <string.h>

#define SUGGEST_MAX	40

static char
suggest_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned int
suggest_min(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* rows[i % 3] is row i: swaps look two rows back. */
static unsigned int
suggest_cell(unsigned int rows[3][SUGGEST_MAX + 1], const char *a,
    const char *b, size_t i, size_t j)
{
	char x = suggest_lower(a[i - 1]), y = suggest_lower(b[j - 1]);
	unsigned int cost;

	cost = rows[(i - 1) % 3][j - 1] + (x == y ? 0 : 1);
	cost = suggest_min(cost, rows[(i - 1) % 3][j] + 1);
	cost = suggest_min(cost, rows[i % 3][j - 1] + 1);
	if (i > 1 && j > 1 && x == suggest_lower(b[j - 2]) &&
	    suggest_lower(a[i - 2]) == y)
		cost = suggest_min(cost, rows[(i - 2) % 3][j - 2] + 1);
	return cost;
}

unsigned int
suggest_distance(const char *a, const char *b)
{
	unsigned int rows[3][SUGGEST_MAX + 1];
	size_t la = strlen(a), lb = strlen(b), i, j;

	if (la > SUGGEST_MAX || lb > SUGGEST_MAX)
		return UINT_MAX;
	for (j = 0; j <= lb; j++)
		rows[0][j] = (unsigned int)j;
	for (i = 1; i <= la; i++) {
		rows[i % 3][0] = (unsigned int)i;
		for (j = 1; j <= lb; j++)
			rows[i % 3][j] = suggest_cell(rows, a, b, i, j);
	}
	return rows[la % 3][lb];
}

void
suggest_start(struct suggest *suggest, const char *word)
{
	size_t length = strlen(word);

	suggest->word = word;
	suggest->best = NULL;
	/* One slip in a short word, two in a long one; never half of it. */
	suggest->distance = length < 3 ? 1 : length < 6 ? 2 : 3;
}

void
suggest_offer(struct suggest *suggest, const char *candidate)
{
	size_t a = strlen(suggest->word), b = strlen(candidate);
	unsigned int distance;

	/* The difference of the lengths is the least it can be. */
	if ((a > b ? a - b : b - a) >= suggest->distance)
		return;
	distance = suggest_distance(suggest->word, candidate);
	if (distance < suggest->distance) {
		suggest->distance = distance;
		suggest->best = candidate;
	}
}
