/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_IMPL_FLAG_H
#define _RMAP_AB_IMPL_FLAG_H
/*
 * PG_anon_exclusive by a plain store, where the call owns the folio.
 *
 * The bit changes only under the lock of the page table that maps the page. Its
 * word in page->flags has other bits, which other CPUs change without that lock.
 * So the kernel changes it by an atomic operation.
 *
 * Claim: if sole_by_refs() has returned true, the *byte* that has PG_anon_exclusive
 * is ours until the page table lock is released, in the third page of the folio and
 * all later ones. Other CPUs write it only as a part of the word, by atomic
 * operations that leave it as it is. So a plain load and store of the byte lose
 * nothing, and are not lost.
 *
 * - Without a reference, memory_failure() sets PG_hwpoison of any page. It is in
 *   another byte. A plain store of the *word* would lose it, and the kernel would
 *   use a broken page again (impl-flag-word.mutant, WORD_STORE of mapcount.pml).
 * - The other bits of the byte are PG_active, PG_workingset, PG_owner_priv_1,
 *   PG_arch_1, PG_reserved, PG_private, and PG_private_2. In an anon folio, the
 *   first two and PG_swapcache, which is PG_owner_priv_1, are in the first page
 *   only; the others are of the page cache, of drivers, and of pages that are in
 *   no folio.
 * - The *first page* has most of them, and reclaim changes them without a
 *   reference of its own. The *second page* has PG_has_hwpoisoned and
 *   PG_large_rmappable in this byte. So these two pages are left to the atomic
 *   operation (impl-flag-second-page.mutant).
 * - A word is written plainly when a folio is allocated, split, or freed. None of
 *   that happens while our references are there.
 * - An atomic operation of another CPU on the word writes our byte, too: what it
 *   has read. On x86 it owns the cache line from its load to its store. So our
 *   store comes before its load or after its store. The Linux memory model does
 *   not speak of accesses of different sizes. Elsewhere than on x86-64, the atomic
 *   operation stays.
 *
 * Nobody relies on an order of the bit against other accesses at the two places
 * where it is stored plainly. In fork, write_protect_seq makes GUP-fast try again.
 * When a PMD mapping is split, the PMD is invalid, and the PTEs do not exist yet.
 *
 * Read in Linux 6.12.118 and 7.3.4: include/linux/page-flags.h, mm/memory-failure.c,
 * mm/vmscan.c, mm/huge_memory.c, mm/page_alloc.c.
 */

#include <linux/build_bug.h>
#include <linux/compiler.h>

#include "impl_sole.h"

#define FLAG_BYTE	(PG_anon_exclusive / BITS_PER_BYTE)
#define FLAG_MASK	((u8)BIT(PG_anon_exclusive % BITS_PER_BYTE))
/* The first page of a folio whose byte is ours. */
#define FLAG_FIRST	2
/* Fewer pages are not worth a second loop. */
#define FLAG_LEAST	8

#ifdef CONFIG_MEMORY_FAILURE
static_assert(PG_hwpoison / BITS_PER_BYTE != FLAG_BYTE);
#endif
/* Bytes of a word are counted from the lowest one. */
static_assert(!IS_ENABLED(CONFIG_X86_64) || FLAG_BYTE == 1);

static __always_inline u8 *flag_byte(struct page *page)
{
	return (u8 *)host_flags(page) + FLAG_BYTE;
}

static __always_inline void flag_set(struct page *page)
{
	u8 *const byte = flag_byte(page);

	SOLE_PROMISE(!(READ_ONCE(*byte) & ~FLAG_MASK));
	if (IS_ENABLED(CONFIG_X86_64))
		sole_store_byte(byte, 0, FLAG_MASK);
	else
		SetPageAnonExclusive(page);
}

/* PageAnonExclusive() looks for hugetlb folios, which do not come here. */
static __always_inline void flag_clear_atomic(struct page *page)
{
	if (test_bit(PG_anon_exclusive, host_flags(page)))
		ClearPageAnonExclusive(page);
}

static __always_inline void flag_clear(struct page *page)
{
	u8 *const byte = flag_byte(page);

	SOLE_PROMISE(!(READ_ONCE(*byte) & ~FLAG_MASK));
	if (IS_ENABLED(CONFIG_X86_64))
		sole_store_byte(byte, FLAG_MASK, 0);
	else
		flag_clear_atomic(page);
}

/* Pages at the start of the range that need an atomic operation. */
static __always_inline int flag_nr_atomic(struct folio *folio,
					  const struct page *page, int nr_pages)
{
	const struct page *const first = folio_page(folio, FLAG_FIRST);

	if (nr_pages < FLAG_LEAST)
		return nr_pages;
	return page < first ? min_t(int, first - page, nr_pages) : 0;
}

static __always_inline int flag_set_value(struct page *page)
{
	flag_set(page);
	return 0;
}

static __always_inline int flag_clear_value(struct page *page)
{
	flag_clear(page);
	return 0;
}

static __always_inline int flag_set_first(struct page *page)
{
	flag_set(page);
	return sole_first(page);
}

static __always_inline int flag_clear_dup(struct page *page)
{
	flag_clear(page);
	return sole_add_return(1, &page->_mapcount) < 0;
}

/**
 * flag_set_pages - mark pages of a folio that the call owns
 * @folio: a large anon folio
 * @page: first page
 * @nr_pages: number of pages
 *
 * Context: Page table lock. sole_by_refs() has returned true.
 */
static __always_inline void flag_set_pages(struct folio *folio,
					   struct page *page, int nr_pages)
{
	const int nr = flag_nr_atomic(folio, page, nr_pages);

	impl_mark_exclusive(page, nr);
	page += nr;
	nr_pages -= nr;
	(void)SOLE_SUM_PAGES(page, nr_pages, flag_set_value);
}

/**
 * flag_clear_pages - the reverse of flag_set_pages(); some may be clear already
 * @folio: a large anon folio
 * @page: first page
 * @nr_pages: number of pages
 *
 * Context: Page table lock. sole_by_refs() has returned true.
 */
static __always_inline void flag_clear_pages(struct folio *folio,
					     struct page *page, int nr_pages)
{
	const int nr = flag_nr_atomic(folio, page, nr_pages);
	int i;

	for (i = 0; i < nr; i++)
		flag_clear_atomic(page + i);
	page += nr;
	nr_pages -= nr;
	(void)SOLE_SUM_PAGES(page, nr_pages, flag_clear_value);
}

/**
 * flag_count_pages_up - sole_count_pages_up() and flag_set_pages() in one pass
 * @folio: a large anon folio
 * @page: first page
 * @nr_pages: number of pages
 *
 * Context: Page table lock. sole_by_refs() has returned true.
 * Return: pages of which this is the first PTE mapping.
 */
static __always_inline int flag_count_pages_up(struct folio *folio,
					       struct page *page, int nr_pages)
{
	const int nr = flag_nr_atomic(folio, page, nr_pages);
	int i, first = 0;

	for (i = 0; i < nr; i++) {
		SetPageAnonExclusive(page + i);
		first += sole_first(page + i);
	}
	page += nr;
	nr_pages -= nr;
	return first + SOLE_SUM_PAGES(page, nr_pages, flag_set_first);
}

/* flag_dup_pages() with atomic operations only. */
static __always_inline void flag_dup_atomic(struct page *page, int nr_pages)
{
	int i;

	for (i = 0; i < nr_pages; i++) {
		flag_clear_atomic(page + i);
		sole_add_return(1, &page[i]._mapcount);
	}
}

/**
 * flag_dup_pages - duplicate mappings: one more each, no page is anon-exclusive
 * @folio: a large anon folio
 * @page: first page
 * @nr_pages: number of pages
 *
 * Context: Page table locks of both processes. sole_by_refs() has returned true.
 */
static __always_inline void flag_dup_pages(struct folio *folio,
					   struct page *page, int nr_pages)
{
	const int nr = flag_nr_atomic(folio, page, nr_pages);

	flag_dup_atomic(page, nr);
	page += nr;
	nr_pages -= nr;
	(void)SOLE_SUM_PAGES(page, nr_pages, flag_clear_dup);
}

#endif /* _RMAP_AB_IMPL_FLAG_H */
