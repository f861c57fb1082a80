// SPDX-License-Identifier: GPL-2.0
/* Small anonymous folios. */
#include <sys/mman.h>

#include "lib/check.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/scenario.h"
#include "lib/truth.h"

enum { NR = 64 };

static void fault(void)
{
	char *p = small_map(NR);

	pages_fill(p, 0, NR, 1);
	counts_agree("after faults");
	must(folio_pages(p) == 1, "a small folio");
	must(page_exclusive(p), "of one process");
	pages_verify(p, 0, NR, 1);
	pages_unmap(p, NR * PAGE);
	counts_agree("after munmap");
}

/* The parent writes the first half, the child the second half. */
static void fork_child(struct peer *self, void *arg)
{
	char *p = arg;

	pages_verify(p, 0, NR, 1);
	peer_pause(self);
	pages_verify(p, 0, NR, 1);
	pages_fill(p, NR / 2, NR / 2, 2);
	peer_pause(self);
	pages_verify(p, 0, NR / 2, 1);
	pages_verify(p, NR / 2, NR / 2, 2);
}

static void fork_cow(void)
{
	char *p = small_map(NR);
	struct peer child;

	pages_fill(p, 0, NR, 1);
	peer_start(&child, fork_child, p);
	must(page_mapcount(p) == 2, "a page of both");
	must(!page_exclusive(p), "of no process alone");
	counts_agree("after fork");
	pages_fill(p, 0, NR / 2, 3);
	counts_agree("after the parent wrote");
	peer_step(&child);
	must(page_mapcount(p) == 1 && page_exclusive(p), "pages of their own");
	counts_agree("after the child wrote");
	pages_verify(p, 0, NR / 2, 3);
	pages_verify(p, NR / 2, NR / 2, 1);
	peer_finish(&child);
	counts_agree("after exit");
	pages_fill(p, 0, NR, 4);
	pages_verify(p, 0, NR, 4);
}

static void partial_child(struct peer *self, void *arg)
{
	char *p = arg;

	peer_pause(self);
	must(!munmap(p + 8 * PAGE, 8 * PAGE), "munmap in the middle");
	peer_pause(self);
	must(!madvise(p, 4 * PAGE, MADV_DONTNEED), "MADV_DONTNEED");
	pages_verify_zero(p, 0, 4);
	peer_pause(self);
	pages_verify(p, 4, 4, 1);
	pages_verify(p, 16, NR - 16, 1);
}

static void partial_unmap(void)
{
	char *p = small_map(NR);
	struct peer child;

	pages_fill(p, 0, NR, 1);
	peer_start(&child, partial_child, p);
	counts_agree("after fork");
	peer_step(&child);
	must(page_mapcount(p + 8 * PAGE) == 1, "the child's page is gone");
	counts_agree("after a munmap in the child");
	peer_step(&child);
	counts_agree("after MADV_DONTNEED in the child");
	pages_unmap(p + 32 * PAGE, 16 * PAGE);
	counts_agree("after munmap in the parent");
	peer_finish(&child);
	counts_agree("after exit");
	pages_verify(p, 0, 32, 1);
	pages_verify(p, 48, NR - 48, 1);
}

struct line {
	char *p;
	int depth;
};

static void descendant(struct peer *self, void *arg)
{
	struct line *line = arg;
	const int depth = --line->depth;
	struct peer next;

	pages_verify(line->p, 0, NR, 1);
	if (depth)
		peer_start(&next, descendant, line);
	peer_pause(self);
	if (depth)
		peer_finish(&next);
}

static void family(void)
{
	struct line line = { small_map(NR), 3 };
	struct peer child[3];
	int i;

	pages_fill(line.p, 0, NR, 1);
	for (i = 0; i < 3; i++)
		peer_start(&child[i], descendant, &line);
	must(page_mapcount(line.p) == 10, "a page of ten processes");
	counts_agree("with a family of processes");
	pages_fill(line.p, 0, NR, 2);
	counts_agree("after the oldest wrote");
	for (i = 0; i < 3; i++)
		peer_finish(&child[i]);
	counts_agree("after all others exited");
	pages_verify(line.p, 0, NR, 2);
}

static void move(void)
{
	char *p = small_map(NR), *to = small_map(NR);
	struct peer child;

	pages_fill(p, 0, NR, 1);
	peer_start(&child, fork_child, p);
	must(mremap(p, NR * PAGE, NR * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		    to) == to, "mremap");
	counts_agree("after mremap");
	pages_verify(to, 0, NR, 1);
	pages_fill(to, 0, 8, 5);
	counts_agree("after a write at the new place");
	peer_step(&child);
	peer_finish(&child);
	pages_verify(to, 0, 8, 5);
	pages_verify(to, 8, NR - 8, 1);
}

/*
 * A child does not inherit mlock: nobody wants the page locked that the parent
 * copied.
 */
static void expect_unlocked(struct peer *self, void *arg)
{
	char *p = arg;

	peer_pause(self);
	must(!page_mlocked(p), "not mlocked any more, after COW");
	must(!page_mlocked(p + NR / 2 * PAGE), "nor after munmap");
	pages_verify(p, 0, NR, 1);
}

static void locked(void)
{
	struct peer child;
	char *p;

	stay_on_one_cpu();
	p = small_map(NR);
	must(!mlock(p, NR * PAGE), "mlock");
	pages_fill(p, 0, NR, 1);
	must(page_mlocked(p), "mlocked");
	peer_start(&child, expect_unlocked, p);
	pages_fill(p, 0, NR / 2, 3);
	must(page_mlocked(p), "so is the copy");
	counts_agree("after COW of mlocked pages");
	pages_unmap(p + NR / 2 * PAGE, NR / 2 * PAGE);
	counts_agree("after munmap of mlocked pages");
	peer_finish(&child);
	pages_verify(p, 0, NR / 2, 3);
}

const struct scenario anon_scenarios[] = {
	{ "anon/fault", fault, 0, ADD_NEW_ANON | REMOVE_PTES },
	{ "anon/fork-cow", fork_cow, 0,
	  ADD_NEW_ANON | DUP_ANON_PTE | REMOVE_PTE | REMOVE_PTES },
	{ "anon/partial-unmap", partial_unmap, 0, DUP_ANON_PTE | REMOVE_PTES },
	{ "anon/family", family, 0, DUP_ANON_PTE | REMOVE_PTE | REMOVE_PTES },
	{ "anon/mremap", move, 0, DUP_ANON_PTE | REMOVE_PTES },
	{ "anon/mlock", locked, 0, DUP_ANON_PTE | REMOVE_PTE | REMOVE_PTES },
	{ 0 }
};
