/*
 * SIGHUP as a transaction (ARCHITECTURE.md, "One reload"): read and check
 * everything, bind what is new, send it under a new generation, wait for the
 * ACKs, let go of what was. Any error before the sending changes nothing.
 * Parent only.
 */
#ifndef PARENT_RELOAD_H
#define PARENT_RELOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct child;
struct conf;
struct daemon;
struct msg_resolved;
struct sockets;

/* SIGHUP. While one is going on, it is remembered, once. */
void	reload_request(struct daemon *daemon);

/* SIGUSR1: the log only. The same messages, the same configuration. */
void	reload_log(struct daemon *daemon);

/* Addresses came or went: binds by the configuration in force what it wants of
 * them now. While a reload is going on, later. */
void	reload_rescan(struct daemon *daemon);

/* Asks for names of restrict lines that are due. */
void	reload_names(struct daemon *daemon, int64_t now_ns);

/* A hook of supervise.h, context the daemon: such a name has addresses. Where
 * they are others than before, serve is told by reload_rescan. */
void	reload_resolved(void *context, const struct msg_resolved *answer);

/* Sends one child the configuration in force, with all it needs. */
void	reload_push(struct daemon *daemon, struct child *child, bool log);

/* A child answered or is gone: perhaps that was the last. */
void	reload_settle(struct daemon *daemon);

/* Binds what this configuration wants; contract of sockets_bind. */
bool	reload_bind(const struct daemon *daemon, const struct conf *conf,
	    struct sockets *sockets, char *why, size_t size);

/* True while a child that runs owes an answer. */
bool	reload_owed(const struct daemon *daemon);

#endif
