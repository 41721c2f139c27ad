/*
 * Fills the list of actions. Pure; part of net's core.
 */
#include "net/core/action.h"

#include <stdlib.h>
#include <string.h>

bool
action_room(const struct action_list *list, size_t count)
{
	return list->count + count <= ACTIONS_MAX;
}

struct action *
action_add(struct action_list *list, enum action_type type,
    uint32_t association)
{
	struct action *action;

	if (!action_room(list, 1))
		abort();
	action = &list->items[list->count++];
	memset(action, 0, sizeof(*action));
	action->type = type;
	action->association = association;
	return action;
}

void
action_event(struct action_list *list, uint32_t association,
    enum client_event what, uint32_t cause, int64_t value_ns)
{
	struct action *action;

	if (!action_room(list, 1))
		return;
	action = action_add(list, ACTION_EVENT, association);
	action->u.event.what = what;
	action->u.event.cause = cause;
	action->u.event.value_ns = value_ns;
}

void
action_event_about(struct action_list *list, enum client_event what,
    uint32_t cause, const struct address *remote, const char *name)
{
	struct action *action;

	if (!action_room(list, 1))
		return;
	action = action_add(list, ACTION_EVENT, 0);
	action->u.event.what = what;
	action->u.event.cause = cause;
	if (remote != NULL)
		action->u.event.remote = *remote;
	if (name != NULL)
		memcpy(action->u.event.name, name, CONF_NAME_MAX);
}
