// SPDX-License-Identifier: GPL-2.0
/* Small folios are copied into one of PMD size, on request or by khugepaged. */
#include <errno.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/files.h"
#include "lib/knob.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/scenario.h"
#include "lib/text.h"
#include "lib/truth.h"
#include "lib/uapi.h"

#define KHUGEPAGED "/sys/kernel/mm/transparent_hugepage/khugepaged/"

/* Maps a PMD's worth of small folios; from now on the area asks for large ones. */
static char *map_small(void)
{
	char *p = pages_map(PMD, PMD);

	must(!madvise(p, PMD, MADV_NOHUGEPAGE), "MADV_NOHUGEPAGE");
	pages_fill(p, 0, PMD_PAGES, 1);
	must(folio_pages(p) == 1, "small folios");
	must(!madvise(p, PMD, MADV_HUGEPAGE), "MADV_HUGEPAGE");
	return p;
}

/* EAGAIN: somebody has a reference, for example the LRU batch of another CPU. */
static void collapse(char *p)
{
	int err, i;

	for (i = 0; i < 100; i++) {
		err = madvise(p, PMD, MADV_COLLAPSE);
		if (!err || errno != EAGAIN)
			break;
	}
	must(!err, "MADV_COLLAPSE");
	must(page_by_pmd(p), "mapped by a PMD");
}

static void anon(void)
{
	char *p = map_small();

	collapse(p);
	counts_agree("after the collapse");
	pages_verify(p, 0, PMD_PAGES, 1);
	pages_unmap(p, PMD);
	counts_agree("after munmap");
}

static void pause_and_verify(struct peer *self, void *arg)
{
	peer_pause(self);
	pages_verify(arg, 0, PMD_PAGES, 1);
}

static void shared(void)
{
	char *p = map_small();
	struct peer child;

	peer_start(&child, pause_and_verify, p);
	counts_agree("after fork");
	/* A collapse wants one page that may be written. */
	pages_fill(p, 0, 1, 1);
	collapse(p);
	must(page_mapcount(p) == 1, "a folio of its own");
	counts_agree("after the collapse of shared pages");
	pages_fill(p, 0, 8, 2);
	peer_finish(&child);
	pages_verify(p, 8, PMD_PAGES - 8, 1);
}

static void with_holes(void)
{
	char *p = map_small();

	must(!madvise(p + 100 * PAGE, 100 * PAGE, MADV_DONTNEED),
	     "MADV_DONTNEED");
	collapse(p);
	counts_agree("after the collapse of a range with holes");
	pages_verify(p, 0, 100, 1);
	pages_verify_zero(p, 100, 100);
	pages_verify(p, 200, PMD_PAGES - 200, 1);
}

static void read_shmem(struct peer *self, void *arg)
{
	pages_verify(arg, 0, PMD_PAGES, 1);
	peer_pause(self);
	pages_verify(arg, 0, PMD_PAGES, 1);
	peer_pause(self);
}

static void shmem(void)
{
	char *p = pages_map_fd(PMD, PMD, MAP_SHARED, file_memfd(PMD_PAGES, 0));
	struct peer other;

	knob_set("/sys/kernel/mm/transparent_hugepage/shmem_enabled", "advise");
	pages_fill(p, 0, PMD_PAGES, 1);
	must(folio_pages(p) == 1, "small folios");
	peer_start(&other, read_shmem, p);
	must(!madvise(p, PMD, MADV_HUGEPAGE), "MADV_HUGEPAGE");
	collapse(p);
	counts_agree("after the collapse of shared memory");
	pages_verify(p, 0, PMD_PAGES, 1);
	peer_step(&other);
	counts_agree("after another process mapped it");
	peer_finish(&other);
}

/* khugepaged does not say when it has been somewhere, so look until it has. */
static void khugepaged(void)
{
	const struct timespec pause = { 0, 10 * 1000 * 1000 };
	char *p = map_small();
	int i;

	knob_set(KHUGEPAGED "pages_to_scan", "65536");
	knob_set(KHUGEPAGED "scan_sleep_millisecs", "0");
	for (i = 0; i < 6000 && !page_by_pmd(p); i++)
		nanosleep(&pause, NULL);
	knob_set(KHUGEPAGED "scan_sleep_millisecs", "3600000");
	must(page_by_pmd(p), "khugepaged collapsed the range");
	counts_agree("after khugepaged");
	pages_verify(p, 0, PMD_PAGES, 1);
}

#define COLLAPSED (ADD_NEW_ANON | REMOVE_PTE)

const struct scenario collapse_scenarios[] = {
	{ "collapse/anon", anon, NEED_THP, COLLAPSED | REMOVE_PMD },
	{ "collapse/shared-anon", shared, NEED_THP, COLLAPSED | DUP_ANON_PTE },
	{ "collapse/holes", with_holes, NEED_THP, COLLAPSED },
	{ "collapse/shmem", shmem, NEED_SHMEM_THP, REMOVE_PTE | ADD_FILE_PMD },
	{ "collapse/khugepaged", khugepaged, NEED_THP, COLLAPSED },
	{ 0 }
};
