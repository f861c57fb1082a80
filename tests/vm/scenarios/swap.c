// SPDX-License-Identifier: GPL-2.0
/* Swap out and in. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/swap.h>

#include "lib/check.h"
#include "lib/files.h"
#include "lib/knob.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/scenario.h"
#include "lib/swapdev.h"
#include "lib/text.h"
#include "lib/truth.h"

enum { NR = 64 };

/* Reclaim leaves what is in another CPU's batch; hence stay_on_one_cpu(). */
static void page_out(char *p, size_t nr)
{
	size_t i;

	must(!madvise(p, nr * PAGE, MADV_PAGEOUT), "MADV_PAGEOUT");
	for (i = 0; i < nr; i++)
		must(!page_present(p + i * PAGE), "page %zu is out", i);
}

static char *map_small(void)
{
	char *p;

	stay_on_one_cpu();
	p = small_map(NR);
	pages_fill(p, 0, NR, 1);
	return p;
}

static void small(void)
{
	char *p = map_small();

	page_out(p, NR);
	must(page_swapped(p), "in swap");
	counts_agree("after swap-out");
	pages_verify(p, 0, NR / 2, 1);
	must(page_exclusive(p), "still of one process");
	counts_agree("after half of it was read again");
	pages_fill(p, NR / 2, NR / 2, 2);
	counts_agree("after the other half was written");
	pages_verify(p, NR / 2, NR / 2, 2);
	page_out(p, NR);
	pages_unmap(p, NR * PAGE);
	counts_agree("after munmap of what is in swap");
}

static void read_all(struct peer *self, void *arg)
{
	peer_pause(self);
	pages_verify(arg, 0, NR, 1);
	peer_pause(self);
	pages_fill(arg, 0, NR / 2, 2);
	peer_pause(self);
	pages_verify(arg, 0, NR / 2, 2);
}

/* Both processes have the page in swap. The second one finds it in the swap cache. */
static void shared(void)
{
	char *p = map_small();
	struct peer child;

	page_out(p, NR);
	peer_start(&child, read_all, p);
	counts_agree("after fork of what is in swap");
	peer_step(&child);
	counts_agree("after the child read it");
	pages_verify(p, 0, NR, 1);
	must(page_mapcount(p) == 2, "a page of both");
	must(!page_exclusive(p), "of no process alone");
	counts_agree("after both read it");
	peer_step(&child);
	counts_agree("after the child wrote");
	pages_fill(p, 0, NR, 3);
	counts_agree("after the parent wrote");
	peer_finish(&child);
	pages_verify(p, 0, NR, 3);
}

static void large(char *p, size_t nr)
{
	struct peer child;

	page_out(p, nr);
	counts_agree("after swap-out of large folios");
	pages_verify(p, 0, nr / 2, 1);
	counts_agree("after half of it was read again");
	page_out(p, nr);
	counts_agree("after it went out again");
	peer_start(&child, read_all, p);
	pages_verify(p, 0, nr, 1);
	counts_agree("after fork and swap-in");
	peer_step(&child);
	counts_agree("after the child read it, too");
	peer_step(&child);
	peer_finish(&child);
	pages_verify(p, 0, nr, 1);
}

/* Maps @nr folios of 64 kB. */
static char *map_mthp(size_t nr)
{
	char *p;

	knob_set("/sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled",
		 "madvise");
	p = pages_map(nr * 16 * PAGE, 16 * PAGE);
	must(!madvise(p, nr * 16 * PAGE, MADV_HUGEPAGE), "MADV_HUGEPAGE");
	pages_fill(p, 0, nr * 16, 1);
	must(folio_pages(p) == 16, "a 64 kB folio");
	return p;
}

static void mthp(void)
{
	stay_on_one_cpu();
	large(map_mthp(16), 16 * 16);
}

static void thp(void)
{
	char *p;

	stay_on_one_cpu();
	p = thp_map(1);
	pages_fill(p, 0, PMD_PAGES, 1);
	must(page_by_pmd(p), "mapped by a PMD");
	large(p, PMD_PAGES);
}

static void shmem(void)
{
	char *p;

	stay_on_one_cpu();
	p = pages_map_fd(NR * PAGE, PAGE, MAP_SHARED, file_memfd(NR, 0));
	pages_fill(p, 0, NR, 1);
	page_out(p, NR);
	counts_agree("after swap-out of shared memory");
	pages_verify(p, 0, NR, 1);
	counts_agree("after swap-in");
}

static void map_whole(struct peer *self, void *arg)
{
	char *p = arg;

	pages_touch(p, 3, 1);
	must(page_present(p) && page_present(p + 15 * PAGE),
	     "one fault has mapped all of the folio");
	peer_pause(self);
	pages_verify(p, 0, 16, 1);
}

/* A folio that is still in the swap cache comes back as a whole. */
static void cached(void)
{
	struct peer child;
	char *p;

	stay_on_one_cpu();
	swapdev_on(64 << 20);
	p = map_mthp(2);
	page_out(p, 2 * 16);
	pages_touch(p, 16 + 5, 1);
	must(page_present(p + 16 * PAGE) && page_present(p + 31 * PAGE),
	     "one fault has mapped all of the folio");
	counts_agree("after a folio came back from the swap cache");
	peer_start(&child, map_whole, p);
	counts_agree("after one came back in a child");
	pages_verify(p, 0, 16, 1);
	must(page_mapcount(p) == 2, "a page of both");
	counts_agree("after it came back here, too");
	peer_finish(&child);
	pages_verify(p, 0, 2 * 16, 1);
	swapdev_off();
	counts_agree("after swapoff");
}

/* Reclaim may drop what nobody has written since MADV_FREE. */
static void lazily_freed(void)
{
	char *p = map_small();
	size_t i;

	must(!madvise(p, NR * PAGE, MADV_FREE), "MADV_FREE");
	pages_fill(p, 0, 8, 2);
	must(!madvise(p, NR * PAGE, MADV_PAGEOUT), "MADV_PAGEOUT");
	counts_agree("after reclaim of freed pages");
	pages_verify(p, 0, 8, 2);
	for (i = 8; i < NR; i++)
		must(page_holds(p + i * PAGE, i, 1) || !p[i * PAGE],
		     "page %zu has its contents or none", i);
}

/* Swaps every device of /proc/swaps off and on again. */
static void cycle_swap(void)
{
	char text[4096], path[256], *line;
	bool back = true;
	int err = 0;

	must(text_read("/proc/swaps", text, sizeof(text)) > 0, "/proc/swaps");
	for (line = strchr(text, '\n'); line; line = strchr(line + 1, '\n')) {
		if (sscanf(line + 1, "%255s", path) != 1)
			break;
		err |= swapoff(path);
		back &= !swapon(path, 0);
	}
	must(back, "swap is on again");
	must(!err, "swapoff");
}

static void verify_after(struct peer *self, void *arg)
{
	peer_pause(self);
	pages_verify(arg, 0, NR, 1);
	peer_pause(self);
}

static void off(void)
{
	char *p = map_small();
	struct peer child;

	page_out(p, NR);
	peer_start(&child, verify_after, p);
	cycle_swap();
	must(page_present(p), "swapoff has mapped it");
	must(page_mapcount(p) == 2, "in both");
	counts_agree("after swapoff");
	peer_step(&child);
	pages_verify(p, 0, NR, 1);
	peer_finish(&child);
}

#define OUT (SHARE_PTE | REMOVE_PTE)
#define IN ADD_NEW_ANON

const struct scenario swap_scenarios[] = {
	{ "swap/small", small, NEED_SWAP, OUT | IN },
	{ "swap/shared", shared, NEED_SWAP, OUT | IN | ADD_ANON_PTES },
	{ "swap/mthp", mthp, NEED_SWAP | NEED_MTHP, OUT | IN },
	{ "swap/mthp-cached", cached, NEED_SWAP | NEED_MTHP,
	  OUT | ADD_ANON_PTES },
	{ "swap/thp", thp, NEED_SWAP | NEED_THP, OUT | IN | ADD_ANON_PTES | REMOVE_PMD },
	{ "swap/shmem", shmem, NEED_SWAP, REMOVE_PTE | ADD_FILE_PTES },
	{ "swap/lazily-freed", lazily_freed, NEED_SWAP, REMOVE_PTE },
	{ "swap/swapoff", off, NEED_SWAP, OUT | IN | ADD_ANON_PTE },
	{ 0 }
};
