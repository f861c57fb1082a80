// SPDX-License-Identifier: GPL-2.0
/*
 * A block of page frames: folios of one page are compared many at once.
 *
 * The folios of one anon_vma or file form a group, and every VMA that covers
 * the group is walked once for all of them. Only one of a group gets a
 * reference, and is locked where the kernel wants that. A folio that agrees
 * with the page tables before and after the walk is fine. audit_folio()
 * examines all others once more, one by one, with their locks.
 */

#include <linux/hash.h>
#include <linux/hugetlb.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/sched/signal.h>

#include "audit.h"
#include "hooks.h"
#include "host_read.h"
#include "snapshot.h"

#define AUDIT_NONE	U16_MAX
/* Attempts at a group, each from another folio of it. */
#define AUDIT_TRIES	3

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
	a->is_online = false;
	a->nr_groups = 0;
	memset(a->buckets, 0xff, sizeof(a->buckets));
}

/*
 * Memory goes online or offline in pieces that are not smaller than a block.
 * That may happen while we sleep.
 *
 * Return: the struct page, or NULL if there is none.
 */
static struct page *audit_page(struct audit *a, unsigned long pfn)
{
	if (!a->is_online)
		a->is_online = pfn_to_online_page(pfn);
	return a->is_online ? pfn_to_page(pfn) : NULL;
}

static struct audit_group *audit_find_group(struct audit *a,
					    unsigned long mapping,
					    pgoff_t index)
{
	const pgoff_t window = index / AUDIT_WINDOW;
	u16 *bucket = &a->buckets[hash_long(mapping ^ window,
					    ilog2(AUDIT_BUCKETS))];
	struct audit_group *group;
	u16 i;

	for (i = *bucket; i != AUDIT_NONE; i = group->next) {
		group = &a->groups[i];
		if (group->mapping == mapping &&
		    group->first / AUDIT_WINDOW == window)
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
	const pgoff_t index = host_index(page);
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
	__set_bit(index % AUDIT_WINDOW, group->wanted);
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
	/* A frame that is in no group has what an earlier block left. */
	if (frame->mapping == group->mapping && frame->index == index)
		frame->found++;
}

/* Count the pages of the group from @index on, in the entries from @pte on. */
static void audit_tally_entries(const struct audit_span *span, const pte_t *pte,
				pgoff_t index, pgoff_t end)
{
	const unsigned long *wanted = span->group->wanted;
	const pgoff_t window = round_down(index, AUDIT_WINDOW);
	unsigned int from = index - window, to;

	for_each_set_bitrange_from(from, to, wanted, end - window)
		for (; from < to; from++)
			audit_tally(span->a, span->group,
				    ptep_get((pte_t *)pte + window + from -
					     index), window + from);
}

/*
 * Walk one page table. page_vma_mapped_walk() finds the first entry for a frame
 * of the block and locks the table. Then the wanted entries in the rest of the
 * table are read at once.
 *
 * Return: the first page that is not in this table.
 */
static pgoff_t audit_walk_table(const struct audit_span *span,
				struct vm_area_struct *vma, pgoff_t first,
				pgoff_t end)
{
	const bool anon = span->group->mapping & HOST_MAPPING_ANON;
	const unsigned long address = vma->vm_start +
			((first - host_start_index(vma, anon)) << PAGE_SHIFT);
	struct page_vma_mapped_walk pvmw = {
		.pfn = span->a->block,
		.nr_pages = AUDIT_BLOCK,
		.vma = vma,
		.address = address,
		.flags = PVMW_SYNC,
	};

	host_walk_of(&pvmw, anon);
	end = min(end, first + ((PMD_SIZE - (address & ~PMD_MASK)) >>
				PAGE_SHIFT));
	/* This and nr_pages tell where the walk ends. */
	pvmw.pgoff = end - AUDIT_BLOCK;
	while (page_vma_mapped_walk(&pvmw)) {
		/* A PMD maps a large folio, none of ours. */
		if (!pvmw.pte)
			continue;
		audit_tally_entries(span, pvmw.pte, first +
				    ((pvmw.address - address) >> PAGE_SHIFT),
				    end);
		/* There is nothing left to be found. */
		pvmw.address = address + ((end - first - 1) << PAGE_SHIFT);
	}
	return end;
}

static int audit_walk_vma(struct vm_area_struct *vma, void *arg)
{
	const struct audit_span *span = arg;
	const struct audit_group *group = span->group;
	const pgoff_t window = round_down(group->first, AUDIT_WINDOW);
	const pgoff_t start = host_start_index(vma, group->mapping &
					       HOST_MAPPING_ANON);
	const pgoff_t end = min(group->last, start + vma_pages(vma) - 1) + 1;
	pgoff_t first = max(group->first, start);

	if (is_vm_hugetlb_page(vma))
		return 0;
	for (;;) {
		first = window + find_next_bit(group->wanted, AUDIT_WINDOW,
					       first - window);
		if (first >= end)
			return 0;
		first = audit_walk_table(span, vma, first, end);
	}
}

/* Return: 0 if a turn of the walk has come to the end, or -errno. */
static int audit_turn_anon(struct walk_vmas *v, const struct audit_group *group,
			   struct folio *anchor)
{
	struct anon_vma *anon_vma;
	bool unmapped;
	int err = -ESTALE;

	anon_vma = walk_trylock_anon(anchor, &unmapped);
	if (!anon_vma)
		return unmapped ? -ESTALE : -EAGAIN;
	if ((unsigned long)anon_vma + HOST_MAPPING_ANON == group->mapping)
		err = walk_anon_vmas(anon_vma, v);
	walk_unlock_anon(anon_vma);
	return err;
}

static int audit_turn_mapping(struct walk_vmas *v,
			      const struct audit_group *group,
			      struct folio *anchor)
{
	struct address_space *mapping = anchor->mapping;
	const enum rmap_ab_kind kind = walk_kind(anchor);
	int err;

	/* Another kind of page may have a word there that looks like one. */
	if ((kind != RMAP_AB_KIND_FILE && kind != RMAP_AB_KIND_SHMEM) ||
	    (unsigned long)mapping != group->mapping)
		return -ESTALE;
	if (!mapping_mapped(mapping))
		return v->nr ? -ESTALE : 0;
	if (!i_mmap_trylock_read(mapping))
		return -EAGAIN;
	err = walk_file_vmas(mapping, v);
	i_mmap_unlock_read(mapping);
	return err;
}

/*
 * The lock of one folio of a file keeps the file. Where anon folios need their
 * lock, too, that of one folio keeps its anon_vma. The other folios of the
 * group may move to another one; then they no longer agree.
 */
static int audit_turn_locked(struct walk_vmas *v,
			     const struct audit_group *group,
			     struct folio *anchor)
{
	int err;

	if (!folio_trylock(anchor))
		return -EAGAIN;
	if (group->mapping & HOST_MAPPING_ANON)
		err = audit_turn_anon(v, group, anchor);
	else
		err = audit_turn_mapping(v, group, anchor);
	folio_unlock(anchor);
	return err;
}

static int audit_walk_by(struct audit *a, const struct audit_group *group,
			 struct folio *anchor)
{
	struct audit_span span = { .a = a, .group = group };
	struct walk_vmas v = {
		.first = group->first,
		.last = group->last,
		.fn = audit_walk_vma,
		.arg = &span,
	};
	int err;

	do {
		if (folio_test_large(anchor))
			err = -ESTALE;
		else if (!HOST_ANON_NEEDS_LOCK &&
			 group->mapping & HOST_MAPPING_ANON)
			err = audit_turn_anon(&v, group, anchor);
		else
			err = audit_turn_locked(&v, group, anchor);
	} while (err == -EAGAIN && walk_wait(&v));
	return err;
}

static int audit_walk_from(struct audit *a, const struct audit_group *group,
			   u16 slot)
{
	struct folio *anchor = walk_get_folio(a->block + slot);
	int err;
	u16 i;

	if (!anchor)
		return -ESTALE;
	for (i = group->head; i != AUDIT_NONE; i = a->frames[i].next)
		a->frames[i].found = 0;
	err = audit_walk_by(a, group, anchor);
	folio_put(anchor);
	return err;
}

/*
 * Any frame leads to the others; an anon frame must be mapped for that.
 *
 * Return: 0 if the group has been walked; -EINTR after a signal; other -errno
 * if no frame led to the others.
 */
static int audit_walk_group(struct audit *a, const struct audit_group *group)
{
	int err = -ESTALE, tries = AUDIT_TRIES;
	u16 i;

	for (i = group->head; i != AUDIT_NONE && tries; i = a->frames[i].next) {
		if (walk_is_interrupted())
			return -EINTR;
		if (group->mapping & HOST_MAPPING_ANON &&
		    a->frames[i].mapcount <= 0)
			continue;
		tries--;
		err = audit_walk_from(a, group, i);
		if (!err)
			return 0;
	}
	return err;
}

static bool audit_frame_agrees(const struct audit_frame *frame,
			       const struct page *page)
{
	return frame->found == frame->mapcount &&
	       atomic_read(&page->_mapcount) + 1 == frame->mapcount &&
	       (unsigned long)READ_ONCE(page->mapping) == frame->mapping &&
	       host_index(page) == frame->index;
}

static int audit_slowly(struct audit *a, unsigned long pfn)
{
	struct folio *folio = walk_get_folio(pfn);
	int err;

	if (!folio)
		return 0;
	err = audit_folio(a, folio);
	folio_put(folio);
	a->is_online = false;
	return err;
}

static int audit_end_frame(struct audit *a, u16 slot, bool walked)
{
	const struct audit_frame *frame = &a->frames[slot];
	struct audit_result *result = &a->result;
	const struct page *page;

	page = walked ? audit_page(a, a->block + slot) : NULL;
	if (!page || !audit_frame_agrees(frame, page))
		return audit_slowly(a, a->block + slot);
	result->verdicts[AUDIT_FINE]++;
	result->pages++;
	result->mappings += frame->found;
	audit_count_mapped(a, frame->mapping & HOST_MAPPING_ANON,
			   frame->found > 0);
	return 0;
}

static int audit_end_group(struct audit *a, const struct audit_group *group)
{
	const int walked = audit_walk_group(a, group);
	int err = walked == -EINTR ? walked : 0;
	u16 i;

	a->is_online = false;
	for (i = group->head; i != AUDIT_NONE && !err; i = a->frames[i].next) {
		err = audit_end_frame(a, i, !walked);
		/* The next block must not find it here. */
		a->frames[i].mapping = 0;
	}
	cond_resched();
	return err;
}

static int audit_large(struct audit *a, unsigned long *pfn)
{
	struct folio *folio = walk_get_folio(*pfn);
	unsigned long end;
	int err;

	if (!folio) {
		++*pfn;
		return 0;
	}
	end = folio_pfn(folio) + folio_nr_pages(folio);
	err = audit_folio(a, folio);
	folio_put(folio);
	a->is_online = false;
	*pfn = end;
	return err;
}

/*
 * This is racy: a page that is being allocated or freed may look like anything.
 * What is taken for a folio is examined more closely before anything relies on
 * it.
 *
 * Return: 0, with the number of page frames done added to *@pfn; or -EINTR.
 */
static int audit_frame(struct audit *a, unsigned long *pfn, struct page *page)
{
	unsigned long mapping, order;

	if (PageBuddy(page)) {
		order = READ_ONCE(page->private);
		*pfn += order <= MAX_PAGE_ORDER ? 1UL << order : 1;
		return 0;
	}
	if (PageCompound(page))
		return audit_large(a, pfn);
	mapping = (unsigned long)READ_ONCE(page->mapping);
	switch (snapshot_kind(READ_ONCE(*host_flags(page)), mapping,
			      atomic_read(&page->_mapcount),
			      page_ref_count(page))) {
	case RMAP_AB_KIND_ANON:
	case RMAP_AB_KIND_FILE:
	case RMAP_AB_KIND_SHMEM:
		audit_add_frame(a, *pfn, page, mapping);
		break;
	case RMAP_AB_KIND_NOT_RMAPPABLE:
		if (atomic_read(&page->_mapcount) == -1)
			break;
		fallthrough;
	case RMAP_AB_KIND_KSM:
		return audit_slowly(a, (*pfn)++);
	default:
		break;
	}
	++*pfn;
	return 0;
}

/* The range is memory of a device, or no memory. */
static void audit_absent(struct audit *a, unsigned long pfn, unsigned long end)
{
	if (pfn_valid(pfn) && is_zone_device_page(pfn_to_page(pfn)))
		a->result.verdicts[AUDIT_DEVICE] += end - pfn;
}

/**
 * audit_block - compare the counters of all folios of the next block
 * @a: the audit; its position is moved behind that block
 *
 * Context: Process context. May sleep.
 * Return: 0; -EINTR if there was a signal. Then the position is still before
 * the block, but some of its folios may have been looked at.
 */
int audit_block(struct audit *a)
{
	unsigned long pfn = a->result.position, end;
	struct page *page;
	unsigned int i;
	int err = 0;

	audit_block_begin(a, round_down(pfn, AUDIT_BLOCK));
	end = min(a->result.end, a->block + AUDIT_BLOCK);
	while (pfn < end && !err) {
		page = audit_page(a, pfn);
		if (!page) {
			audit_absent(a, pfn, end);
			pfn = end;
			break;
		}
		err = audit_frame(a, &pfn, page);
	}
	for (i = 0; i < a->nr_groups && !err; i++)
		err = audit_end_group(a, &a->groups[i]);
	if (!err)
		a->result.position = pfn;
	return err;
}
