// SPDX-License-Identifier: GPL-2.0
/*
 * The control files of the layers: each of them on or off, and what they have
 * to show.
 */

#include <linux/array_size.h>
#include <linux/fs.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/rmap_ab.h>

#include "control.h"
#include "control_layers.h"
#include "error_log.h"
#include "guard.h"
#include "stats.h"
#include "switch.h"

/* Longer than any command. */
#define COMMAND_MAX	16

/* One write is one command. Return: its length, or -errno. */
static ssize_t read_command(char command[COMMAND_MAX], const char __user *buf,
			    size_t count)
{
	if (count >= COMMAND_MAX)
		return -EINVAL;
	if (copy_from_user(command, buf, count))
		return -EFAULT;
	command[count] = '\0';
	strim(command);
	return count;
}

static ssize_t refuse(const char *file, const char *takes)
{
	error_log_add("%s: takes %s", file, takes);
	return -EINVAL;
}

static ssize_t write_layer(const char *file, enum layer_id layer,
			   const char __user *buf, size_t count)
{
	char command[COMMAND_MAX];
	ssize_t len = read_command(command, buf, count);
	bool on;
	int err;

	if (len < 0 || kstrtobool(command, &on))
		return len == -EFAULT ? len : refuse(file, "1 or 0");
	err = switch_layer(layer, on);
	return err ?: len;
}

static int guard_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%d\n", switch_has_layer(LAYER_GUARD));
	return 0;
}

static int guard_open(struct inode *inode, struct file *file)
{
	return single_open(file, guard_show, NULL);
}

static ssize_t guard_write(struct file *file, const char __user *buf,
			   size_t count, loff_t *ppos)
{
	char command[COMMAND_MAX];
	ssize_t len = read_command(command, buf, count);
	bool on;
	int err;

	if (len == -EFAULT)
		return len;
	if (len > 0 && !strcmp(command, "clear")) {
		/* What was found before counts as seen. */
		guard_flush();
		switch_clear();
		return len;
	}
	if (len < 0 || kstrtobool(command, &on))
		return refuse(RMAP_AB_FILE_GUARD, "1, 0, or clear");
	err = switch_layer(LAYER_GUARD, on);
	return err ?: len;
}

static const struct file_operations guard_fops = {
	.owner		= THIS_MODULE,
	.open		= guard_open,
	.read		= seq_read,
	.write		= guard_write,
	.llseek		= seq_lseek,
	.release	= single_release,
};

static int stats_enabled_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%d\n", switch_has_layer(LAYER_STATS));
	return 0;
}

static int stats_enabled_open(struct inode *inode, struct file *file)
{
	return single_open(file, stats_enabled_show, NULL);
}

static ssize_t stats_enabled_write(struct file *file, const char __user *buf,
				   size_t count, loff_t *ppos)
{
	return write_layer(RMAP_AB_FILE_STATS_ENABLED, LAYER_STATS, buf, count);
}

static const struct file_operations stats_enabled_fops = {
	.owner		= THIS_MODULE,
	.open		= stats_enabled_open,
	.read		= seq_read,
	.write		= stats_enabled_write,
	.llseek		= seq_lseek,
	.release	= single_release,
};

static int trace_ops_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%d\n", switch_has_layer(LAYER_TRACE));
	return 0;
}

static int trace_ops_open(struct inode *inode, struct file *file)
{
	return single_open(file, trace_ops_show, NULL);
}

static ssize_t trace_ops_write(struct file *file, const char __user *buf,
			       size_t count, loff_t *ppos)
{
	return write_layer(RMAP_AB_FILE_TRACE_OPS, LAYER_TRACE, buf, count);
}

static const struct file_operations trace_ops_fops = {
	.owner		= THIS_MODULE,
	.open		= trace_ops_open,
	.read		= seq_read,
	.write		= trace_ops_write,
	.llseek		= seq_lseek,
	.release	= single_release,
};

static int fault_ops_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%d\n", switch_has_layer(LAYER_FAULT));
	return 0;
}

static int fault_ops_open(struct inode *inode, struct file *file)
{
	return single_open(file, fault_ops_show, NULL);
}

static ssize_t fault_ops_write(struct file *file, const char __user *buf,
			       size_t count, loff_t *ppos)
{
	return write_layer(RMAP_AB_FILE_FAULT_OPS, LAYER_FAULT, buf, count);
}

static const struct file_operations fault_ops_fops = {
	.owner		= THIS_MODULE,
	.open		= fault_ops_open,
	.read		= seq_read,
	.write		= fault_ops_write,
	.llseek		= seq_lseek,
	.release	= single_release,
};

static int stats_file_show(struct seq_file *m, void *unused)
{
	stats_show(m);
	return 0;
}

static int stats_file_open(struct inode *inode, struct file *file)
{
	return single_open(file, stats_file_show, NULL);
}

static ssize_t stats_file_write(struct file *file, const char __user *buf,
				size_t count, loff_t *ppos)
{
	char command[COMMAND_MAX];
	ssize_t len = read_command(command, buf, count);

	if (len == -EFAULT)
		return len;
	if (len < 0 || strcmp(command, "0"))
		return refuse(RMAP_AB_FILE_STATS, "0, to begin again at 0");
	stats_reset();
	return len;
}

static const struct file_operations stats_fops = {
	.owner		= THIS_MODULE,
	.open		= stats_file_open,
	.read		= seq_read,
	.write		= stats_file_write,
	.llseek		= seq_lseek,
	.release	= single_release,
};

static const struct control_file layer_files[] = {
	{ RMAP_AB_FILE_GUARD, 0600, &guard_fops },
	{ RMAP_AB_FILE_STATS, 0600, &stats_fops },
	{ RMAP_AB_FILE_STATS_ENABLED, 0600, &stats_enabled_fops },
	{ RMAP_AB_FILE_TRACE_OPS, 0600, &trace_ops_fops },
	{ RMAP_AB_FILE_FAULT_OPS, 0600, &fault_ops_fops },
};

/**
 * control_layers_init - create the control files of the layers
 * @dir: where
 *
 * They go with the directory.
 *
 * Context: Process context.
 * Return: 0 or -errno.
 */
int control_layers_init(struct dentry *dir)
{
	return control_create(dir, layer_files, ARRAY_SIZE(layer_files));
}
