// SPDX-License-Identifier: GPL-2.0
/*
 * The tests compare counters and tracepoints with operations whose number is known.
 *
 * The counters cover the whole guest, so the scenarios use memory that no one else
 * in it uses: hugetlb.
 */
#include <linux/memfd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/files.h"
#include "lib/klog.h"
#include "lib/knob.h"
#include "lib/ops.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/pin.h"
#include "lib/row.h"
#include "lib/scenario.h"
#include "lib/suite.h"
#include "lib/swapdev.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "lib/truth.h"

#define STATS RMAP_AB RMAP_AB_FILE_STATS
#define STATS_ENABLED RMAP_AB RMAP_AB_FILE_STATS_ENABLED
#define TRACE_OPS RMAP_AB RMAP_AB_FILE_TRACE_OPS
#define TRACING "/sys/kernel/tracing/"

enum { FOLIOS = 2, NR_BATCHES = 19, BATCH_OF_512 = 9 };

static char text[65536];

struct counted {
	unsigned long calls;
	unsigned long pages;
	unsigned long busy;
	unsigned long batches[NR_BATCHES];
};

/* A line of the file; all 0 if there is none. */
static struct counted counted_by(const char *implementation, enum rmap_op op)
{
	struct counted counted = { 0 };
	char begin[128], *at;
	int i;

	must(text_read(STATS, text, sizeof(text)) > 0, "read the counters");
	snprintf(begin, sizeof(begin), "\n%s %s ", implementation, op_names[op]);
	at = strstr(text, begin);
	if (!at)
		return counted;
	at += strlen(begin);
	counted.calls = strtoul(at, &at, 10);
	counted.pages = strtoul(at, &at, 10);
	counted.busy = strtoul(at, &at, 10);
	for (i = 0; i < NR_BATCHES; i++)
		counted.batches[i] = strtoul(at, &at, 10);
	must(*at == '\n', "%d batches in a line", NR_BATCHES);
	return counted;
}

static void must_have_counted(const char *when, enum rmap_op op,
			      unsigned long calls, unsigned long busy)
{
	const struct counted counted = counted_by(suite_row->name, op);
	int i;

	must(counted.calls == calls, "%s: %lu of %lu calls of %s", when,
	     counted.calls, calls, op_names[op]);
	must(counted.pages == calls * PMD_PAGES, "%s: %lu pages in %lu %s",
	     when, counted.pages, calls, op_names[op]);
	must(counted.busy == busy, "%s: %lu of %lu -EBUSY of %s", when,
	     counted.busy, busy, op_names[op]);
	for (i = 0; i < NR_BATCHES; i++)
		must(counted.batches[i] == (i == BATCH_OF_512 ? calls : 0),
		     "%s: %lu in batch %d of %s", when, counted.batches[i], i,
		     op_names[op]);
}

static void must_have_counted_all(const char *when, unsigned long new,
				  unsigned long dup, unsigned long busy,
				  unsigned long removed)
{
	must_have_counted(when, OP_hugetlb_add_new_anon_rmap, new, 0);
	must_have_counted(when, OP_hugetlb_try_dup_anon_rmap, dup, busy);
	must_have_counted(when, OP_hugetlb_remove_rmap, removed, 0);
}

static void enable(bool on)
{
	knob_set(STATS_ENABLED, on ? "1" : "0");
}

static void reset(void)
{
	must(!text_write(STATS, "0"), "reset the counters");
}

static char *map_hugetlb(void)
{
	return pages_map_fd(FOLIOS * PMD, PMD,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1);
}

static void fork_and_wait(void)
{
	struct peer child;

	peer_start(&child, peer_pause_once, NULL);
	peer_finish(&child);
}

static void exact(void)
{
	char *p = map_hugetlb();

	enable(true);
	reset();
	must_have_counted_all("at first", 0, 0, 0, 0);
	pages_touch(p, 0, FOLIOS * PMD_PAGES);
	must_have_counted_all("a read of what is not there", FOLIOS, 0, 0, 0);
	fork_and_wait();
	must_have_counted_all("fork", FOLIOS, FOLIOS, 0, FOLIOS);
	pages_unmap(p, FOLIOS * PMD);
	must_have_counted_all("munmap", FOLIOS, FOLIOS, 0, 2 * FOLIOS);
}

/* A pinned folio is not shared but copied. */
static void busy(void)
{
	char *p = map_hugetlb();
	int pin;

	pages_fill(p, 0, FOLIOS * PMD_PAGES, 1);
	pin = pin_take(p, PMD);
	enable(true);
	reset();
	fork_and_wait();
	must_have_counted_all("fork", 1, FOLIOS, 1, FOLIOS);
	pin_drop(pin);
}

static void only_while_on(void)
{
	enable(true);
	reset();
	pages_touch(map_hugetlb(), 0, 1);
	must_have_counted_all("on", 1, 0, 0, 0);
	enable(false);
	pages_touch(map_hugetlb(), 0, 1);
	must_have_counted_all("off: what was counted stays", 1, 0, 0, 0);
	enable(true);
	must_have_counted_all("on again", 1, 0, 0, 0);
	pages_touch(map_hugetlb(), 0, 1);
	must_have_counted_all("on again, another one", 2, 0, 0, 0);
	reset();
	must_have_counted_all("reset", 0, 0, 0, 0);
	pages_touch(map_hugetlb(), 0, 1);
	must_have_counted_all("after a reset", 1, 0, 0, 0);
	must(text_write(STATS, "1") < 0, "nothing but 0 can be written");
	must_have_counted_all("after a refusal", 1, 0, 0, 0);
}

static unsigned int lines_with(const char *words)
{
	unsigned int nr = 0;
	char *at;

	must(text_read(TRACING "trace", text, sizeof(text)) > 0, "read trace");
	for (at = text; (at = strstr(at, words)); at += strlen(words))
		nr++;
	return nr;
}

static void trace_event(const char *event)
{
	char path[128];

	snprintf(path, sizeof(path), TRACING "events/rmap_ab/%s/enable", event);
	knob_set(path, "1");
}

static void traced(void)
{
	static const char words[] = "hugetlb_add_new_anon_rmap: ";
	char *p = map_hugetlb(), line[160];

	trace_event("hugetlb_add_new_anon_rmap");
	must(!text_write(TRACING "trace", ""), "empty the trace");
	pages_touch(p, 0, 1);
	must(!lines_with(words), "nothing is traced while trace_ops is off");
	knob_set(TRACE_OPS, "1");
	pages_touch(p + PMD, 0, 1);
	snprintf(line, sizeof(line),
		 "%spfn=0x%lx order=9 first=0 nr_pages=512 level=hugetlb ",
		 words, (unsigned long)page_frame(p + PMD));
	must(lines_with(words) == 1, "one fault, one event:\n%s", text);
	must(lines_with(line) == 1, "'%s' in:\n%s", line, text);
	snprintf(line, sizeof(line), " address=0x%lx result=0 implementation=%s\n",
		 (unsigned long)(p + PMD), suite_row->name);
	must(lines_with(line) == 1, "'%s' in:\n%s", line, text);
	knob_set(TRACE_OPS, "0");
	pages_touch(map_hugetlb(), 0, 1);
	must(lines_with(words) == 1, "off again: no other event");
}

/* What the processes of the load share with the test. */
static struct {
	bool stop;
	unsigned long folios[4];
} *shared;

static unsigned long done_by(int worker)
{
	return __atomic_load_n(&shared->folios[worker], __ATOMIC_RELAXED);
}

/* Nothing but map and unmap what is in the page cache: the CPUs count often. */
static void load(int worker)
{
	const int fd = file_memfd(FOLIOS * PMD_PAGES, MFD_HUGETLB);
	char *p = pages_map_fd(FOLIOS * PMD, PMD, MAP_SHARED, fd);
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!__atomic_load_n(&shared->stop, __ATOMIC_RELAXED)) {
		for (i = 0; i < FOLIOS; i++)
			pages_touch(p + i * PMD, 0, 1);
		must(!madvise(p, FOLIOS * PMD, MADV_DONTNEED), "unmap");
		__atomic_fetch_add(&shared->folios[worker], FOLIOS,
				   __ATOMIC_RELAXED);
	}
	_exit(0);
}

enum { WORKERS = 2 };

static void load_begin(pid_t pids[WORKERS])
{
	int i;

	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(shared != MAP_FAILED, "map");
	for (i = 0; i < WORKERS; i++) {
		pids[i] = fork();
		must(pids[i] >= 0, "fork");
		if (!pids[i])
			load(i);
	}
}

static unsigned long load_end(const pid_t pids[WORKERS])
{
	unsigned long sum = 0;
	int i, status;

	__atomic_store_n(&shared->stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < WORKERS; i++) {
		must(waitpid(pids[i], &status, 0) == pids[i] && !status,
		     "a process of the load: %#x", status);
		sum += done_by(i);
	}
	return sum;
}

/* Wait until the load has gone on. A process that failed is a time-out. */
static void load_steps(unsigned long nr)
{
	const unsigned long before = done_by(0);

	while (done_by(0) - before < nr)
		usleep(1000);
}

/* While it is on, counters only grow; while off, they stand. */
static void on_and_off(void)
{
	const enum rmap_op op = OP_hugetlb_remove_rmap;
	unsigned long last = 0, now, sum;
	pid_t pids[WORKERS];
	int i;

	enable(true);
	reset();
	load_begin(pids);
	for (i = 0; i < 5; i++) {
		load_steps(100);
		now = counted_by(suite_row->name, op).calls;
		must(now > last, "on: %lu calls, and later %lu", last, now);
		enable(false);
		last = counted_by(suite_row->name, op).calls;
		load_steps(100);
		now = counted_by(suite_row->name, op).calls;
		must(now == last, "off: %lu calls, and later %lu", last, now);
		enable(true);
	}
	sum = load_end(pids);
	now = counted_by(suite_row->name, op).calls;
	must(now <= sum, "%lu calls counted of %lu", now, sum);
	must(!klog_warning(), "no warning");
}

/* Nothing is lost while CPUs count at the same time, and other layers come. */
static void nothing_lost(void)
{
	unsigned long sum;
	pid_t pids[WORKERS];
	int i;

	enable(true);
	reset();
	load_begin(pids);
	for (i = 0; i < 5; i++) {
		knob_set(TRACE_OPS, i % 2 ? "0" : "1");
		load_steps(1000);
	}
	sum = load_end(pids);
	must_have_counted("all of the load", OP_hugetlb_add_file_rmap, sum, 0);
	must_have_counted("all of the load", OP_hugetlb_remove_rmap, sum, 0);
	must(!klog_warning(), "no warning");
}

static const struct suite_case stats_cases[] = {
	{ "exact", exact, NEED_HUGETLB },
	{ "busy", busy, NEED_HUGETLB | NEED_PIN },
	{ "only-while-on", only_while_on, NEED_HUGETLB },
	{ "traced", traced, NEED_HUGETLB },
	{ "on-and-off", on_and_off, NEED_HUGETLB },
	{ "nothing-lost", nothing_lost, NEED_HUGETLB },
	{ 0 }
};

static void after_stats_test(void)
{
	swapdev_off();
	knobs_restore();
}

static const struct suite stats_suite = {
	.what = "Compares counters and tracepoints with operations whose number is known.",
	.flags = SUITE_ROWS | SUITE_IMPL | SUITE_SETTINGS,
	.timeout = 120,
	.before = klog_open,
	.after = after_stats_test,
	.audit = truth_check_mapped,
	.cases = stats_cases,
};

int main(int argc, char **argv)
{
	return suite_main(&stats_suite, argc, argv);
}
