// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rmap.h>

#include "space.h"

static struct space *parent, *child;

static unsigned int nr_tables(const struct work *work)
{
	return DIV_ROUND_UP(work->nr_pages, WORK_TABLE_PAGES);
}

/* ---- prepare, run -------------------------------------------------------------------- */

void work_prepare(const struct work *work)
{
	if (!parent) {
		parent = space_new();
		child = space_new();
	}
	space_clear(parent, work->nr_pages);
	space_clear(child, work->nr_pages);
	if (work->op == WORK_REMAP)
		space_fill_pmds(parent, nr_tables(work));
	else
		space_fill(parent, work->order, work->nr_pages);
	if (work->op == WORK_EXIT)
		space_fork(child, parent);
}

void work_run(const struct work *work)
{
	switch (work->op) {
	case WORK_FORK:
		space_fork(child, parent);
		break;
	case WORK_MUNMAP:
		space_zap(parent);
		break;
	case WORK_EXIT:
		space_zap(child);
		break;
	case WORK_REMAP:
		space_split_pmds(parent, nr_tables(work));
		break;
	case NR_WORK_OPS:
		side_fail("no such work");
	}
}

static void flush(const void *start, unsigned long size)
{
	for (unsigned long i = 0; i < size; i += L1_CACHE_BYTES)
		asm volatile("clflush %0" : : "m" (((const char *)start)[i]));
}

/* Struct pages and page tables. */
void work_flush(const struct work *work)
{
	flush(memory_folio_pages(), work->nr_pages * sizeof(struct page));
	for (unsigned int i = 0; i < nr_tables(work); i++) {
		flush(parent->tables[i], PAGE_SIZE);
		flush(child->tables[i], PAGE_SIZE);
	}
	asm volatile("mfence" : : : "memory");
}

/* ---- are the counts right? ------------------------------------------------------------ */

struct expected {
	int page_mappings;	/* by PTEs, of each page */
	bool exclusive;
	int refs;		/* of each page */
};

static const struct expected expected_after[NR_WORK_OPS] = {
	[WORK_FORK]	= { .page_mappings = 2, .exclusive = false, .refs = 2 },
	[WORK_MUNMAP]	= { .page_mappings = 0, .refs = 0 },
	[WORK_EXIT]	= { .page_mappings = 1, .exclusive = false, .refs = 1 },
	[WORK_REMAP]	= { .page_mappings = 1, .exclusive = true, .refs = 1 },
};

static const char *check_page(struct page *page, const struct expected *want)
{
	if (atomic_read(&page->_mapcount) + 1 != want->page_mappings)
		return "the mapcount of a page";
	if (want->page_mappings && PageAnonExclusive(page) != want->exclusive)
		return "a page's anon-exclusive bit";
	return NULL;
}

static const char *check_folio(struct folio *folio, unsigned int order,
			       const struct expected *want)
{
	const int nr = 1 << order;
	const char *wrong = NULL;

	if (folio_ref_count(folio) != nr * want->refs)
		return "the references of a folio";
	for (int i = 0; i < nr && !wrong; i++)
		wrong = check_page(folio_page(folio, i), want);
	if (wrong || !order)
		return wrong;
	if (atomic_read(&folio->_large_mapcount) + 1 != nr * want->page_mappings)
		return "the mapcount of a folio";
	if (atomic_read(&folio->_nr_pages_mapped) != (want->page_mappings ? nr : 0))
		return "the number of pages mapped";
	if (atomic_read(&folio->_entire_mapcount) != -1)
		return "the entire mapcount";
	return NULL;
}

static const char *check_folios(const struct work *work, const struct expected *want)
{
	struct page *page = memory_folio_pages();
	const char *wrong = NULL;

	for (unsigned long i = 0; i < work->nr_pages && !wrong; i += 1 << work->order)
		wrong = check_folio((struct folio *)(page + i), work->order, want);
	return wrong;
}

const char *work_check(const struct work *work)
{
	return check_folios(work, expected_after + work->op);
}

/* Everything in them, but for the bits that a fork has to clear. */
static const char *check_same(struct page *before, unsigned long nr)
{
	struct page *page = memory_folio_pages();

	for (unsigned long i = 0; i < nr; i++) {
		ClearPageAnonExclusive(page + i);
		if (memcmp(page + i, before + i, sizeof(*page)))
			return "a struct page";
	}
	return NULL;
}

const char *work_check_round(const struct work *work)
{
	const unsigned long nr = work->nr_pages;
	static struct page *before;

	if (!before)
		before = memory_alloc(WORK_MAX_TABLES * WORK_TABLE_PAGES * sizeof(*before));
	work_prepare(work);
	memcpy(before, memory_folio_pages(), nr * sizeof(*before));
	for (unsigned long i = 0; i < nr; i++)
		ClearPageAnonExclusive(before + i);
	space_fork(child, parent);
	space_zap(child);
	return check_same(before, nr);
}

/* ---- the implementations ---------------------------------------------------------------- */

#ifdef CONFIG_RMAP_OPS
#include "tries.h"
#include "undeclared.h"

static const struct rmap_ops *impl(int i)
{
	const int nr = (unsigned long)module_nr_implementations;

	if (!i)
		return &rmap_builtin_ops;
	return i <= nr ? module_implementations[i - 1] : tries_ops(i - 1 - nr);
}

const char *side_impl_name(int i)
{
	return impl(i) ? impl(i)->name : NULL;
}

void side_impl_use(int i)
{
	const int err = i ? __rmap_ops_install(impl(i), NULL) : __rmap_ops_restore(NULL);

	if (err)
		side_fail("the hooks refuse the implementation");
}
#else
const char *side_impl_name(int i)
{
	return i ? NULL : "vanilla";
}

void side_impl_use(int i) { }
#endif
