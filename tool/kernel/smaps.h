/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel says about the memory of a process: its smaps. */
#ifndef RMAPCTL_SMAPS_H
#define RMAPCTL_SMAPS_H

#include <stdint.h>

#include "kernel/process.h"

/* Sizes in KiB, without hugetlb. */
struct smaps_sizes {
	uint64_t rss;
	uint64_t pss;
	uint64_t uss;	/* Private_Clean and Private_Dirty */
};

/* A VMA and its sizes. */
struct smaps_vma {
	struct vma vma;
	char name[64];	/* a file's path, "[heap]", ...; "" if it has none */
	struct smaps_sizes sizes;
};

struct smaps {
	struct smaps_vma *vmas;
	size_t nr;
};

/**
 * smaps_rollup() - read the sums for the whole process
 *
 * Return: 0; -ESRCH, without a complaint, if it has gone; -errno after one.
 */
int smaps_rollup(const struct process *process, struct smaps_sizes *sizes);

/*
 * Reads the VMAs. Returns the same. The caller frees @smaps unless this fails.
 */
int smaps_read(const struct process *process, struct smaps *smaps);

/* The same without sizes: so the kernel need not walk the page tables. */
int smaps_read_vmas(const struct process *process, struct smaps *smaps);
void smaps_free(struct smaps *smaps);

#endif
