// SPDX-License-Identifier: GPL-2.0
/*
 * Operations refuse. Every caller of folio_try_dup_anon_rmap_*() and
 * folio_try_share_anon_rmap_*() in Linux 6.12 copes, and succeeds the next time.
 * The knobs do what the kernel's documentation says of them.
 *
 * fork copies the lowest addresses first, so the first faults hit there.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/device.h"
#include "lib/fault.h"
#include "lib/klog.h"
#include "lib/knob.h"
#include "lib/node.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/row.h"
#include "lib/scenario.h"
#include "lib/suite.h"
#include "lib/swapdev.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "lib/truth.h"

#define LOWEST ((char *)0x10000000UL)
#define HUGETLB "/sys/kernel/mm/hugepages/hugepages-2048kB/"
#define MTHP_ENABLED "/sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled"
#define KSM "/sys/kernel/mm/ksm/"
#define TRACING "/sys/kernel/tracing/"

enum { NR = 16, HUGETLB_FOLIOS = 2 };

/* ---- fork ---- */

/* Below everything else that the process has mapped. */
static char *lowest_map(size_t len, int flags)
{
	char *p = mmap(LOWEST, len, PROT_READ | PROT_WRITE, MAP_PRIVATE |
		       MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | flags, -1, 0);

	must(p == LOWEST, "map %zu bytes", len);
	return p;
}

static char *lowest_small(size_t nr)
{
	char *p = lowest_map(nr * PAGE, 0);

	(void)madvise(p, nr * PAGE, MADV_NOHUGEPAGE);
	pages_fill(p, 0, nr, 1);
	must(folio_pages(p) == 1, "small folios");
	return p;
}

static char *lowest_huge(size_t pages)
{
	char *p = lowest_map(pages * PAGE, 0);

	must(!madvise(p, pages * PAGE, MADV_HUGEPAGE), "MADV_HUGEPAGE");
	pages_fill(p, 0, pages, 1);
	must(folio_pages(p) == pages, "a folio of %zu pages", pages);
	return p;
}

struct range {
	char *p;
	size_t nr;
};

static void write_all(struct peer *self, void *arg)
{
	const struct range *range = arg;

	pages_verify(range->p, 0, range->nr, 1);
	peer_pause(self);
	pages_verify(range->p, 0, range->nr, 1);
	pages_fill(range->p, 0, range->nr, 2);
	peer_pause(self);
	pages_verify(range->p, 0, range->nr, 2);
}

/* Pages [0, @copied) of @nr are the parent's alone, the child has copies. */
static void must_be_copied(const char *p, size_t nr, size_t copied)
{
	size_t i;

	for (i = 0; i < nr; i++)
		must(page_mapcount(p + i * PAGE) == (i < copied ? 1 : 2),
		     "page %zu: %zu of %zu are copied", i, copied, nr);
}

/* Both have the right data, whoever writes. */
static void part(struct peer *child, char *p, size_t nr)
{
	counts_agree("after fork");
	pages_fill(p, 0, nr, 3);
	peer_step(child);
	pages_verify(p, 0, nr, 3);
	counts_agree("after both wrote");
	peer_finish(child);
	pages_verify(p, 0, nr, 3);
}

/* The first @times operations of a fork refuse: so much is copied. */
static void fork_refused(char *p, size_t nr, int times, size_t copied)
{
	const long long before = fault_injected(TRY_DUP);
	struct range range = { p, nr };
	struct peer child;

	fault_begin(TRY_DUP, times);
	peer_start(&child, write_all, &range);
	fault_end(TRY_DUP);
	must(fault_injected(TRY_DUP) == before + times,
	     "%lld of %d calls have failed", fault_injected(TRY_DUP) - before,
	     times);
	must_be_copied(p, nr, copied);
	part(&child, p, nr);
	pages_fill(p, 0, nr, 1);
	peer_start(&child, write_all, &range);
	must_be_copied(p, nr, 0);
	part(&child, p, nr);
}

/* At the first refusal there is no page to copy to yet, at the second there is. */
static void fork_some(void)
{
	fork_refused(lowest_small(NR), NR, 2 * 3, 3);
}

static void fork_all(void)
{
	fork_refused(lowest_small(NR), NR, 2 * NR, NR);
}

/* Once a page has been allocated it is found not to be needed. */
static void fork_retried(void)
{
	fork_refused(lowest_small(NR), NR, 1, 0);
}

/* One call for the folio; then one for its first page, with a page to copy to. */
static void fork_mthp(void)
{
	knob_set(MTHP_ENABLED, "madvise");
	fork_refused(lowest_huge(16), 16, 2, 1);
}

static char *lowest_pmd(void)
{
	char *p = lowest_huge(PMD_PAGES);

	must(page_by_pmd(p), "mapped by a PMD");
	return p;
}

static char *lowest_ptes(void)
{
	char *p = lowest_pmd();

	must(!mprotect(p, PAGE, PROT_READ), "mprotect one page");
	must(!mprotect(p, PAGE, PROT_READ | PROT_WRITE), "and back");
	must(!page_by_pmd(p), "mapped by PTEs");
	return p;
}

static void fork_batch(void)
{
	fork_refused(lowest_ptes(), PMD_PAGES, 1, 0);
}

static void fork_ptes(void)
{
	fork_refused(lowest_ptes(), PMD_PAGES, 2, 1);
}

/* Split, and shared all the same. */
static void fork_pmd(void)
{
	char *p = lowest_pmd();

	fork_refused(p, PMD_PAGES, 1, 0);
	must(!page_by_pmd(p), "the parent's PMD has been split");
}

/* Split, not shared as a batch, the first page copied. */
static void fork_pmd_ptes(void)
{
	fork_refused(lowest_pmd(), PMD_PAGES, 3, 1);
}

static char *lowest_hugetlb(void)
{
	char *p = lowest_map(HUGETLB_FOLIOS * PMD, MAP_HUGETLB);

	pages_fill(p, 0, HUGETLB_FOLIOS * PMD_PAGES, 1);
	return p;
}

static void fork_hugetlb(void)
{
	fork_refused(lowest_hugetlb(), HUGETLB_FOLIOS * PMD_PAGES, 1,
		     PMD_PAGES);
}

/* Without a folio to copy to there is no child. */
static void fork_hugetlb_none(void)
{
	char *p = lowest_hugetlb();
	const size_t rest = (text_number(HUGETLB "free_hugepages", 0) -
			     text_number(HUGETLB "resv_hugepages", 0)) * PMD;
	struct range range = { p, HUGETLB_FOLIOS * PMD_PAGES };
	struct peer child;
	char *all;
	pid_t pid;

	all = pages_map_fd(rest, PMD, MAP_PRIVATE | MAP_ANONYMOUS |
			   MAP_HUGETLB, -1);
	fault_begin(TRY_DUP, 1);
	pid = fork();
	if (!pid)
		_exit(0);
	must(pid < 0 && (errno == ENOSPC || errno == ENOMEM),
	     "fork fails: %s", strerror(errno));
	fault_end(TRY_DUP);
	counts_agree("after a fork that failed");
	must(page_exclusive(p) && page_exclusive(p + PMD),
	     "folios of one process, as before");
	pages_unmap(all, rest);
	peer_start(&child, write_all, &range);
	must_be_copied(p, HUGETLB_FOLIOS * PMD_PAGES, 0);
	part(&child, p, HUGETLB_FOLIOS * PMD_PAGES);
}

/*
 * fork does not look at the result for memory of a device: so the first to fail
 * is the page behind it.
 */
static void fork_device(void)
{
	char *p = lowest_small(2 * NR);
	const int device = device_open();
	struct range range = { p, 2 * NR };
	struct peer child;

	must(!device_take(device, p, NR), "move the first half to the device");
	fault_begin(TRY_DUP, 2);
	peer_start(&child, write_all, &range);
	fault_end(TRY_DUP);
	must_be_copied(p + NR * PAGE, NR, 1);
	part(&child, p, 2 * NR);
	close(device);
}

/* ---- what else asks for sharing ---- */

/* All of @nr pages are where they were; some calls have failed. */
static void must_have_stayed(const char *p, size_t nr, long long before)
{
	size_t i;

	fault_end(TRY_SHARE);
	must(fault_injected(TRY_SHARE) > before, "something has failed");
	for (i = 0; i < nr; i++)
		must(page_present(p + i * PAGE), "page %zu is mapped", i);
	must(page_exclusive(p), "still of one process");
	pages_verify(p, 0, nr, 1);
	counts_agree("after the failure");
}

/* Reclaim leaves what is in another CPU's batch: hence stay_on_one_cpu(). */
static void swap_out(char *p, size_t nr)
{
	const long long before = fault_injected(TRY_SHARE);
	size_t i;

	fault_begin(TRY_SHARE, -1);
	must(!madvise(p, nr * PAGE, MADV_PAGEOUT), "MADV_PAGEOUT");
	must_have_stayed(p, nr, before);
	must(!madvise(p, nr * PAGE, MADV_PAGEOUT), "MADV_PAGEOUT");
	for (i = 0; i < nr; i++)
		must(!page_present(p + i * PAGE), "then page %zu is out", i);
	pages_verify(p, 0, nr, 1);
	pages_fill(p, 0, nr, 2);
	pages_verify(p, 0, nr, 2);
}

static void swap_small(void)
{
	stay_on_one_cpu();
	swap_out(lowest_small(NR), NR);
}

static void swap_thp(void)
{
	stay_on_one_cpu();
	swap_out(lowest_pmd(), PMD_PAGES);
}

/* One folio of @nr pages. */
static void migrate(char *p, size_t nr)
{
	const long long before = fault_injected(TRY_SHARE);
	const int node = node_other(node_of(p));
	const uint64_t frame = page_frame(p);

	fault_begin(TRY_SHARE, -1);
	must(node_move(p, nr, nr, node) < 0, "it does not move");
	must_have_stayed(p, nr, before);
	must(page_frame(p) == frame, "it is where it was");
	must(!node_move(p, nr, nr, node), "then it moves");
	must(node_of(p) == node && page_exclusive(p), "of one process there");
	pages_verify(p, 0, nr, 1);
	counts_agree("after the move");
}

static void migrate_small(void)
{
	migrate(lowest_small(1), 1);
}

static void migrate_ptes(void)
{
	migrate(lowest_ptes(), PMD_PAGES);
}

static void migrate_pmd(void)
{
	char *p = lowest_pmd();

	migrate(p, PMD_PAGES);
	must(page_by_pmd(p), "mapped by a PMD again");
}

static void migrate_hugetlb(void)
{
	migrate(lowest_hugetlb(), PMD_PAGES);
}

/* The kernel tries more than once: one failure is none. */
static void migrate_retried(void)
{
	const long long before = fault_injected(TRY_SHARE);
	char *p = lowest_small(1);

	fault_begin(TRY_SHARE, 1);
	must(!node_move(p, 1, 1, node_other(node_of(p))), "it moves");
	must(fault_injected(TRY_SHARE) == before + 1, "at the second try");
	pages_verify(p, 0, 1, 1);
}

static void split(void)
{
	const long long before = fault_injected(TRY_SHARE);
	char *p = lowest_pmd();

	fault_begin(TRY_SHARE, -1);
	folios_split(p, PMD);
	must(folio_pages(p) == PMD_PAGES, "the folio has not been split");
	must(!page_by_pmd(p), "only its PMD");
	must_have_stayed(p, PMD_PAGES, before);
	folios_split(p, PMD);
	must(folio_pages(p) == 1, "then it has");
	pages_verify(p, 0, PMD_PAGES, 1);
	counts_agree("after the split");
}

/* The PMD could not become migration entries at once, but its PTEs can. */
static void split_pmd_only(void)
{
	char *p = lowest_pmd();

	fault_begin(TRY_SHARE, 1);
	folios_split(p, PMD);
	fault_end(TRY_SHARE);
	must(folio_pages(p) == 1, "the folio has been split");
	must(page_exclusive(p), "still of one process");
	pages_verify(p, 0, PMD_PAGES, 1);
	counts_agree("after the split");
}

/* ksmd does not say when it has been round, so look until it has. */
static void merge(void)
{
	const struct timespec pause = { 0, 10 * 1000 * 1000 };
	const long long until = text_number(KSM "full_scans", 0) + 3;
	int i;

	knob_set(KSM "run", "1");
	for (i = 0; i < 6000 && text_number(KSM "full_scans", 0) < until; i++)
		nanosleep(&pause, NULL);
	knob_set(KSM "run", "0");
	must(text_number(KSM "full_scans", 0) >= until, "ksmd went round");
}

static void ksm(void)
{
	const long long before = fault_injected(TRY_SHARE);
	char *p = lowest_small(NR), *equal = small_map(NR);

	pages_fill(equal, 0, NR, 1);
	knob_try(KSM "smart_scan", "0");
	knob_set(KSM "sleep_millisecs", "0");
	knob_set(KSM "pages_to_scan", "10000");
	must(!madvise(p, NR * PAGE, MADV_MERGEABLE), "MADV_MERGEABLE");
	must(!madvise(equal, NR * PAGE, MADV_MERGEABLE), "MADV_MERGEABLE");
	fault_begin_for_all(TRY_SHARE, -1);
	merge();
	must_have_stayed(p, NR, before);
	must(page_frame(p) != page_frame(equal), "they are two pages");
	merge();
	must(page_frame(p) == page_frame(equal), "then they are one");
	counts_agree("after KSM has merged");
	pages_verify(p, 0, NR, 1);
	pages_fill(p, 0, NR, 2);
	pages_verify(equal, 0, NR, 1);
}

static void device_in(void)
{
	const long long before = fault_injected(TRY_SHARE);
	const int device = device_open();
	char *p = lowest_small(NR);

	fault_begin(TRY_SHARE, -1);
	must(device_take(device, p, NR) < 0, "the device does not get them");
	must_have_stayed(p, NR, before);
	must(!device_take(device, p, NR), "then it does");
	must(!page_present(p), "they are there");
	counts_agree("in the device");
	pages_verify(p, 0, NR, 1);
	close(device);
}

/* Nothing of a device's own refuses: not when a CPU wants it, ... */
static void device_out(void)
{
	const long long before = fault_injected(TRY_SHARE);
	const int device = device_open();
	char *p = lowest_small(NR);

	must(!device_take(device, p, NR), "move them to the device");
	fault_begin(TRY_SHARE, -1);
	pages_verify(p, 0, NR, 1);
	must(page_present(p), "back");
	must(fault_injected(TRY_SHARE) == before, "nothing has failed");
	counts_agree("after they came back");
	close(device);
}

/* ... nor when the device is closed, where the kernel would warn. */
static void device_evicted(void)
{
	const long long before = fault_injected(TRY_SHARE);
	const int device = device_open();
	char *p = lowest_small(NR);

	must(!device_take(device, p, NR), "move them to the device");
	fault_begin(TRY_SHARE, -1);
	close(device);
	must(page_present(p), "back");
	must(fault_injected(TRY_SHARE) == before, "nothing has failed");
	pages_verify(p, 0, NR, 1);
	must(!klog_warning(), "no warning");
}

/* ---- the knobs ---- */

static void fork_and_count(char *p, size_t copied)
{
	struct range range = { p, NR };
	struct peer child;

	peer_start(&child, write_all, &range);
	fault_end(TRY_DUP);
	must_be_copied(p, NR, copied);
	part(&child, p, NR);
	pages_fill(p, 0, NR, 1);
}

static void only_while_on(void)
{
	const long long before = fault_injected(TRY_DUP);
	char *p = lowest_small(NR), status[1024];

	fault_begin(TRY_DUP, -1);
	must(text_read(STATUS, status, sizeof(status)) > 0 &&
	     strstr(status, "\ninstrumented: fault\n"), "on:\n%s", status);
	knob_set(FAULT_OPS, "0");
	must(text_read(STATUS, status, sizeof(status)) > 0 &&
	     strstr(status, "\ninstrumented: none\n"), "off:\n%s", status);
	fork_and_count(p, 0);
	must(fault_injected(TRY_DUP) == before, "nothing has failed");
	must(text_write(FAULT_OPS, "maybe") < 0, "only 1 and 0");
}

static void task_filter(void)
{
	const long long before = fault_injected(TRY_DUP);
	char *p = lowest_small(NR);

	fault_begin(TRY_DUP, -1);
	must(!text_write("/proc/self/make-it-fail", "0"), "not this process");
	fork_and_count(p, 0);
	must(fault_injected(TRY_DUP) == before, "nothing has failed");
	fault_begin(TRY_DUP, 2 * NR);
	fork_and_count(p, NR);
}

static void interval(void)
{
	char *p = lowest_hugetlb();
	struct range range = { p, HUGETLB_FOLIOS * PMD_PAGES };
	struct peer child;

	fault_set(TRY_DUP, "interval", 2);
	fault_begin(TRY_DUP, -1);
	peer_start(&child, write_all, &range);
	fault_end(TRY_DUP);
	must(page_mapcount(p) + page_mapcount(p + PMD) == 3, "one of two");
	part(&child, p, HUGETLB_FOLIOS * PMD_PAGES);
}

/* In pages; and the call that finds no more left is the first to fail. */
static void space(void)
{
	char *p = lowest_small(NR);
	struct range range = { p, NR };
	struct peer child;

	fault_set(TRY_DUP, "space", 5);
	fault_begin(TRY_DUP, 2);
	peer_start(&child, write_all, &range);
	fault_end(TRY_DUP);
	must(page_mapcount(p + 3 * PAGE) == 2 && page_mapcount(p + 5 * PAGE) == 2 &&
	     page_mapcount(p + 4 * PAGE) == 1, "the fifth page is copied");
	part(&child, p, NR);
}

static void nth(void)
{
	const long long before = fault_injected(TRY_DUP);
	char *p = lowest_hugetlb();
	struct range range = { p, HUGETLB_FOLIOS * PMD_PAGES };
	struct peer child;

	if (fault_nth_is_shared())
		tap_skip("failslab and fail_page_alloc of this kernel count, too");
	knob_set(FAULT_OPS, "1");
	fault_nth(2);
	peer_start(&child, write_all, &range);
	must(!fault_nth_left(), "the second has come");
	must(fault_injected(TRY_DUP) == before + 1, "one has failed");
	must(page_mapcount(p) == 2 && page_mapcount(p + PMD) == 1,
	     "the second folio is copied");
	part(&child, p, HUGETLB_FOLIOS * PMD_PAGES);
}

static void traced(void)
{
	static char trace[65536];
	char *p = lowest_small(NR), line[256];

	knob_set(TRACING "events/rmap_ab/fault/enable", "1");
	must(!text_write(TRACING "trace", ""), "empty the trace");
	fault_begin(TRY_DUP, 2);
	fork_and_count(p, 1);
	snprintf(line, sizeof(line),
		 "fault: pid=%d comm=rmap_fault_test name=fail_rmap_try_dup operation=folio_try_dup_anon_rmap_pte\n",
		 getpid());
	must(text_read(TRACING "trace", trace, sizeof(trace)) > 0 &&
	     strstr(trace, line), "'%s' in:\n%s", line, trace);
}

/* FORKS is a script that forks. */
#define FORKS "/tmp/forks"

static void write_script(void)
{
	static const char commands[] = "/bin/true\n/bin/true\n";
	const int script = open(FORKS, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	must(script >= 0 && write(script, commands, strlen(commands)) > 0,
	     "a script");
	close(script);
}

/* The kernel's own tool. */
static void failcmd(void)
{
	const long long before = fault_injected(TRY_DUP);
	int status;

	if (!text_exists("/usr/local/bin/failcmd.sh"))
		tap_skip("no failcmd.sh in the guest");
	write_script();
	knob_set(FAULT_OPS, "1");
	fault_set(TRY_DUP, "verbose", 0);
	must(!setenv("FAILCMD_TYPE", TRY_DUP, 1), "setenv");
	status = system("failcmd.sh --probability=100 --times=7 --verbose=0 sh " FORKS);
	must(!status, "failcmd.sh: %#x", status);
	must(fault_injected(TRY_DUP) == before + 7,
	     "%lld of 7 have failed", fault_injected(TRY_DUP) - before);
}

static void must_be_as_loaded(void)
{
	char path[128], value[32];
	size_t i;
	static const char *const knobs[][2] = {
		{ "probability", "0" }, { "interval", "1" }, { "times", "1" },
		{ "space", "0" }, { "verbose", "2" }, { "task-filter", "N" },
	};

	for (i = 0; i < sizeof(knobs) / sizeof(knobs[0]); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", TRY_DUP,
			 knobs[i][0]);
		must(!knob_get(path, value, sizeof(value)) &&
		     !strcmp(value, knobs[i][1]), "%s is %s again: %s",
		     knobs[i][0], knobs[i][1], value);
	}
	must(!text_number(FAULT_OPS, -1), "fault_ops is off again");
}

/* Ours puts back what it has turned, and what the kernel has counted down. */
static void rmapctl(void)
{
	const long long before = fault_injected(TRY_DUP);
	int status;

	write_script();
	status = system("rmapctl -j fault run " TRY_DUP " times=7 verbose=0 -- sh " FORKS);
	must(!status, "rmapctl: %#x", status);
	must(fault_injected(TRY_DUP) == before + 7,
	     "%lld of 7 have failed", fault_injected(TRY_DUP) - before);
	must_be_as_loaded();
	status = system("rmapctl fault run " TRY_DUP " verbose=0 -- sh -c 'kill -TERM $PPID; exec sleep 100'");
	/* The shell between may tell it in its own way. */
	must((WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) ||
	     (WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGTERM),
	     "ended by SIGTERM: %#x", status);
	must_be_as_loaded();
	must(!system("rmapctl fault set " TRY_DUP " probability=9 times=-1") &&
	     text_number(FAULT_OPS, -1) == 1, "rmapctl fault set");
	must(!system("rmapctl fault clear"), "rmapctl fault clear");
	must_be_as_loaded();
	must(!fault_injected(TRY_DUP), "counted from 0 again");
	if (fault_nth_is_shared())
		return;
	status = system("rmapctl fault run --nth 9 " TRY_DUP " verbose=0 -- sh " FORKS);
	must(!status, "rmapctl: %#x", status);
	must(fault_injected(TRY_DUP) == 1, "the ninth has failed");
	must_be_as_loaded();
}

/* ---- all of it ---- */

static const struct suite_case fault_cases[] = {
	{ "fork/some-pages", fork_some, 0 },
	{ "fork/all-pages", fork_all, 0 },
	{ "fork/retried", fork_retried, 0 },
	{ "fork/mthp", fork_mthp, NEED_MTHP },
	{ "fork/batch", fork_batch, NEED_THP },
	{ "fork/ptes", fork_ptes, NEED_THP },
	{ "fork/pmd", fork_pmd, NEED_THP },
	{ "fork/pmd-and-ptes", fork_pmd_ptes, NEED_THP },
	{ "fork/hugetlb", fork_hugetlb, NEED_HUGETLB },
	{ "fork/hugetlb-none-free", fork_hugetlb_none, NEED_HUGETLB },
	{ "fork/device-private", fork_device, NEED_DEVICE },
	{ "swap/small", swap_small, NEED_SWAP },
	{ "swap/thp", swap_thp, NEED_SWAP | NEED_THP },
	{ "migrate/small", migrate_small, NEED_NODES },
	{ "migrate/ptes", migrate_ptes, NEED_NODES | NEED_THP },
	{ "migrate/pmd", migrate_pmd, NEED_NODES | NEED_THP },
	{ "migrate/hugetlb", migrate_hugetlb, NEED_NODES | NEED_HUGETLB },
	{ "migrate/retried", migrate_retried, NEED_NODES },
	{ "split/all", split, NEED_SPLIT },
	{ "split/pmd-only", split_pmd_only, NEED_SPLIT },
	{ "ksm/merge", ksm, NEED_KSM },
	{ "device/in", device_in, NEED_DEVICE },
	{ "device/out", device_out, NEED_DEVICE },
	{ "device/evicted", device_evicted, NEED_DEVICE },
	{ "knob/fault_ops", only_while_on, 0 },
	{ "knob/task-filter", task_filter, 0 },
	{ "knob/interval", interval, NEED_HUGETLB },
	{ "knob/space", space, 0 },
	{ "knob/fail-nth", nth, NEED_HUGETLB },
	{ "knob/traced", traced, 0 },
	{ "knob/failcmd", failcmd, 0 },
	{ "knob/rmapctl", rmapctl, 0 },
	{ 0 }
};

static void before_test(void)
{
	fault_need();
	klog_open();
}

static void after_fault_test(void)
{
	swapdev_off();
	knobs_restore();
}

static const char *prepare_fault_suite(void)
{
	fault_nth_alone();
	return NULL;
}

static const struct suite fault_suite = {
	.what = "Lets operations refuse and expects every caller in the kernel to cope.",
	.flags = SUITE_ROWS | SUITE_IMPL | SUITE_SETTINGS,
	.timeout = 120,
	.prepare = prepare_fault_suite,
	.before = before_test,
	.after = after_fault_test,
	.audit = truth_check_mapped,
	.cases = fault_cases,
};

int main(int argc, char **argv)
{
	return suite_main(&fault_suite, argc, argv);
}
