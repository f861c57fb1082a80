// SPDX-License-Identifier: GPL-2.0
/*
 * Records of page frames, made from struct page without locks or references.
 *
 * The kernel's accessors assert what holds only with a reference to the folio.
 * So the words are read here directly, each once, and judged afterwards.
 */

#include <linux/list.h>
#include <linux/log2.h>
#include <linux/memory_hotplug.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/page-flags.h>
#include <linux/rmap.h>
#include <linux/string.h>

#include "host_read.h"
#include "memcg.h"
#include "mm_ids.h"
#include "snapshot.h"

/* Attempts at a page frame whose folio changes meanwhile. */
#define SNAPSHOT_TRIES		5
/* Pages of a folio that are read at a time, after an attempt at more failed. */
#define SNAPSHOT_RUN_SHORT	16

/* The flags of a folio that a record needs; other flags may change. */
#define SNAPSHOT_FLAGS							\
	(BIT(PG_head) | BIT(PG_locked) | BIT(PG_mlocked) |		\
	 BIT(PG_reserved) | BIT(PG_swapbacked) | BIT(PG_swapcache))
/* The order, and the flags of the second page that a record needs. */
#define SNAPSHOT_FLAGS_1						\
	(0xff | BIT(PG_large_rmappable) | BIT(PG_partially_mapped))

static const char *const snapshot_kind_texts[] = {
	[RMAP_AB_KIND_NONE]		= "none",
	[RMAP_AB_KIND_ANON]		= "anon",
	[RMAP_AB_KIND_FILE]		= "file",
	[RMAP_AB_KIND_SHMEM]		= "shmem",
	[RMAP_AB_KIND_KSM]		= "ksm",
	[RMAP_AB_KIND_HUGETLB]		= "hugetlb",
	[RMAP_AB_KIND_DEVICE]		= "device",
	[RMAP_AB_KIND_NOT_RMAPPABLE]	= "not-rmappable",
};

static_assert(ARRAY_SIZE(snapshot_kind_texts) == RMAP_AB_NR_KINDS);

/**
 * struct snapshot_raw - a folio's words, as they were read
 * @head: its first page
 * @flags: SNAPSHOT_FLAGS of the first page
 * @flags_1: SNAPSHOT_FLAGS_1 of the second page
 * @mapping: with the bits that say what it points to
 * @index: of the first page
 * @order: of the folio
 * @type: page_type of the first page, or _mapcount
 * @refcount: references
 * @large_mapcount: stored value
 * @entire_mapcount: stored value
 * @nr_pages_mapped: stored value
 * @pincount: pins of a large folio
 * @queued: true if it is on the deferred split queue
 * @mm: the MM IDs of a large folio
 * @none: 1 if a large folio has no page mapcounts
 *
 * There is no padding, so two of them can be compared as memory.
 */
struct snapshot_raw {
	const struct page *head;
	unsigned long flags;
	unsigned long flags_1;
	unsigned long mapping;
	unsigned long index;
	unsigned int order;
	int type;
	int refcount;
	int large_mapcount;
	int entire_mapcount;
	int nr_pages_mapped;
	int pincount;
	int queued;
	struct mm_ids mm;
	int none;
};

static_assert(sizeof(struct snapshot_raw) ==
	      5 * sizeof(long) + 14 * sizeof(int));

/**
 * snapshot_kind_text - return the word for a kind of folio
 * @kind: the kind
 *
 * Context: Any.
 * Return: the word.
 */
const char *snapshot_kind_text(enum rmap_ab_kind kind)
{
	return snapshot_kind_texts[kind];
}

/**
 * snapshot_end_pfn - return where ordinary memory ends
 *
 * Device memory may lie beyond it: perhaps at the end of the address space,
 * with nothing in between.
 *
 * Context: Any.
 * Return: the page frame after the last one of ordinary memory.
 */
unsigned long snapshot_end_pfn(void)
{
	unsigned long end = 0;
	int nid, i;

	for_each_online_node(nid)
		for (i = 0; i < MAX_NR_ZONES; i++) {
			struct zone *zone = &NODE_DATA(nid)->node_zones[i];

			if (!zone_is_zone_device(zone) && zone->spanned_pages)
				end = max(end, zone_end_pfn(zone));
		}
	return end;
}

/*
 * The head that a page names may no longer be a head. It may even be no page,
 * if the words of the page had another meaning at that moment.
 *
 * Return: the folio, whose memory map can be read, or NULL.
 */
static struct folio *snapshot_folio(struct page *page, unsigned long pfn)
{
	struct folio *folio = page_folio(page);
	unsigned long bytes, index;

	if (likely(&folio->page == page))
		return folio;
	bytes = (unsigned long)page - (unsigned long)folio;
	index = bytes / sizeof(*page);
	if (bytes % sizeof(*page) || index >= MAX_FOLIO_NR_PAGES || index > pfn)
		return NULL;
	if (!pfn_valid(pfn - index) ||
	    pfn_to_page(pfn - index) != &folio->page)
		return NULL;
	return folio;
}

/* Return: true if the folio can have a deferred split list. */
static bool snapshot_can_queue(const struct snapshot_raw *raw)
{
	return raw->order > 1 && raw->flags_1 & BIT(PG_large_rmappable) &&
	       !snapshot_is_hugetlb(raw->type);
}

/* Return: false if this is no head of a folio with a page of that index. */
static bool snapshot_read_large(const struct folio *folio, unsigned long pfn,
				unsigned long index, struct snapshot_raw *raw)
{
	raw->flags_1 = READ_ONCE(folio->_flags_1) & SNAPSHOT_FLAGS_1;
	raw->order = raw->flags_1 & 0xff;
	if (!raw->order || raw->order > ilog2(MAX_FOLIO_NR_PAGES) ||
	    index >> raw->order ||
	    !IS_ALIGNED(pfn - index, 1UL << raw->order))
		return false;
	raw->large_mapcount = atomic_read(&folio->_large_mapcount);
	raw->entire_mapcount = atomic_read(&folio->_entire_mapcount);
	raw->nr_pages_mapped = atomic_read(&folio->_nr_pages_mapped);
	raw->pincount = atomic_read(&folio->_pincount);
	raw->queued = snapshot_can_queue(raw) &&
		      !list_empty(&folio->_deferred_list);
	mm_ids_read(&raw->mm, folio);
	raw->none = host_is_none(folio);
	return true;
}

/* Return: false if the words of the page make no sense at this moment. */
static bool snapshot_read(struct page *page, unsigned long pfn,
			  struct snapshot_raw *raw)
{
	const struct folio *folio = snapshot_folio(page, pfn);
	unsigned long index;

	if (!folio || PagePoisoned(&folio->page))
		return false;
	memset(raw, 0, sizeof(*raw));
	raw->head = &folio->page;
	raw->flags = READ_ONCE(*host_flags(folio)) & SNAPSHOT_FLAGS;
	raw->mapping = (unsigned long)READ_ONCE(folio->mapping);
	raw->index = READ_ONCE(folio->index);
	raw->type = atomic_read(&folio->_mapcount);
	raw->refcount = atomic_read(&folio->_refcount);
	index = page - raw->head;
	if (raw->flags & BIT(PG_head))
		return snapshot_read_large(folio, pfn, index, raw);
	return !index;
}

static u32 snapshot_type_flag(int type)
{
	switch ((unsigned int)type >> 24) {
	case PGTY_slab:
		return RMAP_AB_PAGE_SLAB;
	case PGTY_table:
		return RMAP_AB_PAGE_TABLE;
	case PGTY_offline:
		return RMAP_AB_PAGE_OFFLINE;
	}
	return 0;
}

static u32 snapshot_flags(const struct snapshot_raw *raw)
{
	const unsigned long swap_cache = BIT(PG_swapbacked) | BIT(PG_swapcache);
	u32 flags = RMAP_AB_PAGE_PRESENT | snapshot_type_flag(raw->type);

	if (raw->flags & BIT(PG_reserved))
		flags |= RMAP_AB_PAGE_RESERVED;
	if (raw->flags & BIT(PG_locked))
		flags |= RMAP_AB_FOLIO_LOCKED;
	if (raw->flags & BIT(PG_mlocked))
		flags |= RMAP_AB_FOLIO_MLOCKED;
	if ((raw->flags & swap_cache) == swap_cache)
		flags |= RMAP_AB_FOLIO_SWAP_CACHE;
	if (raw->queued)
		flags |= RMAP_AB_FOLIO_DEFERRED_SPLIT;
	if (snapshot_can_queue(raw) && raw->flags_1 & BIT(PG_partially_mapped))
		flags |= RMAP_AB_FOLIO_PARTIALLY_MAPPED;
	if (raw->nr_pages_mapped >= ENTIRELY_MAPPED)
		flags |= RMAP_AB_FOLIO_ENTIRELY_MAPPED;
	return flags;
}

/* See folio_maybe_dma_pinned(): a small folio's pins are only in its refcount. */
static void snapshot_pins(const struct snapshot_raw *raw,
			  struct rmap_ab_page *record)
{
	if (raw->order) {
		record->pincount = raw->pincount;
	} else if (record->kind != RMAP_AB_KIND_NONE) {
		record->pincount = (unsigned int)raw->refcount /
				   GUP_PIN_COUNTING_BIAS;
		record->flags |= RMAP_AB_FOLIO_PINCOUNT_GUESSED;
	}
	if (record->pincount > 0)
		record->flags |= RMAP_AB_FOLIO_MAYBE_PINNED;
}

static bool snapshot_has_mm_ids(const struct snapshot_raw *raw,
				const struct rmap_ab_page *record)
{
	return HOST_HAS_MM_IDS && raw->order &&
	       record->kind != RMAP_AB_KIND_NONE &&
	       record->kind != RMAP_AB_KIND_HUGETLB;
}

/* The part of a record that all pages of a folio have in common. */
static void snapshot_describe(const struct snapshot_raw *raw, unsigned long pfn,
			      struct rmap_ab_page *record)
{
	memset(record, 0, sizeof(*record));
	record->head_pfn = pfn;
	record->flags = snapshot_flags(raw);
	record->refcount = raw->refcount;
	record->order = raw->order;
	record->kind = snapshot_kind(raw->flags, raw->mapping, raw->type,
				     raw->refcount);
	record->nid = page_to_nid(raw->head);
	record->memcg = memcg_ino((struct folio *)raw->head);
	if (raw->mapping && record->kind != RMAP_AB_KIND_NONE)
		record->index = raw->index;
	snapshot_pins(raw, record);
	if (!raw->order)
		return;
	record->entire_mapcount = raw->entire_mapcount + 1;
	record->large_mapcount = raw->large_mapcount + 1;
	/* A negative value is a bug and must stay visible. */
	record->nr_pages_mapped = raw->nr_pages_mapped < 0 ?
				  raw->nr_pages_mapped :
				  raw->nr_pages_mapped & FOLIO_PAGES_MAPPED;
	if (snapshot_has_mm_ids(raw, record))
		record->flags |= RMAP_AB_FOLIO_MM_IDS |
				 (raw->mm.shared ? RMAP_AB_FOLIO_MM_SHARED : 0) |
				 (raw->none ? RMAP_AB_FOLIO_LAYOUT_NONE : 0);
}

/* A record has room for one slot: every other page has the other one. */
static void snapshot_mm_id(const struct snapshot_raw *raw, unsigned long index,
			   struct rmap_ab_page *record)
{
	const int slot = index % MM_IDS_SLOTS;

	record->mm_id = raw->mm.id[slot];
	record->mm_mapcount = raw->mm.mapcount[slot];
}

/* Fill in what belongs to the page; hugetlb keeps it in the first page. */
static void snapshot_one(const struct snapshot_raw *raw,
			 const struct page *page, struct rmap_ab_page *record)
{
	const bool hugetlb = record->kind == RMAP_AB_KIND_HUGETLB;
	const unsigned long flags = READ_ONCE(*host_flags(hugetlb ? raw->head :
							  page));
	const int mapcount = atomic_read(&page->_mapcount) + 1;

	if (!page_mapcount_is_type(mapcount))
		record->page_mapcount = mapcount;
	if (!raw->order)
		record->large_mapcount = record->page_mapcount;
	if (raw->mapping & HOST_MAPPING_ANON && flags & BIT(PG_anon_exclusive))
		record->flags |= RMAP_AB_PAGE_ANON_EXCLUSIVE;
	if (PageHWPoison(page) || (hugetlb && PageHWPoison(raw->head)))
		record->flags |= RMAP_AB_PAGE_HWPOISON;
	if (record->flags & RMAP_AB_FOLIO_MM_IDS)
		snapshot_mm_id(raw, page - raw->head, record);
}

/* Fill in the records of @nr pages of a folio. */
static void snapshot_fill(const struct snapshot_raw *raw,
			  const struct page *page, unsigned long pfn,
			  unsigned int nr, struct rmap_ab_page *records)
{
	unsigned int i;

	snapshot_describe(raw, pfn - (page - raw->head), &records[0]);
	for (i = 1; i < nr; i++)
		records[i] = records[0];
	for (i = 0; i < nr; i++)
		snapshot_one(raw, page + i, &records[i]);
}

/* Return: the pages from @page on that one look at the folio covers. */
static unsigned int snapshot_run(const struct snapshot_raw *raw,
				 const struct page *page, unsigned int nr)
{
	return min(nr, (1UL << raw->order) - (page - raw->head));
}

/*
 * Mark the records of a folio that did not stay the same for long enough.
 * Return: the number of records: at least one.
 */
static unsigned int snapshot_note_racy(unsigned long pfn, unsigned int nr,
				       struct rmap_ab_page *records)
{
	unsigned int i;

	if (!nr) {
		nr = 1;
		memset(records, 0, sizeof(*records));
		records->head_pfn = pfn;
		records->flags = RMAP_AB_PAGE_PRESENT;
	}
	for (i = 0; i < nr; i++)
		records[i].flags |= RMAP_AB_PAGE_RACY;
	return nr;
}

static unsigned int snapshot_take_folio(struct page *page, unsigned long pfn,
					unsigned int nr,
					struct rmap_ab_page *records)
{
	struct snapshot_raw before, after;
	unsigned int i, run = 0;

	for (i = 0; i < SNAPSHOT_TRIES; i++) {
		if (!snapshot_read(page, pfn, &before)) {
			run = 0;
			continue;
		}
		run = snapshot_run(&before, page, nr);
		/* The folio first, then its pages, and then the folio again. */
		smp_rmb();
		snapshot_fill(&before, page, pfn, run, records);
		/* See above. */
		smp_rmb();
		if (snapshot_read(page, pfn, &after) &&
		    !memcmp(&before, &after, sizeof(before)))
			return run;
		nr = min(nr, SNAPSHOT_RUN_SHORT);
	}
	return snapshot_note_racy(pfn, run, records);
}

/*
 * Pages of the buddy allocator are the most frequent ones on an idle machine.
 * The first page of a free block has the size of the block.
 * Return: the number of free pages from @page on; 0 if it is not free.
 */
static unsigned int snapshot_free_run(const struct page *page, unsigned int nr)
{
	unsigned long order;

	if (page_ref_count(page))
		return 0;
	if (!PageBuddy(page))
		return is_free_buddy_page(page);
	order = READ_ONCE(page->private);
	return order > MAX_PAGE_ORDER ? 1 : min(nr, 1U << order);
}

static unsigned int snapshot_take_free(const struct page *page,
				       unsigned long pfn, unsigned int nr,
				       struct rmap_ab_page *records)
{
	unsigned int i;

	nr = snapshot_free_run(page, nr);
	for (i = 0; i < nr; i++)
		records[i] = (struct rmap_ab_page) {
			.head_pfn = pfn + i,
			.flags = RMAP_AB_PAGE_PRESENT | RMAP_AB_PAGE_FREE,
			.nid = page_to_nid(page),
		};
	/* Is it still a free block of that size? */
	smp_rmb();
	/* If the block is being taken apart, only this page is known. */
	return min(nr, max(snapshot_free_run(page, nr), 1U));
}

/*
 * The pages of a device exist as long as we hold its pagemap. They are
 * initialised if they point to it.
 */
static unsigned int snapshot_take_device(unsigned long pfn,
					 struct rmap_ab_page *record)
{
	struct dev_pagemap *pgmap = host_get_pgmap(pfn);
	struct page *page;
	struct folio *folio;

	memset(record, 0, sizeof(*record));
	if (!pgmap)
		return 1;
	page = pfn_to_page(pfn);
	folio = snapshot_folio(page, pfn);
	if (folio && host_pgmap(folio) == pgmap) {
		rcu_read_lock();
		snapshot_take_folio(page, pfn, 1, record);
		rcu_read_unlock();
		record->kind = RMAP_AB_KIND_DEVICE;
	}
	put_dev_pagemap(pgmap);
	return 1;
}

/**
 * snapshot_take - describe consecutive page frames
 * @pfn: the first one; any number
 * @nr: the most to describe; not 0
 * @records: room for them
 *
 * The record of a page frame that does not exist, or is offline, is all 0.
 *
 * Context: Any but hard interrupts; does not sleep. Takes no locks and no
 * references on pages. Its time is bounded by @nr, and by the size of a folio.
 * Return: the number of records that were filled in: at least one.
 */
unsigned int snapshot_take(unsigned long pfn, unsigned int nr,
			   struct rmap_ab_page *records)
{
	struct page *page = pfn_to_online_page(pfn);
	unsigned int done;

	if (!page)
		return snapshot_take_device(pfn, records);
	if (PagePoisoned(page)) {
		memset(records, 0, sizeof(*records));
		return 1;
	}
	rcu_read_lock();
	done = snapshot_take_free(page, pfn, nr, records);
	if (!done)
		done = snapshot_take_folio(page, pfn, nr, records);
	rcu_read_unlock();
	return done;
}

/* Flags that belong to the page itself, or that we have set. */
#define SNAPSHOT_PAGE_FLAGS						\
	(RMAP_AB_PAGE_ANON_EXCLUSIVE | RMAP_AB_PAGE_HWPOISON |		\
	 RMAP_AB_PAGE_RACY)

/**
 * snapshot_same_folio - are two pages of the same folio, in the same state?
 * @a: a page
 * @b: another one, or the same one at another time
 *
 * Context: Any.
 * Return: true if all that a folio's pages have in common is the same.
 */
bool snapshot_same_folio(const struct rmap_ab_page *a,
			 const struct rmap_ab_page *b)
{
	struct rmap_ab_page x = *a, y = *b;

	x.flags &= ~SNAPSHOT_PAGE_FLAGS;
	y.flags &= ~SNAPSHOT_PAGE_FLAGS;
	x.page_mapcount = 0;
	y.page_mapcount = 0;
	/* These are of a slot, and the two pages may have different ones. */
	x.mm_id = 0;
	y.mm_id = 0;
	x.mm_mapcount = 0;
	y.mm_mapcount = 0;
	return !memcmp(&x, &y, sizeof(x));
}
