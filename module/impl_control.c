// SPDX-License-Identifier: GPL-2.0
/*
 * control: what the kernel does, compiled into the module.
 *
 * It is the A/A control of every comparison. If it costs more than `builtin`,
 * the difference is the price of the hook and of the module's placement, and
 * not of an algorithm.
 *
 * It follows Linux 6.12.117 and, by way of host.h, 7.3.4: mm/rmap.c
 * (__folio_add_rmap(), __folio_remove_rmap()) and include/linux/rmap.h. The
 * loops over the pages are inside a call, and each call updates
 * _nr_pages_mapped, _large_mapcount, and the statistics once. The functions for
 * one page are compiled for one page, as those of the other implementations
 * are. `builtin` calls the function for a range there, as an unpatched kernel
 * does.
 */

#include <linux/export.h>

#include "impl_count.h"

static __always_inline void add_anon_pages(struct folio *folio,
					   struct page *page, int nr_pages,
					   struct vm_area_struct *vma,
					   unsigned long address, rmap_t flags)
{
	int nr;

	impl_check_range(folio, page, nr_pages);
	nr = impl_count_add(folio, page, nr_pages, vma);
	impl_check_anon(folio, page, vma, address);
	impl_mod_stat(folio, nr, 0);
	if (flags & RMAP_EXCLUSIVE)
		impl_mark_exclusive(page, nr_pages);
	impl_check_exclusive(folio, page, nr_pages);
	impl_mlock(folio, nr_pages, vma);
}

static void control_folio_add_anon_rmap_pte(struct folio *folio,
					    struct page *page, int nr_pages,
					    struct vm_area_struct *vma,
					    unsigned long address,
					    rmap_t flags)
{
	add_anon_pages(folio, page, 1, vma, address, flags);
}

static void control_folio_add_anon_rmap_ptes(struct folio *folio,
					     struct page *page, int nr_pages,
					     struct vm_area_struct *vma,
					     unsigned long address,
					     rmap_t flags)
{
	add_anon_pages(folio, page, nr_pages, vma, address, flags);
}

static __always_inline int control_try_dup(struct folio *folio,
					   struct page *page, int nr_pages,
					   struct vm_area_struct *dst_vma,
					   struct vm_area_struct *src_vma)
{
	int i;

	impl_check_range(folio, page, nr_pages);
	VM_WARN_ON_FOLIO(!folio_test_anon(folio), folio);

	if (impl_must_copy(folio, src_vma) &&
	    impl_any_exclusive(page, nr_pages))
		return -EBUSY;
	if (!folio_test_large(folio)) {
		impl_clear_exclusive(page);
		atomic_inc(&folio->_mapcount);
		return 0;
	}
	if (impl_lacks_page_mapcounts(folio)) {
		impl_none_dup(folio, page, nr_pages, dst_vma);
		return 0;
	}
	for (i = 0; i < nr_pages; i++) {
		impl_clear_exclusive(page + i);
		atomic_inc(&page[i]._mapcount);
	}
	host_large_add(folio, nr_pages, dst_vma);
	return 0;
}

static int control_folio_try_dup_anon_rmap_pte(struct folio *folio,
					       struct page *page,
					       struct vm_area_struct *dst_vma,
					       struct vm_area_struct *src_vma)
{
	return control_try_dup(folio, page, 1, dst_vma, src_vma);
}

static int control_folio_try_dup_anon_rmap_ptes(struct folio *folio,
						struct page *page, int nr_pages,
						struct vm_area_struct *dst_vma,
						struct vm_area_struct *src_vma)
{
	return control_try_dup(folio, page, nr_pages, dst_vma, src_vma);
}

static void control_folio_add_file_rmap_ptes(struct folio *folio,
					     struct page *page, int nr_pages,
					     struct vm_area_struct *vma)
{
	impl_add_file(folio, page, nr_pages, vma);
}

static void control_folio_add_file_rmap_pte(struct folio *folio,
					    struct page *page, int nr_pages,
					    struct vm_area_struct *vma)
{
	impl_add_file(folio, page, 1, vma);
}

static void control_folio_dup_file_rmap_pte(struct folio *folio,
					    struct page *page,
					    struct vm_area_struct *dst_vma)
{
	impl_dup_file(folio, page, 1, dst_vma);
}

static void control_folio_dup_file_rmap_ptes(struct folio *folio,
					     struct page *page, int nr_pages,
					     struct vm_area_struct *dst_vma)
{
	impl_dup_file(folio, page, nr_pages, dst_vma);
}

static __always_inline void remove_pages(struct folio *folio,
					 struct page *page, int nr_pages,
					 struct vm_area_struct *vma)
{
	int nr;

	impl_check_range(folio, page, nr_pages);
	if (impl_layouts_vary(folio)) {
		impl_remove_varying(folio, page, nr_pages, vma);
		return;
	}
	nr = impl_count_remove(folio, page, nr_pages, vma);
	if (nr && folio_test_large(folio) &&
	    atomic_read(&folio->_nr_pages_mapped))
		impl_queue_split(folio);
	impl_mod_stat(folio, -nr, 0);
	munlock_vma_folio(folio, vma);
}

static void control_folio_remove_rmap_pte(struct folio *folio,
					  struct page *page, int nr_pages,
					  struct vm_area_struct *vma)
{
	remove_pages(folio, page, 1, vma);
}

static void control_folio_remove_rmap_ptes(struct folio *folio,
					   struct page *page, int nr_pages,
					   struct vm_area_struct *vma)
{
	remove_pages(folio, page, nr_pages, vma);
}

const struct rmap_ops control_ops = {
	.name				= "control",
	HOST_OPS_LAYOUTS
	.folio_add_anon_rmap_pte	= control_folio_add_anon_rmap_pte,
	.folio_add_anon_rmap_ptes	= control_folio_add_anon_rmap_ptes,
	.folio_try_dup_anon_rmap_pte	= control_folio_try_dup_anon_rmap_pte,
	.folio_try_dup_anon_rmap_ptes	= control_folio_try_dup_anon_rmap_ptes,
	.folio_add_file_rmap_pte	= control_folio_add_file_rmap_pte,
	.folio_add_file_rmap_ptes	= control_folio_add_file_rmap_ptes,
	.folio_dup_file_rmap_pte	= control_folio_dup_file_rmap_pte,
	.folio_dup_file_rmap_ptes	= control_folio_dup_file_rmap_ptes,
	.folio_remove_rmap_pte		= control_folio_remove_rmap_pte,
	.folio_remove_rmap_ptes		= control_folio_remove_rmap_ptes,
	IMPL_COMMON_OPS,
};
EXPORT_SYMBOL_NS_GPL(control_ops, RMAP_OPS_NS);
