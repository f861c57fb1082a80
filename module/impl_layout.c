// SPDX-License-Identifier: GPL-2.0
/*
 * What operations do while some large folios may have no page mapcounts.
 *
 * The functions obey the bracket rule of impl_layout.h: _large_mapcount is raised
 * first and lowered last. They are those of folios without page mapcounts, which
 * all implementations have in common, and what `control` does with the others.
 * Those of hugetlb, and small folios, do not come here.
 *
 * Follows Linux 7.3.4 with CONFIG_NO_PAGE_MAPCOUNT, mm/rmap.c.
 */

#include <linux/export.h>

#include "impl_count.h"

/* ---- folios without page mapcounts ---------------------------------------- */

/**
 * impl_none_dup - duplicate PTE mappings of an anon folio
 * @folio: a folio without page mapcounts
 * @page: first page
 * @nr_pages: number of pages
 * @dst_vma: where the child has them mapped
 *
 * Context: Page table locks of both processes.
 */
void impl_none_dup(struct folio *folio, struct page *page, int nr_pages,
		   struct vm_area_struct *dst_vma)
{
	int i;

	for (i = 0; i < nr_pages; i++)
		impl_clear_exclusive(page + i);
	host_large_add(folio, nr_pages, dst_vma);
}
EXPORT_SYMBOL_NS_GPL(impl_none_dup, RMAP_OPS_NS);

/**
 * impl_none_removed - account the removal of PTE mappings
 * @folio: a folio that had no page mapcounts, its counters lowered
 * @left: all mappings that are left
 * @vma: where the others were
 *
 * A part of an anon folio is certainly not mapped if there are fewer mappings
 * than pages, and no PMD mapping. Otherwise, it goes unnoticed.
 *
 * Context: Page table lock.
 */
void impl_none_removed(struct folio *folio, int left,
		       struct vm_area_struct *vma)
{
	const int nr_pages = folio_nr_pages(folio);

	if (left && left < nr_pages && !folio_entire_mapcount(folio))
		impl_queue_split(folio);
	impl_mod_stat(folio, left ? 0 : -nr_pages, 0);
	munlock_vma_folio(folio, vma);
}
EXPORT_SYMBOL_NS_GPL(impl_none_removed, RMAP_OPS_NS);

/**
 * impl_none_remove - remove PTE mappings
 * @folio: a folio without page mapcounts
 * @nr_pages: number of mappings
 * @vma: where they were
 *
 * Context: Page table lock.
 */
void impl_none_remove(struct folio *folio, int nr_pages,
		      struct vm_area_struct *vma)
{
	impl_none_removed(folio, host_large_lower(folio, nr_pages, vma), vma);
}
EXPORT_SYMBOL_NS_GPL(impl_none_remove, RMAP_OPS_NS);

/**
 * impl_none_pmd_removed - account the removal of a PMD mapping
 * @folio: a folio that had no page mapcounts, its counters lowered
 * @left: all mappings that are left
 * @last: no PMD mapping was left; there may be a new one already
 * @vma: where the mapping was
 *
 * Context: Page table lock.
 */
void impl_none_pmd_removed(struct folio *folio, int left, bool last,
			   struct vm_area_struct *vma)
{
	const int nr_pages = folio_nr_pages(folio);

	if (last && left && left < nr_pages)
		impl_queue_split(folio);
	impl_mod_stat(folio, left ? 0 : -nr_pages, last ? -nr_pages : 0);
	munlock_vma_folio(folio, vma);
}
EXPORT_SYMBOL_NS_GPL(impl_none_pmd_removed, RMAP_OPS_NS);

/* ---- any large folio, as `control` counts it -------------------------------- */

/**
 * impl_count_add_varying - impl_count_add() of a large folio
 * @folio: the folio
 * @page: first page
 * @nr_pages: number of pages
 * @vma: where they are being mapped
 *
 * Context: Page table lock.
 * Return: pages that were not mapped before.
 */
int impl_count_add_varying(struct folio *folio, struct page *page, int nr_pages,
			   struct vm_area_struct *vma)
{
	const int now = host_large_raise(folio, nr_pages, vma);

	if (host_is_none(folio))
		return impl_none_added(folio, nr_pages, now);
	return impl_count_first(folio, impl_count_pages_up(page, nr_pages));
}
EXPORT_SYMBOL_NS_GPL(impl_count_add_varying, RMAP_OPS_NS);

/**
 * impl_remove_varying - remove PTE mappings of a large folio
 * @folio: the folio
 * @page: first page
 * @nr_pages: number of pages
 * @vma: where they were mapped
 *
 * Context: Page table lock.
 */
void impl_remove_varying(struct folio *folio, struct page *page, int nr_pages,
			 struct vm_area_struct *vma)
{
	int nr;

	if (host_is_none(folio)) {
		impl_none_remove(folio, nr_pages, vma);
		return;
	}
	nr = impl_count_last(folio, impl_count_pages_down(page, nr_pages));
	if (nr && atomic_read(&folio->_nr_pages_mapped))
		impl_queue_split(folio);
	host_large_lower(folio, nr_pages, vma);
	impl_mod_stat(folio, -nr, 0);
	munlock_vma_folio(folio, vma);
}
EXPORT_SYMBOL_NS_GPL(impl_remove_varying, RMAP_OPS_NS);

/* ---- one PMD or PUD, which maps all pages ------------------------------------- */

/**
 * impl_pmd_add_varying - count one more PMD or PUD mapping
 * @folio: the folio
 * @vma: where it is being mapped
 * @nr_pmdmapped: set to its pages if this is the first such mapping, else to 0
 *
 * Context: Page table lock.
 * Return: pages that were not mapped before.
 */
int impl_pmd_add_varying(struct folio *folio, struct vm_area_struct *vma,
			 int *nr_pmdmapped)
{
	const int now = host_large_raise(folio, 1, vma);

	if (!host_is_none(folio))
		return impl_pmd_count_up(folio, nr_pmdmapped);
	*nr_pmdmapped = atomic_inc_and_test(&folio->_entire_mapcount) ?
			folio_nr_pages(folio) : 0;
	return impl_none_added(folio, 1, now);
}
EXPORT_SYMBOL_NS_GPL(impl_pmd_add_varying, RMAP_OPS_NS);

/**
 * impl_pmd_remove_varying - remove a PMD mapping
 * @folio: the folio
 * @vma: where it was mapped
 *
 * Context: Page table lock.
 */
void impl_pmd_remove_varying(struct folio *folio, struct vm_area_struct *vma)
{
	int mapped;
	bool last;

	if (host_is_none(folio)) {
		last = atomic_add_negative(-1, &folio->_entire_mapcount);
		impl_none_pmd_removed(folio, host_large_lower(folio, 1, vma),
				      last, vma);
		return;
	}
	mapped = impl_pmd_count_down(folio);
	host_large_lower(folio, 1, vma);
	impl_pmd_removed(folio, vma, mapped);
}
EXPORT_SYMBOL_NS_GPL(impl_pmd_remove_varying, RMAP_OPS_NS);

/**
 * impl_pud_remove_varying - remove a PUD mapping
 * @folio: the folio
 * @vma: where it was mapped
 *
 * Context: Page table lock.
 */
void impl_pud_remove_varying(struct folio *folio, struct vm_area_struct *vma)
{
	int mapped, nr = 0;

	if (host_is_none(folio)) {
		atomic_dec(&folio->_entire_mapcount);
		if (!host_large_lower(folio, 1, vma))
			nr = folio_nr_pages(folio);
	} else {
		mapped = impl_pmd_count_down(folio);
		host_large_lower(folio, 1, vma);
		if (mapped < ENTIRELY_MAPPED)
			nr = impl_pmd_only(folio, mapped);
	}
	impl_mod_stat(folio, -nr, 0);
	munlock_vma_folio(folio, vma);
}
EXPORT_SYMBOL_NS_GPL(impl_pud_remove_varying, RMAP_OPS_NS);
