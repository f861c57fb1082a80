// SPDX-License-Identifier: GPL-2.0
/* Pinned pages: an exclusive page stays exclusive, because fork copies it. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/knob.h"
#include "lib/node.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/pin.h"
#include "lib/scenario.h"
#include "lib/truth.h"

enum { NR = 32 };

struct range {
	char *p;
	size_t nr;
};

static void write_all(struct peer *self, void *arg)
{
	struct range *range = arg;

	pages_verify(range->p, 0, range->nr, 1);
	peer_pause(self);
	pages_verify(range->p, 0, range->nr, 1);
	pages_fill(range->p, 0, range->nr, 2);
}

/* @nr pages from @p on, the first half of them pinned. */
static void fork_pinned(char *p, size_t nr)
{
	struct range range = { p, nr };
	struct peer child;
	uint64_t frame;
	int pin;

	pages_fill(p, 0, nr, 1);
	pin = pin_take(p, nr / 2 * PAGE);
	frame = page_frame(p);
	counts_agree("pinned");
	peer_start(&child, write_all, &range);
	must(page_mapcount(p) == 1, "the pinned page was copied");
	counts_agree("after fork");
	pages_fill(p, 0, nr, 3);
	must(page_frame(p) == frame, "the pinned page has not been replaced");
	peer_finish(&child);
	pages_verify(p, 0, nr, 3);
	pin_drop(pin);
	pages_unmap(p, nr * PAGE);
	counts_agree("after munmap");
}

static void fork_small(void)
{
	fork_pinned(small_map(NR), NR);
}

static void fork_mthp(void)
{
	char *p;

	knob_set("/sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled",
		 "madvise");
	p = pages_map(NR * PAGE, NR * PAGE);
	must(!madvise(p, NR * PAGE, MADV_HUGEPAGE), "MADV_HUGEPAGE");
	fork_pinned(p, NR);
}

static void fork_thp(void)
{
	fork_pinned(thp_map(1), PMD_PAGES);
}

/*
 * The folio is unmapped while it is pinned: the pin keeps the folio, but no
 * mapping.
 */
static void unmap_thp(void)
{
	char *p = thp_map(1);
	int pin;

	pages_fill(p, 0, PMD_PAGES, 1);
	pin = pin_take(p, PMD);
	pages_unmap(p, PMD / 2);
	counts_agree("after munmap of half of a pinned folio");
	pages_unmap(p, PMD);
	counts_agree("after munmap of all of it");
	pin_drop(pin);
}

/* One folio of @nr pages at @p. */
static void migrate(char *p, size_t nr)
{
	uint64_t frame;
	int pin;

	pages_fill(p, 0, nr, 1);
	pin = pin_take(p, nr * PAGE);
	frame = page_frame(p);
	must(node_move(p, nr, nr, node_other(node_of(p))) < 0,
	     "a pinned folio stays");
	must(page_frame(p) == frame, "where it was");
	must(page_exclusive(p), "it must be exclusive as long as it is pinned");
	counts_agree("after a move that failed");
	pages_verify(p, 0, nr, 1);
	pin_drop(pin);
	must(!node_move(p, nr, nr, node_other(node_of(p))), "then it moves");
	pages_verify(p, 0, nr, 1);
}

static void migrate_small(void)
{
	migrate(small_map(1), 1);
}

static void migrate_thp(void)
{
	migrate(thp_map(1), PMD_PAGES);
}

static void migrate_hugetlb(void)
{
	migrate(pages_map_fd(PMD, PMD, MAP_PRIVATE | MAP_ANONYMOUS |
			     MAP_HUGETLB, -1), PMD_PAGES);
}

/* A pipe takes a reference, not a pin: both ends see what was written before. */
static void vmsplice_fork(void)
{
	char *p = small_map(1), *got = small_map(1);
	struct iovec page = { p, PAGE };
	struct range range = { p, 1 };
	struct peer child;
	int ends[2];

	pages_fill(p, 0, 1, 1);
	must(!pipe(ends), "a pipe");
	must(vmsplice(ends[1], &page, 1, 0) == (ssize_t)PAGE, "vmsplice");
	peer_start(&child, write_all, &range);
	counts_agree("after fork with a page in a pipe");
	pages_unmap(p, PAGE);
	counts_agree("after munmap");
	peer_finish(&child);
	must(read(ends[0], got, PAGE) == (ssize_t)PAGE, "read the pipe");
	pages_verify(got, 0, 1, 1);
}

const struct scenario pin_scenarios[] = {
	{ "pin/fork-small", fork_small, NEED_PIN, ADD_NEW_ANON | DUP_ANON_PTE },
	{ "pin/fork-mthp", fork_mthp, NEED_PIN | NEED_MTHP,
	  ADD_NEW_ANON | DUP_ANON_PTES },
	{ "pin/fork-thp", fork_thp, NEED_PIN | NEED_THP,
	  DUP_ANON_PMD | ADD_ANON_PTES | REMOVE_PMD | DUP_ANON_PTES },
	{ "pin/unmap-thp", unmap_thp, NEED_PIN | NEED_THP,
	  REMOVE_PMD | REMOVE_PTES },
	{ "pin/migrate-small", migrate_small, NEED_PIN | NEED_NODES, SHARE_PTE },
	{ "pin/migrate-thp", migrate_thp, NEED_PIN | NEED_NODES | NEED_THP,
	  SHARE_PMD },
	{ "pin/migrate-hugetlb", migrate_hugetlb,
	  NEED_PIN | NEED_NODES | NEED_HUGETLB, HUGETLB_SHARE },
	{ "pin/vmsplice", vmsplice_fork, 0, DUP_ANON_PTE | ADD_NEW_ANON },
	{ 0 }
};
