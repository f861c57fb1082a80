// SPDX-License-Identifier: GPL-2.0
/*
 * The guard sees a wrong counter in the next operation. Then the kernel's own code
 * is back, no implementation of the module can be used before the revert has been
 * cleared, and the memory is what it was. The guard reports nothing where nothing
 * is wrong. A guard that is off leaves no code. See --help.
 *
 * The tests damage counters on purpose. Each operation treats a wrong counter in
 * its own way, so each case says why the machine is right again when the damage has
 * been undone. Two kinds of violation need another way: "new folio miscounted",
 * because no one knows a folio before it is mapped; and "not a folio for this
 * operation", because no counter is part of it. rmap_peek makes the call for those.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "lib/audit.h"
#include "lib/check.h"
#include "lib/corrupt.h"
#include "lib/klog.h"
#include "lib/kmod.h"
#include "lib/knob.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/row.h"
#include "lib/scenario.h"
#include "lib/suite.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "stress/load.h"

#define GUARD RMAP_AB RMAP_AB_FILE_GUARD
#define FUNCTIONS RMAP_PEEK "functions"
#define WRONG_CALL RMAP_PEEK "wrong_call"

enum { SEED = 7, SOON = 30 };

static struct {
	unsigned long seconds, cpus, seed;
} options = { .seconds = 3, .cpus = 2, .seed = 1 };

/* Whom the guard watches. */
static const char *implementation;

static bool status_is(const char *key, const char *value)
{
	char text[4096], line[256];

	snprintf(line, sizeof(line), "%s: %s\n", key, value);
	return text_read(STATUS, text, sizeof(text)) > 0 && strstr(text, line);
}

static void start_guard(void)
{
	must(!text_write(IMPLEMENTATION, implementation), "use %s",
	     implementation);
	must(!text_write(GUARD, "1"), "guard on");
	must(status_is("instrumented", "guard"), "the guard is on, alone");
}

/* ---- a revert ---- */

/* What error_log says about the last revert; NULL if that is not all yet. */
static const char *last_words(void)
{
	static char log[1 << 16];
	const char *at, *next, *words = NULL;

	if (text_read(ERROR_LOG, log, sizeof(log)) <= 0)
		return NULL;
	for (next = log; (at = strstr(next, "reverted from ")); next = at + 1)
		words = at;
	at = words ? strstr(words, "refcount ") : NULL;
	return at && strstr(at, "guard: page_mapcount ") ? words : NULL;
}

/*
 * It is done by work, which comes after the operation: first the builtin is
 * installed, then the folio described.
 */
static void await_revert(const char *what)
{
	const struct timespec pause = { .tv_nsec = 1000 * 1000 };
	const time_t until = time(NULL) + SOON;
	bool done;

	do {
		nanosleep(&pause, NULL);
		done = status_is("instrumented", "none") && last_words();
	} while (!done && time(NULL) < until);
	must(done && status_is("state", RMAP_AB_STATE_REVERTED),
	     "%s: a revert", what);
}

/* What is said in status and in the log: the kind, the operation, the page. */
static void check_words(const char *kind, uint64_t pfn)
{
	char status[4096], reason[512], words[1024];
	const char *at;

	must(text_read(STATUS, status, sizeof(status)) > 0, "read status");
	at = strstr(status, "\nlast_revert: ");
	must(at && sscanf(at, "\nlast_revert: %511[^\n]", reason) == 1,
	     "a reason in:\n%s", status);
	must(!strncmp(reason, kind, strlen(kind)), "'%s' is the reason: %s",
	     kind, reason);
	snprintf(words, sizeof(words), "() of %s, pfn %#llx", implementation,
		 (unsigned long long)pfn);
	must(strstr(reason, words), "whose, and where: '%s' in '%s'", words,
	     reason);
	snprintf(words, sizeof(words), "reverted from %s to builtin: %s",
		 implementation, reason);
	at = last_words();
	must(at && !strncmp(at, words, strlen(words)), "'%s' in error_log: %s",
	     words, at);
}

/* Nothing of ours runs or can run. */
static void check_refusals(void)
{
	const char *const ours = strcmp(implementation, RMAP_AB_BUILTIN) ?
				 implementation : "page";

	must(status_is("current", RMAP_AB_BUILTIN), "builtin is in charge");
	must(status_is("instrumented", "none"), "without a layer");
	must(text_write(IMPLEMENTATION, ours) == -EUCLEAN, "no %s", ours);
	must(text_write(IMPLEMENTATION, "page") == -EUCLEAN, "no page");
	must(text_write(GUARD, "1") == -EUCLEAN, "no guard");
	must(!text_write(IMPLEMENTATION, RMAP_AB_BUILTIN), "but builtin");
	must(status_is("state", RMAP_AB_STATE_REVERTED), "that clears nothing");
}

static void check_revert(const char *kind, uint64_t pfn, long long before)
{
	must(text_field(STATUS, "nr_reverts") == before + 1,
	     "one more revert than %lld", before);
	check_words(kind, pfn);
	check_refusals();
	must(!text_write(GUARD, "clear"), "clear");
	must(status_is("state", RMAP_AB_STATE_BUILTIN), "cleared");
	must(text_field(STATUS, "nr_reverts") == before + 1, "still counted");
	start_guard();
}

/* ---- damage ---- */

struct damage {
	const char *kind;	/* what the guard says */
	const char *counter;
	int delta;
};

/*
 * The folio at @p, damaged, while @act provokes an operation. @found_pfn is where
 * that begins.
 */
static void see(const struct damage *damage, char *p, uint64_t found_pfn,
		void (*act)(char *p))
{
	const uint64_t pfn = page_frame(p);
	const long long before = text_field(STATUS, "nr_reverts");

	start_guard();
	corrupt(pfn, damage->counter, damage->delta);
	act(p);
	await_revert(damage->kind);
	corrupt(pfn, damage->counter, -damage->delta);
	check_revert(damage->kind, found_pfn, before);
}

static struct peer child;

/* Duplicating adds, and looks at no result: what was added stays right. */
static void do_fork(char *p)
{
	(void)p;
	peer_start(&child, peer_pause_once, NULL);
}

static void see_fork(const struct damage *damage, char *p, size_t nr)
{
	see(damage, p, page_frame(p), do_fork);
	peer_finish(&child);
	pages_verify(p, 0, nr, SEED);
}

/*
 * One area, so that one call is for all pages: a doubt is given up if another
 * one follows, as that changes the counters.
 */
static char *pte_mapped(void)
{
	char *p = thp_map(1);

	pages_fill(p, 0, PMD_PAGES, SEED);
	must(!mprotect(p + PMD - PAGE, PAGE, PROT_READ), "mprotect a page");
	must(!mprotect(p, PMD, PROT_READ | PROT_WRITE), "mprotect it back");
	must(folio_pages(p) == PMD_PAGES && !page_by_pmd(p), "mapped by PTEs");
	return p;
}

static char *pmd_mapped(void)
{
	char *p = thp_map(1);

	pages_fill(p, 0, PMD_PAGES, SEED);
	must(page_by_pmd(p), "mapped by a PMD");
	return p;
}

static void fork_small(void)
{
	static const struct damage low = {
		"page_mapcount too low", "page_mapcount", -1,
	};
	char *p = small_map(16);

	pages_fill(p, 0, 16, SEED);
	see_fork(&low, p, 16);
}

static void fork_ptes(void)
{
	static const struct damage damages[] = {
		{ "page_mapcount too low", "page_mapcount", -1 },
		{ "entire_mapcount too low", "entire_mapcount", -1 },
		{ "large_mapcount too low", "large_mapcount", -512 },
		{ "nr_pages_mapped negative", "nr_pages_mapped", -1000 },
		{ "counters disagree", "entire_mapcount", 1 },
		{ "counters disagree", "nr_pages_mapped", 1000 },
	};
	char *p = pte_mapped();
	size_t i;

	for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++)
		see_fork(&damages[i], p, PMD_PAGES);
}

static void fork_pmd(void)
{
	static const struct damage damages[] = {
		{ "entire_mapcount too low", "entire_mapcount", -1 },
		{ "large_mapcount too low", "large_mapcount", -1 },
		{ "counters disagree", "large_mapcount", 1 },
	};
	char *p = pmd_mapped();
	size_t i;

	for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++)
		see_fork(&damages[i], p, PMD_PAGES);
}

static void fork_hugetlb(void)
{
	static const struct damage damages[] = {
		{ "entire_mapcount too low", "entire_mapcount", -1 },
		{ "large_mapcount too low", "large_mapcount", -1 },
		{ "counters disagree", "large_mapcount", 1 },
	};
	char *p = pages_map_fd(PMD, PMD, MAP_PRIVATE | MAP_ANONYMOUS |
			       MAP_HUGETLB, -1);
	size_t i;

	pages_fill(p, 0, PMD_PAGES, SEED);
	for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++)
		see_fork(&damages[i], p, PMD_PAGES);
}

/* The second page, so that the first one still is there to be asked about. */
static void unmap_second(char *p)
{
	pages_unmap(p + PAGE, PAGE);
}

/*
 * Removing a PTE looks at _entire_mapcount not at all, and at _nr_pages_mapped only
 * for whether it is below ENTIRELY_MAPPED and not 0: so it is, damaged or not.
 */
static void unmap_one(void)
{
	static const struct damage damages[] = {
		{ "entire_mapcount too low", "entire_mapcount", -1 },
		{ "nr_pages_mapped negative", "nr_pages_mapped", -1000 },
	};
	size_t i;
	char *p;

	for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		p = pte_mapped();
		see(&damages[i], p, page_frame(p + PAGE), unmap_second);
		pages_verify(p, 0, 1, SEED);
		pages_verify(p, 2, PMD_PAGES - 2, SEED);
	}
}

/*
 * A slot that is wrong stays so, by as much. One that is another mm's by mistake
 * stays as it is when this process unmaps.
 */
static void mm_ids_of_one(void)
{
	static const struct damage damages[] = {
		{ "counters disagree", "mm_mapcount_0", -1 },
		{ "counters disagree", "mm_mapcount_0", 1 },
		{ "counters disagree", "mm_mapcount_1", 1 },
	};
	const struct damage other = { "counters disagree", "mm_id_0", 1000 };
	size_t i;
	char *p;

	for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		p = pte_mapped();
		see(&damages[i], p, page_frame(p + PAGE), unmap_second);
		pages_unmap(p, PMD);
	}
	p = pte_mapped();
	see(&other, p, page_frame(p + PAGE), unmap_second);
	corrupt(page_frame(p), "mm_mapcount_0", -1);
	pages_unmap(p, PMD);
}

static void mm_ids_of_two(void)
{
	static const struct damage damages[] = {
		{ "counters disagree", "mm_shared", -1 },
		{ "counters disagree", "mm_mapcount_1", 1000 },
	};
	size_t i;
	char *p;

	for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		p = pte_mapped();
		peer_start(&child, peer_pause_once, NULL);
		see(&damages[i], p, page_frame(p + PAGE), unmap_second);
		peer_finish(&child);
		pages_unmap(p, PMD);
	}
}

/*
 * The folio is gone before the damage can be undone, because the guard would see
 * a reference that keeps it. That is harmless on a kernel without debug options,
 * where nothing looks: the next allocation of the page sets the counter.
 */
static void unmap_all(void)
{
	const long long before = text_field(STATUS, "nr_reverts");
	char *p = pte_mapped();
	const uint64_t pfn = page_frame(p);

	start_guard();
	corrupt(pfn, "large_mapcount", 1);
	pages_unmap(p, PMD);
	await_revert("left");
	check_revert("unmapped folio still counted", pfn, before);
}

/*
 * A page that was counted too high when it went is one that the kernel still has
 * in its statistics. Another one is taken out twice: by a child that seems to be
 * the last to map it, and later by this process.
 */
static void repair_statistics(const char *p)
{
	const uint64_t pfn = page_frame(p);

	peer_start(&child, peer_pause_once, NULL);
	corrupt(pfn, "page_mapcount", -1);
	peer_finish(&child);
	corrupt(pfn, "page_mapcount", 1);
}

/*
 * A count that is too high would stay with the next owner of the page. So this
 * process becomes the next owner: on one CPU, the page that was freed last is
 * allocated first, and no one else has counted a new page.
 */
static void unmap_small(void)
{
	enum { PAGES = 64 };
	const long long before = text_field(STATUS, "nr_reverts");
	char *p = small_map(PAGES);
	uint64_t pfn;
	cpu_set_t cpu;
	int i = 0;

	CPU_ZERO(&cpu);
	CPU_SET(sched_getcpu(), &cpu);
	must(!sched_setaffinity(0, sizeof(cpu), &cpu), "stay on one CPU");
	pages_fill(p, 0, 1, SEED);
	/* A batch of this CPU has a reference, which 7.3 keeps when it unmaps. */
	must(!madvise(p + PAGE, PAGE, MADV_COLD), "drain the CPU's LRU batch");
	pfn = page_frame(p);
	start_guard();
	corrupt(pfn, "page_mapcount", 1);
	must(!madvise(p, PAGE, MADV_DONTNEED), "unmap it");
	do {
		must(++i < PAGES, "page frame %#llx is had again",
		     (unsigned long long)pfn);
		pages_fill(p, i, 1, SEED);
	} while (page_frame(p + i * PAGE) != pfn);
	await_revert("left");
	repair_statistics(p + i * PAGE);
	check_revert("unmapped folio still counted", pfn, before);
}

/*
 * While a PMD is split, its pages get their own mappings. One that has another
 * already is not counted as newly mapped; and, as it stays damaged until it is
 * unmapped, then not as unmapped. A pipe keeps the folio so long.
 */
static void split_exclusive(void)
{
	static const struct damage more = {
		"anon_exclusive wrong", "page_mapcount", 1,
	};
	const long long before = text_field(STATUS, "nr_reverts");
	char *p = pmd_mapped();
	const uint64_t pfn = page_frame(p) + 5;
	const struct iovec page = { p + 5 * PAGE, PAGE };
	int ends[2];

	must(page_exclusive(p), "anon-exclusive");
	must(!pipe(ends), "a pipe");
	must(vmsplice(ends[1], &page, 1, 0) == (ssize_t)PAGE, "vmsplice");
	start_guard();
	corrupt(pfn, more.counter, more.delta);
	must(!mprotect(p + PMD - PAGE, PAGE, PROT_READ), "mprotect a page");
	await_revert(more.kind);
	pages_verify(p, 0, PMD_PAGES, SEED);
	pages_unmap(p, PMD);
	corrupt(pfn, more.counter, -more.delta);
	check_revert(more.kind, pfn, before);
	close(ends[0]);
	close(ends[1]);
}

static void see_call(const char *kind, const char *call)
{
	const long long before = text_field(STATUS, "nr_reverts");

	start_guard();
	must(!text_write(WRONG_CALL, call), "call %s", call);
	await_revert(kind);
	check_revert(kind, text_field(WRONG_CALL, "pfn"), before);
}

static void call_new(void)
{
	see_call("new folio miscounted", "new");
}

static void call_level(void)
{
	see_call("not a folio for this operation", "level");
}

static const struct suite_case guard_cases[] = {
	{ "fork-small", fork_small, 0 },
	{ "fork-ptes", fork_ptes, NEED_THP },
	{ "fork-pmd", fork_pmd, NEED_THP },
	{ "fork-hugetlb", fork_hugetlb, NEED_HUGETLB },
	{ "unmap-one", unmap_one, NEED_THP },
	{ "unmap-all", unmap_all, NEED_THP },
	{ "mm-ids-of-one", mm_ids_of_one, NEED_MM_IDS | NEED_THP },
	{ "mm-ids-of-two", mm_ids_of_two, NEED_MM_IDS | NEED_THP },
	{ "unmap-small", unmap_small, 0 },
	{ "split-exclusive", split_exclusive, NEED_THP },
	{ "call-new", call_new, 0 },
	{ "call-level", call_level, 0 },
	{ 0 }
};

/* ---- off ---- */

static void read_functions(char *text, size_t size)
{
	must(text_read(FUNCTIONS, text, size) > 0, "read %s", FUNCTIONS);
}

/*
 * What the kernel calls is what the implementation consists of: there is no
 * instruction of a guard that is off.
 */
static void costs_nothing(void)
{
	static char without[1 << 14], with[1 << 14], after[1 << 14];
	char *line, *rest;

	must(!text_write(IMPLEMENTATION, implementation), "use %s",
	     implementation);
	read_functions(without, sizeof(without));
	must(!strstr(without, ": frame"), "its own functions:\n%s", without);
	start_guard();
	read_functions(with, sizeof(with));
	must(!text_write(GUARD, "0"), "guard off");
	read_functions(after, sizeof(after));
	must(!strcmp(without, after), "the same as before:\n%s%s", without,
	     after);
	/* The comparison would see a guard. */
	for (line = strtok_r(with, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		must(strstr(line, ": frame"), "watched: %s", line);
}

/*
 * The way back needs no memory for a new thread: the kernel keeps a thread for the
 * guard's work alone, as it does for the work that reclaim needs.
 */
static void has_rescuer(void)
{
	static const char rescuer[] = "kworker/R-rmap_";
	char path[300], comm[64];
	struct dirent *entry;
	bool found = false;
	DIR *proc = opendir("/proc");

	must(proc, "open /proc");
	while (!found && (entry = readdir(proc))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		found = text_read(path, comm, sizeof(comm)) > 0 &&
			!strncmp(comm, rescuer, strlen(rescuer));
	}
	closedir(proc);
	must(found, "a thread %s...", rescuer);
}

/* ---- nothing is wrong ---- */

static const char *watch_load(void)
{
	const time_t until = time(NULL) + options.seconds;
	const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };
	const unsigned long long before = load_actions();
	static char wrong[512];

	while (time(NULL) < until && !load_failed() &&
	       status_is("instrumented", "guard"))
		nanosleep(&pause, NULL);
	if (load_actions() == before)
		return "the load did nothing";
	if (status_is("instrumented", "guard") &&
	    row_is_current(implementation))
		return NULL;
	text_read(STATUS, wrong, sizeof(wrong));
	return wrong;
}

static void no_false_alarm(void)
{
	static struct audit_answer answer;
	const char *wrong;
	char name[80];
	int i;

	load_start(options.cpus, options.seed);
	for (i = 0; i < suite_nr_rows; i++) {
		implementation = suite_rows[i].name;
		snprintf(name, sizeof(name), "no-alarm/%s", implementation);
		if (text_write(IMPLEMENTATION, implementation) ||
		    text_write(GUARD, "1"))
			wrong = "cannot put it in charge, with the guard";
		else
			wrong = watch_load();
		tap_result(name, wrong);
	}
	wrong = load_stop();
	tap_result("no-alarm/contents of memory", wrong);
	text_write(GUARD, "0");
	text_write(IMPLEMENTATION, RMAP_AB_BUILTIN);
	if (audit_ask(0, 0, &answer))
		wrong = "cannot audit";
	else if (answer.mismatched || strcmp(answer.statistics, "fine"))
		wrong = answer.text;
	else
		wrong = NULL;
	tap_result("audit when all is over", wrong);
}

/* ---- all of it ---- */

static void restore(void)
{
	text_write(GUARD, "clear");
	text_write(GUARD, "0");
	text_write(IMPLEMENTATION, RMAP_AB_BUILTIN);
	knobs_restore();
}

static void run_guard_suite(void)
{
	const bool load = tap_is_asked_for("no-alarm");
	const int nr_load = load ? suite_nr_rows + 2 : 0;
	const struct suite_case *one;
	char name[80];
	int i;

	tap_plan(suite_nr_rows * (suite_count(guard_cases) + 1) + 2 + nr_load);
	tap_run("rescuer", has_rescuer);
	for (i = 0; i < suite_nr_rows; i++) {
		implementation = suite_rows[i].name;
		snprintf(name, sizeof(name), "off/%s", implementation);
		tap_run(name, costs_nothing);
		for (one = guard_cases; one->name; one++) {
			snprintf(name, sizeof(name), "%s/%s", one->name,
				 implementation);
			suite_run_case(one, name);
		}
	}
	if (load)
		no_false_alarm();
	tap_result("no warning in the kernel's log", klog_warning());
}

static const struct suite_option guard_options[] = {
	{ "seconds", "N", "load under each implementation (3)",
	  .number = &options.seconds },
	{ "cpus", "N", "processes of load, each with children (2)",
	  .number = &options.cpus },
	{ "seed", "N", "for the random numbers of the load (1)",
	  .number = &options.seed },
	{ 0 }
};

static const struct suite guard_suite = {
	.what = "Damages counters and expects the guard to revert each time, under every "
		"implementation. Then lets it watch a load, in which it must find nothing.",
	.options = guard_options,
	.flags = SUITE_ROWS | SUITE_IMPL | SUITE_CORRUPT | SUITE_SETTINGS,
	.timeout = 180,
	.after = restore,
	.run = run_guard_suite,
};

int main(int argc, char **argv)
{
	return suite_main(&guard_suite, argc, argv);
}
