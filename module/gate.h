/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_GATE_H
#define _RMAP_AB_GATE_H
/*
 * What all control files have in common: how they are created and opened.
 */

#include <linux/fs.h>

struct dentry;
struct seq_file;

/**
 * struct gate_file - one of the control files
 * @name: its name
 * @mode: its access mode
 * @fops: its file operations
 * @data: what @fops find in i_private; may be NULL
 */
struct gate_file {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
	const void *data;
};

int gate_create(struct dentry *dir, const struct gate_file *files, size_t nr);
void gate_open(void);
void gate_close(void);
int gate_check(void);
int gate_single_open(struct file *file,
		     int (*show)(struct seq_file *m, void *unused), void *data);

#endif /* _RMAP_AB_GATE_H */
