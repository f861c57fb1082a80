// SPDX-License-Identifier: GPL-2.0
/*
 * Large folios without page mapcounts, under each implementation: the file `layout`
 * chooses, folios keep what they got, all readers say so, no count is wrong while
 * the choice changes, planted errors are found, and the module can go meanwhile. On
 * a kernel without CONFIG_RMAP_LAYOUT: `none` is refused, in words. See --help.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/audit.h"
#include "lib/check.h"
#include "lib/corrupt.h"
#include "lib/files.h"
#include "lib/klog.h"
#include "lib/kmod.h"
#include "lib/knob.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/row.h"
#include "lib/scenario.h"
#include "lib/suite.h"
#include "lib/tap.h"
#include "lib/text.h"

#define LAYOUT RMAP_AB RMAP_AB_FILE_LAYOUT
#define GUARD RMAP_AB RMAP_AB_FILE_GUARD
#define MTHP "/sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled"
#define MTHP_PAGES 16UL

enum { SOON = 30, ROUNDS = 40 };

static bool has_layouts(void)
{
	char names[64];

	must(text_read(LAYOUT, names, sizeof(names)) > 0, "read layout");
	return strstr(names, RMAP_AB_LAYOUT_NONE);
}

static void need_layouts(void)
{
	if (!has_layouts())
		tap_skip("the kernel has no CONFIG_RMAP_LAYOUT");
}

static void choose(const char *layout)
{
	char now[16];

	must(!text_write(LAYOUT, layout), "choose %s", layout);
	must(!knob_get(LAYOUT, now, sizeof(now)) && !strcmp(now, layout), "%s is chosen: %s",
	     layout, now);
}

static long long nr_none(void)
{
	return text_field(STATUS, "nr_folios_none");
}

static bool log_has(const char *words)
{
	static char log[1 << 16];

	return text_read(ERROR_LOG, log, sizeof(log)) > 0 && strstr(log, words);
}

/* Does the record of the page at @p say that? */
static bool is_none(const char *p)
{
	const int fd = open(RMAP_AB RMAP_AB_FILE_PAGE_STATE, O_RDONLY | O_CLOEXEC);
	struct rmap_ab_page page;
	ssize_t got;

	must(fd >= 0, "open page_state");
	got = pread(fd, &page, sizeof(page), page_frame(p) * sizeof(page));
	close(fd);
	must(got == sizeof(page), "read page_state");
	must(!(page.flags & RMAP_AB_FOLIO_LAYOUT_NONE) ||
	     (!page.page_mapcount && !page.nr_pages_mapped && page.large_mapcount > 0),
	     "a record without page mapcounts has %d and %d, of %d mappings",
	     page.page_mapcount, page.nr_pages_mapped, page.large_mapcount);
	return page.flags & RMAP_AB_FOLIO_LAYOUT_NONE;
}

/* The answer of the file folio. */
static bool folio_says(const char *p, const char *line)
{
	const int fd = open(RMAP_AB RMAP_AB_FILE_FOLIO, O_RDWR | O_CLOEXEC);
	char text[8192] = "", pfn[32];
	ssize_t got = -1;

	must(fd >= 0, "open folio");
	snprintf(pfn, sizeof(pfn), "%llu", (unsigned long long)page_frame(p));
	if (write(fd, pfn, strlen(pfn)) == (ssize_t)strlen(pfn))
		got = read(fd, text, sizeof(text) - 1);
	close(fd);
	must(got > 0, "ask folio");
	return strstr(text, line);
}

static char *mthp_map(size_t nr)
{
	char *p;

	knob_set(MTHP, "always");
	p = pages_map(nr * MTHP_PAGES * PAGE, MTHP_PAGES * PAGE);
	pages_fill(p, 0, nr * MTHP_PAGES, 1);
	for (size_t i = 0; i < nr; i++)
		if (folio_pages(p + i * MTHP_PAGES * PAGE) != MTHP_PAGES)
			tap_skip("no folio of 64 KiB was to be had");
	return p;
}

/* ---- without the option ----------------------------------------------------- */
static void refused(void)
{
	char names[64];

	must(text_write(LAYOUT, "total") == -EINVAL && log_has("unknown layout 'total'"),
	     "there is no such layout");
	must(!text_write(LAYOUT, "page"), "page is always there");
	must(text_read(LAYOUT, names, sizeof(names)) > 0 && !strncmp(names, "[page]", 6),
	     "page is chosen: %s", names);
	if (has_layouts())
		return;
	must(!strcmp(names, "[page]\n"), "page alone: %s", names);
	must(text_write(LAYOUT, "none") == -EOPNOTSUPP, "none is refused");
	must(log_has("no CONFIG_RMAP_LAYOUT"), "it says why");
	must(!nr_none(), "there is no such folio");
}

/* ---- what a folio gets, and keeps -------------------------------------------- */
static void drop_half(struct peer *self, void *arg)
{
	must(!madvise(arg, PMD / 2, MADV_DONTNEED), "drop a half");
	peer_pause(self);
	pages_verify(arg, PMD_PAGES / 2, PMD_PAGES / 2, 1);
}

static void keeps(void)
{
	char *page, *none;
	struct peer child;
	long long before;

	need_layouts();
	page = thp_map(1);
	pages_fill(page, 0, PMD_PAGES, 1);
	must(!is_none(page) && folio_says(page, "\nlayout: page\n"), "it has page mapcounts");
	choose("none");
	before = nr_none();
	none = thp_map(1);
	pages_fill(none, 0, PMD_PAGES, 1);
	must(nr_none() == before + 1, "one more: %lld, then %lld", before, nr_none());
	must(is_none(none) && folio_says(none, "\nlayout: none\n"), "it has none");
	must(!is_none(page), "the other one keeps them");
	peer_start(&child, drop_half, none);
	choose("page");
	must(is_none(none), "it still has none, beside a child");
	must(folio_says(none, "\nlarge_mapcount: 257\n") &&
	     folio_says(none, "\nentire_mapcount: 1\n"), "a PMD, and half of the pages");
	audit_must_be_fine(page_frame(none), PMD_PAGES, "without page mapcounts");
	audit_must_be_fine(page_frame(page), PMD_PAGES, "with page mapcounts");
	peer_finish(&child);
	pages_verify(none, 0, PMD_PAGES, 1);
	pages_unmap(none, PMD);
	must(nr_none() == before, "it is gone: %lld, then %lld", before, nr_none());
	pages_unmap(page, PMD);
}

/* ---- changes while everything is in use ----------------------------------------- */
static void fork_and_unmap(struct peer *self, void *arg)
{
	char *p = arg;

	pages_verify(p, 0, PMD_PAGES, 1);
	must(!madvise(p + PAGE, 3 * PAGE, MADV_DONTNEED), "three pages");
	must(!mprotect(p + PMD / 2, PAGE, PROT_READ), "split the PMD");
	peer_pause(self);
	pages_unmap(p, PMD / 4);
	peer_pause(self);
}

static void changes(void)
{
	static struct audit_answer answer;
	char *thp, *mthp = NULL;
	struct peer child;

	need_layouts();
	for (int i = 0; i < ROUNDS; i++) {
		choose(i % 2 ? "page" : "none");
		thp = thp_map(1);
		pages_fill(thp, 0, PMD_PAGES, 1);
		peer_start(&child, fork_and_unmap, thp);
		choose(i % 4 < 2 ? "none" : "page");
		if (i == ROUNDS / 2)
			mthp = mthp_map(8);
		peer_step(&child);
		pages_verify(thp, 0, PMD_PAGES, 1);
		if (i % 8 == 0)
			audit_must_be_fine(page_frame(thp), PMD_PAGES, "in the middle");
		pages_unmap(thp, PMD / 2);
		peer_finish(&child);
		pages_verify(thp, PMD_PAGES / 2, PMD_PAGES / 2, 1);
		pages_unmap(thp + PMD / 2, PMD / 2);
	}
	must(!audit_ask(0, 0, &answer) && !answer.mismatched, "all folios are fine:\n%s",
	     answer.text);
	must(strcmp(answer.statistics, "drifted"), "so are the statistics:\n%s", answer.text);
	pages_unmap(mthp, 8 * MTHP_PAGES * PAGE);
	choose("page");
	must(!klog_warning(), "a warning: %s", klog_warning());
}

/* ---- planted errors ------------------------------------------------------------- */
static void plant(uint64_t pfn, size_t page, size_t nr, const char *counter, int delta)
{
	static struct audit_answer answer;
	int err;

	corrupt(pfn + page, counter, delta);
	err = audit_ask(pfn, nr, &answer);
	corrupt(pfn + page, counter, -delta);
	must(!err && answer.mismatched == 1 && audit_difference(&answer, counter),
	     "%s %+d is found:\n%s", counter, delta, answer.text);
	must(strstr(answer.text, " layout=none\n"), "its layout is told:\n%s", answer.text);
	audit_must_be_fine(pfn, nr, counter);
}

static void planted(void)
{
	char *thp, *mthp;
	uint64_t pfn;

	need_layouts();
	choose("none");
	thp = thp_map(1);
	pages_fill(thp, 0, PMD_PAGES, 1);
	mthp = mthp_map(1);
	pfn = page_frame(mthp);
	plant(pfn, 0, MTHP_PAGES, "page_mapcount", 1);
	plant(pfn, MTHP_PAGES - 1, MTHP_PAGES, "page_mapcount", 3);
	plant(pfn, 0, MTHP_PAGES, "nr_pages_mapped", 1);
	plant(pfn, 0, MTHP_PAGES, "large_mapcount", 1);
	plant(pfn, 0, MTHP_PAGES, "large_mapcount", -1);
	plant(pfn, 0, MTHP_PAGES, "entire_mapcount", 1);
	pfn = page_frame(thp);
	plant(pfn, 7, PMD_PAGES, "page_mapcount", 1);
	plant(pfn, 0, PMD_PAGES, "entire_mapcount", 1);
	plant(pfn, 0, PMD_PAGES, "large_mapcount", 1);
	pages_unmap(thp, PMD);
	pages_unmap(mthp, MTHP_PAGES * PAGE);
	choose("page");
}

/* The bit alone is wrong: the audit must find @counter, and nothing after it is undone. */
static void plant_bit(uint64_t pfn, int delta, const char *counter)
{
	static struct audit_answer answer;
	int err;

	must(corrupt_try(pfn, "layout_none", -delta) == -ERANGE, "it has the other value");
	corrupt(pfn, "layout_none", delta);
	err = audit_ask(pfn, PMD_PAGES, &answer);
	corrupt(pfn, "layout_none", -delta);
	must(!err && answer.mismatched == 1 && audit_difference(&answer, counter),
	     "layout_none %+d: %s is found:\n%s", delta, counter, answer.text);
	audit_must_be_fine(pfn, PMD_PAGES, "the bit is undone");
}

/* A folio of a file is there when nobody maps it. Then it may have no layout. */
static void planted_bit(void)
{
	const int fd = file_huge(1);
	char *p = pages_map_fd(PMD, PMD, MAP_SHARED, fd);
	uint64_t pfn;

	need_layouts();
	pages_fill(p, 0, PMD_PAGES, 1);
	must(folio_pages(p) == PMD_PAGES && !is_none(p), "a folio with page mapcounts");
	pfn = page_frame(p);
	plant_bit(pfn, 1, "nr_pages_mapped");
	pages_unmap(p, PMD);
	plant_bit(pfn, 1, "layout_none");
	choose("none");
	p = pages_map_fd(PMD, PMD, MAP_SHARED, fd);
	pages_touch(p, 0, PMD_PAGES);
	must(page_frame(p) == pfn && is_none(p), "the same folio, without them");
	plant_bit(pfn, -1, "nr_pages_mapped");
	pages_verify(p, 0, PMD_PAGES, 1);
	pages_unmap(p, PMD);
	plant_bit(pfn, 1, "layout_none");
	close(fd);
	choose("page");
}

static bool is_reverted(void)
{
	char text[4096];

	return text_read(STATUS, text, sizeof(text)) > 0 &&
	       !strncmp(text, "state: reverted\n", 16);
}

/* The operation that meets the wrong counter leaves it alone: it is no count of its own. */
static void guarded(void)
{
	const time_t end = time(NULL) + SOON;
	const long long before = text_field(STATUS, "nr_reverts");
	uint64_t pfn;
	char *p;

	need_layouts();
	choose("none");
	p = mthp_map(1);
	pfn = page_frame(p);
	must(!text_write(GUARD, "1"), "guard on");
	must(!madvise(p + 8 * PAGE, PAGE, MADV_DONTNEED), "nothing wrong yet");
	corrupt(pfn + 3, "page_mapcount", 1);
	must(!madvise(p + 2 * PAGE, 4 * PAGE, MADV_DONTNEED), "the guard looks");
	while (!is_reverted() && time(NULL) < end)
		sched_yield();
	corrupt(pfn + 3, "page_mapcount", -1);
	must(text_field(STATUS, "nr_reverts") == before + 1, "the guard has seen it");
	must(log_has("page mapcounts in a folio of layout none"), "it says what");
	must(row_is_current(RMAP_AB_BUILTIN), "it went back to builtin");
	must(!text_write(GUARD, "clear"), "clear");
	must(!row_enter(suite_row), "go on");
	audit_must_be_fine(pfn, MTHP_PAGES, "undone");
	pages_unmap(p, MTHP_PAGES * PAGE);
	choose("page");
}

/* ---- rmapctl ----------------------------------------------------------------------- */
static void converts(void)
{
	char command[128];
	char *p;

	need_layouts();
	choose("none");
	p = mthp_map(4);
	must(is_none(p), "without page mapcounts");
	choose("page");
	snprintf(command, sizeof(command), "rmapctl layout --convert --pid %d >/dev/null",
		 getpid());
	must(!system(command), "%s", command);
	pages_verify(p, 0, 4 * MTHP_PAGES, 1);
	for (size_t i = 0; i < 4; i++)
		must(!is_none(p + i * MTHP_PAGES * PAGE), "folio %zu has them now", i);
	pages_unmap(p, 4 * MTHP_PAGES * PAGE);
}

/* ---- operations of another module ---------------------------------------------------- */
#define COUNT_INSTALLED "/sys/kernel/debug/rmap_count/installed"

/* It is loaded already. */
static void count_reload(const char *params)
{
	must(!text_write(COUNT_INSTALLED, "0"), "restore");
	must(!kmod_unload("rmap_count"), "unload rmap_count");
	must(!kmod_load("rmap_count", params), "load rmap_count %s", params);
}

/* Operations that do not know such folios, and such folios: never at the same time. */
static void foreign(void)
{
	char *p;

	need_layouts();
	must(!row_leave(suite_row), "builtin");
	must(!text_write(COUNT_INSTALLED, "1"), "install it");
	must(text_write(LAYOUT, RMAP_AB_LAYOUT_NONE) == -EBUSY, "none is refused");
	must(log_has("'count' of another module"), "it says why");
	must(!text_write(LAYOUT, RMAP_AB_LAYOUT_PAGE), "page is not");
	must(!text_write(COUNT_INSTALLED, "0"), "restore");
	choose("none");
	p = thp_map(1);
	pages_fill(p, 0, PMD_PAGES, 1);
	choose("page");
	must(text_write(COUNT_INSTALLED, "1") == -EOPNOTSUPP, "refused while such a folio is left");

	count_reload("layouts=1");
	must(!text_write(COUNT_INSTALLED, "1"), "one that knows them is installed");
	must(!madvise(p, PMD / 2, MADV_DONTNEED), "it removes mappings");
	choose("none");
	audit_must_be_fine(page_frame(p + PMD / 2) - PMD_PAGES / 2, PMD_PAGES, "under count");
	count_reload("");
	pages_unmap(p, PMD);
	choose("page");
	must(!row_enter(suite_row), "go on");
}

/* ---- the module goes, the layout stays --------------------------------------------- */
static void reload(void)
{
	char *p;

	need_layouts();
	choose("none");
	p = thp_map(1);
	pages_fill(p, 0, PMD_PAGES, 1);
	must(!row_leave(suite_row), "builtin");
	must(!kmod_unload("rmap_ab"), "unload it");
	must(!madvise(p, PMD / 2, MADV_DONTNEED), "the kernel knows such a folio");
	pages_verify(p, PMD_PAGES / 2, PMD_PAGES / 2, 1);
	must(!kmod_load("rmap_ab", "allow_corrupt=1"), "load it again");
	must(!row_enter(suite_row), "go on");
	must(is_none(p + PMD / 2), "the folio has kept it");
	audit_must_be_fine(page_frame(p + PMD / 2) - PMD_PAGES / 2, PMD_PAGES, "after reload");
	pages_unmap(p, PMD);
	choose("page");
}

static void after_none_test(void)
{
	text_write(LAYOUT, "page");
	text_write(GUARD, "0");
	knobs_restore();
}

static const struct suite_case none_cases[] = {
	{ "refused", refused, 0 },
	{ "keeps", keeps, NEED_THP },
	{ "changes", changes, NEED_THP },
	{ "planted", planted, NEED_THP },
	{ "planted-bit", planted_bit, NEED_SHMEM_THP },
	{ "guarded", guarded, NEED_MTHP },
	{ "converts", converts, NEED_MTHP | NEED_SWAP },
	{ "foreign", foreign, NEED_THP },
	{ "reload", reload, NEED_THP },
	{ 0 }
};

static const struct suite none_suite = {
	.what = "Maps large folios without page mapcounts, under each implementation.",
	.flags = SUITE_ROWS | SUITE_CORRUPT | SUITE_SETTINGS | SUITE_IMPL,
	.timeout = 300,
	.before = klog_open,
	.after = after_none_test,
	.cases = none_cases,
};

int main(int argc, char **argv)
{
	return suite_main(&none_suite, argc, argv);
}
