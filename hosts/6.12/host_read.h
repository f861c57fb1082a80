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

#endif /* _RMAP_AB_HOST_READ_H */
