/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H
/*
 * Folios and their flags, as far as the rmap core looks at them. The tests
 * compare all results with a model, so these functions are as simple as they
 * can be.
 */

#include <errno.h>

#include <linux/mm_types.h>
#include <linux/mmdebug.h>

#define PAGE_SHIFT		12
#define PAGE_SIZE		(1UL << PAGE_SHIFT)
#define HPAGE_PMD_ORDER		9
#define HPAGE_PMD_NR		(1 << HPAGE_PMD_ORDER)

#define VM_LOCKED		0x00002000UL
#define VM_IO			0x00004000UL
#define VM_SPECIAL		VM_IO
#define VM_DROPPABLE		0x10000000000UL
#define MMF_HAS_PINNED		27
#define GUP_PIN_COUNTING_BIAS	(1U << 10)

struct module;
#define THIS_MODULE		((struct module *)NULL)

/*
 * The kernel exports these for the module. The program that links the sources
 * defines them.
 */
void mlock_folio(struct folio *folio);
void munlock_folio(struct folio *folio);
void deferred_split_folio(struct folio *folio, bool partially_mapped);

static __always_inline struct folio *page_folio(const struct page *page)
{
	const unsigned long head = READ_ONCE(page->compound_head);

	return (struct folio *)(head & 1 ? head - 1 : (unsigned long)page);
}

#define folio_page(folio, n)	(&(folio)->page + (n))

static __always_inline bool folio_test_large(const struct folio *folio)
{
	return test_bit(PG_head, shim_flags(folio));
}

static __always_inline long folio_nr_pages(const struct folio *folio)
{
	return folio_test_large(folio) ? folio->_folio_nr_pages : 1;
}

static __always_inline unsigned int folio_order(const struct folio *folio)
{
	return __builtin_ctzl(folio_nr_pages(folio));
}

static __always_inline bool folio_test_pmd_mappable(const struct folio *folio)
{
	return folio_order(folio) >= HPAGE_PMD_ORDER;
}

/*
 * The type shares a word with _mapcount, which others may change at the same
 * time. That does not matter, as for every reader without their lock.
 * ThreadSanitizer need not know.
 */
#ifdef __SANITIZE_THREAD__
#define shim_unseen	__attribute__((__noinline__, __no_sanitize_thread__, __unused__))
#else
#define shim_unseen	__always_inline
#endif
static shim_unseen bool folio_test_hugetlb(const struct folio *folio)
{
	return READ_ONCE(folio->page.page_type) >> 24 == PGTY_hugetlb;
}

static __always_inline bool folio_test_anon(const struct folio *folio)
{
	return (unsigned long)folio->mapping & SHIM_MAPPING_ANON;
}

static __always_inline bool folio_test_ksm(const struct folio *folio)
{
	return ((unsigned long)folio->mapping & SHIM_MAPPING_KSM) ==
	       SHIM_MAPPING_KSM;
}

static __always_inline bool folio_test_locked(const struct folio *folio)
{
	return test_bit(PG_locked, shim_flags(folio));
}

static __always_inline bool folio_test_swapbacked(const struct folio *folio)
{
	return test_bit(PG_swapbacked, shim_flags(folio));
}

static __always_inline bool folio_test_swapcache(const struct folio *folio)
{
	return folio_test_swapbacked(folio) &&
	       test_bit(PG_swapcache, shim_flags(folio));
}

static __always_inline void __folio_set_swapbacked(struct folio *folio)
{
	*shim_flags(folio) |= BIT(PG_swapbacked);
}

static __always_inline bool
folio_test_partially_mapped(const struct folio *folio)
{
	return test_bit(PG_partially_mapped, &folio->_flags_1);
}

static __always_inline bool folio_is_device_private(const struct folio *folio)
{
	return test_bit(PG_device_private, shim_flags(folio));
}

static __always_inline bool is_zero_folio(const struct folio *folio)
{
	return !folio;
}

static __always_inline int PageAnonExclusive(const struct page *page)
{
	if (folio_test_hugetlb(page_folio(page)))
		page = &page_folio(page)->page;
	return test_bit(PG_anon_exclusive, shim_flags(page));
}

static __always_inline void SetPageAnonExclusive(struct page *page)
{
	set_bit(PG_anon_exclusive, shim_flags(page));
}

static __always_inline void ClearPageAnonExclusive(struct page *page)
{
	clear_bit(PG_anon_exclusive, shim_flags(page));
}

static __always_inline int folio_ref_count(const struct folio *folio)
{
#ifdef __SANITIZE_THREAD__
	shim_ref_read(&folio->_refcount);
#else
	shim_fenced(false);
#endif
	return atomic_read(&folio->_refcount);
}

static __always_inline int folio_entire_mapcount(const struct folio *folio)
{
	return atomic_read(&folio->_entire_mapcount) + 1;
}

static __always_inline bool folio_maybe_dma_pinned(struct folio *folio)
{
	if (folio_test_large(folio))
		return atomic_read(&folio->_pincount) > 0;
	return (unsigned int)folio_ref_count(folio) >= GUP_PIN_COUNTING_BIAS;
}

static __always_inline bool folio_needs_cow_for_dma(struct vm_area_struct *vma,
						    struct folio *folio)
{
	return test_bit(MMF_HAS_PINNED, &vma->vm_mm->flags) &&
	       folio_maybe_dma_pinned(folio);
}

#endif
