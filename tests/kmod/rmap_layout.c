// SPDX-License-Identifier: GPL-2.0
/*
 * Chooses whether large folios get mapcounts of their pages, on kernels with
 * CONFIG_RMAP_LAYOUT, and shows what the kernel says of that.
 *
 * debugfs, /sys/kernel/debug/rmap_layout/:
 *   layout	page or none, what folios get at their first mapping; write it
 *		to choose. The result of rmap_layout_set() is that of the write
 *   nr_none	how many folios are mapped without mapcounts of their pages
 *   varies	1 while there may be such folios, else 0
 *   dump	write the page frame number of a folio in use: dump_page()
 *   folios	a word of 64 bits for each page frame, like /proc/kpagecount: 0,
 *		but for the first frame of a folio without mapcounts of its
 *		pages. There, bit 63 is set, the bits 32 to 62 are its entire
 *		mapcount, and the lower ones its large mapcount
 */
#include <linux/debugfs.h>
#include <linux/errno.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/mmdebug.h>
#include <linux/module.h>
#include <linux/rmap.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

static const char * const layout_names[NR_RMAP_LAYOUTS] = {
	[RMAP_LAYOUT_PAGE]	= "page",
	[RMAP_LAYOUT_NONE]	= "none",
};

static int layout_show(struct seq_file *seq, void *unused)
{
	seq_printf(seq, "%s\n", layout_names[rmap_layout_get()]);
	return 0;
}

static int layout_open(struct inode *inode, struct file *file)
{
	return single_open(file, layout_show, NULL);
}

static ssize_t layout_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *pos)
{
	char text[8] = "";
	int layout, err;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, count))
		return -EFAULT;
	layout = sysfs_match_string(layout_names, text);
	if (layout < 0)
		return layout;
	err = rmap_layout_set(layout);
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

static int nr_none_get(void *data, u64 *value)
{
	*value = rmap_layout_nr_none();
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(nr_none_fops, nr_none_get, NULL, "%llu\n");

static int varies_get(void *data, u64 *value)
{
	*value = rmap_layout_varies();
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(varies_fops, varies_get, NULL, "%llu\n");

static int dump_set(void *data, u64 pfn)
{
	struct folio *folio;

	if (!pfn_valid(pfn))
		return -ENXIO;
	folio = page_folio(pfn_to_page(pfn));
	if (!folio_try_get(folio))
		return -ENOENT;
	dump_page(pfn_to_page(pfn), "a test asks");
	folio_put(folio);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(dump_fops, NULL, dump_set, "%llu\n");

/* Of a folio that changes meanwhile, it may be anything: the reader asks again. */
static u64 folio_word(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);
	struct folio *folio;
	u64 word = 0;

	if (!page || !PageHead(page))
		return 0;
	folio = page_folio(page);
	if (!folio_try_get(folio))
		return 0;
	if (folio_test_large_rmappable(folio) && !folio_test_hugetlb(folio) &&
	    folio_large_layout(folio) == RMAP_LAYOUT_NONE)
		word = BIT_ULL(63) | (u64)folio_entire_mapcount(folio) << 32 |
		       (u32)folio_large_mapcount(folio);
	folio_put(folio);
	return word;
}

/* It has no end: frames that do not exist have the word 0. */
static ssize_t folios_read(struct file *file, char __user *buf, size_t count,
			   loff_t *pos)
{
	unsigned long pfn = *pos / sizeof(u64);
	ssize_t done = 0;

	if (*pos % sizeof(u64) || count % sizeof(u64))
		return -EINVAL;
	for (; done < count; pfn++, done += sizeof(u64)) {
		if (fatal_signal_pending(current))
			return -EINTR;
		if (put_user(folio_word(pfn), (u64 __user *)(buf + done)))
			return -EFAULT;
		cond_resched();
	}
	*pos += done;
	return done;
}

static const struct file_operations folios_fops = {
	.owner		= THIS_MODULE,
	.open		= simple_open,
	.read		= folios_read,
	.llseek		= default_llseek,
};

static struct dentry *dir;

static int __init rmap_layout_test_init(void)
{
	dir = debugfs_create_dir("rmap_layout", NULL);
	debugfs_create_file("layout", 0600, dir, NULL, &layout_fops);
	debugfs_create_file_unsafe("nr_none", 0400, dir, NULL, &nr_none_fops);
	debugfs_create_file_unsafe("varies", 0400, dir, NULL, &varies_fops);
	debugfs_create_file_unsafe("dump", 0200, dir, NULL, &dump_fops);
	debugfs_create_file("folios", 0400, dir, NULL, &folios_fops);
	return 0;
}
module_init(rmap_layout_test_init);

static void __exit rmap_layout_test_exit(void)
{
	debugfs_remove(dir);
}
module_exit(rmap_layout_test_exit);

MODULE_DESCRIPTION("Chooses the layout of large folios for tests of rmap_ab");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(RMAP_OPS_NS);
