// SPDX-License-Identifier: GPL-2.0
/*
 * The control plane: /sys/kernel/debug/rmap_ab/.
 *
 * Text in and out, for root. An open file pins the module, so that no reader or
 * writer can be overtaken by rmmod.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/rmap_ab.h>

#include "audit.h"
#include "control.h"
#include "corrupt.h"
#include "control_layers.h"
#include "error_log.h"
#include "file_pfns.h"
#include "folio_text.h"
#include "mappers.h"
#include "page_state.h"
#include "sole.h"
#include "switch.h"

static struct dentry *control_dir;

static int implementation_show(struct seq_file *m, void *unused)
{
	switch_show_names(m);
	return 0;
}

static int implementation_open(struct inode *inode, struct file *file)
{
	return single_open(file, implementation_show, NULL);
}

/* One write is one command: a name, with or without a newline. */
static ssize_t implementation_write(struct file *file, const char __user *buf,
				    size_t count, loff_t *ppos)
{
	char *text;
	int err;

	if (count >= RMAP_AB_NAME_MAX + 2) {
		error_log_add("a name of %zu bytes: no implementation has one that long",
			      count);
		return -EINVAL;
	}
	text = memdup_user_nul(buf, count);
	if (IS_ERR(text))
		return PTR_ERR(text);
	err = switch_to_name(strim(text));
	kfree(text);
	return err ?: count;
}

static const struct file_operations implementation_fops = {
	.owner		= THIS_MODULE,
	.open		= implementation_open,
	.read		= seq_read,
	.write		= implementation_write,
	.llseek		= seq_lseek,
	.release	= single_release,
};

static int status_show(struct seq_file *m, void *unused)
{
	char layers_text[128];
	struct switch_status status;

	switch_get_status(&status);
	seq_printf(m, "state: %s\n", switch_state_text(status.state));
	seq_printf(m, "current: %s\n", status.current_name);
	seq_printf(m, "switch_seq: %llu\n", status.seq);
	seq_printf(m, "last_switch_us: %llu\n", status.last_us);
	seq_printf(m, "nr_reverts: %llu\n", status.nr_reverts);
	seq_printf(m, "last_revert: %s\n", status.last_revert);
	seq_printf(m, "instrumented: %s\n",
		   instrument_list(layers_text, sizeof(layers_text),
				   status.layers) ? layers_text : "none");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(status);

static int error_log_file_show(struct seq_file *m, void *unused)
{
	error_log_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(error_log_file);

static int sole_owner_show(struct seq_file *m, void *unused)
{
	sole_show(m);
	return 0;
}

static int sole_owner_open(struct inode *inode, struct file *file)
{
	return single_open(file, sole_owner_show, NULL);
}

/* Any write but "0" is a mistake. */
static ssize_t sole_owner_write(struct file *file, const char __user *buf,
				size_t count, loff_t *ppos)
{
	unsigned int value;
	int err;

	err = kstrtouint_from_user(buf, count, 0, &value);
	if (err || value) {
		error_log_add("%s: write 0 to reset the counters",
			      RMAP_AB_FILE_SOLE_OWNER);
		return err ?: -EINVAL;
	}
	sole_reset();
	return count;
}

static const struct file_operations sole_owner_fops = {
	.owner		= THIS_MODULE,
	.open		= sole_owner_open,
	.read		= seq_read,
	.write		= sole_owner_write,
	.llseek		= seq_lseek,
	.release	= single_release,
};

/**
 * control_init - create the control files
 *
 * Without debugfs the module parameter still works, so that is no failure.
 *
 * Context: Process context.
 */
void control_init(void)
{
	control_dir = debugfs_create_dir(RMAP_AB_DEBUGFS_DIR, NULL);
	if (IS_ERR(control_dir)) {
		pr_warn("no debugfs, error %ld: an implementation can only be chosen when loading\n",
			PTR_ERR(control_dir));
		return;
	}
	debugfs_create_file(RMAP_AB_FILE_IMPLEMENTATION, 0600, control_dir,
			    NULL, &implementation_fops);
	debugfs_create_file(RMAP_AB_FILE_STATUS, 0400, control_dir, NULL,
			    &status_fops);
	debugfs_create_file(RMAP_AB_FILE_FILE_PFNS, 0600, control_dir, NULL,
			    &file_pfns_fops);
	debugfs_create_file(RMAP_AB_FILE_MAPPERS, 0600, control_dir, NULL,
			    &mappers_fops);
	debugfs_create_file(RMAP_AB_FILE_AUDIT, 0600, control_dir, NULL,
			    &audit_fops);
	debugfs_create_file(RMAP_AB_FILE_ERROR_LOG, 0400, control_dir, NULL,
			    &error_log_file_fops);
	debugfs_create_file(RMAP_AB_FILE_SOLE_OWNER, 0600, control_dir, NULL,
			    &sole_owner_fops);
	debugfs_create_file(RMAP_AB_FILE_PAGE_STATE, 0400, control_dir, NULL,
			    &page_state_fops);
	debugfs_create_file(RMAP_AB_FILE_FOLIO, 0600, control_dir, NULL,
			    &folio_text_fops);
	if (corrupt_allowed())
		debugfs_create_file(RMAP_AB_FILE_CORRUPT, 0200, control_dir,
				    NULL, &corrupt_fops);
	control_layers_init(control_dir);
}

/**
 * control_exit - remove the control files
 *
 * Context: Process context. Waits for operations on the files to end.
 */
void control_exit(void)
{
	debugfs_remove(control_dir);
	audit_exit();
}
