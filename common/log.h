/*
 * One line an event, to descriptor 2, which the parent has made stderr, the
 * log file or a connected /dev/log datagram socket. Used by every role but
 * clockctl. Control characters are escaped with vis(3); nothing blocks.
 *
 * Form on stderr: "net: text" (no time stamp: multilog and journald add
 * theirs); in a file: "2026-11-23T20:00:00Z host ntpd[pid]: net: text"; to
 * /dev/log: RFC 3164 with facility daemon.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_target { LOG_TO_STDERR, LOG_TO_FILE, LOG_TO_SYSLOG };

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5, LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

/*
 * First thing in main(), before lock-down, and again after a fork(2) that goes
 * on logging (it keeps the pid). role: "parent", "net", ... (kept). SIGPIPE is
 * ignored from here on: a log whose reader has gone loses its lines, no more.
 *
 * After it the calls below need these system calls, which the table of a role
 * that logs must have: sendto, write, ppoll, clock_gettime.
 */
void	log_init(const char *role, enum log_target target, int debug);

/*
 * The log goes on in fd, which is taken and closed, in the form of target (enum
 * log_target; another value: as before). Also needs dup2 or dup3, and close.
 */
void	log_replace(int fd, uint32_t target);

void	log_error(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
void	log_warning(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
void	log_notice(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
void	log_info(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
/* Only where debug >= level (1 for -d, more with -D N). */
void	log_debug(int level, const char *format, ...)
	    __attribute__((format(printf, 2, 3)));

/* As log_error, then exits with status 1. */
_Noreturn void log_fatal(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));

/*
 * A limiter for one cause of lines: true where the line may be written now
 * (burst lines at once, then one per interval). *suppressed is the number left
 * out since the last one that was written, 0 where this one is left out too.
 * now_ns never runs backwards; a zeroed limit is a fresh one. Pure.
 */
struct log_limit {
	int64_t		next_ns;
	uint32_t	suppressed;
};
bool	log_limit_pass(struct log_limit *limit, int64_t now_ns,
	    uint32_t burst, int64_t interval_ns, uint32_t *suppressed);

#endif
