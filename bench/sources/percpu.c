// SPDX-License-Identifier: GPL-2.0
/*
 * What the sources call of the kernel, without what is no work of theirs: the
 * statistics are counted as there, by each CPU for itself. Without memory
 * cgroups: their cost is the same for all implementations.
 */
#include <stdio.h>
#include <stdlib.h>

#include <linux/hugetlb.h>
#include <linux/vmstat.h>

#include "../../module/sole.h"

DEFINE_PER_CPU(struct sole_calls, sole_calls);
static DEFINE_PER_CPU(long, node_stats[NR_SHIM_STATS]);

void __lruvec_stat_mod_folio(struct folio *folio, enum node_stat_item idx,
			     int val)
{
	node_stats[idx] += val;
}

void __mod_node_page_state(struct pglist_data *pgdat, enum node_stat_item item,
			   long delta)
{
	node_stats[item] += delta;
}

/* Stops the program: only functions that are not measured call this. */
static void unexpected(const char *what)
{
	fprintf(stderr, "%s: not expected\n", what);
	abort();
}

void mod_mthp_stat(int order, enum mthp_stat_item item, int delta)
{
	unexpected(__func__);
}

void mlock_folio(struct folio *folio)
{
	unexpected(__func__);
}

void munlock_folio(struct folio *folio)
{
	unexpected(__func__);
}

void deferred_split_folio(struct folio *folio, bool partially_mapped)
{
	unexpected(__func__);
}

void folio_clear_hugetlb_restore_reserve(struct folio *folio)
{
	unexpected(__func__);
}

void shim_warn(const char *what, const char *file, int line)
{
	unexpected(what);
}
