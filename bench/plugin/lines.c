// SPDX-License-Identifier: GPL-2.0
/*
 * A hash table with open addressing. Each slot records the region that filled
 * it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lines.h"

struct slot {
	uint64_t line;
	uint64_t region;
};

static struct slot *slots;
static uint64_t nr_slots;
static uint64_t nr_lines;
static uint64_t region;

static struct slot *slot_find(uint64_t line)
{
	/* Fibonacci hashing: Knuth, The Art of Computer Programming, 6.4. */
	uint64_t i = (line * 0x9e3779b97f4a7c15ull) >> 20;
	struct slot *slot;

	for (;; i++) {
		slot = &slots[i & (nr_slots - 1)];
		if (slot->region != region || slot->line == line)
			return slot;
	}
}

/*
 * Doubles the table. Ends the emulator on failure, as a count that is too low
 * is worse.
 */
static void grow(void)
{
	struct slot *old = slots;
	uint64_t nr_old = nr_slots;

	nr_slots = nr_slots ? 2 * nr_slots : 1 << 20;
	slots = calloc(nr_slots, sizeof(*slots));
	if (!slots) {
		perror("plugin: cache lines");
		exit(1);
	}
	for (uint64_t i = 0; i < nr_old; i++)
		if (old[i].region == region)
			*slot_find(old[i].line) = old[i];
	free(old);
}

void lines_clear(void)
{
	region++;
	nr_lines = 0;
	if (!slots)
		grow();
}

void lines_add(uint64_t line)
{
	struct slot *slot = slot_find(line);

	if (slot->region == region)
		return;
	slot->line = line;
	slot->region = region;
	if (++nr_lines > nr_slots / 2)
		grow();
}

uint64_t lines_nr(void)
{
	return nr_lines;
}
