// SPDX-License-Identifier: GPL-2.0
/*
 * The page frames that hold a file: what is in the page cache, and where.
 *
 * User space has no way to learn this without changing the answer. mincore()
 * and cachestat() give no page frames. pagemap gives those of mapped pages
 * only, so the file would have to be mapped and faulted in; that adds mappings,
 * which are what the user wants to count.
 *
 * The page cache is read under RCU and no folio in it is touched, as in
 * filemap_cachestat(): neither its reference count nor its place in the LRU
 * changes. So the answer is a hint, like that of pagemap: a folio may have left
 * the file before the reader looks at its page frame.
 */

#include <linux/file.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/rcupdate_wait.h>
#include <linux/sched/signal.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/xarray.h>
#include <linux/rmap_ab.h>

#include "error_log.h"
#include "file_pfns.h"
#include "gate.h"
#include "host_read.h"
#include "inject.h"

#define FILE_PFNS_COMMAND_MAX	64
#define FILE_PFNS_BATCH		(PAGE_SIZE / sizeof(struct rmap_ab_file_pfns))

/**
 * struct file_pfns - a question, and how much of it is answered
 * @lock: protects the rest
 * @fd: the number of the file in the process that reads. A reference would not
 *	do: two files could then hold each other
 * @next: the first index that is not yet reported
 * @last: the last index to report
 * @done: all indices are reported, or nothing was asked
 */
struct file_pfns {
	struct mutex lock;		/* protects what follows */
	int fd;
	pgoff_t next;
	pgoff_t last;
	bool done;
};

static int file_pfns_open(struct inode *inode, struct file *file)
{
	struct file_pfns *q;
	int err = gate_check();

	if (err)
		return err;
	q = inject_alloc(kzalloc(sizeof(*q), GFP_KERNEL));
	if (!q)
		return -ENOMEM;
	mutex_init(&q->lock);
	q->done = true;
	file->private_data = q;
	return nonseekable_open(inode, file);
}

static int file_pfns_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

/* Only these files have their data in a page cache of their own. */
static bool file_pfns_has_cache(const struct file *file)
{
	umode_t mode = file_inode(file)->i_mode;

	return file->f_mapping && (S_ISREG(mode) || S_ISBLK(mode));
}

static int file_pfns_check(int fd)
{
	struct file *file = fget(fd);
	bool fine;

	if (!file) {
		error_log_add("file_pfns: %d is no file descriptor of this process",
			      fd);
		return -EBADF;
	}
	fine = file_pfns_has_cache(file);
	fput(file);
	if (!fine) {
		error_log_add("file_pfns: file descriptor %d is neither a regular file nor a block device",
			      fd);
		return -EINVAL;
	}
	return 0;
}

static int file_pfns_ask(struct file_pfns *q, const char *command)
{
	u64 first, last;
	int fd, end = 0, err;

	if (sscanf(command, "%d %llu %llu%n", &fd, &first, &last, &end) != 3 ||
	    command[end]) {
		error_log_add("file_pfns: '%s' is not 'FD FIRST LAST'", command);
		return -EINVAL;
	}
	if (first > last || first > ULONG_MAX) {
		error_log_add("file_pfns: there is no range from index %llu to %llu",
			      first, last);
		return -EINVAL;
	}
	err = file_pfns_check(fd);
	if (err)
		return err;
	mutex_lock(&q->lock);
	q->fd = fd;
	q->next = first;
	q->last = min_t(u64, last, ULONG_MAX);
	q->done = false;
	mutex_unlock(&q->lock);
	return 0;
}

static ssize_t file_pfns_write(struct file *file, const char __user *buf,
			       size_t count, loff_t *ppos)
{
	char *command;
	int err;

	if (count > FILE_PFNS_COMMAND_MAX) {
		error_log_add("file_pfns: a command of %zu bytes is too long",
			      count);
		return -EINVAL;
	}
	command = inject_ptr(memdup_user_nul(buf, count));
	if (IS_ERR(command))
		return PTR_ERR(command);
	err = file_pfns_ask(file->private_data, strim(command));
	kfree(command);
	return err ?: count;
}

/*
 * Fill a record from the slot that @xas is at. Everything comes from the
 * xarray, because the folio is not pinned and may be freed and reused
 * meanwhile.
 */
static bool file_pfns_record(struct xa_state *xas, void *entry, pgoff_t last,
			     bool swaps, struct rmap_ab_file_pfns *record)
{
	unsigned long nr = 1UL << xas_get_order(xas);
	pgoff_t first = round_down(xas->xa_index, nr);
	pgoff_t skipped = xas->xa_index - first;

	*record = (struct rmap_ab_file_pfns){
		.index = xas->xa_index,
		/* The number of all indices may overflow: so 1 is added last. */
		.nr = min(nr - skipped - 1, last - xas->xa_index) + 1,
	};
	if (!xa_is_value(entry)) {
		record->flags = RMAP_AB_FILE_PFNS_CACHED;
		record->pfn = folio_pfn(entry) + skipped;
		return true;
	}
	/* A value is a shadow or DAX; in shmem, it may be swap. */
	if (!swaps || !host_leaf_is_swap(host_leaf_of_xa(entry)))
		return false;
	record->flags = RMAP_AB_FILE_PFNS_SWAPPED;
	return true;
}

/* Fill @records and move on. Return: the number of records, or -EINTR. */
static ssize_t file_pfns_gather(struct file_pfns *q,
				struct address_space *mapping,
				struct rmap_ab_file_pfns *records)
{
	XA_STATE(xas, &mapping->i_pages, q->next);
	bool swaps = shmem_mapping(mapping);
	size_t nr = 0;
	void *entry;

	rcu_read_lock();
	xas_for_each(&xas, entry, q->last) {
		if (xas_retry(&xas, entry))
			continue;
		if (file_pfns_record(&xas, entry, q->last, swaps, &records[nr]))
			nr++;
		if (nr == FILE_PFNS_BATCH)
			break;
		if (fatal_signal_pending(current))
			break;
		if (need_resched()) {
			xas_pause(&xas);
			cond_resched_rcu();
		}
	}
	rcu_read_unlock();
	if (fatal_signal_pending(current))
		return -EINTR;
	if (nr < FILE_PFNS_BATCH ||
	    records[nr - 1].nr > q->last - records[nr - 1].index)
		q->done = true;
	else
		q->next = records[nr - 1].index + records[nr - 1].nr;
	return nr;
}

static ssize_t file_pfns_answer(struct file_pfns *q,
				struct rmap_ab_file_pfns *records)
{
	struct file *file;
	ssize_t nr;

	lockdep_assert_held(&q->lock);
	if (q->done)
		return 0;
	file = fget(q->fd);
	if (!file)
		return -EBADF;
	/* The number may have become another file since it was checked. */
	nr = file_pfns_has_cache(file) ?
	     file_pfns_gather(q, file->f_mapping, records) : -EBADF;
	fput(file);
	return nr;
}

/* A read with less room than a batch would lose the records that do not fit. */
static ssize_t file_pfns_read(struct file *file, char __user *buf,
			      size_t count, loff_t *ppos)
{
	struct file_pfns *q = file->private_data;
	struct rmap_ab_file_pfns *records;
	ssize_t nr;

	if (count < FILE_PFNS_BATCH * sizeof(*records))
		return -EINVAL;
	records = inject_alloc(kmalloc_array(FILE_PFNS_BATCH, sizeof(*records),
					     GFP_KERNEL));
	if (!records)
		return -ENOMEM;
	mutex_lock(&q->lock);
	nr = file_pfns_answer(q, records);
	mutex_unlock(&q->lock);
	if (nr > 0)
		nr *= sizeof(*records);
	if (nr > 0 && copy_to_user(buf, records, nr))
		nr = -EFAULT;
	kfree(records);
	return nr;
}

/*
 * The file "file_pfns": write a part of an open file, then read the records of
 * that part, struct rmap_ab_file_pfns. It is for root. Each open file has its
 * own question.
 */
const struct file_operations file_pfns_fops = {
	.owner		= THIS_MODULE,
	.open		= file_pfns_open,
	.read		= file_pfns_read,
	.write		= file_pfns_write,
	.release	= file_pfns_release,
};
