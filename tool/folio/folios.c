// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>

#include "cli/complain.h"
#include "folio/folios.h"

enum { NR_FEW = 8 };

/*
 * May another page of the selection lead to the same folio once more?  Not if
 * the last page led to it as well: that is looked at before.
 */
static bool may_come_again(const struct folio *folio)
{
	return folio->nr > 1 || folio_is_shared(folio);
}

static int visit_folio(struct folios *folios, const struct folio *found,
		       uint64_t at)
{
	struct folio *folio = &folios->view->folio;
	uint64_t head = found->page.head_pfn;

	folio->at = at;
	folios->last = (struct range){ head, head + folio->nr - 1 };
	if (folios->seen && may_come_again(folio) &&
	    seen_add(folios->seen, head))
		return 0;
	return folios->visit(folios->data, folio);
}

/* Not for one that may come again, and only once then. */
static bool is_done(struct folios *folios, const struct rmap_ab_page *page,
		    uint64_t pfn, uint64_t at)
{
	if (!folios->again || !view_is_simple(page, pfn) ||
	    page->page_mapcount > 1 || !folios->again(folios->data, page, at))
		return false;
	folios->last = (struct range){ pfn, pfn };
	return true;
}

/* Returns how many page frames from @pfn on are done, or -errno. */
static int64_t visit_pfn(struct folios *folios, uint64_t pfn, uint64_t nr,
			 uint64_t at)
{
	const struct rmap_ab_page *page;
	const struct folio *folio = NULL;
	/* So few in a row are small folios. */
	int ret = nr < NR_FEW ? view_near(folios->view, pfn, nr, &page) :
				view_page(folios->view, pfn, nr, &page);

	if (ret)
		return ret;
	if (!page) {
		folios->end = page_state_end(folios->view->fd);
		return 0;
	}
	if (is_done(folios, page, pfn, at))
		return 1;
	if (view_is_folio(page))
		ret = view_folio(folios->view, pfn, page, &folio);
	if (ret)
		return ret;
	if (!folio) {
		folios->not_folios++;
		return 1;
	}
	ret = visit_folio(folios, folio, at);
	return ret ? ret : (int64_t)(folios->last.last - pfn + 1);
}

static bool is_last(const struct folios *folios, uint64_t pfn)
{
	return folios->last.first <= pfn && pfn <= folios->last.last;
}

static int visit_extent(void *data, const struct extent *extent)
{
	struct folios *folios = data;
	uint64_t done = 0;
	int64_t nr;

	if (is_last(folios, extent->pfn))
		done = folios->last.last - extent->pfn + 1;
	while (done < extent->nr) {
		nr = visit_pfn(folios, extent->pfn + done, extent->nr - done,
			       extent->at + done * folios->step);
		if (nr <= 0)
			return nr;
		done += nr;
	}
	return 0;
}

static int walk(struct folios *folios, const struct selection *selection)
{
	folios->last = (struct range){ 1, 0 };
	folios->step = select_step(selection);
	view_refresh(folios->view);
	return select_walk(selection, &folios->missing, visit_extent, folios);
}

int folios_walk(struct folios *folios, const struct selection *selection)
{
	int ret;

	if (selection->by != SELECT_PID)
		return walk(folios, selection);
	folios->seen = calloc(1, sizeof(*folios->seen));
	if (!folios->seen)
		return complain_errno(ENOMEM, "folios");
	ret = walk(folios, selection);
	folios->twice = folios->seen->full;
	seen_free(folios->seen);
	free(folios->seen);
	return ret;
}
