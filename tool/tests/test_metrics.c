// SPDX-License-Identifier: GPL-2.0
/* `rmapctl stats --prometheus` and `--openmetrics`. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "groups.h"

#define STATS	"debugfs/rmap_ab/stats"
#define ENABLED	"debugfs/rmap_ab/stats_enabled"

#define HEADER	"implementation operation calls pages busy 1 2 4\n"
#define BUILTIN	"builtin folio_remove_rmap_ptes 45 100 0 40 0 5\n"
#define PAGE	"page folio_remove_rmap_ptes 1 3 1 0 1 0\n"

static void count(struct world *w, const char *enabled, const char *stats)
{
	world_write(w, ENABLED, enabled);
	world_write(w, STATS, stats);
	world_write(w, STATUS, "state: reverted\ncurrent: page\nswitch_seq: 7\n"
		    "last_switch_us: 35\nnr_reverts: 2\nlast_revert: a \"reason\"\n"
		    "instrumented: stats\n");
}

#define LABELS(i, o)	"{implementation=\"" i "\",operation=\"" o "\"}"
#define LE(i, o, le)	\
	"_bucket{implementation=\"" i "\",operation=\"" o "\",le=\"" le "\"} "
#define REMOVE	"folio_remove_rmap_ptes"

/* A metric of each form; @total: what a counter is declared with. */
#define COUNTER(name, total, help)				\
	"# TYPE rmap_ab_" name total " counter\n"		\
	"# HELP rmap_ab_" name total " " help "\n"
#define METRICS(total)								\
	"rmap_ab_info{implementation=\"page\",state=\"reverted\"} 1\n"		\
	COUNTER("switches", total, "Switches since the module was loaded.")	\
	"rmap_ab_switches_total 7\n"						\
	COUNTER("reverts", total, "Times that an error, or SysRq-B, led back to builtin.") \
	"rmap_ab_reverts_total 2\n"						\
	"# TYPE rmap_ab_stats_enabled gauge\n"					\
	"# HELP rmap_ab_stats_enabled Whether calls of rmap operations are counted now.\n" \
	"rmap_ab_stats_enabled 1\n"						\
	COUNTER("calls", total, "Calls of rmap operations.")			\
	"rmap_ab_calls_total" LABELS("builtin", REMOVE) " 45\n"			\
	"rmap_ab_calls_total" LABELS("page", REMOVE) " 1\n"			\
	COUNTER("pages", total, "Pages that rmap operations were called for.")	\
	"rmap_ab_pages_total" LABELS("builtin", REMOVE) " 100\n"		\
	"rmap_ab_pages_total" LABELS("page", REMOVE) " 3\n"			\
	COUNTER("busy", total, "Calls of rmap operations that returned -EBUSY.") \
	"rmap_ab_busy_total" LABELS("builtin", REMOVE) " 0\n"			\
	"rmap_ab_busy_total" LABELS("page", REMOVE) " 1\n"			\
	"# TYPE rmap_ab_batch_pages histogram\n"				\
	"# HELP rmap_ab_batch_pages Pages of a call of an rmap operation.\n"	\
	"rmap_ab_batch_pages" LE("builtin", REMOVE, "1.0") "40\n"		\
	"rmap_ab_batch_pages" LE("builtin", REMOVE, "3.0") "40\n"		\
	"rmap_ab_batch_pages" LE("builtin", REMOVE, "+Inf") "45\n"		\
	"rmap_ab_batch_pages_count" LABELS("builtin", REMOVE) " 45\n"		\
	"rmap_ab_batch_pages_sum" LABELS("builtin", REMOVE) " 100\n"		\
	"rmap_ab_batch_pages" LE("page", REMOVE, "1.0") "0\n"			\
	"rmap_ab_batch_pages" LE("page", REMOVE, "3.0") "1\n"			\
	"rmap_ab_batch_pages" LE("page", REMOVE, "+Inf") "1\n"			\
	"rmap_ab_batch_pages_count" LABELS("page", REMOVE) " 1\n"		\
	"rmap_ab_batch_pages_sum" LABELS("page", REMOVE) " 3\n"

#define PROMETHEUS						\
	"# TYPE rmap_ab_info gauge\n"				\
	"# HELP rmap_ab_info What counts mappings now.\n"	\
	METRICS("_total")

/* Compares each byte, as some parsers are strict. */
static void metrics_as_openmetrics(void **state)
{
	struct world *w = *state;

	count(w, "1\n", HEADER BUILTIN PAGE);
	rmapctl(w, "stats", "--openmetrics", NULL);
	check_fine(w, "# TYPE rmap_ab info\n"
		   "# HELP rmap_ab What counts mappings now.\n"
		   METRICS("") "# EOF\n");
}

/* In this form the type of a counter belongs to the name of its samples. */
static void metrics_as_prometheus(void **state)
{
	struct world *w = *state;

	count(w, "1\n", HEADER BUILTIN PAGE);
	rmapctl(w, "stats", "--prometheus", NULL);
	check_fine(w, PROMETHEUS);
}

/* A collector needs to know, but stderr must be empty. */
static void metrics_when_off(void **state)
{
	struct world *w = *state;

	count(w, "0\n", HEADER);
	rmapctl(w, "stats", "--openmetrics", NULL);
	check_in(w->out, "\nrmap_ab_stats_enabled 0\n");
	check_not_in(w->out, "rmap_ab_calls_total");
	assert_string_equal(w->out + strlen(w->out) - 6, "# EOF\n");
	check_fine(w, w->out);
}

/* Such a name cannot be ours: it is another module's. */
static void metrics_escape_foreign_names(void **state)
{
	struct world *w = *state;

	count(w, "1\n", HEADER);
	world_write(w, STATUS, "state: foreign\ncurrent: a\"b\\c\nswitch_seq: 0\n"
		    "last_switch_us: 0\n" KNOWN_REST);
	rmapctl(w, "stats", "--prometheus", NULL);
	check_in(w->out, "\nrmap_ab_info{implementation=\"a\\\"b\\\\c\",state=\"foreign\"} 1\n");
	check_fine(w, w->out);
}

#define FILE_	"collector/rmap_ab.prom"

static void check_holds(struct world *w, const char *path, const char *text)
{
	static char got[OUTPUT_MAX];

	world_read(w, path, got, sizeof(got));
	assert_string_equal(got, text);
}

/* The directory has FILE_ and nothing else. */
static void check_alone(struct world *w)
{
	char dir[PATH_MAX];

	world_path(w, "collector", dir);
	program(w, "ls", dir, NULL);
	check_fine(w, "rmap_ab.prom\n");
}

static void metrics_into_a_file(void **state)
{
	struct world *w = *state;
	char path[PATH_MAX];
	struct stat before, after;
	const mode_t mask = umask(022);

	count(w, "1\n", HEADER BUILTIN PAGE);
	world_dir(w, "collector");
	world_write(w, FILE_, "old\n");
	world_path(w, FILE_, path);
	assert_int_equal(stat(path, &before), 0);
	rmapctl(w, "stats", "--prometheus", "--output", path, NULL);
	umask(mask);
	check_fine(w, "");
	check_holds(w, FILE_, PROMETHEUS);
	assert_int_equal(stat(path, &after), 0);
	/* Another file took its place, and somebody else may read it. */
	assert_int_not_equal(before.st_ino, after.st_ino);
	assert_int_equal(after.st_mode & 0777, 0644);
	check_alone(w);
}

/* What a collector has read until now stays. */
static void metrics_leave_the_file_after_a_failure(void **state)
{
	struct world *w = *state;
	char path[PATH_MAX], nowhere[PATH_MAX];

	count(w, "1\n", HEADER BUILTIN PAGE);
	world_dir(w, "collector");
	world_write(w, FILE_, "old\n");
	world_path(w, FILE_, path);
	w->refuse = PROMETHEUS;
	w->refuse_errno = ENOSPC;
	rmapctl(w, "stats", "--prometheus", "--output", path, NULL);
	check_failure(w, 2, "cannot write", "rmap_ab.prom", "No space left", NULL);
	w->refuse = NULL;
	check_holds(w, FILE_, "old\n");
	world_write(w, STATS, "garbled\n");
	rmapctl(w, "stats", "--prometheus", "--output", path, NULL);
	check_failure(w, 2, "garbled", NULL);
	check_holds(w, FILE_, "old\n");
	check_alone(w);
	count(w, "1\n", HEADER BUILTIN PAGE);
	world_path(w, "nowhere/rmap_ab.prom", nowhere);
	rmapctl(w, "stats", "--prometheus", "--output", nowhere, NULL);
	check_failure(w, 2, "cannot write", "No such file or directory", NULL);
}

static void metrics_refuse_contradictions(void **state)
{
	struct world *w = *state;

	count(w, "0\n", HEADER);
	rmapctl(w, "stats", "--openmetrics", "-j", NULL);
	check_failure(w, 1, "leave out -j", NULL);
	rmapctl(w, "stats", "--prometheus", "--watch", NULL);
	check_failure(w, 1, "leave out --watch", NULL);
	rmapctl(w, "stats", "--prometheus", "--openmetrics", NULL);
	check_failure(w, 1, "which of them?", NULL);
	rmapctl(w, "stats", "--output", "/nowhere", NULL);
	check_failure(w, 1, "--output is for", NULL);
	check_holds(w, ENABLED, "0\n");
}

static const struct CMUnitTest tests[] = {
	WORLD_TEST(metrics_as_openmetrics),
	WORLD_TEST(metrics_as_prometheus),
	WORLD_TEST(metrics_when_off),
	WORLD_TEST(metrics_escape_foreign_names),
	WORLD_TEST(metrics_into_a_file),
	WORLD_TEST(metrics_leave_the_file_after_a_failure),
	WORLD_TEST(metrics_refuse_contradictions),
};

GROUP(metrics, tests);
