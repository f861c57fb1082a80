/* SPDX-License-Identifier: GPL-2.0 */
/* The module's file mm_ids: whose an MM ID is. */
#ifndef RMAPCTL_MM_IDS_H
#define RMAPCTL_MM_IDS_H

#include <stdint.h>

/**
 * struct mm_owner - the process that an mm belongs to
 * @mm_id: the MM ID
 * @pid: number of the process
 * @comm: its name
 */
struct mm_owner {
	uint64_t mm_id;
	uint64_t pid;
	const char *comm;
};

/**
 * mm_owner() - find the process of an MM ID
 * @mm_id: the MM ID
 *
 * The file is read once, when the first one is looked for. Of processes that
 * share an mm, the one with the lowest number is returned.
 *
 * Return: the process, until mm_owners_forget(); NULL if it is gone, or after a
 * complaint.
 */
const struct mm_owner *mm_owner(uint32_t mm_id);

/* Read the file again when the next one is looked for. */
void mm_owners_forget(void);

#endif
