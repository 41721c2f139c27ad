/*
 * Names the program that holds our port. Runs in the parent; reads /proc,
 * which anyone may fill with names: what is taken from there is only shown.
 */
#include "parent/occupant.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As in /proc/PID/comm, which ends after 15 bytes. */
static const char *const occupant_services[] = {
	"chronyd", "ntpd", "openntpd", "ntpd-rs", "ntp-daemon", "ntpsec",
	"systemd-timesyn", "sntp"
};

/* The uid that owns a socket on this port: -1 if there is none. */
static long
occupant_uid(const struct address *address)
{
	char line[256];
	unsigned int port, uid;
	long found = -1;
	FILE *table;

	table = fopen(address->family == 4 ? "/proc/net/udp" :
	    "/proc/net/udp6", "re");
	if (table == NULL)
		return -1;
	while (found < 0 && fgets(line, sizeof(line), table) != NULL)
		if (sscanf(line, " %*u: %*[0-9A-Fa-f]:%x %*s %*s %*s %*s %*s "
		    "%u", &port, &uid) == 2 && port == address->port)
			found = (long)uid;
	fclose(table);
	return found;
}

static bool
occupant_is_service(const char *pid, char *name, size_t size)
{
	char path[64];
	size_t i;
	FILE *comm;

	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	comm = fopen(path, "re");
	if (comm == NULL)
		return false;
	if (fgets(name, (int)size, comm) == NULL)
		name[0] = '\0';
	fclose(comm);
	name[strcspn(name, "\n")] = '\0';
	for (i = 0; i < sizeof(occupant_services) /
	    sizeof(occupant_services[0]); i++)
		if (strcmp(name, occupant_services[i]) == 0)
			return true;
	return false;
}

void
occupant_find(const struct address *address, char *text, size_t size)
{
	char name[32], own[32];
	struct dirent *entry;
	long uid = occupant_uid(address);
	DIR *proc;

	text[0] = '\0';
	if (uid >= 0)
		snprintf(text, size, " by a program of uid %ld", uid);
	snprintf(own, sizeof(own), "%d", (int)getpid());
	proc = opendir("/proc");
	if (proc == NULL)
		return;
	while ((entry = readdir(proc)) != NULL) {
		if (strspn(entry->d_name, "0123456789") !=
		    strlen(entry->d_name) || strcmp(entry->d_name, own) == 0 ||
		    !occupant_is_service(entry->d_name, name, sizeof(name)))
			continue;
		snprintf(text, size, "; %s, pid %.20s, may have it", name,
		    entry->d_name);
		break;
	}
	closedir(proc);
}
