/*
 * libFuzzer: an owned net, and a world that sleeps, is set and loses seconds.
 * The input is a program of samples and pauses; what reaches the simulated
 * kernel is judged by tests/unit/clock_rig.c: limits a and d to g of
 * ARCHITECTURE.md, "What clockctl promises".
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/clock_rig.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* 30 June 2026, 20:00 UTC: a leap second may be near. */
#define START_NS	(INT64_C(1782849600) * NS_PER_S)

struct input {
	const uint8_t	*data;
	size_t		size;
};

/* The next bytes; zeros when there are no more. */
static void
take(struct input *input, void *value, size_t size)
{
	size_t n = size < input->size ? size : input->size;

	memset(value, 0, size);
	memcpy(value, input->data, n);
	input->data += n;
	input->size -= n;
}

/* A value of any magnitude from three bytes. */
static int64_t
take_value(struct input *input)
{
	uint8_t shift;
	int16_t value;

	take(input, &shift, 1);
	take(input, &value, 2);
	return value * (INT64_C(1) << shift % 47);
}

/* Any bytes at all, with the right epochs so that they are looked at. */
static void
send_raw(struct rig *rig, struct input *input)
{
	struct msg_sample sample;

	take(input, &sample, sizeof(sample));
	sample.header = (struct message_header){ MSG_SAMPLE, sizeof(sample),
		++rig->id };
	sample.net_epoch = 1;
	sample.step_epoch = rig->control.policy.step_epoch;
	rig_send(rig, &sample);
}

/* Near what is plausible: offset, frequency, age and leap are the input's. */
static void
send_near(struct rig *rig, struct input *input)
{
	struct msg_sample sample = rig_sample(rig, take_value(input));
	uint8_t bits;

	take(input, &bits, 1);
	sample.step_epoch = rig->control.policy.step_epoch;
	sample.leap = bits & 3;
	sample.flags = bits >> 2 & 1;
	sample.frequency_ppt += take_value(input);
	if (bits & 8)
		sample.axis_ns -= llabs(take_value(input));
	if (bits & 16)
		sample.frequency_sd_ppt = llabs(take_value(input));
	if (bits & 32)
		sample.offset_sd_ns = llabs(take_value(input));
	if (bits & 64)
		sample.offset_ns = simulated_real(&rig->kernel) -
		    rig->kernel.axis_ns + take_value(input);
	rig_send(rig, &sample);
}

/* Up to an hour and a half, mostly seconds. */
static int64_t
take_time(struct input *input)
{
	uint16_t value;

	take(input, &value, 2);
	return value & 0x8000 ? (value & 0x7fff) % 5400 * NS_PER_S :
	    value * NS_PER_MS;
}

static void
run_one(struct rig *rig, struct input *input)
{
	uint8_t op;

	take(input, &op, 1);
	switch (op % 8) {
	case 0:
		send_raw(rig, input);
		break;
	case 1:
	case 2:
	case 3:
		send_near(rig, input);
		break;
	case 4:
	case 5:
		rig_run_ns(rig, take_time(input));
		break;
	case 6:
		policy_newnet(&rig->control.policy, op & 8 ? 1 : 2);
		policy_newnet(&rig->control.policy, 1);
		rig->id = 0;
		break;
	default:
		if (op & 8)
			simulated_suspend(&rig->kernel, take_time(input) +
			    NS_PER_S, take_value(input) % (100 * NS_PER_S));
		else
			simulated_set(&rig->kernel,
			    simulated_real(&rig->kernel) +
			    take_value(input) % (1000 * NS_PER_S));
		rig_run(rig, 61);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct rig rig;
	uint8_t flags, more;

	take(&input, &flags, 1);
	take(&input, &more, 1);
	rig_init(&rig, START_NS, START_NS + take_value(&input), 0);
	rig.limits.flags = flags & (LIMITS_FIRST_ANY | LIMITS_NO_STEP |
	    LIMITS_FREQUENCY);
	rig.limits.spent_start = more & 1;
	rig.limits.leap_at_s = more & 2 ? START_NS / NS_PER_S + 4 * 3600 : 0;
	rig.limits.leap_sign = more & 2 ? (more & 4 ? 1 : -1) : 0;
	rig.kernel.late_ns = (more >> 3 & 7) * NS_PER_MS;
	rig_begin(&rig);
	for (int i = 0; i < 400 && input.size > 0; i++)
		run_one(&rig, &input);
	control_end(&rig.control);
	if (rig.violation != NULL) {
		fprintf(stderr, "%s\n", rig.violation);
		abort();
	}
	return 0;
}
