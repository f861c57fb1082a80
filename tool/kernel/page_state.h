/* SPDX-License-Identifier: GPL-2.0 */
/* The module's files page_state and page_mappings: a record for each page frame. */
#ifndef RMAPCTL_PAGE_STATE_H
#define RMAPCTL_PAGE_STATE_H

#include <stdint.h>
#include <sys/types.h>

#include <linux/rmap_ab.h>

/* So many records at once cost little each, and little memory. */
#define PAGE_STATE_WINDOW	1024

/* A block: page frames that lie side by side, and are read together. */
#define PAGE_STATE_BLOCK	32
#define PAGE_STATE_BLOCKS	64

/**
 * struct page_state - the file, and what was read of it; all of it is internal
 * @fd: the file
 * @first: the page frame that @window begins with
 * @nr: records in @window
 * @window: what was read last
 * @blocks: what was read around page frames (page_state_near())
 * @credit: what blocks have saved, and may cost
 */
struct page_state {
	int fd;
	uint64_t first;
	size_t nr;
	struct rmap_ab_page window[PAGE_STATE_WINDOW];
	struct page_state_block {
		uint64_t first;
		size_t nr;
		struct rmap_ab_page records[PAGE_STATE_BLOCK];
	} blocks[PAGE_STATE_BLOCKS];
	int credit;
};

/**
 * page_records_read() - read a file that has a record for each page frame
 * @fd: the file
 * @file: its name, for complaints
 * @pfn: the first page frame
 * @nr: how many
 * @records: receives them
 * @size: of a record
 *
 * Return: how many there are, 0 behind the last page frame; -errno after a
 * complaint.
 */
ssize_t page_records_read(int fd, const char *file, uint64_t pfn, size_t nr,
			  void *records, size_t size);

/* Returns 0, or -errno after a complaint; only then nothing is to be closed. */
int page_state_open(struct page_state *state);
void page_state_close(struct page_state *state);

/* Forget what was read, so that all is read anew. */
void page_state_forget(struct page_state *state);

/**
 * page_state_get() - the records of a page frame and of those behind it
 * @state: an open one
 * @pfn: which
 * @ahead: how many page frames from @pfn on will be asked for
 * @records: where to; valid until the next call
 *
 * Return: how many there are at @records, one at least; 0 if the machine has
 * no such page frame; -errno after a complaint.
 */
ssize_t page_state_get(struct page_state *state, uint64_t pfn, uint64_t ahead,
		       const struct rmap_ab_page **records);

/* The same for a page frame whose neighbours on both sides may follow soon. */
ssize_t page_state_near(struct page_state *state, uint64_t pfn, uint64_t ahead,
			const struct rmap_ab_page **records);

/* The page frame behind the last one of ordinary memory. */
uint64_t page_state_end(const struct page_state *state);

/* ---- page_mappings: how often the page tables map a page frame ---- */

/* Returns a file descriptor, to be closed; -errno after a complaint. */
int page_mappings_open(void);

/**
 * page_mappings_read() - look for the mappings of page frames
 * @fd: the file page_mappings
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
