/*
 * The bank of filters: beginning, mixing, and the passing of time. Pure; part
 * of net. Trusts its callers for finite arguments; bank_sane tells what came
 * of it.
 */
#include "net/core/bank.h"

#include <math.h>
#include <string.h>

#include "net/core/bank_layout.h"

#define SWITCHING	0.005	/* probability, a sample */
#define RELAXATION	1e6	/* s, of a constant error */

/* Steps of 5: a factor 4 off costs at most 2. From an OCXO to a bad virtual
 * machine; the white ones stand for whatever reverts. */
const struct bank_wander bank_wanders[BANK_WANDERS] = {
	{ 2e-10, 0 }, { 1e-9, 0 }, { 5e-9, 0 },
	{ 2.5e-8, 0 }, { 1.2e-7, 0 }, { 6e-7, 0 },
	{ 3e-10, 1e-6 }, { 3e-10, 5e-6 }, { 3e-10, 2.5e-5 },
};

size_t
bank_doubles(size_t levels, size_t sources)
{
	size_t models = BANK_WANDERS * levels;

	return models + (models + 1) * bank_stride(sources) + sources + 2;
}

void
bank_place(struct bank *bank, size_t levels, size_t sources, double *memory)
{
	bank->models = BANK_WANDERS * levels;
	bank->levels = levels;
	bank->sources = sources;
	bank->weights = memory;
	bank->moments = bank->weights + bank->models;
	bank->gain = bank->moments + (bank->models + 1) * bank_stride(sources);
}

static void
start_weights(struct bank *bank)
{
	double weight, sum = 0;
	size_t j;

	for (j = 0; j < bank->models; j++) {
		weight = 1 / (double)(1UL << j % bank->levels);
		bank->weights[j] = weight;
		sum += weight;
	}
	for (j = 0; j < bank->models; j++)
		bank->weights[j] /= sum;
}

void
bank_start(struct bank *bank, const struct bank_start *start,
    const double *biases)
{
	double *mean, *covariance, bias = biases[start->source];
	size_t i, j;

	start_weights(bank);
	memset(bank->moments, 0, (bank->models + 1) *
	    bank_stride(bank->sources) * sizeof(double));
	for (j = 0; j < bank->models; j++) {
		mean = bank_mean_of(bank, j);
		covariance = bank_covariance_of(bank, j);
		mean[0] = start->offset;
		mean[1] = start->rate;
		covariance[bank_cell(0, 0)] = start->variance + bias;
		covariance[bank_cell(1, 1)] = start->rate_variance;
		for (i = 0; i < bank->sources; i++)
			covariance[bank_cell(2 + i, 2 + i)] = biases[i];
		/* x + b is what was measured. */
		covariance[bank_cell(2 + start->source, 0)] = -bias;
	}
	bank_summarise(bank);
}

/* Adds weight times a moment, about the mean centre, to sum. */
static void
add_spread(const struct bank *bank, double *sum, const double *mean,
    const double *centre, double weight)
{
	const double *covariance = mean + bank_dimension(bank);
	size_t row, column, at = 0;

	for (row = 0; row < bank_dimension(bank); row++)
		for (column = 0; column <= row; column++, at++)
			sum[at] += weight * (covariance[at] +
			    (mean[row] - centre[row]) *
			    (mean[column] - centre[column]));
}

void
bank_summarise(struct bank *bank)
{
	double *all = bank_mean_of(bank, bank->models);
	const double *mean;
	size_t i, j;

	memset(all, 0, bank_stride(bank->sources) * sizeof(double));
	for (j = 0; j < bank->models; j++) {
		mean = bank_mean_of(bank, j);
		for (i = 0; i < bank_dimension(bank); i++)
			all[i] += bank->weights[j] * mean[i];
	}
	for (j = 0; j < bank->models; j++)
		add_spread(bank, all + bank_dimension(bank),
		    bank_mean_of(bank, j), all, bank->weights[j]);
}

/* One model's share of itself and of all the others. */
static void
mix_model(struct bank *bank, size_t model, double own, double other)
{
	double *mean = bank_mean_of(bank, model);
	double *covariance = bank_covariance_of(bank, model);
	const double *all = bank_mean_of(bank, bank->models);
	double d, a, b;
	size_t row, column, at = 0;

	/* With gain as the distance of the two means, in shares. */
	for (row = 0; row < bank_dimension(bank); row++)
		bank->gain[row] = all[row] - mean[row];
	a = own / (own + other);
	b = other / (own + other);
	for (row = 0; row < bank_dimension(bank); row++) {
		for (column = 0; column <= row; column++, at++) {
			d = bank->gain[row] * bank->gain[column];
			covariance[at] = a * covariance[at] +
			    b * all[bank_dimension(bank) + at] + a * b * d;
		}
		mean[row] += b * bank->gain[row];
	}
}

static void
mix(struct bank *bank)
{
	double other = SWITCHING / (double)(bank->models - 1), own;
	size_t j;

	bank_summarise(bank);
	for (j = 0; j < bank->models; j++) {
		own = (1 - SWITCHING - other) * bank->weights[j];
		mix_model(bank, j, own, other);
		bank->weights[j] = own + other;
	}
}

/* The constant errors forget, slowly. */
static void
relax(const struct bank *bank, double *mean, double *covariance,
    double factor, const double *biases)
{
	size_t i, k, row;

	for (i = 0; i < bank->sources; i++) {
		row = 2 + i;
		mean[row] *= factor;
		covariance[bank_cell(row, 0)] *= factor;
		covariance[bank_cell(row, 1)] *= factor;
		for (k = 0; k < i; k++)
			covariance[bank_cell(row, 2 + k)] *= factor * factor;
		covariance[bank_cell(row, row)] = factor * factor *
		    covariance[bank_cell(row, row)] +
		    biases[i] * (1 - factor * factor);
	}
}

static void
advance_model(struct bank *bank, size_t model, double dt)
{
	const struct bank_wander *wander = bank_wander_of(bank, model);
	double *mean = bank_mean_of(bank, model);
	double *p = bank_covariance_of(bank, model);
	double *xx = p + bank_cell(0, 0), *xy = p + bank_cell(1, 0);
	double *yy = p + bank_cell(1, 1);
	double q2 = wander->walk * wander->walk;
	size_t row;

	mean[0] += mean[1] * dt;
	*xx += 2 * dt * *xy + dt * dt * *yy + q2 * dt * dt * dt / 3 +
	    wander->white * wander->white * dt;
	*xy += dt * *yy + q2 * dt * dt / 2;
	*yy += q2 * dt;
	for (row = 2; row < bank_dimension(bank); row++)
		p[bank_cell(row, 0)] += dt * p[bank_cell(row, 1)];
}

void
bank_advance(struct bank *bank, double seconds, const double *biases)
{
	double factor = exp(-seconds / RELAXATION);
	size_t j;

	mix(bank);
	for (j = 0; j < bank->models; j++) {
		advance_model(bank, j, seconds);
		relax(bank, bank_mean_of(bank, j),
		    bank_covariance_of(bank, j), factor, biases);
	}
}
