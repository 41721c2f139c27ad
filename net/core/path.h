/*
 * What the round trips of one source say about its path: the quickest, how
 * long queues usually are, and how far an offset can be off. Pure; part of
 * net's core.
 */
#ifndef NET_CORE_PATH_H
#define NET_CORE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/core/likelihood.h"

#define PATH_SAMPLES	64

/* Seconds. */
struct path_sample {
	double	time;		/* middle of the exchange, on the axis */
	double	offset;		/* axis minus server */
	double	delay;		/* round trip */
	double	half;		/* offset is right to this, but for a constant
				 * error; as it was when it came */
};

/* All zero: no samples yet. */
struct path {
	struct path_sample samples[PATH_SAMPLES];	/* oldest first */
	size_t	count;
	size_t	present;	/* newest ones, of the present path */
	size_t	comparable;	/* newest ones, of which offsets have the same
				 * constant error, and are of one clock */
	uint32_t total;		/* ever */
	double	floor;		/* quickest round trip of the present path */
	double	median;		/* of the round trips, above floor */
	double	gap;		/* expected, from true minimum to floor */
	double	noise;		/* typical standard error of a sample */
	double	usual;		/* median, before the path changed */
};

/* Adds a sample, whose half is still unknown, and renews the statistics. */
void	path_add(struct path *path, const struct path_sample *sample);
/* The newest count samples are of a new path. */
void	path_begin(struct path *path, size_t count);
/* Only the newest count samples may be compared with those to come. */
void	path_forget(struct path *path, size_t count);
/* Newest sample; count must not be 0. */
struct path_sample *path_newest(struct path *path);
/* The newest count samples, oldest first. */
const struct path_sample *path_tail(const struct path *path,
	    size_t count);
/* Half-width of the box of a round trip. */
double	path_half(const struct path *path, double delay);
/* The shape of a sample's likelihood. */
void	path_shape(const struct path *path, double half,
	    struct likelihood_shape *shape);
/* Variance of the constant error (asymmetry) that such a path may have. */
double	path_asymmetry(const struct path *path);
/* Upper median of values, that it sorts. count > 0. */
double	path_median(double *values, size_t count);

#endif
