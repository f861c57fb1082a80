/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_IMPL_SOLE_H
#define _RMAP_AB_IMPL_SOLE_H
/*
 * Counting by plain stores, where no other CPU can be counting.
 *
 * The counters of a folio are atomic because several page tables can map it:
 * the caller of an operation holds the lock of one page table (of two at fork),
 * and that lock does not exclude a CPU that holds the lock of another one. If
 * no other CPU can change a counter before our lock is released, a load and a
 * plain store are enough. This file has the tests for that, the proof of each,
 * and the functions that count by plain stores.
 *
 * There are two tests. Both read only cache lines that the operation needs
 * anyway:
 *
 *   sole_by_refs()	the call owns all references of a large anon folio: all
 *			counters of the folio are ours
 *   sole_by_bit()	the page is anon-exclusive: its _mapcount is ours (if a
 *			PMD maps it, all counters of the folio)
 *
 * sole_by_flag() is the second one for a page whose bit is about to be set.
 *
 * Both rest on what the callers in the host kernel do, 6.12 or 7.3, and nothing
 * in the kernel enforces that. Read the callers again at every stable update.
 * mm/memory.c of 7.3 states the rule for references, and relies on it itself.
 *
 * What guards the proofs, besides the unit tests "exclusive/path":
 *
 *   tests/model/mapcount.pml		both tests, against everything that may
 *					happen to a large folio at the same time
 *   tests/model/mmids.pml		the MM IDs of 7.3, their lock, and the reuse
 *   tests/model/bit.pml		the bit, with swap, KSM, and mremap()
 *   tests/model/litmus			the order of the accesses
 *   tests/model/exclusive-sites-*	the places in the kernel that set the bit
 *   tests/model/call-sites-*	the callers, and the references that they own
 *   tests/mutants/impl-exclusive-*	one premise or path broken in each; the
 *					test that it names must fail
 *   impl_detect.h			looks for a second writer at run time
 */

#include "impl_layout.h"
#include "impl_detect.h"

/**
 * sole_by_refs - does this call own all references of an anon folio?
 * @folio: a large anon folio
 * @owned: references that the caller holds for the mappings that the call
 *	   counts: for the new or removed ones, and at fork also for the ones
 *	   that are duplicated
 *
 * Claim: if _refcount is @owned, no other CPU can change any counter of the
 * folio until the page table lock is released. So plain stores are enough for
 * all of them.
 *
 * The premise is the token rule. Every mapping of a large anon folio holds a
 * reference: it is taken before the mapping is counted, and it is dropped after
 * the mapping is no longer counted. Everything that could become a mapping
 * holds a reference, too:
 *
 * - the swap cache, one for each page;
 * - a fault that has looked the folio up in the swap cache;
 * - migration, and the caller of a split;
 * - a device-exclusive entry;
 * - GUP;
 * - a CPU that has isolated the folio from the LRU.
 *
 * So if all references are ours, there is no other mapping, no mapping that is
 * half counted or half uncounted, and nothing that another mapping could be
 * made from.
 *
 * A CPU can still take a speculative reference after our test: compaction,
 * page_idle, memory_failure(), the scan of the deferred split queue, GUP-fast.
 * Such a CPU needs our page table lock before it can change a mapping, and it
 * cannot freeze the folio, because our references remain.
 *
 * _refcount may be read late, but a stale value cannot mislead us. Our lock
 * orders us after the creation of our mapping. From then on, everything else
 * that could count has a reference at every point of the modification order of
 * _refcount.
 *
 * Order: first, the other CPU's last change of a counter must come before our
 * accesses. That CPU changes the counter, then drops its reference. The put is
 * a value-returning atomic operation, and so a full barrier. We read _refcount
 * after the put; the control dependency orders our stores after that read, and
 * the acquire orders our reads after it. Second, our stores must come before
 * the next change by another CPU. Our stores come before the release of the
 * page table lock. The next CPU that counts takes this lock, or the lock of the
 * child's page table whose entry we are creating by duplication, or it finds a
 * page table that was populated after our stores. If there is no next one, the
 * final free comes after our own put.
 *
 * Linux 7.3 has more that changes with _large_mapcount: two slots, each with the
 * ID and the mapcount of an MM, a flag that says whether several MMs map the
 * folio, and a bit lock for all of it. The claim covers them. A CPU takes the
 * bit lock only to count a mapping of the folio, or in a write fault. Either way
 * it has a reference of that mapping, and drops the reference only after the bit
 * lock. So if all references are ours, nobody holds the bit lock, and nobody can
 * take it before our page table lock is released:
 *
 * - A write fault decides under the bit lock whether it may reuse the folio
 *   (__wp_can_reuse_large_anon_folio()). It holds the lock of a page table whose
 *   PTE maps the folio. That PTE has a reference, so it is one of those that
 *   this call counts, and the fault needs the page table lock that we hold.
 * - The child of a fork gets a slot. We hold the locks of both page tables.
 * - khugepaged, migration, reclaim, and the caller of a split have references of
 *   their own, from before they unmap until after they have mapped again.
 * - A split needs the word of the slots to be 0, and sets it anew, without the
 *   bit lock, while the folio is frozen. It cannot be frozen, because our
 *   references remain.
 * - folio_maybe_mapped_shared() reads the flag without any lock. It may be late,
 *   as it may be with the bit lock. Slots and flags are one store.
 *
 * The write fault in turn relies on us: it compares _large_mapcount with
 * _refcount. So every implementation lowers _large_mapcount first and raises it
 * last. A mapping that is half counted then has a reference that the write fault
 * does not find in _large_mapcount.
 *
 * While layouts vary (impl_layout.h), the order is the reverse one: a mapping
 * that is half counted is in _large_mapcount and in the slots. The write fault is
 * right all the same. If another MM has such a mapping, that MM has a slot or has
 * set the flag, and the folio is not reused. If it is of the same MM, it is of
 * another page: the fault holds the lock of the only page table of the MM that
 * maps its page. The bit that the fault sets speaks for that page alone. As for
 * the claim, it does not depend on _large_mapcount.
 *
 * What breaks if a premise falls:
 *
 * - The mapcount would be no substitute. A CPU that removes a mapping first
 *   lowers _large_mapcount and later _mapcount. In between, _large_mapcount
 *   says that its mapping has gone; only its reference tells that it has not
 *   finished. Our load and store of a _mapcount would then lose its change
 *   (impl-exclusive-mapcount.mutant, PREDICATE_MAPCOUNT of mapcount.pml). On
 *   7.3, a write fault would also take the folio for its own
 *   (PREDICATE_MAPCOUNT of mmids.pml).
 * - File folios do not obey the token rule: the page cache can map a folio at
 *   any time, and it counts the mapping before it takes the reference.
 * - KSM folios do not, either: the stable tree holds no reference. All of them
 *   are small, so they do not come here.
 * - A PMD mapping holds one reference, whatever the number of pages. A folio
 *   that 512 processes map by a PMD has 512 references, so @owned counts
 *   mappings and not pages there (impl-exclusive-pmd-references.mutant).
 * - Without the acquire, our reads may see counters from before the other CPU's
 *   last change, and our stores would undo that change
 *   (impl-exclusive-refs-no-barrier.mutant, litmus/refs-no-barrier.litmus).
 *
 * Context: Page table lock.
 * Return: true if the call owns all references.
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
 * @page: a page of an anon folio, mapped by the page table whose lock is held.
 *	  For a PMD mapping: the first page, whose bit speaks for all pages
 *
 * Claim: if PG_anon_exclusive is set, no other CPU can change the _mapcount of
 * the page until the page table lock is released. The other counters of the
 * folio are not ours, because other processes may map its other pages. Only a
 * PMD mapping makes all of them ours: it maps all pages. On 7.3, that includes
 * the slots and the bit lock: nobody else has a mapping to count, and a write
 * fault takes the bit lock only for a PTE.
 *
 * The premise is what the bit means. The page has no other mapping, and there
 * is no swap or migration entry from which another one could be made. For that
 * reason a write fault may write to the page without a copy. The bit changes
 * only under the lock of the one page table that maps the page.
 *
 * The bit is set
 *
 * - with the first mapping of a new folio;
 * - when an entry that was itself exclusive is restored;
 * - by a write fault or a swap-in that finds one single reference. Every other
 *   CPU that once mapped the page has then finished counting, because it drops
 *   its reference last;
 * - since 7.3, by a write fault that finds that all references of a large folio
 *   are those of mappings, and all mappings are those of its own MM. An MM maps
 *   a page of an anon folio once at most. No CPU is in the middle of counting,
 *   because it would have a reference that _large_mapcount does not show. Only
 *   the bit of the page with the fault is set: other page tables of the same MM
 *   may map other pages, so nothing but its _mapcount is ours.
 *
 * The bit is cleared before anything else may map the page: by fork before it
 * counts the child's mapping; by KSM, swap, and migration before they replace
 * the entry.
 *
 * So references that the swap cache, GUP, isolation, or migration hold do not
 * matter here. Nor do those of pages that were unmapped just before and still
 * wait in the same TLB batch.
 *
 * The bit of a page that nothing maps says nothing: zap leaves it set, and so
 * does migration to a new folio. Callers must ask only about mapped pages.
 *
 * The bit is read directly, because PageAnonExclusive() looks for hugetlb
 * folios, which do not come here.
 *
 * Order: a write fault sets the bit because it has read one single reference.
 * That read must come before our reads of the counters. Between critical
 * sections, the lock orders them. Within one critical section, only the barrier
 * does. No caller in 6.12 or 7.3 sets the bit by this rule and counts in the
 * same critical section, but nothing forbids it, and the barrier is free where
 * loads are not reordered (x86).
 *
 * What breaks if a premise falls: a second CPU that may count the page makes
 * one of the two counts disappear. Examples are fork that leaves the bit set
 * (impl-exclusive-bit-stays.mutant), a new place in the kernel that sets the
 * bit for another reason (exclusive-sites-*), and a missing barrier
 * (impl-exclusive-bit-no-barrier.mutant, litmus/bit-no-barrier.litmus).
 *
 * Context: Page table lock. Only for anon folios: other folios use the bit for
 * something else (impl-exclusive-small-file.mutant).
 * Return: true if the page is ours alone.
 */
static __always_inline bool sole_by_bit(const struct page *page)
{
	if (!test_bit(PG_anon_exclusive, host_flags(page)))
		return false;
	smp_rmb();	/* pairs with folio_put_testzero() */
	return true;
}

/**
 * sole_by_flag - are the pages that are being mapped ours alone?
 * @flags: of the operation; with RMAP_EXCLUSIVE, the caller knows that the
 *	   pages are exclusive
 *
 * Claim and premise are those of sole_by_bit(), for pages whose bit the
 * operation is about to set.
 *
 * Order: the caller may know it from a reference count that it has read just
 * now, in this critical section. That read does not order our reads of the
 * counters after it, so the barrier is needed
 * (impl-exclusive-flag-no-barrier.mutant, litmus/flag-no-barrier.litmus).
 *
 * Context: Page table lock.
 * Return: true if the pages are ours alone.
 */
static __always_inline bool sole_by_flag(rmap_t flags)
{
	if (!(flags & RMAP_EXCLUSIVE))
		return false;
	smp_rmb();	/* pairs with folio_put_testzero() */
	return true;
}

/**
 * sole_add_return - add to a counter that no other CPU can change
 * @n: how much to add
 * @counter: the counter
 *
 * The new value is made from the old one, and is not a constant that the caller
 * expects: so a counter that is already wrong stays visibly wrong. Readers take
 * no lock, so the accesses are atomic_read() and atomic_set().
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

/**
 * sole_large_add - host_large_add() where no other CPU can change the counter
 *		    or what belongs to it, so without its lock
 * @folio: a large folio
 * @nr: mappings, negative if they are removed
 * @vma: where they are
 *
 * Context: Page table lock.
 */
static __always_inline void sole_large_add(struct folio *folio, int nr,
					   struct vm_area_struct *vma)
{
	unsigned long *const mm_ids = host_mm_ids(folio);
	unsigned long old;
	int now;

	host_check_large(folio, nr < 0 ? -nr : nr, vma);
	now = sole_add_return(nr, &folio->_large_mapcount);
	if (!mm_ids)
		return;
	old = READ_ONCE(*mm_ids);
	sole_store_word(mm_ids, old,
			host_mm_ids_changed(folio, old, nr, now, vma));
}

/**
 * sole_large_raise - sole_large_add() while layouts vary
 * @folio: a large folio
 * @nr: mappings that are added
 * @vma: where they are
 *
 * Context: Page table lock.
 * Return: all mappings that there are now. The folio has its layout.
 */
static __always_inline int sole_large_raise(struct folio *folio, int nr,
					    struct vm_area_struct *vma)
{
	int now;

	sole_large_add(folio, nr, vma);
	now = atomic_read(&folio->_large_mapcount) + 1;
	if (now == nr)
		host_choose_layout_alone(folio);
	return now;
}

/**
 * sole_large_lower - the reverse of sole_large_raise()
 * @folio: a large folio
 * @nr: mappings that are removed
 * @vma: where they were
 *
 * Context: Page table lock.
 * Return: all mappings that are left. If there are none, the folio has lost its
 * layout.
 */
static __always_inline int sole_large_lower(struct folio *folio, int nr,
					    struct vm_area_struct *vma)
{
	int left;

	sole_large_add(folio, -nr, vma);
	left = atomic_read(&folio->_large_mapcount) + 1;
	if (!left)
		host_forget_layout_alone(folio);
	return left;
}

/*
 * The loop takes four pages in a turn. A count is a load, an addition, and a
 * store, so in a loop over single pages the loop's own instructions would be
 * half of the work. At most three pages are left for the second loop.
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
 * sole_count_pages_up - impl_count_pages_up() for pages that are ours alone
 * @page: first page, of a large folio
 * @nr_pages: number of pages
 *
 * Context: Page table lock. sole_by_refs() or sole_by_flag() has returned true.
 * Return: pages of which this is the first PTE mapping.
 */
static __always_inline int sole_count_pages_up(struct page *page, int nr_pages)
{
	return SOLE_SUM_PAGES(page, nr_pages, sole_first);
}

/**
 * sole_count_pages_down - impl_count_pages_down() for pages that are ours alone
 * @page: first page, of a large folio
 * @nr_pages: number of pages
 *
 * Context: Page table lock. sole_by_refs() has returned true.
 * Return: pages that have no PTE mapping left.
 */
static __always_inline int sole_count_pages_down(struct page *page,
						 int nr_pages)
{
	return SOLE_SUM_PAGES(page, nr_pages, sole_last);
}

/**
 * shared_count_pages_down - impl_count_pages_down(), four pages in a turn
 * @page: first page, of a large folio
 * @nr_pages: number of pages
 *
 * Context: Page table lock.
 * Return: pages that have no PTE mapping left.
 */
static __always_inline int shared_count_pages_down(struct page *page,
						   int nr_pages)
{
	return SOLE_SUM_PAGES(page, nr_pages, shared_last);
}

/**
 * mixed_count_pages_down - impl_count_pages_down() if some pages may be ours
 *			    alone
 * @page: first page, of a large anon folio
 * @nr_pages: number of pages
 *
 * Context: Page table lock.
 * Return: pages that have no PTE mapping left.
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
