/*
 * The words of an ntp.conf, line by line. Pure.
 *
 * One command a line, no continuation. Words are parted by blanks; '#' starts
 * a comment anywhere outside quotes; a "quoted string" is one word and may be
 * empty; '(' before and ')' behind an unquoted word are words of their own
 * (key ranges). A byte order mark, carriage returns and a last line without
 * newline are harmless. A NUL byte, another control character, an open quote
 * or something glued to a closing one is an error.
 */
#ifndef CONF_LEXER_H
#define CONF_LEXER_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/arena.h"
#include "conf/conf.h"

struct word {
	struct word	*next;		/* on the same line */
	struct conf_place place;
	const char	*text;		/* NUL-terminated, in the arena */
	bool		quoted;
};

struct lexer {
	const char	*text;
	size_t		length;
	size_t		position;	/* of the next byte */
	size_t		line_start;
	struct conf_place place;	/* file; line; column unused */
	struct arena	*arena;
	struct conf_report *report;
};

/* text need not be terminated; file is kept by reference. */
void	lexer_start(struct lexer *lexer, const char *file, const char *text,
	    size_t length, struct arena *arena, struct conf_report *report);

/*
 * The words of the next line that has any, or NULL at the end. Errors are
 * reported; the line's good words still come out.
 */
struct word *lexer_line(struct lexer *lexer);

#endif
