// SPDX-License-Identifier: GPL-2.0
/*
 * A hash table with open addressing. Each slot records the region that filled
 * it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lines.h"

static struct line *slots;
static uint64_t nr_slots;
static uint64_t nr_lines;
static uint64_t region;

static struct line *slot_find(uint64_t number)
{
	/* Fibonacci hashing: Knuth, The Art of Computer Programming, 6.4. */
	uint64_t i = (number * 0x9e3779b97f4a7c15ull) >> 20;
	struct line *slot;

	for (;; i++) {
		slot = &slots[i & (nr_slots - 1)];
		if (slot->region != region || slot->number == number)
			return slot;
	}
}

/*
 * Doubles the table. Ends the emulator on failure, as a count that is too low
 * is worse.
 */
static void grow(void)
{
	struct line *old = slots;
	uint64_t nr_old = nr_slots;

	nr_slots = nr_slots ? 2 * nr_slots : 1 << 20;
	slots = calloc(nr_slots, sizeof(*slots));
	if (!slots) {
		perror("plugin: cache lines");
		exit(1);
	}
	for (uint64_t i = 0; i < nr_old; i++)
		if (old[i].region == region)
			*slot_find(old[i].number) = old[i];
	free(old);
}

void lines_clear(void)
{
	region++;
	nr_lines = 0;
	if (!slots)
		grow();
}

struct line *lines_add(uint64_t number)
{
	struct line *slot = slot_find(number);

	if (slot->region == region)
		return slot;
	*slot = (struct line){ .number = number, .region = region };
	if (++nr_lines <= nr_slots / 2)
		return slot;
	grow();
	return slot_find(number);
}

uint64_t lines_nr(void)
{
	return nr_lines;
}
