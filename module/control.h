/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_CONTROL_H
#define _RMAP_AB_CONTROL_H

#include <linux/fs.h>

struct dentry;

/**
 * struct control_file - one of the control files
 * @name: its name
 * @mode: its access mode
 * @fops: its file operations
 * @data: what @fops find in i_private; may be NULL
 */
struct control_file {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
	const void *data;
};

int control_create(struct dentry *dir, const struct control_file *files,
		   size_t nr);

int control_init(void);
void control_exit(void);

#endif /* _RMAP_AB_CONTROL_H */
