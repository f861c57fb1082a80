/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_MAPPERS_H
#define _RMAP_AB_MAPPERS_H
/*
 * The mappings of a folio, with the processes that they belong to.
 */

#include <linux/fs.h>
#include <linux/sched.h>

#include "walk.h"

struct seq_file;

/**
 * struct mapper - consecutive pages of a folio at consecutive addresses
 * @entry: of all these pages; @entry.nr is 0 if a VMA covers the folio but maps
 *	   no page of it
 * @mm: its mm, with a reference, until mappers_name()
 * @pid: number of the process, 0 if it is gone
 * @comm: name of the process
 */
struct mapper {
	struct walk_entry entry;
	struct mm_struct *mm;
	pid_t pid;
	char comm[TASK_COMM_LEN];
};

/**
 * struct mappers - what a walk collects
 * @walk: the walk; its callbacks are those of mappers_begin()
 * @empty: also note VMAs that map no page of the folio
 * @nr: number of mappers found; those that do not fit are only counted
 * @max: number of places at @mapper
 * @mappings: number of page table entries found
 * @mm: the mm of the VMA that the walk is at
 * @fresh: true if nothing of this VMA is in the list yet
 * @mapper: the list
 */
struct mappers {
	struct walk walk;
	bool empty;
	unsigned int nr, max;
	unsigned long mappings;
	struct mm_struct *mm;
	bool fresh;
	struct mapper *mapper;
};

void mappers_begin(struct mappers *m);
void mappers_name(struct mappers *m);
void mappers_drop(struct mappers *m);
void mappers_show(struct seq_file *s, const struct mapper *mapper);

extern const struct file_operations mappers_fops;

#endif /* _RMAP_AB_MAPPERS_H */
