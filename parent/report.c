/*
 * Words for what happens. Runs in the parent; gets validated messages.
 */
#include "parent/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/ntp_time.h"
#include "conf/conf.h"

/* Why, and what ends it. */
static const struct {
	const char *why;
	const char *cure;
} report_holds[HOLD_MAX] = {
	[HOLD_NONE] = { "no reason", "nothing" },
	[HOLD_PANIC] = { "more than the panic threshold",
	    "a restart with -g, or sources that agree with the clock" },
	[HOLD_DATE] = { "a date this daemon does not believe",
	    "sources with a credible date" },
	[HOLD_BUDGET] = { "the allowance for changes is used up",
	    "time (it fills slowly), or sources that agree with the clock" },
	[HOLD_FREQUENCY] = { "the frequency would change too much in an hour",
	    "time, or sources that agree with the clock" },
	[HOLD_STEPS] = { "it would take a step, and none is left",
	    "a restart with -g, or sources that agree with the clock" },
	[HOLD_STEPOUT] = { "more than the step threshold",
	    "the stepout interval, if the sources stay with it" },
	[HOLD_KERNEL] = { "the kernel refused the change",
	    "the next sample that it takes" },
};

char *
report_duration(int64_t ns, char *text, size_t size)
{
	static const struct {
		int64_t unit;
		const char *name;
	} units[] = {
		{ NS_PER_S, "s" }, { NS_PER_MS, "ms" }, { NS_PER_US, "us" },
		{ 1, "ns" }
	};
	uint64_t magnitude = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	uint64_t unit;
	size_t i = 0;

	while (i < 3 && magnitude < (uint64_t)units[i].unit)
		i++;
	unit = (uint64_t)units[i].unit;
	if (unit == 1)
		snprintf(text, size, "%c%" PRIu64 " ns", ns < 0 ? '-' : '+',
		    magnitude);
	else
		snprintf(text, size, "%c%" PRIu64 ".%03" PRIu64 " %s",
		    ns < 0 ? '-' : '+', magnitude / unit,
		    magnitude % unit / (unit / 1000), units[i].name);
	return text;
}

static int
report_held(const struct msg_state *state, char *text, size_t size)
{
	char amount[40];

	snprintf(text, size, "clock HELD, not corrected: offset %s is refused: "
	    "%s. What ends it: %s", report_duration(state->value_ns, amount,
	    sizeof(amount)), report_holds[state->hold].why,
	    report_holds[state->hold].cure);
	return state->hold == HOLD_STEPOUT ? LOG_LEVEL_NOTICE : LOG_LEVEL_ERROR;
}

/* Level and words; %s is value_ns as a duration where there is one. */
static const struct {
	int level;
	const char *words;
} report_events[EVENT_MAX] = {
	[EVENT_STEPPED] = { LOG_LEVEL_NOTICE, "clock stepped by %s" },
	[EVENT_SYNCHRONISED] = { LOG_LEVEL_NOTICE, "clock is synchronised" },
	[EVENT_UNSYNCHRONISED] = { LOG_LEVEL_WARNING,
	    "clock is no longer synchronised" },
	[EVENT_RESUMED] = { LOG_LEVEL_NOTICE,
	    "clock is no longer held: correcting it again" },
	[EVENT_FOREIGN_SET] = { LOG_LEVEL_WARNING,
	    "clock was set by another program, by %s" },
	[EVENT_FOREIGN_ADJUST] = { LOG_LEVEL_WARNING,
	    "clock frequency or status was changed by another program" },
	[EVENT_SUSPENDED] = { LOG_LEVEL_NOTICE,
	    "machine was suspended for %s" },
	[EVENT_LEAP_ARMED] = { LOG_LEVEL_NOTICE,
	    "leap second at the end of this UTC day" },
	[EVENT_LEAP_DONE] = { LOG_LEVEL_NOTICE, "leap second is over" },
	[EVENT_NET_INVALID] = { LOG_LEVEL_ERROR,
	    "net broke the protocol towards clockctl" },
};

int
report_event(const struct msg_state *state, bool observe, char *text,
    size_t size)
{
	const char *words = report_events[state->event].words, *value;
	char amount[40];
	int level = report_events[state->event].level;
	size_t used;

	text[0] = '\0';
	if (state->event == EVENT_HELD)
		level = report_held(state, text, size);
	else if (words != NULL) {
		value = strstr(words, "%s");
		if (value == NULL)
			snprintf(text, size, "%s", words);
		else
			snprintf(text, size, "%.*s%s%s", (int)(value - words),
			    words, report_duration(state->value_ns, amount,
			    sizeof(amount)), value + 2);
	}
	used = strlen(text);
	if (level != 0 && observe)
		snprintf(text + used, size - used,
		    " (observing: the real clock is left alone)");
	return level;
}

static void
report_line(int level, const char *text)
{
	if (level == LOG_LEVEL_ERROR)
		log_error("%s", text);
	else if (level == LOG_LEVEL_WARNING)
		log_warning("%s", text);
	else
		log_notice("%s", text);
}

void
report_clock(const struct msg_state *state, bool observe)
{
	char text[REPORT_TEXT];
	int level;

	level = report_event(state, observe, text, sizeof(text));
	if (level != 0)
		report_line(level, text);
}

void
report_hold(const struct msg_state *state)
{
	struct msg_state again = *state;
	char text[REPORT_TEXT];

	again.event = EVENT_HELD;
	report_line(report_held(&again, text, sizeof(text)), text);
}

void
report_status(const struct msg_state *clock, const struct msg_status *net,
    char *text, size_t size)
{
	char amount[40];

	report_duration(net->offset_ns, amount, sizeof(amount));
	if (clock->hold != HOLD_NONE)
		snprintf(text, size, "HELD (%s), offset %s",
		    report_holds[clock->hold].why, amount);
	else if (net->stratum > 0 && net->stratum < 16)
		snprintf(text, size, "Stratum %u, offset %s, %u of %u sources "
		    "used, %u reachable", net->stratum, amount, net->survivors,
		    net->sources, net->reachable);
	else
		snprintf(text, size, "Not synchronised, %u of %u sources "
		    "reachable", net->reachable, net->sources);
}

void
report_complaints(const struct conf_report *report)
{
	const struct conf_complaint *it;
	char text[1024];

	for (it = report->first; it != NULL; it = it->next) {
		conf_complaint_format(it, text, sizeof(text));
		switch (it->severity) {
		case CONF_ERROR:
			log_error("%s", text);
			break;
		case CONF_WARNING:
			log_warning("%s", text);
			break;
		case CONF_NOTICE:
			log_notice("%s", text);
			break;
		}
	}
}
