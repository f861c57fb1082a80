// SPDX-License-Identifier: GPL-2.0
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "folio/folio.h"
#include "help.h"
#include "noun.h"

static const struct word kinds[] = {
	[RMAP_AB_KIND_NONE] = { "none", "in no folio that could be mapped" },
	[RMAP_AB_KIND_ANON] = { "anon", "anonymous memory" },
	[RMAP_AB_KIND_FILE] = { "file", "page cache" },
	[RMAP_AB_KIND_SHMEM] = { "shmem", "shared memory and tmpfs" },
	[RMAP_AB_KIND_KSM] = { "ksm", "merged by KSM" },
	[RMAP_AB_KIND_HUGETLB] = { "hugetlb", "hugetlb pages" },
	[RMAP_AB_KIND_DEVICE] = { "device", "memory of a device" },
	[RMAP_AB_KIND_NOT_RMAPPABLE] = {
		"not-rmappable", "allocated, but without a reverse map"
	},
};

static_assert(ARRAY_SIZE(kinds) == RMAP_AB_NR_KINDS, "a kind has no name");

const char *kind_name(enum rmap_ab_kind kind)
{
	return kind < RMAP_AB_NR_KINDS ? kinds[kind].name : "unknown";
}

static const struct {
	unsigned int flag;
	const char *name;
} states[] = {
	{ RMAP_AB_PAGE_FREE, "free" },
	{ RMAP_AB_PAGE_SLAB, "slab" },
	{ RMAP_AB_PAGE_TABLE, "table" },
	{ RMAP_AB_PAGE_OFFLINE, "offline" },
	{ RMAP_AB_PAGE_RESERVED, "reserved" },
};

const char *kind_of_page(const struct rmap_ab_page *page)
{
	if (!(page->flags & RMAP_AB_PAGE_PRESENT))
		return "absent";
	if (page->kind != RMAP_AB_KIND_NONE)
		return kind_name(page->kind);
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (page->flags & states[i].flag)
			return states[i].name;
	return "none";
}

static bool kind_find(const char *name, size_t len, unsigned int *bit)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		*bit = 1u << i;
		if (strlen(kinds[i].name) == len &&
		    !memcmp(kinds[i].name, name, len))
			return true;
	}
	return false;
}

static int complain_kind(const char *name, size_t len)
{
	complain("--kind: there is no kind '%.*s'; it is one of none, anon, file, shmem, ksm, hugetlb, device, not-rmappable",
		 (int)len, name);
	return EXIT_USAGE;
}

int kinds_parse(const char *text, unsigned int *mask)
{
	unsigned int bit;
	size_t len;

	for (*mask = 0; ; text += len + 1) {
		len = strcspn(text, ",");
		if (!kind_find(text, len, &bit))
			return complain_kind(text, len);
		*mask |= bit;
		if (!text[len])
			return 0;
	}
}

void kinds_help(void)
{
	help_words("Kinds", kinds, ARRAY_SIZE(kinds));
}

/* ---- put together ---- */

/* A folio that changes all the time is shown as it is, with a mark. */
#define MAX_LOOKS	4

/* Pages of the largest folio there is, 16 GiB of 4 KiB pages. */
#define MAX_ORDER	22

static int add_run(struct folio *folio, const struct run *run)
{
	if (folio->nr_runs == folio->max_runs) {
		size_t max = folio->max_runs ? 2 * folio->max_runs : 16;
		struct run *runs = reallocarray(folio->runs, max,
						sizeof(*runs));

		if (!runs)
			return complain_errno(ENOMEM, "folio");
		folio->runs = runs;
		folio->max_runs = max;
	}
	folio->runs[folio->nr_runs++] = *run;
	return 0;
}

static struct run make_run(uint64_t first, const struct rmap_ab_page *page)
{
	return (struct run){
		.first = first,
		.count = 1,
		.page_mapcount = page->page_mapcount,
		.anon_exclusive = page->flags & RMAP_AB_PAGE_ANON_EXCLUSIVE,
	};
}

static int add_page(struct folio *folio, uint64_t i,
		    const struct rmap_ab_page *page)
{
	struct run run = make_run(i, page), *last = NULL;

	if (folio->nr_runs)
		last = &folio->runs[folio->nr_runs - 1];
	if (last && last->page_mapcount == run.page_mapcount &&
	    last->anon_exclusive == run.anon_exclusive) {
		last->count++;
		return 0;
	}
	return add_run(folio, &run);
}

/* What has to be the same in all records of a folio, else it changed. */
#define PAGE_FLAGS	0xffffu

static bool is_same(const struct rmap_ab_page *a, const struct rmap_ab_page *b)
{
	return a->head_pfn == b->head_pfn && a->order == b->order &&
	       a->kind == b->kind && a->index == b->index &&
	       a->refcount == b->refcount && a->pincount == b->pincount &&
	       a->entire_mapcount == b->entire_mapcount &&
	       a->large_mapcount == b->large_mapcount &&
	       a->nr_pages_mapped == b->nr_pages_mapped &&
	       !((a->flags ^ b->flags) & ~PAGE_FLAGS);
}

static bool is_racy(const struct folio *folio, const struct rmap_ab_page *page)
{
	return page->flags & RMAP_AB_PAGE_RACY || !is_same(page, &folio->page);
}

/* The record of a page has one slot. Returns false if the slot has changed. */
static bool take_slot(struct folio *folio, uint64_t i,
		      const struct rmap_ab_page *page)
{
	struct mm_slot *slot = &folio->slots[i % MM_SLOTS];

	if (i < MM_SLOTS) {
		slot->mm_id = page->mm_id;
		slot->mapcount = page->mm_mapcount;
	}
	return slot->mm_id == page->mm_id && slot->mapcount == page->mm_mapcount;
}

/* Returns 0, 1 if the folio changed meanwhile, or -errno. */
static int gather_pages(struct folio *folio, const struct rmap_ab_page *pages,
			uint64_t first, size_t nr)
{
	int racy = 0, ret;

	for (size_t i = 0; i < nr; i++) {
		ret = add_page(folio, first + i, &pages[i]);
		if (ret)
			return ret;
		folio->page.flags |= pages[i].flags & RMAP_AB_PAGE_HWPOISON;
		racy |= is_racy(folio, &pages[i]);
		if (folio_has_mm_ids(folio))
			racy |= !take_slot(folio, first + i, &pages[i]);
	}
	return racy;
}

/* The same.  A folio of which the rest is not there is one that changed. */
static int gather_all(struct folio *folio, struct page_state *state)
{
	uint64_t pfn = folio->page.head_pfn, done = 0;
	int racy = 0, ret;

	while (done < folio->nr) {
		const struct rmap_ab_page *pages;
		uint64_t left = folio->nr - done;
		ssize_t nr = page_state_get(state, pfn + done, left, &pages);

		if (nr <= 0)
			return nr ? nr : 1;
		if ((uint64_t)nr > left)
			nr = left;
		ret = gather_pages(folio, pages, done, nr);
		if (ret < 0)
			return ret;
		racy |= ret;
		done += nr;
	}
	return racy;
}

/* From the first page, which has it for all, to all. */
static void spread_exclusive(struct folio *folio)
{
	struct run *runs = folio->runs;
	size_t nr = 1;

	if (!record_is_whole(&folio->page) || !folio->nr_runs ||
	    !runs[0].anon_exclusive)
		return;
	for (size_t i = 1; i < folio->nr_runs; i++) {
		runs[i].anon_exclusive = true;
		if (runs[nr - 1].page_mapcount == runs[i].page_mapcount)
			runs[nr - 1].count += runs[i].count;
		else
			runs[nr++] = runs[i];
	}
	folio->nr_runs = nr;
}

static bool is_sane(const struct rmap_ab_page *page, uint64_t pfn)
{
	return page->order <= MAX_ORDER && page->head_pfn <= pfn &&
	       pfn - page->head_pfn < 1ULL << page->order;
}

static int complain_garbled(uint64_t pfn, const struct rmap_ab_page *page)
{
	complain("the record of page frame %llu is garbled: order %u, head %llu",
		 (unsigned long long)pfn, page->order,
		 (unsigned long long)page->head_pfn);
	return -EPROTO;
}

/* Returns 0, 1 if the folio changed meanwhile, or -errno. */
static int gather(struct folio *folio, struct page_state *state, uint64_t pfn,
		  const struct rmap_ab_page *page)
{
	int ret;

	if (!is_sane(page, pfn))
		return complain_garbled(pfn, page);
	folio->page = *page;
	folio->pfn = page->head_pfn;
	folio->nr = 1ULL << page->order;
	folio->nr_runs = 0;
	ret = gather_all(folio, state);
	spread_exclusive(folio);
	return ret;
}

/* Most folios are small, and of a small one there is nothing to compare. */
static bool is_simple(const struct rmap_ab_page *page, uint64_t pfn)
{
	return !page->order && page->head_pfn == pfn &&
	       !(page->flags & RMAP_AB_PAGE_RACY);
}

static int read_simple(struct folio *folio, const struct rmap_ab_page *page)
{
	const struct run run = make_run(0, page);

	folio->page = *page;
	folio->pfn = page->head_pfn;
	folio->nr = 1;
	folio->nr_runs = 0;
	folio->racy = false;
	return add_run(folio, &run) ?: 1;
}

int folio_read(struct folio *folio, struct page_state *state, uint64_t pfn,
	       const struct rmap_ab_page *page)
{
	ssize_t nr;
	int ret;

	if (is_simple(page, pfn))
		return read_simple(folio, page);
	ret = gather(folio, state, pfn, page);
	for (int looks = 1; ret == 1 && looks < MAX_LOOKS; looks++) {
		page_state_forget(state);
		nr = page_state_get(state, pfn, 1, &page);
		if (nr <= 0)
			return nr;
		if (!record_is_folio(page))
			return 0;
		ret = gather(folio, state, pfn, page);
	}
	folio->racy = ret == 1;
	return ret < 0 ? ret : 1;
}

void folio_free(struct folio *folio)
{
	free(folio->runs);
}
