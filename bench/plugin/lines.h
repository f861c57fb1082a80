/* SPDX-License-Identifier: GPL-2.0 */
/* The set of cache lines touched in a region, and which CPU has each of them. */
#ifndef BENCH_LINES_H
#define BENCH_LINES_H

#include <stdint.h>

#define LINE_SHIFT	6

/**
 * struct line - a line that was touched in this region
 * @number: its address, without the bits inside a line
 * @region: the region that it belongs to
 * @holders: the CPUs that have a copy, one bit each; directory.c has these two
 * @modified: one of them has written to it and no other has read it since
 */
struct line {
	uint64_t number;
	uint64_t region;
	uint64_t holders;
	uint64_t modified;
};

void lines_clear(void);

/* Returns the line, which is all 0 but for its number when it is touched first. */
struct line *lines_add(uint64_t number);
uint64_t lines_nr(void);

#endif
