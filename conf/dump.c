/*
 * The effective configuration as an ntp.conf. What it prints parses to the same
 * configuration, so it says the same again. Runs in the parent (--dump).
 */
#include "conf/conf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conf/number.h"
#include "conf/parse.h"

struct dump {
	void		(*emit)(void *context, const char *text);
	void		*context;
};

static void dump_text(const struct dump *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static void
dump_text(const struct dump *dump, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	dump->emit(dump->context, text);
}

/* A word, in quotes if it would not be one without. */
static void
dump_word(const struct dump *dump, const char *word)
{
	bool plain;

	plain = word[0] != '\0' && strspn(word, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./_-+:,@%=~") ==
	    strlen(word);
	dump->emit(dump->context, plain ? " " : " \"");
	dump->emit(dump->context, word);
	dump->emit(dump->context, plain ? "" : "\"");
}

static void
dump_path(const struct dump *dump, const char *name, const char *path)
{
	if (path == NULL)
		return;
	dump->emit(dump->context, name);
	dump_word(dump, path);
	dump->emit(dump->context, "\n");
}

static void
dump_number(const struct dump *dump, const char *name, int64_t value,
    int scale)
{
	char text[NUMBER_TEXT];

	dump_text(dump, " %s %s", name, number_format(value, scale, text));
}

static void
dump_flags(const struct dump *dump, const struct option *options,
    uint32_t flags)
{
	for (; options->name != NULL; options++) {
		if (options->store == STORE_FLAG &&
		    (flags & options->flag) != 0)
			dump_text(dump, " %s", options->name);
	}
}

static void
dump_local(const struct dump *dump, const struct msg_conf_source *settings)
{
	dump_text(dump, "server %s minpoll %d maxpoll %d\n", settings->name,
	    settings->minpoll, settings->maxpoll);
	dump_text(dump, "fudge %s stratum %u\n", settings->name,
	    settings->stratum);
}

static void
dump_source(const struct dump *dump, const struct conf_source *source)
{
	const struct msg_conf_source *settings = &source->settings;

	if (settings->kind == SOURCE_LOCAL) {
		dump_local(dump, settings);
		return;
	}
	dump_text(dump, "%s", settings->kind == SOURCE_POOL ? "pool" :
	    source->peer ? "peer" : "server");
	if (settings->family != 0)
		dump_text(dump, " -%u", settings->family);
	dump_text(dump, " %s minpoll %d maxpoll %d version %u",
	    settings->name, settings->minpoll, settings->maxpoll,
	    settings->version);
	if (settings->port != 123)
		dump_text(dump, " port %u", settings->port);
	if (settings->key != 0)
		dump_text(dump, " key %u", settings->key);
	if (settings->bias_ns != 0)
		dump_number(dump, "bias", settings->bias_ns, 9);
	dump_flags(dump, options_server, settings->flags);
	dump_text(dump, "\n");
}

static void
dump_interface(const struct dump *dump, const struct conf_interface *rule)
{
	char text[ADDRESS_TEXT];

	dump_text(dump, "interface %s", interface_action_name(rule->action));
	if (rule->match == CONF_IF_NAME)
		dump_word(dump, rule->name);
	else if (rule->match == CONF_IF_ADDRESS)
		dump_text(dump, " %s/%u", address_to_text(&rule->address,
		    text), rule->prefix);
	else
		dump_text(dump, " %s", interface_match_name(rule->match));
	dump_text(dump, "\n");
}

/* 255.255.255.0 of 24: only for a host, which cannot have a /LENGTH. */
static void
dump_mask(const struct dump *dump, const struct conf_restrict *rule)
{
	struct address mask = { .family = rule->address.family };
	char text[ADDRESS_TEXT];
	unsigned int i;

	if (rule->prefix == 0)
		return;
	for (i = 0; i < rule->prefix; i++)
		mask.bytes[i / 8] |= (uint8_t)(1u << (7 - i % 8));
	dump_text(dump, " mask %s", address_to_text(&mask, text));
}

static void
dump_restrict(const struct dump *dump, const struct conf_restrict *rule)
{
	char text[ADDRESS_TEXT];

	dump_text(dump, "%s", rule->remove ? "unrestrict" : "restrict");
	if (rule->source)
		dump_text(dump, " source");
	else if (rule->host != NULL) {
		if (rule->address.family != 0)
			dump_text(dump, " -%u", rule->address.family);
		dump_word(dump, rule->host);
		dump_mask(dump, rule);
	} else if (rule->address.family == 0)
		dump_text(dump, " default");
	else if (rule->prefix == 0)
		dump_text(dump, " -%u default", rule->address.family);
	else
		dump_text(dump, " %s/%u", address_to_text(&rule->address,
		    text), rule->prefix);
	if (rule->nopeer)
		dump_text(dump, " nopeer");
	dump_flags(dump, options_restrict, rule->flags);
	dump_text(dump, "\n");
}

static void
dump_tos(const struct dump *dump, const struct msg_conf_system *system)
{
	dump_text(dump, "tos minsane %u minclock %u maxclock %u floor %u "
	    "ceiling %u orphanwait %u", system->minsane, system->minclock,
	    system->maxclock, system->floor, system->ceiling,
	    system->orphan_wait_s);
	dump_number(dump, "mindist", system->mindist_ns, 9);
	dump_number(dump, "maxdist", system->maxdist_ns, 9);
	dump_text(dump, "\n");
}

static void
dump_tinker(const struct dump *dump, const struct conf_tinker *tinker)
{
	dump_text(dump, "tinker");
	dump_number(dump, "panic", tinker->panic_ns, 9);
	dump_number(dump, "step", tinker->step_ns, 9);
	dump_number(dump, "stepback", tinker->step_back_ns, 9);
	dump_number(dump, "stepfwd", tinker->step_forward_ns, 9);
	dump_number(dump, "stepout", tinker->stepout_s, 0);
	if (tinker->workers != 1)
		dump_number(dump, "workers", tinker->workers, 0);
	if (tinker->frequency_given)
		dump_number(dump, "freq", tinker->frequency_ppt, 6);
	dump_text(dump, "\n");
}

static void
dump_limit(const struct dump *dump, const struct conf_limit *limit)
{
	dump_text(dump, "limit");
	dump_number(dump, "average", limit->average, 9);
	dump_number(dump, "burst", limit->burst, 9);
	dump_number(dump, "kod", limit->kod, 9);
	dump_text(dump, "\ndiscard minimum %u\nmru maxdepth %u maxage %u\n",
	    limit->minimum_s, limit->clients, limit->maxage_s);
}

static void
dump_files(const struct dump *dump, const struct conf *conf)
{
	dump_path(dump, "driftfile", conf->driftfile);
	dump_path(dump, "pidfile", conf->pidfile);
	dump_path(dump, "logfile", conf->logfile);
	dump_path(dump, "leapfile", conf->leapfile);
	dump_path(dump, "keys", conf->keys);
	dump_path(dump, "statsdir", conf->statsdir);
}

static void
dump_logconfig(const struct dump *dump, uint32_t logconfig)
{
	static const char *const classes[4] = { "sys", "peer", "clock",
	    "sync" };
	static const char *const types[4] = { "info", "events", "statistics",
	    "status" };
	unsigned int i;

	if (logconfig == CONF_LOG_ALL)
		return;
	/* There is no word for nothing: all, less all. */
	dump_text(dump, "logconfig =all -all");
	for (i = 0; i < 16; i++) {
		if ((logconfig >> i & 1) != 0)
			dump_text(dump, " +%s%s", classes[i / 4],
			    types[i % 4]);
	}
	dump_text(dump, "\n");
}

void
conf_dump(const struct conf *conf,
    void (*emit)(void *context, const char *text), void *context)
{
	const struct dump dump = { emit, context };
	const struct conf_source *source;
	const struct conf_interface *interface;
	const struct conf_restrict *rule;

	for (source = conf->sources; source != NULL; source = source->next)
		dump_source(&dump, source);
	dump_files(&dump, conf);
	for (interface = conf->interfaces; interface != NULL;
	    interface = interface->next)
		dump_interface(&dump, interface);
	for (rule = conf->restricts; rule != NULL; rule = rule->next)
		dump_restrict(&dump, rule);
	dump_limit(&dump, &conf->limit);
	dump_tos(&dump, &conf->system);
	dump_tinker(&dump, &conf->tinker);
	dump_text(&dump, "%s ntp\n", conf->disable_ntp ? "disable" :
	    "enable");
	if (conf->disable_monitor)
		dump_text(&dump, "disable monitor\n");
	dump_logconfig(&dump, conf->logconfig);
}
