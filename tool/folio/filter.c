// SPDX-License-Identifier: GPL-2.0
#include "folio/filter.h"
#include "folio/kind.h"
#include "noun.h"

int filter_take_kinds(const struct opt *opt, const char *arg)
{
	return kinds_parse(arg, opt->to);
}

int filter_take_orders(const struct opt *opt, const char *arg)
{
	struct filter *filter = opt->to;

	filter->has_orders = true;
	return range_pages("--order", arg, &filter->orders);
}

bool filter_takes(const struct filter *filter, const struct folio *folio)
{
	const struct rmap_ab_page *page = &folio->page;

	if (filter->kinds && !(filter->kinds & 1u << page->kind))
		return false;
	if (filter->has_orders && (page->order < filter->orders.first ||
				   page->order > filter->orders.last))
		return false;
	if (filter->shared && !folio_is_shared(folio))
		return false;
	if (filter->partial && !folio_is_partial(folio))
		return false;
	return !filter->exclusive || folio_is_exclusive(folio);
}
