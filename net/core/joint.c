/*
 * The filter over all sources that agree. Pure; part of net. Trusts that only
 * sources that were selected are given to it.
 */
#include "net/core/joint.h"

#include <math.h>

/* A server is about as wrong as a third of what it admits, for long. */
#define CLAIM_SHARE	3

size_t
joint_doubles(size_t sources)
{
	return bank_doubles(1, sources) + sources;
}

void
joint_place(struct joint *joint, size_t sources, double *memory)
{
	bank_place(&joint->bank, 1, sources, memory);
	joint->biases = memory + bank_doubles(1, sources);
	joint->begun = false;
}

static void
begin(struct joint *joint, size_t source, const struct path_sample *sample,
    const struct likelihood_shape *shape)
{
	const struct bank_start start = {
		.source = source,
		.offset = sample->offset,
		.variance = shape->half * shape->half +
		    shape->base * shape->base,
		.rate = joint->rate,
		.rate_variance = joint->rate_sd * joint->rate_sd,
	};

	bank_start(&joint->bank, &start, joint->biases);
	joint->begun = true;
}

static void
update(struct joint *joint, size_t source, const struct path_sample *sample,
    const struct likelihood_shape *shape,
    const double weights[LIKELIHOOD_LEVELS])
{
	struct bank *bank = &joint->bank;
	double values[BANK_WANDERS], predicted, variance, late, offset;
	struct likelihood likelihood;
	size_t j;

	/* A reply that was overtaken by another source's: as if it came now. */
	late = fmax(joint->time - sample->time, 0);
	offset = sample->offset + late * bank_mean(bank, 1);
	bank_advance(bank, fmax(sample->time - joint->time, 0),
	    joint->biases);
	for (j = 0; j < bank->models; j++) {
		predicted = bank_predict(bank, j, source, &variance);
		likelihood_mixture(shape, offset - predicted, variance,
		    weights, NULL, &likelihood);
		bank_correct(bank, j, source, &likelihood);
		values[j] = likelihood.value;
	}
	bank_weigh(bank, values);
	bank_summarise(bank);
}

static void
take(struct joint *joint, const struct joint_source *sources, size_t source,
    const struct path_sample *sample)
{
	const struct tracker *tracker = sources[source].tracker;
	struct likelihood_shape shape;

	path_shape(&tracker->path, sample->half, &shape);
	if (!joint->begun) {
		begin(joint, source, sample, &shape);
		joint->time = sample->time;
		return;
	}
	update(joint, source, sample, &shape, tracker->levels);
	joint->time = fmax(joint->time, sample->time);
}

static void
prior_biases(struct joint *joint, const struct joint_source *sources)
{
	double claimed;
	size_t i;

	for (i = 0; i < joint->bank.sources; i++) {
		claimed = sources[i].distance / CLAIM_SHARE;
		joint->biases[i] = path_asymmetry(&sources[i].tracker->path) +
		    claimed * claimed;
	}
}

void
joint_sample(struct joint *joint, struct joint_source *sources, size_t source)
{
	prior_biases(joint, sources);
	take(joint, sources, source,
	    path_newest(&sources[source].tracker->path));
	if (!bank_sane(&joint->bank))
		joint_replay(joint, sources);
}

void
joint_reroute(struct joint *joint, struct joint_source *sources,
    size_t source)
{
	struct joint_source *changed = &sources[source];

	if (!joint->begun || !(changed->tracker->change.shift > 0))
		return;
	route_apply(&changed->tracker->verdict, &joint->bank, source,
	    changed->former_bias);
	if (changed->tracker->change.longer)
		changed->former_bias = bank_mean(&joint->bank, 2 + source);
}

/* The oldest sample not yet replayed; NULL: none. */
static const struct path_sample *
oldest(const struct joint *joint, const struct joint_source *sources,
    size_t *source)
{
	const struct path_sample *found = NULL, *sample;
	size_t i;

	for (i = 0; i < joint->bank.sources; i++) {
		if (!sources[i].selected ||
		    sources[i].next >= sources[i].tracker->path.count)
			continue;
		sample = &sources[i].tracker->path.samples[sources[i].next];
		if (found == NULL || sample->time < found->time) {
			found = sample;
			*source = i;
		}
	}
	return found;
}

void
joint_replay(struct joint *joint, struct joint_source *sources)
{
	const struct path_sample *sample;
	size_t i, source = 0;

	prior_biases(joint, sources);
	joint->begun = false;
	for (i = 0; i < joint->bank.sources; i++)
		sources[i].next = sources[i].tracker->path.count -
		    sources[i].tracker->path.comparable;
	while ((sample = oldest(joint, sources, &source)) != NULL) {
		sources[source].next++;
		take(joint, sources, source, sample);
	}
	if (joint->begun && !bank_sane(&joint->bank))
		joint->begun = false;
}

void
joint_suspended(struct joint *joint, double seconds)
{
	if (joint->begun)
		bank_suspended(&joint->bank, seconds);
}

bool
joint_output(const struct joint *joint, double time,
    struct bank_output *output)
{
	if (!joint->begun)
		return false;
	bank_output(&joint->bank, time - joint->time, output);
	return true;
}
