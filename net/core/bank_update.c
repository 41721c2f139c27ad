/*
 * The bank of filters: what samples and events do to it. Pure; part of net.
 * Trusts its callers for finite arguments; bank_sane tells what came of it.
 */
#include "net/core/bank.h"

#include <math.h>

#include "net/core/bank_layout.h"

#define WEIGHT_MIN	1e-6
#define IMPOSSIBLE	1e-250
#define SUSPEND_DRIFT	0.1	/* s a second, of the clock that ran on */
#define SUSPEND_RATE	1e-7
#define SHRINK_MAX	(1 - 1e-9)	/* a variance never becomes 0 */

double
bank_predict(const struct bank *bank, size_t model, size_t source,
    double *variance)
{
	const double *mean = bank_mean_of(bank, model);
	const double *p = bank_covariance_of(bank, model);
	size_t row = 2 + source;

	*variance = p[bank_cell(0, 0)] + 2 * p[bank_cell(row, 0)] +
	    p[bank_cell(row, row)];
	return mean[0] + mean[row];
}

/* Along the direction gain = P H, where H'P H is variance. */
static void
move(struct bank *bank, size_t model, double variance, double slope,
    double curve)
{
	double *mean = bank_mean_of(bank, model);
	double *p = bank_covariance_of(bank, model);
	size_t row, column, at = 0;

	if (!(variance > 0))
		return;
	curve = fmax(curve, -SHRINK_MAX / variance);
	for (row = 0; row < bank_dimension(bank); row++) {
		mean[row] += bank->gain[row] * slope;
		for (column = 0; column <= row; column++, at++)
			p[at] += bank->gain[row] * bank->gain[column] * curve;
	}
}

void
bank_correct(struct bank *bank, size_t model, size_t source,
    const struct likelihood *likelihood)
{
	const double *p = bank_covariance_of(bank, model);
	size_t row, of = 2 + source;

	for (row = 0; row < bank_dimension(bank); row++)
		bank->gain[row] = p[bank_cell(row, 0)] + p[bank_cell(row, of)];
	move(bank, model, bank->gain[0] + bank->gain[of], likelihood->slope,
	    likelihood->curve);
}

bool
bank_weigh(struct bank *bank, const double *values)
{
	double sum = 0, total = 0;
	size_t j;

	for (j = 0; j < bank->models; j++)
		sum += bank->weights[j] * values[j];
	if (!(sum >= IMPOSSIBLE))
		return false;
	for (j = 0; j < bank->models; j++) {
		bank->weights[j] = fmax(bank->weights[j] * values[j] / sum,
		    WEIGHT_MIN);
		total += bank->weights[j];
	}
	for (j = 0; j < bank->models; j++)
		bank->weights[j] /= total;
	return true;
}

void
bank_loosen(struct bank *bank, size_t row, double variance)
{
	size_t j;

	for (j = 0; j <= bank->models; j++)
		bank_covariance_of(bank, j)[bank_cell(row, row)] += variance;
}

void
bank_suspended(struct bank *bank, double seconds)
{
	double moved = SUSPEND_DRIFT * seconds;

	bank_loosen(bank, 0, moved * moved);
	bank_loosen(bank, 1, SUSPEND_RATE * SUSPEND_RATE);
}

void
bank_reset(struct bank *bank, size_t row, double value, double variance)
{
	double *p;
	size_t i, j;

	for (j = 0; j < bank->models; j++) {
		bank_mean_of(bank, j)[row] = value;
		p = bank_covariance_of(bank, j);
		for (i = 0; i < bank_dimension(bank); i++)
			p[bank_cell(row, i)] = 0;
		p[bank_cell(row, row)] = variance;
	}
	bank_summarise(bank);
}

void
bank_pin(struct bank *bank, size_t row, double value, double variance)
{
	const double *p;
	double s2, slope;
	size_t i, j;

	for (j = 0; j < bank->models; j++) {
		p = bank_covariance_of(bank, j);
		for (i = 0; i < bank_dimension(bank); i++)
			bank->gain[i] = p[bank_cell(i, row)];
		s2 = bank->gain[row] + variance;
		slope = (value - bank_mean_of(bank, j)[row]) / s2;
		move(bank, j, bank->gain[row], slope, -1 / s2);
	}
	bank_summarise(bank);
}
