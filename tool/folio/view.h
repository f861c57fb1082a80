/* SPDX-License-Identifier: GPL-2.0 */
/* Folios and page frames, as the nouns show them. */
#ifndef RMAPCTL_VIEW_H
#define RMAPCTL_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "folio/select.h"
#include "kernel/page_state.h"

/**
 * struct run - pages of a folio, one after the other, of which the same is true
 * @first: the first, counted from the head
 * @count: how many
 * @page_mapcount: PTE mappings of each of them
 * @anon_exclusive: whether it belongs to one process alone, by its own bit, or
 *	by that of the first page (view_is_whole())
 */
struct run {
	uint64_t first;
	uint64_t count;
	int64_t page_mapcount;
	bool anon_exclusive;
};

/**
 * struct folio - one folio; for the noun `pages`, consecutive page frames of
 * which the same is true
 * @page: a page of it, with everything that is the same for all its pages
 * @pfn: the first page frame
 * @nr: number of pages
 * @at: address or index of the page by which it was found
 * @runs: all its pages; none where nobody could map them
 * @nr_runs: how many of them
 * @max_runs: room in @runs
 * @racy: it changed while it was looked at, several times
 */
struct folio {
	struct rmap_ab_page page;
	uint64_t pfn;
	uint64_t nr;
	uint64_t at;
	struct run *runs;
	size_t nr_runs;
	size_t max_runs;
	bool racy;
};

/*
 * Is the folio of this record mapped as a whole, and no page of it by itself? Then
 * the kernel has the anon-exclusive bit on the first page, and it is for all.
 */
static inline bool view_is_whole(const struct rmap_ab_page *page)
{
	return page->order && page->entire_mapcount > 0 &&
	       page->large_mapcount == page->entire_mapcount;
}

/* Some of its pages are mapped, others are not. */
static inline bool folio_is_partial(const struct folio *folio)
{
	const struct rmap_ab_page *page = &folio->page;

	if (page->flags & RMAP_AB_FOLIO_PARTIALLY_MAPPED)
		return true;
	return page->entire_mapcount <= 0 && page->nr_pages_mapped > 0 &&
	       page->nr_pages_mapped < 1LL << page->order;
}

/* A page of it is mapped more than once. */
static inline bool folio_is_shared(const struct folio *folio)
{
	for (size_t i = 0; i < folio->nr_runs; i++)
		if (folio->runs[i].page_mapcount +
		    folio->page.entire_mapcount > 1)
			return true;
	return false;
}

/* A page of it is anon-exclusive. */
static inline bool folio_is_exclusive(const struct folio *folio)
{
	for (size_t i = 0; i < folio->nr_runs; i++)
		if (folio->runs[i].anon_exclusive)
			return true;
	return false;
}

/* Records in a block: page frames that lie side by side, and are read together. */
#define VIEW_BLOCK	32
#define VIEW_BLOCKS	64

/**
 * struct view - looks at page frames; all of it is internal
 * @fd: page_state
 * @first: the page frame that @window begins with
 * @nr: records in @window
 * @window: what was read last
 * @blocks: what was read around page frames (view_near())
 * @credit: what blocks have saved, and may cost
 * @folio: what was put together last
 */
struct view {
	int fd;
	uint64_t first;
	size_t nr;
	struct rmap_ab_page window[PAGE_STATE_BATCH];
	struct view_block {
		uint64_t first;
		size_t nr;
		struct rmap_ab_page pages[VIEW_BLOCK];
	} blocks[VIEW_BLOCKS];
	int credit;
	struct folio folio;
};

/* Returns 0, or -errno after a complaint; only then nothing is to be closed. */
int view_open(struct view *view);
void view_close(struct view *view);

/* Forget what was read: look again. */
void view_refresh(struct view *view);

/**
 * view_page() - the record of a page frame
 * @view: an open one
 * @pfn: which
 * @ahead: how many page frames from @pfn on will be asked for
 * @page: where to; NULL beyond the last page frame of the machine
 *
 * Return: 0, or -errno after a complaint.
 */
int view_page(struct view *view, uint64_t pfn, uint64_t ahead,
	      const struct rmap_ab_page **page);

/* The same, of a page frame whose neighbours on both sides may be asked for soon. */
int view_near(struct view *view, uint64_t pfn, uint64_t ahead,
	      const struct rmap_ab_page **page);

/**
 * view_folio() - the folio that a page frame is in
 * @view: an open one
 * @pfn: which
 * @page: its record, of a folio: view_page() has just given it
 * @folio: where to; NULL if it is in none any more; valid until the next call
 *
 * A folio that changes meanwhile is looked at again, some times.
 *
 * Return: 0, or -errno after a complaint.
 */
int view_folio(struct view *view, uint64_t pfn,
	       const struct rmap_ab_page *page, const struct folio **folio);

/*
 * A process may have hundreds of thousands of small folios. Of one that is calm
 * there is nothing to gather: its only record is all of it.
 */
static inline bool view_is_simple(const struct rmap_ab_page *page, uint64_t pfn)
{
	return !page->order && page->head_pfn == pfn &&
	       !(page->flags & RMAP_AB_PAGE_RACY);
}

static inline bool view_is_folio(const struct rmap_ab_page *page)
{
	return page->flags & RMAP_AB_PAGE_PRESENT &&
	       page->kind != RMAP_AB_KIND_NONE;
}

#endif
