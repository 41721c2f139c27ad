/*
 * How the memory of a bank is laid out; for the bank's own files only.
 */
#ifndef NET_CORE_BANK_LAYOUT_H
#define NET_CORE_BANK_LAYOUT_H

#include "net/core/bank.h"

static inline size_t
bank_dimension(const struct bank *bank)
{
	return bank->sources + 2;
}

/* Length of a moment. */
static inline size_t
bank_stride(size_t sources)
{
	size_t rows = sources + 2;

	return rows + rows * (rows + 1) / 2;
}

static inline size_t
bank_cell(size_t row, size_t column)
{
	return row >= column ? row * (row + 1) / 2 + column :
	    column * (column + 1) / 2 + row;
}

static inline double *
bank_mean_of(const struct bank *bank, size_t model)
{
	return bank->moments + model * bank_stride(bank->sources);
}

static inline double *
bank_covariance_of(const struct bank *bank, size_t model)
{
	return bank_mean_of(bank, model) + bank_dimension(bank);
}

static inline const struct bank_wander *
bank_wander_of(const struct bank *bank, size_t model)
{
	return &bank_wanders[model / bank->levels];
}

#endif
