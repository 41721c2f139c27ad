/*
 * The estimator follows the streams that its prototype was measured with
 * (tests/sim/vectors): to 1e-9 in x and y, and 1e-6 in the deviations, relative.
 * argv[1] is their directory.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/core/fusion.h"
#include "net/core/interval.h"

#define SOURCES_MAX	8
#define LINE_MAX	400
#define POLL_LEAST	64
#define POLL_MOST	1024

/* A line of a stream: a sample, and what must come of it. */
struct row {
	unsigned int	source;
	struct path_sample sample;
	int		changed;
	double		x, y, sdx, sdy, floor, gap, poll;
	char		selected[SOURCES_MAX + 1];
};

struct world {
	struct tracker	trackers[SOURCES_MAX];
	struct joint_source sources[SOURCES_MAX];
	double		*memory;
	struct fusion	fusion;
};

static const char *directory;

static FILE *
open_vectors(const char *name)
{
	char path[1024];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "r");
	if (file == NULL)
		fail_msg("%s", path);
	return file;
}

static void
world_init(struct world *world, size_t count)
{
	size_t i;

	memset(world, 0, sizeof(*world));
	for (i = 0; i < count; i++) {
		tracker_init(&world->trackers[i]);
		world->sources[i].tracker = &world->trackers[i];
	}
	world->memory = calloc(joint_doubles(count), sizeof(double));
	assert_non_null(world->memory);
	fusion_init(&world->fusion, world->sources, count, world->memory);
}

static bool
read_row(FILE *file, struct row *row)
{
	char line[LINE_MAX];

	if (fgets(line, sizeof(line), file) == NULL)
		return false;
	memset(row, 0, sizeof(*row));
	assert_int_equal(sscanf(line, "%u %lf %lf %lf %d %lf %lf %lf %lf %lf "
	    "%lf %lf %8s", &row->source, &row->sample.time,
	    &row->sample.offset, &row->sample.delay, &row->changed, &row->x,
	    &row->y, &row->sdx, &row->sdy, &row->floor, &row->gap, &row->poll,
	    row->selected), 13);
	return true;
}

/* What is printed with so many digits is known to half of the last one. */
static void
near(const char *what, const struct row *row, double is, double must,
    double tolerance)
{
	if (!(fabs(is - must) <= tolerance))
		fail_msg("t=%.3f: %s is %.13g, not %.13g", row->sample.time,
		    what, is, must);
}

static void
check_source(const struct world *world, const struct row *row)
{
	const struct tracker *tracker = &world->trackers[row->source];
	double age = row->sample.time - world->fusion.first;

	near("floor", row, tracker->path.floor, row->floor, 1e-12);
	near("gap", row, tracker->path.gap, row->gap, 1e-9 * row->gap);
	near("poll", row, interval_best(tracker, age, POLL_LEAST, POLL_MOST),
	    row->poll, 1e-6);
}

static void
check_selected(const struct world *world, const struct row *row)
{
	size_t i;

	for (i = 0; i < world->fusion.count; i++)
		if (world->sources[i].selected != (row->selected[i] == '1'))
			fail_msg("t=%.3f: selected is not %s",
			    row->sample.time, row->selected);
}

static void
check_row(const struct world *world, const struct row *row,
    enum fusion_result result)
{
	const struct bank_output *output = &world->fusion.output;

	assert_int_equal(result != FUSION_WAITING, row->changed);
	near("x", row, output->x, row->x, 1e-9 * fabs(row->x));
	near("y", row, output->y, row->y, 1e-9 * fabs(row->y));
	near("sdx", row, sqrt(output->xx), row->sdx, 1e-6 * row->sdx);
	near("sdy", row, sqrt(output->yy), row->sdy, 1e-6 * row->sdy);
	check_source(world, row);
	check_selected(world, row);
}

static void
replay(const char *name, size_t count, size_t rows)
{
	struct world *world = malloc(sizeof(*world));
	struct row row;
	size_t n = 0;
	char line[LINE_MAX];
	FILE *file = open_vectors(name);

	assert_non_null(world);
	world_init(world, count);
	assert_non_null(fgets(line, sizeof(line), file));
	while (read_row(file, &row)) {
		assert_true(row.source < count);
		check_row(world, &row, fusion_sample(&world->fusion,
		    row.source, &row.sample));
		n++;
	}
	assert_int_equal(n, rows);
	fclose(file);
	free(world->memory);
	free(world);
}

static void
lan(void **state)
{
	(void)state;
	replay("lan.tsv", 1, 300);
}

static void
wan(void **state)
{
	(void)state;
	replay("wan.tsv", 1, 300);
}

static void
a_virtual_machine(void **state)
{
	(void)state;
	replay("vm.tsv", 1, 300);
}

static void
outliers(void **state)
{
	(void)state;
	replay("outliers.tsv", 1, 300);
}

static void
a_server_that_steps(void **state)
{
	(void)state;
	replay("server_step.tsv", 1, 120);
}

static void
a_route_that_changes(void **state)
{
	(void)state;
	replay("route.tsv", 1, 300);
}

static void
servers_with_noise(void **state)
{
	(void)state;
	replay("server_noise.tsv", 3, 300);
}

static void
a_falseticker(void **state)
{
	(void)state;
	replay("falseticker.tsv", 4, 400);
}

static void
soft_boxes(void **state)
{
	double r, h, s2, value, slope, curve;
	struct likelihood result;
	char line[LINE_MAX];
	FILE *file = open_vectors("basic.txt");
	int n = 0;

	(void)state;
	while (fgets(line, sizeof(line), file) != NULL) {
		if (sscanf(line, "softbox r=%lf h=%lf s2=%lf: Z=%lf G=%lf "
		    "C=%lf", &r, &h, &s2, &value, &slope, &curve) != 6)
			continue;
		likelihood_box(r, h, s2, &result);
		assert_true(fabs(result.value - value) <= 1e-11 * value);
		assert_true(fabs(result.slope - slope) <= 1e-11 * fabs(slope));
		assert_true(fabs(result.curve - curve) <= 1e-10 * fabs(curve));
		n++;
	}
	assert_int_equal(n, 10);
	fclose(file);
}

static void
one_source_by_hand(void **state)
{
	struct world *world = malloc(sizeof(*world));
	struct row row = { 0 };
	char line[LINE_MAX];
	FILE *file = open_vectors("basic.txt");
	int n = 0;

	(void)state;
	assert_non_null(world);
	world_init(world, 1);
	while (fgets(line, sizeof(line), file) != NULL) {
		if (sscanf(line, "t=%lf z=%lf rtt=%lf -> x=%lf y=%lf sdx=%lf "
		    "sdy=%lf floor=%lf gap=%lf poll=%lf", &row.sample.time,
		    &row.sample.offset, &row.sample.delay, &row.x, &row.y,
		    &row.sdx, &row.sdy, &row.floor, &row.gap, &row.poll) != 10)
			continue;
		fusion_sample(&world->fusion, 0, &row.sample);
		/* It has but ten and seven digits. */
		near("x", &row, world->fusion.output.x, row.x,
		    1e-9 * fabs(row.x));
		near("y", &row, world->fusion.output.y, row.y,
		    1e-9 * fabs(row.y));
		near("sdx", &row, sqrt(world->fusion.output.xx), row.sdx,
		    1e-6 * row.sdx);
		near("gap", &row, world->trackers[0].path.gap, row.gap,
		    1e-6 * row.gap);
		near("poll", &row, interval_best(&world->trackers[0],
		    row.sample.time - world->fusion.first, POLL_LEAST,
		    POLL_MOST), row.poll, 1e-3);
		n++;
	}
	assert_int_equal(n, 12);
	fclose(file);
	free(world->memory);
	free(world);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(soft_boxes),
		cmocka_unit_test(one_source_by_hand),
		cmocka_unit_test(lan),
		cmocka_unit_test(wan),
		cmocka_unit_test(a_virtual_machine),
		cmocka_unit_test(outliers),
		cmocka_unit_test(a_server_that_steps),
		cmocka_unit_test(a_route_that_changes),
		cmocka_unit_test(servers_with_noise),
		cmocka_unit_test(a_falseticker),
	};

	if (argc < 2)
		return 1;
	directory = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
