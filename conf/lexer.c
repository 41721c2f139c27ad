/*
 * The tokeniser of ntp.conf; rules in lexer.h. Runs in the parent (and in
 * fuzzers); trusts nothing about the text.
 */
#include "conf/lexer.h"

#include <string.h>

#include "conf/report.h"

void
lexer_start(struct lexer *lexer, const char *file, const char *text,
    size_t length, struct arena *arena, struct conf_report *report)
{
	memset(lexer, 0, sizeof(*lexer));
	lexer->text = text;
	lexer->length = length;
	lexer->place.file = file;
	lexer->place.line = 1;
	lexer->arena = arena;
	lexer->report = report;
	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		lexer->position = 3;
}

/* -1: the end of the text */
static int
lexer_peek(const struct lexer *lexer)
{
	if (lexer->position >= lexer->length)
		return -1;
	return (unsigned char)lexer->text[lexer->position];
}

static bool
lexer_is_blank(int byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\v' ||
	    byte == '\f';
}

static bool
lexer_is_control(int byte)
{
	return (byte >= 0 && byte < 0x20) || byte == 0x7f;
}

static bool
lexer_ends_word(int byte)
{
	return byte < 0 || byte == '#' || byte == '"' ||
	    lexer_is_blank(byte) || lexer_is_control(byte);
}

static struct conf_place
lexer_place(const struct lexer *lexer, size_t position)
{
	struct conf_place place = lexer->place;

	place.column = (unsigned int)(position - lexer->line_start) + 1;
	return place;
}

/* Comments too must be text: a NUL in one may hide what follows it. */
static void
lexer_refuse_control(struct lexer *lexer, int byte)
{
	struct conf_place place = lexer_place(lexer, lexer->position);

	if (byte == '\0')
		report_add(lexer->report, CONF_ERROR, place,
		    "NUL byte: this is not a text file");
	else
		report_add(lexer->report, CONF_ERROR, place,
		    "control character 0x%02x", (unsigned int)byte);
	lexer->position++;
}

static void
lexer_skip_comment(struct lexer *lexer)
{
	int byte;

	while ((byte = lexer_peek(lexer)) >= 0 && byte != '\n') {
		if (byte == '\0')
			lexer_refuse_control(lexer, byte);
		else
			lexer->position++;
	}
}

static struct word *
lexer_word(struct lexer *lexer, size_t start, size_t end, bool quoted)
{
	struct word *word;

	word = arena_alloc(lexer->arena, sizeof(*word));
	word->place = lexer_place(lexer, start);
	word->text = arena_text(lexer->arena, lexer->text + start,
	    end - start);
	word->quoted = quoted;
	return word;
}

static struct word **
lexer_append(struct word **tail, struct word *word)
{
	*tail = word;
	return &word->next;
}

/* What is glued to a closing quote is probably a forgotten blank. */
static struct word **
lexer_quoted(struct lexer *lexer, struct word **tail)
{
	size_t quote = lexer->position++;
	size_t start = lexer->position;
	int byte;

	while ((byte = lexer_peek(lexer)) >= 0 && byte != '\n' &&
	    byte != '"') {
		if (lexer_is_control(byte) && byte != '\t' && byte != '\r')
			lexer_refuse_control(lexer, byte);
		else
			lexer->position++;
	}
	if (byte != '"') {
		report_add(lexer->report, CONF_ERROR,
		    lexer_place(lexer, quote), "this quote is never closed");
		return tail;
	}
	tail = lexer_append(tail, lexer_word(lexer, start, lexer->position,
	    true));
	lexer->position++;
	byte = lexer_peek(lexer);
	if (!lexer_ends_word(byte) || byte == '"')
		report_add(lexer->report, CONF_ERROR,
		    lexer_place(lexer, lexer->position),
		    "a blank is missing after the closing quote");
	return tail;
}

static struct word **
lexer_plain(struct lexer *lexer, struct word **tail)
{
	size_t start = lexer->position;
	size_t end;

	if (lexer->text[start] == '(') {
		lexer->position++;
		return lexer_append(tail, lexer_word(lexer, start, start + 1,
		    false));
	}
	while (!lexer_ends_word(lexer_peek(lexer)))
		lexer->position++;
	end = lexer->position;
	if (lexer_peek(lexer) == '"') {
		report_add(lexer->report, CONF_ERROR, lexer_place(lexer, end),
		    "a quote in the middle of a word");
		lexer_skip_comment(lexer);
	}
	if (end - start > 1 && lexer->text[end - 1] == ')') {
		tail = lexer_append(tail, lexer_word(lexer, start, end - 1,
		    false));
		start = end - 1;
	}
	return lexer_append(tail, lexer_word(lexer, start, end, false));
}

/* The words up to the newline, which is consumed. */
static struct word *
lexer_words(struct lexer *lexer)
{
	struct word *first = NULL, **tail = &first;
	int byte;

	while ((byte = lexer_peek(lexer)) >= 0 && byte != '\n') {
		if (lexer_is_blank(byte))
			lexer->position++;
		else if (byte == '#')
			lexer_skip_comment(lexer);
		else if (lexer_is_control(byte))
			lexer_refuse_control(lexer, byte);
		else if (byte == '"')
			tail = lexer_quoted(lexer, tail);
		else
			tail = lexer_plain(lexer, tail);
	}
	return first;
}

struct word *
lexer_line(struct lexer *lexer)
{
	struct word *words;

	while (lexer_peek(lexer) >= 0) {
		words = lexer_words(lexer);
		if (lexer_peek(lexer) == '\n') {
			lexer->position++;
			lexer->line_start = lexer->position;
			lexer->place.line++;
		}
		if (words != NULL)
			return words;
	}
	return NULL;
}
