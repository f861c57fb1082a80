/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_IMPL_SOLE_H
#define _RMAP_AB_IMPL_SOLE_H
/*
 * Counting by plain stores, where nobody else can be counting.
 *
 * A page table lock does not exclude those who hold another one and map the same
 * folio. Two facts do, and both lie in cache lines that an operation needs
 * anyway. Who relies on the token rule below: check it at every stable update.
 */

#include "impl.h"
#include "impl_detect.h"

/**
 * sole_by_refs - does this call own all references of an anon folio?
 * @folio: a large anon folio
 * @owned: references that the caller holds for the mappings that are being
 *	   counted: those that are, and those that they are made from
 *
 * If so, nobody else can change any of its counters until the page table lock is
 * released, and plain stores do.
 *
 * The token rule: every mapping of a large anon folio holds a reference, taken
 * before it is counted and dropped after it is no longer. And all that could
 * become a mapping holds one: the swap cache (for each page), a fault that has
 * looked the folio up there, migration, who splits it, a device-exclusive entry,
 * GUP, who has isolated it from the LRU. So nothing but our references means no
 * other mapping, none half counted, and nothing to make one from. Who takes a
 * speculative reference afterwards (compaction, page_idle, memory_failure(), the
 * deferred split, GUP-fast) needs our page table lock before it can touch a
 * mapping, and cannot freeze the references that we hold.
 *
 * The mapcount would not do. Who removes a mapping lowers _large_mapcount first
 * and _mapcount later: its own reference is what tells that it has not finished.
 *
 * Not for file folios: the page cache can map one at any time, and counts before
 * it takes the reference. Not for KSM: the stable tree holds no reference; such
 * folios are small. A PMD mapping is one reference, whatever the number of
 * pages: a folio that 512 processes map by PMD has 512.
 *
 * A stale value cannot mislead us. Our lock orders us after the creation of our
 * mapping, and from then on any other interest has a reference at every point of
 * the modification order of _refcount.
 *
 * Order: another CPU's last change of a counter, then its put, a value-returning
 * atomic operation and so a full barrier, then our read of _refcount, then our
 * stores (by the control dependency) and reads (by the acquire). In the other
 * direction, our stores come before the release of the page table lock. Who
 * counts next takes it, or that of the child whose entry we are duplicating, or
 * finds a page table that was populated after; or is the final free, after our
 * put.
 *
 * Context: Page table lock.
 * Return: true if so.
 */
static __always_inline bool sole_by_refs(struct folio *folio, int owned)
{
	if (folio_ref_count(folio) != owned)
		return false;
	smp_acquire__after_ctrl_dep();	/* pairs with folio_put_testzero() */
	return true;
}

/**
 * sole_by_bit - is this page ours alone, whatever references there are?
 * @page: of an anon folio, mapped by the page table whose lock is held; if by a
 *	  PMD, the first one, which speaks for all
 *
 * If so, nobody else can change its _mapcount until the page table lock is
 * released. The folio's other counters are not ours: its other pages may be
 * mapped by others; unless the mapping is a PMD's.
 *
 * PG_anon_exclusive says that no other mapping of the page exists, nor a swap or
 * migration entry to make one from: that is why a write fault may write to it
 * without a copy. It changes only under the lock of the one page table that maps
 * the page. It is set with the first mapping of a new folio; where an entry that
 * was exclusive itself is restored; by a write fault, or a swap-in, that finds
 * one single reference (so whoever else once mapped the page has finished
 * counting). It is cleared before anything else may map the page: by fork before
 * it counts, by KSM, swap, and migration before they replace the entry.
 *
 * So references by swap cache, GUP, isolation, migration, or of pages unmapped
 * just before, still in the same TLB batch, do not matter here.
 *
 * The bit of a page that nothing maps says nothing: zap leaves it as it is, and
 * so does migration to a new folio. Only pages that are mapped are asked here.
 *
 * The bit is read directly: PageAnonExclusive() looks for hugetlb folios, which
 * do not come here.
 *
 * Order: a write fault sets the bit because it has read one single reference.
 * The lock orders that read before the operations of later critical sections. In
 * the same critical section only the barrier does. No caller in 6.12 sets the bit
 * and counts in one critical section, but nothing else forbids it, and the
 * barrier is free where loads are not reordered (x86).
 *
 * Context: Page table lock. Only for anon folios: other ones use the bit for
 * something else.
 * Return: true if so.
 */
static __always_inline bool sole_by_bit(const struct page *page)
{
	if (!test_bit(PG_anon_exclusive, &page->flags))
		return false;
	smp_rmb();	/* pairs with folio_put_testzero() */
	return true;
}

/**
 * sole_by_flag - are the pages, being mapped, ours alone?
 * @flags: RMAP_EXCLUSIVE: the caller knows that they are
 *
 * What sole_by_bit() says, for pages whose bit is about to be set.
 *
 * Order: the caller may know it from a reference count that it has read just
 * now, in this critical section, and that read does not order ours.
 *
 * Context: Page table lock.
 * Return: true if so.
 */
static __always_inline bool sole_by_flag(rmap_t flags)
{
	if (!(flags & RMAP_EXCLUSIVE))
		return false;
	smp_rmb();	/* pairs with folio_put_testzero() */
	return true;
}

/**
 * sole_add_return - add to a counter that nobody else can change
 * @n: how much
 * @counter: the counter
 *
 * Not a constant: a counter that is wrong already stays visibly wrong. And
 * readers take no lock, so the accesses are atomic_read() and atomic_set().
 *
 * Context: Page table lock.
 * Return: the new value.
 */
static __always_inline int sole_add_return(int n, atomic_t *counter)
{
	const int old = atomic_read(counter), new = old + n;

	sole_store(counter, old, new);
	return new;
}

/*
 * Four pages a turn: a count is a load, an addition and a store, so the loop's
 * own instructions would be half of it. What is left over is at most three.
 */
#define SOLE_SUM_PAGES(page, nr_pages, value) ({			\
	struct page *__page = (page);					\
	struct page *const __end = __page + (nr_pages);			\
	struct page *const __turns = __page + ((nr_pages) & ~3);	\
	int __sum = 0;							\
									\
	for (; __page < __turns; __page += 4)				\
		__sum += value(__page) + value(__page + 1) +		\
			 value(__page + 2) + value(__page + 3);		\
	for (; __page < __end; __page++)				\
		__sum += value(__page);					\
	__sum;								\
})

static __always_inline int sole_first(struct page *page)
{
	SOLE_PROMISE(atomic_read(&page->_mapcount) == -1);
	return !sole_add_return(1, &page->_mapcount);
}

static __always_inline int sole_last(struct page *page)
{
	SOLE_PROMISE(atomic_read(&page->_mapcount) == 0);
	return sole_add_return(-1, &page->_mapcount) < 0;
}

static __always_inline int shared_last(struct page *page)
{
	return atomic_add_negative(-1, &page->_mapcount);
}

/**
 * sole_count_pages_up - impl_count_pages_up() where we are alone
 * @page: first page, of a large folio
 * @nr_pages: number of pages
 *
 * Context: Page table lock, and sole_by_refs() or sole_by_flag().
 * Return: pages of which this is the first PTE mapping.
 */
static __always_inline int sole_count_pages_up(struct page *page, int nr_pages)
{
	return SOLE_SUM_PAGES(page, nr_pages, sole_first);
}

/**
 * sole_count_pages_down - impl_count_pages_down() where we are alone
 * @page: first page, of a large folio
 * @nr_pages: number of pages
 *
 * Context: Page table lock, and sole_by_refs().
 * Return: pages that have no PTE mapping any more.
 */
static __always_inline int sole_count_pages_down(struct page *page,
						 int nr_pages)
{
	return SOLE_SUM_PAGES(page, nr_pages, sole_last);
}

/**
 * shared_count_pages_down - impl_count_pages_down(), four pages a turn
 * @page: first page, of a large folio
 * @nr_pages: number of pages
 *
 * Context: Page table lock.
 * Return: pages that have no PTE mapping any more.
 */
static __always_inline int shared_count_pages_down(struct page *page,
						   int nr_pages)
{
	return SOLE_SUM_PAGES(page, nr_pages, shared_last);
}

/**
 * mixed_count_pages_down - impl_count_pages_down() where some pages may be ours
 *			    alone
 * @page: first page, of a large anon folio
 * @nr_pages: number of pages
 *
 * Context: Page table lock.
 * Return: pages that have no PTE mapping any more.
 */
static __always_inline int mixed_count_pages_down(struct page *page,
						  int nr_pages)
{
	int i, last = 0;

	for (i = 0; i < nr_pages; i++) {
		if (sole_by_bit(page + i))
			last += sole_last(page + i);
		else
			last += shared_last(page + i);
	}
	return last;
}

#endif /* _RMAP_AB_IMPL_SOLE_H */
