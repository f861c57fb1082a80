// SPDX-License-Identifier: GPL-2.0
/*
 * Large folios with and without mapcounts of their pages, on the kernel variant `layout`:
 * what /proc says about folios of which two processes map different parts, which layout
 * a folio has while the choice changes, and whether all statistics come back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/klog.h"
#include "lib/knob.h"
#include "lib/layout.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/scenario.h"
#include "lib/suite.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "lib/truth.h"

#define LAYOUT "/sys/kernel/debug/rmap_layout/layout"
#define DUMP "/sys/kernel/debug/rmap_layout/dump"
#define THP_SIZES "/sys/kernel/mm/transparent_hugepage/hugepages-"

enum { FOLIOS = 4, SECONDS = 30 };

/* Is a statistic of all processes what it was, but for what others in the guest do? */
enum { NOISE = 200 };

static void choose(const char *layout)
{
	char now[16];

	must(!layouts_choose(layout), "choose %s", layout);
	must(text_read(LAYOUT, now, sizeof(now)) > 0 &&
	     !strncmp(now, layout, strlen(layout)), "%s is chosen: %s", layout, now);
}

/* What others have mapped is no longer there when they have ended: it is waited for. */
static void must_be_off(void)
{
	const char *left = layouts_settle();

	must(!left, "%s", left);
}

static bool booted_with_none(void)
{
	char line[4096];

	must(text_read("/proc/cmdline", line, sizeof(line)) > 0, "read the command line");
	return strstr(line, "rmap_layout=none");
}

/* Folios of the guest's own processes may have no mapcounts of their pages, for good. */
static void start_from_page(void)
{
	if (booted_with_none())
		tap_skip("this kernel was booted with rmap_layout=none");
	must_be_off();
}

static const char *prepare_layout_suite(void)
{
	return layouts_open() ? NULL :
	       "the kernel has no CONFIG_RMAP_LAYOUT, or rmap_layout.ko does not load";
}

/* ---- what /proc says -------------------------------------------------------- */
struct statistics {
	long long anon, thps;
};

static struct statistics statistics(void)
{
	return (struct statistics){
		text_field("/proc/vmstat", "nr_anon_pages"),
		text_field("/proc/vmstat", "nr_anon_transparent_hugepages"),
	};
}

static bool page_mmap_exclusive(const void *p)
{
	return page_entry(p) & 1ULL << 56;
}

/* A number of the mapping at @p in /proc/self/smaps, in kB. */
static long smaps_kb(const char *p, const char *key)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	unsigned long start, end;
	bool ours = false;
	char line[512];
	long kb = -1;

	must(smaps, "open smaps");
	while (kb < 0 && fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			ours = start <= (unsigned long)p && (unsigned long)p < end;
		else if (ours && !strncmp(line, key, strlen(key)))
			kb = atol(line + strlen(key));
	}
	fclose(smaps);
	must(kb >= 0, "smaps has %s", key);
	return kb;
}

/* How often the page is mapped that is mapped most, of the mapping at @p in numa_maps. */
static int numa_mapmax(const char *p)
{
	FILE *maps = fopen("/proc/self/numa_maps", "re");
	char line[4096], start[32];
	const char *found;
	int most = 0;

	must(maps, "open numa_maps");
	snprintf(start, sizeof(start), "%lx ", (unsigned long)p);
	while (!most && fgets(line, sizeof(line), maps)) {
		if (strncmp(line, start, strlen(start)))
			continue;
		found = strstr(line, " mapmax=");
		most = found ? atoi(found + strlen(" mapmax=")) : 1;
	}
	fclose(maps);
	must(most, "numa_maps has %p", p);
	return most;
}

/* ---- folios of two processes -------------------------------------------------- */
struct folios {
	char *p;
	size_t nr;	/* pages of each */
};

static struct folios map_folios(size_t kb)
{
	struct folios f = { .nr = kb * 1024 / PAGE };
	char path[128];
	size_t i;

	snprintf(path, sizeof(path), THP_SIZES "%zukB/enabled", kb);
	if (!text_exists(path))
		tap_skip("no %zu kB anonymous folios", kb);
	if (f.nr == PMD_PAGES) {
		f.p = thp_map(FOLIOS);
	} else {
		knob_set(path, "madvise");
		knob_set(THP_SIZES "2048kB/enabled", "never");
		f.p = pages_map(FOLIOS * f.nr * PAGE, f.nr * PAGE);
		must(!madvise(f.p, FOLIOS * f.nr * PAGE, MADV_HUGEPAGE), "MADV_HUGEPAGE");
	}
	pages_fill(f.p, 0, FOLIOS * f.nr, 1);
	for (i = 0; i < FOLIOS; i++)
		must(folio_pages(f.p + i * f.nr * PAGE) == f.nr, "a %zu kB folio", kb);
	must(page_by_pmd(f.p) == (f.nr == PMD_PAGES), "by a PMD, or by PTEs");
	return f;
}

/* The child has no mapping of the first half of each folio. */
static void drop_halves(struct peer *self, void *arg)
{
	struct folios *f = arg;
	int i;

	for (i = 0; i < FOLIOS; i++)
		must(!madvise(f->p + i * f->nr * PAGE, f->nr / 2 * PAGE, MADV_DONTNEED),
		     "drop a half");
	peer_pause(self);
	pages_verify(f->p, f->nr / 2, f->nr / 2, 1);
}

/*
 * The pages of the second halves are mapped twice, those of the first halves once. Without
 * their mapcounts, each is mapped as often as one is on average: 1.5 times, rounded to 2,
 * and none belongs to one process alone. Of a PMD, 7.3 shows for each page whether the
 * first one belongs to one process, and numa_maps how often the first one is mapped.
 */
static void must_say(const struct folios *f, bool none)
{
	const char *first = f->p, *second = f->p + f->nr / 2 * PAGE;
	const long kb = FOLIOS * f->nr * PAGE / 1024;
	const long pss = smaps_kb(f->p, "Pss:");
	const long uss = smaps_kb(f->p, "Private_Clean:") + smaps_kb(f->p, "Private_Dirty:");

	must(page_mapcount(first) == (none ? 2 : 1), "kpagecount of a page of one: %llu",
	     (unsigned long long)page_mapcount(first));
	must(page_mapcount(second) == 2, "kpagecount of a page of both: %llu",
	     (unsigned long long)page_mapcount(second));
	must(page_mmap_exclusive(first) == !none, "pagemap, a page of one");
	must(page_mmap_exclusive(second) == (!none && page_by_pmd(second)),
	     "pagemap, a page of both");
	must(numa_mapmax(f->p) == (!none && page_by_pmd(first) ? 1 : 2), "numa_maps: mapmax=%d",
	     numa_mapmax(f->p));
	must(pss == (none ? kb / 2 : kb * 3 / 4), "Pss of %ld kB: %ld", kb, pss);
	must(uss == (none ? 0 : kb / 2), "private of %ld kB: %ld", kb, uss);
}

/* All mappings, those by PMDs, and how many pages have one that is not. */
static void dump_must_say(const struct folios *f, bool none)
{
	const int by_pmd = page_by_pmd(f->p);
	const int ptes = f->nr / 2 + (by_pmd ? 0 : f->nr);
	const int pages = by_pmd ? f->nr / 2 : f->nr;
	char pfn[32], words[128];

	must(!klog_warning(), "a warning: %s", klog_warning());
	snprintf(pfn, sizeof(pfn), "%llu", (unsigned long long)page_frame(f->p));
	snprintf(words, sizeof(words), "mapcount:%d entire_mapcount:%d nr_pages_mapped:%d ",
		 by_pmd + ptes, by_pmd, none ? -1 : pages);
	must(!text_write(DUMP, pfn), "dump_page()");
	must(klog_says(words), "it says %s", words);
}

static void shared_by_halves(const char *layout, size_t kb)
{
	const bool none = !strcmp(layout, "none");
	struct statistics before, during, after;
	struct folios f;
	struct peer child;

	start_from_page();
	choose(layout);
	before = statistics();
	f = map_folios(kb);
	must(layouts_nr_none() == (none ? FOLIOS : 0), "%lld folios without mapcounts of their pages",
	     layouts_nr_none());
	must(page_mapcount(f.p) == 1 && page_mmap_exclusive(f.p), "of one process");
	peer_start(&child, drop_halves, &f);
	during = statistics();
	must(llabs(during.anon - before.anon - (long long)(FOLIOS * f.nr)) < NOISE,
	     "nr_anon_pages: %lld, then %lld", before.anon, during.anon);
	must(during.thps - before.thps == (f.nr == PMD_PAGES ? FOLIOS : 0),
	     "nr_anon_transparent_hugepages: %lld, then %lld", before.thps, during.thps);
	must_say(&f, none);
	dump_must_say(&f, none);
	if (!none)
		counts_agree("page");
	peer_finish(&child);
	must(page_mapcount(f.p + (f.nr - 1) * PAGE) == 1, "of one process again");
	pages_unmap(f.p, FOLIOS * f.nr * PAGE);
	after = statistics();
	must(llabs(after.anon - before.anon) < NOISE, "nr_anon_pages: %lld, then %lld",
	     before.anon, after.anon);
	must(after.thps == before.thps, "nr_anon_transparent_hugepages: %lld, then %lld",
	     before.thps, after.thps);
	must(!layouts_nr_none(), "%lld folios are left", layouts_nr_none());
	must_be_off();
	counts_agree("at the end");
	must(!klog_warning(), "a warning: %s", klog_warning());
}

static void thp_page(void) { shared_by_halves("page", 2048); }
static void thp_none(void) { shared_by_halves("none", 2048); }
static void mthp_page(void) { shared_by_halves("page", 64); }
static void mthp_none(void) { shared_by_halves("none", 64); }

/* A folio keeps its layout, whatever is chosen meanwhile, until it is unmapped. */
static void keeps(void)
{
	struct folios page, none;
	struct peer child;

	start_from_page();
	page = map_folios(2048);
	choose("none");
	none = map_folios(2048);
	must(layouts_nr_none() == FOLIOS, "only the new ones: %lld", layouts_nr_none());
	peer_start(&child, drop_halves, &page);
	must_say(&page, false);
	peer_finish(&child);
	choose("page");
	must(layouts_vary(), "the key is on while folios are left");
	peer_start(&child, drop_halves, &none);
	must_say(&none, true);
	peer_finish(&child);
	pages_unmap(none.p, FOLIOS * PMD);
	must_be_off();
	pages_unmap(page.p, FOLIOS * PMD);
	counts_agree("at the end");
}

/* The key goes off by itself. */
static void settles(void)
{
	const time_t end = time(NULL) + SECONDS;
	struct folios f;

	start_from_page();
	choose("none");
	f = map_folios(2048);
	choose("page");
	must(layouts_vary(), "the key is on while folios are left");
	pages_unmap(f.p, FOLIOS * PMD);
	while (layouts_vary() && time(NULL) < end)
		usleep(100000);
	must(!layouts_vary(), "the key is off");
}

static void refuses(void)
{
	must(text_write(LAYOUT, "total"), "no such layout");
	must(text_write(LAYOUT, ""), "nor this");
}

/* What rmap_layout= says holds from the first process on. */
static void boot(void)
{
	const bool none = booted_with_none();
	struct folios f;
	struct peer child;
	char now[16];

	must(text_read(LAYOUT, now, sizeof(now)) > 0, "read the layout");
	must(!strncmp(now, "none", 4) == none, "booted with %s", now);
	must(layouts_vary() == none, "the key");
	f = map_folios(2048);
	peer_start(&child, drop_halves, &f);
	must_say(&f, none);
	peer_finish(&child);
}

static const struct suite_case layout_cases[] = {
	{ "boot", boot, NEED_THP },
	{ "thp-page", thp_page, NEED_THP },
	{ "thp-none", thp_none, NEED_THP },
	{ "mthp-page", mthp_page, NEED_MTHP },
	{ "mthp-none", mthp_none, NEED_MTHP },
	{ "keeps", keeps, NEED_THP },
	{ "settles", settles, NEED_THP },
	{ "refuses", refuses, 0 },
	{ 0 }
};

static void run_layout_cases(void)
{
	tap_plan(suite_count(layout_cases));
	suite_run_cases(layout_cases, "");
}

static void after_layout_test(void)
{
	if (!booted_with_none())
		text_write(LAYOUT, "page");
	knobs_restore();
}

static const struct suite layout_suite = {
	.what = "Maps large folios with and without mapcounts of their pages.",
	.flags = SUITE_SETTINGS,
	.timeout = 120,
	.prepare = prepare_layout_suite,
	.before = klog_open,
	.after = after_layout_test,
	.run = run_layout_cases,
};

int main(int argc, char **argv)
{
	return suite_main(&layout_suite, argc, argv);
}
