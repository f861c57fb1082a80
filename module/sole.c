// SPDX-License-Identifier: GPL-2.0
/*
 * How often `exclusive` could do without atomic operations: the sum over CPUs.
 *
 * Readers take no lock, and a reset may lose calls of other CPUs that happen
 * meanwhile: these numbers say how often, not whether.
 */

#include <linux/cpumask.h>
#include <linux/seq_file.h>

#include "sole.h"

DEFINE_PER_CPU(struct sole_calls, sole_calls);

static const char *const op_texts[] = {
	[SOLE_REMOVE_PTES]	= "remove_ptes",
	[SOLE_DUP_PTES]		= "dup_ptes",
	[SOLE_ADD_PTES]		= "add_ptes",
	[SOLE_REMOVE_PMD]	= "remove_pmd",
	[SOLE_DUP_PMD]		= "dup_pmd",
};

static_assert(ARRAY_SIZE(op_texts) == NR_SOLE_OPS);

static const char *const path_texts[] = {
	[SOLE_BY_REFS]		= "refs",
	[SOLE_BY_BIT]		= "bit",
	[SOLE_NOT]		= "atomic",
};

static_assert(ARRAY_SIZE(path_texts) == NR_SOLE_PATHS);

static u64 sum(enum sole_op op, enum sole_path path)
{
	u64 nr = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		nr += READ_ONCE(per_cpu(sole_calls, cpu).nr[op][path]);
	return nr;
}

/**
 * sole_show - print the calls, a line for each operation
 * @m: where to
 *
 * Context: Process context.
 */
void sole_show(struct seq_file *m)
{
	int op, path;

	for (op = 0; op < NR_SOLE_OPS; op++) {
		seq_printf(m, "%s:", op_texts[op]);
		for (path = 0; path < NR_SOLE_PATHS; path++)
			seq_printf(m, " %s=%llu", path_texts[path],
				   sum(op, path));
		seq_putc(m, '\n');
	}
}

/**
 * sole_reset - start from 0
 *
 * Context: Process context.
 */
void sole_reset(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&sole_calls, cpu), 0, sizeof(sole_calls));
}
