/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CORRUPT_H
#define CORRUPT_H
/*
 * Makes counters wrong, through rmap_ab's file corrupt.
 */

#include <stdint.h>

/* Adds @delta to @counter of the page frame, or of its folio. Returns 0 or -errno. */
int corrupt_try(uint64_t pfn, const char *counter, int delta);

/* In a test: the same, and it must work. */
void corrupt(uint64_t pfn, const char *counter, int delta);

#endif /* CORRUPT_H */
