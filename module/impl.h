/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_IMPL_H
#define _RMAP_AB_IMPL_H
/*
 * The implementations of the rmap operations, and the helpers that they share.
 *
 * The contract is struct rmap_ops in linux/rmap_ops.h. All implementations
 * share the mapcount layout of the kernel, so that any of them can follow any
 * other at any time, on the same folio:
 *
 *   page->_mapcount		PTE mappings of this page, minus one
 *   folio->_entire_mapcount	PMD (hugetlb: any) mappings, minus one
 *   folio->_large_mapcount	all mappings of a large folio, minus one
 *   folio->_nr_pages_mapped	pages with a PTE mapping, plus ENTIRELY_MAPPED
 *				if there is a PMD mapping; 0 for hugetlb
 *
 * Whatever else the kernel changes along with _large_mapcount, host_large_add()
 * and its like do. A small folio has only _mapcount. NR_ANON_MAPPED and NR_FILE_MAPPED count
 * pages that are mapped in any way. Each CPU that changes _nr_pages_mapped does
 * so by an atomic operation that returns the value, and accounts the difference
 * that this change makes. Then it does not matter in which steps the other
 * changes are made, nor by which implementation.
 */

#include <linux/atomic.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/vmstat.h>

#include "hooks.h"

extern const struct rmap_ops control_ops;
extern const struct rmap_ops page_ops;
extern const struct rmap_ops batch_ops;
extern const struct rmap_ops exclusive_ops;

/*
 * The operations in which the implementations do not differ: those for one PMD,
 * for hugetlb, for a new folio, and those that count nothing. See
 * impl_common.c.
 */
void common_folio_add_new_anon_rmap(struct folio *folio,
				    struct vm_area_struct *vma,
				    unsigned long address, rmap_t flags);
void common_folio_add_anon_rmap_pmd(struct folio *folio, struct page *page,
				    struct vm_area_struct *vma,
				    unsigned long address, rmap_t flags);
int common_folio_try_dup_anon_rmap_pmd(struct folio *folio, struct page *page,
				       struct vm_area_struct *dst_vma,
				       struct vm_area_struct *src_vma);
int common_folio_try_share_anon_rmap_pte(struct folio *folio,
					 struct page *page);
int common_folio_try_share_anon_rmap_pmd(struct folio *folio,
					 struct page *page);
void common_folio_add_file_rmap_pmd(struct folio *folio, struct page *page,
				    struct vm_area_struct *vma);
void common_folio_add_file_rmap_pud(struct folio *folio, struct page *page,
				    struct vm_area_struct *vma);
void common_folio_dup_file_rmap_pmd(struct folio *folio, struct page *page,
				    struct vm_area_struct *dst_vma);
void common_folio_remove_rmap_pmd(struct folio *folio, struct page *page,
				  struct vm_area_struct *vma);
void common_folio_remove_rmap_pud(struct folio *folio, struct page *page,
				  struct vm_area_struct *vma);
void common_hugetlb_add_new_anon_rmap(struct folio *folio,
				      struct vm_area_struct *vma,
				      unsigned long address);
void common_hugetlb_add_anon_rmap(struct folio *folio,
				  struct vm_area_struct *vma,
				  unsigned long address, rmap_t flags);
int common_hugetlb_try_dup_anon_rmap(struct folio *folio,
				     struct vm_area_struct *vma);
int common_hugetlb_try_share_anon_rmap(struct folio *folio);
void common_hugetlb_add_file_rmap(struct folio *folio);
void common_hugetlb_remove_rmap(struct folio *folio);

/* The operations of which no implementation has its own version. */
#define IMPL_COMMON_BASE_OPS						\
	.folio_add_new_anon_rmap	= common_folio_add_new_anon_rmap, \
	.folio_add_anon_rmap_pmd	= common_folio_add_anon_rmap_pmd, \
	.folio_try_share_anon_rmap_pte	= common_folio_try_share_anon_rmap_pte, \
	.folio_try_share_anon_rmap_pmd	= common_folio_try_share_anon_rmap_pmd, \
	.folio_add_file_rmap_pmd	= common_folio_add_file_rmap_pmd, \
	.folio_add_file_rmap_pud	= common_folio_add_file_rmap_pud, \
	.folio_dup_file_rmap_pmd	= common_folio_dup_file_rmap_pmd, \
	.folio_remove_rmap_pud		= common_folio_remove_rmap_pud, \
	.hugetlb_add_new_anon_rmap	= common_hugetlb_add_new_anon_rmap, \
	.hugetlb_add_anon_rmap		= common_hugetlb_add_anon_rmap,	\
	.hugetlb_try_dup_anon_rmap	= common_hugetlb_try_dup_anon_rmap, \
	.hugetlb_try_share_anon_rmap	= common_hugetlb_try_share_anon_rmap, \
	.hugetlb_add_file_rmap		= common_hugetlb_add_file_rmap,	\
	.hugetlb_remove_rmap		= common_hugetlb_remove_rmap

#define IMPL_COMMON_OPS							\
	IMPL_COMMON_BASE_OPS,						\
	.folio_try_dup_anon_rmap_pmd	= common_folio_try_dup_anon_rmap_pmd, \
	.folio_remove_rmap_pmd		= common_folio_remove_rmap_pmd

/**
 * impl_have_pmd - can a PMD map a folio?
 *
 * Without THP, the kernel never calls the operations on PMDs. They exist all
 * the same, because a set of operations must be complete.
 *
 * Context: Any.
 * Return: true if a PMD can; otherwise false, with a warning.
 */
static __always_inline bool impl_have_pmd(void)
{
	return !WARN_ON_ONCE(!IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE));
}

/**
 * impl_have_pud - can a PUD map a folio?
 *
 * Linux 6.12 has no rmap of such mappings. See impl_have_pmd().
 *
 * Context: Any.
 * Return: true if a PUD can; otherwise false, with a warning.
 */
static __always_inline bool impl_have_pud(void)
{
	return impl_have_pmd() &&
	       !WARN_ON_ONCE(!IS_ENABLED(CONFIG_HAVE_ARCH_TRANSPARENT_HUGEPAGE_PUD));
}

/**
 * impl_check_range - warn about a call that breaks the contract
 * @folio: a folio that is not hugetlb
 * @page: first page
 * @nr_pages: number of pages, all of @folio
 *
 * Context: Page table lock. It does nothing without CONFIG_DEBUG_VM.
 */
static __always_inline void impl_check_range(struct folio *folio,
					     struct page *page, int nr_pages)
{
	VM_WARN_ON_FOLIO(folio_test_hugetlb(folio), folio);
	VM_WARN_ON_FOLIO(is_zero_folio(folio), folio);
	VM_WARN_ON_ONCE(nr_pages <= 0);
	VM_WARN_ON_FOLIO(page_folio(page) != folio, folio);
	VM_WARN_ON_FOLIO(page_folio(page + nr_pages - 1) != folio, folio);
}

/**
 * impl_check_pmd - warn about a call that breaks the contract
 * @folio: a folio that is not hugetlb
 * @page: its first page, mapped by a PMD
 *
 * Context: Page table lock. It does nothing without CONFIG_DEBUG_VM.
 */
static __always_inline void impl_check_pmd(struct folio *folio,
					   struct page *page)
{
	impl_check_range(folio, page, folio_nr_pages(folio));
	VM_WARN_ON_FOLIO(!folio_test_pmd_mappable(folio), folio);
	VM_WARN_ON_FOLIO(page != &folio->page, folio);
}

/**
 * impl_check_vma - warn if a new folio is not mapped into its VMA
 * @folio: the folio
 * @vma: where it is being mapped
 * @address: of its first page in @vma
 *
 * Context: Page table lock. It does nothing without CONFIG_DEBUG_VM.
 */
static __always_inline void impl_check_vma(struct folio *folio,
					   struct vm_area_struct *vma,
					   unsigned long address)
{
	VM_WARN_ON_FOLIO(address < vma->vm_start ||
			 address + folio_nr_pages(folio) * PAGE_SIZE >
			 vma->vm_end, folio);
}

/* Return: what folio_anon_vma() returns for an anon folio that is not KSM's. */
static __always_inline struct anon_vma *impl_anon_vma(struct folio *folio)
{
	return (struct anon_vma *)((unsigned long)folio->mapping &
				   ~HOST_MAPPING_FLAGS);
}

/**
 * impl_check_anon - warn if a folio is mapped where its rmap does not look
 * @folio: an anon folio
 * @page: first page
 * @vma: where it is being mapped
 * @address: of @page in @vma
 *
 * The rmap looks at the folio's offset in the VMAs of one family: the VMAs that
 * descend from one by fork. A KSM folio has its own list of mappings, and may
 * be mapped anywhere.
 *
 * Context: Page table lock. It does nothing without CONFIG_DEBUG_VM.
 */
static __always_inline void impl_check_anon(struct folio *folio,
					    struct page *page,
					    struct vm_area_struct *vma,
					    unsigned long address)
{
	VM_WARN_ON_FOLIO(!folio_test_anon(folio), folio);
	VM_WARN_ON_FOLIO(!folio_test_ksm(folio) &&
			 host_page_index(folio, page) != host_anon_index(vma, address),
			 folio);
	VM_WARN_ON_FOLIO(!folio_test_ksm(folio) &&
			 impl_anon_vma(folio)->root != vma->anon_vma->root,
			 folio);
}

/**
 * impl_check_exclusive - warn about anon-exclusive pages with other mappings
 * @folio: an anon folio
 * @page: first page
 * @nr_pages: number of pages
 *
 * One PMD and one PTE mapping together are legal: __split_huge_pmd_locked()
 * adds the latter before it removes the former.
 *
 * Context: Page table lock. It does nothing without CONFIG_DEBUG_VM.
 */
static __always_inline void impl_check_exclusive(struct folio *folio,
						 struct page *page,
						 int nr_pages)
{
	int i;

	if (!IS_ENABLED(CONFIG_DEBUG_VM))
		return;
	for (i = 0; i < nr_pages; i++)
		VM_WARN_ON_FOLIO(PageAnonExclusive(page + i) &&
				 (atomic_read(&page[i]._mapcount) > 0 ||
				  (folio_test_large(folio) &&
				   folio_entire_mapcount(folio) > 1)), folio);
}

/**
 * impl_mod_stat - account pages that became mapped, or are no longer mapped
 * @folio: the folio
 * @nr: pages that any kind of mapping maps now; negative: that none maps now
 * @nr_pmdmapped: the same for PMD mappings
 *
 * Context: Page table lock.
 */
static __always_inline void impl_mod_stat(struct folio *folio, int nr,
					  int nr_pmdmapped)
{
	const bool anon = folio_test_anon(folio);

	if (nr)
		host_mod_stat(folio, anon ? NR_ANON_MAPPED : NR_FILE_MAPPED, nr);
	if (!nr_pmdmapped)
		return;
	/* Only the anon statistic is also kept per memory cgroup. */
	if (anon)
		host_mod_stat(folio, NR_ANON_THPS, nr_pmdmapped);
	else
		__mod_node_page_state(folio_pgdat(folio),
				      folio_test_swapbacked(folio) ?
				      NR_SHMEM_PMDMAPPED : NR_FILE_PMDMAPPED,
				      nr_pmdmapped);
}

/**
 * impl_mlock - mlock a folio that has been mapped into an mlocked VMA
 * @folio: the folio
 * @nr_pages: how many of its pages this call has mapped by PTEs
 * @vma: where it has been mapped
 *
 * Linux 6.12 does this for small folios only, later kernels for each folio that
 * one call maps as a whole. Whether all of another folio is in @vma is not known
 * here, so that is left to reclaim.
 *
 * Context: Page table lock.
 */
static __always_inline void impl_mlock(struct folio *folio, int nr_pages,
				       struct vm_area_struct *vma)
{
	if (host_mlocks(folio, nr_pages))
		mlock_vma_folio(folio, vma);
}

/**
 * impl_mlock_entire - the same for a folio that has been mapped by PMD or PUD
 * @folio: the folio
 * @vma: where it has been mapped
 *
 * Context: Page table lock.
 */
static __always_inline void impl_mlock_entire(struct folio *folio,
					      struct vm_area_struct *vma)
{
	if (HOST_MLOCKS_LARGE)
		mlock_vma_folio(folio, vma);
}

/**
 * impl_queue_split - note that a part of a folio is no longer mapped
 * @folio: a large folio
 *
 * Callers decide that after the last page of a call, never page by page.
 * Otherwise, a call that unmaps all of a folio would queue it, too.
 *
 * Context: Page table lock.
 */
static __always_inline void impl_queue_split(struct folio *folio)
{
	if (folio_test_anon(folio) && !folio_test_partially_mapped(folio) &&
	    host_may_split(folio))
		deferred_split_folio(folio, true);
}

/**
 * impl_pmd_only - count the pages that only a PMD mapping maps
 * @folio: the folio
 * @mapped: _nr_pages_mapped without the PMD mapping
 *
 * These pages were not mapped at all before the first PMD mapping came, or are
 * not mapped at all after the last one has gone. PTE mappings that come and go
 * at the same time can be seen in an order that never was. The statistics then
 * drift by some pages, as those of 6.12 do.
 *
 * Context: Page table lock.
 * Return: number of pages.
 */
static __always_inline int impl_pmd_only(struct folio *folio, int mapped)
{
	return max(0, (int)folio_nr_pages(folio) -
		      (mapped & FOLIO_PAGES_MAPPED));
}

/**
 * impl_pmd_count_up - count one more PMD (or PUD) mapping, but not in
 *		       _large_mapcount
 * @folio: the folio
 * @nr_pmdmapped: set to its pages if this is the first one, else to 0
 *
 * Context: Page table lock.
 * Return: pages that were not mapped at all before.
 */
static __always_inline int impl_pmd_count_up(struct folio *folio,
					     int *nr_pmdmapped)
{
	int mapped, nr = 0;

	*nr_pmdmapped = 0;
	if (atomic_inc_and_test(&folio->_entire_mapcount)) {
		mapped = atomic_add_return_relaxed(ENTIRELY_MAPPED,
						   &folio->_nr_pages_mapped);
		/* Otherwise, a CPU has yet to subtract for the previous one. */
		if (likely(mapped < 2 * ENTIRELY_MAPPED)) {
			*nr_pmdmapped = folio_nr_pages(folio);
			nr = impl_pmd_only(folio, mapped);
		}
	}
	return nr;
}

/**
 * impl_pmd_count_down - the reverse of impl_pmd_count_up()
 * @folio: the folio
 *
 * Context: Page table lock.
 * Return: what _nr_pages_mapped became if this was the last one, else
 * ENTIRELY_MAPPED.
 */
static __always_inline int impl_pmd_count_down(struct folio *folio)
{
	if (!atomic_add_negative(-1, &folio->_entire_mapcount))
		return ENTIRELY_MAPPED;
	return atomic_sub_return_relaxed(ENTIRELY_MAPPED,
					 &folio->_nr_pages_mapped);
}

/**
 * impl_pmd_removed - account the removal of a PMD mapping
 * @folio: the folio, its counters lowered
 * @vma: where it was mapped
 * @mapped: what _nr_pages_mapped became; ENTIRELY_MAPPED or more if there is
 *	    another PMD mapping, or already a new one
 *
 * Context: Page table lock.
 */
static __always_inline void impl_pmd_removed(struct folio *folio,
					     struct vm_area_struct *vma,
					     int mapped)
{
	int nr = 0, nr_pmdmapped = 0;

	if (likely(mapped < ENTIRELY_MAPPED)) {
		nr_pmdmapped = folio_nr_pages(folio);
		nr = impl_pmd_only(folio, mapped);
	}
	/* Only the PMD mapped some pages, and PTEs still map the others. */
	if (nr && nr < nr_pmdmapped)
		impl_queue_split(folio);
	impl_mod_stat(folio, -nr, -nr_pmdmapped);
	munlock_vma_folio(folio, vma);
}

/**
 * impl_must_copy - must fork copy anon-exclusive pages of this folio?
 * @folio: an anon folio
 * @src_vma: where the parent has it mapped
 *
 * Context: Page table lock, and write_protect_seq held for writing: GUP-fast
 * cannot pin meanwhile, so "no" stays true.
 * Return: true if the folio may be pinned. Device-private folios cannot be
 * pinned, and callers rely on false for them.
 */
static __always_inline bool impl_must_copy(struct folio *folio,
					   struct vm_area_struct *src_vma)
{
	return !folio_is_device_private(folio) &&
	       unlikely(folio_needs_cow_for_dma(src_vma, folio));
}

/**
 * impl_any_exclusive - is a page of this range anon-exclusive?
 * @page: first page
 * @nr_pages: number of pages
 *
 * Context: Page table lock.
 * Return: true if one is.
 */
static __always_inline bool impl_any_exclusive(struct page *page, int nr_pages)
{
	int i;

	for (i = 0; i < nr_pages; i++)
		if (PageAnonExclusive(page + i))
			return true;
	return false;
}

/**
 * impl_clear_exclusive - mark a page that becomes shared
 * @page: the page
 *
 * In most cases the bit is already clear, and a test is cheaper than a locked
 * operation. The operation must be a locked one: other bits of the word change
 * without any lock that we hold, for example in memory_failure().
 *
 * Context: Page table lock.
 */
static __always_inline void impl_clear_exclusive(struct page *page)
{
	if (PageAnonExclusive(page))
		ClearPageAnonExclusive(page);
}

/**
 * impl_mark_exclusive - mark mapped pages that belong to one process
 * @page: first page
 * @nr_pages: number of pages
 *
 * Context: Page table lock.
 */
static __always_inline void impl_mark_exclusive(struct page *page, int nr_pages)
{
	int i;

	for (i = 0; i < nr_pages; i++)
		SetPageAnonExclusive(page + i);
}

#endif /* _RMAP_AB_IMPL_H */
