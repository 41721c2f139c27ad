/*
 * A bank of Kalman filters, run anew over the samples for every new one: they
 * are few, and what was learned of the path since changes the weight of the
 * old ones too. Pure; part of net's core. Trusts its caller for finite input.
 */
#include "net/core/filter.h"

#include <math.h>
#include <string.h>

/* From an oven-controlled crystal to a bad virtual machine, per sqrt(s). */
static const double wanders[] = { 2e-10, 1e-9, 5e-9, 2.5e-8, 1.2e-7, 6e-7 };
/* Noise of the server itself, in seconds. */
static const double noises[] = { 0, 4e-6, 3e-5, 2.4e-4, 2e-3, 1.6e-2 };

#define NWANDERS	(sizeof(wanders) / sizeof(wanders[0]))
#define NNOISES		(sizeof(noises) / sizeof(noises[0]))
/* Each step up is so much less likely beforehand (0.7 times). */
#define LOG_STEP	0.35
/* A model this much less likely than the best is nothing beside it. */
#define LOG_NEGLIGIBLE	30.0

/* Sums over the models, scaled by the likelihood of the best so far. */
struct mixture {
	double		log_best;
	double		w;
	double		o, f, oo, of, ff;	/* moments about the first */
	double		qq, nn;
	double		offset, frequency;	/* the first: the origin */
};

void
filter_advance(struct filter_state *state, double seconds)
{
	double qq = state->wander * state->wander;
	double s = fabs(seconds);

	state->offset += seconds * state->frequency;
	state->oo += 2 * seconds * state->of + seconds * seconds * state->ff +
	    qq * s * s * s / 3;
	state->of += seconds * state->ff + qq * seconds * s / 2;
	state->ff += qq * s;
}

/* Takes in one offset; returns the logarithm of its likelihood. */
static double
correct(struct filter_state *state, double offset, double variance)
{
	double innovation = offset - state->offset;
	double total = state->oo + variance;
	double gain_o = state->oo / total, gain_f = state->of / total;

	state->offset += gain_o * innovation;
	state->frequency += gain_f * innovation;
	state->ff -= gain_f * state->of;
	state->of -= gain_f * state->oo;
	state->oo -= gain_o * state->oo;
	return -(log(total) + innovation * innovation / total) / 2;
}

/* One model (wander and noise of state) over all inputs; returns its
 * logarithmic likelihood. */
static double
run_model(const struct filter_input *inputs, size_t count,
    const struct filter_prior *prior, struct filter_state *state)
{
	double likelihood = 0, extra = state->noise * state->noise;
	size_t i;

	state->offset = inputs[0].offset;
	state->oo = inputs[0].variance + extra;
	state->frequency = prior->frequency;
	state->ff = prior->sd * prior->sd;
	state->of = 0;
	for (i = 1; i < count; i++) {
		filter_advance(state, inputs[i].time - inputs[i - 1].time);
		likelihood += correct(state, inputs[i].offset,
		    inputs[i].variance + extra);
	}
	return likelihood;
}

static void
rescale(struct mixture *mixture, double factor)
{
	mixture->w *= factor;
	mixture->o *= factor;
	mixture->f *= factor;
	mixture->oo *= factor;
	mixture->of *= factor;
	mixture->ff *= factor;
	mixture->qq *= factor;
	mixture->nn *= factor;
}

/* Adds what a model says, with the weight that its likelihood gives it. */
static void
add_model(struct mixture *mixture, const struct filter_state *state,
    double log_weight)
{
	double w, o, f;

	if (mixture->w <= 0) {
		mixture->log_best = log_weight;
		mixture->offset = state->offset;
		mixture->frequency = state->frequency;
	} else if (log_weight > mixture->log_best) {
		rescale(mixture, exp(mixture->log_best - log_weight));
		mixture->log_best = log_weight;
	}
	if (log_weight < mixture->log_best - LOG_NEGLIGIBLE)
		return;
	w = exp(log_weight - mixture->log_best);
	o = state->offset - mixture->offset;
	f = state->frequency - mixture->frequency;
	mixture->w += w;
	mixture->o += w * o;
	mixture->f += w * f;
	mixture->oo += w * (state->oo + o * o);
	mixture->of += w * (state->of + o * f);
	mixture->ff += w * (state->ff + f * f);
	mixture->qq += w * state->wander * state->wander;
	mixture->nn += w * state->noise * state->noise;
}

/* Mean and covariance of the mixture. */
static void
conclude(const struct mixture *mixture, struct filter_state *state)
{
	double o = mixture->o / mixture->w, f = mixture->f / mixture->w;

	state->offset = mixture->offset + o;
	state->frequency = mixture->frequency + f;
	state->oo = mixture->oo / mixture->w - o * o;
	state->of = mixture->of / mixture->w - o * f;
	state->ff = mixture->ff / mixture->w - f * f;
	state->wander = sqrt(mixture->qq / mixture->w);
	state->noise = sqrt(mixture->nn / mixture->w);
}

void
filter_run(const struct filter_input *inputs, size_t count,
    const struct filter_prior *priors, size_t npriors,
    struct filter_state *state)
{
	struct mixture mixture;
	size_t p, w, n;
	double likelihood;

	memset(&mixture, 0, sizeof(mixture));
	for (p = 0; p < npriors; p++)
		for (w = 0; w < NWANDERS; w++)
			for (n = 0; n < NNOISES; n++) {
				state->wander = wanders[w];
				state->noise = noises[n];
				likelihood = run_model(inputs, count,
				    &priors[p], state);
				add_model(&mixture, state, likelihood -
				    LOG_STEP * (double)(w + n) +
				    log(priors[p].weight));
			}
	conclude(&mixture, state);
}
