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

#endif /* _RMAP_AB_HOST_READ_H */
