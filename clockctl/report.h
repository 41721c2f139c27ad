/*
 * The messages of clockctl about the clock: STATE to the parent, APPLIED to
 * net. Pure: they go out through the callback of control.h.
 */
#ifndef CLOCKCTL_REPORT_H
#define CLOCKCTL_REPORT_H

#include "clockctl/control.h"

/* value_ns: by event, see clock_message.h. The next one is due in 60 s. */
void	report_state(struct control *control, enum clock_event event,
	    int64_t value_ns);

/* id: of the sample that is answered; 0: unasked. status CLOCK_IDLE: whatever
 * the clock does now. */
void	report_applied(struct control *control, uint32_t id,
	    enum clock_status status);

#endif
