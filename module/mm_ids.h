/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_MM_IDS_H
#define _RMAP_AB_MM_IDS_H
/*
 * The MM IDs of a large folio: which mms map it.
 *
 * A folio has two slots. An mm that maps the folio takes a free one, and all its
 * mappings are counted there from then on. If both are taken, its mappings are
 * in _large_mapcount alone. So a third mm leaves traces: when one of the first
 * two has gone, its slot counts only those mappings that come later. A bit says
 * whether more than one mm may map the folio. It is never clear if that is so,
 * but it may be set if it is not.
 */

#include <linux/mm.h>
#include <linux/types.h>

#include "host_read.h"

#define MM_IDS_SLOTS	2

/**
 * struct mm_ids - the slots, as they were read
 * @id: the mm, by its mm_id; 0: the slot is free
 * @mapcount: mappings by this mm that are counted in the slot; 0 if it is free
 * @shared: 1 if more than one mm may map the folio
 *
 * There is no padding, so two of them can be compared as memory.
 */
struct mm_ids {
	u32 id[MM_IDS_SLOTS];
	int mapcount[MM_IDS_SLOTS];
	int shared;
};

/**
 * mm_ids_has - does a folio have MM IDs?
 * @folio: the folio; the caller has a reference
 *
 * Context: Any.
 * Return: true for large folios but hugetlb, if the kernel has MM IDs.
 */
static inline bool mm_ids_has(const struct folio *folio)
{
	return HOST_HAS_MM_IDS && folio_test_large(folio) &&
	       !folio_test_hugetlb(folio);
}

/**
 * mm_ids_say_none - has a folio no page mapcounts?
 * @folio: the folio; the caller has a reference
 *
 * A bit in the word of the MM IDs says that. It is certain, and stays, under the
 * page table lock of a mapping that is counted.
 *
 * Context: Any.
 * Return: false for small folios and for hugetlb.
 */
static inline bool mm_ids_say_none(const struct folio *folio)
{
	return HOST_HAS_LAYOUTS && mm_ids_has(folio) && host_is_none(folio);
}

/**
 * mm_ids_read - read the slots of a large folio
 * @ids: where to
 * @folio: the folio; nothing but its struct pages must be certain
 *
 * No lock is taken. So the slots may be those of different moments.
 *
 * Context: Any.
 */
static inline void mm_ids_read(struct mm_ids *ids, const struct folio *folio)
{
	int i;

	for (i = 0; i < MM_IDS_SLOTS; i++) {
		ids->id[i] = host_mm_id(folio, i);
		ids->mapcount[i] = host_mm_mapcount(folio, i);
	}
	ids->shared = host_mm_shared(folio);
}

/**
 * mm_ids_agree - could the slots be right, with that mapcount?
 * @ids: the slots
 * @mappings: all mappings of the folio
 *
 * Context: Any.
 * Return: true if they could; false if not, or if another CPU is changing them.
 */
static inline bool mm_ids_agree(const struct mm_ids *ids, int mappings)
{
	int i;

	for (i = 0; i < MM_IDS_SLOTS; i++)
		if (!ids->id[i] != !ids->mapcount[i] || ids->mapcount[i] < 0)
			return false;
	if (ids->id[0] && ids->id[0] == ids->id[1])
		return false;
	if (!mappings && ids->shared)
		return false;
	if (!ids->shared)
		return ids->mapcount[0] + ids->mapcount[1] == mappings &&
		       !(ids->id[0] && ids->id[1]);
	return ids->mapcount[0] + ids->mapcount[1] <= mappings;
}

extern const struct file_operations mm_ids_fops;

#endif /* _RMAP_AB_MM_IDS_H */
