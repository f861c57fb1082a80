/* SPDX-License-Identifier: GPL-2.0 */
/* Where the module's control files are, and why they are not there. */
#ifndef RMAPCTL_DEBUGFS_H
#define RMAPCTL_DEBUGFS_H

#include <stdbool.h>

/**
 * debugfs_root() - find the mounted debugfs
 *
 * Return: its path, or NULL after a complaint. The caller frees it.
 */
char *debugfs_root(void);

/* Where /proc is. */
const char *debugfs_proc(void);

/* Can the module be loaded here? True also if that is not known. */
bool debugfs_kernel_has_hooks(void);

/**
 * debugfs_explain() - say what is missing and what to do about it
 * @root: what debugfs_root() found
 * @err: the errno with which a control file could not be opened
 *
 * Prints nothing if @err alone is a sufficient explanation.
 */
void debugfs_explain(const char *root, int err);

#endif
