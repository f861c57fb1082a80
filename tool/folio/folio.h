/* SPDX-License-Identifier: GPL-2.0 */
/* What a folio is, its kinds, and how it is put together from records. */
#ifndef RMAPCTL_FOLIO_H
#define RMAPCTL_FOLIO_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/page_state.h"

/**
 * struct run - pages of a folio, one after the other, of which the same is true
 * @first: the first, counted from the head
 * @count: how many
 * @page_mapcount: PTE mappings of each of them; 0 if nobody counts them
 *	(record_is_none())
 * @anon_exclusive: whether each belongs to one process alone, by its own bit,
 *	or by that of the first page (record_is_whole())
 */
struct run {
	uint64_t first;
	uint64_t count;
	int64_t page_mapcount;
	bool anon_exclusive;
};

/* A folio with MM IDs has so many slots of them. */
#define MM_SLOTS	2

/**
 * struct mm_slot - an mm that maps a folio
 * @mm_id: its MM ID; 0: the slot is free
 * @mapcount: mappings that are counted for it
 */
struct mm_slot {
	uint32_t mm_id;
	int32_t mapcount;
};

/**
 * struct folio - one folio; for the noun `pages`, consecutive page frames of
 * which the same is true
 * @page: the record of one of its pages: what it says of the folio is true
 *	for all of them
 * @pfn: the first page frame
 * @nr: number of pages
 * @at: address or index of the page by which it was found
 * @pid: the process of that address, if there may be several; else 0
 * @runs: all its pages; none where nobody could map them
 * @nr_runs: how many of them
 * @max_runs: room in @runs
 * @slots: if folio_has_mm_ids()
 * @racy: it changed while it was looked at, several times
 */
struct folio {
	struct rmap_ab_page page;
	uint64_t pfn;
	uint64_t nr;
	uint64_t at;
	uint64_t pid;
	struct run *runs;
	size_t nr_runs;
	size_t max_runs;
	struct mm_slot slots[MM_SLOTS];
	bool racy;
};

/**
 * folio_read() - put together the folio that a page frame is in
 * @folio: where to; zeroed at first, and may be used again
 * @state: where the records are
 * @pfn: the page frame
 * @page: its record, which is of a folio, and was just read
 *
 * A folio that changes meanwhile is read again, a few times.
 *
 * Return: 1; 0 if it is in no folio any more; -errno after a complaint.
 */
int folio_read(struct folio *folio, struct page_state *state, uint64_t pfn,
	       const struct rmap_ab_page *page);
void folio_free(struct folio *folio);

static inline bool record_is_folio(const struct rmap_ab_page *page)
{
	return page->flags & RMAP_AB_PAGE_PRESENT &&
	       page->kind != RMAP_AB_KIND_NONE;
}

/*
 * Is the folio of this record mapped as a whole, and none of its pages by
 * itself?  Then the kernel has the anon-exclusive bit on the first page, and it
 * is true for all.
 */
static inline bool record_is_whole(const struct rmap_ab_page *page)
{
	return page->order && page->entire_mapcount > 0 &&
	       page->large_mapcount == page->entire_mapcount;
}

/* Has the kernel no mapcounts of its pages? */
static inline bool record_is_none(const struct rmap_ab_page *page)
{
	return page->flags & RMAP_AB_FOLIO_LAYOUT_NONE;
}

/*
 * Some of its pages are mapped, others are not. Without page mapcounts, that is
 * known only if there are fewer mappings than pages.
 */
static inline bool folio_is_partial(const struct folio *folio)
{
	const struct rmap_ab_page *page = &folio->page;

	if (page->flags & RMAP_AB_FOLIO_PARTIALLY_MAPPED)
		return true;
	if (record_is_none(page))
		return page->entire_mapcount <= 0 && page->large_mapcount > 0 &&
		       page->large_mapcount < 1LL << page->order;
	return page->entire_mapcount <= 0 && page->nr_pages_mapped > 0 &&
	       page->nr_pages_mapped < 1LL << page->order;
}

static inline bool folio_has_mm_ids(const struct folio *folio)
{
	return folio->page.flags & RMAP_AB_FOLIO_MM_IDS;
}

/*
 * What folio_maybe_mapped_shared() of the kernel says of a folio with MM IDs: may
 * more than one mm map it?
 */
static inline bool folio_maybe_mapped_shared(const struct folio *folio)
{
	return folio->page.large_mapcount > 1 &&
	       folio->page.flags & RMAP_AB_FOLIO_MM_SHARED;
}

/*
 * A page of it is mapped more than once. Without page mapcounts, that may be so if
 * more than one mm may map the folio.
 */
static inline bool folio_is_shared(const struct folio *folio)
{
	if (record_is_none(&folio->page))
		return folio_maybe_mapped_shared(folio);
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

/*
 * Is that certain? A "no" always is. A "yes" is if both slots have an mm: those
 * two map it. Otherwise a third one came when no slot was free, and who is left
 * may be one mm.
 */
static inline bool folio_mapped_shared_is_exact(const struct folio *folio)
{
	return !folio_maybe_mapped_shared(folio) ||
	       (folio->slots[0].mm_id && folio->slots[1].mm_id);
}

/* "anon", "file", ... */
const char *kind_name(enum rmap_ab_kind kind);

/* The same, but for a page in no folio: "free", "slab", ..., "absent". */
const char *kind_of_page(const struct rmap_ab_page *page);

/**
 * kinds_parse() - kinds, separated by commas
 * @text: what was given
 * @kinds: a bit for each
 *
 * Return: 0, or EXIT_USAGE after a complaint.
 */
int kinds_parse(const char *text, unsigned int *kinds);

/* The names, for help. */
void kinds_help(void);

#endif
