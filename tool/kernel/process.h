/* SPDX-License-Identifier: GPL-2.0 */
/* The address space of a process, and the reasons why it may be missing. */
#ifndef RMAPCTL_PROCESS_H
#define RMAPCTL_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/**
 * struct process - a process whose memory is looked at
 * @pid: as given
 * @dir: its directory in /proc; stays its own even if the pid is reused
 * @maps: its VMAs
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

/* A VMA of the process, from @start to @last, in bytes. */
struct vma {
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
 * process_open() - open the address space that the process has now
 *
 * Return: 0, or -errno after a complaint; the caller closes it unless it fails.
 */
int process_open(struct process *process, uint64_t pid);

/*
 * The same without complaints: -ESRCH if there is no such process, or if it has
 * no memory of its own.
 */
int process_try(struct process *process, uint64_t pid);
void process_close(struct process *process);

/* Opens a file of the process in /proc. Returns NULL, with errno. */
FILE *process_file(const struct process *process, const char *name);

/* Its name; "" if it has gone. */
void process_comm(const struct process *process, char *to, size_t size);

/**
 * process_next_vma() - find the next VMA, by address
 *
 * Return: 1; 0 after the last one; -errno after a complaint.
 */
int process_next_vma(struct process *process, struct vma *vma);

/**
 * process_check() - check that the address space still exists
 *
 * When it goes, VMAs and entries end early without an error.
 *
 * Return: 0, or -ESRCH after a complaint.
 */
int process_check(const struct process *process);

/**
 * process_huge_page() - find the size of the hugetlb pages around an address
 *
 * Return: bytes; 0 if it is in no VMA of hugetlb pages, or if that is unknown.
 */
uint64_t process_huge_page(const struct process *process, uint64_t address);

#define PAGEMAP_BATCH	4096

/* One page of the address space: Documentation/admin-guide/mm/pagemap.rst */
static inline bool pagemap_is_present(uint64_t entry)
{
	return entry >> 63;
}

/* Swapped out or in migration: the entry maps no page. */
static inline bool pagemap_is_swapped(uint64_t entry)
{
	return entry >> 62 & 1;
}

/* The kernel says that nobody else maps the page. */
static inline bool pagemap_is_exclusive(uint64_t entry)
{
	return entry >> 56 & 1;
}

/* A page of a file or of shared memory; a driver's, too. */
static inline bool pagemap_is_file(uint64_t entry)
{
	return entry >> 61 & 1;
}

static inline uint64_t pagemap_pfn(uint64_t entry)
{
	return entry & ((1ULL << 55) - 1);
}

/**
 * pagemap_read() - read the entries of some pages
 * @process: an open one
 * @address: of the first page
 * @entries: receives them
 * @nr: how many
 *
 * Return: how many were read; fewer than @nr only if the address space ends or
 * has gone; -errno after a complaint.
 */
ssize_t pagemap_read(const struct process *process, uint64_t address,
		     uint64_t *entries, size_t nr);

/**
 * pagemap_skip_holes() - find where the next page may be
 * @process: an open one
 * @address: a page
 * @last: where the search ends
 *
 * This skips holes of a terabyte cheaply. Reading their entries takes long.
 *
 * Return: the address of the first page from @address on that is present or
 * swapped out, beyond @last if there is none; @address itself if this kernel
 * (before 6.7) does not tell.
 */
uint64_t pagemap_skip_holes(const struct process *process, uint64_t address,
			    uint64_t last);

/**
 * pagemap_lookup() - find the page frame behind one address
 * @process: a newly opened one; this reads its VMAs
 * @address: any byte of the page
 * @pfn: receives it
 *
 * Return: 0, or -errno after a complaint that says why there is none.
 */
int pagemap_lookup(struct process *process, uint64_t address, uint64_t *pfn);

/* Does the address space still exist? */
bool pagemap_is_alive(const struct process *process);

#endif
