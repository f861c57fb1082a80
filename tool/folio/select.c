// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "folio/select.h"
#include "kernel/cgroup.h"
#include "noun.h"

/* ---- where to look ---- */

static int take_by(struct selection *selection, enum select_by by)
{
	if (selection->by && selection->by != by) {
		complain("--pfn, --pid (or --cgroup) and --file exclude each other");
		return EXIT_USAGE;
	}
	if (selection->by && by != SELECT_PID) {
		complain("--pfn and --file can be given only once");
		return EXIT_USAGE;
	}
	selection->by = by;
	return 0;
}

static int take_bytes(struct selection *selection, const char *option,
		      const char *arg)
{
	if (selection->has_range) {
		complain("%s can be given only once, and only one of --addr and --range",
			 option);
		return EXIT_USAGE;
	}
	selection->has_range = true;
	selection->one = !strpbrk(arg, "-+");
	return range_bytes(option, arg, &selection->bytes);
}

int select_take_pfn(const struct opt *opt, const char *arg)
{
	struct selection *selection = opt->to;
	int ret = take_by(selection, SELECT_PFN);

	return ret ? ret : range_pages("--pfn", arg, &selection->pfns);
}

int select_take_pid(const struct opt *opt, const char *arg)
{
	struct selection *selection = opt->to;
	char *copy = strdup(arg), *rest = copy, *word;
	int ret = copy ? take_by(selection, SELECT_PID) : EXIT_KERNEL;
	uint64_t pid;

	while (!ret && (word = strsep(&rest, ","))) {
		ret = process_parse(word, &pid);
		if (!ret && numbers_add(&selection->pids, pid))
			ret = EXIT_KERNEL;
	}
	free(copy);
	numbers_sort(&selection->pids);
	return ret;
}

int select_take_cgroup(const struct opt *opt, const char *arg)
{
	struct selection *selection = opt->to;

	if (selection->cgroup) {
		complain("--cgroup can be given only once");
		return EXIT_USAGE;
	}
	selection->cgroup = arg;
	return take_by(selection, SELECT_PID);
}

int select_take_addr(const struct opt *opt, const char *arg)
{
	struct selection *selection = opt->to;

	selection->range_option = 'a';
	return take_bytes(selection, "--addr", arg);
}

int select_take_file(const struct opt *opt, const char *arg)
{
	struct selection *selection = opt->to;

	selection->file = arg;
	return take_by(selection, SELECT_FILE);
}

int select_take_range(const struct opt *opt, const char *arg)
{
	struct selection *selection = opt->to;

	selection->range_option = 'r';
	return take_bytes(selection, "--range", arg);
}

int select_check(const struct selection *selection, const char *noun)
{
	char option = selection->range_option;

	if (!selection->by)
		complain("'%s' needs --pfn, --pid or --file: see 'rmapctl help %s'",
			 noun, noun);
	else if (option == 'a' && selection_has_many(selection))
		complain("--addr is of one process: give one --pid, and no --cgroup");
	else if (option == 'a' && selection->by != SELECT_PID)
		complain("--addr goes with --pid");
	else if (option == 'r' && selection->by != SELECT_FILE)
		complain("--range goes with --file");
	else
		return 0;
	return EXIT_USAGE;
}

void select_all_unless_said(struct selection *selection)
{
	if (selection->by || selection->has_range)
		return;
	selection->by = SELECT_PFN;
	selection->pfns = (struct range){ 0, UINT64_MAX };
}

int select_pids(const struct selection *selection, struct numbers *pids)
{
	int ret = 0;

	*pids = (struct numbers){ };
	for (size_t i = 0; i < selection->pids.nr && !ret; i++)
		ret = numbers_add(pids, selection->pids.of[i]);
	if (!ret && selection->cgroup)
		ret = cgroup_pids("--cgroup", selection->cgroup, pids);
	if (ret)
		numbers_free(pids);
	else
		numbers_sort(pids);
	return ret;
}

/* ---- which of the folios are shown ---- */

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
