// SPDX-License-Identifier: GPL-2.0
/*
 * How often `exclusive` could count without atomic operations: the sum over
 * CPUs.
 */

#include <linux/array_size.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>

#include "sole.h"
#include "tally.h"

DEFINE_PER_CPU(struct sole_calls, sole_calls);

/* Protects sole_at_reset, the sums at the last reset. */
static DEFINE_MUTEX(sole_lock);
static unsigned long sole_at_reset[NR_SOLE_OPS * NR_SOLE_PATHS];

static const struct tally sole_tally = {
	.counted = &sole_calls.nr[0][0],
	.reset = sole_at_reset,
	.nr = ARRAY_SIZE(sole_at_reset),
};

static_assert(sizeof(struct sole_calls) == sizeof(sole_at_reset));

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

/**
 * sole_show - print the calls since the last reset, one line for each operation
 * @m: where to
 *
 * Context: Process context, may sleep.
 */
void sole_show(struct seq_file *m)
{
	struct sole_calls calls;
	int op, path;

	mutex_lock(&sole_lock);
	tally_read(&sole_tally, 0, sole_tally.nr, &calls.nr[0][0]);
	mutex_unlock(&sole_lock);
	for (op = 0; op < NR_SOLE_OPS; op++) {
		seq_printf(m, "%s:", op_texts[op]);
		for (path = 0; path < NR_SOLE_PATHS; path++)
			seq_printf(m, " %s=%lu", path_texts[path],
				   calls.nr[op][path]);
		seq_putc(m, '\n');
	}
}

/**
 * sole_reset - begin again at 0
 *
 * Context: Process context, may sleep.
 */
void sole_reset(void)
{
	mutex_lock(&sole_lock);
	tally_reset(&sole_tally);
	mutex_unlock(&sole_lock);
}
