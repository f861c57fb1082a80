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

static struct {
	const char *pattern;
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
} *result;

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
	scenario->run();
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
	if (row->kind == ROW_MODULE)
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
	if (row->kind == ROW_BUILTIN || row->kind == ROW_MODULE)
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
	return r->kind != ROW_VANILLA &&
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

	snprintf(name, sizeof(name), "%s/%s", row->name, what);
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
	return NULL;
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
