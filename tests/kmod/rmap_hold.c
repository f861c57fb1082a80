// SPDX-License-Identifier: GPL-2.0
/*
 * Holds a migration in the middle: migration entries have replaced the mappings,
 * and the folio is locked, until a test has looked at it.
 *
 * debugfs, /sys/kernel/debug/rmap_hold/:
 *   migration	write the number of a folio's first page frame: its next
 *		migration is held; 0 ends that. Reads as the number of the page
 *		frame that is held at this moment, or 0.
 *
 * The task that migrates waits with preemption disabled. So the guest needs one
 * more CPU; after some seconds the task goes on by itself.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/processor.h>

#define HOLD_SECONDS	5

/*
 * The folio to hold, and the one that is held. Each is one word, so no lock is
 * needed.
 */
static u64 wanted_pfn, held_pfn;

/* In folio_mc_copy(dst, src), everything is unmapped and nothing is copied yet. */
static int hold_migration(struct kprobe *probe, struct pt_regs *regs)
{
	struct folio *folio = (void *)regs_get_kernel_argument(regs, 1);
	const unsigned long end = jiffies + HOLD_SECONDS * HZ;
	const u64 pfn = folio_pfn(folio);

	if (READ_ONCE(wanted_pfn) != pfn)
		return 0;
	WRITE_ONCE(held_pfn, pfn);
	while (READ_ONCE(wanted_pfn) == pfn && time_before(jiffies, end))
		cpu_relax();
	WRITE_ONCE(held_pfn, 0);
	return 0;
}

static struct kprobe hold_probe = {
	.symbol_name	= "folio_mc_copy",
	.pre_handler	= hold_migration,
};

static int migration_get(void *data, u64 *value)
{
	*value = READ_ONCE(held_pfn);
	return 0;
}

static int migration_set(void *data, u64 value)
{
	WRITE_ONCE(wanted_pfn, value);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(migration_fops, migration_get, migration_set, "%llu\n");

static struct dentry *dir;

static int __init rmap_hold_init(void)
{
	const int err = register_kprobe(&hold_probe);

	if (err)
		return err;
	dir = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file_unsafe("migration", 0600, dir, NULL,
				   &migration_fops);
	return 0;
}
module_init(rmap_hold_init);

static void __exit rmap_hold_exit(void)
{
	WRITE_ONCE(wanted_pfn, 0);
	debugfs_remove(dir);
	unregister_kprobe(&hold_probe);
}
module_exit(rmap_hold_exit);

MODULE_DESCRIPTION("Holds a migration for tests of rmap_ab");
MODULE_LICENSE("GPL");
