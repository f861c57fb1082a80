// SPDX-License-Identifier: GPL-2.0
/*
 * What the module's sources need of the kernel. Threads share it, so it counts
 * atomically.
 */
#include <sched.h>
#include <stdlib.h>

#include <linux/hugetlb.h>

#include "../../module/sole.h"
#include "kernel.h"

struct kernel_seen kernel_seen;
bool shim_has_thp = true;
bool shim_layouts_vary;
bool shim_layout_none;
void (*kernel_watch)(void);
void (*kernel_changes)(const void *counter);
DEFINE_PER_CPU(struct sole_calls, sole_calls);

static void count(int *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

void kernel_forget(void)
{
	kernel_seen.mlocks = 0;
	kernel_seen.munlocks = 0;
	kernel_seen.splits = 0;
	kernel_seen.warning = NULL;
}

void SHIM_MOD_STAT(struct folio *folio, enum node_stat_item idx, int val)
{
	__atomic_fetch_add(&kernel_seen.stats[idx], val, __ATOMIC_RELAXED);
	if (!folio_test_pmd_mappable(folio))
		__atomic_fetch_add(&kernel_seen.pte_stats[idx], val,
				   __ATOMIC_RELAXED);
}

void __mod_node_page_state(struct pglist_data *pgdat, enum node_stat_item item,
			   long delta)
{
	(void)pgdat;
	__atomic_fetch_add(&kernel_seen.stats[item], delta, __ATOMIC_RELAXED);
}

void mod_mthp_stat(int order, enum mthp_stat_item item, int delta)
{
	(void)order;
	(void)item;
	__atomic_fetch_add(&kernel_seen.mthp, delta, __ATOMIC_RELAXED);
}

void mlock_folio(struct folio *folio)
{
	(void)folio;
	count(&kernel_seen.mlocks);
}

void munlock_folio(struct folio *folio)
{
	(void)folio;
	count(&kernel_seen.munlocks);
}

void deferred_split_folio(struct folio *folio, bool partially_mapped)
{
	count(&kernel_seen.splits);
	if (partially_mapped)
		set_bit(PG_partially_mapped, &folio->_flags_1);
}

void folio_clear_hugetlb_restore_reserve(struct folio *folio)
{
	(void)folio;
}

void shim_warn(const char *what, const char *file, int line)
{
	(void)file;
	(void)line;
	__atomic_store_n(&kernel_seen.warning, what, __ATOMIC_RELAXED);
}

#ifdef __SANITIZE_THREAD__
/* How often this thread has read a reference count without acquiring it yet. */
static __thread struct {
	const atomic_t *ref[8];
	int nr;
} reads;

void shim_ref_acquire(void)
{
	while (reads.nr)
		(void)__atomic_load_n(&reads.ref[--reads.nr]->counter, __ATOMIC_ACQUIRE);
}

void shim_ref_read(const atomic_t *ref)
{
	for (int i = 0; i < reads.nr; i++)
		if (reads.ref[i] == ref)
			return;
	if (reads.nr == (int)(sizeof(reads.ref) / sizeof(reads.ref[0])))
		abort();
	reads.ref[reads.nr++] = ref;
}

void shim_step(void)
{
	static __thread unsigned int random;

	random = random * 1664525 + 1013904223;
	if (!(random >> 27))
		sched_yield();
}
#else
__thread struct shim_seen shim_seen;
#endif
