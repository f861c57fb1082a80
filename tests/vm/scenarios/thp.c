// SPDX-License-Identifier: GPL-2.0
/* Anonymous folios of PMD size, mapped by a PMD, by PTEs, or by both. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/scenario.h"
#include "lib/text.h"
#include "lib/truth.h"

/* Reclaim splits what was queued because a part is not mapped any more. */
static void split_queued(void)
{
	must(!text_write("/proc/sys/vm/drop_caches", "2"), "drop_caches");
}

/* Returns how many folios were queued so far. */
static long long nr_queued(void)
{
	return text_number("/sys/kernel/mm/transparent_hugepage/hugepages-2048kB/stats/split_deferred",
			   -1);
}

/* Makes one PMD mapping, filled from seed 1. */
static char *map_thp(void)
{
	char *p = thp_map(1);

	pages_fill(p, 0, PMD_PAGES, 1);
	must(page_by_pmd(p), "mapped by a PMD");
	must(page_exclusive(p), "of one process");
	return p;
}

/* Changes the protection of one page and back: the folio stays, and PTEs map it. */
static void remap_by_ptes(char *p)
{
	must(!mprotect(p + PAGE, PAGE, PROT_READ), "mprotect one page");
	must(!mprotect(p + PAGE, PAGE, PROT_READ | PROT_WRITE),
	     "mprotect it back");
	must(!page_by_pmd(p), "mapped by PTEs");
	must(folio_pages(p) == PMD_PAGES, "still one folio");
}

static void fault(void)
{
	char *p = map_thp();

	counts_agree("after a fault");
	pages_verify(p, 0, PMD_PAGES, 1);
	pages_unmap(p, PMD);
	counts_agree("after munmap");
}

static void verify_and_write(struct peer *self, void *arg)
{
	char *p = arg;

	pages_verify(p, 0, PMD_PAGES, 1);
	peer_pause(self);
	pages_verify(p, 0, PMD_PAGES, 1);
	pages_fill(p, 100, 8, 2);
	peer_pause(self);
	pages_verify(p, 0, 100, 1);
	pages_verify(p, 100, 8, 2);
	pages_verify(p, 108, PMD_PAGES - 108, 1);
}

static void fork_pmd(void)
{
	char *p = map_thp();
	struct peer child;

	peer_start(&child, verify_and_write, p);
	must(page_by_pmd(p) && page_mapcount_is(p + PAGE, 2), "two PMD mappings");
	must(!page_exclusive(p), "of no process alone");
	counts_agree("after fork");
	peer_step(&child);
	must(page_by_pmd(p), "still a PMD mapping here");
	must(page_mapcount_is(p, 2) && page_mapcount_is(p + 100 * PAGE, 1),
	     "PTE mappings in the child, copies where it wrote");
	counts_agree("after the child wrote");
	pages_fill(p, 200, 8, 3);
	counts_agree("after the parent wrote");
	peer_finish(&child);
	counts_agree("after exit");
	pages_verify(p, 0, 200, 1);
	pages_verify(p, 200, 8, 3);
	pages_verify(p, 208, PMD_PAGES - 208, 1);
}

static void fork_ptes(void)
{
	char *p = map_thp();
	struct peer child;

	remap_by_ptes(p);
	counts_agree("mapped by PTEs");
	peer_start(&child, verify_and_write, p);
	must(page_mapcount_is(p, 2), "two PTE mappings");
	must(!page_exclusive(p), "of no process alone");
	counts_agree("after fork");
	pages_unmap(p + 64 * PAGE, 64 * PAGE);
	counts_agree("after munmap of a part in the parent");
	peer_step(&child);
	counts_agree("after the child wrote");
	peer_finish(&child);
	counts_agree("after exit");
	pages_verify(p, 0, 64, 1);
	pages_verify(p, 128, PMD_PAGES - 128, 1);
	pages_unmap(p, PMD);
	counts_agree("after munmap");
}

/* The child maps the folio by PTEs while the parent maps it by a PMD. */
static void split_in_child(struct peer *self, void *arg)
{
	char *p = arg;

	remap_by_ptes(p);
	peer_pause(self);
	must(!munmap(p, 256 * PAGE), "munmap a half");
	peer_pause(self);
	pages_verify(p, 256, 256, 1);
	must(folio_pages(p + 256 * PAGE) == 1,
	     "half of the folio is not mapped any more: it was split");
}

static void both_levels(void)
{
	char *p = map_thp();
	struct peer child;

	peer_start(&child, split_in_child, p);
	must(page_by_pmd(p) && page_mapcount_is(p, 2), "a PMD and a PTE mapping");
	counts_agree("a PMD here, PTEs in the child");
	peer_step(&child);
	must(page_mapcount_is(p, 1) && page_mapcount_is(p + 256 * PAGE, 2),
	     "half of the PTE mappings are left");
	counts_agree("after munmap of a half in the child");
	pages_unmap(p, PMD);
	counts_agree("after munmap of the PMD mapping");
	split_queued();
	counts_agree("after a deferred split");
	peer_finish(&child);
	counts_agree("after exit");
}

static void partial_unmap(void)
{
	char *p = map_thp();

	pages_unmap(p + 64 * PAGE, 64 * PAGE);
	counts_agree("after munmap in the middle of a PMD mapping");
	must(!madvise(p + 200 * PAGE, 3 * PAGE, MADV_DONTNEED),
	     "MADV_DONTNEED");
	pages_verify_zero(p, 200, 3);
	counts_agree("after MADV_DONTNEED of three pages");
	pages_verify(p, 0, 64, 1);
	pages_verify(p, 128, 72, 1);
	pages_verify(p, 203, PMD_PAGES - 203, 1);
	must(!madvise(p + 256 * PAGE, PMD / 2, MADV_DONTNEED), "the upper half");
	counts_agree("after MADV_DONTNEED of the upper half");
}

static void discard(void)
{
	char *p = map_thp();

	must(!madvise(p, PMD, MADV_DONTNEED), "MADV_DONTNEED of all");
	counts_agree("after MADV_DONTNEED of a PMD mapping");
	pages_verify_zero(p, 0, 1);
	pages_fill(p, 0, PMD_PAGES, 2);
	pages_verify(p, 0, PMD_PAGES, 2);
	counts_agree("after it was used again");
}

static void split_folio(char *p)
{
	must(!folios_split(p, PMD), "ask for the split of a folio");
	must(folio_pages(p) == 1, "the folio has been split");
}

static void pause_and_verify(struct peer *self, void *arg)
{
	peer_pause(self);
	pages_verify(arg, 0, PMD_PAGES, 1);
}

static void split(void)
{
	char *p = map_thp();

	split_folio(p);
	counts_agree("after the split of a folio of one process");
	pages_verify(p, 0, PMD_PAGES, 1);
}

static void split_shared(void)
{
	char *p = map_thp();
	struct peer child;

	peer_start(&child, pause_and_verify, p);
	split_folio(p);
	must(page_mapcount_is(p, 2), "mapped by both");
	counts_agree("after the split of a folio of two processes");
	pages_fill(p, 0, 8, 2);
	counts_agree("after a write");
	peer_finish(&child);
	pages_verify(p, 8, PMD_PAGES - 8, 1);
}

/* The memory of a partially unmapped folio is freed when it is reclaimed. */
static void deferred_split(void)
{
	const long long queued = nr_queued();
	char *p = map_thp();

	pages_unmap(p, 256 * PAGE);
	must(folio_pages(p + 256 * PAGE) == PMD_PAGES, "still one folio");
	must(nr_queued() == queued + 1, "it has been queued, once");
	split_queued();
	must(folio_pages(p + 256 * PAGE) == 1,
	     "what was queued has been split");
	counts_agree("after a deferred split");
	pages_verify(p, 256, 256, 1);
}

/* A folio that goes as a whole is not worth queuing. */
static void no_deferred_split(void)
{
	const long long queued = nr_queued();
	char *p = map_thp();

	pages_unmap(p, PMD);
	p = map_thp();
	remap_by_ptes(p);
	pages_unmap(p, PMD);
	must(queued >= 0 && nr_queued() == queued, "nothing has been queued");
}

/*
 * A child does not inherit mlock: when the parent has gone, nobody wants the
 * folio locked.
 */
static void expect_unlocked(struct peer *self, void *arg)
{
	peer_pause(self);
	must(!page_mlocked(arg), "not mlocked any more");
	pages_verify(arg, 0, PMD_PAGES, 1);
}

static void unlock(char *p)
{
	struct peer child;

	must(!mlock(p, PMD), "mlock");
	must(page_mlocked(p), "mlocked");
	peer_start(&child, expect_unlocked, p);
	pages_unmap(p, PMD);
	counts_agree("after munmap of mlocked memory");
	peer_finish(&child);
}

static void mlocked(void)
{
	char *p;

	stay_on_one_cpu();
	unlock(map_thp());
	p = map_thp();
	remap_by_ptes(p);
	unlock(p);
}

static void move_aligned(void)
{
	char *p = map_thp(), *to = thp_map(1);

	must(mremap(p, PMD, PMD, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to,
	     "mremap");
	must(page_by_pmd(to), "the PMD has moved");
	counts_agree("after the PMD moved");
	pages_verify(to, 0, PMD_PAGES, 1);
	pages_unmap(to, PMD);
	counts_agree("after munmap");
}

static void move_unaligned(void)
{
	char *p = map_thp(), *to = thp_map(2) + 16 * PAGE;
	struct peer child;

	must(mremap(p, PMD, PMD, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to,
	     "mremap");
	counts_agree("after the PTEs moved");
	pages_verify(to, 0, PMD_PAGES, 1);
	peer_start(&child, pause_and_verify, to);
	counts_agree("after fork");
	pages_unmap(to, 256 * PAGE);
	counts_agree("after munmap of a part");
	peer_finish(&child);
	pages_verify(to, 256, 256, 1);
}

#define REMAPPED (ADD_ANON_PTES | REMOVE_PMD)

const struct scenario thp_scenarios[] = {
	{ "thp/fault", fault, NEED_THP, ADD_NEW_ANON | REMOVE_PMD },
	{ "thp/fork-pmd", fork_pmd, NEED_THP,
	  DUP_ANON_PMD | REMAPPED | REMOVE_PTE | REMOVE_PTES },
	{ "thp/fork-ptes", fork_ptes, NEED_THP,
	  REMAPPED | DUP_ANON_PTES | REMOVE_PTES },
	{ "thp/both-levels", both_levels, NEED_THP,
	  DUP_ANON_PMD | REMAPPED | REMOVE_PTES },
	{ "thp/partial-unmap", partial_unmap, NEED_THP, REMAPPED | REMOVE_PTES },
	{ "thp/discard", discard, NEED_THP, ADD_NEW_ANON | REMOVE_PMD },
	{ "thp/split-folio", split, NEED_SPLIT,
	  SHARE_PMD | REMOVE_PMD | ADD_ANON_PTE },
	{ "thp/split-shared-folio", split_shared, NEED_SPLIT,
	  DUP_ANON_PMD | REMOVE_PMD | ADD_ANON_PTE },
	{ "thp/deferred-split", deferred_split, NEED_THP,
	  REMAPPED | REMOVE_PTES | SHARE_PTE | REMOVE_PTE | ADD_ANON_PTE },
	{ "thp/no-deferred-split", no_deferred_split, NEED_THP,
	  REMOVE_PMD | REMOVE_PTES },
	{ "thp/mlock", mlocked, NEED_THP, REMOVE_PMD | REMOVE_PTES },
	{ "thp/mremap-aligned", move_aligned, NEED_THP, REMOVE_PMD },
	{ "thp/mremap-unaligned", move_unaligned, NEED_THP,
	  REMAPPED | DUP_ANON_PTES | REMOVE_PTES },
	{ 0 }
};
