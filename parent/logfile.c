/*
 * Opens the log. Runs in the parent. Trusts the configuration for the name of
 * the file, and opens it as the owner of its directory (files.c).
 */
#include "parent/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/log.h"
#include "conf/conf.h"
#include "parent/files.h"
#include "parent/options.h"

#define LOGFILE_SYSLOG	"/dev/log"

void
logfile_init(struct logfile *log, const struct options *options)
{
	log->target = LOG_TO_STDERR;
	log->debug = options->debug;
	log->foreground = options->foreground;
	log_init("parent", LOG_TO_STDERR, log->debug);
}

static int
logfile_connect_syslog(void)
{
	struct sockaddr_un address = {
		.sun_family = AF_UNIX, .sun_path = LOGFILE_SYSLOG
	};
	int fd;

	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address,
	    sizeof(address)) != 0)
		return files_give_up(fd);
	return fd;
}

/* By options.h: -d is stderr; then a file; then, with -n, stderr if open. */
static int
logfile_target(const struct conf *conf, const struct options *options)
{
	if (options->log_stderr)
		return LOG_TO_STDERR;
	if (conf->logfile != NULL)
		return LOG_TO_FILE;
	if ((options->foreground || options->quit) && fcntl(2, F_GETFD) >= 0)
		return LOG_TO_STDERR;
	return LOG_TO_SYSLOG;
}

bool
logfile_open(struct logfile *log, const struct conf *conf,
    const struct options *options)
{
	int target = logfile_target(conf, options), fd;
	const char *path = LOGFILE_SYSLOG;

	/* Once away from stderr there is no way back: it is no longer ours. */
	if (target == LOG_TO_STDERR)
		return false;
	/* A datagram socket needs no new start where it stays what it is. */
	if (target == LOG_TO_SYSLOG && log->target == LOG_TO_SYSLOG)
		return false;
	if (target == LOG_TO_FILE) {
		path = conf->logfile;
		fd = files_open(path, O_APPEND);
	} else
		fd = logfile_connect_syslog();
	if (fd < 0) {
		log_error("log %s: %s", path, strerror(errno));
		return false;
	}
	log_replace(fd, (uint32_t)target);
	log->target = target;
	return true;
}
