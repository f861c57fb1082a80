/* SPDX-License-Identifier: GPL-2.0 */
/* The set of cache lines touched in a region. */
#ifndef BENCH_LINES_H
#define BENCH_LINES_H

#include <stdint.h>

#define LINE_SHIFT	6

void lines_clear(void);
void lines_add(uint64_t line);
uint64_t lines_nr(void);

#endif
