// SPDX-License-Identifier: GPL-2.0
/* Migration between NUMA nodes. */
#include <linux/mempolicy.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/disk.h"
#include "lib/files.h"
#include "lib/knob.h"
#include "lib/node.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/scenario.h"
#include "lib/truth.h"

enum { NR = 32 };

/* Moves to the other node. The folios must have the same sizes there. */
static void move(char *p, size_t nr, size_t pages)
{
	const int node = node_other(node_of(p));

	must(!node_move(p, nr, pages, node), "move the folios");
	must(node_of(p) == node, "the first has moved");
	must(folio_pages(p) == pages, "a folio of %zu pages again: %zu", pages, folio_pages(p));
	pages_verify(p, 0, nr, 1);
}

static void pause_and_verify(struct peer *self, void *arg)
{
	peer_pause(self);
	pages_verify(arg, 0, NR, 1);
	pages_fill(arg, 0, 4, 2);
}

/*
 * Maps folios of one process at @own, and of two processes at @shared. No folio
 * moves twice: the kernel takes a folio that it unmapped PTE by PTE for
 * partially mapped, and splits it at the next move.
 */
static void move_anon(char *own, char *shared, size_t nr, size_t pages)
{
	struct peer child;

	pages_fill(own, 0, nr, 1);
	must(folio_pages(own) == pages, "a folio of %zu pages", pages);
	move(own, nr, pages);
	must(page_exclusive(own), "still of one process");
	counts_agree("after the move of exclusive folios");
	pages_fill(own, 0, nr, 2);
	pages_verify(own, 0, nr, 2);
	peer_start(&child, pause_and_verify, shared);
	move(shared, nr, pages);
	must(page_mapcount_is(shared, 2), "mapped by both");
	must(!page_exclusive(shared), "still of no process alone");
	counts_agree("after the move of shared folios");
	peer_finish(&child);
	pages_verify(shared, 0, nr, 1);
	counts_agree("after exit");
}

static char *filled(char *p, size_t nr)
{
	pages_fill(p, 0, nr, 1);
	return p;
}

static void small(void)
{
	move_anon(small_map(NR), filled(small_map(NR), NR), NR, 1);
}

/* The new page must be mlocked as the old one was. */
static void locked(void)
{
	char *p;

	stay_on_one_cpu();
	p = filled(small_map(NR), NR);
	must(!mlock(p, NR * PAGE) && page_mlocked(p), "mlock");
	move(p, NR, 1);
	must(page_mlocked(p), "still mlocked");
	counts_agree("after the move of mlocked pages");
}

static char *map_mthp(void)
{
	char *p = pages_map(4 * 16 * PAGE, 16 * PAGE);

	must(!madvise(p, 4 * 16 * PAGE, MADV_HUGEPAGE), "MADV_HUGEPAGE");
	return filled(p, 4 * 16);
}

static void mthp(void)
{
	knob_set("/sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled",
		 "madvise");
	move_anon(map_mthp(), map_mthp(), 4 * 16, 16);
}

static void thp(void)
{
	char *own = thp_map(1), *shared = filled(thp_map(1), PMD_PAGES);

	move_anon(own, shared, PMD_PAGES, PMD_PAGES);
	must(page_by_pmd(own) && page_by_pmd(shared), "mapped by PMDs again");
}

static char *map_by_ptes(void)
{
	char *p = filled(thp_map(1), PMD_PAGES);

	must(!mprotect(p, PAGE, PROT_READ), "mprotect one page");
	must(!mprotect(p, PAGE, PROT_READ | PROT_WRITE), "and back");
	must(!page_by_pmd(p), "mapped by PTEs");
	return p;
}

static void thp_ptes(void)
{
	move_anon(map_by_ptes(), map_by_ptes(), PMD_PAGES, PMD_PAGES);
}

static void bound(void)
{
	char *p = small_map(NR);
	unsigned long mask;

	pages_fill(p, 0, NR, 1);
	mask = 1UL << node_other(node_of(p));
	must(!syscall(SYS_mbind, p, NR * PAGE, MPOL_BIND, &mask, 64UL,
		      MPOL_MF_MOVE | MPOL_MF_STRICT), "mbind");
	must(mask == 1UL << node_of(p + (NR - 1) * PAGE), "the last has moved");
	counts_agree("after mbind");
	pages_verify(p, 0, NR, 1);
}

static void file(void)
{
	const int fd = file_new("/tmp");
	char *p = pages_map_fd(NR * PAGE, PAGE, MAP_SHARED, fd);
	char *again = pages_map_fd(NR * PAGE, PAGE, MAP_SHARED, fd);

	file_fill(fd, NR, 1);
	pages_verify(p, 0, NR, 1);
	pages_verify(again, 0, NR, 1);
	must(page_mapcount_is(p, 2), "mapped twice");
	move(p, NR, 1);
	counts_agree("after the move of a file's pages");
	pages_verify(again, 0, NR, 1);
}

static void disk(void)
{
	const int fd = file_new(disk_dir());
	char *p = pages_map_fd(PMD, PMD, MAP_SHARED, fd);
	size_t pages;

	file_fill(fd, PMD_PAGES, 1);
	must(!fsync(fd), "fsync");
	pages_verify(p, 0, PMD_PAGES, 1);
	pages = folio_pages(p);
	move(p, pages, pages);
	counts_agree("after the move of a large folio of a file");
}

static void huge_shmem(void)
{
	const int fd = file_huge(1);
	char *p = pages_map_fd(PMD, PMD, MAP_SHARED, fd);

	pages_fill(p, 0, PMD_PAGES, 1);
	must(page_by_pmd(p), "mapped by a PMD");
	move(p, PMD_PAGES, PMD_PAGES);
	must(page_by_pmd(p), "mapped by a PMD again");
	counts_agree("after the move of a PMD mapping of shared memory");
}

#define MOVED_PTES (SHARE_PTE | REMOVE_PTE | ADD_ANON_PTE)
#define MOVED_PMD (SHARE_PMD | REMOVE_PMD | ADD_ANON_PMD)

const struct scenario migrate_scenarios[] = {
	{ "migrate/small", small, NEED_NODES, MOVED_PTES | DUP_ANON_PTE },
	{ "migrate/mlocked", locked, NEED_NODES, MOVED_PTES },
	{ "migrate/mthp", mthp, NEED_NODES | NEED_MTHP,
	  MOVED_PTES | DUP_ANON_PTES },
	{ "migrate/thp", thp, NEED_NODES | NEED_THP, MOVED_PMD | DUP_ANON_PMD },
	{ "migrate/thp-ptes", thp_ptes, NEED_NODES | NEED_THP,
	  MOVED_PTES | DUP_ANON_PTES },
	{ "migrate/mbind", bound, NEED_NODES, MOVED_PTES },
	{ "migrate/file", file, NEED_NODES, REMOVE_PTE | ADD_FILE_PTE },
	{ "migrate/disk", disk, NEED_NODES | NEED_DISK, ADD_FILE_PTES },
	{ "migrate/huge-shmem", huge_shmem, NEED_NODES | NEED_SHMEM_THP,
	  ADD_FILE_PMD | REMOVE_PMD },
	{ 0 }
};
