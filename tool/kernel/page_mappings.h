/* SPDX-License-Identifier: GPL-2.0 */
/* The module's file page_mappings: how often the page tables map a page frame. */
#ifndef RMAPCTL_PAGE_MAPPINGS_H
#define RMAPCTL_PAGE_MAPPINGS_H

#include <stdint.h>
#include <sys/types.h>

#include <linux/rmap_ab.h>

/* Returns a file descriptor, to be closed; -errno after a complaint. */
int page_mappings_open(void);

/**
 * page_mappings_read() - look for the mappings of page frames
 * @fd: the file
 * @pfn: the first page frame
 * @nr: how many
 * @records: receives them
 *
 * Each read looks anew.
 *
 * Return: how many there are; fewer than @nr where ordinary memory ends; -errno
 * after a complaint.
 */
ssize_t page_mappings_read(int fd, uint64_t pfn, size_t nr,
			   struct rmap_ab_mappings *records);

#endif
