// SPDX-License-Identifier: GPL-2.0
/*
 * KSM: equal pages of two processes become one, and two again.
 *
 * A private page that two mappings have without a fork is a merged one. The
 * flag KSM of /proc/kpageflags says less: Linux 6.12 shows it for all anonymous
 * pages.
 */
#include <linux/kernel-page-flags.h>
#include <sys/mman.h>
#include <time.h>

#include "lib/check.h"
#include "lib/knob.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/scenario.h"
#include "lib/text.h"
#include "lib/truth.h"

#define KSM "/sys/kernel/mm/ksm/"

enum { NR = 16, ROUNDS = 3, TRIES = 6000 };

/* ksmd does not say when it has been round, so look until it has. */
static void await_rounds(void)
{
	const struct timespec pause = { 0, 10 * 1000 * 1000 };
	const long long until = text_number(KSM "full_scans", 0) + ROUNDS;
	int i;

	for (i = 0; i < TRIES; i++) {
		if (text_number(KSM "full_scans", 0) >= until)
			return;
		nanosleep(&pause, NULL);
	}
	must(false, "ksmd went round %d times", ROUNDS);
}

static void merge(void)
{
	knob_try(KSM "smart_scan", "0");
	knob_set(KSM "sleep_millisecs", "0");
	knob_set(KSM "pages_to_scan", "10000");
	knob_set(KSM "run", "1");
	await_rounds();
	knob_set(KSM "run", "0");
}

/* NR pages with the same contents in each process. */
static char *map_mergeable(void)
{
	char *p = small_map(NR);

	must(!madvise(p, NR * PAGE, MADV_MERGEABLE), "MADV_MERGEABLE");
	pages_fill(p, 0, NR, 1);
	return p;
}

static void equal_pages(struct peer *self, void *arg)
{
	char *p = map_mergeable();

	(void)arg;
	peer_pause(self);
	pages_verify(p, 0, NR, 1);
	pages_fill(p, 0, 4, 2);
	peer_pause(self);
	must(!madvise(p, NR * PAGE, MADV_UNMERGEABLE), "MADV_UNMERGEABLE");
	pages_verify(p, 4, NR - 4, 1);
	peer_pause(self);
}

static void verify_equal(struct peer *self, void *arg)
{
	pages_verify(arg, 0, NR, 1);
	peer_pause(self);
	pages_fill(arg, 8, 4, 3);
}

static void merge_two(void)
{
	struct peer other, child;
	char *p;

	peer_start(&other, equal_pages, NULL);
	p = map_mergeable();
	merge();
	must(page_mapcount(p) == 2, "a merged page of both");
	counts_agree("after the merge");
	peer_start(&child, verify_equal, p);
	must(page_mapcount(p) == 3, "a merged page of three");
	counts_agree("after fork of merged pages");
	peer_step(&other);
	counts_agree("after a write to merged pages");
	peer_finish(&child);
	peer_step(&other);
	counts_agree("after one was unmerged");
	pages_verify(p, 0, NR, 1);
	peer_finish(&other);
}

static void pause_mergeable(struct peer *self, void *arg)
{
	char *p = map_mergeable();

	(void)arg;
	peer_pause(self);
	pages_verify(p, 0, NR, 1);
}

static void unmerge_all(void)
{
	struct peer other;
	char *p;

	peer_start(&other, pause_mergeable, NULL);
	p = map_mergeable();
	merge();
	must(page_mapcount(p) == 2, "a merged page of both");
	knob_set(KSM "run", "2");
	must(page_mapcount(p) == 1, "not merged any more");
	counts_agree("after all was unmerged");
	pages_verify(p, 0, NR, 1);
	peer_finish(&other);
}

/* Pages of zeroes: the copies go, and the zero page's mappings are not counted. */
static void zero_pages(void)
{
	char *p = small_map(NR);

	knob_set(KSM "use_zero_pages", "1");
	must(!madvise(p, NR * PAGE, MADV_MERGEABLE), "MADV_MERGEABLE");
	for (int i = 0; i < NR; i++)
		((volatile char *)p)[i * PAGE] = 0;
	merge();
	must(page_flags(p) & (1ULL << KPF_ZERO_PAGE), "a zero page");
	counts_agree("after zero pages were merged");
	pages_verify_zero(p, 0, NR);
	pages_fill(p, 0, NR, 1);
	pages_verify(p, 0, NR, 1);
}

#define MERGED (SHARE_PTE | ADD_ANON_PTE | REMOVE_PTE)

const struct scenario ksm_scenarios[] = {
	{ "ksm/merge-two", merge_two, NEED_KSM,
	  MERGED | DUP_ANON_PTE | ADD_NEW_ANON },
	{ "ksm/unmerge-all", unmerge_all, NEED_KSM, MERGED | ADD_NEW_ANON },
	{ "ksm/zero-pages", zero_pages, NEED_KSM, SHARE_PTE | REMOVE_PTE },
	{ 0 }
};
