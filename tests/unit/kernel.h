/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KERNEL_H
#define KERNEL_H
/*
 * What the kernel does for an implementation, as far as a test wants to see it.
 */

#include <linux/vmstat.h>

/*
 * @stats: statistics since the start
 * @pte_stats: those of folios that no PMD can map: where mappings of both kinds
 *	come and go at the same time, Linux loses some pages, see impl_pmd_only()
 * What was called, and the last warning, are since kernel_forget().
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

/* Called between the steps of an operation, if not NULL; not with threads. */
extern void (*kernel_watch)(void);

#endif
