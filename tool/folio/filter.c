// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "folio/filter.h"
#include "folio/kind.h"
#include "noun.h"

static int take_orders(struct filter *filter, const char *arg)
{
	filter->has_orders = true;
	return range_pages("--order", arg, &filter->orders);
}

int filter_option(struct filter *filter, int val, const char *arg)
{
	switch (val) {
	case OPTION_KIND:
		return kinds_parse(arg, &filter->kinds);
	case OPTION_ORDER:
		return take_orders(filter, arg);
	case OPTION_SHARED:
		filter->shared = true;
		return 0;
	case OPTION_PARTIAL:
		filter->partial = true;
		return 0;
	case OPTION_EXCLUSIVE:
		filter->exclusive = true;
		return 0;
	}
	return EXIT_USAGE;
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

void filter_help(void)
{
	puts("Which of them are shown; all that is asked for must be true:\n"
	     "  --kind K[,K...]  of one of these kinds, see below\n"
	     "  --order N[-M]    of this order: 2 to the power of it is the pages\n"
	     "  --shared         with a page that is mapped more than once\n"
	     "  --partial        of which some pages are mapped and others are not\n"
	     "  --exclusive      with a page that is anon-exclusive\n");
}
