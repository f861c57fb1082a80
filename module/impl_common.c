// SPDX-License-Identifier: GPL-2.0
/*
 * The operations in which the implementations do not differ.
 *
 * There is nothing to batch in them. A PMD or hugetlb mapping is one count,
 * whatever the number of pages; a new folio is not visible to any other CPU;
 * and sharing a page counts nothing. The algorithms are those of the functions
 * of the same names in Linux 6.12, mm/rmap.c and include/linux/rmap.h.
 */

#include <linux/export.h>
#include <linux/hugetlb.h>

#include "impl_layout.h"

/* Return: pages that became mapped. @nr_pmdmapped is set to those of the PMD. */
static int add_pmd(struct folio *folio, struct vm_area_struct *vma,
		   int *nr_pmdmapped)
{
	int nr;

	if (host_layouts_vary())
		return impl_pmd_add_varying(folio, vma, nr_pmdmapped);

	nr = impl_pmd_count_up(folio, nr_pmdmapped);
	host_large_add(folio, 1, vma);
	return nr;
}

/* Point the folio at the rmap of its VMA. That makes it an anon folio. */
static void set_anon(struct folio *folio, struct vm_area_struct *vma,
		     unsigned long address, bool exclusive)
{
	struct anon_vma *anon_vma = vma->anon_vma;
	unsigned long mapping;

	if (WARN_ON_ONCE(!anon_vma))
		return;
	/* All processes that may map it have the oldest anon_vma in common. */
	if (!exclusive)
		anon_vma = anon_vma->root;
	mapping = (unsigned long)anon_vma | HOST_MAPPING_ANON;
	/* One store, because page_idle reads pointer and bit without a lock. */
	WRITE_ONCE(folio->mapping, (struct address_space *)mapping);
	folio->index = host_anon_index(vma, address);
}

/*
 * No other CPU can see a new folio. So its first mapping is counted by plain
 * stores, from the initial values that the page allocator left.
 */
static __always_inline void set_first(struct page *page, bool counted,
				      bool exclusive)
{
	if (counted)
		atomic_set(&page->_mapcount, 0);
	if (exclusive)
		SetPageAnonExclusive(page);
}

static __always_inline void set_first_ptes(struct folio *folio, int nr_pages,
					   struct vm_area_struct *vma,
					   bool exclusive)
{
	const bool counted = host_choose_layout(folio);
	int i;

	for (i = 0; i < nr_pages; i++)
		set_first(folio_page(folio, i), counted, exclusive);
	host_large_set(folio, nr_pages, vma);
	if (counted)
		atomic_set(&folio->_nr_pages_mapped, nr_pages);
}

static void set_first_pmd(struct folio *folio, struct vm_area_struct *vma,
			  bool exclusive)
{
	const bool counted = host_choose_layout(folio);

	atomic_set(&folio->_entire_mapcount, 0);
	host_large_set(folio, 1, vma);
	if (counted)
		atomic_set(&folio->_nr_pages_mapped, ENTIRELY_MAPPED);
	if (exclusive)
		SetPageAnonExclusive(&folio->page);
}

void common_folio_add_new_anon_rmap(struct folio *folio,
				    struct vm_area_struct *vma,
				    unsigned long address, rmap_t flags)
{
	const int nr_pages = folio_nr_pages(folio);
	const bool exclusive = flags & RMAP_EXCLUSIVE;
	int nr_pmdmapped = 0;

	VM_WARN_ON_FOLIO(folio_test_hugetlb(folio), folio);
	VM_WARN_ON_FOLIO(!exclusive && !folio_test_locked(folio), folio);
	impl_check_vma(folio, vma, address);

	/* Droppable memory is dropped under pressure instead of swapped. */
	if (!folio_test_swapbacked(folio) && !(vma->vm_flags & VM_DROPPABLE))
		__folio_set_swapbacked(folio);
	set_anon(folio, vma, address, exclusive);
	if (likely(!folio_test_large(folio))) {
		set_first(&folio->page, true, exclusive);
	} else if (!folio_test_pmd_mappable(folio)) {
		set_first_ptes(folio, nr_pages, vma, exclusive);
	} else {
		set_first_pmd(folio, vma, exclusive);
		nr_pmdmapped = nr_pages;
	}
	impl_mod_stat(folio, nr_pages, nr_pmdmapped);
	mod_mthp_stat(folio_order(folio), MTHP_STAT_NR_ANON, 1);
	/* folio_add_lru_vma() mlocks the folio when it becomes visible. */
}
EXPORT_SYMBOL_NS_GPL(common_folio_add_new_anon_rmap, RMAP_OPS_NS);

void common_folio_add_anon_rmap_pmd(struct folio *folio, struct page *page,
				    struct vm_area_struct *vma,
				    unsigned long address, rmap_t flags)
{
	int nr, nr_pmdmapped;

	if (!impl_have_pmd())
		return;
	impl_check_pmd(folio, page);
	nr = add_pmd(folio, vma, &nr_pmdmapped);
	impl_check_anon(folio, page, vma, address);
	impl_mod_stat(folio, nr, nr_pmdmapped);
	if (flags & RMAP_EXCLUSIVE)
		impl_mark_exclusive(page, 1);
	impl_check_exclusive(folio, page, folio_nr_pages(folio));
	impl_mlock_entire(folio, vma);
}
EXPORT_SYMBOL_NS_GPL(common_folio_add_anon_rmap_pmd, RMAP_OPS_NS);

int common_folio_try_dup_anon_rmap_pmd(struct folio *folio, struct page *page,
				       struct vm_area_struct *dst_vma,
				       struct vm_area_struct *src_vma)
{
	if (!impl_have_pmd())
		return -EBUSY;
	impl_check_pmd(folio, page);
	VM_WARN_ON_FOLIO(!folio_test_anon(folio), folio);
	if (PageAnonExclusive(page)) {
		if (impl_must_copy(folio, src_vma))
			return -EBUSY;
		ClearPageAnonExclusive(page);
	}
	atomic_inc(&folio->_entire_mapcount);
	host_large_add(folio, 1, dst_vma);
	return 0;
}
EXPORT_SYMBOL_NS_GPL(common_folio_try_dup_anon_rmap_pmd, RMAP_OPS_NS);

/*
 * The caller has cleared the page table entry. Before we clear the bit, we test
 * whether the page is pinned. GUP-fast first pins, then reads the entry again,
 * then the bit. The barriers make sure that either it sees our change and backs
 * off, or we see its pin.
 */
static int try_share(struct folio *folio, struct page *page)
{
	VM_WARN_ON_FOLIO(!folio_test_anon(folio), folio);
	VM_WARN_ON_FOLIO(!PageAnonExclusive(page), folio);

	/* Such a page cannot be pinned, and callers rely on success. */
	if (unlikely(folio_is_device_private(folio))) {
		ClearPageAnonExclusive(page);
		return 0;
	}

	if (IS_ENABLED(CONFIG_HAVE_GUP_FAST))
		smp_mb(); /* pairs with try_grab_folio_fast() */
	if (unlikely(folio_maybe_dma_pinned(folio)))
		return -EBUSY;
	ClearPageAnonExclusive(page);
	if (IS_ENABLED(CONFIG_HAVE_GUP_FAST))
		smp_mb__after_atomic(); /* pairs with gup_must_unshare() */
	return 0;
}

int common_folio_try_share_anon_rmap_pte(struct folio *folio,
					 struct page *page)
{
	impl_check_range(folio, page, 1);
	return try_share(folio, page);
}
EXPORT_SYMBOL_NS_GPL(common_folio_try_share_anon_rmap_pte, RMAP_OPS_NS);

int common_folio_try_share_anon_rmap_pmd(struct folio *folio,
					 struct page *page)
{
	if (!impl_have_pmd())
		return -EBUSY;
	impl_check_pmd(folio, page);
	return try_share(folio, page);
}
EXPORT_SYMBOL_NS_GPL(common_folio_try_share_anon_rmap_pmd, RMAP_OPS_NS);

void common_folio_add_file_rmap_pmd(struct folio *folio, struct page *page,
				    struct vm_area_struct *vma)
{
	int nr, nr_pmdmapped;

	if (!impl_have_pmd())
		return;
	impl_check_pmd(folio, page);
	VM_WARN_ON_FOLIO(folio_test_anon(folio), folio);
	nr = add_pmd(folio, vma, &nr_pmdmapped);
	impl_mod_stat(folio, nr, nr_pmdmapped);
	impl_mlock_entire(folio, vma);
}
EXPORT_SYMBOL_NS_GPL(common_folio_add_file_rmap_pmd, RMAP_OPS_NS);

/* The statistics of PMD mappings do not count those of a PUD. */
void common_folio_add_file_rmap_pud(struct folio *folio, struct page *page,
				    struct vm_area_struct *vma)
{
	int nr, nr_pudmapped;

	if (!impl_have_pud())
		return;
	impl_check_range(folio, page, folio_nr_pages(folio));
	VM_WARN_ON_FOLIO(folio_test_anon(folio), folio);
	nr = add_pmd(folio, vma, &nr_pudmapped);
	impl_mod_stat(folio, nr, 0);
	impl_mlock_entire(folio, vma);
}
EXPORT_SYMBOL_NS_GPL(common_folio_add_file_rmap_pud, RMAP_OPS_NS);

/*
 * Linux 6.12 has no caller of this function. Its own version counts at the
 * wrong level: it counts a PTE mapping of each page, which the removal of the
 * PMD mapping does not take back. This version counts a PMD mapping.
 */
void common_folio_dup_file_rmap_pmd(struct folio *folio, struct page *page,
				    struct vm_area_struct *dst_vma)
{
	if (!impl_have_pmd())
		return;
	impl_check_pmd(folio, page);
	atomic_inc(&folio->_entire_mapcount);
	host_large_add(folio, 1, dst_vma);
}
EXPORT_SYMBOL_NS_GPL(common_folio_dup_file_rmap_pmd, RMAP_OPS_NS);

void common_folio_remove_rmap_pmd(struct folio *folio, struct page *page,
				  struct vm_area_struct *vma)
{
	if (!impl_have_pmd())
		return;
	impl_check_pmd(folio, page);
	if (host_layouts_vary()) {
		impl_pmd_remove_varying(folio, vma);
		return;
	}
	host_large_sub(folio, 1, vma);
	impl_pmd_removed(folio, vma, impl_pmd_count_down(folio));
}
EXPORT_SYMBOL_NS_GPL(common_folio_remove_rmap_pmd, RMAP_OPS_NS);

void common_folio_remove_rmap_pud(struct folio *folio, struct page *page,
				  struct vm_area_struct *vma)
{
	int mapped;

	if (!impl_have_pud())
		return;
	impl_check_range(folio, page, folio_nr_pages(folio));
	VM_WARN_ON_FOLIO(folio_test_anon(folio), folio);
	if (host_layouts_vary()) {
		impl_pud_remove_varying(folio, vma);
		return;
	}
	host_large_sub(folio, 1, vma);
	mapped = impl_pmd_count_down(folio);
	if (mapped < ENTIRELY_MAPPED)
		impl_mod_stat(folio, -impl_pmd_only(folio, mapped), 0);
	munlock_vma_folio(folio, vma);
}
EXPORT_SYMBOL_NS_GPL(common_folio_remove_rmap_pud, RMAP_OPS_NS);

static void add_hugetlb(struct folio *folio)
{
	VM_WARN_ON_FOLIO(!folio_test_hugetlb(folio), folio);
	atomic_inc(&folio->_entire_mapcount);
	atomic_inc(&folio->_large_mapcount);
}

void common_hugetlb_add_new_anon_rmap(struct folio *folio,
				      struct vm_area_struct *vma,
				      unsigned long address)
{
	VM_WARN_ON_FOLIO(!folio_test_hugetlb(folio), folio);
	impl_check_vma(folio, vma, address);
	atomic_set(&folio->_entire_mapcount, 0);
	atomic_set(&folio->_large_mapcount, 0);
	folio_clear_hugetlb_restore_reserve(folio);
	set_anon(folio, vma, address, true);
	SetPageAnonExclusive(&folio->page);
}
EXPORT_SYMBOL_NS_GPL(common_hugetlb_add_new_anon_rmap, RMAP_OPS_NS);

void common_hugetlb_add_anon_rmap(struct folio *folio,
				  struct vm_area_struct *vma,
				  unsigned long address, rmap_t flags)
{
	VM_WARN_ON_FOLIO(!folio_test_anon(folio), folio);
	add_hugetlb(folio);
	if (flags & RMAP_EXCLUSIVE)
		SetPageAnonExclusive(&folio->page);
	VM_WARN_ON_FOLIO(folio_entire_mapcount(folio) > 1 &&
			 PageAnonExclusive(&folio->page), folio);
}
EXPORT_SYMBOL_NS_GPL(common_hugetlb_add_anon_rmap, RMAP_OPS_NS);

int common_hugetlb_try_dup_anon_rmap(struct folio *folio,
				     struct vm_area_struct *vma)
{
	VM_WARN_ON_FOLIO(!folio_test_anon(folio), folio);
	if (PageAnonExclusive(&folio->page)) {
		if (unlikely(folio_needs_cow_for_dma(vma, folio)))
			return -EBUSY;
		ClearPageAnonExclusive(&folio->page);
	}
	add_hugetlb(folio);
	return 0;
}
EXPORT_SYMBOL_NS_GPL(common_hugetlb_try_dup_anon_rmap, RMAP_OPS_NS);

int common_hugetlb_try_share_anon_rmap(struct folio *folio)
{
	VM_WARN_ON_FOLIO(!folio_test_hugetlb(folio), folio);
	return try_share(folio, &folio->page);
}
EXPORT_SYMBOL_NS_GPL(common_hugetlb_try_share_anon_rmap, RMAP_OPS_NS);

void common_hugetlb_add_file_rmap(struct folio *folio)
{
	VM_WARN_ON_FOLIO(folio_test_anon(folio), folio);
	add_hugetlb(folio);
}
EXPORT_SYMBOL_NS_GPL(common_hugetlb_add_file_rmap, RMAP_OPS_NS);

void common_hugetlb_remove_rmap(struct folio *folio)
{
	VM_WARN_ON_FOLIO(!folio_test_hugetlb(folio), folio);
	atomic_dec(&folio->_entire_mapcount);
	atomic_dec(&folio->_large_mapcount);
}
EXPORT_SYMBOL_NS_GPL(common_hugetlb_remove_rmap, RMAP_OPS_NS);
