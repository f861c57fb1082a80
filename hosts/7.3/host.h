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
 * The two MM IDs beside _large_mapcount change with it, under a bit lock. Who
 * decides about COW reuse holds that lock, and relies on both.
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

#define HOST_LARGE_IS_PLAIN	0

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

#define HOST_MLOCKS_ENTIRE	1

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

#endif /* _RMAP_AB_HOST_H */
