// SPDX-License-Identifier: GPL-2.0
/* Shared memory: tmpfs and memfd, small folios and folios of PMD size. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/files.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/scenario.h"
#include "lib/truth.h"

enum { NR = 64 };

static void touch_and_write(struct peer *self, void *arg)
{
	char *p = arg;

	pages_verify(p, 0, NR, 1);
	peer_pause(self);
	pages_fill(p, 0, NR / 2, 2);
	peer_pause(self);
}

static void small(void)
{
	const int fd = file_memfd(NR, 0);
	char *p = pages_map_fd(NR * PAGE, PAGE, MAP_SHARED, fd);
	struct peer child;

	pages_fill(p, 0, NR, 1);
	counts_agree("after faults");
	peer_start(&child, touch_and_write, p);
	must(page_mapcount_is(p, 2), "a page of both");
	counts_agree("after the child mapped it, too");
	peer_step(&child);
	pages_verify(p, 0, NR / 2, 2);
	pages_verify(p, NR / 2, NR / 2, 1);
	pages_unmap(p, NR / 4 * PAGE);
	counts_agree("after munmap of a part");
	must(!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			NR / 2 * PAGE, NR / 4 * PAGE), "punch a hole");
	counts_agree("after a hole took pages from both");
	must(!ftruncate(fd, NR / 4 * PAGE), "ftruncate");
	counts_agree("after the file was truncated");
	peer_finish(&child);
	counts_agree("after exit");
}

/* One of two mappings is mlocked, and then goes. */
static void locked(void)
{
	char *p, *other;
	int fd;

	stay_on_one_cpu();
	fd = file_memfd(NR, 0);
	p = pages_map_fd(NR * PAGE, PAGE, MAP_SHARED, fd);
	other = pages_map_fd(NR * PAGE, PAGE, MAP_SHARED, fd);
	pages_fill(other, 0, NR, 1);
	must(!page_mlocked(other), "not mlocked");
	must(!mlock(p, NR * PAGE), "mlock");
	must(page_mlocked(other), "mlocked by the other mapping");
	counts_agree("mapped twice, mlocked once");
	pages_unmap(p, NR * PAGE);
	must(!page_mlocked(other), "not mlocked any more");
	pages_verify(other, 0, NR, 1);
}

static void child_of_huge(struct peer *self, void *arg)
{
	char *p = arg;

	pages_verify(p, 0, PMD_PAGES, 1);
	must(page_by_pmd(p), "mapped by a PMD");
	peer_pause(self);
	must(!mprotect(p + PAGE, PAGE, PROT_READ), "mprotect one page");
	pages_verify(p, 0, PMD_PAGES, 1);
	must(!page_by_pmd(p), "mapped by PTEs");
	peer_pause(self);
	must(!munmap(p, PMD / 2), "munmap a half");
	peer_pause(self);
	pages_verify(p, PMD_PAGES / 2, PMD_PAGES / 2, 1);
}

static void huge(void)
{
	const int fd = file_huge(1);
	char *p = pages_map_fd(PMD, PMD, MAP_SHARED, fd);
	struct peer child;

	pages_fill(p, 0, PMD_PAGES, 1);
	must(page_by_pmd(p), "mapped by a PMD");
	counts_agree("after a fault");
	peer_start(&child, child_of_huge, p);
	must(page_mapcount_is(p, 2), "two PMD mappings");
	counts_agree("mapped by PMDs in both");
	peer_step(&child);
	must(page_by_pmd(p) && page_mapcount_is(p, 2), "a PMD and a PTE mapping");
	counts_agree("a PMD here, PTEs in the child");
	peer_step(&child);
	counts_agree("after munmap of a half in the child");
	pages_unmap(p + 64 * PAGE, 64 * PAGE);
	counts_agree("after munmap in the middle of a PMD mapping");
	pages_verify(p, 0, 64, 1);
	pages_verify(p, 128, PMD_PAGES - 128, 1);
	counts_agree("after faults by PTEs");
	peer_finish(&child);
	counts_agree("after exit");
}

static void huge_hole(void)
{
	const int fd = file_huge(1);
	char *p = pages_map_fd(PMD, PMD, MAP_SHARED, fd);

	pages_fill(p, 0, PMD_PAGES, 1);
	must(!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			0, PMD / 2), "punch a hole");
	counts_agree("after a hole took half of the folio");
	pages_verify(p, PMD_PAGES / 2, PMD_PAGES / 2, 1);
	pages_verify_zero(p, 0, PMD_PAGES / 2);
	counts_agree("after the hole was read");
	must(!ftruncate(fd, 0), "ftruncate");
	counts_agree("after the file was truncated");
}

const struct scenario shmem_scenarios[] = {
	{ "shmem/small", small, 0, ADD_FILE_PTES | REMOVE_PTES },
	{ "shmem/mlock", locked, 0, ADD_FILE_PTES | REMOVE_PTES },
	{ "shmem/huge", huge, NEED_SHMEM_THP,
	  ADD_FILE_PMD | REMOVE_PMD | ADD_FILE_PTES | REMOVE_PTES },
	{ "shmem/huge-hole", huge_hole, NEED_SHMEM_THP, ADD_FILE_PMD | REMOVE_PMD },
	{ 0 }
};
