/*
 * Writes log lines, in every process but clockctl. What it formats may come
 * from strangers; where it writes may be stuck. So every line is escaped, is
 * written in one piece, and is dropped and counted rather than waited for.
 *
 * Nothing here allocates or opens once log_init() has run: no localtime(3), no
 * stdio stream, no vis(3) of libbsd, which is the wide-character one of NetBSD
 * and calls calloc(3) for each string (the form is vis(3)'s, with octal).
 */
#include "common/log.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOG_FD		STDERR_FILENO
#define LOG_TEXT_MAX	1024	/* before it is escaped; the rest is cut */
#define LOG_LINE_MAX	2048	/* below PIPE_BUF: written in one piece */
#define LOG_FACILITY	(3 << 3)	/* daemon, RFC 3164 section 4.1.1 */
#define LOG_PATIENCE_NS	(10 * 1000 * 1000)	/* for a full pipe, once */

static struct {
	const char	*role;
	enum log_target	target;
	int		debug;
	pid_t		pid;
	unsigned int	lost;		/* lines since the last one written */
	char		host[65];
} self = { .role = "ntpd" };

/*
 * A pipe is shared with whoever reads it and with our siblings, and so is its
 * O_NONBLOCK. Opened anew it is a description of our own, which the children
 * inherit. Where that is refused log_wait() has to do.
 */
static void
log_unblock(void)
{
	struct stat st;
	int fd;

	if (fstat(LOG_FD, &st) == -1 || !S_ISFIFO(st.st_mode) ||
	    (fcntl(LOG_FD, F_GETFL) & O_NONBLOCK) != 0)
		return;
	fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return;
	(void)dup2(fd, LOG_FD);
	close(fd);
}

void
log_init(const char *role, enum log_target target, int debug)
{
	struct utsname name;
	struct tm tm;
	time_t now = 0;

	self.role = role;
	self.target = target;
	self.debug = debug;
	self.pid = getpid();
	self.lost = 0;
	if (uname(&name) == 0)
		(void)snprintf(self.host, sizeof(self.host), "%.64s",
		    name.nodename);
	/* the first call in a process reads the zone file, even this one */
	(void)gmtime_r(&now, &tm);
	/* a reader that went away is no reason to die */
	signal(SIGPIPE, SIG_IGN);
	log_unblock();
}

void
log_replace(int fd, uint32_t target)
{
	if (fd != LOG_FD) {
		(void)dup2(fd, LOG_FD);
		close(fd);
	}
	if (target <= LOG_TO_SYSLOG)
		self.target = (enum log_target)target;
}

/* As strvisx(3) with VIS_OCTAL | VIS_TAB | VIS_NL. Returns the length. */
static size_t
log_escape(char *out, size_t size, const char *text)
{
	size_t used = 0;

	for (; *text != '\0' && used + 5 <= size; text++) {
		unsigned int c = (unsigned char)*text;

		if (c == '\\') {
			out[used++] = '\\';
			out[used++] = '\\';
		} else if (c >= ' ' && c < 0x7f) {
			out[used++] = (char)c;
		} else {
			out[used++] = '\\';
			out[used++] = (char)('0' + (c >> 6));
			out[used++] = (char)('0' + ((c >> 3) & 7));
			out[used++] = (char)('0' + (c & 7));
		}
	}
	out[used] = '\0';
	return used;
}

/* What stands before "role: text". Returns the length. */
static size_t
log_head(char *out, size_t size, enum log_level level)
{
	struct timespec now;
	struct tm tm;
	int length = 0;

	switch (self.target) {
	case LOG_TO_STDERR:
		break;
	case LOG_TO_FILE:
		clock_gettime(CLOCK_REALTIME, &now);
		gmtime_r(&now.tv_sec, &tm);
		length = snprintf(out, size,
		    "%04d-%02d-%02dT%02d:%02d:%02dZ %s ntpd[%d]: ",
		    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		    tm.tm_min, tm.tm_sec, self.host, (int)self.pid);
		break;
	case LOG_TO_SYSLOG:
		/* no time stamp: it would have to be local time, and every
		 * syslogd puts in its own where there is none */
		length = snprintf(out, size, "<%d>ntpd[%d]: ",
		    LOG_FACILITY | (int)level, (int)self.pid);
		break;
	}
	return length < 0 ? 0 : (size_t)length;
}

/* Room for one more line? Waits only if the last one found room. */
static bool
log_wait(void)
{
	const struct timespec patience = {
		.tv_nsec = self.lost == 0 ? LOG_PATIENCE_NS : 0
	};
	struct pollfd poll = { .fd = LOG_FD, .events = POLLOUT };

	return ppoll(&poll, 1, &patience, NULL) == 1 &&
	    (poll.revents & POLLOUT) != 0;
}

/* A socket (syslogd, the journal) can be asked not to block for one call. */
static bool
log_put(const char *line, size_t length)
{
	ssize_t n;

	n = send(LOG_FD, line, length, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n == -1 && errno == ENOTSOCK && log_wait())
		n = write(LOG_FD, line, length);
	return n >= 0;
}

static bool
log_line(enum log_level level, const char *text)
{
	char line[LOG_LINE_MAX];
	size_t length;

	length = log_head(line, sizeof(line), level);
	length += (size_t)snprintf(line + length, sizeof(line) - length,
	    "%s: ", self.role);
	length += log_escape(line + length, sizeof(line) - length - 1, text);
	if (self.target != LOG_TO_SYSLOG)
		line[length++] = '\n';
	return log_put(line, length);
}

static void __attribute__((format(printf, 2, 0)))
log_write(enum log_level level, const char *format, va_list arguments)
{
	char text[LOG_TEXT_MAX], lost[64];
	int saved = errno;

	if (vsnprintf(text, sizeof(text), format, arguments) < 0)
		text[0] = '\0';
	if (self.lost > 0) {
		(void)snprintf(lost, sizeof(lost),
		    "%u lines lost: the log was full", self.lost);
		if (log_line(LOG_LEVEL_WARNING, lost))
			self.lost = 0;
	}
	if (!log_line(level, text))
		self.lost++;
	errno = saved;
}

void
log_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_write(LOG_LEVEL_ERROR, format, arguments);
	va_end(arguments);
}

void
log_warning(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_write(LOG_LEVEL_WARNING, format, arguments);
	va_end(arguments);
}

void
log_notice(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_write(LOG_LEVEL_NOTICE, format, arguments);
	va_end(arguments);
}

void
log_info(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_write(LOG_LEVEL_INFO, format, arguments);
	va_end(arguments);
}

void
log_debug(int level, const char *format, ...)
{
	va_list arguments;

	if (self.debug < level)
		return;
	va_start(arguments, format);
	log_write(LOG_LEVEL_DEBUG, format, arguments);
	va_end(arguments);
}

void
log_fatal(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_write(LOG_LEVEL_ERROR, format, arguments);
	va_end(arguments);
	exit(1);
}

/*
 * A bucket that leaks one line per interval and holds burst of them; next_ns
 * is when it will be empty (the generic cell rate algorithm).
 */
bool
log_limit_pass(struct log_limit *limit, int64_t now_ns, uint32_t burst,
    int64_t interval_ns, uint32_t *suppressed)
{
	int64_t room_ns = (int64_t)(burst > 0 ? burst - 1 : 0) * interval_ns;

	*suppressed = 0;
	if (limit->next_ns - room_ns > now_ns) {
		if (limit->suppressed < UINT32_MAX)
			limit->suppressed++;
		return false;
	}
	if (limit->next_ns < now_ns)
		limit->next_ns = now_ns;
	limit->next_ns += interval_ns;
	*suppressed = limit->suppressed;
	limit->suppressed = 0;
	return true;
}
