// SPDX-License-Identifier: GPL-2.0
/* Which of the folios are shown. */
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "folio/select.h"
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

#define CGROUPS	"/sys/fs/cgroup"

/* nftw() has no argument for the caller. */
static struct filter *found_by;

static int add_memcg(struct filter *filter, uint64_t inode)
{
	uint64_t *memcgs = reallocarray(filter->memcgs, filter->nr_memcgs + 1,
					sizeof(*memcgs));

	if (!memcgs)
		return complain_errno(ENOMEM, "cgroups");
	memcgs[filter->nr_memcgs++] = inode;
	filter->memcgs = memcgs;
	return 0;
}

static int visit(const char *path, const struct stat *stat, int type,
		 struct FTW *place)
{
	(void)path;
	(void)place;
	return type == FTW_D ? add_memcg(found_by, stat->st_ino) : 0;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* A folio has the inode number of the directory of its cgroup. */
static int take_directory(struct filter *filter, const char *arg)
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s%s", *arg == '/' ? "" : CGROUPS "/", arg);
	found_by = filter;
	ret = nftw(path, visit, 16, FTW_PHYS | FTW_MOUNT);
	if (ret < 0 && errno != ENOMEM)
		complain_errno(errno, "--memcg: cannot read %s", path);
	else if (!ret && !filter->nr_memcgs)
		complain("--memcg: %s is not a directory of a cgroup", path);
	if (filter->nr_memcgs)
		qsort(filter->memcgs, filter->nr_memcgs, sizeof(*filter->memcgs),
		      by_value);
	return ret || !filter->nr_memcgs ? EXIT_KERNEL : 0;
}

int filter_take_memcg(const struct opt *opt, const char *arg)
{
	struct filter *filter = opt->to;
	uint64_t inode;

	if (filter->nr_memcgs) {
		complain("--memcg can be given only once");
		return EXIT_USAGE;
	}
	if (number_decimal(arg, &inode))
		return add_memcg(filter, inode) ? EXIT_KERNEL : 0;
	return take_directory(filter, arg);
}

/* ---- the filter ---- */

static bool is_of_memcgs(const struct filter *filter, uint64_t memcg)
{
	return !filter->nr_memcgs ||
	       bsearch(&memcg, filter->memcgs, filter->nr_memcgs,
		       sizeof(memcg), by_value);
}

bool filter_takes(const struct filter *filter, const struct folio *folio)
{
	const struct rmap_ab_page *page = &folio->page;

	if (filter->kinds && !(filter->kinds & 1u << page->kind))
		return false;
	if (filter->nodes && (page->nid >= MAX_NODES ||
			      !(filter->nodes >> page->nid & 1)))
		return false;
	if (!is_of_memcgs(filter, page->memcg))
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
