/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_HOST_H
#define _RMAP_AB_HOST_H
/*
 * Linux 6.12, where other kernels do it otherwise. Each host kernel has a file
 * like this one, with the same names. No other file of the module knows which
 * kernel it is compiled for.
 */

#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/vmstat.h>

/* What the low bits of folio->mapping say. */
#define HOST_MAPPING_ANON	PAGE_MAPPING_ANON
#define HOST_MAPPING_KSM	PAGE_MAPPING_KSM
#define HOST_MAPPING_MOVABLE	PAGE_MAPPING_MOVABLE
#define HOST_MAPPING_FLAGS	PAGE_MAPPING_FLAGS

/* The word that has the flags of a page. */
#define host_flags(page)	(&(page)->flags)

/* _large_mapcount; @vma is where the mappings are: here, nobody needs to know. */
static __always_inline void host_large_set(struct folio *folio, int mapcount,
					   struct vm_area_struct *vma)
{
	atomic_set(&folio->_large_mapcount, mapcount - 1);
}

static __always_inline void host_large_add(struct folio *folio, int nr,
					   struct vm_area_struct *vma)
{
	atomic_add(nr, &folio->_large_mapcount);
}

static __always_inline void host_large_sub(struct folio *folio, int nr,
					   struct vm_area_struct *vma)
{
	atomic_sub(nr, &folio->_large_mapcount);
}

/*
 * For a CPU that is the only one to change _large_mapcount, and does so itself:
 * what else changes with it? Here, nothing.
 */
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

static __always_inline void host_mod_stat(struct folio *folio,
					  enum node_stat_item item, int nr)
{
	__lruvec_stat_mod_folio(folio, item, nr);
}

/* Which folios to mlock, of which a call maps @nr_pages: only small ones. */
static __always_inline bool host_mlocks(struct folio *folio, int nr_pages)
{
	return !folio_test_large(folio);
}

/* Are large ones mlocked, too: those that one call maps as a whole? */
#define HOST_MLOCKS_LARGE	0

/* May this anon folio be queued for splitting? */
static __always_inline bool host_may_split(struct folio *folio)
{
	return true;
}

/* Offsets of anon folios, for which a VMA can have others than for a file. */
static __always_inline pgoff_t host_anon_index(const struct vm_area_struct *vma,
					       unsigned long address)
{
	return linear_page_index((struct vm_area_struct *)vma, address);
}

static __always_inline pgoff_t host_page_index(const struct folio *folio,
					       const struct page *page)
{
	return page_to_pgoff((struct page *)page);
}

#include "../common/no_layout.h"

#endif /* _RMAP_AB_HOST_H */
