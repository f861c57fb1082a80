// SPDX-License-Identifier: GPL-2.0
/*
 * A set of rmap operations of a module that is not rmap_ab: it counts how often
 * each operation is called, and does what the kernel does.
 *
 * It shows all that an implementation needs: a function for each operation, a
 * struct rmap_ops, rmap_ops_install(), rmap_ops_restore(). The tests also use it
 * to prove which user space actions reach which operations, and that the interface
 * refuses what it must.
 *
 * debugfs, /sys/kernel/debug/rmap_count/:
 *   installed	1 or 0; write it to install or restore. The module cannot be
 *		unloaded while it is 1: the interface pins it
 *   counts	lines "operation: calls"; write 0 to start again
 *   hole	write the name of an operation: try to install a set without it;
 *		the result of rmap_ops_install() is the result of the write
 *
 * With CONFIG_RMAP_LAYOUT, the parameter `layouts` says whether the set claims to know
 * folios without page mapcounts. What the kernel does knows them.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/rmap_ops.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

enum count_op {
#define COUNT_ENUM(ret, op, ...)	COUNT_##op,
	RMAP_OPS_TABLE(COUNT_ENUM)
	NR_COUNTS
};

static const char * const count_names[NR_COUNTS] = {
#define COUNT_NAME(ret, op, ...)	[COUNT_##op] = #op,
	RMAP_OPS_TABLE(COUNT_NAME)
};

/* this_cpu_inc(): with PREEMPT_RT, one operation may preempt another. */
static DEFINE_PER_CPU(u64[NR_COUNTS], counts);

#define COUNT_FUNCTION(ret, op, params, args, ...)		\
	static ret count_##op params				\
	{							\
		this_cpu_inc(counts[COUNT_##op]);		\
		return rmap_builtin_ops.op args;		\
	}
RMAP_OPS_TABLE(COUNT_FUNCTION)

static struct rmap_ops count_ops = {
	.name	= "count",
#define COUNT_MEMBER(ret, op, ...)	.op = count_##op,
	RMAP_OPS_TABLE(COUNT_MEMBER)
};

static u64 count_total(enum count_op op)
{
	u64 total = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		total += per_cpu(counts, cpu)[op];
	return total;
}

static int counts_show(struct seq_file *m, void *v)
{
	enum count_op op;

	for (op = 0; op < NR_COUNTS; op++)
		seq_printf(m, "%s: %llu\n", count_names[op], count_total(op));
	return 0;
}

/* An operation that runs at the same time may or may not be counted. */
static ssize_t counts_write(struct file *file, const char __user *buf,
			    size_t len, loff_t *ppos)
{
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&counts, cpu), 0, sizeof(counts));
	return len;
}
DEFINE_SHOW_STORE_ATTRIBUTE(counts);

static int installed_get(void *data, u64 *value)
{
	struct module *owner;

	*value = rmap_ops_get(&owner) == &count_ops;
	module_put(owner);
	return 0;
}

static int installed_set(void *data, u64 value)
{
	return value ? rmap_ops_install(&count_ops) : rmap_ops_restore();
}
DEFINE_DEBUGFS_ATTRIBUTE(installed_fops, installed_get, installed_set, "%llu\n");

/* Returns the set minus one operation, or NULL if no operation has that name. */
static struct rmap_ops *hole_make(const char *name)
{
	static struct rmap_ops ops;

	ops = count_ops;
	ops.name = "hole";
#define HOLE_MAKE(ret, op, ...)				\
	if (!strcmp(name, #op)) {			\
		ops.op = NULL;				\
		return &ops;				\
	}
	RMAP_OPS_TABLE(HOLE_MAKE)
	return NULL;
}

static DEFINE_MUTEX(hole_mutex);

static int hole_try(const char *name)
{
	const struct rmap_ops *ops;
	int err = -ENOENT;

	mutex_lock(&hole_mutex);
	ops = hole_make(name);
	if (ops)
		err = rmap_ops_install(ops);
	/* This must not happen. If it does, at least nobody shall call NULL. */
	if (!err)
		rmap_ops_restore();
	mutex_unlock(&hole_mutex);
	return err;
}

static ssize_t hole_write(struct file *file, const char __user *buf,
			  size_t len, loff_t *ppos)
{
	char name[64];
	int err;

	if (len >= sizeof(name))
		return -E2BIG;
	if (copy_from_user(name, buf, len))
		return -EFAULT;
	name[len] = '\0';
	err = hole_try(strim(name));
	return err ? err : len;
}

static const struct file_operations hole_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.write	= hole_write,
};

#ifdef CONFIG_RMAP_LAYOUT
module_param_named(layouts, count_ops.layouts, bool, 0400);
MODULE_PARM_DESC(layouts, "the set knows folios without page mapcounts");
#endif

static bool leave;
module_param(leave, bool, 0400);
MODULE_PARM_DESC(leave, "install the operations, then fail to load");

static struct dentry *count_dir;

static int __init count_init(void)
{
	if (leave)
		return rmap_ops_install(&count_ops) ?: -ECANCELED;
	count_dir = debugfs_create_dir("rmap_count", NULL);
	debugfs_create_file("installed", 0600, count_dir, NULL, &installed_fops);
	debugfs_create_file("counts", 0600, count_dir, NULL, &counts_fops);
	debugfs_create_file("hole", 0200, count_dir, NULL, &hole_fops);
	return 0;
}

/* Nothing of ours is installed here: the interface pins the module while it is. */
static void __exit count_exit(void)
{
	debugfs_remove(count_dir);
}

module_init(count_init);
module_exit(count_exit);
MODULE_DESCRIPTION("rmap operations that count their calls");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(RMAP_OPS_NS);
