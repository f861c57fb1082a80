/* SPDX-License-Identifier: GPL-2.0 */
/* The address space of a process, and every way in which it is not there. */
#ifndef RMAPCTL_PROCESS_H
#define RMAPCTL_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

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

#endif
