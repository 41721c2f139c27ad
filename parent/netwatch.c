/*
 * Changes of addresses and interfaces, by rtnetlink(7). Runs in the parent; of
 * what the kernel sends only the fact that it came is used.
 */
#include "parent/netwatch.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "parent/files.h"

int
netwatch_open(void)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
		    RTMGRP_LINK
	};
	int fd;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    NETLINK_ROUTE);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&address,
	    sizeof(address)) != 0)
		return files_give_up(fd);
	return fd;
}

bool
netwatch_drain(int fd)
{
	char byte;
	bool any = false;

	/* ENOBUFS: some were lost, and that is news as well. */
	while (recv(fd, &byte, sizeof(byte), MSG_DONTWAIT | MSG_TRUNC) >= 0 ||
	    errno == ENOBUFS)
		any = true;
	return any;
}
