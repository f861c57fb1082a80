/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_IMPL_COUNT_H
#define _RMAP_AB_IMPL_COUNT_H
/*
 * Counting PTE mappings as Linux 6.12 does: by one atomic operation for each
 * page, then by one for each counter of the folio.
 *
 * Follows Linux 6.12.117, mm/rmap.c (__folio_add_rmap(),
 * __folio_remove_rmap()).
 */

#include "impl_layout.h"

/**
 * impl_count_pages_up - count one more PTE mapping of each page of a range
 * @page: first page, of a large folio
 * @nr_pages: number of pages
 *
 * Context: Page table lock.
 * Return: pages of which this is the first PTE mapping.
 */
static __always_inline int impl_count_pages_up(struct page *page, int nr_pages)
{
	int i, first = 0;

	for (i = 0; i < nr_pages; i++)
		first += atomic_inc_and_test(&page[i]._mapcount);
	return first;
}

/**
 * impl_count_pages_down - the reverse of impl_count_pages_up()
 * @page: first page, of a large folio
 * @nr_pages: number of pages
 *
 * Context: Page table lock.
 * Return: pages that have no PTE mapping left.
 */
static __always_inline int impl_count_pages_down(struct page *page,
						 int nr_pages)
{
	int i, last = 0;

	for (i = 0; i < nr_pages; i++)
		last += atomic_add_negative(-1, &page[i]._mapcount);
	return last;
}

/**
 * impl_count_first - count pages of a large folio that got their first PTE
 *		      mapping
 * @folio: the folio
 * @first: how many
 *
 * Context: Page table lock.
 * Return: pages that were not mapped at all before.
 */
static __always_inline int impl_count_first(struct folio *folio, int first)
{
	if (first && atomic_add_return_relaxed(first,
					       &folio->_nr_pages_mapped) <
	    ENTIRELY_MAPPED)
		return first;
	return 0;
}

/**
 * impl_count_last - uncount pages of a large folio that lost their last PTE
 *		     mapping
 * @folio: the folio
 * @last: how many
 *
 * Context: Page table lock.
 * Return: pages that are no longer mapped at all.
 */
static __always_inline int impl_count_last(struct folio *folio, int last)
{
	if (last && atomic_sub_return_relaxed(last, &folio->_nr_pages_mapped) <
	    ENTIRELY_MAPPED)
		return last;
	return 0;
}

/**
 * impl_count_add - count one more PTE mapping of each page of a range
 * @folio: the folio
 * @page: first page
 * @nr_pages: number of pages
 * @vma: where they are being mapped
 *
 * Context: Page table lock.
 * Return: pages that were not mapped before.
 */
static __always_inline int impl_count_add(struct folio *folio,
					  struct page *page, int nr_pages,
					  struct vm_area_struct *vma)
{
	int nr;

	if (!folio_test_large(folio))
		return atomic_inc_and_test(&folio->_mapcount);
	if (host_layouts_vary())
		return impl_count_add_varying(folio, page, nr_pages, vma);

	nr = impl_count_first(folio, impl_count_pages_up(page, nr_pages));
	host_large_add(folio, nr_pages, vma);
	return nr;
}

/**
 * impl_count_remove - the reverse of impl_count_add()
 * @folio: the folio
 * @page: first page
 * @nr_pages: number of pages
 * @vma: where they were mapped
 *
 * Context: Page table lock.
 * Return: pages that are no longer mapped.
 */
static __always_inline int impl_count_remove(struct folio *folio,
					     struct page *page, int nr_pages,
					     struct vm_area_struct *vma)
{
	if (!folio_test_large(folio))
		return atomic_add_negative(-1, &folio->_mapcount);

	host_large_sub(folio, nr_pages, vma);
	return impl_count_last(folio, impl_count_pages_down(page, nr_pages));
}

/**
 * impl_add_file - folio_add_file_rmap_ptes() of Linux 6.12
 * @folio: a folio that is not anon
 * @page: first page
 * @nr_pages: number of pages
 * @vma: where they are being mapped
 *
 * Context: Page table lock.
 */
static __always_inline void impl_add_file(struct folio *folio,
					  struct page *page, int nr_pages,
					  struct vm_area_struct *vma)
{
	impl_check_range(folio, page, nr_pages);
	VM_WARN_ON_FOLIO(folio_test_anon(folio), folio);
	impl_mod_stat(folio, impl_count_add(folio, page, nr_pages, vma), 0);
	impl_mlock(folio, nr_pages, vma);
}

/**
 * impl_dup_file - folio_dup_file_rmap_ptes() of Linux 6.12
 * @folio: a folio that is not anon
 * @page: first page
 * @nr_pages: number of pages
 * @dst_vma: where the child has them mapped, if the kernel says that
 *
 * Context: Page table lock.
 */
static __always_inline void impl_dup_file(struct folio *folio,
					  struct page *page, int nr_pages,
					  struct vm_area_struct *dst_vma)
{
	int i;

	impl_check_range(folio, page, nr_pages);
	if (!folio_test_large(folio)) {
		atomic_inc(&folio->_mapcount);
		return;
	}
	if (!impl_lacks_page_mapcounts(folio))
		for (i = 0; i < nr_pages; i++)
			atomic_inc(&page[i]._mapcount);
	host_large_add(folio, nr_pages, dst_vma);
}

#endif /* _RMAP_AB_IMPL_COUNT_H */
