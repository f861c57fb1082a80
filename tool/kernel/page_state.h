/* SPDX-License-Identifier: GPL-2.0 */
/* The module's file page_state: a record for each page frame. */
#ifndef RMAPCTL_PAGE_STATE_H
#define RMAPCTL_PAGE_STATE_H

#include <stdint.h>
#include <sys/types.h>

#include <linux/rmap_ab.h>

/* So many at once cost little per record, and little memory. */
#define PAGE_STATE_BATCH	1024

/**
 * page_state_open() - open the file
 *
 * Return: a file descriptor, to be closed; -errno after a complaint.
 */
int page_state_open(void);

/**
 * page_state_read() - read the records of some page frames
 * @fd: what page_state_open() returned
 * @pfn: the first
 * @pages: where to
 * @nr: how many
 *
 * Return: how many there are, fewer than @nr only if the machine has no more
 * page frames: 0 for a @pfn beyond the last one; -errno after a complaint.
 */
ssize_t page_state_read(int fd, uint64_t pfn, struct rmap_ab_page *pages,
			size_t nr);

/* The page frame behind the last one of ordinary memory. */
uint64_t page_state_end(int fd);

#endif
