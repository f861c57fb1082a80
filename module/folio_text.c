// SPDX-License-Identifier: GPL-2.0
/*
 * The control file "folio": write the number of a page frame, then read its
 * folio as it was when the number was written. There are "key: value" lines,
 * and one line for each run of pages in the same state.
 */

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/rmap_ab.h>

#include "error_log.h"
#include "folio_text.h"
#include "gate.h"
#include "inject.h"
#include "mm_ids.h"
#include "snapshot.h"

/* Attempts at a folio that changes meanwhile. */
#define FOLIO_TRIES		5
/* Pages at a time. */
#define FOLIO_RECORDS		64U

/**
 * struct folio_run - pages of a folio in the same state
 * @first: the first page, counted from the folio's first page
 * @count: the number of pages
 * @page_mapcount: of each page
 * @flags: RMAP_AB_PAGE_ANON_EXCLUSIVE, RMAP_AB_PAGE_HWPOISON, of each page
 */
struct folio_run {
	unsigned int first;
	unsigned int count;
	int page_mapcount;
	u32 flags;
};

/**
 * struct folio_answer - the answer of an open file
 * @lock: one question, or one reader, at a time; protects all that follows
 * @asked: true if there has been a question; otherwise what follows is not
 *	valid
 * @pfn: the question
 * @record: the record of that page
 * @nr_runs: number of runs found
 * @max_runs: number of runs that there is room for
 * @runs: the runs of the whole folio
 * @slots: records with one slot each of the folio's MM IDs
 * @records: memory for collecting them
 */
struct folio_answer {
	/* Protects what follows. */
	struct mutex lock;
	bool asked;
	unsigned long pfn;
	struct rmap_ab_page record;
	unsigned int nr_runs, max_runs;
	struct folio_run *runs;
	struct rmap_ab_page slots[MM_IDS_SLOTS];
	struct rmap_ab_page records[FOLIO_RECORDS];
};

/* Flags that tell runs apart. */
#define FOLIO_RUN_FLAGS	(RMAP_AB_PAGE_ANON_EXCLUSIVE | RMAP_AB_PAGE_HWPOISON)

static void folio_add_page(struct folio_answer *a,
			   const struct rmap_ab_page *record)
{
	const u32 flags = record->flags & FOLIO_RUN_FLAGS;
	unsigned int first = 0;
	struct folio_run *run;

	if (a->nr_runs) {
		run = &a->runs[a->nr_runs - 1];
		first = run->first + run->count;
		if (run->page_mapcount == record->page_mapcount &&
		    run->flags == flags) {
			run->count++;
			return;
		}
	}
	a->runs[a->nr_runs++] = (struct folio_run) {
		.first = first,
		.count = 1,
		.page_mapcount = record->page_mapcount,
		.flags = flags,
	};
}

/* Make room for one run per page. Pages of hugetlb are all in one state. */
static int folio_make_room(struct folio_answer *a)
{
	const unsigned int max = 1U << a->record.order;

	if (max <= a->max_runs)
		return 0;
	kvfree(a->runs);
	a->max_runs = 0;
	a->runs = inject_alloc(kvmalloc_array(max, sizeof(*a->runs),
					      GFP_KERNEL_ACCOUNT));
	if (!a->runs)
		return -ENOMEM;
	a->max_runs = max;
	return 0;
}

/* Return: false if this page is not of the same folio, in the same state. */
static bool folio_belongs(struct folio_answer *a, unsigned int page,
			  const struct rmap_ab_page *record)
{
	struct rmap_ab_page *slot = &a->slots[page % MM_IDS_SLOTS];

	if (record->flags & RMAP_AB_PAGE_RACY ||
	    !snapshot_same_folio(&a->record, record))
		return false;
	if (page < MM_IDS_SLOTS)
		*slot = *record;
	return slot->mm_id == record->mm_id &&
	       slot->mm_mapcount == record->mm_mapcount;
}

/* Return: -EAGAIN if the folio changed meanwhile. */
static int folio_collect(struct folio_answer *a)
{
	const unsigned int nr_pages = 1U << a->record.order;
	unsigned int i, page, nr;

	a->nr_runs = 0;
	for (page = 0; page < nr_pages; page += nr) {
		if (fatal_signal_pending(current))
			return -EINTR;
		nr = snapshot_take(a->record.head_pfn + page,
				   min(nr_pages - page, FOLIO_RECORDS),
				   a->records);
		for (i = 0; i < nr; i++) {
			if (!folio_belongs(a, page + i, &a->records[i]))
				return -EAGAIN;
			folio_add_page(a, &a->records[i]);
		}
		cond_resched();
	}
	return 0;
}

/* The folio keeps changing: only the page's own record is shown. */
static void folio_note_racy(struct folio_answer *a)
{
	a->record.flags |= RMAP_AB_PAGE_RACY;
	a->nr_runs = 0;
}

static int folio_take(struct folio_answer *a, unsigned long pfn)
{
	unsigned int i;
	int err = 0;

	a->asked = false;
	for (i = 0; i < FOLIO_TRIES; i++) {
		snapshot_take(pfn, 1, &a->record);
		if (!(a->record.flags & RMAP_AB_PAGE_PRESENT)) {
			error_log_add("folio: page frame %#lx does not exist, or is offline",
				      pfn);
			return -ENXIO;
		}
		err = folio_make_room(a);
		if (!err)
			err = folio_collect(a);
		if (err != -EAGAIN)
			break;
	}
	if (err == -EAGAIN)
		folio_note_racy(a);
	else if (err)
		return err;
	a->pfn = pfn;
	a->asked = true;
	return 0;
}

static const struct {
	const char *key;
	u32 flag;
} flag_keys[] = {
	{ "anon_exclusive", RMAP_AB_PAGE_ANON_EXCLUSIVE },
	{ "hwpoison", RMAP_AB_PAGE_HWPOISON },
	{ "free", RMAP_AB_PAGE_FREE },
	{ "slab", RMAP_AB_PAGE_SLAB },
	{ "page_table", RMAP_AB_PAGE_TABLE },
	{ "reserved", RMAP_AB_PAGE_RESERVED },
	{ "offline", RMAP_AB_PAGE_OFFLINE },
	{ "entirely_mapped", RMAP_AB_FOLIO_ENTIRELY_MAPPED },
	{ "partially_mapped", RMAP_AB_FOLIO_PARTIALLY_MAPPED },
	{ "deferred_split", RMAP_AB_FOLIO_DEFERRED_SPLIT },
	{ "swap_cache", RMAP_AB_FOLIO_SWAP_CACHE },
	{ "locked", RMAP_AB_FOLIO_LOCKED },
	{ "mlocked", RMAP_AB_FOLIO_MLOCKED },
	{ "maybe_pinned", RMAP_AB_FOLIO_MAYBE_PINNED },
	{ "pincount_guessed", RMAP_AB_FOLIO_PINCOUNT_GUESSED },
	{ "racy", RMAP_AB_PAGE_RACY },
};

static void folio_show_record(struct seq_file *m, unsigned long pfn,
			      const struct rmap_ab_page *record)
{
	int i;

	seq_printf(m, "pfn: %lu\n", pfn);
	seq_printf(m, "head_pfn: %llu\n", record->head_pfn);
	seq_printf(m, "order: %u\n", record->order);
	seq_printf(m, "kind: %s\n", snapshot_kind_text(record->kind));
	seq_printf(m, "nid: %u\n", record->nid);
	seq_printf(m, "memcg: %llu\n", record->memcg);
	seq_printf(m, "index: %llu\n", record->index);
	seq_printf(m, "layout: %s\n",
		   record->flags & RMAP_AB_FOLIO_LAYOUT_NONE ?
		   RMAP_AB_LAYOUT_NONE : RMAP_AB_LAYOUT_PAGE);
	seq_printf(m, "refcount: %d\n", record->refcount);
	seq_printf(m, "pincount: %d\n", record->pincount);
	seq_printf(m, "entire_mapcount: %d\n", record->entire_mapcount);
	seq_printf(m, "large_mapcount: %d\n", record->large_mapcount);
	seq_printf(m, "nr_pages_mapped: %d\n", record->nr_pages_mapped);
	seq_printf(m, "page_mapcount: %d\n", record->page_mapcount);
	for (i = 0; i < ARRAY_SIZE(flag_keys); i++)
		seq_printf(m, "%s: %d\n", flag_keys[i].key,
			   !!(record->flags & flag_keys[i].flag));
}

static void folio_show_mm_ids(struct seq_file *m, const struct folio_answer *a)
{
	int i;

	if (!a->nr_runs || !(a->record.flags & RMAP_AB_FOLIO_MM_IDS))
		return;
	for (i = 0; i < MM_IDS_SLOTS; i++) {
		seq_printf(m, "mm_id_%d: %u\n", i, a->slots[i].mm_id);
		seq_printf(m, "mm_mapcount_%d: %d\n", i,
			   a->slots[i].mm_mapcount);
	}
	seq_printf(m, "mm_shared: %d\n",
		   !!(a->record.flags & RMAP_AB_FOLIO_MM_SHARED));
}

static int folio_text_show(struct seq_file *m, void *unused)
{
	struct folio_answer *a = m->private;
	unsigned int i;
	int err;

	err = mutex_lock_interruptible(&a->lock);
	if (err)
		return err;
	if (!a->asked) {
		error_log_add("folio: write the number of a page frame first, then read, through the same open file");
		err = -EINVAL;
		goto unlock;
	}
	folio_show_record(m, a->pfn, &a->record);
	folio_show_mm_ids(m, a);
	for (i = 0; i < a->nr_runs; i++)
		seq_printf(m, "run: first=%u count=%u page_mapcount=%d anon_exclusive=%d hwpoison=%d\n",
			   a->runs[i].first, a->runs[i].count,
			   a->runs[i].page_mapcount,
			   !!(a->runs[i].flags & RMAP_AB_PAGE_ANON_EXCLUSIVE),
			   !!(a->runs[i].flags & RMAP_AB_PAGE_HWPOISON));
unlock:
	mutex_unlock(&a->lock);
	return err;
}

static int folio_text_open(struct inode *inode, struct file *file)
{
	struct folio_answer *a =
		inject_alloc(kvzalloc(sizeof(*a), GFP_KERNEL_ACCOUNT));
	int err;

	if (!a)
		return -ENOMEM;
	mutex_init(&a->lock);
	err = inject_err(gate_single_open(file, folio_text_show, a));
	if (err)
		kvfree(a);
	return err;
}

/* The next read starts with the first byte of the new answer. */
static ssize_t folio_text_write(struct file *file, const char __user *buf,
				size_t count, loff_t *ppos)
{
	struct folio_answer *a = ((struct seq_file *)file->private_data)->private;
	unsigned long pfn;
	int err;

	err = kstrtoul_from_user(buf, count, 0, &pfn);
	if (err == -EFAULT)
		return err;
	if (err) {
		error_log_add("folio: write one number, that of a page frame, like 1234 or 0x4d2");
		return -EINVAL;
	}
	err = mutex_lock_interruptible(&a->lock);
	if (err)
		return err;
	err = folio_take(a, pfn);
	mutex_unlock(&a->lock);
	if (err)
		return err;
	*ppos = 0;
	return count;
}

static int folio_text_release(struct inode *inode, struct file *file)
{
	struct folio_answer *a = ((struct seq_file *)file->private_data)->private;

	kvfree(a->runs);
	kvfree(a);
	return single_release(inode, file);
}

const struct file_operations folio_text_fops = {
	.owner		= THIS_MODULE,
	.open		= folio_text_open,
	.read		= seq_read,
	.write		= folio_text_write,
	.llseek		= seq_lseek,
	.release	= folio_text_release,
};
