// SPDX-License-Identifier: GPL-2.0
/*
 * prefetch: an implementation to copy, with one idea.
 *
 * When a range of a large folio is unmapped, the counter of each page is lowered by a
 * locked operation, and each is in a cache line of its own. The idea: ask for the line
 * of a later page before this one is counted, so that the lines come while we count.
 *
 * Everything else is what `control` does: the operations are a copy of its set, with one of
 * them replaced. impl_count.h and impl.h have the parts that it is made of.
 *
 * It obeys the contract (docs/implementing.md) as follows. It only changes the moment
 * at which a line is fetched, and no counter, so the layout is that of `control`. A
 * prefetch of an address after the folio's last page loads nothing that is used, and does
 * not fault. While layouts vary, it does what `control` does.
 */
#include <linux/module.h>
#include <linux/prefetch.h>

#include "impl_count.h"
#include "register.h"

/* Pages between the one that is counted and the one that is asked for. */
#define PREFETCH_AHEAD	4

static int count_pages_down(struct page *page, int nr_pages)
{
	int i, last = 0;

	for (i = 0; i < nr_pages; i++) {
		prefetchw(page + i + PREFETCH_AHEAD);
		last += atomic_add_negative(-1, &page[i]._mapcount);
	}
	return last;
}

static void prefetch_folio_remove_rmap_ptes(struct folio *folio, struct page *page,
					    int nr_pages, struct vm_area_struct *vma)
{
	int nr;

	/* A small folio has one page: there is nothing to ask for. */
	if (!folio_test_large(folio) || impl_layouts_vary(folio)) {
		control_ops.folio_remove_rmap_ptes(folio, page, nr_pages, vma);
		return;
	}
	impl_check_range(folio, page, nr_pages);
	/* Before the pages: another CPU may be looking at both. */
	host_large_sub(folio, nr_pages, vma);
	nr = impl_count_last(folio, count_pages_down(page, nr_pages));
	/* After the last page, or else each munmap() would queue the folio. */
	if (nr && atomic_read(&folio->_nr_pages_mapped))
		impl_queue_split(folio);
	impl_mod_stat(folio, -nr, 0);
	munlock_vma_folio(folio, vma);
}

static struct rmap_ops prefetch_ops;

static int __init rmap_prefetch_init(void)
{
	prefetch_ops = control_ops;
	prefetch_ops.name = "prefetch";
	prefetch_ops.folio_remove_rmap_ptes = prefetch_folio_remove_rmap_ptes;
	return rmap_ab_register(&prefetch_ops);
}
module_init(rmap_prefetch_init);

/* Not in use: as long as it is, the module is pinned. */
static void __exit rmap_prefetch_exit(void)
{
	rmap_ab_unregister(&prefetch_ops);
}
module_exit(rmap_prefetch_exit);

MODULE_DESCRIPTION("An implementation of the rmap operations, to copy");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(RMAP_OPS_NS);
