/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_SOLE_H
#define _RMAP_AB_SOLE_H
/*
 * How often `exclusive` could do without atomic operations.
 */

#include <linux/percpu.h>
#include <linux/types.h>

struct seq_file;

/**
 * enum sole_op - the operations that look whether they are alone
 * @SOLE_REMOVE_PTES: remove PTE mappings of an anon folio
 * @SOLE_DUP_PTES: duplicate them at fork
 * @SOLE_ADD_PTES: add to them: PTE-remapping a THP, swap-in, end of migration
 * @SOLE_REMOVE_PMD: remove the PMD mapping of an anon folio
 * @SOLE_DUP_PMD: duplicate it at fork
 * @NR_SOLE_OPS: number of operations
 */
enum sole_op {
	SOLE_REMOVE_PTES,
	SOLE_DUP_PTES,
	SOLE_ADD_PTES,
	SOLE_REMOVE_PMD,
	SOLE_DUP_PMD,
	NR_SOLE_OPS
};

/**
 * enum sole_path - how one call of them counted
 * @SOLE_BY_REFS: all counters by plain stores: the call owned all references
 * @SOLE_BY_BIT: those of anon-exclusive pages by plain stores
 * @SOLE_NOT: by atomic operations
 * @NR_SOLE_PATHS: number of paths
 */
enum sole_path {
	SOLE_BY_REFS,
	SOLE_BY_BIT,
	SOLE_NOT,
	NR_SOLE_PATHS
};

/* Calls, of each CPU; see sole_note(). */
struct sole_calls {
	unsigned long nr[NR_SOLE_OPS][NR_SOLE_PATHS];
};
DECLARE_PER_CPU(struct sole_calls, sole_calls);

/**
 * sole_note - count a call
 * @op: what it did
 * @path: how
 *
 * One instruction that is not locked, on x86.
 *
 * Context: Any.
 */
static __always_inline void sole_note(enum sole_op op, enum sole_path path)
{
	this_cpu_inc(sole_calls.nr[op][path]);
}

void sole_show(struct seq_file *m);
void sole_reset(void);

#endif /* _RMAP_AB_SOLE_H */
