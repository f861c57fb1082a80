/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_SNAPSHOT_H
#define _RMAP_AB_SNAPSHOT_H
/*
 * What page frames and their folios look like at a moment.
 *
 * Nothing is locked, and no reference is taken: who looks must not change what
 * he looks at. A reference more makes a split or a migration fail, and takes
 * the fast path away from an implementation that asks who owns the references.
 * So everything may change meanwhile, as for /proc/kpageflags. What was read is
 * therefore read again, and said to be racy if it does not stay the same.
 *
 * That does not show an operation that another CPU is in the middle of, and
 * stays there: such a one changes several counters, one after the other.
 */

#include <linux/types.h>
#include <linux/rmap_ab.h>

unsigned long snapshot_end_pfn(void);
unsigned int snapshot_take(unsigned long pfn, unsigned int nr,
			   struct rmap_ab_page *records);
bool snapshot_same_folio(const struct rmap_ab_page *a,
			 const struct rmap_ab_page *b);
const char *snapshot_kind_text(enum rmap_ab_kind kind);

#endif /* _RMAP_AB_SNAPSHOT_H */
