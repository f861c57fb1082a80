// SPDX-License-Identifier: GPL-2.0
/*
 * exclusive: it keeps every count, but uses no atomic operation where no other
 * CPU can be counting.
 *
 * This goes beyond upstream. It is `control` with two short cuts for anon
 * folios: if the call owns all references of a large folio, all counters change
 * by plain stores; if a page is anon-exclusive, its _mapcount does. The proofs
 * are in impl_sole.h. Which references a call owns depends on the operation,
 * and is explained at each operation below.
 *
 * PG_anon_exclusive itself changes by plain stores of its byte where the call owns
 * all references, but not of the first two pages (impl_flag.h). Elsewhere, it
 * changes by atomic bit operations: other bits of the same word change without
 * any lock that we hold.
 *
 * Where no short cut applies, PTE operations change _nr_pages_mapped as
 * `control` does: by one value-returning operation in a call. `batch` has one
 * for each page.
 */

#include "impl_count.h"
#include "impl_flag.h"
#include "impl_sole.h"
#include "sole.h"

/* ---- remove ---------------------------------------------------------------- */

/*
 * The caller drops the references of the removed mappings, one for each PTE,
 * after we return. So the call owns nr_pages references. Reclaim, migration,
 * and khugepaged hold further references, so for them the test always fails. It
 * also fails for a folio whose pages are zapped in several steps, until the
 * pages of the earlier steps have been flushed from the TLB.
 *
 * Return: pages that are no longer mapped.
 */
static __always_inline int remove_anon_large(struct folio *folio,
					     struct page *page, int nr_pages,
					     struct vm_area_struct *vma)
{
	int last;

	if (sole_by_refs(folio, nr_pages)) {
		sole_note(SOLE_REMOVE_PTES, SOLE_BY_REFS);
		SOLE_PROMISE_PTES(folio, nr_pages);
		sole_large_add(folio, -nr_pages, vma);
		last = sole_count_pages_down(page, nr_pages);
		if (last && sole_add_return(-last, &folio->_nr_pages_mapped) <
		    ENTIRELY_MAPPED)
			return last;
		return 0;
	}

	host_large_sub(folio, nr_pages, vma);
	/* In most ranges, either all pages are exclusive or none is. */
	if (sole_by_bit(page)) {
		sole_note(SOLE_REMOVE_PTES, SOLE_BY_BIT);
		last = mixed_count_pages_down(page, nr_pages);
	} else {
		sole_note(SOLE_REMOVE_PTES, SOLE_NOT);
		last = shared_count_pages_down(page, nr_pages);
	}
	return impl_count_last(folio, last);
}

static __always_inline void remove_anon(struct folio *folio,
					struct page *page, int nr_pages,
					struct vm_area_struct *vma)
{
	const int nr = remove_anon_large(folio, page, nr_pages, vma);

	if (nr && atomic_read(&folio->_nr_pages_mapped))
		impl_queue_split(folio);
	impl_mod_stat(folio, -nr, 0);
	munlock_vma_folio(folio, vma);
}

/* Where _large_mapcount is lowered last. Return: all mappings that are left. */
static __always_inline int lower_large(struct folio *folio, int nr,
				       struct vm_area_struct *vma, bool sole)
{
	return sole ? sole_large_lower(folio, nr, vma) :
		      host_large_lower(folio, nr, vma);
}

/*
 * Count down the pages that have page mapcounts, while layouts vary.
 * Return: pages that are no longer mapped.
 */
static __always_inline int remove_anon_counts(struct folio *folio,
					      struct page *page, int nr_pages,
					      bool sole)
{
	int last;

	if (!sole) {
		last = sole_by_bit(page) ? mixed_count_pages_down(page, nr_pages) :
					   shared_count_pages_down(page, nr_pages);
		return impl_count_last(folio, last);
	}
	last = sole_count_pages_down(page, nr_pages);
	if (last && sole_add_return(-last, &folio->_nr_pages_mapped) <
	    ENTIRELY_MAPPED)
		return last;
	return 0;
}

/* As remove_anon(), while layouts vary. */
static noinline void remove_anon_varying(struct folio *folio, struct page *page,
					 int nr_pages,
					 struct vm_area_struct *vma)
{
	const bool sole = sole_by_refs(folio, nr_pages);
	int nr;

	if (sole) {
		sole_note(SOLE_REMOVE_PTES, SOLE_BY_REFS);
		SOLE_PROMISE_PTES(folio, nr_pages);
	}
	if (host_is_none(folio)) {
		if (!sole)
			sole_note(SOLE_REMOVE_PTES, SOLE_NOT);
		impl_none_removed(folio, lower_large(folio, nr_pages, vma, sole),
				  vma);
		return;
	}
	if (!sole)
		sole_note(SOLE_REMOVE_PTES,
			  sole_by_bit(page) ? SOLE_BY_BIT : SOLE_NOT);
	nr = remove_anon_counts(folio, page, nr_pages, sole);
	if (nr && atomic_read(&folio->_nr_pages_mapped))
		impl_queue_split(folio);
	lower_large(folio, nr_pages, vma, sole);
	impl_mod_stat(folio, -nr, 0);
	munlock_vma_folio(folio, vma);
}

/*
 * The functions that follow are not inlined. The registers that they need would
 * be saved for each page, even if one atomic operation is all there is to do.
 */
static noinline void remove_anon_page(struct folio *folio, struct page *page,
				      struct vm_area_struct *vma)
{
	if (host_layouts_vary())
		remove_anon_varying(folio, page, 1, vma);
	else
		remove_anon(folio, page, 1, vma);
}

static noinline void remove_anon_pages(struct folio *folio, struct page *page,
				       int nr_pages,
				       struct vm_area_struct *vma)
{
	if (host_layouts_vary())
		remove_anon_varying(folio, page, nr_pages, vma);
	else
		remove_anon(folio, page, nr_pages, vma);
}

static noinline void remove_file(struct folio *folio, struct page *page,
				 int nr_pages, struct vm_area_struct *vma)
{
	int nr;

	if (host_layouts_vary()) {
		impl_remove_varying(folio, page, nr_pages, vma);
		return;
	}
	host_large_sub(folio, nr_pages, vma);
	nr = impl_count_last(folio, shared_count_pages_down(page, nr_pages));
	impl_mod_stat(folio, -nr, 0);
	munlock_vma_folio(folio, vma);
}

static noinline void removed_small(struct folio *folio,
				   struct vm_area_struct *vma)
{
	impl_mod_stat(folio, -1, 0);
	munlock_vma_folio(folio, vma);
}

/* Return: true if that was the last mapping. */
static __always_inline bool last_of_small(struct folio *folio)
{
	/* In a file page, the bit has another meaning: PG_mappedtodisk. */
	if (!folio_test_anon(folio))
		return shared_last(&folio->page);
	if (sole_by_bit(&folio->page)) {
		sole_note(SOLE_REMOVE_PTES, SOLE_BY_BIT);
		return sole_last(&folio->page);
	}
	sole_note(SOLE_REMOVE_PTES, SOLE_NOT);
	return shared_last(&folio->page);
}

static __always_inline void remove_small(struct folio *folio,
					 struct vm_area_struct *vma)
{
	if (last_of_small(folio))
		removed_small(folio, vma);
	else
		munlock_vma_folio(folio, vma);
}

/* ---- add --------------------------------------------------------------------- */

static __always_inline void mark_exclusive(struct folio *folio,
					   struct page *page, int nr_pages,
					   bool sole)
{
	if (sole)
		flag_set_pages(folio, page, nr_pages);
	else
		impl_mark_exclusive(page, nr_pages);
}

/* add_anon_large() while layouts vary. */
static noinline int add_anon_varying(struct folio *folio, struct page *page,
				     int nr_pages, struct vm_area_struct *vma,
				     rmap_t flags)
{
	const bool sole = sole_by_refs(folio, nr_pages);
	const bool by_bit = !sole && sole_by_flag(flags);
	int first, now;

	now = sole ? sole_large_raise(folio, nr_pages, vma) :
		     host_large_raise(folio, nr_pages, vma);
	if (flags & RMAP_EXCLUSIVE)
		mark_exclusive(folio, page, nr_pages, sole);
	if (host_is_none(folio)) {
		sole_note(SOLE_ADD_PTES, sole ? SOLE_BY_REFS : SOLE_NOT);
		return impl_none_added(folio, nr_pages, now);
	}
	sole_note(SOLE_ADD_PTES, sole ? SOLE_BY_REFS :
		  by_bit ? SOLE_BY_BIT : SOLE_NOT);
	first = sole || by_bit ? sole_count_pages_up(page, nr_pages) :
				 impl_count_pages_up(page, nr_pages);
	if (!sole)
		return impl_count_first(folio, first);
	return first && sole_add_return(first, &folio->_nr_pages_mapped) <
			ENTIRELY_MAPPED ? first : 0;
}

/*
 * The caller has taken the references of the new mappings, one for each PTE. A
 * caller that PTE-maps a THP holds no other references: the reference of the
 * PMD mapping is one of them. The PMD mapping is still counted; the same caller
 * removes it afterwards.
 *
 * This marks the pages, too, if the caller says that they are exclusive.
 *
 * Return: pages that were not mapped before.
 */
static __always_inline int add_anon_large(struct folio *folio,
					  struct page *page, int nr_pages,
					  struct vm_area_struct *vma,
					  rmap_t flags)
{
	int first, nr;

	if (host_layouts_vary())
		return add_anon_varying(folio, page, nr_pages, vma, flags);
	if (sole_by_refs(folio, nr_pages)) {
		sole_note(SOLE_ADD_PTES, SOLE_BY_REFS);
		first = flags & RMAP_EXCLUSIVE ?
			flag_count_pages_up(folio, page, nr_pages) :
			sole_count_pages_up(page, nr_pages);
		nr = first &&
		     sole_add_return(first, &folio->_nr_pages_mapped) <
		     ENTIRELY_MAPPED ? first : 0;
		sole_large_add(folio, nr_pages, vma);
		return nr;
	}

	if (sole_by_flag(flags)) {
		sole_note(SOLE_ADD_PTES, SOLE_BY_BIT);
		first = sole_count_pages_up(page, nr_pages);
		impl_mark_exclusive(page, nr_pages);
	} else {
		sole_note(SOLE_ADD_PTES, SOLE_NOT);
		first = impl_count_pages_up(page, nr_pages);
	}
	nr = impl_count_first(folio, first);
	host_large_add(folio, nr_pages, vma);
	return nr;
}

static __always_inline bool add_anon_small(struct folio *folio, rmap_t flags)
{
	if (sole_by_flag(flags)) {
		sole_note(SOLE_ADD_PTES, SOLE_BY_BIT);
		SetPageAnonExclusive(&folio->page);
		return sole_first(&folio->page);
	}
	sole_note(SOLE_ADD_PTES, SOLE_NOT);
	return atomic_inc_and_test(&folio->_mapcount);
}

static __always_inline void exclusive_add_anon(struct folio *folio,
					       struct page *page, int nr_pages,
					       struct vm_area_struct *vma,
					       unsigned long address,
					       rmap_t flags)
{
	int nr;

	impl_check_range(folio, page, nr_pages);
	if (folio_test_large(folio))
		nr = add_anon_large(folio, page, nr_pages, vma, flags);
	else
		nr = add_anon_small(folio, flags);
	impl_check_anon(folio, page, vma, address);
	impl_mod_stat(folio, nr, 0);
	impl_check_exclusive(folio, page, nr_pages);
	impl_mlock(folio, nr_pages, vma);
}

/* ---- dup ---------------------------------------------------------------------- */

/* Return: true if the page was anon-exclusive. It is no longer. */
static __always_inline bool take_exclusive(struct page *page)
{
	if (!sole_by_bit(page))
		return false;
	ClearPageAnonExclusive(page);
	return true;
}

/* Return: true if the page was anon-exclusive. */
static __always_inline bool exclusive_dup_page(struct page *page)
{
	/*
	 * Until here the bit kept other CPUs away. From here on, our lock and
	 * that of the child do.
	 */
	if (take_exclusive(page)) {
		SOLE_PROMISE(atomic_read(&page->_mapcount) == 0);
		sole_add_return(1, &page->_mapcount);
		return true;
	}
	atomic_inc(&page->_mapcount);
	return false;
}

static __always_inline void dup_small(struct folio *folio)
{
	if (exclusive_dup_page(&folio->page))
		sole_note(SOLE_DUP_PTES, SOLE_BY_BIT);
	else
		sole_note(SOLE_DUP_PTES, SOLE_NOT);
}

/* Out of line: its registers would be saved for few pages, too. */
static noinline void dup_many(struct folio *folio, struct page *page,
			      int nr_pages)
{
	flag_dup_pages(folio, page, nr_pages);
}

static __always_inline void dup_owned(struct folio *folio, struct page *page,
				      int nr_pages)
{
	if (nr_pages < FLAG_LEAST)
		flag_dup_atomic(page, nr_pages);
	else
		dup_many(folio, page, nr_pages);
}

/* As dup_large(), of a folio without page mapcounts. */
static noinline void dup_none(struct folio *folio, struct page *page,
			      int nr_pages, struct vm_area_struct *dst_vma)
{
	if (!sole_by_refs(folio, 2 * nr_pages)) {
		sole_note(SOLE_DUP_PTES, SOLE_NOT);
		impl_none_dup(folio, page, nr_pages, dst_vma);
		return;
	}
	sole_note(SOLE_DUP_PTES, SOLE_BY_REFS);
	SOLE_PROMISE_PTES(folio, nr_pages);
	flag_clear_pages(folio, page, nr_pages);
	sole_large_add(folio, nr_pages, dst_vma);
}

/*
 * Fork has already taken the references of the new mappings, one for each PTE.
 * The parent's mappings have as many. So the call owns 2 * nr_pages references.
 */
static __always_inline void dup_large(struct folio *folio, struct page *page,
				      int nr_pages,
				      struct vm_area_struct *dst_vma)
{
	int i;

	if (impl_lacks_page_mapcounts(folio)) {
		dup_none(folio, page, nr_pages, dst_vma);
		return;
	}
	if (sole_by_refs(folio, 2 * nr_pages)) {
		sole_note(SOLE_DUP_PTES, SOLE_BY_REFS);
		SOLE_PROMISE_PTES(folio, nr_pages);
		dup_owned(folio, page, nr_pages);
		sole_large_add(folio, nr_pages, dst_vma);
		return;
	}

	sole_note(SOLE_DUP_PTES, sole_by_bit(page) ? SOLE_BY_BIT : SOLE_NOT);
	for (i = 0; i < nr_pages; i++)
		exclusive_dup_page(page + i);
	host_large_add(folio, nr_pages, dst_vma);
}

static __always_inline int exclusive_try_dup(struct folio *folio,
					     struct page *page, int nr_pages,
					     struct vm_area_struct *dst_vma,
					     struct vm_area_struct *src_vma)
{
	impl_check_range(folio, page, nr_pages);
	VM_WARN_ON_FOLIO(!folio_test_anon(folio), folio);

	if (impl_must_copy(folio, src_vma) &&
	    impl_any_exclusive(page, nr_pages))
		return -EBUSY;
	if (folio_test_large(folio))
		dup_large(folio, page, nr_pages, dst_vma);
	else
		dup_small(folio);
	return 0;
}

/* ---- one PMD: it maps all pages of the folio and holds one reference ----------- */

/*
 * Is a PMD mapping the only mapping, with @owned references for it? The bit of
 * the first page speaks for all pages, and so for all counters of the folio.
 * That is also true for a PMD mapping that is removed after the folio was
 * PTE-mapped: no other CPU can find that page table yet.
 */
static __always_inline bool sole_pmd(struct folio *folio, int owned,
				     enum sole_op op)
{
	if (sole_by_bit(&folio->page)) {
		sole_note(op, SOLE_BY_BIT);
		SOLE_PROMISE(atomic_read(&folio->_entire_mapcount) == 0);
		return true;
	}
	if (sole_by_refs(folio, owned)) {
		sole_note(op, SOLE_BY_REFS);
		SOLE_PROMISE_PMD(folio);
		return true;
	}
	sole_note(op, SOLE_NOT);
	return false;
}

static int exclusive_folio_try_dup_anon_rmap_pmd(struct folio *folio,
						 struct page *page,
						 struct vm_area_struct *dst_vma,
						 struct vm_area_struct *src_vma)
{
	if (!impl_have_pmd())
		return -EBUSY;
	impl_check_pmd(folio, page);
	VM_WARN_ON_FOLIO(!folio_test_anon(folio), folio);

	if (sole_by_bit(page) && impl_must_copy(folio, src_vma))
		return -EBUSY;
	/* One reference of the parent's mapping, and one of the new one. */
	if (!sole_pmd(folio, 2, SOLE_DUP_PMD)) {
		atomic_inc(&folio->_entire_mapcount);
		host_large_add(folio, 1, dst_vma);
		return 0;
	}
	SOLE_PROMISE_PMD(folio);
	take_exclusive(page);
	sole_add_return(1, &folio->_entire_mapcount);
	sole_large_add(folio, 1, dst_vma);
	return 0;
}

/* As remove_anon_pmd(), while layouts vary. */
static noinline void remove_anon_pmd_varying(struct folio *folio,
					     struct vm_area_struct *vma)
{
	int mapped = ENTIRELY_MAPPED;
	bool last;

	if (!sole_pmd(folio, 1, SOLE_REMOVE_PMD)) {
		impl_pmd_remove_varying(folio, vma);
		return;
	}
	if (host_is_none(folio)) {
		last = sole_add_return(-1, &folio->_entire_mapcount) < 0;
		impl_none_pmd_removed(folio, sole_large_lower(folio, 1, vma),
				      last, vma);
		return;
	}
	if (sole_add_return(-1, &folio->_entire_mapcount) < 0)
		mapped = sole_add_return(-ENTIRELY_MAPPED,
					 &folio->_nr_pages_mapped);
	sole_large_lower(folio, 1, vma);
	impl_pmd_removed(folio, vma, mapped);
}

static noinline void remove_anon_pmd(struct folio *folio, struct page *page,
				     struct vm_area_struct *vma)
{
	int mapped = ENTIRELY_MAPPED;

	if (!impl_have_pmd())
		return;
	if (host_layouts_vary()) {
		impl_check_pmd(folio, page);
		remove_anon_pmd_varying(folio, vma);
		return;
	}
	/* The mapping holds one reference, even for a THP of 512 pages. */
	if (!sole_pmd(folio, 1, SOLE_REMOVE_PMD)) {
		common_folio_remove_rmap_pmd(folio, page, vma);
		return;
	}
	impl_check_pmd(folio, page);
	sole_large_add(folio, -1, vma);
	if (sole_add_return(-1, &folio->_entire_mapcount) < 0)
		mapped = sole_add_return(-ENTIRELY_MAPPED,
					 &folio->_nr_pages_mapped);
	impl_pmd_removed(folio, vma, mapped);
}

static void exclusive_folio_remove_rmap_pmd(struct folio *folio,
					    struct page *page,
					    struct vm_area_struct *vma)
{
	if (folio_test_anon(folio))
		remove_anon_pmd(folio, page, vma);
	else
		common_folio_remove_rmap_pmd(folio, page, vma);
}

/* ---- the two granularities: each is compiled for its own number of pages ------- */

static void exclusive_folio_add_anon_rmap_pte(struct folio *folio,
					      struct page *page, int nr_pages,
					      struct vm_area_struct *vma,
					      unsigned long address,
					      rmap_t flags)
{
	exclusive_add_anon(folio, page, 1, vma, address, flags);
}

static void exclusive_folio_add_anon_rmap_ptes(struct folio *folio,
					       struct page *page, int nr_pages,
					       struct vm_area_struct *vma,
					       unsigned long address,
					       rmap_t flags)
{
	exclusive_add_anon(folio, page, nr_pages, vma, address, flags);
}

static int exclusive_folio_try_dup_anon_rmap_pte(struct folio *folio,
						 struct page *page,
						 struct vm_area_struct *dst_vma,
						 struct vm_area_struct *src_vma)
{
	return exclusive_try_dup(folio, page, 1, dst_vma, src_vma);
}

static int exclusive_folio_try_dup_anon_rmap_ptes(struct folio *folio,
						  struct page *page,
						  int nr_pages,
						  struct vm_area_struct *dst_vma,
						  struct vm_area_struct *src_vma)
{
	return exclusive_try_dup(folio, page, nr_pages, dst_vma, src_vma);
}

static void exclusive_folio_add_file_rmap_pte(struct folio *folio,
					      struct page *page, int nr_pages,
					      struct vm_area_struct *vma)
{
	impl_add_file(folio, page, 1, vma);
}

static void exclusive_folio_add_file_rmap_ptes(struct folio *folio,
					       struct page *page, int nr_pages,
					       struct vm_area_struct *vma)
{
	impl_add_file(folio, page, nr_pages, vma);
}

static void exclusive_folio_dup_file_rmap_pte(struct folio *folio,
					      struct page *page,
					      struct vm_area_struct *dst_vma)
{
	impl_dup_file(folio, page, 1, dst_vma);
}

static void exclusive_folio_dup_file_rmap_ptes(struct folio *folio,
					       struct page *page, int nr_pages,
					       struct vm_area_struct *dst_vma)
{
	impl_dup_file(folio, page, nr_pages, dst_vma);
}

static void exclusive_folio_remove_rmap_pte(struct folio *folio,
					    struct page *page, int nr_pages,
					    struct vm_area_struct *vma)
{
	impl_check_range(folio, page, 1);
	if (!folio_test_large(folio))
		remove_small(folio, vma);
	else if (folio_test_anon(folio))
		remove_anon_page(folio, page, vma);
	else
		remove_file(folio, page, 1, vma);
}

static void exclusive_folio_remove_rmap_ptes(struct folio *folio,
					     struct page *page, int nr_pages,
					     struct vm_area_struct *vma)
{
	impl_check_range(folio, page, nr_pages);
	if (!folio_test_large(folio))
		remove_small(folio, vma);
	else if (folio_test_anon(folio))
		remove_anon_pages(folio, page, nr_pages, vma);
	else
		remove_file(folio, page, nr_pages, vma);
}

const struct rmap_ops exclusive_ops = {
	.name				= "exclusive",
	HOST_OPS_LAYOUTS
	.folio_add_anon_rmap_pte	= exclusive_folio_add_anon_rmap_pte,
	.folio_add_anon_rmap_ptes	= exclusive_folio_add_anon_rmap_ptes,
	.folio_try_dup_anon_rmap_pte	= exclusive_folio_try_dup_anon_rmap_pte,
	.folio_try_dup_anon_rmap_ptes	= exclusive_folio_try_dup_anon_rmap_ptes,
	.folio_try_dup_anon_rmap_pmd	= exclusive_folio_try_dup_anon_rmap_pmd,
	.folio_add_file_rmap_pte	= exclusive_folio_add_file_rmap_pte,
	.folio_add_file_rmap_ptes	= exclusive_folio_add_file_rmap_ptes,
	.folio_dup_file_rmap_pte	= exclusive_folio_dup_file_rmap_pte,
	.folio_dup_file_rmap_ptes	= exclusive_folio_dup_file_rmap_ptes,
	.folio_remove_rmap_pte		= exclusive_folio_remove_rmap_pte,
	.folio_remove_rmap_ptes		= exclusive_folio_remove_rmap_ptes,
	.folio_remove_rmap_pmd		= exclusive_folio_remove_rmap_pmd,
	IMPL_COMMON_BASE_OPS,
};
