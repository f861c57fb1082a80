/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_SOLE_H
#define _RMAP_AB_SOLE_H
/*
 * How often `exclusive` could count without atomic operations.
 */

#include <linux/percpu.h>
#include <linux/types.h>

struct seq_file;

/**
 * enum sole_op - the operations that test whether they are alone
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
 * enum sole_path - how one call of these operations counted
 * @SOLE_BY_REFS: all counters by plain stores: the call owned all references
 * @SOLE_BY_BIT: the counters of anon-exclusive pages by plain stores
 * @SOLE_NOT: all counters by atomic operations
 * @NR_SOLE_PATHS: number of paths
 */
enum sole_path {
	SOLE_BY_REFS,
	SOLE_BY_BIT,
	SOLE_NOT,
	NR_SOLE_PATHS
};

/* The calls of each CPU; see sole_note(). */
struct sole_calls {
	unsigned long nr[NR_SOLE_OPS][NR_SOLE_PATHS];
};
DECLARE_PER_CPU(struct sole_calls, sole_calls);

/**
 * sole_note - count a call
 * @op: what it did
 * @path: how it counted
 *
 * On x86, this is one instruction, which is not locked.
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
