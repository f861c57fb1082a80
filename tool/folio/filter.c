// SPDX-License-Identifier: GPL-2.0
/* Which of the folios are shown. */
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "folio/select.h"
#include "kernel/cgroup.h"
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

/* ---- nodes ---- */

#define MAX_NODES	64

int filter_take_nodes(const struct opt *opt, const char *arg)
{
	uint64_t *nodes = opt->to, node;
	char *copy = strdup(arg), *rest = NULL;
	int ret = copy ? 0 : EXIT_KERNEL;

	for (char *word = copy ? strtok_r(copy, ",", &rest) : NULL; word && !ret;
	     word = strtok_r(NULL, ",", &rest)) {
		if (number_decimal(word, &node) && node < MAX_NODES)
			*nodes |= 1ULL << node;
		else
			ret = EXIT_USAGE;
	}
	free(copy);
	if (!ret && !*nodes)
		ret = EXIT_USAGE;
	if (ret == EXIT_USAGE)
		complain("--node '%s': give numbers of nodes below %d, separated by commas",
			 arg, MAX_NODES);
	return ret;
}

/* ---- memory cgroups ---- */

int filter_take_memcg(const struct opt *opt, const char *arg)
{
	struct filter *filter = opt->to;
	uint64_t inode;

	if (filter->memcgs.nr) {
		complain("--memcg can be given only once");
		return EXIT_USAGE;
	}
	if (number_decimal(arg, &inode))
		return numbers_add(&filter->memcgs, inode) ? EXIT_KERNEL : 0;
	if (cgroup_inodes("--memcg", arg, &filter->memcgs))
		return EXIT_KERNEL;
	numbers_sort(&filter->memcgs);
	return 0;
}

/* ---- the filter ---- */

bool filter_takes(const struct filter *filter, const struct folio *folio)
{
	const struct rmap_ab_page *page = &folio->page;

	if (filter->kinds && !(filter->kinds & 1u << page->kind))
		return false;
	if (filter->nodes && (page->nid >= MAX_NODES ||
			      !(filter->nodes >> page->nid & 1)))
		return false;
	if (filter->memcgs.nr && !numbers_have(&filter->memcgs, page->memcg))
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
