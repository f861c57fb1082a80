// SPDX-License-Identifier: GPL-2.0
/*
 * Nothing is lost and nothing is counted twice. A CPU adds to its own numbers
 * in one instruction, in any context; no other CPU writes them; and a reset
 * only remembers what the sums were.
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
 * tally_read - read what was counted since the last reset
 * @tally: the numbers
 * @first: the first number to read
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
 * What other CPUs count meanwhile belongs to the time before or to the time
 * after the reset. It is neither lost nor counted in both.
 *
 * Context: Any, with the lock of @tally.
 */
void tally_reset(const struct tally *tally)
{
	size_t i;

	for (i = 0; i < tally->nr; i++)
		tally->reset[i] = tally_sum(tally, i);
}
