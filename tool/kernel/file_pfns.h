/* SPDX-License-Identifier: GPL-2.0 */
/* The module's file file_pfns: which page frames hold a file. */
#ifndef RMAPCTL_FILE_PFNS_H
#define RMAPCTL_FILE_PFNS_H

#include <linux/rmap_ab.h>

#include "cli/number.h"

#define FILE_PFNS_BATCH	256

struct file_pfns {
	int fd;		/* the file that is asked about */
	int control;
	size_t used;
	size_t nr;
	struct rmap_ab_file_pfns found[FILE_PFNS_BATCH];
};

/*
 * Returns 0, or -errno after a complaint. The caller closes @file unless it
 * fails.
 */
int file_pfns_open(struct file_pfns *file, const char *path);
void file_pfns_close(struct file_pfns *file);

/*
 * Begins to list these pages of the file. Returns 0, or -errno after a
 * complaint.
 */
int file_pfns_seek(struct file_pfns *file, const struct range *pages);

/* Returns 1; 0 after the last one; -errno after a complaint. */
int file_pfns_next(struct file_pfns *file, struct rmap_ab_file_pfns *found);

#endif
