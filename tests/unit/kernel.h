/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KERNEL_H
#define KERNEL_H
/*
 * What the kernel does for an implementation, as far as a test wants to see it.
 */

#include <linux/vmstat.h>

/*
 * @stats: statistics since the start
 * @pte_stats: statistics of folios that no PMD can map. Linux loses some pages where
 *	mappings of both kinds come and go at the same time, see impl_pmd_only()
 * The calls and the last warning are counted since kernel_forget().
 */
struct kernel_seen {
	long stats[NR_SHIM_STATS];
	long pte_stats[NR_SHIM_STATS];
	long mthp;
	int mlocks;
	int munlocks;
	int splits;
	const char *warning;
};
extern struct kernel_seen kernel_seen;

void kernel_forget(void);

/*
 * May there be large folios without page mapcounts, and does the next first mapping
 * make one? Only kernels with layouts ask.
 */
extern bool shim_layouts_vary;
extern bool shim_layout_none;

/*
 * If not NULL, it is called between the steps of an operation. It is not for
 * threads.
 */
extern void (*kernel_watch)(void);

/*
 * If not NULL, it is called before a counter changes. It is not for threads.
 */
extern void (*kernel_changes)(const void *counter);

#endif
