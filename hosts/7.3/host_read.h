/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_HOST_READ_H
#define _RMAP_AB_HOST_READ_H
/*
 * Linux 7.3, for those that read mappings and pages: see hosts/6.12/host_read.h.
 */

#include <linux/leafops.h>
#include <linux/memremap.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#include "host.h"

static inline pgoff_t host_start_index(const struct vm_area_struct *vma,
				       bool anon)
{
	return anon ? vma_start_anon_pgoff(vma) : vma_start_pgoff(vma);
}

#define host_walk_of(pvmw, anon)	((pvmw)->pgoff_is_anon = (anon))

#define host_index(page)		READ_ONCE((page)->__folio_index)

#define host_pgmap(folio)		((folio)->pgmap)
#define host_get_pgmap(pfn)		get_dev_pagemap(pfn)

#define host_leaf_of_pte(pte)			softleaf_from_pte(pte)
#define host_leaf_of_pmd(pmd)			softleaf_from_pmd(pmd)
#define host_leaf_of_xa(entry)			radix_to_swp_entry(entry)
#define host_leaf_pfn(leaf)			softleaf_to_pfn(leaf)
#define host_leaf_is_swap(leaf)			softleaf_is_swap(leaf)
#define host_leaf_is_migration(leaf)		softleaf_is_migration(leaf)
#define host_leaf_is_migration_write(leaf)	softleaf_is_migration_write(leaf)
#define host_leaf_is_migration_exclusive(leaf)	softleaf_is_migration_read_exclusive(leaf)
#define host_leaf_is_device(leaf)		softleaf_is_device_private(leaf)
#define host_leaf_is_device_write(leaf)		softleaf_is_device_private_write(leaf)

/* Exclusive access of a device keeps the mapcount. */
#define host_leaf_is_counted(leaf)		softleaf_is_device_exclusive(leaf)

/*
 * Two slots beside _large_mapcount say which mms map a large folio, and how
 * often. Hugetlb has none. They change under a bit lock, which is in the first.
 */
#ifdef CONFIG_MM_ID
#define HOST_HAS_MM_IDS				1
#define host_id_of_mm(mm)			((mm)->mm_id)
#else
#define HOST_HAS_MM_IDS				0
#define host_id_of_mm(mm)			((void)(mm), 0)
#define folio_lock_large_mapcount(folio)	((void)(folio))
#define folio_unlock_large_mapcount(folio)	((void)(folio))
#endif

/* The mm of a slot. Return: 0 if the slot is free. */
static inline u32 host_mm_id(const struct folio *folio, int slot)
{
	return READ_ONCE(folio->_mm_id[slot]) & MM_ID_MASK;
}

/* Return: mappings by that mm, as far as they are counted in the slot. */
static inline int host_mm_mapcount(const struct folio *folio, int slot)
{
	return READ_ONCE(folio->_mm_id_mapcount[slot]) + 1;
}

static inline bool host_mm_shared(const struct folio *folio)
{
	return test_bit(FOLIO_MM_IDS_SHARED_BITNUM, &folio->_mm_ids);
}

#define host_maybe_mapped_shared(folio)		folio_maybe_mapped_shared(folio)

#define host_lock_mm_ids(folio)			folio_lock_large_mapcount(folio)
#define host_unlock_mm_ids(folio)		folio_unlock_large_mapcount(folio)

/* Both are called under the lock, which must stay. */
static inline void host_set_mm_id(struct folio *folio, int slot, u32 id,
				  int mapcount)
{
	folio->_mm_id[slot] &= ~MM_ID_MASK;
	folio->_mm_id[slot] |= id & MM_ID_MASK;
	folio->_mm_id_mapcount[slot] = mapcount - 1;
}

static inline void host_set_mm_shared(struct folio *folio, bool shared)
{
	folio->_mm_ids &= ~FOLIO_MM_IDS_SHARED_BIT;
	if (shared)
		folio->_mm_ids |= FOLIO_MM_IDS_SHARED_BIT;
}

/* Device memory is in folios like any other. */
#define HOST_WALKS_DEVICES			1

/* The anon_vma of a folio is certain, and stays so, under the folio lock only. */
#define HOST_ANON_NEEDS_LOCK			1

#endif /* _RMAP_AB_HOST_READ_H */
