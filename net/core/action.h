/*
 * Fills the list of actions of client.h. Pure; part of net's core.
 */
#ifndef NET_CORE_ACTION_H
#define NET_CORE_ACTION_H

#include "net/core/client.h"

/* Room for count more? Who needs several asks before changing any state. */
bool	action_room(const struct action_list *list, size_t count);

/* The next entry, zeroed but for the two; aborts where there is no room. */
struct action *action_add(struct action_list *list, enum action_type type,
	    uint32_t association);

/* An event is dropped where the list is full: nothing depends on it. */
void	action_event(struct action_list *list, uint32_t association,
	    enum client_event what, uint32_t cause, int64_t value_ns);

/* The same about an association that goes, or a source that has none; either
 * of remote and name (CONF_NAME_MAX bytes) may be NULL. */
void	action_event_about(struct action_list *list, enum client_event what,
	    uint32_t cause, const struct address *remote, const char *name);

#endif
