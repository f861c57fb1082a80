// SPDX-License-Identifier: GPL-2.0
/*
 * The gate. No control file can be opened before loading has succeeded, nor by
 * a process that the netlink family would refuse. File modes alone would let in
 * a process that is root without capabilities, as in a container.
 *
 * The files exist a little earlier, because creating one may fail. An open file
 * has a reference to the module. But a module whose loading fails is freed even
 * if there are references. That would free the code that the file's release
 * executes, and an implementation that has been put in use through the file.
 */

#include <linux/capability.h>
#include <linux/compiler.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/seq_file.h>

#include "gate.h"
#include "inject.h"

static bool gate_is_open;

/**
 * gate_create - create control files
 * @dir: where
 * @files: which
 * @nr: how many
 *
 * The files are removed with the directory.
 *
 * Context: Process context.
 * Return: 0, or -errno of the first file that could not be created.
 */
int gate_create(struct dentry *dir, const struct gate_file *files, size_t nr)
{
	struct dentry *file;
	size_t i;

	for (i = 0; i < nr; i++) {
		file = inject_ptr(debugfs_create_file(files[i].name,
						      files[i].mode, dir,
						      (void *)files[i].data,
						      files[i].fops));
		if (IS_ERR(file))
			return PTR_ERR(file);
	}
	return 0;
}

/**
 * gate_open - let files be opened from now on
 *
 * Context: Process context, when loading cannot fail any more.
 */
void gate_open(void)
{
	WRITE_ONCE(gate_is_open, true);
}

/**
 * gate_close - let no file be opened from now on
 *
 * Context: Process context, when the module is unloaded: no file is open.
 */
void gate_close(void)
{
	WRITE_ONCE(gate_is_open, false);
}

/**
 * gate_check - may a control file be opened?
 *
 * The open function of each control file calls this first. debugfs removes no
 * file that is just being opened.
 *
 * Context: Process context.
 * Return: 0; -EAGAIN before gate_open() and after gate_close(); -EPERM without
 * CAP_SYS_ADMIN.
 */
int gate_check(void)
{
	if (!READ_ONCE(gate_is_open))
		return -EAGAIN;
	return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

/**
 * gate_single_open - call single_open(), if a control file may be opened
 * @file: as for single_open()
 * @show: as for single_open()
 * @data: as for single_open()
 *
 * Context: Process context.
 * Return: 0 or -errno.
 */
int gate_single_open(struct file *file,
		     int (*show)(struct seq_file *m, void *unused), void *data)
{
	return gate_check() ?: single_open(file, show, data);
}
