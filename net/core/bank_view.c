/*
 * The bank of filters: reading what it knows. Pure; part of net.
 */
#include "net/core/bank.h"

#include <math.h>

#include "net/core/bank_layout.h"

double
bank_mean(const struct bank *bank, size_t row)
{
	return bank_mean_of(bank, bank->models)[row];
}

double
bank_covariance(const struct bank *bank, size_t row, size_t column)
{
	return bank_covariance_of(bank, bank->models)[bank_cell(row, column)];
}

double
bank_wander_weight(const struct bank *bank, size_t wander)
{
	double sum = 0;
	size_t k;

	for (k = 0; k < bank->levels; k++)
		sum += bank->weights[wander * bank->levels + k];
	return sum;
}

double
bank_level_weight(const struct bank *bank, size_t level)
{
	double sum = 0;
	size_t w;

	for (w = 0; w < BANK_WANDERS; w++)
		sum += bank->weights[w * bank->levels + level];
	return sum;
}

void
bank_output(const struct bank *bank, double d, struct bank_output *output)
{
	double grown = 0, walk = 0, q2;
	size_t w;

	for (w = 0; w < BANK_WANDERS; w++) {
		q2 = bank_wanders[w].walk * bank_wanders[w].walk;
		grown += bank_wander_weight(bank, w) * (q2 * d * d * d / 3 +
		    bank_wanders[w].white * bank_wanders[w].white * d);
		walk += bank_wander_weight(bank, w) * q2 * d;
	}
	output->y = bank_mean(bank, 1);
	output->x = bank_mean(bank, 0) + output->y * d;
	output->yy = bank_covariance(bank, 1, 1);
	output->xy = bank_covariance(bank, 1, 0) + d * output->yy;
	output->xx = bank_covariance(bank, 0, 0) +
	    2 * d * bank_covariance(bank, 1, 0) + d * d * output->yy + grown;
	output->yy += walk;
}

bool
bank_sane(const struct bank *bank)
{
	size_t i, j, rows = bank_dimension(bank);

	for (j = 0; j <= bank->models; j++) {
		for (i = 0; i < bank_stride(bank->sources); i++)
			if (!isfinite(bank_mean_of(bank, j)[i]))
				return false;
		for (i = 0; i < rows; i++)
			if (bank_covariance_of(bank, j)[bank_cell(i, i)] < 0)
				return false;
	}
	return true;
}
