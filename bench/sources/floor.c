// SPDX-License-Identifier: GPL-2.0
/*
 * The floor: the least work that every implementation must do for each page. It
 * is called like an implementation.
 */
#include "op.h"

static __always_inline void touch_line(const struct page *page, int nr_pages)
{
	for (int i = 0; i < nr_pages; i++)
		(void)READ_ONCE(page[i].flags);
}

static __always_inline void store(struct page *page, int nr_pages)
{
	for (int i = 0; i < nr_pages; i++)
		atomic_set(&page[i]._mapcount, 0);
}

static void line_add(struct folio *folio, struct page *page, int nr_pages,
		     struct vm_area_struct *vma, unsigned long address,
		     rmap_t flags)
{
	touch_line(page, nr_pages);
}

static int line_dup(struct folio *folio, struct page *page,
		    struct vm_area_struct *dst_vma,
		    struct vm_area_struct *src_vma)
{
	touch_line(page, 1);
	return 0;
}

static int line_dups(struct folio *folio, struct page *page, int nr_pages,
		     struct vm_area_struct *dst_vma,
		     struct vm_area_struct *src_vma)
{
	touch_line(page, nr_pages);
	return 0;
}

static void line_remove(struct folio *folio, struct page *page, int nr_pages,
			struct vm_area_struct *vma)
{
	touch_line(page, nr_pages);
}

const struct rmap_ops floor_line = {
	.name				= "line",
	.folio_add_anon_rmap_ptes	= line_add,
	.folio_try_dup_anon_rmap_pte	= line_dup,
	.folio_try_dup_anon_rmap_ptes	= line_dups,
	.folio_remove_rmap_ptes		= line_remove,
};

static void store_add(struct folio *folio, struct page *page, int nr_pages,
		      struct vm_area_struct *vma, unsigned long address,
		      rmap_t flags)
{
	store(page, nr_pages);
}

static int store_dup(struct folio *folio, struct page *page,
		     struct vm_area_struct *dst_vma,
		     struct vm_area_struct *src_vma)
{
	store(page, 1);
	return 0;
}

static int store_dups(struct folio *folio, struct page *page, int nr_pages,
		      struct vm_area_struct *dst_vma,
		      struct vm_area_struct *src_vma)
{
	store(page, nr_pages);
	return 0;
}

static void store_remove(struct folio *folio, struct page *page, int nr_pages,
			 struct vm_area_struct *vma)
{
	store(page, nr_pages);
}

const struct rmap_ops floor_store = {
	.name				= "store",
	.folio_add_anon_rmap_ptes	= store_add,
	.folio_try_dup_anon_rmap_pte	= store_dup,
	.folio_try_dup_anon_rmap_ptes	= store_dups,
	.folio_remove_rmap_ptes		= store_remove,
};
