/*
 * A bank of Kalman-like filters over the state [x, y, b_1 .. b_n]: offset of
 * the axis (axis minus true time), its rate, and the constant error of each
 * source's offsets. The filters differ in how much they take the oscillator to
 * wander, and are mixed by how well they predict (interacting multiple models,
 * Blom and Bar-Shalom 1988). Pure; part of net's core. All memory is the
 * caller's.
 */
#ifndef NET_CORE_BANK_H
#define NET_CORE_BANK_H

#include <stdbool.h>
#include <stddef.h>

#include "net/core/likelihood.h"

#define BANK_WANDERS	9
#define BANK_WALKS	6		/* the first of them: s is 0 */
#define BANK_MODELS	(BANK_WANDERS * LIKELIHOOD_LEVELS)

/* How an oscillator wanders, per square root of a second. */
struct bank_wander {
	double	walk;		/* of the frequency */
	double	white;		/* of the phase: white frequency noise */
};

extern const struct bank_wander bank_wanders[BANK_WANDERS];

/*
 * A moment: mean[dimension], then the covariance's lower triangle row by row.
 * Each model has one; the last one is that of the whole mixture.
 */
struct bank {
	size_t	models;		/* BANK_WANDERS times levels */
	size_t	levels;
	size_t	sources;	/* dimension is this and 2 */
	double	*weights;	/* of the models; sum 1 */
	double	*moments;
	double	*gain;		/* work space: dimension */
};

/* Where a bank begins: the first sample. Variances in s^2. */
struct bank_start {
	size_t	source;		/* that it is of */
	double	offset;		/* x */
	double	variance;	/* of the sample, without asymmetry */
	double	rate;		/* y */
	double	rate_variance;
};

/* x and y of the mixture. */
struct bank_output {
	double	x, y;
	double	xx, xy, yy;	/* covariance */
};

/* Doubles that a bank needs for its memory. */
size_t	bank_doubles(size_t levels, size_t sources);
void	bank_place(struct bank *bank, size_t levels, size_t sources,
	    double *memory);
/* biases: variance of the constant error, of each source. */
void	bank_start(struct bank *bank, const struct bank_start *start,
	    const double *biases);
/* Mixes the models, then lets seconds pass (>= 0). */
void	bank_advance(struct bank *bank, double seconds,
	    const double *biases);
/* Predicted offset of a source by a model, and its variance. */
double	bank_predict(const struct bank *bank, size_t model, size_t source,
	    double *variance);
/* Moves a model by what a sample of source says. */
void	bank_correct(struct bank *bank, size_t model, size_t source,
	    const struct likelihood *likelihood);
/* Weighs models by the value each gave to a sample; false and nothing done if
 * no model finds it possible. */
bool	bank_weigh(struct bank *bank, const double *values);
/* Brings the moment of the mixture up to date. */
void	bank_summarise(struct bank *bank);

/* Of the mixture; up to date after bank_summarise. */
double	bank_mean(const struct bank *bank, size_t row);
double	bank_covariance(const struct bank *bank, size_t row, size_t column);
/* Propagated by seconds, uncertainty grown. */
void	bank_output(const struct bank *bank, double seconds,
	    struct bank_output *output);
/* Weight of a wander, over all levels; and of a level, over all wanders. */
double	bank_wander_weight(const struct bank *bank, size_t wander);
double	bank_level_weight(const struct bank *bank, size_t level);

/* Of every model: adds to the variance of a row. */
void	bank_loosen(struct bank *bank, size_t row, double variance);
/* The axis stood still, or nearly so, for so many seconds. */
void	bank_suspended(struct bank *bank, double seconds);
/* Of every model: a row is value now, give or take variance, and has nothing
 * to do with the others. */
void	bank_reset(struct bank *bank, size_t row, double value,
	    double variance);
/* Of every model: a row was measured on its own, value with variance. */
void	bank_pin(struct bank *bank, size_t row, double value,
	    double variance);
/* False: not a number, or a negative variance. */
bool	bank_sane(const struct bank *bank);

#endif
