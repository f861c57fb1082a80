/* SPDX-License-Identifier: GPL-2.0 */
/* Which page frames a process maps, as /proc/PID/pagemap has it. */
#ifndef RMAPCTL_PAGEMAP_H
#define RMAPCTL_PAGEMAP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "kernel/process.h"

#define PAGEMAP_BATCH	4096

/* One page of the address space: Documentation/admin-guide/mm/pagemap.rst */
static inline bool pagemap_is_present(uint64_t entry)
{
	return entry >> 63;
}

/* Swapped out, or in migration: there is no page that it maps. */
static inline bool pagemap_is_swapped(uint64_t entry)
{
	return entry >> 62 & 1;
}

static inline uint64_t pagemap_pfn(uint64_t entry)
{
	return entry & ((1ULL << 55) - 1);
}

/**
 * pagemap_read() - read the entries of some pages
 * @process: an open one
 * @address: of the first page
 * @entries: where to
 * @nr: how many
 *
 * Return: how many there are, fewer than @nr only where the address space ends
 * or has gone; -errno after a complaint.
 */
ssize_t pagemap_read(const struct process *process, uint64_t address,
		     uint64_t *entries, size_t nr);

/**
 * pagemap_skip_holes() - where may the next page be?
 * @process: an open one
 * @address: a page
 * @last: where the search ends
 *
 * Holes of a terabyte are cheap to skip this way, and dear to read.
 *
 * Return: the address of the first page from @address on that is present or
 * swapped out, beyond @last if there is none; just @address if this kernel
 * (before 6.7) cannot say.
 */
uint64_t pagemap_skip_holes(const struct process *process, uint64_t address,
			    uint64_t last);

/**
 * pagemap_lookup() - the page frame behind one address
 * @process: just opened: its areas are read
 * @address: any byte of the page
 * @pfn: where to
 *
 * Return: 0, or -errno after a complaint that says why there is none.
 */
int pagemap_lookup(struct process *process, uint64_t address, uint64_t *pfn);

/* Does the address space still exist? */
bool pagemap_is_alive(const struct process *process);

#endif
