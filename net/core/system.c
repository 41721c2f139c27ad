/*
 * System variables. Pure; part of net's core. Trusts clockctl's word on
 * whether the clock follows, and nobody's on how good it is after that.
 */
#include "net/core/system.h"

#include <string.h>

#include "common/ntp_time.h"
#include "common/packet.h"

#define PRECISION	(-24)	/* a reading of the clock: 26 ns to 60 ns */
#define LOCAL_ALONE_NS	(4 * NS_PER_S)
#define LOCAL_POLL_NS	(64 * NS_PER_S)
#define LOCAL_DISPERSION_NS (10 * NS_PER_MS)
/* "disable ntp": somebody else's clock is served if it is as good as this. */
#define DISABLED_MAX_NS	(128 * NS_PER_MS)

static int64_t
magnitude(int64_t value)
{
	return value < 0 ? -value : value;
}

/* Rounded up: what grows by 15 ppm never looks smaller than it is. */
static int64_t
grown(int64_t elapsed_ns, int64_t ppb)
{
	if (elapsed_ns <= 0)
		return 0;
	return elapsed_ns / NS_PER_S * ppb + ppb;
}

void
system_init(struct system_state *state, const struct moment *now)
{
	memset(state, 0, sizeof(*state));
	state->lost_ns = now->axis_ns;
}

void
system_update(struct system_state *state, const struct system_update *update)
{
	state->last = *update;
	state->updated = true;
	state->selected = true;
	state->contested = false;
}

void
system_lost(struct system_state *state, bool contested,
    const struct moment *now)
{
	if (state->selected)
		state->lost_ns = now->axis_ns;
	state->selected = false;
	state->contested = contested;
}

int64_t
system_offset(const struct system_state *state, const struct moment *now)
{
	const struct system_update *last = &state->last;
	int64_t elapsed = now->axis_ns - last->axis_ns;

	if (!state->updated)
		return 0;
	return last->offset_ns +
	    elapsed / NS_PER_MS * last->frequency_ppt / NS_PER_MS -
	    (now->real_ns - now->axis_ns);
}

/* Grows with time by what may happen to a good crystal, and by what we do not
 * know of this one. */
static int64_t
root_dispersion(const struct system_state *state, const struct moment *now)
{
	const struct system_update *last = &state->last;

	return last->root_dispersion_ns + magnitude(system_offset(state,
	    now)) + grown(now->axis_ns - last->axis_ns, NTP_PHI_PPB +
	    last->frequency_sd_ppt / PPT_PER_PPB);
}

int64_t
system_root_distance(const struct system_state *state,
    const struct moment *now)
{
	return root_dispersion(state, now) + state->last.root_delay_ns / 2;
}

/*
 * Does the clock follow what net measures? One sample that was accepted is
 * enough to tell others the time, with what is still to go in the dispersion;
 * the kernel is told that it is synchronised only after several.
 */
static bool
clock_follows(const struct system_state *state, const struct moment *now)
{
	if (!state->applied_known)
		return false;
	if (state->applied.status == CLOCK_DISABLED)
		return magnitude(system_offset(state, now)) <=
		    DISABLED_MAX_NS;
	switch (state->applied.hold) {
	case HOLD_PANIC:
	case HOLD_DATE:
	case HOLD_STEPS:
	case HOLD_KERNEL:
		return false;
	default:	/* others leave it right to the root dispersion */
		return state->applied.synchronised != 0 || state->accepted;
	}
}

void
system_applied(struct system_state *state, const struct msg_applied *applied)
{
	state->applied = *applied;
	state->applied_known = true;
	if (applied->header.id != 0 && (applied->status == CLOCK_IDLE ||
	    applied->status == CLOCK_SLEWING ||
	    applied->status == CLOCK_STEPPED))
		state->accepted = true;
}

void
system_forget(struct system_state *state, const struct moment *now)
{
	system_lost(state, false, now);
	state->updated = false;
	state->accepted = false;
}

static int64_t
wait_ns(const struct system_state *state)
{
	int64_t ns = (int64_t)state->conf.orphan_wait_s * NS_PER_S;

	/* Nobody to wait for; else as long as five polls would take. */
	if (state->local_alone)
		return LOCAL_ALONE_NS;
	return ns < 5 * LOCAL_POLL_NS ? ns : 5 * LOCAL_POLL_NS;
}

static bool
local_due(const struct system_state *state, const struct moment *now)
{
	return state->local && !state->selected &&
	    now->axis_ns - state->lost_ns >= wait_ns(state);
}

/*
 * The last source gone, the clock runs on as well as it did. But where the
 * sources contradict each other the half that is wrong may have been it.
 */
static bool
doubtful(const struct system_state *state, const struct moment *now)
{
	return state->contested && now->axis_ns - state->lost_ns >=
	    (int64_t)state->conf.orphan_wait_s * NS_PER_S;
}

bool
system_decide(struct system_state *state, const struct moment *now)
{
	enum system_mode before = state->mode;

	if (local_due(state, now))
		state->mode = SYSTEM_LOCAL;
	else if (state->updated && !doubtful(state, now) &&
	    clock_follows(state, now) &&
	    system_root_distance(state, now) <= state->conf.maxdist_ns)
		state->mode = SYSTEM_SYNCHRONISED;
	else
		state->mode = SYSTEM_UNSYNCHRONISED;
	if (state->mode == SYSTEM_LOCAL && (before != SYSTEM_LOCAL ||
	    now->axis_ns - state->local_axis_ns >= LOCAL_POLL_NS)) {
		state->local_axis_ns = now->axis_ns;
		state->local_reftime_ns = now->real_ns;
	}
	return state->mode != before;
}

int64_t
system_next(const struct system_state *state)
{
	if (state->local && !state->selected && state->mode != SYSTEM_LOCAL)
		return state->lost_ns + wait_ns(state);
	return INT64_MAX;
}

static void
fill_synchronised(const struct system_state *state, const struct moment *now,
    struct system_variables *variables)
{
	const struct system_update *last = &state->last;

	variables->leap = last->leap;
	variables->stratum = (uint8_t)(last->peer_stratum + 1);
	variables->refid = last->refid;
	variables->system_peer = state->selected ? last->peer : 0;
	variables->reftime_ns = last->reftime_ns;
	variables->root_delay_ns = last->root_delay_ns;
	variables->root_dispersion_ns = root_dispersion(state, now);
}

static void
fill_local(const struct system_state *state, const struct moment *now,
    struct system_variables *variables)
{
	variables->leap = NTP_LEAP_NONE;
	variables->stratum = (uint8_t)(state->local_stratum + 1);
	variables->refid = state->local_refid;
	variables->system_peer = state->local_id;
	variables->reftime_ns = state->local_reftime_ns;
	variables->root_delay_ns = 0;
	variables->root_dispersion_ns = LOCAL_DISPERSION_NS +
	    grown(now->axis_ns - state->local_axis_ns, NTP_PHI_PPB);
}

static void
fill_unsynchronised(const struct system_state *state,
    struct system_variables *variables)
{
	variables->leap = NTP_LEAP_UNSYNCHRONISED;
	variables->stratum = 16;
	variables->refid = state->updated ? UINT32_C(0x53544550) :
	    UINT32_C(0x494e4954);	/* kiss codes STEP, INIT */
	variables->reftime_ns = state->last.reftime_ns;
	variables->root_delay_ns = 0;
	variables->root_dispersion_ns = 16 * NS_PER_S;
}

void
system_variables(const struct system_state *state, const struct moment *now,
    struct system_variables *variables)
{
	const struct msg_applied *applied = &state->applied;

	memset(variables, 0, sizeof(*variables));
	if (state->mode == SYSTEM_SYNCHRONISED)
		fill_synchronised(state, now, variables);
	else if (state->mode == SYSTEM_LOCAL)
		fill_local(state, now, variables);
	else
		fill_unsynchronised(state, variables);
	if (variables->stratum > 15) {
		/* One below stratum 15 is nobody's upstream. */
		variables->stratum = 16;
		variables->leap = NTP_LEAP_UNSYNCHRONISED;
	}
	/* The clock may be behind: never in its future. */
	if (variables->reftime_ns > now->real_ns)
		variables->reftime_ns = now->real_ns;
	variables->precision = PRECISION;
	variables->poll = state->last.poll;
	variables->survivors = state->selected ? state->last.survivors : 0;
	variables->stamp_boot_ns = now->axis_ns;
	variables->deadline_boot_ns = now->axis_ns + SYSTEM_DEADLINE_NS;
	variables->offset_ns = system_offset(state, now);
	variables->jitter_ns = state->last.jitter_ns;
	variables->frequency_ppt = state->applied_known ?
	    applied->frequency_ppt : 0;
	variables->frequency_sd_ppt = state->last.frequency_sd_ppt;
	if (!state->applied_known)
		return;
	variables->virtual_ns = applied->virtual_ns + (now->axis_ns -
	    applied->axis_ns) / NS_PER_MS * applied->virtual_ppt / NS_PER_MS;
	variables->virtual_ppt = applied->virtual_ppt;
	variables->hold = applied->hold;
	variables->kernel_status = applied->kernel_status;
}
