// SPDX-License-Identifier: GPL-2.0
/*
 * Nothing is lost and nothing is counted twice: a CPU adds to its own numbers in
 * one instruction, in whatever context, nobody else writes there, and to reset
 * means to remember what the sums were.
 */

#include <linux/compiler.h>
#include <linux/cpumask.h>

#include "tally.h"

static unsigned long tally_sum(const struct tally *tally, size_t i)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(tally->counted, cpu)[i]);
	return sum;
}

/**
 * tally_read - what was counted since the last reset
 * @tally: the numbers
 * @first: the first of them to read
 * @nr: how many
 * @sums: where to
 *
 * Context: Any, with the lock of @tally.
 */
void tally_read(const struct tally *tally, size_t first, size_t nr,
		unsigned long *sums)
{
	size_t i;

	for (i = 0; i < nr; i++)
		sums[i] = tally_sum(tally, first + i) - tally->reset[first + i];
}

/**
 * tally_reset - begin again at 0
 * @tally: the numbers
 *
 * What other CPUs count meanwhile is counted before or after, not both, and is
 * not lost.
 *
 * Context: Any, with the lock of @tally.
 */
void tally_reset(const struct tally *tally)
{
	size_t i;

	for (i = 0; i < tally->nr; i++)
		tally->reset[i] = tally_sum(tally, i);
}
