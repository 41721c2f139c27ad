/*
 * Host names of restrict lines. Runs in the parent. Trusts nothing of an answer
 * but that it is valid: which addresses it names is up to who answers for the
 * name.
 */
#include "parent/names.h"

#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "common/channel.h"
#include "common/ntp_time.h"
#include "conf/conf.h"

#define NAMES_RETRY_NS	(30 * NS_PER_S)	/* no answer, or none now */
#define NAMES_AGAIN_NS	(3600 * NS_PER_S)
#define NAMES_ABSENT_NS	NS_PER_S	/* the resolver is being restarted */

const struct name *
names_find(const struct names *names, const char *host, uint8_t family)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		if (names->list[i].family == family &&
		    strcmp(names->list[i].host, host) == 0)
			return &names->list[i];
	return NULL;
}

void
names_take(struct names *names, const struct conf *conf)
{
	const struct conf_restrict *rule;
	const struct name *known;
	struct names *old;
	struct name *name;

	old = malloc(sizeof(*old));
	if (old == NULL)
		abort();
	*old = *names;
	memset(names, 0, sizeof(*names));
	names->edition = old->edition + 1;
	for (rule = conf->restricts; rule != NULL; rule = rule->next) {
		if (rule->host == NULL || names->count == NAMES_MAX ||
		    names_find(names, rule->host, rule->address.family))
			continue;
		name = &names->list[names->count++];
		known = names_find(old, rule->host, rule->address.family);
		if (known != NULL)
			*name = *known;
		strlcpy(name->host, rule->host, sizeof(name->host));
		name->family = rule->address.family;
		name->due_ns = 0;
		name->asked = false;
	}
	free(old);
}

int64_t
names_next(const struct names *names)
{
	int64_t next = INT64_MAX;
	size_t i;

	for (i = 0; i < names->count; i++)
		if (names->list[i].due_ns < next)
			next = names->list[i].due_ns;
	return next;
}

/* An answer to an older list is nobody's. */
static uint32_t
names_id(const struct names *names, size_t index)
{
	return names->edition * NAMES_MAX + (uint32_t)index;
}

void
names_timer(struct names *names, int channel, int64_t now_ns)
{
	struct msg_resolve request = {
		.header = { MSG_RESOLVE, sizeof(request), 0 }
	};
	struct name *name;
	size_t i;

	for (i = 0; i < names->count; i++) {
		name = &names->list[i];
		if (name->due_ns > now_ns)
			continue;
		if (channel < 0) {
			name->due_ns = now_ns + NAMES_ABSENT_NS;
			continue;
		}
		name->due_ns = now_ns + NAMES_RETRY_NS;
		request.header.id = names_id(names, i);
		request.family = name->family;
		memcpy(request.name, name->host, sizeof(request.name));
		/* full: asked again then, as if it were lost on the way */
		(void)channel_send(channel, &request, -1);
		name->asked = true;
	}
}

static bool
names_has(const struct name *name, const struct address *address)
{
	size_t i;

	for (i = 0; i < name->count; i++)
		if (address_equal(&name->addresses[i], address))
			return true;
	return false;
}

/* In whatever order: name servers rotate it. */
static bool
names_same(const struct name *name, const struct msg_resolved *answer)
{
	size_t i;

	for (i = 0; i < answer->count; i++)
		if (!names_has(name, &answer->addresses[i]))
			return false;
	return name->count == answer->count;
}

/* A mask of a line is of one family: serve takes no other. */
static bool
names_fits(const struct name *name, const struct msg_resolved *answer)
{
	size_t i;

	for (i = 0; name->family != 0 && i < answer->count; i++)
		if (answer->addresses[i].family != name->family)
			return false;
	return true;
}

void
names_answer(struct names *names, const struct msg_resolved *answer,
    int64_t now_ns)
{
	uint32_t index = answer->header.id - names_id(names, 0);
	struct name *name;

	if (index >= names->count)
		return;
	name = &names->list[index];
	/* each answer may lead to a reload of serve */
	if (!name->asked)
		return;
	name->asked = false;
	name->due_ns = now_ns + (answer->status == RESOLVE_AGAIN ?
	    NAMES_RETRY_NS : NAMES_AGAIN_NS);
	if (answer->status != RESOLVE_OK || !names_fits(name, answer) ||
	    names_same(name, answer))
		return;
	memcpy(name->addresses, answer->addresses, sizeof(name->addresses));
	name->count = answer->count;
	names->changed = true;
}
