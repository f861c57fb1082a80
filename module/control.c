// SPDX-License-Identifier: GPL-2.0
/*
 * The control plane: /sys/kernel/debug/rmap_ab/.
 *
 * The files take and give text, and are for root. An open file pins the module,
 * so rmmod cannot overtake a reader or a writer.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/array_size.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/rmap_ab.h>

#include "audit.h"
#include "control.h"
#include "corrupt.h"
#include "control_layers.h"
#include "error_log.h"
#include "file_pfns.h"
#include "folio_text.h"
#include "gate.h"
#include "inject.h"
#include "layout.h"
#include "mappers.h"
#include "mm_ids.h"
#include "page_mappings.h"
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
	return gate_single_open(file, implementation_show, NULL);
}

/* One write is one command: a name, with or without a newline. */
static ssize_t implementation_write(struct file *file, const char __user *buf,
				    size_t count, loff_t *ppos)
{
	char text[RMAP_AB_NAME_MAX + 2];
	int err;

	/* The text is on the stack: the way back to builtin needs no memory. */
	if (count >= sizeof(text)) {
		error_log_add("no implementation has a name of %zu bytes",
			      count);
		return -EINVAL;
	}
	if (copy_from_user(text, buf, count))
		return -EFAULT;
	text[count] = '\0';
	err = switch_to_name(strim(text));
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

static int layout_show(struct seq_file *m, void *unused)
{
	layout_show_names(m);
	return 0;
}

static int layout_open(struct inode *inode, struct file *file)
{
	return gate_single_open(file, layout_show, NULL);
}

static ssize_t layout_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *ppos)
{
	char text[RMAP_AB_NAME_MAX + 2];
	int err;

	if (count >= sizeof(text)) {
		error_log_add("no layout has a name of %zu bytes", count);
		return -EINVAL;
	}
	if (copy_from_user(text, buf, count))
		return -EFAULT;
	text[count] = '\0';
	err = layout_set(strim(text));
	return err ?: count;
}

static const struct file_operations layout_fops = {
	.owner		= THIS_MODULE,
	.open		= layout_open,
	.read		= seq_read,
	.write		= layout_write,
	.llseek		= seq_lseek,
	.release	= single_release,
};

static int status_show(struct seq_file *m, void *unused)
{
	struct switch_status status;

	switch_notice();
	switch_get_status(&status);
	seq_printf(m, "state: %s\n", switch_state_text(status.state));
	seq_printf(m, "current: %s\n", status.current_name);
	seq_printf(m, "previous: %s\n", status.previous_name);
	seq_printf(m, "switch_seq: %llu\n", status.seq);
	seq_printf(m, "last_switch_us: %llu\n", status.last_us);
	seq_printf(m, "nr_reverts: %llu\n", status.nr_reverts);
	seq_printf(m, "last_revert: %s\n", status.last_revert);
	seq_printf(m, "instrumented: %s\n", status.instrumented);
	seq_printf(m, "layout: %s\n", layout_name());
	seq_printf(m, "nr_folios_none: %lu\n", layout_nr_none());
	return 0;
}

static int status_open(struct inode *inode, struct file *file)
{
	return gate_single_open(file, status_show, NULL);
}

static const struct file_operations status_fops = {
	.owner		= THIS_MODULE,
	.open		= status_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= single_release,
};

static int error_log_file_show(struct seq_file *m, void *unused)
{
	error_log_show(m);
	return 0;
}

static int error_log_file_open(struct inode *inode, struct file *file)
{
	return gate_single_open(file, error_log_file_show, NULL);
}

static const struct file_operations error_log_file_fops = {
	.owner		= THIS_MODULE,
	.open		= error_log_file_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= single_release,
};

static int sole_owner_show(struct seq_file *m, void *unused)
{
	sole_show(m);
	return 0;
}

static int sole_owner_open(struct inode *inode, struct file *file)
{
	return gate_single_open(file, sole_owner_show, NULL);
}

/* Only "0" may be written. */
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

static const struct gate_file control_files[] = {
	{ RMAP_AB_FILE_IMPLEMENTATION, 0600, &implementation_fops },
	{ RMAP_AB_FILE_STATUS, 0400, &status_fops },
	{ RMAP_AB_FILE_LAYOUT, 0600, &layout_fops },
	{ RMAP_AB_FILE_FILE_PFNS, 0600, &file_pfns_fops },
	{ RMAP_AB_FILE_MAPPERS, 0600, &mappers_fops },
	{ RMAP_AB_FILE_AUDIT, 0600, &audit_fops },
	{ RMAP_AB_FILE_ERROR_LOG, 0400, &error_log_file_fops },
	{ RMAP_AB_FILE_SOLE_OWNER, 0600, &sole_owner_fops },
	{ RMAP_AB_FILE_PAGE_STATE, 0400, &page_state_fops },
	{ RMAP_AB_FILE_PAGE_MAPPINGS, 0400, &page_mappings_fops },
	{ RMAP_AB_FILE_FOLIO, 0600, &folio_text_fops },
	{ RMAP_AB_FILE_MM_IDS, 0400, &mm_ids_fops },
};

static const struct gate_file corrupt_file = {
	RMAP_AB_FILE_CORRUPT, 0200, &corrupt_fops
};

static int control_create_all(void)
{
	int err;

	err = gate_create(control_dir, control_files,
			  ARRAY_SIZE(control_files));
	if (!err && corrupt_allowed())
		err = gate_create(control_dir, &corrupt_file, 1);
	return err ?: control_layers_init(control_dir) ?: inject_init();
}

/**
 * control_init - create the control files
 *
 * A kernel without debugfs is no failure: the module parameter still works.
 *
 * Context: Process context.
 * Return: 0; or -errno, and then no file is left.
 */
int control_init(void)
{
	int err;

	control_dir = inject_ptr(debugfs_create_dir(RMAP_AB_DEBUGFS_DIR, NULL));
	err = PTR_ERR_OR_ZERO(control_dir);
	if (err == -ENODEV || err == -EPERM) {
		pr_warn("no debugfs, error %d: only the parameter implementation is available, see /sys/module/rmap_ab/parameters\n",
			err);
		return 0;
	}
	err = err ?: control_create_all();
	if (err) {
		pr_err("cannot create the control files, error %d\n", err);
		control_exit();
	}
	return err;
}

/**
 * control_exit - remove the control files
 *
 * Context: Process context. Waits for operations on the files to end.
 */
void control_exit(void)
{
	inject_exit();
	debugfs_remove(control_dir);
	audit_exit();
}
