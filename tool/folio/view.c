// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/complain.h"
#include "folio/view.h"

/* A folio that changes all the time is shown as it is, with a mark. */
#define MAX_LOOKS	4

/* Pages of the largest folio there is, 16 GiB of 4 KiB pages. */
#define MAX_ORDER	22

/*
 * Small folios of a process often lie near each other in memory, but not in the
 * order of addresses: backwards, or with others between them. A system call for
 * each would cost most of the time. To read a block costs as much as to read some
 * records one by one; what of it is asked for later pays for the next block.
 * Where nothing is, only what is asked for is read, and seldom a block, to see
 * whether that has changed.
 */
#define CREDIT_HIT	16
#define CREDIT_BLOCK	(5 * CREDIT_HIT)
#define CREDIT_MISS	1
#define CREDIT_MAX	(32 * CREDIT_BLOCK)

void view_refresh(struct view *view)
{
	view->nr = 0;
	for (size_t i = 0; i < VIEW_BLOCKS; i++)
		view->blocks[i].nr = 0;
}

int view_open(struct view *view)
{
	view->fd = page_state_open();
	view_refresh(view);
	view->credit = CREDIT_MAX;
	view->folio = (struct folio){ };
	return view->fd < 0 ? view->fd : 0;
}

void view_close(struct view *view)
{
	close(view->fd);
	free(view->folio.runs);
}

static bool view_has(const struct view *view, uint64_t pfn, uint64_t nr)
{
	return pfn >= view->first && nr <= view->nr &&
	       pfn - view->first <= view->nr - nr;
}

int view_page(struct view *view, uint64_t pfn, uint64_t ahead,
	      const struct rmap_ab_page **page)
{
	ssize_t nr = 1;

	*page = NULL;
	if (!view_has(view, pfn, 1)) {
		if (ahead > PAGE_STATE_BATCH)
			ahead = PAGE_STATE_BATCH;
		nr = page_state_read(view->fd, pfn, view->window, ahead);
		view->first = pfn;
		view->nr = nr < 0 ? 0 : nr;
	}
	if (view_has(view, pfn, 1))
		*page = &view->window[pfn - view->first];
	return nr < 0 ? nr : 0;
}

static int read_block(struct view *view, struct view_block *block,
		      uint64_t first)
{
	const ssize_t nr = page_state_read(view->fd, first, block->pages,
					   VIEW_BLOCK);

	block->first = first;
	block->nr = nr < 0 ? 0 : nr;
	view->credit -= view->credit < CREDIT_BLOCK ? view->credit :
						     CREDIT_BLOCK;
	return nr < 0 ? nr : 0;
}

int view_near(struct view *view, uint64_t pfn, uint64_t ahead,
	      const struct rmap_ab_page **page)
{
	const size_t i = pfn % VIEW_BLOCK;
	struct view_block *block = &view->blocks[pfn / VIEW_BLOCK % VIEW_BLOCKS];
	int ret;

	if (block->nr && block->first == pfn - i) {
		if (view->credit < CREDIT_MAX)
			view->credit += CREDIT_HIT;
	} else {
		/* A second one below the first makes a third one likely. */
		if (view->credit < CREDIT_BLOCK && pfn + 1 != view->first) {
			view->credit += CREDIT_MISS;
			return view_page(view, pfn, ahead, page);
		}
		ret = read_block(view, block, pfn - i);
		if (ret)
			return ret;
	}
	*page = i < block->nr ? &block->pages[i] : NULL;
	return 0;
}

static int add_run(struct folio *folio, const struct run *run)
{
	if (folio->nr_runs == folio->max_runs) {
		size_t max = folio->max_runs ? 2 * folio->max_runs : 16;
		struct run *runs = reallocarray(folio->runs, max,
						sizeof(*runs));

		if (!runs)
			return complain_errno(ENOMEM, "folio");
		folio->runs = runs;
		folio->max_runs = max;
	}
	folio->runs[folio->nr_runs++] = *run;
	return 0;
}

static struct run make_run(uint64_t first, const struct rmap_ab_page *page)
{
	return (struct run){
		.first = first,
		.count = 1,
		.page_mapcount = page->page_mapcount,
		.anon_exclusive = page->flags & RMAP_AB_PAGE_ANON_EXCLUSIVE,
	};
}

static int add_page(struct folio *folio, uint64_t i,
		    const struct rmap_ab_page *page)
{
	struct run run = make_run(i, page), *last = NULL;

	if (folio->nr_runs)
		last = &folio->runs[folio->nr_runs - 1];
	if (last && last->page_mapcount == run.page_mapcount &&
	    last->anon_exclusive == run.anon_exclusive) {
		last->count++;
		return 0;
	}
	return add_run(folio, &run);
}

/* What has to be the same in all records of a folio, else it changed. */
#define PAGE_FLAGS	0xffffu

static bool is_same(const struct rmap_ab_page *a, const struct rmap_ab_page *b)
{
	return a->head_pfn == b->head_pfn && a->order == b->order &&
	       a->kind == b->kind && a->index == b->index &&
	       a->refcount == b->refcount && a->pincount == b->pincount &&
	       a->entire_mapcount == b->entire_mapcount &&
	       a->large_mapcount == b->large_mapcount &&
	       a->nr_pages_mapped == b->nr_pages_mapped &&
	       !((a->flags ^ b->flags) & ~PAGE_FLAGS);
}

static bool is_racy(const struct folio *folio, const struct rmap_ab_page *page)
{
	return page->flags & RMAP_AB_PAGE_RACY || !is_same(page, &folio->page);
}

/* Returns 0, 1 if the folio changed meanwhile, or -errno. */
static int gather_pages(struct view *view, const struct rmap_ab_page *pages,
			uint64_t first, size_t nr)
{
	struct folio *folio = &view->folio;
	int racy = 0, ret;

	for (size_t i = 0; i < nr; i++) {
		ret = add_page(folio, first + i, &pages[i]);
		if (ret)
			return ret;
		folio->page.flags |= pages[i].flags & RMAP_AB_PAGE_HWPOISON;
		racy |= is_racy(folio, &pages[i]);
	}
	return racy;
}

/* The same values.  A folio that is no longer there is one that changed. */
static int gather_rest(struct view *view)
{
	struct folio *folio = &view->folio;
	uint64_t pfn = folio->page.head_pfn, done = 0;
	int racy = 0, ret;

	while (done < folio->nr) {
		const struct rmap_ab_page *page;
		uint64_t nr = folio->nr - done;

		ret = view_page(view, pfn + done, nr, &page);
		if (ret || !page)
			return ret ? ret : 1;
		if (nr > view->nr - (page - view->window))
			nr = view->nr - (page - view->window);
		ret = gather_pages(view, page, done, nr);
		if (ret < 0)
			return ret;
		racy |= ret;
		done += nr;
	}
	return racy;
}

/* From the first page, which has it for all, to all. */
static void spread_exclusive(struct folio *folio)
{
	struct run *runs = folio->runs;
	size_t nr = 1;

	if (!view_is_whole(&folio->page) || !folio->nr_runs ||
	    !runs[0].anon_exclusive)
		return;
	for (size_t i = 1; i < folio->nr_runs; i++) {
		runs[i].anon_exclusive = true;
		if (runs[nr - 1].page_mapcount == runs[i].page_mapcount)
			runs[nr - 1].count += runs[i].count;
		else
			runs[nr++] = runs[i];
	}
	folio->nr_runs = nr;
}

static bool is_sane(const struct rmap_ab_page *page, uint64_t pfn)
{
	return page->order <= MAX_ORDER && page->head_pfn <= pfn &&
	       pfn - page->head_pfn < 1ULL << page->order;
}

/* Returns 0, 1 if it changed meanwhile, 2 if there is none, or -errno. */
static int gather(struct view *view, uint64_t pfn,
		  const struct rmap_ab_page *page)
{
	struct folio *folio = &view->folio;
	int ret;

	if (!page || !view_is_folio(page))
		return 2;
	if (!is_sane(page, pfn)) {
		complain("the record of page frame %llu is garbled: order %u, head %llu",
			 (unsigned long long)pfn, page->order,
			 (unsigned long long)page->head_pfn);
		return -EPROTO;
	}
	folio->page = *page;
	folio->pfn = page->head_pfn;
	folio->nr = 1ULL << page->order;
	folio->nr_runs = 0;
	/* there is no rest of a small one */
	if (folio->nr == 1)
		return gather_pages(view, page, 0, 1);
	ret = gather_rest(view);
	spread_exclusive(folio);
	return ret;
}

static const struct folio *take_simple(struct view *view,
				       const struct rmap_ab_page *page)
{
	struct folio *folio = &view->folio;

	folio->page = *page;
	folio->pfn = page->head_pfn;
	folio->nr = 1;
	folio->racy = false;
	folio->nr_runs = 1;
	folio->runs[0] = make_run(0, page);
	return folio;
}

int view_folio(struct view *view, uint64_t pfn,
	       const struct rmap_ab_page *page, const struct folio **folio)
{
	int ret;

	if (view_is_simple(page, pfn) && view->folio.max_runs) {
		*folio = take_simple(view, page);
		return 0;
	}
	ret = gather(view, pfn, page);

	for (int looks = 1; ret == 1 && looks < MAX_LOOKS; looks++) {
		view_refresh(view);
		ret = view_page(view, pfn, 1, &page);
		if (!ret)
			ret = gather(view, pfn, page);
	}
	view->folio.racy = ret == 1;
	*folio = ret == 0 || ret == 1 ? &view->folio : NULL;
	return ret < 0 ? ret : 0;
}
