/*
 * System variables (RFC 5905 section 11.1): what the clock is worth, for those
 * who ask us. Synchronised, living on after the last source is gone, or on the
 * local clock. Pure; part of net's core.
 */
#ifndef NET_CORE_SYSTEM_H
#define NET_CORE_SYSTEM_H

#include "net/core/client.h"

/* Published at least so often, and worthless to the reader after this. */
#define SYSTEM_PUBLISH_NS	(16 * NS_PER_S)
#define SYSTEM_DEADLINE_NS	(64 * NS_PER_S)

enum system_mode {
	SYSTEM_UNSYNCHRONISED,
	SYSTEM_SYNCHRONISED,	/* by survivors, now or until lately */
	SYSTEM_LOCAL		/* 127.127.1.u: says so, knows nothing */
};

/* The last combination of survivors. */
struct system_update {
	uint32_t	peer;		/* id of the system peer */
	uint8_t		leap;		/* majority of the survivors */
	uint8_t		peer_stratum;
	int8_t		poll;
	uint8_t		survivors;
	uint32_t	refid;
	int64_t		axis_ns;
	int64_t		offset_ns;	/* true time minus axis, there */
	int64_t		offset_sd_ns;
	int64_t		frequency_ppt;
	int64_t		frequency_sd_ppt;
	int64_t		jitter_ns;
	int64_t		root_delay_ns;
	int64_t		root_dispersion_ns;	/* without what is to go */
	int64_t		reftime_ns;	/* true time of it, since 1970 */
};

struct system_state {
	struct msg_conf_system conf;
	bool		updated;	/* there was an update */
	bool		selected;	/* there are survivors now */
	bool		contested;	/* none, for the sources disagree */
	struct system_update last;
	bool		applied_known;
	struct msg_applied applied;
	bool		accepted;	/* clockctl has taken a sample */
	enum system_mode mode;
	int64_t		lost_ns;	/* axis: no survivors since */
	/* Local clock, if configured: */
	bool		local;
	bool		local_alone;	/* and nothing else */
	uint8_t		local_stratum;	/* of the driver; served + 1 */
	uint32_t	local_refid;
	uint32_t	local_id;
	int64_t		local_reftime_ns; /* since 1970 */
	int64_t		local_axis_ns;
};

void	system_init(struct system_state *state, const struct moment *now);

/* Survivors were combined; or there are none (any more), because the sources
 * contradict each other or because there is no source. */
void	system_update(struct system_state *state,
	    const struct system_update *update);
void	system_lost(struct system_state *state, bool contested,
	    const struct moment *now);

/* clockctl's word. */
void	system_applied(struct system_state *state,
	    const struct msg_applied *applied);
/* The machine slept: what the clock shows now is the RTC's guess. */
void	system_forget(struct system_state *state, const struct moment *now);

/* Decides the mode anew. True if it changed. */
bool	system_decide(struct system_state *state, const struct moment *now);
/* Axis time at which system_decide may see something new. */
int64_t	system_next(const struct system_state *state);

/* What our clock is still off by, true minus clock. */
int64_t	system_offset(const struct system_state *state,
	    const struct moment *now);
int64_t	system_root_distance(const struct system_state *state,
	    const struct moment *now);

/* For the page; *_boot_ns in axis times. */
void	system_variables(const struct system_state *state,
	    const struct moment *now, struct system_variables *variables);

#endif
