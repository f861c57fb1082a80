// SPDX-License-Identifier: GPL-2.0
/*
 * The control file "page_state": the struct rmap_ab_page of page frame N is at
 * offset N times its size. Like /proc/kpageflags, it is read while the machine
 * runs on.
 *
 * It ends where ordinary memory ends. A device may have memory at the end of
 * the address space, and a program that reads a file to its end shall not read
 * up to there. Device memory can still be read, by its offset.
 */

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/rmap_ab.h>

#include "gate.h"
#include "inject.h"
#include "page_state.h"
#include "snapshot.h"

#define RECORD_SIZE	sizeof(struct rmap_ab_page)
/* Records that are read at a time: two pages of them. */
#define RECORDS_MAX	(2 * PAGE_SIZE / RECORD_SIZE)

/* Fill in the records of @nr page frames from @pfn on. */
static void page_state_fill(unsigned long pfn, unsigned int nr,
			    struct rmap_ab_page *records)
{
	unsigned int done = 0;

	while (done < nr)
		done += snapshot_take(pfn + done, nr - done, records + done);
}

/* Beyond ordinary memory, there is only device memory. Return: records. */
static unsigned int page_state_fill_beyond(unsigned long pfn, unsigned int nr,
					   struct rmap_ab_page *records)
{
	unsigned int done;

	for (done = 0; done < nr; done++) {
		snapshot_take(pfn + done, 1, records + done);
		if (records[done].kind != RMAP_AB_KIND_DEVICE)
			break;
	}
	return done;
}

/*
 * Get the records that hold the bytes from @pos on, as many as there is room
 * for.
 * Return: the number of bytes that these are of the @count wanted ones.
 */
static size_t page_state_get(loff_t pos, size_t count, unsigned long end,
			     struct rmap_ab_page *records)
{
	const unsigned long pfn = pos / RECORD_SIZE;
	const size_t skip = pos % RECORD_SIZE;
	unsigned long nr = min(DIV_ROUND_UP(skip + count, RECORD_SIZE),
			       RECORDS_MAX);

	if (pfn < end) {
		nr = min(nr, end - pfn);
		page_state_fill(pfn, nr, records);
	} else {
		nr = page_state_fill_beyond(pfn, nr, records);
	}
	return nr ? min(count, nr * RECORD_SIZE - skip) : 0;
}

static ssize_t page_state_read(struct file *file, char __user *buf,
			       size_t count, loff_t *ppos)
{
	const unsigned long end = snapshot_end_pfn();
	struct rmap_ab_page *records;
	size_t done = 0, some;
	ssize_t err = 0;

	records = inject_alloc(kmalloc_array(RECORDS_MAX, RECORD_SIZE,
					     GFP_KERNEL));
	if (!records)
		return -ENOMEM;
	while (done < count) {
		some = page_state_get(*ppos, count - done, end, records);
		if (!some)
			break;
		if (copy_to_user(buf + done,
				 (char *)records + *ppos % RECORD_SIZE, some)) {
			err = -EFAULT;
			break;
		}
		done += some;
		*ppos += some;
		if (signal_pending(current))
			break;
		cond_resched();
	}
	kfree(records);
	return done ?: err;
}

static loff_t page_state_llseek(struct file *file, loff_t offset, int whence)
{
	return generic_file_llseek_size(file, offset, whence, MAX_LFS_FILESIZE,
					(loff_t)snapshot_end_pfn() *
					RECORD_SIZE);
}

static int page_state_open(struct inode *inode, struct file *file)
{
	return gate_check() ?: simple_open(inode, file);
}

const struct file_operations page_state_fops = {
	.owner		= THIS_MODULE,
	.open		= page_state_open,
	.read		= page_state_read,
	.llseek		= page_state_llseek,
};
