// SPDX-License-Identifier: GPL-2.0
/*
 * Looks at the set of rmap operations in use, whoever has installed it.
 *
 * debugfs, /sys/kernel/debug/rmap_peek/:
 *   functions		lines "operation: function [module]": where a test puts
 *			its probes
 *   dup_file_rmap_pmd	calls folio_dup_file_rmap_pmd(), which Linux 6.12 never
 *			does, on a folio that is mapped by one PMD, and says how
 *			far that raised the mapcounts:
 *			  entire_mapcount, large_mapcount	of the folio
 *			  page_mapcounts			sum of its pages
 *			They are put back before the folio is freed. Only with
 *			CONFIG_TRANSPARENT_HUGEPAGE.
 *   try_share_pinned	calls folio_try_share_anon_rmap_pte(), and _pmd() with
 *			CONFIG_TRANSPARENT_HUGEPAGE, on a folio that is pinned.
 *			User space can arrange that but cannot see it: the
 *			kernel's callers give up in that case, or have checked
 *			before. Prints lines "operation pinned: result exclusive",
 *			and the same for "free" after the pin has gone.
 *   wrong_call		writing calls an operation in a way that nobody may call it,
 *			on a folio of two pages that nobody maps; reading gives
 *			the folio's first page frame number:
 *			  new	folio_add_new_anon_rmap(), but the folio is
 *				counted as mapped once already, as a whole
 *			  level	hugetlb_add_file_rmap(), but the folio is not
 *				hugetlb
 *			Counters are put back before the write returns, and the
 *			folio stays until the next one. Kernels with DEBUG_VM warn.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rmap_ops.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "host.h"

static int functions_show(struct seq_file *m, void *v)
{
	struct module *owner;
	const struct rmap_ops *ops = rmap_ops_get(&owner);

#define PEEK_SHOW(ret, op, ...)			\
	seq_printf(m, "%s: %ps\n", #op, ops->op);
	RMAP_OPS_TABLE(PEEK_SHOW)
	module_put(owner);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(functions);

/* The counters of a folio, as they are stored. */
struct peek_counts {
	int entire, large;
	long pages;
};

static struct peek_counts peek_read(struct folio *folio)
{
	struct peek_counts counts = {
		.entire = atomic_read(&folio->_entire_mapcount),
		.large = atomic_read(&folio->_large_mapcount),
	};
	long i;

	for (i = 0; i < folio_nr_pages(folio); i++)
		counts.pages += atomic_read(&folio_page(folio, i)->_mapcount);
	return counts;
}

/* Takes back what was duplicated, at whichever level that was done. */
static void peek_undo(struct folio *folio, const struct peek_counts *raised,
		      struct vm_area_struct *vma)
{
	long i;

	atomic_sub(raised->entire, &folio->_entire_mapcount);
	host_large_sub(folio, raised->large, vma);
	for (i = 0; raised->pages && i < folio_nr_pages(folio); i++)
		atomic_dec(&folio_page(folio, i)->_mapcount);
}

/*
 * Nobody else knows the folio. But operations rely on what the page table lock
 * implies in every preemption model, so they get a lock.
 */
static DEFINE_SPINLOCK(peek_lock);

static struct peek_counts peek_dup(struct folio *folio)
{
	struct module *owner;
	const struct rmap_ops *ops = rmap_ops_get(&owner);
	struct vm_area_struct nowhere = { .vm_mm = current->mm };
	struct peek_counts before, raised;
	struct page *page = folio_page(folio, 0);

	spin_lock(&peek_lock);
	ops->folio_add_file_rmap_pmd(folio, page, &nowhere);
	before = peek_read(folio);
	ops->folio_dup_file_rmap_pmd(folio, page, &nowhere);
	raised = peek_read(folio);
	raised.entire -= before.entire;
	raised.large -= before.large;
	raised.pages -= before.pages;
	peek_undo(folio, &raised, &nowhere);
	ops->folio_remove_rmap_pmd(folio, page, &nowhere);
	spin_unlock(&peek_lock);
	module_put(owner);
	return raised;
}

static int dup_show(struct seq_file *m, void *v)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, HPAGE_PMD_ORDER);
	struct peek_counts raised;

	if (!folio)
		return -ENOMEM;
	raised = peek_dup(folio);
	folio_put(folio);
	seq_printf(m, "entire_mapcount: %d\n", raised.entire);
	seq_printf(m, "large_mapcount: %d\n", raised.large);
	seq_printf(m, "page_mapcounts: %ld\n", raised.pages);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(dup);

/* Pins a folio as GUP does. Nobody else knows this folio. */
static void peek_pin(struct folio *folio)
{
	if (folio_test_large(folio))
		atomic_inc(&folio->_pincount);
	else
		folio_ref_add(folio, GUP_PIN_COUNTING_BIAS);
}

static void peek_unpin(struct folio *folio)
{
	if (folio_test_large(folio))
		atomic_dec(&folio->_pincount);
	else
		folio_ref_sub(folio, GUP_PIN_COUNTING_BIAS);
}

static void peek_share(struct seq_file *m, struct folio *folio,
		       const char *what,
		       int (*share)(struct folio *, struct page *))
{
	int result;

	spin_lock(&peek_lock);
	result = share(folio, &folio->page);
	spin_unlock(&peek_lock);
	seq_printf(m, "%s: %d %d\n", what, result,
		   PageAnonExclusive(&folio->page));
}

/*
 * An anon folio that is exclusive. It is not mapped, which the operations do
 * not check.
 */
static int peek_share_both(struct seq_file *m, const char *level, int order,
			   int (*share)(struct folio *, struct page *))
{
	struct folio *folio = folio_alloc(GFP_KERNEL, order);

	if (!folio)
		return -ENOMEM;
	folio->mapping = (void *)HOST_MAPPING_ANON;
	SetPageAnonExclusive(&folio->page);
	peek_pin(folio);
	seq_printf(m, "%s ", level);
	peek_share(m, folio, "pinned", share);
	peek_unpin(folio);
	seq_printf(m, "%s ", level);
	peek_share(m, folio, "free", share);
	ClearPageAnonExclusive(&folio->page);
	folio->mapping = NULL;
	folio_put(folio);
	return 0;
}

static int share_show(struct seq_file *m, void *v)
{
	struct module *owner;
	const struct rmap_ops *ops = rmap_ops_get(&owner);
	int err;

	err = peek_share_both(m, "pte", 0, ops->folio_try_share_anon_rmap_pte);
	if (!err && IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE))
		err = peek_share_both(m, "pmd", HPAGE_PMD_ORDER,
				      ops->folio_try_share_anon_rmap_pmd);
	module_put(owner);
	return err;
}
DEFINE_SHOW_ATTRIBUTE(share);

/*
 * The smallest large folio. When its pages are unmapped one after the other, it
 * is not queued for deferred split, where others would find it.
 */
enum { WRONG_ORDER = 1, WRONG_PAGES = 1 << WRONG_ORDER };

/* peek_wrong_mutex protects both: the folio, and what is done to it. */
static DEFINE_MUTEX(peek_wrong_mutex);
static struct folio *peek_wrong_folio;

static void peek_wrong_new(const struct rmap_ops *ops, struct folio *folio)
{
	static struct anon_vma nobody;
	struct vm_area_struct nowhere = {
		.vm_mm = current->mm, .vm_end = WRONG_PAGES * PAGE_SIZE,
		.anon_vma = &nobody,
	};
	int i;

	atomic_inc(&folio->_entire_mapcount);
	ops->folio_add_new_anon_rmap(folio, &nowhere, 0, RMAP_EXCLUSIVE);
	atomic_set(&folio->_entire_mapcount, -1);
	ops->folio_remove_rmap_ptes(folio, &folio->page, WRONG_PAGES, &nowhere);
	for (i = 0; i < WRONG_PAGES; i++)
		ClearPageAnonExclusive(folio_page(folio, i));
}

static void peek_wrong_level(const struct rmap_ops *ops, struct folio *folio)
{
	ops->hugetlb_add_file_rmap(folio);
	atomic_dec(&folio->_entire_mapcount);
	atomic_dec(&folio->_large_mapcount);
}

static int peek_wrong(void (*wrong)(const struct rmap_ops *ops,
				    struct folio *folio))
{
	struct folio *folio = folio_alloc(GFP_KERNEL, WRONG_ORDER);
	const struct rmap_ops *ops;
	struct module *owner;

	if (!folio)
		return -ENOMEM;
	ops = rmap_ops_get(&owner);
	spin_lock(&peek_lock);
	wrong(ops, folio);
	spin_unlock(&peek_lock);
	module_put(owner);
	swap(folio, peek_wrong_folio);
	if (folio)
		folio_put(folio);
	return 0;
}

static ssize_t wrong_write(struct file *file, const char __user *from,
			   size_t len, loff_t *pos)
{
	char word[8] = "";
	int err;

	if (len >= sizeof(word))
		return -EINVAL;
	if (copy_from_user(word, from, len))
		return -EFAULT;
	mutex_lock(&peek_wrong_mutex);
	if (sysfs_streq(word, "new"))
		err = peek_wrong(peek_wrong_new);
	else if (sysfs_streq(word, "level"))
		err = peek_wrong(peek_wrong_level);
	else
		err = -EINVAL;
	mutex_unlock(&peek_wrong_mutex);
	return err ?: len;
}

static int wrong_show(struct seq_file *m, void *v)
{
	mutex_lock(&peek_wrong_mutex);
	if (peek_wrong_folio)
		seq_printf(m, "pfn: %lu\n", folio_pfn(peek_wrong_folio));
	mutex_unlock(&peek_wrong_mutex);
	return 0;
}
DEFINE_SHOW_STORE_ATTRIBUTE(wrong);

static struct dentry *peek_dir;

static int __init peek_init(void)
{
	peek_dir = debugfs_create_dir("rmap_peek", NULL);
	debugfs_create_file("functions", 0400, peek_dir, NULL, &functions_fops);
	if (IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE))
		debugfs_create_file("dup_file_rmap_pmd", 0400, peek_dir, NULL,
				    &dup_fops);
	debugfs_create_file("try_share_pinned", 0400, peek_dir, NULL,
			    &share_fops);
	debugfs_create_file("wrong_call", 0600, peek_dir, NULL, &wrong_fops);
	return 0;
}

static void __exit peek_exit(void)
{
	debugfs_remove(peek_dir);
	if (peek_wrong_folio)
		folio_put(peek_wrong_folio);
}

module_init(peek_init);
module_exit(peek_exit);
MODULE_DESCRIPTION("Looks at the rmap operations in use");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(RMAP_OPS_NS);
