// SPDX-License-Identifier: GPL-2.0
/*
 * The control files of the layers: they switch each layer on or off, and show
 * what the layers have found.
 */

#include <linux/array_size.h>
#include <linux/fs.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/rmap_ab.h>

#include "control_layers.h"
#include "error_log.h"
#include "gate.h"
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

/* What the guard has found so far counts as seen. */
static void guard_clear(void)
{
	guard_flush();
	switch_clear();
}

/**
 * struct layer_file - the file of a layer: it reads 1 if the layer is on, else
 * 0
 * @name: name of the file
 * @takes: what can be written, as text for people
 * @clear: called when "clear" is written; NULL: "clear" is refused
 */
struct layer_file {
	const char *name;
	const char *takes;
	void (*clear)(void);
};

static const struct layer_file layer_files[] = {
	[LAYER_TRACE] = { RMAP_AB_FILE_TRACE_OPS, "1 or 0" },
	[LAYER_STATS] = { RMAP_AB_FILE_STATS_ENABLED, "1 or 0" },
	[LAYER_GUARD] = { RMAP_AB_FILE_GUARD, "1, 0, or clear", guard_clear },
	[LAYER_FAULT] = { RMAP_AB_FILE_FAULT_OPS, "1 or 0" },
};

static_assert(ARRAY_SIZE(layer_files) == NR_LAYERS);

static int layer_show(struct seq_file *m, void *unused)
{
	const struct layer_file *file = m->private;

	switch_notice();
	seq_printf(m, "%d\n", switch_has_layer(file - layer_files));
	return 0;
}

static int layer_open(struct inode *inode, struct file *file)
{
	return gate_single_open(file, layer_show, inode->i_private);
}

static ssize_t layer_write(struct file *file, const char __user *buf,
			   size_t count, loff_t *ppos)
{
	const struct layer_file *layer = file_inode(file)->i_private;
	char command[COMMAND_MAX];
	ssize_t len = read_command(command, buf, count);
	bool on;
	int err;

	if (len == -EFAULT)
		return len;
	if (len > 0 && layer->clear && !strcmp(command, "clear")) {
		layer->clear();
		return len;
	}
	if (len < 0 || kstrtobool(command, &on))
		return refuse(layer->name, layer->takes);
	err = switch_layer(layer - layer_files, on);
	return err ?: len;
}

static const struct file_operations layer_fops = {
	.owner		= THIS_MODULE,
	.open		= layer_open,
	.read		= seq_read,
	.write		= layer_write,
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
	return gate_single_open(file, stats_file_show, NULL);
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

static const struct gate_file stats_file = {
	RMAP_AB_FILE_STATS, 0600, &stats_fops
};

/**
 * control_layers_init - create the control files of the layers
 * @dir: where
 *
 * The files are removed with the directory.
 *
 * Context: Process context.
 * Return: 0 or -errno.
 */
int control_layers_init(struct dentry *dir)
{
	int i, err;

	for (i = 0; i < NR_LAYERS; i++) {
		const struct gate_file file = {
			layer_files[i].name, 0600, &layer_fops, &layer_files[i]
		};

		err = gate_create(dir, &file, 1);
		if (err)
			return err;
	}
	return gate_create(dir, &stats_file, 1);
}
