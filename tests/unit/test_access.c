/*
 * net/serve/access: the tree answers as a plain list of lines would, for any
 * lines and any address.
 */
#include "net/serve/access.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/packet.h"

#define SETS		10000	/* random rule sets, each of 1 to ROWS_MAX */
#define ROWS_MAX	24
#define ASKED		24	/* addresses asked of each */

static struct access_node nodes[ACCESS_NODES];

static uint64_t
draw(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static unsigned int
draw_below(uint64_t *seed, unsigned int limit)
{
	return (unsigned int)((draw(seed) >> 16) % limit);
}

/*
 * The model: one list of networks, searched from end to end. What it shares
 * with the tree is the manual's text only.
 */
struct model_line {
	uint8_t		family;
	unsigned int	prefix;
	bool		port;		/* ntpport */
	uint8_t		bytes[16];
	uint32_t	flags;
};

struct model {
	struct model_line lines[4 * ROWS_MAX];
	size_t		count;
	bool		queries_said[2]; /* noquery of the default: by a line */
	bool		source[2];	/* restrict source: plain, ntpport */
	uint32_t	source_flags[2];
};

static void
model_begin(struct model *model)
{
	memset(model, 0, sizeof(*model));
	model->lines[0] = (struct model_line){ .family = 4,
	    .flags = RESTRICT_NOQUERY };
	model->lines[1] = (struct model_line){ .family = 6,
	    .flags = RESTRICT_NOQUERY };
	model->count = 2;
}

static struct model_line *
model_line(struct model *model, const struct conf_restrict_row *row)
{
	bool port = (row->flags & RESTRICT_NTPPORT) != 0;
	size_t i;

	for (i = 0; i < model->count; i++) {
		struct model_line *line = &model->lines[i];

		if (line->family == row->family &&
		    line->prefix == row->prefix && line->port == port &&
		    memcmp(line->bytes, row->bytes, 16) == 0)
			return line;
	}
	return NULL;
}

static void
model_source(struct model *model, const struct conf_restrict_row *row)
{
	bool port = (row->flags & RESTRICT_NTPPORT) != 0;
	uint32_t flags = row->flags & ~(uint32_t)RESTRICT_NTPPORT;

	if (row->action == RESTRICT_SOURCE) {
		model->source[port] = true;
		model->source_flags[port] |= flags;
	} else {
		model->source_flags[port] &= ~flags;
		if (flags == 0) {
			model->source[port] = false;
			model->source_flags[port] = 0;
		}
	}
}

static void
model_add(struct model *model, const struct conf_restrict_row *row)
{
	struct model_line *line = model_line(model, row);
	uint32_t flags = row->flags & ~(uint32_t)RESTRICT_NTPPORT;
	bool *said = &model->queries_said[row->family == 6];
	bool is_default = row->prefix == 0 &&
	    (row->flags & RESTRICT_NTPPORT) == 0;

	if (row->action >= RESTRICT_SOURCE) {
		model_source(model, row);
		return;
	}
	if (is_default && (flags & RESTRICT_NOQUERY))
		*said = true;
	if (row->action == RESTRICT_ADD && line == NULL) {
		line = &model->lines[model->count++];
		*line = (struct model_line){ .family = row->family,
		    .prefix = row->prefix,
		    .port = (row->flags & RESTRICT_NTPPORT) != 0 };
		memcpy(line->bytes, row->bytes, 16);
	}
	if (line == NULL)
		return;
	if (row->action == RESTRICT_ADD) {
		line->flags |= flags;
	} else if (flags != 0) {
		line->flags &= ~flags;
	} else if (is_default) {
		line->flags = RESTRICT_NOQUERY;
		*said = false;
	} else {
		*line = model->lines[--model->count];
	}
}

static bool
model_fits(const struct model_line *line, const struct address *client)
{
	unsigned int bit;

	if (line->family != client->family ||
	    (line->port && client->port != NTP_PORT))
		return false;
	for (bit = 0; bit < line->prefix; bit++)
		if ((line->bytes[bit / 8] ^ client->bytes[bit / 8]) >>
		    (7 - bit % 8) & 1)
			return false;
	return true;
}

static uint32_t
model_match(const struct model *model, const struct address *client,
    bool is_source)
{
	unsigned int whole = client->family == 4 ? 32 : 128;
	const struct model_line *best = NULL, *line;
	size_t i;

	for (i = 0; i < model->count; i++) {
		line = &model->lines[i];
		if (model_fits(line, client) && (best == NULL ||
		    line->prefix > best->prefix ||
		    (line->prefix == best->prefix && line->port)))
			best = line;
	}
	assert_non_null(best);
	if (is_source && best->prefix < whole) {
		if (client->port == NTP_PORT && model->source[1])
			return model->source_flags[1];
		if (model->source[0])
			return model->source_flags[0];
	}
	if (best->prefix == 0 && !best->port && address_is_loopback(client) &&
	    !model->queries_said[client->family == 6])
		return best->flags & ~(uint32_t)RESTRICT_NOQUERY;
	return best->flags;
}

static void
cut(uint8_t *bytes, unsigned int prefix)
{
	unsigned int bit;

	for (bit = prefix; bit < 128; bit++)
		bytes[bit / 8] &= (uint8_t)~(1u << (7 - bit % 8));
}

/* Few bits differ, so that networks nest and addresses hit. */
static void
draw_bytes(uint64_t *seed, uint8_t family, uint8_t *bytes)
{
	unsigned int whole = family == 4 ? 32 : 128, flips, bit;

	memset(bytes, 0, 16);
	if (draw_below(seed, 8) == 0) {
		for (bit = 0; bit < whole / 8; bit++)
			bytes[bit] = (uint8_t)draw(seed);
		return;
	}
	if (draw_below(seed, 4) == 0)
		bytes[family == 4 ? 0 : 15] = family == 4 ? 127 : 1;
	for (flips = draw_below(seed, 4); flips > 0; flips--) {
		bit = draw_below(seed, whole);
		bytes[bit / 8] ^= (uint8_t)(1u << (7 - bit % 8));
	}
}

static struct conf_restrict_row
draw_row(uint64_t *seed)
{
	struct conf_restrict_row row = { 0 };
	unsigned int kind = draw_below(seed, 16);

	row.flags = (uint32_t)draw(seed) & (uint32_t)draw(seed) & RESTRICT_ALL;
	row.action = kind == 0 ? RESTRICT_SOURCE : kind == 1 ?
	    RESTRICT_SOURCE_TAKE : kind < 5 ? RESTRICT_TAKE : RESTRICT_ADD;
	if (row.action == RESTRICT_TAKE && draw_below(seed, 2) == 0)
		row.flags &= RESTRICT_NTPPORT;
	if (row.action >= RESTRICT_SOURCE)
		return row;
	row.family = draw_below(seed, 2) == 0 ? 4 : 6;
	row.prefix = (uint8_t)draw_below(seed, row.family == 4 ? 33 : 129);
	if (draw_below(seed, 8) == 0)
		row.prefix = 0;
	draw_bytes(seed, row.family, row.bytes);
	cut(row.bytes, row.prefix);
	return row;
}

static struct address
draw_client(uint64_t *seed, const struct conf_restrict_row *rows, size_t n)
{
	const struct conf_restrict_row *near = &rows[draw_below(seed,
	    (unsigned int)n)];
	struct address client = { .family = near->family };
	unsigned int bit;

	if (client.family == 0 || draw_below(seed, 4) == 0) {
		client.family = draw_below(seed, 2) == 0 ? 4 : 6;
		draw_bytes(seed, client.family, client.bytes);
	} else {
		memcpy(client.bytes, near->bytes, 16);
		bit = draw_below(seed, client.family == 4 ? 32 : 128);
		if (draw_below(seed, 2) == 0)
			client.bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
	}
	client.port = draw_below(seed, 3) == 0 ? NTP_PORT : 40000;
	return client;
}

static void
it_answers_as_a_plain_list_would(void **state)
{
	struct conf_restrict_row rows[ROWS_MAX], again[ROWS_MAX];
	uint64_t seed = 20261123;
	unsigned int hits = 0, lengths[2][129] = { { 0 } };
	struct access access;
	struct model model;
	size_t set, i, n;

	(void)state;
	access_init(&access, nodes);
	for (set = 0; set < SETS; set++) {
		access_clear(&access);
		model_begin(&model);
		n = 1 + draw_below(&seed, ROWS_MAX);
		for (i = 0; i < n; i++) {
			rows[i] = draw_row(&seed);
			/* lines about the same network are what merges */
			if (i > 0 && draw_below(&seed, 4) == 0) {
				memcpy(again, rows, sizeof(rows));
				rows[i] = again[draw_below(&seed,
				    (unsigned int)i)];
				rows[i].action ^= 1;
			}
			lengths[rows[i].family == 6][rows[i].prefix]++;
			assert_true(access_add(&access, &rows[i]));
			model_add(&model, &rows[i]);
		}
		for (i = 0; i < ASKED; i++) {
			struct address client = draw_client(&seed, rows, n);
			bool is_source = draw_below(&seed, 4) == 0;
			uint32_t is, should;

			is = access_match(&access, &client, is_source);
			should = model_match(&model, &client, is_source);
			if (is != should)
				fail_msg("set %zu, client %zu: %#x, should be "
				    "%#x", set, i, is, should);
			hits += is != RESTRICT_NOQUERY;
		}
	}
	/* it was about something: lines decided, and of every length */
	assert_true(hits > SETS * ASKED / 4);
	for (i = 0; i <= 128; i++)
		assert_true(lengths[1][i] > 0 &&
		    (i > 32 || lengths[0][i] > 0));
}

static struct conf_restrict_row
row(enum restrict_action action, const char *network, unsigned int prefix,
    uint32_t flags)
{
	struct conf_restrict_row row = { .action = (uint8_t)action,
	    .prefix = (uint8_t)prefix, .flags = flags };
	struct address address;

	if (network != NULL) {
		assert_true(address_from_text(network, &address));
		row.family = address.family;
		memcpy(row.bytes, address.bytes, 16);
	}
	return row;
}

static uint32_t
flags_of(const struct access *access, const char *text, uint16_t port)
{
	struct address address;

	assert_true(address_from_text(text, &address));
	address.port = port;
	return access_match(access, &address, false);
}

static void
add(struct access *access, struct conf_restrict_row row)
{
	assert_true(access_add(access, &row));
}

static void
without_lines_only_this_host_may_query(void **state)
{
	struct access access;

	(void)state;
	access_init(&access, nodes);
	assert_int_equal(flags_of(&access, "192.0.2.1", 5), RESTRICT_NOQUERY);
	assert_int_equal(flags_of(&access, "2001:db8::1", 5),
	    RESTRICT_NOQUERY);
	assert_int_equal(flags_of(&access, "127.0.0.1", 5), 0);
	assert_int_equal(flags_of(&access, "::1", 5), 0);
	add(&access, row(RESTRICT_ADD, "0.0.0.0", 0, RESTRICT_LIMITED));
	assert_int_equal(flags_of(&access, "192.0.2.1", 5),
	    RESTRICT_NOQUERY | RESTRICT_LIMITED);
	assert_int_equal(flags_of(&access, "127.0.0.1", 5), RESTRICT_LIMITED);
	add(&access, row(RESTRICT_ADD, "0.0.0.0", 0, RESTRICT_NOQUERY));
	assert_int_equal(flags_of(&access, "127.0.0.1", 5),
	    RESTRICT_NOQUERY | RESTRICT_LIMITED);
	add(&access, row(RESTRICT_TAKE, "0.0.0.0", 0, RESTRICT_NOQUERY));
	assert_int_equal(flags_of(&access, "192.0.2.1", 5), RESTRICT_LIMITED);
	assert_int_equal(flags_of(&access, "2001:db8::1", 5),
	    RESTRICT_NOQUERY);
}

/* The shape that distributions ship. */
static void
the_usual_file_means_what_it_says(void **state)
{
	const uint32_t usual = RESTRICT_KOD | RESTRICT_LIMITED |
	    RESTRICT_NOMODIFY | RESTRICT_NOQUERY;
	struct access access;

	(void)state;
	access_init(&access, nodes);
	add(&access, row(RESTRICT_ADD, "0.0.0.0", 0, usual));
	add(&access, row(RESTRICT_ADD, "::", 0, usual));
	add(&access, row(RESTRICT_ADD, "127.0.0.1", 32, 0));
	add(&access, row(RESTRICT_ADD, "::1", 128, 0));
	add(&access, row(RESTRICT_ADD, "192.168.1.0", 24, RESTRICT_NOMODIFY));
	assert_int_equal(flags_of(&access, "8.8.8.8", 5), usual);
	assert_int_equal(flags_of(&access, "2001:db8::1", 5), usual);
	assert_int_equal(flags_of(&access, "127.0.0.1", 5), 0);
	assert_int_equal(flags_of(&access, "127.0.0.2", 5), usual);
	assert_int_equal(flags_of(&access, "::1", 5), 0);
	assert_int_equal(flags_of(&access, "::2", 5), usual);
	assert_int_equal(flags_of(&access, "192.168.1.255", 5),
	    RESTRICT_NOMODIFY);
	assert_int_equal(flags_of(&access, "192.168.2.0", 5), usual);
}

static void
a_line_for_port_123_goes_first(void **state)
{
	struct access access;

	(void)state;
	access_init(&access, nodes);
	add(&access, row(RESTRICT_ADD, "192.0.2.0", 24, RESTRICT_NTPPORT |
	    RESTRICT_IGNORE));
	assert_int_equal(flags_of(&access, "192.0.2.1", 124),
	    RESTRICT_NOQUERY);
	add(&access, row(RESTRICT_ADD, "192.0.2.0", 24, RESTRICT_KOD));
	assert_int_equal(flags_of(&access, "192.0.2.1", 123),
	    RESTRICT_IGNORE);
	assert_int_equal(flags_of(&access, "192.0.2.1", 124), RESTRICT_KOD);
	add(&access, row(RESTRICT_TAKE, "192.0.2.0", 24, RESTRICT_NTPPORT));
	assert_int_equal(flags_of(&access, "192.0.2.1", 123), RESTRICT_KOD);
}

/* Nested as deep as can be, and then no more than may be. */
static void
as_many_rows_as_may_be_have_room(void **state)
{
	struct conf_restrict_row deep;
	struct access access;
	unsigned int i;

	(void)state;
	access_init(&access, nodes);
	for (i = 0; i < CONF_RESTRICTS_MAX; i++) {
		deep = row(RESTRICT_ADD, "2001:db8::", 64, RESTRICT_KOD);
		deep.bytes[6] = (uint8_t)(i >> 8);
		deep.bytes[7] = (uint8_t)i;
		assert_true(access_add(&access, &deep));
	}
	assert_int_equal(flags_of(&access, "2001:db8:0:3ff::1", 5),
	    RESTRICT_KOD);
	assert_int_equal(flags_of(&access, "2001:db8:0:400::1", 5),
	    RESTRICT_NOQUERY);
	for (i = 0; i < 8; i++) {
		deep = row(RESTRICT_ADD, "10.0.0.0", 32, RESTRICT_KOD);
		deep.bytes[1] = (uint8_t)i;
		if (!access_add(&access, &deep))
			break;
	}
	assert_true(i < 8);
	assert_int_equal(flags_of(&access, "2001:db8:0:3ff::1", 5),
	    RESTRICT_KOD);
	deep = row(RESTRICT_ADD, "2001:db8::", 64, RESTRICT_LIMITED);
	assert_true(access_add(&access, &deep));	/* an old one */
	assert_int_equal(flags_of(&access, "2001:db8::1", 5),
	    RESTRICT_KOD | RESTRICT_LIMITED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_answers_as_a_plain_list_would),
		cmocka_unit_test(without_lines_only_this_host_may_query),
		cmocka_unit_test(the_usual_file_means_what_it_says),
		cmocka_unit_test(a_line_for_port_123_goes_first),
		cmocka_unit_test(as_many_rows_as_may_be_have_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
