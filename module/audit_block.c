// SPDX-License-Identifier: GPL-2.0
/*
 * A block of page frames: folios of one page, many at once.
 *
 * Those of one anon_vma or file are put in a group, and every VMA that covers
 * the group is walked once for all. No folio is locked, and only one of a group
 * gets a reference: who agrees with the page tables before and after is fine,
 * all others are looked at once more, one by one, with their locks.
 */

#include <linux/hash.h>
#include <linux/hugetlb.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/page-flags.h>

#include "audit.h"
#include "hooks.h"

#define AUDIT_NONE	U16_MAX

/* Groups span so many pages of a file: as many as a page table maps. */
#define AUDIT_WINDOW_SHIFT	9

/**
 * struct audit_span - what the walk of a group hands to its callback
 * @a: the audit
 * @group: the group
 */
struct audit_span {
	struct audit *a;
	const struct audit_group *group;
};

static void audit_block_begin(struct audit *a, unsigned long block)
{
	a->block = block;
	a->nr_groups = 0;
	memset(a->buckets, 0xff, sizeof(a->buckets));
}

static struct audit_group *audit_find_group(struct audit *a,
					    unsigned long mapping,
					    pgoff_t index)
{
	const pgoff_t window = index >> AUDIT_WINDOW_SHIFT;
	u16 *bucket = &a->buckets[hash_long(mapping ^ window,
					    ilog2(AUDIT_BUCKETS))];
	struct audit_group *group;
	u16 i;

	for (i = *bucket; i != AUDIT_NONE; i = group->next) {
		group = &a->groups[i];
		if (group->mapping == mapping &&
		    group->first >> AUDIT_WINDOW_SHIFT == window)
			return group;
	}
	group = &a->groups[a->nr_groups];
	*group = (struct audit_group) {
		.mapping = mapping,
		.first = index,
		.last = index,
		.head = AUDIT_NONE,
		.next = *bucket,
	};
	*bucket = a->nr_groups++;
	return group;
}

static void audit_add_frame(struct audit *a, unsigned long pfn,
			    const struct page *page, unsigned long mapping)
{
	const pgoff_t index = READ_ONCE(page->index);
	struct audit_group *group = audit_find_group(a, mapping, index);
	const u16 slot = pfn - a->block;

	a->frames[slot] = (struct audit_frame) {
		.mapping = mapping,
		.index = index,
		.mapcount = atomic_read(&page->_mapcount) + 1,
		.next = group->head,
	};
	group->head = slot;
	group->first = min(group->first, index);
	group->last = max(group->last, index);
}

static void audit_tally(struct audit *a, const struct audit_group *group,
			pte_t pte, pgoff_t index)
{
	unsigned long slot;
	struct audit_frame *frame;

	if (!pte_present(pte) || pte_special(pte))
		return;
	slot = pte_pfn(pte) - a->block;
	if (slot >= AUDIT_BLOCK)
		return;
	frame = &a->frames[slot];
	/* A frame of another folio has what an earlier block left. */
	if (frame->mapping == group->mapping && frame->index == index)
		frame->found++;
}

/*
 * page_vma_mapped_walk() finds the first entry for a frame of the block and
 * locks its table; the rest of that table is read at once.
 */
static bool audit_walk_vma(struct vm_area_struct *vma, void *arg)
{
	struct audit_span *span = arg;
	const struct audit_group *group = span->group;
	const pgoff_t first = max(group->first, vma->vm_pgoff);
	const pgoff_t end = min(group->last, vma->vm_pgoff + vma_pages(vma) -
				1) + 1;
	const unsigned long end_address = vma->vm_start +
			((end - vma->vm_pgoff) << PAGE_SHIFT);
	struct page_vma_mapped_walk pvmw = {
		.pfn = span->a->block,
		.nr_pages = AUDIT_BLOCK,
		/* This and nr_pages tell where the walk ends. */
		.pgoff = end - AUDIT_BLOCK,
		.vma = vma,
		.address = vma->vm_start +
			   ((first - vma->vm_pgoff) << PAGE_SHIFT),
		.flags = PVMW_SYNC,
	};

	if (is_vm_hugetlb_page(vma))
		return true;
	while (page_vma_mapped_walk(&pvmw)) {
		/* A PMD maps a large folio, none of ours. */
		if (!pvmw.pte)
			continue;
		for (;;) {
			audit_tally(span->a, group, ptep_get(pvmw.pte),
				    vma->vm_pgoff + ((pvmw.address -
						      vma->vm_start) >>
						     PAGE_SHIFT));
			if (pvmw.address + PAGE_SIZE >= end_address ||
			    !((pvmw.address + PAGE_SIZE) & ~PMD_MASK))
				break;
			pvmw.address += PAGE_SIZE;
			pvmw.pte++;
		}
	}
	return true;
}

/* Return: whether the group has been walked. */
static bool audit_walk_anon(struct audit *a, const struct audit_group *group,
			    struct folio *anchor)
{
	struct audit_span span = { .a = a, .group = group };
	struct anon_vma *anon_vma;
	bool unmapped, same;

	anon_vma = walk_trylock_anon(anchor, &unmapped);
	if (!anon_vma)
		return false;
	same = (unsigned long)anon_vma + PAGE_MAPPING_ANON == group->mapping;
	if (same)
		walk_anon_vmas(anon_vma, group->first, group->last,
			       audit_walk_vma, &span);
	walk_unlock_anon(anon_vma);
	return same;
}

static bool audit_walk_locked_file(struct audit *a,
				   const struct audit_group *group,
				   struct address_space *mapping)
{
	struct audit_span span = { .a = a, .group = group };

	if ((unsigned long)mapping != group->mapping)
		return false;
	if (!mapping_mapped(mapping))
		return true;
	if (!i_mmap_trylock_read(mapping))
		return false;
	walk_file_vmas(mapping, group->first, group->last, audit_walk_vma,
		       &span);
	i_mmap_unlock_read(mapping);
	return true;
}

/* While one folio of a file is locked, the file stays. */
static bool audit_walk_file(struct audit *a, const struct audit_group *group,
			    struct folio *anchor)
{
	bool walked;

	if (!folio_trylock(anchor))
		return false;
	walked = audit_walk_locked_file(a, group, anchor->mapping);
	folio_unlock(anchor);
	return walked;
}

static bool audit_walk_from(struct audit *a, const struct audit_group *group,
			    u16 slot)
{
	struct folio *anchor = walk_get_folio(a->block + slot);
	bool walked = false;

	if (!anchor)
		return false;
	if (folio_test_large(anchor))
		;
	else if (group->mapping & PAGE_MAPPING_ANON)
		walked = audit_walk_anon(a, group, anchor);
	else
		walked = audit_walk_file(a, group, anchor);
	folio_put(anchor);
	return walked;
}

/* Any frame will do to find the others by; of anon ones, one that is mapped. */
static bool audit_walk_group(struct audit *a, const struct audit_group *group)
{
	int tries = 3;
	u16 i;

	for (i = group->head; i != AUDIT_NONE && tries; i = a->frames[i].next) {
		if (group->mapping & PAGE_MAPPING_ANON &&
		    a->frames[i].mapcount <= 0)
			continue;
		tries--;
		if (audit_walk_from(a, group, i))
			return true;
	}
	return false;
}

static bool audit_frame_agrees(const struct audit *a, u16 slot)
{
	const struct audit_frame *frame = &a->frames[slot];
	const struct page *page = pfn_to_page(a->block + slot);

	return frame->found == frame->mapcount &&
	       atomic_read(&page->_mapcount) + 1 == frame->mapcount &&
	       (unsigned long)READ_ONCE(page->mapping) == frame->mapping &&
	       READ_ONCE(page->index) == frame->index;
}

static void audit_slowly(struct audit *a, unsigned long pfn)
{
	struct folio *folio = walk_get_folio(pfn);

	if (!folio)
		return;
	audit_folio(a, folio);
	folio_put(folio);
}

static void audit_end_frame(struct audit *a, u16 slot, bool walked)
{
	const struct audit_frame *frame = &a->frames[slot];
	struct audit_result *result = &a->result;

	if (!walked || !audit_frame_agrees(a, slot)) {
		audit_slowly(a, a->block + slot);
		return;
	}
	result->verdicts[AUDIT_FINE]++;
	result->pages++;
	result->mappings += frame->found;
	audit_count_mapped(a, frame->mapping & PAGE_MAPPING_ANON,
			   frame->found > 0);
}

static void audit_end_group(struct audit *a, const struct audit_group *group)
{
	const bool walked = audit_walk_group(a, group);
	u16 i;

	for (i = group->head; i != AUDIT_NONE; i = a->frames[i].next) {
		audit_end_frame(a, i, walked);
		/* The next block must not find it here. */
		a->frames[i].mapping = 0;
	}
	cond_resched();
}

/*
 * Racy: a page that is being allocated or freed may look like anything. What is
 * taken for a folio is looked at more closely before anything relies on it.
 *
 * Return: the number of page frames done.
 */
static unsigned long audit_frame(struct audit *a, unsigned long pfn,
				 struct page *page)
{
	unsigned long mapping, order;

	if (PageBuddy(page)) {
		order = READ_ONCE(page->private);
		return order <= MAX_PAGE_ORDER ? 1UL << order : 1;
	}
	if (PageCompound(page)) {
		struct folio *folio = walk_get_folio(pfn);
		unsigned long end;

		if (!folio)
			return 1;
		end = folio_pfn(folio) + folio_nr_pages(folio);
		audit_folio(a, folio);
		folio_put(folio);
		return end - pfn;
	}
	if (page_has_type(page) || PageReserved(page))
		return 1;
	mapping = (unsigned long)READ_ONCE(page->mapping);
	switch (mapping & PAGE_MAPPING_FLAGS) {
	case 0:
		if (mapping)
			break;
		fallthrough;
	case PAGE_MAPPING_MOVABLE:
		if (atomic_read(&page->_mapcount) == -1)
			return 1;
		fallthrough;
	case PAGE_MAPPING_KSM:
		audit_slowly(a, pfn);
		return 1;
	}
	audit_add_frame(a, pfn, page, mapping);
	return 1;
}

/**
 * audit_block - compare the counters of all folios of a block
 * @a: the audit
 * @pfn: the first page frame
 * @end: that after the last; the block ends earlier
 *
 * Context: Process context. May sleep.
 * Return: the page frame to go on with.
 */
unsigned long audit_block(struct audit *a, unsigned long pfn,
			  unsigned long end)
{
	const unsigned long block = round_down(pfn, AUDIT_BLOCK);
	struct page *page = pfn_to_online_page(pfn);
	unsigned int i;

	end = min(end, block + AUDIT_BLOCK);
	if (!page) {
		/* Nothing is online or offline in smaller pieces. */
		if (pfn_valid(pfn) && is_zone_device_page(pfn_to_page(pfn)))
			a->result.verdicts[AUDIT_DEVICE] += end - pfn;
		return end;
	}
	audit_block_begin(a, block);
	while (pfn < end)
		pfn += audit_frame(a, pfn, pfn_to_page(pfn));
	for (i = 0; i < a->nr_groups; i++)
		audit_end_group(a, &a->groups[i]);
	return pfn;
}
