// SPDX-License-Identifier: GPL-2.0
/*
 * The gate: no control file can be opened before loading has succeeded.
 *
 * The files are there a little earlier, as to create one may fail. An open file
 * has a reference to the module; but a module whose loading fails is freed
 * whoever has one, and with it what the file's release would execute, and an
 * implementation that somebody put in use.
 */

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/seq_file.h>

#include "gate.h"

static bool gate_is_open;

/**
 * gate_open - from now on files can be opened
 *
 * Context: Process context, when loading cannot fail any more.
 */
void gate_open(void)
{
	WRITE_ONCE(gate_is_open, true);
}

/**
 * gate_check - may a control file be opened?
 *
 * Called first by the open function of each of them. debugfs lets no file go
 * away that is just being opened.
 *
 * Context: Any.
 * Return: 0; -EAGAIN before gate_open().
 */
int gate_check(void)
{
	return READ_ONCE(gate_is_open) ? 0 : -EAGAIN;
}

/**
 * gate_single_open - single_open(), if a control file may be opened
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
