// SPDX-License-Identifier: GPL-2.0
/* Anonymous folios of a size between one page and a PMD. */
#include <stdio.h>
#include <sys/mman.h>

#include "lib/check.h"
#include "lib/knob.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/scenario.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "lib/truth.h"

enum { FOLIOS = 4 };

/* Maps FOLIOS folios of @kb, filled from seed 1. */
static char *map_folios(size_t kb)
{
	const size_t nr = kb * 1024 / PAGE;
	char path[128], *p;
	size_t i;

	snprintf(path, sizeof(path),
		 "/sys/kernel/mm/transparent_hugepage/hugepages-%zukB/enabled",
		 kb);
	if (!text_exists(path))
		tap_skip("no %zu kB anonymous folios", kb);
	knob_set(path, "madvise");
	knob_set("/sys/kernel/mm/transparent_hugepage/hugepages-2048kB/enabled",
		 "never");
	p = pages_map(FOLIOS * nr * PAGE, nr * PAGE);
	must(!madvise(p, FOLIOS * nr * PAGE, MADV_HUGEPAGE), "MADV_HUGEPAGE");
	pages_fill(p, 0, FOLIOS * nr, 1);
	for (i = 0; i < FOLIOS; i++)
		must(folio_pages(p + i * nr * PAGE) == nr, "a %zu kB folio", kb);
	must(!page_by_pmd(p), "mapped by PTEs");
	return p;
}

struct folios {
	char *p;
	size_t nr;	/* pages of each */
};

static void verify_and_write(struct peer *self, void *arg)
{
	struct folios *f = arg;

	pages_verify(f->p, 0, FOLIOS * f->nr, 1);
	peer_pause(self);
	pages_verify(f->p, 0, FOLIOS * f->nr, 1);
	pages_fill(f->p, 2 * f->nr, f->nr, 2);
	peer_pause(self);
	pages_verify(f->p, 2 * f->nr, f->nr, 2);
	pages_verify(f->p, 3 * f->nr, f->nr, 1);
}

static void fork_cow(size_t kb)
{
	struct folios f = { map_folios(kb), kb * 1024 / PAGE };
	struct peer child;

	must(page_exclusive(f.p), "folios of one process");
	counts_agree("after faults");
	peer_start(&child, verify_and_write, &f);
	must(page_mapcount_is(f.p + PAGE, 2), "a page of both");
	must(!page_exclusive(f.p), "of no process alone");
	counts_agree("after fork");
	pages_fill(f.p, 0, f.nr / 2, 3);
	counts_agree("after the parent wrote half a folio");
	peer_step(&child);
	counts_agree("after the child wrote a folio");
	pages_verify(f.p, f.nr / 2, FOLIOS * f.nr - f.nr / 2, 1);
	peer_finish(&child);
	counts_agree("after exit");
	pages_fill(f.p, 0, FOLIOS * f.nr, 4);
	pages_verify(f.p, 0, FOLIOS * f.nr, 4);
	counts_agree("after all of it was written again");
	pages_unmap(f.p, FOLIOS * f.nr * PAGE);
	counts_agree("after munmap");
}

static void unmap_parts(struct peer *self, void *arg)
{
	struct folios *f = arg;
	size_t i;

	peer_pause(self);
	for (i = 0; i < f->nr; i += 2)
		must(!munmap(f->p + i * PAGE, PAGE), "munmap every other page");
	peer_pause(self);
	for (i = 1; i < f->nr; i += 2)
		pages_verify(f->p, i, 1, 1);
	must(!mprotect(f->p + 3 * f->nr * PAGE + PAGE, PAGE, PROT_READ),
	     "mprotect a page");
	pages_verify(f->p, f->nr, 3 * f->nr, 1);
}

static void partial_unmap(size_t kb)
{
	struct folios f = { map_folios(kb), kb * 1024 / PAGE };
	struct peer child;

	peer_start(&child, unmap_parts, &f);
	pages_unmap(f.p + (f.nr + 1) * PAGE, (f.nr - 1) * PAGE);
	counts_agree("after munmap of a folio but one page");
	must(!madvise(f.p + 2 * f.nr * PAGE, PAGE, MADV_DONTNEED),
	     "MADV_DONTNEED of a page");
	pages_verify_zero(f.p, 2 * f.nr, 1);
	counts_agree("after MADV_DONTNEED of a page");
	peer_step(&child);
	counts_agree("after munmap of every other page in the child");
	peer_finish(&child);
	counts_agree("after exit");
	pages_verify(f.p, 0, f.nr + 1, 1);
	pages_verify(f.p, 2 * f.nr + 1, 2 * f.nr - 1, 1);
}

#define SIZE(kb)							\
	static void fork_cow_##kb(void) { fork_cow(kb); }		\
	static void partial_unmap_##kb(void) { partial_unmap(kb); }

SIZE(16)
SIZE(64)
SIZE(256)
SIZE(1024)

#define FORKED (ADD_NEW_ANON | DUP_ANON_PTES | REMOVE_PTE | REMOVE_PTES)
#define PARTIAL (ADD_NEW_ANON | DUP_ANON_PTES | REMOVE_PTES)

const struct scenario mthp_scenarios[] = {
	{ "mthp-16kB/fork-cow", fork_cow_16, NEED_MTHP, FORKED },
	{ "mthp-16kB/partial-unmap", partial_unmap_16, NEED_MTHP, PARTIAL },
	{ "mthp-64kB/fork-cow", fork_cow_64, NEED_MTHP, FORKED },
	{ "mthp-64kB/partial-unmap", partial_unmap_64, NEED_MTHP, PARTIAL },
	{ "mthp-256kB/fork-cow", fork_cow_256, NEED_MTHP, FORKED },
	{ "mthp-256kB/partial-unmap", partial_unmap_256, NEED_MTHP, PARTIAL },
	{ "mthp-1024kB/fork-cow", fork_cow_1024, NEED_MTHP, FORKED },
	{ "mthp-1024kB/partial-unmap", partial_unmap_1024, NEED_MTHP, PARTIAL },
	{ 0 }
};
