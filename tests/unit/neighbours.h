/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NEIGHBOURS_H
#define NEIGHBOURS_H
/*
 * Flags of pages beside PG_anon_exclusive, which other CPUs change without a page table
 * lock: PG_hwpoison of any page, and those that only the first two pages have. A thread
 * changes them all the time, and looks whether they stay as they were left.
 */

#include "mem.h"

/* Of large anon folios only; there are @nr. */
void neighbours_start(struct folio *const *folios, int nr);

/* Returns how many times a flag was not as it was left. All are as at the start. */
int neighbours_stop(void);

#endif /* NEIGHBOURS_H */
