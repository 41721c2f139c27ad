/*
 * One datagram on the socket of an association, in any state of a request.
 * Nothing is accepted but the first answer with our nonce; whoever does not
 * know the nonce changes nothing but counters (catalogue I4, I5).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/ntp_time.h"
#include "net/core/association.h"

#define T1	(5000 * NS_PER_S)
#define TRUTH	(INT64_C(1800000000) * NS_PER_S)

/* What the fuzzer decides beside the datagram. */
struct knobs {
	uint64_t	nonce;
	uint8_t		right_origin;	/* put the nonce into the packet */
	uint8_t		answered;	/* already */
	uint8_t		key;
	uint8_t		version;
	int32_t		round_trip_us;
	int32_t		pivot_years;
	uint8_t		stepped;
};

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(int condition)
{
	if (!condition)
		abort();
}

static void
prepare(struct association *association, const struct knobs *knobs)
{
	static const struct msg_conf_source settings = {
		.minpoll = 6, .maxpoll = 10, .version = 4, .port = NTP_PORT,
		.flags = SOURCE_IBURST,
	};
	const struct address remote = { .family = 4, .port = NTP_PORT,
	    .bytes = { 192, 0, 2, 1 } };
	const struct transmission transmission = { .nonce = knobs->nonce,
	    .org_axis_ns = T1, .local_refid = 0xc0000209 };
	struct moment now = { .axis_ns = T1, .real_ns = TRUTH };
	static struct action_list actions;

	association_mobilise(association, 7, &remote, &settings, &now);
	association->version = knobs->version & 7;
	association->key = knobs->key & 1;
	now.axis_ns = association->next_ns;
	actions.count = 0;
	association_timer(association, &now, &actions);
	association_sent(association, &transmission);
	if ((knobs->answered & 1) != 0)
		association->outstanding = false;
}

/* The same but for its counters? */
static int
unchanged(const struct association *before, const struct association *after)
{
	struct association copy = *after;

	copy.received = before->received;
	memcpy(copy.rejected, before->rejected, sizeof(copy.rejected));
	return memcmp(&copy, before, sizeof(copy)) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct action_list actions;
	struct association before, after;
	struct reply_context context = { .maxdist_ns = 1500 * NS_PER_MS };
	struct moment now = { .real_ns = TRUTH };
	struct reception reception = { 0 };
	struct measurement measurement;
	struct knobs knobs;
	enum reply_result result;
	uint8_t wire[2048];
	struct ntp_header header;

	if (size < sizeof(knobs) || size - sizeof(knobs) > sizeof(wire))
		return 0;
	memcpy(&knobs, data, sizeof(knobs));
	size -= sizeof(knobs);
	if (size > 0)
		memcpy(wire, data + sizeof(knobs), size);
	if ((knobs.right_origin & 1) != 0 && size >= NTP_HEADER_SIZE) {
		packet_decode(wire, &header);
		header.org = knobs.nonce;
		packet_encode(&header, wire);
	}
	memset(&before, 0, sizeof(before));
	prepare(&before, &knobs);
	after = before;
	reception.data = wire;
	reception.size = size;
	reception.stepped = (knobs.stepped & 1) != 0;
	reception.dst_axis_ns = now.axis_ns = T1 +
	    (int64_t)knobs.round_trip_us * NS_PER_US;
	context.pivot_ns = TRUTH + knobs.pivot_years % 130 *
	    (365 * INT64_C(86400) * NS_PER_S);
	context.now = &now;
	actions.count = 0;
	result = association_reply(&after, &reception, &context, &measurement,
	    &actions);
	if (size >= NTP_HEADER_SIZE)
		packet_decode(wire, &header);
	require(after.received == before.received + 1);
	if (result == REPLY_IGNORED) {
		require(unchanged(&before, &after));
		return 0;
	}
	/* Anything that has an effect is the first answer to our request. */
	require(size >= NTP_HEADER_SIZE && before.outstanding &&
	    header.org == knobs.nonce && header.mode == NTP_MODE_SERVER &&
	    before.key == 0 && !after.outstanding);
	require(after.hpoll == before.hpoll && after.reach <= before.reach);
	if (result != REPLY_GOOD)
		return 0;
	require(header.stratum >= 1 && header.stratum <= 15 &&
	    header.leap != NTP_LEAP_UNSYNCHRONISED && !reception.stepped);
	require(measurement.delay_ns >= 0 && measurement.dispersion_ns >= 0);
	association_measured(&after, &measurement, &context, &actions);
	require((after.reach & 1) == 1 && after.estimator.total == 1);
	return 0;
}
