/*
 * From text to struct conf: defaults, files and includes, and each line to its
 * directive. Runs in the parent, with its rights: it must survive any text
 * (tests/fuzz/fuzz_conf.c).
 */
#include "conf/conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/parse.h"
#include "conf/suggest.h"

#define SECOND	INT64_C(1000000000)	/* in ns */

struct conf *
conf_defaults(const char *path)
{
	struct arena *arena = arena_new();
	struct conf *conf;

	conf = arena_alloc(arena, sizeof(*conf));
	conf->arena = arena;
	conf->path = arena_text(arena, path, strlen(path));
	conf->system = (struct msg_conf_system){
		.minclock = 3, .maxclock = 10, .ceiling = 16,
		.orphan_wait_s = 300,
		.mindist_ns = SECOND / 1000, .maxdist_ns = SECOND * 3 / 2,
	};
	conf->tinker = (struct conf_tinker){
		.panic_ns = 1000 * SECOND, .step_ns = SECOND / 1000 * 128,
		.stepout_s = 300, .workers = 1,
	};
	conf->tinker.step_back_ns = conf->tinker.step_ns;
	conf->tinker.step_forward_ns = conf->tinker.step_ns;
	conf->limit = (struct conf_limit){
		.average = SECOND, .burst = 20 * SECOND, .kod = SECOND / 2,
		.clients = 1024 * 1024 / CONF_CLIENT_SIZE, .maxage_s = 3600,
	};
	conf->logconfig = CONF_LOG_ALL;
	check_derive(conf);
	return conf;
}

void
conf_free(struct conf *conf)
{
	if (conf != NULL)
		arena_free(conf->arena);
}

static void
conf_suggest(struct parser *parser, const struct word *word)
{
	const struct directive *directive;
	struct suggest suggest;

	suggest_start(&suggest, word->text);
	for (directive = directives; directive->name != NULL; directive++)
		suggest_offer(&suggest, directive->name);
	if (suggest.best != NULL)
		parse_error(parser, word, "unknown directive `%s`; did you "
		    "mean `%s`?", word->text, suggest.best);
	else
		parse_error(parser, word, "unknown directive `%s`",
		    word->text);
}

static void
conf_unknown(struct parser *parser, const struct word *word)
{
	const struct option_owner *owner;
	const struct foreign *foreign;

	if (parser->report->errors > REPORT_MAX) {
		parse_error(parser, word, "unknown directive");
		return;
	}
	for (owner = option_owners; owner->options != NULL; owner++) {
		if (option_find(owner->options, word->text) != NULL) {
			parse_error(parser, word, "`%s` %s", word->text,
			    owner->stray);
			return;
		}
	}
	foreign = foreign_find(word->text);
	if (foreign != NULL)
		parse_error(parser, word, "`%s` is %s directive; equivalent: "
		    "%s", word->text, foreign->owner, foreign->equivalent);
	else
		conf_suggest(parser, word);
}

static void
conf_line(struct parser *parser, struct word *words)
{
	const struct directive *directive;

	parser->place = words->place;
	directive = words->quoted ? NULL : directive_find(words->text);
	if (directive == NULL)
		conf_unknown(parser, words);
	else if (parse_directive_effect(parser, directive, words))
		directive->parse(parser, directive, words->next);
}

static void
conf_unreadable(struct parser *parser, const char *path,
    const struct word *from, bool optional)
{
	struct conf_place place = { .file = path };
	int error = errno;

	if (from != NULL)
		place = from->place;
	if (error == EFBIG)
		report_add(parser->report, CONF_ERROR, place,
		    "%s is larger than %d bytes", path, CONF_FILE_MAX);
	else
		report_add(parser->report,
		    optional ? CONF_WARNING : CONF_ERROR, place,
		    "cannot read %s: %s", path, strerror(error));
}

static void
conf_lines(struct parser *parser, const char *path, const char *text,
    size_t length)
{
	struct lexer lexer;
	struct word *words;

	lexer_start(&lexer, path, text, length, parser->arena,
	    parser->report);
	while ((words = lexer_line(&lexer)) != NULL)
		conf_line(parser, words);
}

/*
 * What a file is called in complaints and towards what it includes itself: a
 * relative path is one beside the file that names it.
 */
static const char *
conf_file_name(struct parser *parser, const char *path,
    const struct word *from)
{
	const char *slash;
	size_t directory;
	char *name;

	slash = from == NULL ? NULL : strrchr(from->place.file, '/');
	if (path[0] == '/' || slash == NULL)
		return path;
	directory = (size_t)(slash - from->place.file) + 1;
	name = arena_alloc(parser->arena, directory + strlen(path) + 1);
	memcpy(name, from->place.file, directory);
	memcpy(name + directory, path, strlen(path) + 1);
	return name;
}

void
parse_file(struct parser *parser, const char *path, const struct word *from,
    bool optional)
{
	struct conf_place place = { .file = path };
	size_t length = 0;
	char *text;

	if (from != NULL)
		place = from->place;
	if (parser->depth > CONF_DEPTH_MAX) {
		report_add(parser->report, CONF_ERROR, place,
		    "files include each other deeper than %d", CONF_DEPTH_MAX);
		return;
	}
	if (parser->files++ >= PARSE_FILES_MAX) {
		report_add(parser->report, CONF_ERROR, place,
		    "more than %d files", PARSE_FILES_MAX);
		return;
	}
	text = parser->reader->read(parser->reader->context, path,
	    from == NULL ? NULL : from->place.file, &length);
	if (text == NULL || length > CONF_FILE_MAX) {
		if (text != NULL)
			errno = EFBIG;
		free(text);
		conf_unreadable(parser, path, from, optional);
		return;
	}
	parser->depth++;
	conf_lines(parser, conf_file_name(parser, path, from), text, length);
	parser->depth--;
	free(text);
}

struct conf *
conf_parse(const char *path, const struct conf_reader *reader,
    struct conf_report *report)
{
	struct parser parser = { .report = report, .reader = reader };

	parser.conf = conf_defaults(path);
	parser.arena = parser.conf->arena;
	parse_file(&parser, parser.conf->path, NULL, false);
	source_finish(&parser);
	check_conf(&parser);
	if (report->errors == 0)
		return parser.conf;
	conf_free(parser.conf);
	return NULL;
}

bool
conf_add_server(struct conf *conf, const char *name,
    struct conf_report *report)
{
	static const struct conf_place place = { .file = NULL };
	struct conf_source *source;
	struct address address;

	if (!parse_host_valid(name) || (parse_address(name, &address) &&
	    !address_is_unicast(&address))) {
		report_add(report, CONF_ERROR, place, "`%s` cannot be a "
		    "server: neither a host name nor a unicast address",
		    name);
		return false;
	}
	if (source_is_refclock(name)) {
		report_add(report, CONF_ERROR, place, "`%s` is a reference "
		    "clock: it can only stand in the file", name);
		return false;
	}
	source = source_new(conf->arena, place, SOURCE_SERVER, 0, name);
	source->settings.flags = SOURCE_IBURST;
	if (!source_append(conf, source, report))
		return false;
	check_derive(conf);
	return true;
}
