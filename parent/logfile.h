/*
 * Where the log goes: stderr, a file or syslog, always as descriptor 2, which
 * the children inherit. Parent only.
 */
#ifndef PARENT_LOGFILE_H
#define PARENT_LOGFILE_H

#include <stdbool.h>

struct conf;
struct options;

struct logfile {
	int		target;		/* enum log_target in force */
	int		debug;
	bool		foreground;
};

void	logfile_init(struct logfile *log, const struct options *options);

/*
 * Goes to where conf and options say, opening a file or syslog anew. True if
 * descriptor 2 was changed, so that the children have to be told; where it
 * cannot be opened the log stays where it is, and says so.
 */
bool	logfile_open(struct logfile *log, const struct conf *conf,
	    const struct options *options);

#endif
