/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_HOST_READ_H
#define _RMAP_AB_HOST_READ_H
/*
 * The part of host.h for those that read mappings and pages. Each host kernel has
 * a file like this one, with the same names.
 */

#include <linux/memremap.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#include "host.h"

/* The first offset of a VMA, for anon folios or for those of its file. */
static inline pgoff_t host_start_index(const struct vm_area_struct *vma,
				       bool anon)
{
	return vma->vm_pgoff;
}

/* Tell page_vma_mapped_walk() which of these its offsets are. */
#define host_walk_of(pvmw, anon)	((void)(anon))

/* The offset of a page that may be no folio's any more. */
#define host_index(page)		READ_ONCE((page)->index)

#define host_pgmap(folio)		((folio)->page.pgmap)
#define host_get_pgmap(pfn)		get_dev_pagemap(pfn, NULL)

/* Entries of page tables that are not present, and yet no empty ones. */

#define host_leaf_of_pte(pte)			pte_to_swp_entry(pte)
#define host_leaf_of_pmd(pmd)			pmd_to_swp_entry(pmd)
#define host_leaf_of_xa(entry)			radix_to_swp_entry(entry)
#define host_leaf_pfn(leaf)			swp_offset_pfn(leaf)
#define host_leaf_is_swap(leaf)			(!non_swap_entry(leaf))
#define host_leaf_is_migration(leaf)		is_migration_entry(leaf)
#define host_leaf_is_migration_write(leaf)	is_writable_migration_entry(leaf)
#define host_leaf_is_migration_exclusive(leaf)	is_readable_exclusive_migration_entry(leaf)
#define host_leaf_is_device(leaf)		is_device_private_entry(leaf)
#define host_leaf_is_device_write(leaf)		is_writable_device_private_entry(leaf)

/*
 * Is an entry for exclusive access of a device to our memory in the mapcount?
 * Here it has a reference only.
 */
#define host_leaf_is_counted(leaf)		false

/*
 * Two slots beside _large_mapcount say which mms map a large folio. Here, there
 * are none; see hosts/7.3/host_read.h, and module/mm_ids.h.
 */
#define HOST_HAS_MM_IDS				0

static inline u32 host_mm_id(const struct folio *folio, int slot)
{
	return 0;
}

static inline int host_mm_mapcount(const struct folio *folio, int slot)
{
	return 0;
}

static inline bool host_mm_shared(const struct folio *folio)
{
	return false;
}

static inline bool host_maybe_mapped_shared(struct folio *folio)
{
	return true;
}

static inline u32 host_id_of_mm(const struct mm_struct *mm)
{
	return 0;
}

static inline void host_lock_mm_ids(struct folio *folio) { }
static inline void host_unlock_mm_ids(struct folio *folio) { }
static inline void host_set_mm_id(struct folio *folio, int slot, u32 id,
				  int mapcount) { }
static inline void host_set_mm_shared(struct folio *folio, bool shared) { }

/*
 * Can mappings of device memory be walked? Here, DAX does not count them, and
 * uses mapping and index of its pages in its own way.
 */
#define HOST_WALKS_DEVICES			0

/* Must the walk of an anon folio's mappings hold the folio lock? */
#define HOST_ANON_NEEDS_LOCK			0

#endif /* _RMAP_AB_HOST_READ_H */
