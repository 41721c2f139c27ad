/*
 * The UDP/123 sockets that serve answers on: which addresses (pure), and
 * binding them. Parent only; the sockets go to serve with CONF_LISTEN, and no
 * packet is ever read here.
 */
#ifndef PARENT_SOCKETS_H
#define PARENT_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/address.h"
#include "common/conf_message.h"

struct conf;

#define SOCKETS_IFNAME	16

/* One address of this host. */
struct sockets_candidate {
	char		name[SOCKETS_IFNAME];	/* of the interface */
	struct address	address;		/* port 0 */
};

struct listening {
	struct address	address;	/* with its port */
	int		fd;		/* -1: not bound */
};

struct sockets {
	struct listening list[CONF_LISTEN_MAX];
	size_t		count;
};

/*
 * What the configuration wants of these candidates, nothing bound (fd -1).
 *
 * No interface rules: 0.0.0.0 and [::]. With rules: every address they want,
 * each on its own. A host that serves nobody ("restrict default ignore" or
 * "noserve" and nobody excepted but itself): the loopback addresses only, if
 * the interface rules do not turn these off too. Pure.
 */
void	sockets_wanted(const struct conf *conf, uint16_t port,
	    const struct sockets_candidate *candidates, size_t ncandidates,
	    struct sockets *wanted);

/* True where no client can be answered, see above. Pure. */
bool	sockets_serves_nobody(const struct conf *conf);

/* The addresses of this host. Returns how many, at most max. */
size_t	sockets_candidates(struct sockets_candidate *candidates, size_t max);

/*
 * Binds what is wanted; takes the descriptors that old (may be empty) has
 * already. An address that has just gone is left out with a warning. False if
 * any other could not be bound: why is one line of text; wanted is closed as
 * far as it was new, old is as it was. On success old still has its own, see
 * sockets_release.
 */
bool	sockets_bind(struct sockets *wanted, const struct sockets *old,
	    char *why, size_t size);

/* The same addresses on the same descriptors, in whatever order. Pure. */
bool	sockets_same(const struct sockets *a, const struct sockets *b);

/* Closes what old has and kept (NULL: nothing) does not. Empties old. */
void	sockets_release(struct sockets *old, const struct sockets *kept);

#endif
