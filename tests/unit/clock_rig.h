/*
 * A clockctl without processes: its control on a simulated kernel, a true
 * time that a test knows, and a judge who sees every call that reaches the
 * kernel and every report, and says what broke the limits (ARCHITECTURE.md,
 * "What clockctl promises"). The judge shares no code with the policy. Used by
 * the unit tests and the fuzzer.
 */
#ifndef TESTS_UNIT_CLOCK_RIG_H
#define TESTS_UNIT_CLOCK_RIG_H

#include "clockctl/control.h"
#include "clockctl/simulated.h"

enum { RIG_STEPS_MAX = 512 };

struct rig {
	struct simulated kernel;
	struct control	control;
	struct msg_limits limits;	/* as given */
	struct msg_applied applied;	/* the last of each */
	struct msg_state state;
	unsigned int	events[EVENT_MAX];
	int64_t		true_ns;	/* true time at axis 0 */
	int64_t		true_ppt;	/* and its rate less 1 */
	uint32_t	id;		/* of the last sample */
	const char	*violation;	/* the first one; NULL none */
	/* the judge's books */
	unsigned int	good;		/* samples accepted in a row */
	unsigned int	nsteps;
	int64_t		step_axis_ns[RIG_STEPS_MAX];
	int64_t		step_ns[RIG_STEPS_MAX];
	bool		step_free[RIG_STEPS_MAX];	/* first, or resume */
	bool		any_accepted, resumed;
	uint8_t		sample_flags;
};

/* The clock starts at real_ns (axis 1000 s), true time is true_ns then. Net
 * epoch 1 is announced, LIMITS are the defaults; rig_begin sends them. */
void	rig_init(struct rig *rig, int64_t real_ns, int64_t true_ns,
	    int64_t true_ppt);
void	rig_begin(struct rig *rig);

/* Lets time pass, with the turns that clockctl asks for. */
void	rig_run(struct rig *rig, int64_t seconds);
void	rig_run_ns(struct rig *rig, int64_t ns);
/* Lets time pass as if clockctl had been killed. */
void	rig_run_dead(struct rig *rig, int64_t seconds);

/* True minus real. */
int64_t	rig_error(const struct rig *rig);
int64_t	rig_true(const struct rig *rig);

/* A sample that is right but for error_ns; of now, poll 64 s. */
struct msg_sample rig_sample(struct rig *rig, int64_t error_ns);
void	rig_send(struct rig *rig, const struct msg_sample *sample);
/* Both; the answer's status. */
int	rig_honest(struct rig *rig, int64_t error_ns);

#endif
