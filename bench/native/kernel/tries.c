// SPDX-License-Identifier: GPL-2.0
#include <linux/prefetch.h>

#include "host.h"
#include "space.h"
#include "tries.h"

/* In percent of the folio. */
static int first_percent;

void tries_set_process(int process, int nr_processes)
{
	first_percent = process * 100 / nr_processes;
}

#ifdef CONFIG_RMAP_OPS
/* In which order a call visits the lines of a folio's struct pages. */
enum try {
	TRY_JOINED,	/* the folio's counter first, as the next line is taken anyway */
	TRY_REVERSE,	/* from the last page to the first */
	TRY_STAGGERED,	/* each process begins with another page */
	TRY_AHEAD,	/* ask for lines before they are needed */
	NR_TRIES
};

/* Lines that are asked for ahead. */
#define AHEAD	8

static __always_inline int nth(enum try try, int i, int first, int nr)
{
	if (try == TRY_REVERSE)
		return nr - 1 - i;
	if (try == TRY_STAGGERED)
		return i + first < nr ? i + first : i + first - nr;
	return i;
}

static __always_inline void look_ahead(enum try try, struct page *page, int i, int nr)
{
	if (try != TRY_AHEAD)
		return;
	if (!i)
		for (int a = 1; a < AHEAD && a < nr; a++)
			prefetchw(page + a);
	if (i + AHEAD < nr)
		prefetchw(page + i + AHEAD);
}

static __always_inline int try_dup(enum try try, struct folio *folio, struct page *page, int nr,
				   struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma)
{
	const int first = nr * first_percent / 100;

	if (!folio_test_large(folio) || PageAnonExclusive(page))
		return rmap_builtin_ops.folio_try_dup_anon_rmap_ptes(folio, page, nr, dst_vma,
								     src_vma);
	if (try == TRY_JOINED)
		host_large_add(folio, nr, dst_vma);
	for (int i = 0; i < nr; i++) {
		look_ahead(try, page, i, nr);
		atomic_inc(&page[nth(try, i, first, nr)]._mapcount);
	}
	if (try != TRY_JOINED)
		host_large_add(folio, nr, dst_vma);
	return 0;
}

static __always_inline void try_remove(enum try try, struct folio *folio, struct page *page,
				       int nr, struct vm_area_struct *vma)
{
	const int first = nr * first_percent / 100;
	int last = 0;

	if (!folio_test_large(folio)) {
		rmap_builtin_ops.folio_remove_rmap_ptes(folio, page, nr, vma);
		return;
	}
	host_large_sub(folio, nr, vma);
	for (int i = 0; i < nr; i++) {
		look_ahead(try, page, i, nr);
		last += atomic_add_negative(-1, &page[nth(try, i, first, nr)]._mapcount);
	}
	if (last)
		side_fail("a try has removed a last mapping");
}

#define TRY(name, try)								\
static int name##_dup(struct folio *folio, struct page *page, int nr_pages,	\
		      struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma) \
{										\
	return try_dup(try, folio, page, nr_pages, dst_vma, src_vma);		\
}										\
static void name##_remove(struct folio *folio, struct page *page, int nr_pages,	\
			  struct vm_area_struct *vma)				\
{										\
	try_remove(try, folio, page, nr_pages, vma);				\
}

TRY(joined, TRY_JOINED)
TRY(reverse, TRY_REVERSE)
TRY(staggered, TRY_STAGGERED)
TRY(ahead, TRY_AHEAD)

static const struct {
	const char *name;
	int (*dup)(struct folio *folio, struct page *page, int nr_pages,
		   struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma);
	void (*remove)(struct folio *folio, struct page *page, int nr_pages,
		       struct vm_area_struct *vma);
} tries[NR_TRIES] = {
	[TRY_JOINED]	= { "+joined", joined_dup, joined_remove },
	[TRY_REVERSE]	= { "+reverse", reverse_dup, reverse_remove },
	[TRY_STAGGERED]	= { "+staggered", staggered_dup, staggered_remove },
	[TRY_AHEAD]	= { "+ahead", ahead_dup, ahead_remove },
};

const struct rmap_ops *tries_ops(int i)
{
	static struct rmap_ops ops[NR_TRIES];

	if (i < 0 || i >= NR_TRIES)
		return NULL;
	ops[i] = rmap_builtin_ops;
	ops[i].name = tries[i].name;
	ops[i].folio_try_dup_anon_rmap_ptes = tries[i].dup;
	ops[i].folio_remove_rmap_ptes = tries[i].remove;
	return ops + i;
}
#endif
