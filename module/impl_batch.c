// SPDX-License-Identifier: GPL-2.0
/*
 * batch: a call takes a folio, a subpage, and a number of pages, and loops
 * inside.
 *
 * It follows the series "mm/rmap: interface overhaul" as it was posted and
 * merged in Linux 6.8, Message-ID 20231220224504.646757-1-david@redhat.com,
 * mm/rmap.c (__folio_add_rmap(), __folio_remove_rmap()) and
 * include/linux/rmap.h. A range of pages takes one call and one update of the
 * statistics. _nr_pages_mapped is updated at the first and at the last mapping
 * of each page. Later work reduced that, too, to one update in a call;
 * `control` has it.
 *
 * Two things are not as in 6.8. _large_mapcount, which 6.8 did not have, is
 * updated once in a call, as in 6.12. The rule of 6.12 decides whether a folio
 * is partially mapped.
 */

#include "impl_layout.h"

/* Return: pages that were not mapped at all before they got a PTE mapping. */
static __always_inline int batch_count_up(struct folio *folio,
					  struct page *page, int nr_pages)
{
	int i, nr = 0;

	for (i = 0; i < nr_pages; i++)
		if (atomic_inc_and_test(&page[i]._mapcount))
			nr += atomic_inc_return_relaxed(&folio->_nr_pages_mapped) <
			      ENTIRELY_MAPPED;
	return nr;
}

/* Return: pages that are not mapped at all without that PTE mapping. */
static __always_inline int batch_count_down(struct folio *folio,
					    struct page *page, int nr_pages)
{
	int i, nr = 0;

	for (i = 0; i < nr_pages; i++)
		if (atomic_add_negative(-1, &page[i]._mapcount))
			nr += atomic_dec_return_relaxed(&folio->_nr_pages_mapped) <
			      ENTIRELY_MAPPED;
	return nr;
}

static noinline int batch_count_add_varying(struct folio *folio,
					    struct page *page, int nr_pages,
					    struct vm_area_struct *vma)
{
	const int now = host_large_raise(folio, nr_pages, vma);

	if (host_is_none(folio))
		return impl_none_added(folio, nr_pages, now);
	return batch_count_up(folio, page, nr_pages);
}

/* Return: pages that were not mapped before. */
static __always_inline int batch_count_add(struct folio *folio,
					   struct page *page, int nr_pages,
					   struct vm_area_struct *vma)
{
	int nr;

	if (!folio_test_large(folio))
		return atomic_inc_and_test(&folio->_mapcount);
	if (host_layouts_vary())
		return batch_count_add_varying(folio, page, nr_pages, vma);

	nr = batch_count_up(folio, page, nr_pages);
	host_large_add(folio, nr_pages, vma);
	return nr;
}

/* Return: pages that are no longer mapped. */
static __always_inline int batch_count_remove(struct folio *folio,
					      struct page *page, int nr_pages,
					      struct vm_area_struct *vma)
{
	if (!folio_test_large(folio))
		return atomic_add_negative(-1, &folio->_mapcount);

	host_large_sub(folio, nr_pages, vma);
	return batch_count_down(folio, page, nr_pages);
}

static __always_inline void batch_add_anon(struct folio *folio,
					   struct page *page, int nr_pages,
					   struct vm_area_struct *vma,
					   unsigned long address, rmap_t flags)
{
	int nr;

	impl_check_range(folio, page, nr_pages);
	nr = batch_count_add(folio, page, nr_pages, vma);
	impl_check_anon(folio, page, vma, address);
	impl_mod_stat(folio, nr, 0);
	if (flags & RMAP_EXCLUSIVE)
		impl_mark_exclusive(page, nr_pages);
	impl_check_exclusive(folio, page, nr_pages);
	impl_mlock(folio, nr_pages, vma);
}

static __always_inline int batch_try_dup(struct folio *folio, struct page *page,
					 int nr_pages,
					 struct vm_area_struct *dst_vma,
					 struct vm_area_struct *src_vma)
{
	const bool must_copy = impl_must_copy(folio, src_vma);
	int i;

	impl_check_range(folio, page, nr_pages);
	VM_WARN_ON_FOLIO(!folio_test_anon(folio), folio);

	if (must_copy && impl_any_exclusive(page, nr_pages))
		return -EBUSY;
	if (impl_lacks_page_mapcounts(folio)) {
		impl_none_dup(folio, page, nr_pages, dst_vma);
		return 0;
	}
	for (i = 0; i < nr_pages; i++) {
		impl_clear_exclusive(page + i);
		atomic_inc(&page[i]._mapcount);
	}
	if (folio_test_large(folio))
		host_large_add(folio, nr_pages, dst_vma);
	return 0;
}

static __always_inline void add_file(struct folio *folio, struct page *page,
				     int nr_pages, struct vm_area_struct *vma)
{
	impl_check_range(folio, page, nr_pages);
	VM_WARN_ON_FOLIO(folio_test_anon(folio), folio);
	impl_mod_stat(folio, batch_count_add(folio, page, nr_pages, vma), 0);
	impl_mlock(folio, nr_pages, vma);
}

static __always_inline void dup_file(struct folio *folio, struct page *page,
				     int nr_pages,
				     struct vm_area_struct *dst_vma)
{
	int i;

	impl_check_range(folio, page, nr_pages);
	if (!impl_lacks_page_mapcounts(folio))
		for (i = 0; i < nr_pages; i++)
			atomic_inc(&page[i]._mapcount);
	if (folio_test_large(folio))
		host_large_add(folio, nr_pages, dst_vma);
}

static noinline void batch_remove_varying(struct folio *folio,
					  struct page *page, int nr_pages,
					  struct vm_area_struct *vma)
{
	int nr;

	if (host_is_none(folio)) {
		impl_none_remove(folio, nr_pages, vma);
		return;
	}
	nr = batch_count_down(folio, page, nr_pages);
	if (nr && atomic_read(&folio->_nr_pages_mapped))
		impl_queue_split(folio);
	host_large_lower(folio, nr_pages, vma);
	impl_mod_stat(folio, -nr, 0);
	munlock_vma_folio(folio, vma);
}

static __always_inline void remove_ptes(struct folio *folio,
					struct page *page, int nr_pages,
					struct vm_area_struct *vma)
{
	int nr;

	impl_check_range(folio, page, nr_pages);
	if (impl_layouts_vary(folio)) {
		batch_remove_varying(folio, page, nr_pages, vma);
		return;
	}
	nr = batch_count_remove(folio, page, nr_pages, vma);
	if (nr && folio_test_large(folio) &&
	    atomic_read(&folio->_nr_pages_mapped))
		impl_queue_split(folio);
	impl_mod_stat(folio, -nr, 0);
	munlock_vma_folio(folio, vma);
}

/* The two granularities: each is compiled for its own number of pages. */

static void batch_folio_add_anon_rmap_pte(struct folio *folio,
					  struct page *page, int nr_pages,
					  struct vm_area_struct *vma,
					  unsigned long address, rmap_t flags)
{
	batch_add_anon(folio, page, 1, vma, address, flags);
}

static void batch_folio_add_anon_rmap_ptes(struct folio *folio,
					   struct page *page, int nr_pages,
					   struct vm_area_struct *vma,
					   unsigned long address, rmap_t flags)
{
	batch_add_anon(folio, page, nr_pages, vma, address, flags);
}

static int batch_folio_try_dup_anon_rmap_pte(struct folio *folio,
					     struct page *page,
					     struct vm_area_struct *dst_vma,
					     struct vm_area_struct *src_vma)
{
	return batch_try_dup(folio, page, 1, dst_vma, src_vma);
}

static int batch_folio_try_dup_anon_rmap_ptes(struct folio *folio,
					      struct page *page, int nr_pages,
					      struct vm_area_struct *dst_vma,
					      struct vm_area_struct *src_vma)
{
	return batch_try_dup(folio, page, nr_pages, dst_vma, src_vma);
}

static void batch_folio_add_file_rmap_pte(struct folio *folio,
					  struct page *page, int nr_pages,
					  struct vm_area_struct *vma)
{
	add_file(folio, page, 1, vma);
}

static void batch_folio_add_file_rmap_ptes(struct folio *folio,
					   struct page *page, int nr_pages,
					   struct vm_area_struct *vma)
{
	add_file(folio, page, nr_pages, vma);
}

static void batch_folio_dup_file_rmap_pte(struct folio *folio,
					  struct page *page,
					  struct vm_area_struct *dst_vma)
{
	dup_file(folio, page, 1, dst_vma);
}

static void batch_folio_dup_file_rmap_ptes(struct folio *folio,
					   struct page *page, int nr_pages,
					   struct vm_area_struct *dst_vma)
{
	dup_file(folio, page, nr_pages, dst_vma);
}

static void batch_folio_remove_rmap_pte(struct folio *folio, struct page *page,
					int nr_pages, struct vm_area_struct *vma)
{
	remove_ptes(folio, page, 1, vma);
}

static void batch_folio_remove_rmap_ptes(struct folio *folio, struct page *page,
					 int nr_pages,
					 struct vm_area_struct *vma)
{
	remove_ptes(folio, page, nr_pages, vma);
}

const struct rmap_ops batch_ops = {
	.name				= "batch",
	HOST_OPS_LAYOUTS
	.folio_add_anon_rmap_pte	= batch_folio_add_anon_rmap_pte,
	.folio_add_anon_rmap_ptes	= batch_folio_add_anon_rmap_ptes,
	.folio_try_dup_anon_rmap_pte	= batch_folio_try_dup_anon_rmap_pte,
	.folio_try_dup_anon_rmap_ptes	= batch_folio_try_dup_anon_rmap_ptes,
	.folio_add_file_rmap_pte	= batch_folio_add_file_rmap_pte,
	.folio_add_file_rmap_ptes	= batch_folio_add_file_rmap_ptes,
	.folio_dup_file_rmap_pte	= batch_folio_dup_file_rmap_pte,
	.folio_dup_file_rmap_ptes	= batch_folio_dup_file_rmap_ptes,
	.folio_remove_rmap_pte		= batch_folio_remove_rmap_pte,
	.folio_remove_rmap_ptes		= batch_folio_remove_rmap_ptes,
	IMPL_COMMON_OPS,
};
