/*
 * Counters and log lines of serve. Trusts nothing: a stranger decides how often
 * each line could be written, so each has a limit.
 */
#include "net/serve/tally.h"

#include <stdio.h>

#include "common/ntp_time.h"

#define TALLY_INTERVAL_NS	(3600 * NS_PER_S)
#define TALLY_TEXT		512

static const char *const tally_names[RESPOND_MAX] = {
	[RESPOND_ANSWER] = "answered", [RESPOND_SHORT] = "size",
	[RESPOND_VERSION] = "version", [RESPOND_MODE] = "mode",
	[RESPOND_CONTROL] = "mode 6", [RESPOND_PRIVATE] = "mode 7",
	[RESPOND_LENGTH] = "malformed", [RESPOND_CRYPTO_NAK] = "crypto-NAK",
	[RESPOND_BADAUTH] = "key", [RESPOND_MSSNTP] = "MS-SNTP",
	[RESPOND_SOURCE] = "source", [RESPOND_MARTIAN] = "martian",
	[RESPOND_SELF] = "own socket", [RESPOND_REFLECTOR] = "reflector",
	[RESPOND_RESTRICTED] = "restricted", [RESPOND_LIMITED] = "too often",
	[RESPOND_RATE] = "told RATE",
	[RESPOND_UNSTAMPED] = "no stamp", [RESPOND_TO_MANY] = "to many",
	[RESPOND_STALE] = "stale", [RESPOND_STEPPED] = "step",
	[RESPOND_UNSENT] = "not sent",
};

/* NULL: only counted. What strangers send all day long is no news. */
static const char *const tally_texts[RESPOND_MAX] = {
	[RESPOND_BADAUTH] = "request with a key that we do not have",
	[RESPOND_MSSNTP] =
	    "signature asked by a Windows domain member (MS-SNTP; Type=NTP"
	    " there)",
	[RESPOND_MARTIAN] = "request from outside with a loopback address",
	[RESPOND_SELF] = "request from our own socket",
	[RESPOND_UNSTAMPED] = "datagram without its receive time or local"
	    " address",
	[RESPOND_STEPPED] = "request across a step of the clock",
	[RESPOND_UNSENT] = "the kernel did not take a reply",
};

void
tally_count(struct tally *tally, enum respond_verdict verdict,
    const struct address *source, int64_t mono_ns)
{
	char text[ADDRESS_TEXT] = "";
	uint32_t more;

	tally->counts[verdict]++;
	if (tally_texts[verdict] == NULL ||
	    !log_limit_pass(&tally->limits[verdict], mono_ns, 1,
	    TALLY_INTERVAL_NS, &more))
		return;
	if (source != NULL)
		address_to_text(source, text);
	log_info("dropped: %s%s%s (%llu so far)", tally_texts[verdict],
	    source != NULL ? ", from " : "", text,
	    (unsigned long long)tally->counts[verdict]);
}

void
tally_summary(const struct tally *tally)
{
	char text[TALLY_TEXT] = "";
	unsigned long long dropped = 0;
	size_t used = 0, cause;

	for (cause = RESPOND_ANSWER + 1; cause < RESPOND_MAX; cause++) {
		unsigned long long count = tally->counts[cause];

		if (count == 0 || used >= sizeof(text))
			continue;
		dropped += count;
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s%s %llu", used == 0 ? ": " : ", ", tally_names[cause],
		    count);
	}
	if (dropped > 0 || tally->counts[RESPOND_ANSWER] > 0)
		log_info("answered %llu, dropped %llu%s",
		    (unsigned long long)tally->counts[RESPOND_ANSWER],
		    dropped, text);
}
