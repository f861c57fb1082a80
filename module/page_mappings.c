// SPDX-License-Identifier: GPL-2.0
/*
 * The control file "page_mappings": the struct rmap_ab_mappings of page frame N
 * is at offset N times its size.
 *
 * A reader compares the record with what the kernel says about the page. So no
 * counter has a part in it; some kernels do not even count the mappings of each
 * page. The total that the kernel counts is a witness only. While it stands
 * still, and is what the walk has found, nobody has mapped or unmapped anything
 * behind the walk. If it differs from that by the same number in several looks
 * in a row, it is wrong, and the page tables are believed.
 */

#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/memory_hotplug.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/rmap_ab.h>

#include "audit.h"
#include "gate.h"
#include "host_read.h"
#include "inject.h"
#include "page_mappings.h"
#include "snapshot.h"
#include "walk.h"

#define RECORD_SIZE	sizeof(struct rmap_ab_mappings)
/* Records that are made at a time: those of a THP need one walk. */
#define RECORDS_MAX	512U

/* Looks at most; looks that must agree on a wrong counter; ms to wait at most. */
#define MAPPINGS_LOOKS		10
#define MAPPINGS_AGREE		4
#define MAPPINGS_WAIT_MS	16U

/**
 * struct page_mapping - the mappings of one page
 * @nr: how many
 * @shared: more than one mm has them
 * @mm: one of these mms; it is only compared
 */
struct page_mapping {
	unsigned int nr;
	bool shared;
	const struct mm_struct *mm;
};

/**
 * struct page_mappings - an open file, and the folio that it has walked
 * @lock: one reader at a time
 * @walk: the walk
 * @seen: memory for it
 * @mm: of the VMA that is walked
 * @folio: all mappings of the folio
 * @missed: there is a mapping that @page has no room for
 * @nr: pages that are told apart: all, or 1 if only the whole folio can be
 *	mapped
 * @page: the pages
 * @records: what is copied to the reader
 */
struct page_mappings {
	struct mutex lock;	/* of all that follows */
	struct walk walk;
	struct walk_seen seen;
	const struct mm_struct *mm;
	struct page_mapping folio;
	bool missed;
	unsigned int nr;
	struct page_mapping page[AUDIT_MAX_PAGES];
	struct rmap_ab_mappings records[RECORDS_MAX];
};

/* Called before the entries of a VMA. */
static void page_mappings_vma(struct walk *w, struct vm_area_struct *vma)
{
	container_of(w, struct page_mappings, walk)->mm = vma->vm_mm;
}

static void page_mapping_note(struct page_mapping *page,
			      const struct mm_struct *mm)
{
	page->shared |= page->nr && page->mm != mm;
	page->mm = mm;
	page->nr++;
}

/* Called under a page table lock. */
static void page_mappings_entry(struct walk *w, const struct walk_entry *entry)
{
	struct page_mappings *f = container_of(w, struct page_mappings, walk);
	const bool whole = entry->level != WALK_PTE;
	unsigned int i = whole ? 0 : entry->first;
	const unsigned int end = whole ? f->nr : i + 1;

	page_mapping_note(&f->folio, f->mm);
	if (end > f->nr)
		f->missed = true;
	for (; i < end && end <= f->nr; i++)
		page_mapping_note(&f->page[i], f->mm);
}

static void page_mappings_begin(struct page_mappings *f, struct folio *folio,
				bool settled)
{
	const unsigned long nr = folio_nr_pages(folio);

	f->walk.folio = folio;
	f->walk.seen = &f->seen;
	f->walk.flags = WALK_TABLES_ONCE | (settled ? WALK_SETTLED : 0);
	f->walk.vma = page_mappings_vma;
	f->walk.entry = page_mappings_entry;
	f->nr = folio_test_hugetlb(folio) || nr > AUDIT_MAX_PAGES ? 1 : nr;
	f->missed = false;
	memset(&f->folio, 0, sizeof(f->folio));
	memset(f->page, 0, f->nr * sizeof(f->page[0]));
}

/*
 * Look once. The folio lock does not stop fork() and munmap().
 *
 * Return: 0; the counter differs by *@wrong from what the walk has found;
 * -EAGAIN if the next look may succeed; -ENOENT if none will; -EINTR.
 */
static int page_mappings_look(struct page_mappings *f, struct folio *folio,
			      bool settled, long *wrong)
{
	int before, err;

	if (!folio_trylock(folio))
		return -EAGAIN;
	page_mappings_begin(f, folio, settled);
	before = folio_mapcount(folio);
	err = walk_folio(&f->walk);
	*wrong = (long)before - f->folio.nr;
	if (!err && (f->walk.overflow || f->missed))
		err = -ENOENT;
	if (!err && folio_test_ksm(folio) && *wrong > 0)
		err = -ENOENT;
	if (!err && (f->walk.moving || folio_mapcount(folio) != before))
		err = -EAGAIN;
	folio_unlock(folio);
	return err == -ENODATA ? 0 : err;
}

static void page_mappings_wait(unsigned int look)
{
	if (look < 2)
		cond_resched();
	else
		msleep_interruptible(min(1U << (look - 2), MAPPINGS_WAIT_MS));
}

/* Return: 0, -EAGAIN, -ENOENT or -EINTR, as for one look. */
static int page_mappings_walk(struct page_mappings *f, struct folio *folio)
{
	long wrong, last = 0;
	int i, err = -EAGAIN, agree = 0;

	for (i = 0; i < MAPPINGS_LOOKS; i++) {
		if (i)
			page_mappings_wait(i);
		if (walk_is_interrupted())
			return -EINTR;
		err = page_mappings_look(f, folio, agree, &wrong);
		if (err == -EAGAIN)
			continue;
		if (err || !wrong)
			return err;
		agree = wrong == last ? agree + 1 : 1;
		if (agree == MAPPINGS_AGREE)
			return 0;
		last = wrong;
		err = -EAGAIN;
	}
	return err;
}

static unsigned long page_mappings_nr_mapped(const struct page_mappings *f,
					     const struct folio *folio)
{
	unsigned long nr = 0;
	unsigned int i;

	for (i = 0; i < f->nr; i++)
		nr += !!f->page[i].nr;
	return f->nr == 1 && nr ? folio_nr_pages(folio) : nr;
}

/* Make the records of @nr pages from page @first of the folio on. */
static void page_mappings_describe(const struct page_mappings *f,
				   struct folio *folio, int err,
				   unsigned long first, unsigned int nr,
				   struct rmap_ab_mappings *records)
{
	struct rmap_ab_mappings all = {
		.head_pfn = folio_pfn(folio),
		.flags = RMAP_AB_MAPPINGS_PRESENT,
		.order = folio_order(folio),
		.kind = walk_kind(folio),
	};
	const struct page_mapping *page;
	unsigned int i;

	if (err == -EAGAIN)
		all.flags |= RMAP_AB_MAPPINGS_RACY;
	if (!err) {
		all.flags |= RMAP_AB_MAPPINGS_KNOWN;
		all.folio_mappings = f->folio.nr;
		all.nr_mapped = page_mappings_nr_mapped(f, folio);
		if (f->folio.shared)
			all.flags |= RMAP_AB_MAPPINGS_FOLIO_SHARED;
	}
	for (i = 0; i < nr; i++) {
		records[i] = all;
		if (err)
			continue;
		page = &f->page[f->nr == 1 ? 0 : first + i];
		records[i].mappings = page->nr;
		if (page->shared)
			records[i].flags |= RMAP_AB_MAPPINGS_PAGE_SHARED;
	}
}

/* A page frame that is free, or about to be, or is not there. */
static int page_mappings_take_none(unsigned long pfn,
				   struct rmap_ab_mappings *record)
{
	*record = (struct rmap_ab_mappings) { };
	if (pfn_to_online_page(pfn)) {
		record->head_pfn = pfn;
		record->flags = RMAP_AB_MAPPINGS_PRESENT;
	}
	return 1;
}

/* Return: the number of records that were made, at least 1; or -EINTR. */
static int page_mappings_take(struct page_mappings *f, unsigned long pfn,
			      unsigned int nr, struct rmap_ab_mappings *records)
{
	struct folio *folio = walk_get_folio(pfn);
	struct dev_pagemap *pgmap = NULL;
	unsigned long first;
	int err = -ENOENT;

	if (!folio)
		folio = walk_get_device_folio(pfn, &pgmap);
	if (!folio)
		return page_mappings_take_none(pfn, records);
	first = pfn - folio_pfn(folio);
	nr = min(nr, folio_nr_pages(folio) - first);
	if (walk_kind(folio) != RMAP_AB_KIND_NONE)
		err = page_mappings_walk(f, folio);
	if (err != -EINTR)
		page_mappings_describe(f, folio, err, first, nr, records);
	folio_put(folio);
	put_dev_pagemap(pgmap);
	return err == -EINTR ? err : nr;
}

/* Return: the number of records that were made; -EINTR if a signal came first. */
static int page_mappings_fill(struct page_mappings *f, unsigned long pfn,
			      unsigned int nr, unsigned long end)
{
	unsigned int done = 0;
	int some;

	while (done < nr) {
		some = page_mappings_take(f, pfn + done, nr - done,
					  f->records + done);
		if (some < 0)
			return done ?: some;
		/* Beyond ordinary memory, there is only device memory. */
		if (pfn + done >= end &&
		    f->records[done].kind != RMAP_AB_KIND_DEVICE)
			break;
		done += some;
		cond_resched();
	}
	return done;
}

/*
 * Make the records that hold the bytes from @pos on, as many as there is room
 * for.
 * Return: the number of bytes that these are of the @count wanted ones, or
 * -EINTR.
 */
static ssize_t page_mappings_get(struct page_mappings *f, loff_t pos,
				 size_t count, unsigned long end)
{
	const unsigned long pfn = pos / RECORD_SIZE;
	const size_t skip = pos % RECORD_SIZE;
	unsigned long nr = min(DIV_ROUND_UP(skip + count, RECORD_SIZE),
			       RECORDS_MAX);
	int got;

	/* A record beyond the end may be the last one. */
	if (pfn < end)
		nr = min(nr, end - pfn);
	got = page_mappings_fill(f, pfn, nr, end);
	if (got <= 0)
		return got;
	return min(count, got * RECORD_SIZE - skip);
}

static ssize_t page_mappings_copy(struct page_mappings *f, char __user *buf,
				  size_t count, loff_t *ppos)
{
	const unsigned long end = snapshot_end_pfn();
	size_t done = 0;
	ssize_t some;

	while (done < count) {
		some = page_mappings_get(f, *ppos, count - done, end);
		if (some <= 0)
			return done ?: some;
		if (copy_to_user(buf + done,
				 (char *)f->records + *ppos % RECORD_SIZE, some))
			return done ?: -EFAULT;
		done += some;
		*ppos += some;
	}
	return done;
}

static ssize_t page_mappings_read(struct file *file, char __user *buf,
				  size_t count, loff_t *ppos)
{
	struct page_mappings *f = file->private_data;
	ssize_t ret = mutex_lock_interruptible(&f->lock);

	if (ret)
		return ret;
	ret = page_mappings_copy(f, buf, count, ppos);
	mutex_unlock(&f->lock);
	return ret;
}

static loff_t page_mappings_llseek(struct file *file, loff_t offset, int whence)
{
	return generic_file_llseek_size(file, offset, whence, MAX_LFS_FILESIZE,
					(loff_t)snapshot_end_pfn() *
					RECORD_SIZE);
}

static int page_mappings_open(struct inode *inode, struct file *file)
{
	struct page_mappings *f;
	int err = gate_check();

	if (err)
		return err;
	f = inject_alloc(kvzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT));
	if (!f)
		return -ENOMEM;
	mutex_init(&f->lock);
	file->private_data = f;
	return 0;
}

static int page_mappings_release(struct inode *inode, struct file *file)
{
	kvfree(file->private_data);
	return 0;
}

const struct file_operations page_mappings_fops = {
	.owner		= THIS_MODULE,
	.open		= page_mappings_open,
	.read		= page_mappings_read,
	.llseek		= page_mappings_llseek,
	.release	= page_mappings_release,
};
