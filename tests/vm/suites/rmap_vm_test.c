// SPDX-License-Identifier: GPL-2.0
/*
 * Every rmap operation, by real actions of user space, under each
 * implementation: see --help.
 */
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/check.h"
#include "lib/disk.h"
#include "lib/knob.h"
#include "lib/layout.h"
#include "lib/pages.h"
#include "lib/row.h"
#include "lib/scenario.h"
#include "lib/suite.h"
#include "lib/swapdev.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "lib/truth.h"
#include "suites/reach.h"

static const struct scenario *const groups[] = {
	anon_scenarios, mthp_scenarios, thp_scenarios, shmem_scenarios,
	file_scenarios, hugetlb_scenarios, ksm_scenarios, swap_scenarios,
	migrate_scenarios, uprobe_scenarios, uffd_scenarios,
	collapse_scenarios, pin_scenarios, device_scenarios, poison_scenarios,
};

enum { NR_GROUPS = sizeof(groups) / sizeof(groups[0]), MAX_SCENARIOS = 128 };

#define LAYOUT RMAP_AB RMAP_AB_FILE_LAYOUT
#define MIXED "mixed"

static struct {
	const char *pattern, *layout;
	bool list;
} options;

static const struct scenario *chosen[MAX_SCENARIOS];
static int nr_chosen;

/* What is being run; and, shared with the tests, what a row has reached. */
static const struct row *row;
static const struct scenario *scenario;
static struct row_result {
	unsigned long long hits[NR_OPS];
	op_set tried;		/* by scenarios that were not skipped */
	struct truth_folios folios;	/* that were seen; with --layout */
	unsigned int changes;		/* of layout and implementation at once */
} *result;

/* ---- layouts -------------------------------------------------------------- */
static bool is_mixed(void)
{
	return options.layout && !strcmp(options.layout, MIXED);
}

static void choose_layout(const char *layout)
{
	must(!text_write(LAYOUT, layout), "choose the layout %s", layout);
}

static void note_folios(void)
{
	const struct truth_folios seen = truth_folios();

	result->folios.page += seen.page;
	result->folios.none += seen.none;
}

/*
 * At each stage of a scenario, in whatever process: the other layout, and the next
 * implementation. If the number of implementations is even, the layout stays once a
 * round: each implementation meets both.
 */
static void change_both(void)
{
	static char names[MAX_ROWS][RMAP_AB_NAME_MAX];
	const int nr = row_names(names);
	unsigned int n;

	must(nr > 1, "implementations to change");
	note_folios();
	n = result->changes++;
	choose_layout((nr % 2 ? n : n + n / nr) % 2 ? "page" : "none");
	must(!text_write(IMPLEMENTATION, names[n % nr]), "use %s", names[n % nr]);
}

/* Folios of one layout alone would prove nothing. */
static void check_folios(void)
{
	const bool none = strcmp(options.layout, "page");

	printf("folios seen: %ld with page mapcounts, %ld without; %u changes\n",
	       result->folios.page, result->folios.none, result->changes);
	if (options.pattern)
		return;
	must(!none || result->folios.none, "folios without page mapcounts");
	must(!strcmp(options.layout, "none") || result->folios.page,
	     "folios with page mapcounts");
	must(!is_mixed() || result->changes > 2 * MAX_ROWS, "changes of both");
}

/* While it is there, operations must count as where layouts vary. */
static const char *map_none_folio(void)
{
	char *p;

	if (text_write(LAYOUT, "none"))
		return "the layout none cannot be chosen";
	p = thp_map(1);
	pages_fill(p, 0, PMD_PAGES, 1);
	if (madvise(p, PMD, MADV_DONTFORK) || text_write(LAYOUT, "page"))
		return "the layout page cannot be chosen";
	return layouts_nr_none() && layouts_vary() ? NULL :
	       "there is no folio without page mapcounts";
}

/* Something that found an error, such as the guard, may have put builtin in charge. */
static void check_in_charge(void)
{
	static char text[4096];
	const char *why;

	if (is_mixed() || (row->kind != ROW_BUILTIN && row->kind != ROW_MODULE) ||
	    row_is_current(row->name))
		return;
	why = text_read(STATUS, text, sizeof(text)) > 0 ? strstr(text, "last_revert: ") : NULL;
	must(false, "%s is in charge after it; %.*s", row->name,
	     why ? (int)strcspn(why, "\n") : 0, why ?: "");
}

/* One scenario under the row in charge. */
static void count_hits(unsigned long long hits[NR_OPS])
{
	if (reach_provable(row))
		must(!reach_read(row, hits), "read how often operations ran");
}

static void check_reached(op_set wanted, const unsigned long long before[NR_OPS],
			  const unsigned long long after[NR_OPS])
{
	int op;

	if (need_missing(NEED_THP))
		wanted &= ~LARGE_OPS;
	result->tried |= wanted;
	for (op = 0; op < NR_OPS; op++) {
		result->hits[op] += after[op] - before[op];
		if (after[op] > before[op])
			printf("%s: %llu\n", op_names[op], after[op] - before[op]);
	}
	for (op = 0; reach_provable(row) && op < NR_OPS; op++)
		must(after[op] > before[op] || !(wanted & BIT(op)),
		     "%s() was called", op_names[op]);
}

static void run_scenario(void)
{
	unsigned long long before[NR_OPS] = { 0 }, after[NR_OPS] = { 0 };

	suite_need(scenario->needs);
	count_hits(before);
	truth_set_hook(is_mixed() ? change_both : options.layout ? note_folios : NULL);
	scenario->run();
	truth_set_hook(NULL);
	check_in_charge();
	count_hits(after);
	check_reached(scenario->reaches, before, after);
}

/* The operation that no caller has: see rmap_peek.ko. */
static void run_dup_file_pmd(void)
{
	const char *file = RMAP_PEEK "dup_file_rmap_pmd";
	char text[256];
	unsigned long long before[NR_OPS] = { 0 }, after[NR_OPS] = { 0 };
	long long entire, large, pages;

	if (!text_exists(file))
		tap_skip("no transparent huge pages");
	count_hits(before);
	must(text_read(file, text, sizeof(text)) > 0, "read %s", file);
	must(sscanf(text, "entire_mapcount: %lld large_mapcount: %lld page_mapcounts: %lld",
		    &entire, &large, &pages) == 3, "three counters: %s", text);
	count_hits(after);
	printf("entire mapcount %+lld, large mapcount %+lld, page mapcounts %+lld\n",
	       entire, large, pages);
	if (options.layout && !strcmp(options.layout, "none"))
		must(!pages && entire * 511 + large == 512,
		     "no page mapcounts, and 512 mappings, or one");
	else if (row->kind == ROW_MODULE)
		must(entire == 1 && large == 1 && pages == 0,
		     "one PMD mapping is one entire mapping");
	else
		must(entire * 512 + pages == 512 && entire * 511 + large == 512,
		     "the kernel's own: 512 pages, or as it should be");
	check_reached(DUP_FILE_PMD, before, after);
}

/* A result that no user space action shows, and the effect it must have. */
static void run_try_share_pinned(void)
{
	const char *file = RMAP_PEEK "try_share_pinned";
	const char *const expected =
		"pte pinned: -16 1\npte free: 0 0\n"
		"pmd pinned: -16 1\npmd free: 0 0\n";
	char text[256];

	/* Nobody maps that folio: the guard would be right to object. */
	knob_try(RMAP_AB RMAP_AB_FILE_GUARD, "0");
	must(text_read(file, text, sizeof(text)) > 0, "read %s", file);
	/* Without transparent huge pages, there is no PMD level. */
	must(!strncmp(text, expected, strlen(text)) && strstr(text, "pte free"),
	     "-EBUSY while pinned, and still exclusive: %s", text);
}

static void run_claims(void)
{
	op_set claimed = DUP_FILE_PMD | PUD_OPS;
	const struct scenario *s;
	int i;

	for (i = 0; i < NR_GROUPS; i++)
		for (s = groups[i]; s->name; s++)
			claimed |= s->reaches;
	for (i = 0; i < NR_OPS; i++)
		must(claimed & BIT(i), "%s() has a scenario", op_names[i]);
}

static void run_enter(void)
{
	const char *error;

	must(!row_enter(row), "put %s in charge", row->name);
	if (options.layout && !is_mixed())
		choose_layout(options.layout);
	if (!is_mixed() && (row->kind == ROW_BUILTIN || row->kind == ROW_MODULE))
		must(row_is_current(row->name), "%s is in charge", row->name);
	error = reach_start(row);
	must(!error, "count calls: %s", error);
}

static void run_leave(void)
{
	static char report[1024];
	long differences;

	reach_stop(row);
	must(!row_leave(row), "put builtin in charge");
	if (options.layout) {
		choose_layout("page");
		check_folios();
	}
	differences = truth_check_all(report, sizeof(report));
	must(!differences, "all frames are right: %s", report);
}

static void run_every_operation(void)
{
	char untried[1024] = "";
	int op;

	for (op = 0; op < NR_OPS; op++)
		if (!result->hits[op] && !((result->tried | PUD_OPS) & BIT(op)))
			snprintf(untried + strlen(untried),
				 sizeof(untried) - strlen(untried), " %s",
				 op_names[op]);
	for (op = 0; op < NR_OPS; op++)
		must(result->hits[op] || !(result->tried & BIT(op)),
		     "%s() was called", op_names[op]);
	if (untried[0])
		tap_skip("no scenario could run for%s", untried);
}

static bool runs_every_operation(const struct row *r)
{
	return reach_provable(r) && !options.pattern;
}

/* What user space cannot reach, or cannot see. */
static const struct {
	const char *name;
	void (*run)(void);
} directs[] = {
	/* 6.12 has no caller of it. */
	{ "direct/folio_dup_file_rmap_pmd", run_dup_file_pmd },
	{ "direct/folio_try_share_anon_rmap-pinned", run_try_share_pinned },
};

enum { NR_DIRECTS = sizeof(directs) / sizeof(directs[0]) };

static bool runs_direct(const struct row *r, int i)
{
	return !is_mixed() && r->kind != ROW_VANILLA &&
	       (!options.pattern ||
		!fnmatch(options.pattern, directs[i].name, 0));
}

static unsigned int count_tests(void)
{
	unsigned int nr = 1;
	int i, direct;

	for (i = 0; i < suite_nr_rows; i++) {
		nr += nr_chosen + 2 + runs_every_operation(&suite_rows[i]);
		for (direct = 0; direct < NR_DIRECTS; direct++)
			nr += runs_direct(&suite_rows[i], direct);
	}
	return nr;
}

static void test(const char *what, void (*run)(void))
{
	char name[128];

	snprintf(name, sizeof(name), "%s%s%s/%s", options.layout ?: "",
		 options.layout && !is_mixed() ? "/" : "", is_mixed() ? "" : row->name,
		 what);
	if (options.list)
		puts(name);
	else
		tap_run(name, run);
}

static void run_row(void)
{
	int i;

	memset(result, 0, sizeof(*result));
	test("enter", run_enter);
	for (i = 0; i < nr_chosen; i++) {
		scenario = chosen[i];
		test(scenario->name, run_scenario);
	}
	for (i = 0; i < NR_DIRECTS; i++)
		if (runs_direct(row, i))
			test(directs[i].name, directs[i].run);
	if (runs_every_operation(row))
		test("every-operation", run_every_operation);
	test("leave", run_leave);
}

static void choose_scenarios(void)
{
	const struct scenario *s;
	int i;

	for (i = 0; i < NR_GROUPS; i++)
		for (s = groups[i]; s->name && nr_chosen < MAX_SCENARIOS; s++)
			if (!options.pattern ||
			    !fnmatch(options.pattern, s->name, 0))
				chosen[nr_chosen++] = s;
}

/* Another module's set of operations may not know folios without page mapcounts. */
static const char *prepare_layouts(void)
{
	int i, nr = 0;

	if (!layouts_open())
		return "the kernel has no CONFIG_RMAP_LAYOUT";
	if (strcmp(options.layout, "page") && strcmp(options.layout, "none") && !is_mixed())
		return "--layout takes page, none or " MIXED;
	for (i = 0; i < suite_nr_rows; i++)
		if (suite_rows[i].kind == ROW_BUILTIN ||
		    (suite_rows[i].kind == ROW_MODULE && !is_mixed()))
			suite_rows[nr++] = suite_rows[i];
	suite_nr_rows = nr;
	return strcmp(options.layout, "page") ? NULL : map_none_folio();
}

static void *shared_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("rmap_vm_test: memory for results");
		exit(2);
	}
	return p;
}

static void after_vm_test(void)
{
	swapdev_off();
	knobs_restore();
}

static const char *prepare_vm_suite(void)
{
	const char *missing;

	choose_scenarios();
	if (!nr_chosen && !options.pattern)
		return "nothing to run";
	result = shared_memory(sizeof(*result));
	missing = disk_open();
	if (missing)
		tap_note("no disk: %s", missing);
	return options.layout ? prepare_layouts() : NULL;
}

static void run_vm_suite(void)
{
	int i;

	if (!options.list) {
		tap_plan(count_tests());
		tap_run("table/every-operation-has-a-scenario", run_claims);
	}
	for (i = 0; i < suite_nr_rows; i++) {
		row = &suite_rows[i];
		run_row();
	}
	disk_close();
}

static const struct suite_option vm_options[] = {
	{ "scenario", "PATTERN", "only scenarios that match, like 'thp*' or '*fork*'",
	  .word = &options.pattern },
	{ "layout", "LAYOUT", "page: while others have none, large folios get mapcounts of their "
	  "pages; none: they get none; mixed: at each stage of a scenario, layout and "
	  "implementation change both", .word = &options.layout },
	{ "list", NULL, "print what would run", .flag = &options.list },
	{ 0 }
};

static const struct suite vm_suite = {
	.what = "Runs scenarios of real user space actions under each implementation of the rmap "
		"operations. In each, the bytes must be right, the kernel's mapcounts and "
		"statistics must agree with the page tables of all processes, and the operations "
		"that it is there for must have been called. \"count\" is the kernel's own code "
		"behind a set of operations that counts calls.",
	.options = vm_options,
	.flags = SUITE_ROWS | SUITE_IMPL | SUITE_ANY_ROW | SUITE_SETTINGS,
	.timeout = 300,
	.prepare = prepare_vm_suite,
	.after = after_vm_test,
	.audit = truth_check_mapped,
	.run = run_vm_suite,
};

int main(int argc, char **argv)
{
	return suite_main(&vm_suite, argc, argv);
}
