/*
 * A world for the client of net/core: an oscillator that is wrong, a clock
 * that follows the samples, servers at the end of jittery paths, and virtual
 * time. Everything is determined by the seed.
 */
#ifndef TESTS_UNIT_CLIENT_WORLD_H
#define TESTS_UNIT_CLIENT_WORLD_H

#include "net/core/client.h"
#include "common/packet.h"

#define WORLD_SERVERS	16
#define WORLD_PACKETS	64

struct world_server {
	const char	*address;
	double		delay;		/* s, each way */
	double		jitter;		/* s, exponential, each way */
	double		error;		/* s, its clock minus true time */
	double		ramp;		/* s/s, of that error */
	double		loss;		/* probability */
	uint8_t		stratum;	/* 0 means 1 */
	uint8_t		leap;
	uint32_t	kiss;		/* answers this instead of the time */
	uint32_t	root_dispersion;	/* 16.16 */
	bool		silent;
	int		copies;		/* duplicates of every reply */
	unsigned int	requests;	/* out */
	int64_t		last_request_ns;	/* out: axis */
};

struct world_packet {
	bool		used;
	int64_t		arrival_ns;	/* axis */
	uint32_t	association;
	uint8_t		wire[NTP_HEADER_SIZE];
};

struct world {
	struct client	*client;
	struct action_list actions;
	uint64_t	seed;
	int64_t		axis_ns;
	double		rate;		/* true time runs at 1 + rate of axis */
	double		wander;		/* random walk of rate, per sqrt(s) */
	int64_t		mark_axis_ns;	/* here */
	int64_t		mark_true_ns;	/* true time was this, since 1970 */
	/* The clock: real at base, slewing rest at 500 ppm. */
	int64_t		base_axis_ns;
	int64_t		base_real_ns;
	double		frequency;
	double		frequency_sd;
	double		rest;		/* s */
	bool		stepped;
	bool		frozen;		/* a clock that nobody steers */
	struct world_server *servers;
	size_t		nservers;
	struct world_packet packets[WORLD_PACKETS];
	/* What came out: */
	unsigned int	samples;
	struct msg_sample first, last;
	unsigned int	events[CLIENT_EVENT_MAX];
	unsigned int	closes;
	unsigned int	publishes;
	unsigned int	asked;		/* resolver */
	struct msg_resolve question;
	uint64_t	last_nonce;
	uint32_t	last_association;
};

void	world_init(struct world *world, uint64_t seed, double rate,
	    struct world_server *servers, size_t nservers);
void	world_free(struct world *world);

/* server NAME, with iburst and the defaults of ntp.conf. */
struct msg_conf_source world_source(const char *name);
struct msg_conf_system world_system(void);
void	world_configure(struct world *world,
	    const struct msg_conf_source *sources, size_t count);

/* clockctl knows the frequency, to sd, and says so before any sample. */
void	world_hint(struct world *world, double frequency, double sd);

/* An answer of the resolver to the last question. */
void	world_resolve(struct world *world, const char *const *addresses,
	    size_t count);

/* Runs until so many seconds after axis 0. */
void	world_run(struct world *world, double until_s);

struct moment world_now(struct world *world);
/* The clock minus true time, now. */
double	world_error(const struct world *world);
/* Executes what a call of the client has left in world->actions. */
void	world_execute(struct world *world);
uint64_t world_random(struct world *world);
double	world_uniform(struct world *world);	/* [0, 1) */

#endif
