// SPDX-License-Identifier: GPL-2.0
/* `rmapctl stats`. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "groups.h"

#define STATS	"debugfs/rmap_ab/stats"
#define ENABLED	"debugfs/rmap_ab/stats_enabled"

#define HEADER	"implementation operation calls pages busy 1 2 4\n"
#define BUILTIN	"builtin folio_remove_rmap_ptes 45 100 0 40 0 5\n"
#define PAGE	"page folio_remove_rmap_ptes 1 3 0 0 1 0\n" \
		"page folio_try_dup_anon_rmap_pte 2 2 2 2 0 0\n"

#define HINT	"rmapctl: 'rmapctl stats --on' turns counting on\n"

static void count(struct world *w, const char *enabled, const char *stats)
{
	world_write(w, ENABLED, enabled);
	world_write(w, STATS, stats);
}

#define BAR_40	"########################################"
#define TABLE \
"builtin                                   calls          pages   -EBUSY\n" \
"folio_remove_rmap_ptes                       45            100        0\n" \
"                1  " BAR_40 " 40\n" \
"               4-  ##### 5\n" \
"page                                      calls          pages   -EBUSY\n" \
"folio_remove_rmap_ptes                        1              3        0\n" \
"              2-3  " BAR_40 " 1\n" \
"folio_try_dup_anon_rmap_pte                   2              2        2\n" \
"                1  " BAR_40 " 2\n"

static void stats_text(void **state)
{
	struct world *w = *state;

	count(w, "1\n", HEADER BUILTIN PAGE);
	rmapctl(w, "stats", NULL);
	check_fine(w, TABLE);
}

static void stats_json(void **state)
{
	struct world *w = *state;

	count(w, "1\n", HEADER BUILTIN);
	rmapctl(w, "stats", "-j", NULL);
	check_fine(w, "[{\"implementation\":\"builtin\","
		    "\"operation\":\"folio_remove_rmap_ptes\",\"calls\":45,"
		    "\"pages\":100,\"busy\":0,\"batches\":["
		    "{\"pages\":1,\"calls\":40},{\"pages\":4,\"calls\":5}]}]\n");
}

/* A rare call has a bar, too. */
static void stats_show_what_is_rare(void **state)
{
	struct world *w = *state;

	count(w, "1\n", HEADER "page folio_remove_rmap_ptes "
	      "18446744073709551615 18446744073709551615 0 "
	      "18446744073709551614 1 0\n");
	rmapctl(w, "stats", NULL);
	check_in(w->out, BAR_40 " 18446744073709551614\n");
	check_in(w->out, "2-3  # 1\n");
	check_fine(w, w->out);
}

static void stats_say_how_to_begin(void **state)
{
	struct world *w = *state;

	count(w, "0\n", HEADER);
	rmapctl(w, "stats", NULL);
	assert_string_equal(w->err, "rmapctl: nothing has been counted\n" HINT);
	assert_string_equal(w->out, "");
	assert_int_equal(w->code, 0);
	count(w, "0\n", HEADER PAGE);
	rmapctl(w, "stats", NULL);
	assert_string_equal(w->err, "rmapctl: nothing is counted any more: "
			    "these are calls of before\n" HINT);
	check_in(w->out, "folio_try_dup_anon_rmap_pte");
	count(w, "1\n", HEADER);
	rmapctl(w, "stats", NULL);
	check_fine(w, "no operation has been called\n");
	rmapctl(w, "stats", "-j", NULL);
	check_fine(w, "[]\n");
}

#define REMOVE	"folio_remove_rmap_ptes"

static void check_holds(struct world *w, const char *path, const char *text)
{
	char got[64];

	world_read(w, path, got, sizeof(got));
	assert_string_equal(got, text);
}

static void stats_turn_on_and_off(void **state)
{
	struct world *w = *state;

	count(w, "", "");
	rmapctl(w, "stats", "--on", NULL);
	check_fine(w, "");
	check_holds(w, ENABLED, "1");
	check_holds(w, STATS, "");
	world_write(w, ENABLED, "");
	rmapctl(w, "stats", "--off", NULL);
	check_fine(w, "");
	check_holds(w, ENABLED, "0");
	check_holds(w, STATS, "");
}

static void stats_reset_before_on_and_after_off(void **state)
{
	static const struct step on[] = {
		{ .path = STATS, .hears = "0" },
		{ .path = ENABLED, .hears = "1" },
	};
	static const struct step off[] = {
		{ .path = ENABLED, .hears = "0" },
		{ .path = STATS, .hears = "0" },
	};
	struct world *w = *state;

	kernel_start(w, on, ARRAY_SIZE(on));
	rmapctl(w, "stats", "--on", "--reset", NULL);
	kernel_end(w);
	check_fine(w, "");
	kernel_start(w, off, ARRAY_SIZE(off));
	rmapctl(w, "stats", "--reset", "--off", NULL);
	kernel_end(w);
	check_fine(w, "");
}

static void stats_refused_by_the_kernel(void **state)
{
	struct world *w = *state;

	count(w, "0\n", HEADER);
	world_link(w, ENABLED, "/dev/full");
	rmapctl(w, "stats", "--on", NULL);
	check_failure(w, 2, "cannot write '1' to", "No space left", NULL);
}

static void stats_watch(void **state)
{
	static const struct step steps[] = {
		{ .path = ENABLED, .says = "1\n" },
		{ .path = STATS, .says = HEADER },
		{ .path = ENABLED, .says = "1\n" },
		{ .path = STATS, .says = HEADER BUILTIN PAGE },
	};
	struct world *w = *state;

	kernel_start(w, steps, ARRAY_SIZE(steps));
	rmapctl(w, "stats", "--watch", "--count", "2", NULL);
	kernel_end(w);
	assert_int_equal(w->code, 0);
	check_in(w->out, "no operation has been called\n\n");
	check_in(w->out, "                      a second ");
}

static void stats_watch_json_is_a_stream(void **state)
{
	struct world *w = *state;

	count(w, "1\n", HEADER "page " REMOVE " 1 3 1 0 1 0\n");
	rmapctl(w, "stats", "--watch", "--count", "2", "-j", NULL);
#define OBJECT(rates) "{\"implementation\":\"page\",\"operation\":\"" REMOVE "\"," \
	"\"calls\":1,\"pages\":3,\"busy\":1," rates				\
	"\"batches\":[{\"pages\":2,\"calls\":1}]}\n"
	check_fine(w, OBJECT("") OBJECT("\"calls_per_second\":0,\"pages_per_second\":0,"));
}

/* From no call to 1000, and from there to 10, as somebody has begun anew. */
static void stats_watch_has_rates(void **state)
{
	static const struct step steps[] = {
		{ .path = ENABLED, .says = "1\n" },
		{ .path = STATS, .says = HEADER },
		{ .path = ENABLED, .says = "1\n" },
		{ .path = STATS, .says = HEADER "page " REMOVE " 1000 3000 0 0 1000 0\n" },
		{ .path = ENABLED, .says = "1\n" },
		{ .path = STATS, .says = HEADER "page " REMOVE " 10 30 0 0 10 0\n" },
	};
	double calls = 0, pages = 0;
	struct world *w = *state;
	const char *at;

	kernel_start(w, steps, ARRAY_SIZE(steps));
	rmapctl(w, "stats", "--watch", "--count", "3", "-j", NULL);
	kernel_end(w);
	at = strstr(w->out, "\"calls_per_second\":");
	assert_non_null(at);
	assert_int_equal(sscanf(at, "\"calls_per_second\":%lf,\"pages_per_second\":%lf",
				&calls, &pages), 2);
	/* How much time there was between two looks, a busy machine decides. */
	assert_true(calls > 0);
	assert_true(fabs(pages - 3 * calls) < 0.001 * pages);
	check_not_in(strchr(at, '\n'), "calls_per_second");
}

static void stats_refuse_contradictions(void **state)
{
	struct world *w = *state;

	count(w, "0\n", HEADER);
	rmapctl(w, "stats", "--on", "--off", NULL);
	check_failure(w, 1, "which of them?", NULL);
	rmapctl(w, "stats", "--count", "2", NULL);
	check_failure(w, 1, "are for --watch", NULL);
	rmapctl(w, "stats", "--watch", "--interval", "0", NULL);
	check_failure(w, 1, "--interval", NULL);
	rmapctl(w, "stats", "page", NULL);
	check_failure(w, 1, "'page' is unexpected", NULL);
	check_holds(w, ENABLED, "0\n");
}

static void stats_refuse_garbled_files(void **state)
{
	static const struct {
		const char *text;
		const char *complaint;
	} cases[] = {
		{ "", "it lacks 'implementation'" },
		{ "implementation operation calls busy 1\n",
		  "it lacks 'pages'" },
		{ "implementation operation calls pages busy\n",
		  "it lacks '1'" },
		{ "implementation operation calls pages busy 1 3\n",
		  "no such batch can be as '3'" },
		{ "implementation operation calls pages busy 1 x\n",
		  "no number is 'x'" },
		{ HEADER "page", "ends within the line 'page'" },
		{ HEADER "page\n", "no name is ''" },
		{ HEADER "pa\"ge op 1 1 0 1 0 0\n", "no name is 'pa\"ge'" },
		{ HEADER "page \033c 1 1 0 1 0 0\n", "no name is '\\x1bc'" },
		{ HEADER "page op 1 -1 0 1 0 0\n", "no number is '-1'" },
		{ HEADER "page op 1 1 0 1 0\n", "no number is ''" },
		{ HEADER "page op 1 1 0 1 0 0 0\n", "after the batches" },
		{ HEADER "page op 2 1 0 1 0 0\n", "differ for 'op'" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		count(w, "1\n", cases[i].text);
		rmapctl(w, "stats", NULL);
		check_failure(w, 2, "'stats' is garbled", cases[i].complaint,
			      NULL);
	}
}

static void stats_without_the_module(void **state)
{
	struct world *w = *state;

	world_remove(w, "debugfs/rmap_ab");
	rmapctl(w, "stats", NULL);
	check_failure(w, 2, "modprobe rmap_ab", NULL);
	rmapctl(w, "stats", "--on", NULL);
	check_failure(w, 2, "modprobe rmap_ab", NULL);
}

static const struct CMUnitTest tests[] = {
	WORLD_TEST(stats_text),
	WORLD_TEST(stats_json),
	WORLD_TEST(stats_show_what_is_rare),
	WORLD_TEST(stats_say_how_to_begin),
	WORLD_TEST(stats_turn_on_and_off),
	WORLD_TEST(stats_reset_before_on_and_after_off),
	WORLD_TEST(stats_refused_by_the_kernel),
	WORLD_TEST(stats_watch),
	WORLD_TEST(stats_watch_json_is_a_stream),
	WORLD_TEST(stats_watch_has_rates),
	WORLD_TEST(stats_refuse_contradictions),
	WORLD_TEST(stats_refuse_garbled_files),
	WORLD_TEST(stats_without_the_module),
};

GROUP(stats, tests);
