// SPDX-License-Identifier: GPL-2.0
#include "op.h"

/* ---- the operations: called as the kernel's loops over page tables call them - */

static void run_remove(const struct rmap_ops *ops, struct folios *folios)
{
	for (int i = 0; i < folios->nr_folios; i++) {
		struct folio *folio = nth_folio(folios, i);

		ops->folio_remove_rmap_ptes(folio, &folio->page,
					    folios->nr_pages, &folios->mm.vma);
	}
}

static void run_add_flags(const struct rmap_ops *ops, struct folios *folios,
			  rmap_t flags)
{
	for (int i = 0; i < folios->nr_folios; i++) {
		struct folio *folio = nth_folio(folios, i);

		ops->folio_add_anon_rmap_ptes(folio, &folio->page,
					      folios->nr_pages, &folios->mm.vma,
					      folios->mm.vma.vm_start, flags);
	}
}

static void run_add(const struct rmap_ops *ops, struct folios *folios)
{
	run_add_flags(ops, folios, RMAP_NONE);
}

static void run_add_exclusive(const struct rmap_ops *ops, struct folios *folios)
{
	run_add_flags(ops, folios, RMAP_EXCLUSIVE);
}

/* Fork duplicates the PTE of a small folio by the function for one page. */
static void run_dup_small(const struct rmap_ops *ops, struct folios *folios)
{
	for (int i = 0; i < folios->nr_folios; i++) {
		struct folio *folio = nth_folio(folios, i);

		ops->folio_try_dup_anon_rmap_pte(folio, &folio->page, NULL,
						 &folios->mm.vma);
	}
}

static void run_dup(const struct rmap_ops *ops, struct folios *folios)
{
	if (folios->nr_pages == 1) {
		run_dup_small(ops, folios);
		return;
	}
	for (int i = 0; i < folios->nr_folios; i++) {
		struct folio *folio = nth_folio(folios, i);

		ops->folio_try_dup_anon_rmap_ptes(folio, &folio->page,
						  folios->nr_pages, NULL,
						  &folios->mm.vma);
	}
}

const struct op bench_ops[] = {
	{ "remove", "unmap; sole owner, anon-exclusive",
	  .mapcount = 1, .change = -1, .refs = 1, .exclusive = true,
	  .run = run_remove },
	{ "add", "map; sole owner; only the counters",
	  .mapcount = 0, .change = 1, .refs = 1,
	  .run = run_add },
	{ "add-excl", "map; sole owner; mark the pages anon-exclusive, too",
	  .mapcount = 0, .change = 1, .refs = 1,
	  .run = run_add_exclusive },
	{ "dup", "fork; sole owner; only the counters",
	  .mapcount = 1, .change = 1, .refs = 2,
	  .run = run_dup },
	{ "dup-excl", "fork; sole owner; pages are anon-exclusive until then",
	  .mapcount = 1, .change = 1, .refs = 2, .exclusive = true,
	  .run = run_dup },
	{ "remove-shared", "unmap; another process maps the folio, too",
	  .mapcount = 2, .change = -1, .refs = 2,
	  .run = run_remove },
};

const int nr_bench_ops = sizeof(bench_ops) / sizeof(bench_ops[0]);

/* ---- the state before, and after ---------------------------------------------- */

static void prepare_folio(const struct op *op, struct folio *folio, int nr_pages)
{
	for (int i = 0; i < nr_pages; i++) {
		struct page *page = folio_page(folio, i);

		atomic_set(&page->_mapcount, op->mapcount - 1);
		page->flags &= ~BIT(PG_anon_exclusive);
		if (op->exclusive)
			page->flags |= BIT(PG_anon_exclusive);
	}
	atomic_set(&folio->_refcount, op->refs * nr_pages);
	if (nr_pages == 1)
		return;
	atomic_set(&folio->_large_mapcount, op->mapcount * nr_pages - 1);
	atomic_set(&folio->_nr_pages_mapped, op->mapcount ? nr_pages : 0);
}

void op_prepare(const struct op *op, struct folios *folios)
{
	for (int i = 0; i < folios->nr_folios; i++)
		prepare_folio(op, nth_folio(folios, i), folios->nr_pages);
}

static bool check_folio(int mapcount, struct folio *folio, int nr_pages)
{
	for (int i = 0; i < nr_pages; i++)
		if (atomic_read(&folio_page(folio, i)->_mapcount) !=
		    mapcount - 1)
			return false;
	if (nr_pages == 1)
		return true;
	return atomic_read(&folio->_large_mapcount) == mapcount * nr_pages - 1 &&
	       atomic_read(&folio->_nr_pages_mapped) ==
	       (mapcount ? nr_pages : 0);
}

bool op_check(const struct op *op, struct folios *folios)
{
	for (int i = 0; i < folios->nr_folios; i++)
		if (!check_folio(op->mapcount + op->change,
				 nth_folio(folios, i), folios->nr_pages))
			return false;
	return true;
}
