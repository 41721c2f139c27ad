/*
 * The sockets of serve. Runs in the parent, which needs NET_BIND_SERVICE for
 * it; serve could not do it itself. Trusts the configuration and the kernel.
 */
#include "parent/sockets.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bsd/string.h>

#include "common/log.h"
#include "conf/conf.h"
#include "parent/files.h"
#include "parent/occupant.h"

static const struct address sockets_any[] = {
	{ .family = 4 }, { .family = 6 }
};

#define SOCKETS_SHUT	(CONF_RES_IGNORE | CONF_RES_NOSERVE)

static bool
sockets_row_excepts(const struct conf_restrict *row)
{
	if (row->remove || row->source || (row->flags & SOCKETS_SHUT))
		return false;
	return row->host != NULL || !address_is_loopback(&row->address);
}

/* What `default` has after a line about it: as serve does it, access_add. */
static uint32_t
sockets_default(uint32_t flags, const struct conf_restrict *row)
{
	if (!row->remove)
		return flags | row->flags;
	return row->flags == 0 ? 0 : flags & ~row->flags;
}

bool
sockets_serves_nobody(const struct conf *conf)
{
	const struct conf_restrict *row;
	uint32_t flags[2] = { 0, 0 };

	for (row = conf->restricts; row != NULL; row = row->next) {
		if (row->host == NULL && row->prefix == 0 && !row->source &&
		    (row->flags & CONF_RES_NTPPORT) == 0) {
			if (row->address.family != 6)
				flags[0] = sockets_default(flags[0], row);
			if (row->address.family != 4)
				flags[1] = sockets_default(flags[1], row);
		} else if (sockets_row_excepts(row))
			return false;
	}
	return (flags[0] & SOCKETS_SHUT) != 0 &&
	    (flags[1] & SOCKETS_SHUT) != 0;
}

static void
sockets_want(struct sockets *wanted, uint16_t port,
    const struct address *address)
{
	struct address with_port = *address;
	size_t i;

	if (wanted->count == CONF_LISTEN_MAX)
		return;
	with_port.port = port;
	for (i = 0; i < wanted->count; i++)
		if (address_equal(&wanted->list[i].address, &with_port))
			return;
	wanted->list[wanted->count].address = with_port;
	wanted->list[wanted->count++].fd = -1;
}

void
sockets_wanted(const struct conf *conf, uint16_t port,
    const struct sockets_candidate *candidates, size_t ncandidates,
    struct sockets *wanted)
{
	bool nobody = sockets_serves_nobody(conf);
	size_t i;

	memset(wanted, 0, sizeof(*wanted));
	if (conf->interfaces == NULL && !nobody) {
		sockets_want(wanted, port, &sockets_any[0]);
		sockets_want(wanted, port, &sockets_any[1]);
		return;
	}
	for (i = 0; i < ncandidates; i++) {
		const struct sockets_candidate *it = &candidates[i];

		if (nobody && !address_is_loopback(&it->address))
			continue;
		if (conf->interfaces == NULL || conf_interface_wanted(conf,
		    it->name, &it->address, false))
			sockets_want(wanted, port, &it->address);
	}
}

size_t
sockets_candidates(struct sockets_candidate *candidates, size_t max)
{
	struct ifaddrs *all, *it;
	struct sockets_candidate *own;
	struct sockaddr_storage storage;
	size_t count = 0, length;

	if (getifaddrs(&all) != 0)
		return 0;
	for (it = all; it != NULL && count < max; it = it->ifa_next) {
		if (it->ifa_addr == NULL || !(it->ifa_flags & IFF_UP))
			continue;
		if (it->ifa_addr->sa_family == AF_INET)
			length = sizeof(struct sockaddr_in);
		else if (it->ifa_addr->sa_family == AF_INET6)
			length = sizeof(struct sockaddr_in6);
		else
			continue;
		memset(&storage, 0, sizeof(storage));
		memcpy(&storage, it->ifa_addr, length);
		own = &candidates[count];
		if (!address_from_sockaddr(&storage, &own->address))
			continue;
		own->address.port = 0;
		strlcpy(own->name, it->ifa_name, SOCKETS_IFNAME);
		count++;
	}
	freeifaddrs(all);
	return count;
}

/*
 * What serve needs to know of each datagram: when it came, and to which of our
 * addresses. Before it is bound: a datagram that was queued without a stamp
 * would get the time at which it is read.
 */
static bool
sockets_prepare(int fd, uint8_t family)
{
	int level = family == 4 ? IPPROTO_IP : IPPROTO_IPV6;
	int option = family == 4 ? IP_PKTINFO : IPV6_RECVPKTINFO;
	int on = 1;

	return setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on,
	    sizeof(on)) == 0 &&
	    setsockopt(fd, level, option, &on, sizeof(on)) == 0;
}

/*
 * shared: with SO_REUSEPORT, so that several workers and two generations of
 * the configuration can be bound at once. errno on -1.
 */
static int
sockets_open(const struct address *address, bool shared)
{
	struct sockaddr_storage storage;
	socklen_t length = address_to_sockaddr(address, &storage);
	int fd, on = 1;

	fd = socket(address->family == 4 ? AF_INET : AF_INET6,
	    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if ((address->family == 6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY,
	    &on, sizeof(on)) != 0) ||
	    !sockets_prepare(fd, address->family) ||
	    (shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on,
	    sizeof(on)) != 0) ||
	    bind(fd, (struct sockaddr *)&storage, length) != 0)
		return files_give_up(fd);
	return fd;
}

/*
 * Alone first: SO_REUSEPORT would let two daemons of root share the port, and
 * each would get half of the requests. Not while we hold sockets ourselves.
 */
static int
sockets_bind_one(const struct address *address, bool alone)
{
	int fd;

	if (alone) {
		fd = sockets_open(address, false);
		if (fd < 0)
			return -1;
		close(fd);
	}
	return sockets_open(address, true);
}

static const struct listening *
sockets_find(const struct sockets *sockets, const struct address *address)
{
	size_t i;

	for (i = 0; sockets != NULL && i < sockets->count; i++)
		if (address_equal(&sockets->list[i].address, address))
			return &sockets->list[i];
	return NULL;
}

static void
sockets_explain(const struct address *address, int error, char *why,
    size_t size)
{
	char text[ADDRESS_TEXT], by[OCCUPANT_TEXT] = "";

	if (error == EADDRINUSE)
		occupant_find(address, by, sizeof(by));
	snprintf(why, size, "cannot bind UDP port %u of %s: %s%s",
	    (unsigned int)address->port, address_to_text(address, text),
	    strerror(error), by);
}

/* No IPv6 in this kernel is no failure; nor is an address that went away. */
static bool
sockets_may_miss(const struct address *address, int error)
{
	if (error == EADDRNOTAVAIL || error == ENODEV)
		return true;
	return error == EAFNOSUPPORT && address->family == 6;
}

/* Takes the rows that stayed unbound out of the list. */
static void
sockets_close_up(struct sockets *sockets)
{
	size_t from, to = 0;

	for (from = 0; from < sockets->count; from++)
		if (sockets->list[from].fd >= 0)
			sockets->list[to++] = sockets->list[from];
	sockets->count = to;
}

bool
sockets_bind(struct sockets *wanted, const struct sockets *old, char *why,
    size_t size)
{
	bool alone = old == NULL || old->count == 0;
	const struct listening *have;
	char text[ADDRESS_TEXT];
	size_t i;

	for (i = 0; i < wanted->count; i++) {
		struct listening *it = &wanted->list[i];

		have = sockets_find(old, &it->address);
		it->fd = have != NULL ? have->fd :
		    sockets_bind_one(&it->address, alone);
		if (it->fd >= 0)
			continue;
		if (!sockets_may_miss(&it->address, errno)) {
			sockets_explain(&it->address, errno, why, size);
			sockets_release(wanted, old);
			return false;
		}
		if (it->address.family == 4 || errno != EAFNOSUPPORT)
			log_warning("%s is not served: %s",
			    address_to_text(&it->address, text),
			    strerror(errno));
	}
	sockets_close_up(wanted);
	return true;
}

bool
sockets_same(const struct sockets *a, const struct sockets *b)
{
	const struct listening *other;
	size_t i;

	for (i = 0; i < a->count; i++) {
		other = sockets_find(b, &a->list[i].address);
		if (other == NULL || other->fd != a->list[i].fd)
			return false;
	}
	return a->count == b->count;
}

void
sockets_release(struct sockets *old, const struct sockets *kept)
{
	const struct listening *other;
	size_t i;

	for (i = 0; i < old->count; i++) {
		other = sockets_find(kept, &old->list[i].address);
		if (old->list[i].fd >= 0 &&
		    (other == NULL || other->fd != old->list[i].fd))
			close(old->list[i].fd);
	}
	old->count = 0;
}
