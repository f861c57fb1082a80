/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_HOST_H
#define _RMAP_AB_HOST_H
/*
 * Linux 7.3, where other kernels do it otherwise: see hosts/6.12/host.h.
 */

#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/vmstat.h>

#define HOST_MAPPING_ANON	FOLIO_MAPPING_ANON
#define HOST_MAPPING_KSM	FOLIO_MAPPING_KSM
/* Movable pages have a type; this bit alone is in no folio. */
#define HOST_MAPPING_MOVABLE	FOLIO_MAPPING_ANON_KSM
#define HOST_MAPPING_FLAGS	FOLIO_MAPPING_FLAGS

#define host_flags(page)	(&(page)->flags.f)

/*
 * The two MM IDs beside _large_mapcount change with it, under a bit lock. A write
 * fault that decides whether it may reuse the folio holds that lock, and relies
 * on both.
 */
static __always_inline void host_large_set(struct folio *folio, int mapcount,
					   struct vm_area_struct *vma)
{
	folio_set_large_mapcount(folio, mapcount, vma);
}

static __always_inline void host_large_add(struct folio *folio, int nr,
					   struct vm_area_struct *vma)
{
	folio_add_large_mapcount(folio, nr, vma);
}

static __always_inline void host_large_sub(struct folio *folio, int nr,
					   struct vm_area_struct *vma)
{
	folio_sub_large_mapcount(folio, nr, vma);
}

#ifdef CONFIG_MM_ID

/*
 * A CPU that is the only one to change _large_mapcount needs no lock: a lock
 * that nobody else can take excludes nobody. module/impl_sole.h says when that
 * is so. What such a CPU stores into the MM IDs is what the functions above
 * leave there.
 */
static __always_inline unsigned long *host_mm_ids(struct folio *folio)
{
	return &folio->_mm_ids;
}

static __always_inline void host_check_large(const struct folio *folio, int nr,
					     struct vm_area_struct *vma)
{
	__folio_large_mapcount_sanity_checks(folio, nr, vma->vm_mm->mm_id);
	VM_WARN_ON_ONCE(test_bit(FOLIO_MM_IDS_LOCK_BITNUM, &folio->_mm_ids));
}

/* One word has both IDs and the two flags: it is read once and stored once. */
union host_mm_ids {
	unsigned long word;
	mm_id_t id[2];
};

/* Return: the slot that has this ID, or -1. A free slot has MM_ID_DUMMY. */
static __always_inline int host_slot(union host_mm_ids ids, mm_id_t id)
{
	if ((ids.id[0] & MM_ID_MASK) == id)
		return 0;
	return (ids.id[1] & MM_ID_MASK) == id ? 1 : -1;
}

static __always_inline void host_slot_set(union host_mm_ids *ids, int slot,
					  mm_id_t id)
{
	ids->id[slot] = (ids->id[slot] & ~MM_ID_MASK) | id;
}

/*
 * An MM gets a slot with its first mapping, if there is a free one. It is alone
 * if there are no mappings but these.
 */
static __always_inline unsigned long
host_mm_ids_added(struct folio *folio, union host_mm_ids ids, int nr, int now,
		  mm_id_t id)
{
	int slot = host_slot(ids, id);

	/* On 32 bits, that may overflow; not where nobody else maps the folio. */
	if (slot >= 0) {
		folio->_mm_id_mapcount[slot] += nr;
		return ids.word;
	}
	slot = host_slot(ids, MM_ID_DUMMY);
	if (slot < 0)
		return ids.word;
	folio->_mm_id_mapcount[slot] = nr - 1;
	host_slot_set(&ids, slot, id);
	if (now != nr - 1)
		ids.word |= FOLIO_MM_IDS_SHARED_BIT;
	return ids.word;
}

/*
 * A slot may know only some mappings of its MM: those that were made while it
 * was there. It is free again when as many have gone. The folio belongs to one
 * MM if a slot knows all mappings. If there are none, each slot does.
 */
static __always_inline unsigned long
host_mm_ids_removed(struct folio *folio, union host_mm_ids ids, int nr, int now,
		    mm_id_t id)
{
	const int slot = host_slot(ids, id);

	if (slot >= 0) {
		folio->_mm_id_mapcount[slot] -= nr;
		if (folio->_mm_id_mapcount[slot] >= 0)
			return ids.word;
		folio->_mm_id_mapcount[slot] = -1;
		host_slot_set(&ids, slot, MM_ID_DUMMY);
	}
	if (folio->_mm_id_mapcount[0] == now || folio->_mm_id_mapcount[1] == now)
		ids.word &= ~FOLIO_MM_IDS_SHARED_BIT;
	return ids.word;
}

/*
 * @nr mappings in @vma have come, or if it is negative, have gone. @now is what
 * _large_mapcount is, and @ids what the MM IDs were.
 *
 * Return: what they must be.
 */
static __always_inline unsigned long
host_mm_ids_changed(struct folio *folio, unsigned long ids, int nr, int now,
		    struct vm_area_struct *vma)
{
	const union host_mm_ids word = { .word = ids };
	const mm_id_t id = vma->vm_mm->mm_id;

	if (nr > 0)
		return host_mm_ids_added(folio, word, nr, now, id);
	return host_mm_ids_removed(folio, word, -nr, now, id);
}

#else /* CONFIG_MM_ID */

static __always_inline unsigned long *host_mm_ids(struct folio *folio)
{
	return NULL;
}

static __always_inline void host_check_large(const struct folio *folio, int nr,
					     struct vm_area_struct *vma)
{
}

static __always_inline unsigned long
host_mm_ids_changed(struct folio *folio, unsigned long ids, int nr, int now,
		    struct vm_area_struct *vma)
{
	return ids;
}

#endif /* CONFIG_MM_ID */

static __always_inline void host_mod_stat(struct folio *folio,
					  enum node_stat_item item, int nr)
{
	lruvec_stat_mod_folio(folio, item, nr);
}

/* A folio that one call maps as a whole is within the VMA. */
static __always_inline bool host_mlocks(struct folio *folio, int nr_pages)
{
	return folio_nr_pages(folio) == nr_pages;
}

#define HOST_MLOCKS_LARGE	1

static __always_inline bool host_may_split(struct folio *folio)
{
	return !folio_is_device_private(folio);
}

static __always_inline pgoff_t host_anon_index(const struct vm_area_struct *vma,
					       unsigned long address)
{
	return linear_anon_page_index(vma, address);
}

static __always_inline pgoff_t host_page_index(const struct folio *folio,
					       const struct page *page)
{
	return page_pgoff(folio, page);
}

/*
 * Layouts: folios with page mapcounts and without them, on one machine. A large
 * folio that is not hugetlb takes a layout with its first mapping, and has it
 * until its last one has gone. See module/impl_layout.h for the rule that
 * follows from that.
 */
#ifdef CONFIG_RMAP_LAYOUT

#define HOST_HAS_LAYOUTS	1

/* Of a struct rmap_ops: its operations obey the rule. */
#define HOST_OPS_LAYOUTS	.layouts = true,

/* The operations of @ops obey it if those of @like do. */
static inline void host_ops_set_layouts(struct rmap_ops *ops,
					const struct rmap_ops *like)
{
	ops->layouts = like->layouts;
}

/* May there be a folio without page mapcounts? A static key: ask once a call. */
static __always_inline bool host_layouts_vary(void)
{
	return rmap_layout_varies();
}

/*
 * Has this folio, which is large and not hugetlb, no page mapcounts? That stays
 * so as long as one of its mappings is counted, whose page table lock is held.
 */
static __always_inline bool host_is_none(const struct folio *folio)
{
	return folio_large_layout(folio) == RMAP_LAYOUT_NONE;
}

/* Damages it. The MM IDs are locked, and stay so. */
static inline void host_set_none(struct folio *folio, bool none)
{
	folio->_mm_ids &= ~FOLIO_MM_IDS_NONE_BIT;
	if (none)
		folio->_mm_ids |= FOLIO_MM_IDS_NONE_BIT;
}

/*
 * host_large_add() and host_large_sub(), which choose the layout with the first
 * mapping, and forget it with the last one. Return: all mappings that there are
 * now.
 */
static __always_inline int host_large_raise(struct folio *folio, int nr,
					    struct vm_area_struct *vma)
{
	return folio_raise_large_mapcount(folio, nr, vma);
}

static __always_inline int host_large_lower(struct folio *folio, int nr,
					    struct vm_area_struct *vma)
{
	return folio_lower_large_mapcount(folio, nr, vma);
}

/* The same for a new folio. Return: true if it has page mapcounts. */
static __always_inline bool host_choose_layout(struct folio *folio)
{
	return folio_choose_layout(folio);
}

/*
 * The same for a CPU that changes _large_mapcount and the MM IDs itself, without
 * the lock. It calls this after its own store.
 */
static __always_inline void host_choose_layout_alone(struct folio *folio)
{
	__folio_choose_layout(folio);
}

static __always_inline void host_forget_layout_alone(struct folio *folio)
{
	__folio_forget_layout(folio);
}

/*
 * What first mappings get from now on: page mapcounts or none. No first mapping
 * gets the other layout when this returns 0. It sleeps.
 */
static inline int host_layout_set(bool none)
{
	return rmap_layout_set(none ? RMAP_LAYOUT_NONE : RMAP_LAYOUT_PAGE);
}

static inline bool host_layout_get(void)
{
	return rmap_layout_get() == RMAP_LAYOUT_NONE;
}

/* Return: folios that are mapped at this moment, without page mapcounts. */
static inline unsigned long host_nr_none(void)
{
	return rmap_layout_nr_none();
}

#else /* CONFIG_RMAP_LAYOUT */

#include "../common/no_layout.h"

#endif /* CONFIG_RMAP_LAYOUT */

#endif /* _RMAP_AB_HOST_H */
