/*
 * Says in plain words what clockctl did and found, which logs nothing itself,
 * and what became of the configuration. Parent only.
 */
#ifndef PARENT_REPORT_H
#define PARENT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/clock_message.h"
#include "common/conf_message.h"

struct conf_report;

#define REPORT_TEXT	256

/*
 * One line about an event into text: what happened and, for a hold, what ends
 * it. Pure. virtual: with --observe, where nothing real was done. Returns the
 * level (enum log_level), 0 for an event that is no news.
 */
int	report_event(const struct msg_state *state, bool observe, char *text,
	    size_t size);

/* Logs it. */
void	report_clock(const struct msg_state *state, bool observe);

/* A hold that goes on, said again (hourly). */
void	report_hold(const struct msg_state *state);

/* "+1.234 ms" and the like, four digits; into text. Pure. */
char	*report_duration(int64_t ns, char *text, size_t size);

/* One line for the service manager. Pure. */
void	report_status(const struct msg_state *clock,
	    const struct msg_status *net, char *text, size_t size);

/* Every complaint, each by its severity. */
void	report_complaints(const struct conf_report *report);

#endif
