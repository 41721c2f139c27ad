/*
 * Counters and log lines of serve. Trusts nothing: a stranger decides how often
 * each line could be written, so each has a limit.
 */
#include "net/serve/tally.h"

#include "common/ntp_time.h"

#define TALLY_INTERVAL_NS	(3600 * NS_PER_S)

/* NULL: only counted. What strangers send all day long is no news. */
static const char *const tally_texts[RESPOND_MAX] = {
	[RESPOND_BADAUTH] = "request with a key that we do not have",
	[RESPOND_MSSNTP] = "request for a reply signed by a domain controller"
	    " (MS-SNTP), which we do not give",
	[RESPOND_MARTIAN] = "request from outside in our own name",
	[RESPOND_SELF] = "request from our own socket",
	[RESPOND_UNSTAMPED] = "datagram without receive time or not sent to"
	    " one host alone",
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
