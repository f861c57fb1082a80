// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "cli/complain.h"
#include "folio/list.h"
#include "folio/show_text.h"
#include "noun.h"

static struct list list = { .form = SHOW_PAGES };
static bool each;

static const struct opt options[] = {
	LIST_OPTIONS(list),
	OPT_FLAG("each", "print a row for each page frame", &each),
	{ }
};

/* The row that is being made. All its page frames have the same values. */
struct page_row {
	struct list *list;
	struct folio folio;
	struct run run;
	uint64_t step;
	/* These describe the folio that was asked for last: */
	uint64_t head_pfn;
	bool head_exclusive;
	bool has_head;
};

static int row_flush(struct page_row *row)
{
	struct folio folio = row->folio;

	row->folio.nr = 0;
	if (!folio.nr)
		return 0;
	row->run = (struct run){
		.count = folio.nr,
		.page_mapcount = folio.page.page_mapcount,
		.anon_exclusive = folio.page.flags &
				  RMAP_AB_PAGE_ANON_EXCLUSIVE,
	};
	folio.runs = &row->run;
	folio.nr_runs = record_is_folio(&folio.page);
	return list_take(row->list, &folio);
}

static void row_start(struct page_row *row, const struct rmap_ab_page *page,
		      uint64_t pfn, uint64_t at)
{
	row->folio = (struct folio){
		.page = *page,
		.pfn = pfn,
		.nr = 1,
		.at = at,
		.racy = page->flags & RMAP_AB_PAGE_RACY,
	};
}

/*
 * Does the page continue the row? Each small folio of a row has the next index.
 */
static bool has_same_place(const struct page_row *row,
			   const struct rmap_ab_page *page)
{
	const struct rmap_ab_page *first = &row->folio.page;

	if (!record_is_folio(page))
		return true;
	if (page->order || first->order)
		return page->head_pfn == first->head_pfn;
	return page->index == first->index + row->folio.nr;
}

static bool has_same_values(const struct rmap_ab_page *a,
			    const struct rmap_ab_page *b)
{
	return a->flags == b->flags && a->kind == b->kind &&
	       a->order == b->order && a->page_mapcount == b->page_mapcount &&
	       a->entire_mapcount == b->entire_mapcount &&
	       a->large_mapcount == b->large_mapcount &&
	       a->nr_pages_mapped == b->nr_pages_mapped &&
	       a->refcount == b->refcount && a->pincount == b->pincount &&
	       a->memcg == b->memcg && a->nid == b->nid;
}

static bool row_goes_on(const struct page_row *row, const struct rmap_ab_page *page,
			uint64_t pfn, uint64_t at)
{
	const struct folio *folio = &row->folio;

	return folio->nr && !each && pfn == folio->pfn + folio->nr &&
	       at == folio->at + folio->nr * row->step &&
	       has_same_values(&folio->page, page) && has_same_place(row, page);
}

static int row_add(struct page_row *row, const struct rmap_ab_page *page,
		   uint64_t pfn, uint64_t at)
{
	int ret;

	if (row_goes_on(row, page, pfn, at)) {
		row->folio.nr++;
		return 0;
	}
	ret = row_flush(row);
	row_start(row, page, pfn, at);
	return ret;
}

/*
 * Returns 1 if the first page of its folio makes it anon-exclusive, 0, or
 * -errno.
 */
static int is_exclusive_by_head(struct page_row *row,
				const struct rmap_ab_page *page)
{
	const struct rmap_ab_page *head;
	ssize_t nr;

	if (!record_is_whole(page))
		return 0;
	if (!row->has_head || row->head_pfn != page->head_pfn) {
		row->head_pfn = page->head_pfn;
		nr = page_state_get(&row->list->state, row->head_pfn, 1, &head);
		if (nr < 0)
			return nr;
		row->has_head = true;
		row->head_exclusive = nr &&
				      head->flags & RMAP_AB_PAGE_ANON_EXCLUSIVE;
	}
	return row->head_exclusive;
}

static int take_page(struct page_row *row, struct rmap_ab_page page, uint64_t pfn,
		     uint64_t at)
{
	const int ret = is_exclusive_by_head(row, &page);

	if (ret < 0)
		return ret;
	if (ret)
		page.flags |= RMAP_AB_PAGE_ANON_EXCLUSIVE;
	return row_add(row, &page, pfn, at);
}

static int pages_take_extent(struct page_row *row, const struct extent *extent)
{
	struct list *list = row->list;
	const struct rmap_ab_page *page;
	int ret = 0;

	for (uint64_t i = 0; i < extent->nr && !ret; i++) {
		const uint64_t pfn = extent->pfn + i;
		const ssize_t nr = page_state_get(&list->state, pfn,
						  extent->nr - i, &page);

		if (nr < 0)
			return nr;
		if (!nr) {
			list->totals.end = page_state_end(&list->state);
			return 0;
		}
		ret = take_page(row, *page, pfn, extent->at + i * row->step);
	}
	return ret;
}

static int pages_take_all(struct list *list)
{
	struct frame_walk walk;
	struct page_row row = { .list = list };
	struct extent extent;
	int ret = frame_walk_begin(&walk, &list->selection);

	if (ret)
		return ret;
	row.step = walk.step;
	while ((ret = frame_walk_next(&walk, &extent)) == 1) {
		ret = pages_take_extent(&row, &extent);
		if (ret)
			break;
	}
	list->totals.missing = walk.missing;
	frame_walk_end(&walk);
	return ret ? ret : row_flush(&row);
}

static void pages_help(void)
{
	show_text_pages_help();
	list_help();
	show_help(SHOW_PAGES);
}

static int do_pages(struct out *out, int argc, char **argv)
{
	int ret;

	(void)argc;
	(void)argv;
	list.out = out;
	if (selection_has_many(&list.selection)) {
		complain("'pages' lists the memory of one process: give one --pid, and no --cgroup");
		return EXIT_USAGE;
	}
	ret = list_begin(&list, "pages");
	return ret ? ret : list_end(&list, pages_take_all(&list));
}

const struct noun noun_pages = {
	.name = "pages",
	.args = "WHICH...",
	.brief = "show page frames and their counters",
	.about = SELECT_ARGS "\n"
		 "\n"
		 "Shows page frames, also those that are in no folio. One row stands for as\n"
		 "many as lie side by side and are alike: pages of one folio, or small folios\n"
		 "with consecutive indices. As text, a row has the page frames (pfn, count),\n"
		 "what they are, and letters.",
	.flags = NOUN_JSON,
	.options = options,
	.help = pages_help,
	.run = do_pages,
};
