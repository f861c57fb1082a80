// SPDX-License-Identifier: GPL-2.0
/*
 * The control file "corrupt": write "PFN COUNTER DELTA" and a counter of that
 * page or its folio is wrong by DELTA; the same with -DELTA makes it right
 * again. So tests prove that guard and audit see what they are there for.
 *
 * Nothing else follows the counter: no statistic, no flag, no queue. While it
 * is wrong, the folio had better not be freed.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/rmap_ab.h>

#include "corrupt.h"
#include "error_log.h"
#include "gate.h"
#include "inject.h"

/* The longest command. */
#define CORRUPT_TEXT_MAX	80
/* What is added at most: a _mapcount far below 0 would be a page's type. */
#define CORRUPT_DELTA_MAX	1000000

static bool allow_corrupt;
module_param(allow_corrupt, bool, 0444);
MODULE_PARM_DESC(allow_corrupt, "offer the file corrupt, which damages mapcounts on purpose (default: no)");

/**
 * struct corrupt_counter - a counter that can be damaged
 * @name: of it
 * @of_folio: offset in struct folio; only large ones have it. 0: the page's own
 */
struct corrupt_counter {
	const char *name;
	size_t of_folio;
};

static const struct corrupt_counter counters[] = {
	{ "page_mapcount", 0 },
	{ "entire_mapcount", offsetof(struct folio, _entire_mapcount) },
	{ "large_mapcount", offsetof(struct folio, _large_mapcount) },
	{ "nr_pages_mapped", offsetof(struct folio, _nr_pages_mapped) },
};

/**
 * corrupt_allowed - may counters be damaged?
 *
 * Context: Any.
 * Return: what the module's parameter says.
 */
bool corrupt_allowed(void)
{
	return allow_corrupt;
}

static const struct corrupt_counter *corrupt_find(const char *name)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(counters); i++)
		if (!strcmp(name, counters[i].name))
			return &counters[i];
	error_log_add("corrupt: unknown counter '%s'; there are: page_mapcount entire_mapcount large_mapcount nr_pages_mapped",
		      name);
	return NULL;
}

/* Return: the folio, with a reference; NULL if there is none to damage. */
static struct folio *corrupt_get_folio(struct page *page)
{
	struct folio *folio = page_folio(page);

	if (!folio_try_get(folio))
		return NULL;
	if (page_folio(page) == folio && !PageReserved(page) &&
	    (folio_test_hugetlb(folio) || !page_has_type(&folio->page)))
		return folio;
	folio_put(folio);
	return NULL;
}

static atomic_t *corrupt_place(struct folio *folio, struct page *page,
			       const struct corrupt_counter *counter)
{
	if (!counter->of_folio)
		/* Here the first page of a hugetlb folio has its type. */
		return page_has_type(page) ? NULL : &page->_mapcount;
	if (!folio_test_large(folio))
		return NULL;
	return (void *)folio + counter->of_folio;
}

static int corrupt_folio(unsigned long pfn, struct folio *folio,
			 const struct corrupt_counter *counter, int delta)
{
	atomic_t *place = corrupt_place(folio, pfn_to_page(pfn), counter);

	if (!place) {
		error_log_add("corrupt: page frame %#lx has no %s of its own",
			      pfn, counter->name);
		return -EINVAL;
	}
	/* Whoever reads of trouble later shall know. */
	add_taint(TAINT_USER, LOCKDEP_STILL_OK);
	atomic_add(delta, place);
	pr_notice("page frame %#lx: %s changed by %d on request\n", pfn,
		  counter->name, delta);
	return 0;
}

static int corrupt_pfn(unsigned long pfn, const struct corrupt_counter *counter,
		       int delta)
{
	struct page *page = pfn_to_online_page(pfn);
	struct folio *folio;
	int err;

	if (!page) {
		error_log_add("corrupt: page frame %#lx does not exist", pfn);
		return -ENXIO;
	}
	folio = corrupt_get_folio(page);
	if (!folio) {
		error_log_add("corrupt: page frame %#lx is not in a folio that can be mapped",
			      pfn);
		return -ENXIO;
	}
	err = corrupt_folio(pfn, folio, counter, delta);
	folio_put(folio);
	return err;
}

/* "PFN COUNTER DELTA" */
static int corrupt_command(char *text)
{
	const char *words[3] = { "", "", "" };
	const struct corrupt_counter *counter;
	char *rest = strim(text);
	unsigned long pfn;
	int i, delta;

	for (i = 0; i < ARRAY_SIZE(words) && rest; i++)
		words[i] = strsep(&rest, " ");
	if (rest || kstrtoul(words[0], 0, &pfn) ||
	    kstrtoint(words[2], 0, &delta) || abs(delta) > CORRUPT_DELTA_MAX) {
		error_log_add("corrupt: write a page frame's number, the name of a counter, and what to add to it (up to %d), like '1234 large_mapcount -1'",
			      CORRUPT_DELTA_MAX);
		return -EINVAL;
	}
	counter = corrupt_find(words[1]);
	return counter ? corrupt_pfn(pfn, counter, delta) : -EINVAL;
}

static ssize_t corrupt_write(struct file *file, const char __user *buf,
			     size_t count, loff_t *ppos)
{
	char *text;
	int err;

	if (count > CORRUPT_TEXT_MAX) {
		error_log_add("corrupt: a command of %zu bytes: none has more than %d",
			      count, CORRUPT_TEXT_MAX);
		return -EINVAL;
	}
	text = inject_ptr(memdup_user_nul(buf, count));
	if (IS_ERR(text))
		return PTR_ERR(text);
	err = corrupt_command(text);
	kfree(text);
	return err ?: count;
}

static int corrupt_open(struct inode *inode, struct file *file)
{
	return gate_check() ?: nonseekable_open(inode, file);
}

const struct file_operations corrupt_fops = {
	.owner		= THIS_MODULE,
	.open		= corrupt_open,
	.write		= corrupt_write,
};
