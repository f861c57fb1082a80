// SPDX-License-Identifier: GPL-2.0
#include "directory.h"
#include "lines.h"

void directory_clear(void)
{
	lines_clear();
}

void directory_access(struct directory_counts *counts, unsigned int cpu,
		      uint64_t number, bool is_write)
{
	struct line *line = lines_add(number);
	const uint64_t self = 1ull << cpu, others = line->holders & ~self;

	counts->accesses++;
	if (others && line->modified)
		counts->transfers++;
	else if (others && is_write)
		counts->invalidations++;
	if (is_write)
		line->holders = self;
	else
		line->holders |= self;
	/* Whoever has modified it alone still has it so after a read of its own. */
	line->modified = is_write || (line->modified && !others);
}
