/* SPDX-License-Identifier: GPL-2.0 */
/* The address space of a process, and every way in which it is not there. */
#ifndef RMAPCTL_PROCESS_H
#define RMAPCTL_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/**
 * struct process - a process whose memory is looked at
 * @pid: as given
 * @dir: its directory in /proc: stays with this process, whoever gets its pid
 * @maps: its areas
 * @pagemap: its page tables
 * @line: the line of @maps that was read last
 * @size: of @line
 */
struct process {
	uint64_t pid;
	int dir;
	int pagemap;
	FILE *maps;
	char *line;
	size_t size;
};

/* An area of its address space, from @start to @last, in bytes. */
struct area {
	uint64_t start;
	uint64_t last;
};

/**
 * process_parse() - the value of an option --pid
 *
 * Return: 0, or EXIT_USAGE after a complaint.
 */
int process_parse(const char *text, uint64_t *pid);

/**
 * process_open() - get hold of the address space that the process has now
 *
 * Return: 0, or -errno after a complaint; only then nothing is to be closed.
 */
int process_open(struct process *process, uint64_t pid);
void process_close(struct process *process);

/**
 * process_next_area() - the next area, by address
 *
 * Return: 1; 0 after the last one; -errno after a complaint.
 */
int process_next_area(struct process *process, struct area *area);

/**
 * process_check() - is the address space still there?
 *
 * Areas and entries end early when it goes, without an error.
 *
 * Return: 0, or -ESRCH after a complaint.
 */
int process_check(const struct process *process);

/**
 * process_huge_page() - the size of the hugetlb pages around an address
 *
 * Return: bytes; 0 if it is not in an area of hugetlb pages, or nobody can say.
 */
uint64_t process_huge_page(const struct process *process, uint64_t address);

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
