/*
 * Answers NTP requests; runs in serve. Pure. Trusts nothing: the request comes
 * from strangers, and the system variables from net, which may be hijacked.
 */
#include "net/serve/respond.h"

#include <string.h>

#include "common/ntp_time.h"

#define REFID_INIT	UINT32_C(0x494e4954)	/* RFC 5905 section 7.4 */
#define REFID_STEP	UINT32_C(0x53544550)
#define REFID_RATE	UINT32_C(0x52415445)
#define MAX_DISPERSION_NS	(16 * NS_PER_S)	/* MAXDISP, RFC 5905 11.1 */
#define MAX_AGE_NS	(INT64_C(1000000000) * NS_PER_S)	/* 31 years */
#define MAX_VIRTUAL_NS	(INT64_C(4) * 1000000000 * NS_PER_S)
#define MAX_VIRTUAL_PPT	(INT64_C(5000) * PPT_PER_PPM)

/* Lengths that mean something: RFC 1119 appendix C, MS-SNTP section 2.2. */
enum { SIZE_V2_OLD = 60, SIZE_V2_MD5 = 64, SIZE_MSSNTP = 68,
	SIZE_MSSNTP_EXTENDED = 120 };

static int64_t
clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

/* The time that we tell; wraps where a hostile page would overflow it. */
static int64_t
respond_served(const struct respond_state *state, int64_t real_ns)
{
	return (int64_t)((uint64_t)real_ns + (uint64_t)state->virtual_ns);
}

/* What the variables say at the moment, as far as they may be believed. */
static bool
respond_synchronised(const struct system_variables *variables,
    int64_t now_boot_ns)
{
	return variables->leap < NTP_LEAP_UNSYNCHRONISED &&
	    variables->stratum >= 1 && variables->stratum <= 15 &&
	    now_boot_ns <= variables->deadline_boot_ns;
}

static int64_t
respond_age(const struct system_variables *variables, int64_t now_boot_ns)
{
	uint64_t age_ns;

	if (now_boot_ns <= variables->stamp_boot_ns)
		return 0;
	age_ns = (uint64_t)now_boot_ns - (uint64_t)variables->stamp_boot_ns;
	return age_ns > MAX_AGE_NS ? MAX_AGE_NS : (int64_t)age_ns;
}

/* Grows by PHI (RFC 5905 section 11.1), rounded up. */
static int64_t
respond_dispersion(const struct system_variables *variables, int64_t age_ns)
{
	int64_t dispersion;

	dispersion = clamp(variables->root_dispersion_ns, 0,
	    MAX_DISPERSION_NS);
	return dispersion + age_ns / NS_PER_S * NTP_PHI_PPB +
	    age_ns % NS_PER_S * NTP_PHI_PPB / NS_PER_S + 1;
}

static int64_t
respond_virtual(const struct system_variables *variables, int64_t age_ns)
{
	int64_t ppt;

	ppt = clamp(variables->virtual_ppt, -MAX_VIRTUAL_PPT, MAX_VIRTUAL_PPT);
	return clamp(variables->virtual_ns, -MAX_VIRTUAL_NS, MAX_VIRTUAL_NS) +
	    age_ns / NS_PER_S * (ppt / 1000) +
	    age_ns % NS_PER_S / 1000 * (ppt / 1000) / 1000000;
}

void
respond_prepare(const struct system_variables *variables, int64_t now_boot_ns,
    int precision, struct respond_state *state)
{
	int64_t age_ns = respond_age(variables, now_boot_ns);
	int64_t dispersion = respond_dispersion(variables, age_ns);
	struct ntp_header *header = &state->header;

	memset(state, 0, sizeof(*state));
	state->virtual_ns = respond_virtual(variables, age_ns);
	state->synchronised = dispersion < MAX_DISPERSION_NS &&
	    respond_synchronised(variables, now_boot_ns);
	header->precision = (int8_t)clamp(precision, RESPOND_PRECISION_MIN,
	    RESPOND_PRECISION_MAX);
	if (!state->synchronised) {
		/* stratum 16 is 0 on the wire; the refid is a kiss code */
		header->leap = NTP_LEAP_UNSYNCHRONISED;
		header->refid = variables->refid == REFID_STEP ? REFID_STEP :
		    REFID_INIT;
		header->root_dispersion =
		    ntp_short_from_ns(MAX_DISPERSION_NS);
		return;
	}
	header->leap = variables->leap;
	header->stratum = variables->stratum;
	header->refid = variables->refid;
	header->root_delay = ntp_short_from_ns(variables->root_delay_ns);
	header->root_dispersion = ntp_short_from_ns(dispersion);
	state->reftime_ns = variables->reftime_ns;
}

/* Services that answer whatever comes: echo, daytime, quote, chargen. */
static bool
is_reflector(uint16_t port)
{
	return port == 7 || port == 13 || port == 17 || port == 19;
}

static enum respond_verdict
respond_check_source(const struct respond_request *request)
{
	const struct address *source = &request->source;
	struct address asked = request->local;

	if (source->port == 0)
		return RESPOND_SOURCE;
	if (address_is_loopback(source) && !request->loopback)
		return RESPOND_MARTIAN;
	if (!address_is_loopback(source) && !address_is_unicast(source))
		return RESPOND_SOURCE;
	/*
	 * From another port of this host it is a client like others. Whether
	 * it came from outside all the same cannot be seen: the kernel names
	 * the interface that has the address, not the one that it came by.
	 */
	asked.scope = source->scope;
	if (address_equal(source, &asked))
		return RESPOND_SELF;
	return is_reflector(source->port) ? RESPOND_REFLECTOR : RESPOND_ANSWER;
}

/*
 * What comes after the header. A crypto-NAK or a MAC of an unknown key gets no
 * answer, not even a crypto-NAK: that would help whoever forges the source.
 * Extension fields are skipped and answered without.
 */
static enum respond_verdict
respond_check_tail(const struct respond_request *request, int version)
{
	static const uint8_t unsigned_digest[16];
	const uint8_t *digest = request->bytes + NTP_HEADER_SIZE + 4;
	struct packet_tail tail;

	if (request->size == NTP_HEADER_SIZE)
		return RESPOND_ANSWER;
	if (version == 2 && (request->size == SIZE_V2_OLD ||
	    request->size == SIZE_V2_MD5))
		return RESPOND_ANSWER;
	if (version == 3 && request->size == SIZE_MSSNTP_EXTENDED)
		return RESPOND_MSSNTP;
	if (!packet_walk(request->bytes, request->size, &tail))
		return RESPOND_LENGTH;
	if (tail.mac == 0)
		return RESPOND_ANSWER;
	if (tail.mac == 4)
		return RESPOND_CRYPTO_NAK;
	if (version == 3 && request->size == SIZE_MSSNTP &&
	    memcmp(digest, unsigned_digest, sizeof(unsigned_digest)) == 0)
		return RESPOND_MSSNTP;
	return RESPOND_BADAUTH;
}

/* The mode of the reply; 0 where there is none. */
static uint8_t
respond_mode(const struct respond_request *request, int version, int mode)
{
	if (mode == NTP_MODE_CLIENT)
		return NTP_MODE_SERVER;
	if (mode == NTP_MODE_ACTIVE)
		return NTP_MODE_PASSIVE;
	/* version 1 had no modes; from port 123 it could be a server's */
	if (mode == NTP_MODE_UNSPECIFIED && version == 1 &&
	    request->size == NTP_HEADER_SIZE &&
	    request->source.port != NTP_PORT)
		return NTP_MODE_SERVER;
	return 0;
}

static enum respond_verdict
respond_check(const struct respond_request *request, uint8_t *reply_mode)
{
	enum respond_verdict verdict;
	int version, mode;

	/* mode 6 may be short */
	if (request->size < 1 || request->size > NTP_PACKET_MAX)
		return RESPOND_SHORT;
	version = request->bytes[0] >> 3 & 7;
	mode = request->bytes[0] & 7;
	if (version < 1 || version > 4)
		return RESPOND_VERSION;
	verdict = respond_check_source(request);
	if (verdict != RESPOND_ANSWER)
		return verdict;
	if (mode == NTP_MODE_CONTROL)
		return RESPOND_CONTROL;
	if (mode == NTP_MODE_PRIVATE)
		return RESPOND_PRIVATE;
	if (request->size < NTP_HEADER_SIZE)
		return RESPOND_SHORT;
	*reply_mode = respond_mode(request, version, mode);
	if (*reply_mode == 0)
		return RESPOND_MODE;
	return respond_check_tail(request, version);
}

/* Not 0 (Android drops it), not later than the request came. */
static int64_t
respond_reftime(const struct respond_state *state, int64_t receive_ns)
{
	if (state->reftime_ns <= 0 || state->reftime_ns > receive_ns)
		return receive_ns;
	return state->reftime_ns;
}

enum respond_verdict
respond(const struct respond_state *state,
    const struct respond_request *request, uint8_t reply[NTP_HEADER_SIZE])
{
	struct ntp_header header = state->header, asked;
	enum respond_verdict verdict;
	int64_t receive_ns = respond_served(state, request->receive_ns);

	verdict = respond_check(request, &header.mode);
	if (verdict != RESPOND_ANSWER)
		return verdict;
	packet_decode(request->bytes, &asked);
	header.version = asked.version;
	header.poll = (int8_t)clamp(asked.poll, RESPOND_POLL_MIN,
	    RESPOND_POLL_MAX);
	header.org = asked.xmt;
	header.rec = ntp_from_unix_ns(receive_ns);
	if (state->synchronised)
		header.reftime = ntp_from_unix_ns(respond_reftime(state,
		    receive_ns));
	packet_encode(&header, reply);
	return RESPOND_ANSWER;
}

void
respond_rate(uint8_t reply[NTP_HEADER_SIZE])
{
	struct ntp_header header;

	packet_decode(reply, &header);
	header.leap = NTP_LEAP_UNSYNCHRONISED;
	header.stratum = 0;
	header.refid = REFID_RATE;
	header.root_delay = 0;
	header.root_dispersion = 0;
	header.reftime = 0;
	header.rec = header.org;
	header.xmt = header.org;
	packet_encode(&header, reply);
}

void
respond_stamp(const struct respond_state *state, int64_t real_ns,
    uint8_t reply[NTP_HEADER_SIZE])
{
	struct ntp_header header;
	uint64_t xmt = ntp_from_unix_ns(respond_served(state, real_ns));

	packet_decode(reply, &header);
	if ((int64_t)(xmt - header.rec) <= 0)	/* whatever the era */
		xmt = header.rec + 1;
	header.xmt = xmt;
	packet_encode(&header, reply);
}
