/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_IMPL_LAYOUT_H
#define _RMAP_AB_IMPL_LAYOUT_H
/*
 * Large folios without page mapcounts, beside others that have them.
 *
 * A kernel with CONFIG_RMAP_LAYOUT has two layouts of mapcounts. `page` is the
 * one that impl.h describes. In `none`, page->_mapcount and _nr_pages_mapped are
 * at rest, -1 and 0; _entire_mapcount, _large_mapcount and the MM IDs are as in
 * `page`. A large folio that is not hugetlb takes its layout with its first
 * mapping, and has it until its last mapping has gone. The layout is a bit in
 * the word of the MM IDs, which changes under their lock.
 *
 * The bracket rule: while layouts vary, an operation raises _large_mapcount
 * first and lowers it last. Everything that belongs to one layout, and
 * _entire_mapcount, changes in between. So the layout cannot change under an
 * operation that counts; and when the last mapping goes, what belongs to the
 * layout is at rest, so that the next first mapping can take either layout.
 * Without varying layouts, the order is the reverse one, which impl_sole.h and
 * the write fault of Linux 7.3 know; they hold with either order.
 *
 * Duplication needs no bracket: the mapping that is duplicated is counted, and
 * both page tables are locked.
 *
 * Each operation asks once whether layouts vary (host_layouts_vary()). An
 * operation that has read "no" is waited for before the first folio without page
 * mapcounts is mapped, and "yes" becomes "no" only when no such folio is left
 * and none can come. What an operation does if layouts vary is out of line: that
 * it can happen costs one no-op.
 */

#include "impl.h"

/**
 * impl_layouts_vary - must this operation ask for the layout of the folio?
 * @folio: a folio that is not hugetlb
 *
 * Context: Page table lock. Once in each call of an operation.
 * Return: true if the folio is large, and if there may be folios without page
 * mapcounts.
 */
static __always_inline bool impl_layouts_vary(const struct folio *folio)
{
	return host_layouts_vary() && folio_test_large(folio);
}

/**
 * impl_lacks_page_mapcounts - has this folio no page mapcounts?
 * @folio: a folio that is not hugetlb; one of its mappings is counted, and its
 *	   page table lock is held: as that of the parent is at fork
 *
 * Context: Page table lock. Once in each call of an operation.
 * Return: true if not.
 */
static __always_inline bool impl_lacks_page_mapcounts(const struct folio *folio)
{
	return impl_layouts_vary(folio) && host_is_none(folio);
}

/**
 * impl_none_added - pages that became mapped, of a folio without page mapcounts
 * @folio: the folio
 * @nr: mappings that this call has added
 * @now: all mappings that there are
 *
 * Nobody knows which pages are mapped. The statistics have all of them if one
 * is, as in a kernel without CONFIG_PAGE_MAPCOUNT.
 *
 * Context: Page table lock.
 * Return: number of pages.
 */
static __always_inline int impl_none_added(struct folio *folio, int nr, int now)
{
	return now == nr ? folio_nr_pages(folio) : 0;
}

/* Of impl_layout.c, which only a kernel with CONFIG_RMAP_LAYOUT has. */
void impl_none_dup(struct folio *folio, struct page *page, int nr_pages,
		   struct vm_area_struct *dst_vma);
void impl_none_removed(struct folio *folio, int left,
		       struct vm_area_struct *vma);
void impl_none_remove(struct folio *folio, int nr_pages,
		      struct vm_area_struct *vma);
void impl_none_pmd_removed(struct folio *folio, int left, bool last,
			   struct vm_area_struct *vma);
int impl_count_add_varying(struct folio *folio, struct page *page, int nr_pages,
			   struct vm_area_struct *vma);
void impl_remove_varying(struct folio *folio, struct page *page, int nr_pages,
			 struct vm_area_struct *vma);
int impl_pmd_add_varying(struct folio *folio, struct vm_area_struct *vma,
			 int *nr_pmdmapped);
void impl_pmd_remove_varying(struct folio *folio, struct vm_area_struct *vma);
void impl_pud_remove_varying(struct folio *folio, struct vm_area_struct *vma);

#endif /* _RMAP_AB_IMPL_LAYOUT_H */
