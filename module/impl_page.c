// SPDX-License-Identifier: GPL-2.0
/*
 * page: one subpage at a time, as before batching.
 *
 * Batching is measured against this one. It has the interface that Linux 6.7
 * had in mm/rmap.c (page_add_anon_rmap(), page_add_file_rmap(),
 * page_remove_rmap()) and include/linux/rmap.h (page_try_dup_anon_rmap(),
 * page_dup_file_rmap()), before the series "mm/rmap: interface overhaul",
 * Message-ID 20231220224504.646757-1-david@redhat.com.
 *
 * Each page costs a call, in which the folio is looked up, _mapcount and
 * _nr_pages_mapped are changed, the statistics are updated, and two questions
 * are asked: is the VMA mlocked, and should the folio be queued for splitting?
 * (The functions of fork were inline, and looked up the folio only to ask
 * whether it is pinned.) For a single page, that call is the operation itself.
 * Most of the cost is the statistics: 6.7, too, changed them once for each page
 * that was mapped for the first or the last time.
 *
 * Four things are not as in 6.7:
 *
 * - _large_mapcount, which 6.7 did not have, is changed once in a call, as in
 *   6.12: it is lowered before the pages and raised after them.
 * - Whether a folio is partially mapped is decided after the last page, by the
 *   rule of 6.12. Otherwise, unmapping a folio would always queue it for
 *   splitting, and reclaim would behave differently. Each page still asks the
 *   question that 6.7 asked, but does not queue the folio, which 6.7 did once
 *   for each folio.
 * - A range is duplicated wholly or not at all. So all pages are searched for
 *   pinned ones beforehand.
 * - In 6.7, faults in the page cache could already map a range of pages
 *   (folio_add_file_rmap_range()). Here, these pages are mapped one by one,
 *   too.
 *
 * A folio without page mapcounts (impl_layout.h) has nothing to count page by
 * page. All implementations do the same with it.
 */

#include "impl_layout.h"

/* 6.7 did not count this. It changes once in a call, in the order of 6.12. */
static __always_inline void large_add(struct folio *folio, int nr_pages,
				      struct vm_area_struct *vma)
{
	if (folio_test_large(folio))
		host_large_add(folio, nr_pages, vma);
}

static __always_inline void large_sub(struct folio *folio, int nr_pages,
				      struct vm_area_struct *vma)
{
	if (folio_test_large(folio))
		host_large_sub(folio, nr_pages, vma);
}

/* Return: true if this is the first mapping of the page. */
static bool page_count_add(struct folio *folio, struct page *page)
{
	bool first = atomic_inc_and_test(&page->_mapcount);

	if (first && folio_test_large(folio))
		first = atomic_inc_return_relaxed(&folio->_nr_pages_mapped) <
			ENTIRELY_MAPPED;
	return first;
}

/* Return: true if that was the last mapping of the page. */
static __always_inline bool page_count_remove(struct folio *folio,
					      struct page *page)
{
	bool last = atomic_add_negative(-1, &page->_mapcount);

	if (last && folio_test_large(folio))
		last = atomic_dec_return_relaxed(&folio->_nr_pages_mapped) <
		       ENTIRELY_MAPPED;
	return last;
}

static __always_inline void add_anon_one(struct page *page,
					 struct vm_area_struct *vma,
					 unsigned long address, rmap_t flags)
{
	struct folio *folio = page_folio(page);
	bool first;

	impl_check_range(folio, page, 1);
	first = page_count_add(folio, page);
	impl_check_anon(folio, page, vma, address);
	impl_mod_stat(folio, first, 0);
	if (flags & RMAP_EXCLUSIVE)
		SetPageAnonExclusive(page);
	impl_check_exclusive(folio, page, 1);
	impl_mlock(folio, 1, vma);
}

static noinline void add_anon_page(struct page *page,
				   struct vm_area_struct *vma,
				   unsigned long address, rmap_t flags)
{
	add_anon_one(page, vma, address, flags);
}

static __always_inline void add_file_one(struct page *page,
					 struct vm_area_struct *vma)
{
	struct folio *folio = page_folio(page);

	impl_check_range(folio, page, 1);
	VM_WARN_ON_FOLIO(folio_test_anon(folio), folio);
	impl_mod_stat(folio, page_count_add(folio, page), 0);
	impl_mlock(folio, 1, vma);
}

static noinline void add_file_page(struct page *page,
				   struct vm_area_struct *vma)
{
	add_file_one(page, vma);
}

static __always_inline void remove_one(struct page *page,
				       struct vm_area_struct *vma)
{
	struct folio *folio = page_folio(page);
	bool last;

	impl_check_range(folio, page, 1);
	last = page_count_remove(folio, page);
	impl_mod_stat(folio, -last, 0);
	if (last && folio_test_large(folio) &&
	    atomic_read(&folio->_nr_pages_mapped))
		impl_queue_split(folio);
	munlock_vma_folio(folio, vma);
}

/*
 * Could the folio be queued for splitting? 6.7 called deferred_split_folio()
 * for each page that lost its last mapping. From the second page on, that
 * function found the folio in the queue and returned. In 6.12,
 * PG_partially_mapped says that the folio is there.
 */
static noinline bool may_queue_split(struct folio *folio)
{
	return !folio_test_swapcache(folio) &&
	       !folio_test_partially_mapped(folio);
}

/*
 * The page is one of several, so the folio is large. A large folio was never
 * mlocked page by page, but 6.7 asked for each page.
 * Return: true if the last mapping of the page has gone, so that the folio may
 * be queued for splitting.
 */
static noinline bool remove_page(struct page *page, struct vm_area_struct *vma)
{
	struct folio *folio = page_folio(page);
	bool may_queue = false;

	impl_check_range(folio, page, 1);
	if (page_count_remove(folio, page)) {
		impl_mod_stat(folio, -1, 0);
		if (folio_test_large(folio) && folio_test_anon(folio))
			may_queue = may_queue_split(folio);
	}
	if (unlikely(vma->vm_flags & VM_LOCKED) && !folio_test_large(folio))
		munlock_folio(folio);
	return may_queue;
}

static __always_inline void page_dup(struct folio *folio, struct page *page)
{
	impl_check_range(folio, page, 1);
	atomic_inc(&page->_mapcount);
}

/*
 * The pages of a large folio are mapped one by one, so this is asked after the
 * last one: has the call mapped all of the folio? Linux 6.12 does not ask.
 */
static __always_inline void mlock_whole(struct folio *folio, int nr_pages,
					struct vm_area_struct *vma)
{
	if (HOST_MLOCKS_LARGE && nr_pages > 1)
		impl_mlock(folio, nr_pages, vma);
}

/* ---- while layouts vary: _large_mapcount is raised first, lowered last ---------- */

static noinline void add_anon_varying(struct folio *folio, struct page *page,
				      int nr_pages, struct vm_area_struct *vma,
				      unsigned long address, rmap_t flags)
{
	const int now = host_large_raise(folio, nr_pages, vma);
	int i;

	if (host_is_none(folio)) {
		impl_mod_stat(folio, impl_none_added(folio, nr_pages, now), 0);
		if (flags & RMAP_EXCLUSIVE)
			impl_mark_exclusive(page, nr_pages);
	} else {
		for (i = 0; i < nr_pages; i++)
			add_anon_page(page + i, vma, address + i * PAGE_SIZE,
				      flags);
	}
	mlock_whole(folio, nr_pages, vma);
}

static noinline void add_file_varying(struct folio *folio, struct page *page,
				      int nr_pages, struct vm_area_struct *vma)
{
	const int now = host_large_raise(folio, nr_pages, vma);
	int i;

	if (host_is_none(folio))
		impl_mod_stat(folio, impl_none_added(folio, nr_pages, now), 0);
	else
		for (i = 0; i < nr_pages; i++)
			add_file_page(page + i, vma);
	mlock_whole(folio, nr_pages, vma);
}

static noinline void remove_varying(struct folio *folio, struct page *page,
				    int nr_pages, struct vm_area_struct *vma)
{
	bool may_queue = false;
	int i;

	if (host_is_none(folio)) {
		impl_none_remove(folio, nr_pages, vma);
		return;
	}
	for (i = 0; i < nr_pages; i++)
		may_queue |= remove_page(page + i, vma);
	if (may_queue && atomic_read(&folio->_nr_pages_mapped))
		impl_queue_split(folio);
	host_large_lower(folio, nr_pages, vma);
	munlock_vma_folio(folio, vma);
}

/* ---- the operations ----------------------------------------------------------- */

static void page_folio_add_anon_rmap_pte(struct folio *folio, struct page *page,
					 int nr_pages, struct vm_area_struct *vma,
					 unsigned long address, rmap_t flags)
{
	if (impl_layouts_vary(folio)) {
		add_anon_varying(folio, page, 1, vma, address, flags);
		return;
	}
	add_anon_one(page, vma, address, flags);
	large_add(folio, 1, vma);
}

static void page_folio_add_anon_rmap_ptes(struct folio *folio,
					  struct page *page, int nr_pages,
					  struct vm_area_struct *vma,
					  unsigned long address, rmap_t flags)
{
	int i;

	if (impl_layouts_vary(folio)) {
		add_anon_varying(folio, page, nr_pages, vma, address, flags);
		return;
	}
	if (nr_pages == 1)
		add_anon_one(page, vma, address, flags);
	else
		for (i = 0; i < nr_pages; i++)
			add_anon_page(page + i, vma, address + i * PAGE_SIZE,
				      flags);
	large_add(folio, nr_pages, vma);
	mlock_whole(folio, nr_pages, vma);
}

static int page_folio_try_dup_anon_rmap_pte(struct folio *folio,
					    struct page *page,
					    struct vm_area_struct *dst_vma,
					    struct vm_area_struct *src_vma)
{
	if (PageAnonExclusive(page)) {
		if (impl_must_copy(folio, src_vma))
			return -EBUSY;
		ClearPageAnonExclusive(page);
	}
	if (!impl_lacks_page_mapcounts(folio))
		page_dup(folio, page);
	large_add(folio, 1, dst_vma);
	return 0;
}

static int page_folio_try_dup_anon_rmap_ptes(struct folio *folio,
					     struct page *page, int nr_pages,
					     struct vm_area_struct *dst_vma,
					     struct vm_area_struct *src_vma)
{
	int i;

	for (i = 0; i < nr_pages; i++)
		if (PageAnonExclusive(page + i) &&
		    impl_must_copy(folio, src_vma))
			return -EBUSY;
	if (impl_lacks_page_mapcounts(folio)) {
		impl_none_dup(folio, page, nr_pages, dst_vma);
		return 0;
	}
	for (i = 0; i < nr_pages; i++) {
		impl_clear_exclusive(page + i);
		page_dup(folio, page + i);
	}
	large_add(folio, nr_pages, dst_vma);
	return 0;
}

static void page_folio_add_file_rmap_pte(struct folio *folio, struct page *page,
					 int nr_pages, struct vm_area_struct *vma)
{
	if (impl_layouts_vary(folio)) {
		add_file_varying(folio, page, 1, vma);
		return;
	}
	add_file_one(page, vma);
	large_add(folio, 1, vma);
}

static void page_folio_add_file_rmap_ptes(struct folio *folio,
					  struct page *page, int nr_pages,
					  struct vm_area_struct *vma)
{
	int i;

	if (impl_layouts_vary(folio)) {
		add_file_varying(folio, page, nr_pages, vma);
		return;
	}
	if (nr_pages == 1)
		add_file_one(page, vma);
	else
		for (i = 0; i < nr_pages; i++)
			add_file_page(page + i, vma);
	large_add(folio, nr_pages, vma);
	mlock_whole(folio, nr_pages, vma);
}

static void page_folio_dup_file_rmap_pte(struct folio *folio, struct page *page,
					 struct vm_area_struct *dst_vma)
{
	if (!impl_lacks_page_mapcounts(folio))
		page_dup(folio, page);
	large_add(folio, 1, dst_vma);
}

static void page_folio_dup_file_rmap_ptes(struct folio *folio,
					  struct page *page, int nr_pages,
					  struct vm_area_struct *dst_vma)
{
	int i;

	if (!impl_lacks_page_mapcounts(folio))
		for (i = 0; i < nr_pages; i++)
			page_dup(folio, page + i);
	large_add(folio, nr_pages, dst_vma);
}

static void page_folio_remove_rmap_pte(struct folio *folio, struct page *page,
				       int nr_pages, struct vm_area_struct *vma)
{
	if (impl_layouts_vary(folio)) {
		remove_varying(folio, page, 1, vma);
		return;
	}
	large_sub(folio, 1, vma);
	remove_one(page, vma);
}

static void page_folio_remove_rmap_ptes(struct folio *folio, struct page *page,
					int nr_pages,
					struct vm_area_struct *vma)
{
	bool may_queue = false;
	int i;

	if (impl_layouts_vary(folio)) {
		remove_varying(folio, page, nr_pages, vma);
		return;
	}
	large_sub(folio, nr_pages, vma);
	if (nr_pages == 1) {
		remove_one(page, vma);
		return;
	}
	for (i = 0; i < nr_pages; i++)
		may_queue |= remove_page(page + i, vma);
	if (may_queue && atomic_read(&folio->_nr_pages_mapped))
		impl_queue_split(folio);
	munlock_vma_folio(folio, vma);
}

const struct rmap_ops page_ops = {
	.name				= "page",
	HOST_OPS_LAYOUTS
	.folio_add_anon_rmap_pte	= page_folio_add_anon_rmap_pte,
	.folio_add_anon_rmap_ptes	= page_folio_add_anon_rmap_ptes,
	.folio_try_dup_anon_rmap_pte	= page_folio_try_dup_anon_rmap_pte,
	.folio_try_dup_anon_rmap_ptes	= page_folio_try_dup_anon_rmap_ptes,
	.folio_add_file_rmap_pte	= page_folio_add_file_rmap_pte,
	.folio_add_file_rmap_ptes	= page_folio_add_file_rmap_ptes,
	.folio_dup_file_rmap_pte	= page_folio_dup_file_rmap_pte,
	.folio_dup_file_rmap_ptes	= page_folio_dup_file_rmap_ptes,
	.folio_remove_rmap_pte		= page_folio_remove_rmap_pte,
	.folio_remove_rmap_ptes		= page_folio_remove_rmap_ptes,
	IMPL_COMMON_OPS,
};
