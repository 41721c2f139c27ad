/*
 * What struct client is, and what happens when there is something new:
 * candidates, selection, clustering, combining, sample, system variables.
 * RFC 5905 section 11. Pure; private to net's core.
 */
#ifndef NET_CORE_UPDATE_H
#define NET_CORE_UPDATE_H

#include "net/core/blend.h"
#include "net/core/source.h"
#include "net/core/system.h"

struct client {
	struct source_table table;
	struct system_state system;
	struct blend	blend;		/* of the survivors */
	/* Zero of the estimators' doubles. */
	int64_t		epoch_axis_ns;
	int64_t		epoch_offset_ns;
	bool		epoch_known;	/* taken from the first sample */
	/* Start rule: */
	bool		started;	/* first SAMPLE may be (was) sent */
	int64_t		configured_ns;	/* axis; when first configured */
	int64_t		answered_ns;	/* axis; first good reply; 0 none */
	/* Samples: */
	bool		fresh;		/* a survivor has measured */
	uint32_t	sequence;
	uint32_t	updates;
	int64_t		sample_ns;	/* axis: the last one sent; 0 none */
	int64_t		update_ns;	/* axis: update_run is wanted then */
	int64_t		publish_ns;	/* axis: at the latest */
	bool		disagreed;	/* no majority, and said so */
	bool		hinted;		/* clockctl's frequency was taken */
};

/* Selects anew, and sends and publishes what follows from it. Needs room for
 * 8 actions. */
void	update_run(struct client *client, const struct moment *now,
	    struct action_list *actions);

/* After an epoch or step: clockctl refused the last sample, so once more. */
void	update_again(struct client *client, const struct moment *now);

#endif
