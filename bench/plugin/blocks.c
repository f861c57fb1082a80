// SPDX-License-Identifier: GPL-2.0
/* Blocks are never moved, as translated code points to them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "blocks.h"

enum { NR_HEADS = 1 << 16 };

struct block {
	struct block *next;		/* with the same hash */
	struct block *next_run;		/* that ran in this region */
	uint64_t address;
	uint64_t runs;
	uint32_t instructions, locked;
};

static struct block *heads[NR_HEADS];
static struct block *ran;
static FILE *to;

int blocks_open(const char *path)
{
	to = fopen(path, "we");
	return to ? 0 : -1;
}

static struct block **head_of(uint64_t address)
{
	/* Fibonacci hashing: Knuth, The Art of Computer Programming, 6.4. */
	return &heads[address * 0x9e3779b97f4a7c15ull >> 48];
}

struct block *blocks_find(uint64_t address, uint32_t instructions,
			  uint32_t locked)
{
	struct block **head = head_of(address), *block;

	for (block = *head; block; block = block->next)
		if (block->address == address && block->locked == locked &&
		    block->instructions == instructions)
			return block;
	block = calloc(1, sizeof(*block));
	if (!block) {
		perror("plugin: blocks");
		exit(1);
	}
	block->address = address;
	block->instructions = instructions;
	block->locked = locked;
	block->next = *head;
	*head = block;
	return block;
}

void blocks_ran(struct block *block)
{
	if (!block->runs++) {
		block->next_run = ran;
		ran = block;
	}
}

void blocks_end(uint64_t nr)
{
	fprintf(to, "region %" PRIu64 "\n", nr);
	for (; ran; ran = ran->next_run) {
		fprintf(to, "%" PRIx64 " %" PRIu64 " %" PRIu64 "\n",
			ran->address, ran->runs * ran->instructions,
			ran->runs * ran->locked);
		ran->runs = 0;
	}
	if (fflush(to)) {
		perror("plugin: blocks");
		exit(1);
	}
}
