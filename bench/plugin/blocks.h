/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counts how often each translated block ran in a region. A block runs as a
 * whole, unless a fault comes in it.
 */
#ifndef BENCH_BLOCKS_H
#define BENCH_BLOCKS_H

#include <stdint.h>

struct block;

/* Opens the file that blocks_end() writes. Returns 0, or -1 with errno. */
int blocks_open(const char *path);

/* The block at @address with that many instructions; the same each time. */
struct block *blocks_find(uint64_t address, uint32_t instructions,
			  uint32_t locked);
void blocks_ran(struct block *block);

/*
 * Write a line "region @nr", and for each block that ran "ADDRESS INSTRUCTIONS
 * LOCKED", of all its runs; then nothing has run.
 */
void blocks_end(uint64_t nr);

#endif
