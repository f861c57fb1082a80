// SPDX-License-Identifier: GPL-2.0
/*
 * The control file "corrupt": a write of "PFN COUNTER DELTA" makes a counter of
 * that page or its folio wrong by DELTA. The same with -DELTA makes it right
 * again. With this, tests, and users on a kernel of their own, prove that guard
 * and audit find wrong counters. Damage that an audit would not find is
 * refused.
 *
 * Nothing else follows the counter: no statistic, no flag, no queue. The folio
 * should not be freed while a counter is wrong. MM IDs count as counters, too;
 * of these, an audit finds what breaks the kernel's promise about them. So does
 * the bit that says that a folio has no page mapcounts; no operation should meet
 * the folio while that is wrong.
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
#include <linux/overflow.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/rmap_ab.h>

#include "audit.h"
#include "corrupt.h"
#include "error_log.h"
#include "gate.h"
#include "inject.h"
#include "mm_ids.h"
#include "walk.h"

/* The longest command. */
#define CORRUPT_TEXT_MAX	80
/* The largest change. */
#define CORRUPT_DELTA_MAX	1000000

#define CORRUPT_LAYOUT		6

static bool allow_corrupt;
module_param(allow_corrupt, bool, 0444);
MODULE_PARM_DESC(allow_corrupt, "offer the file corrupt, which damages mapcounts on purpose (default: no)");

/**
 * struct corrupt_counter - a counter that can be damaged
 * @name: its name
 * @of_folio: its offset in struct folio; only large folios have it. 0: the
 *	      counter is the page's own
 * @of_mm_ids: its number in struct mm_ids, from 1 on; 0: it is not there. One more
 *	       than these: the bit of the layout, which is in the same word
 */
struct corrupt_counter {
	const char *name;
	size_t of_folio;
	int of_mm_ids;
};

static const struct corrupt_counter counters[] = {
	{ "page_mapcount", 0 },
	{ "entire_mapcount", offsetof(struct folio, _entire_mapcount) },
	{ "large_mapcount", offsetof(struct folio, _large_mapcount) },
	{ "nr_pages_mapped", offsetof(struct folio, _nr_pages_mapped) },
	{ "mm_id_0", .of_mm_ids = 1 },
	{ "mm_id_1", .of_mm_ids = 2 },
	{ "mm_mapcount_0", .of_mm_ids = 3 },
	{ "mm_mapcount_1", .of_mm_ids = 4 },
	{ "mm_shared", .of_mm_ids = 5 },
	{ "layout_none", .of_mm_ids = CORRUPT_LAYOUT },
};

static_assert(sizeof(struct mm_ids) == (CORRUPT_LAYOUT - 1) * sizeof(int));

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
	error_log_add("corrupt: unknown counter '%s'; there are: %s%s%s", name,
		      "page_mapcount entire_mapcount large_mapcount nr_pages_mapped",
		      HOST_HAS_MM_IDS ?
		      " mm_id_0 mm_id_1 mm_mapcount_0 mm_mapcount_1 mm_shared" :
		      "",
		      HOST_HAS_LAYOUTS ? " layout_none" : "");
	return NULL;
}

/* Return: true if the folio is of a kind whose mappings an audit can know. */
static bool corrupt_is_audited(const struct folio *folio)
{
	switch (walk_kind(folio)) {
	case RMAP_AB_KIND_ANON:
	case RMAP_AB_KIND_FILE:
	case RMAP_AB_KIND_SHMEM:
		return folio_nr_pages(folio) <= AUDIT_MAX_PAGES;
	case RMAP_AB_KIND_HUGETLB:
		return true;
	default:
		return false;
	}
}

static void corrupt_ignore(struct walk *w, const struct walk_entry *entry)
{
}

static atomic_t *corrupt_place(struct folio *folio, struct page *page,
			       const struct corrupt_counter *counter)
{
	const unsigned long index = folio_page_idx(folio, page);

	if (counter->of_folio)
		return folio_test_large(folio) ?
		       (void *)folio + counter->of_folio : NULL;
	/* Struct pages that hugetlb has optimised away cannot be written to. */
	if (index < audit_first_page(folio) || index >= audit_nr_pages(folio))
		return NULL;
	return &page->_mapcount;
}

static bool corrupt_is_mapped(struct folio *folio)
{
	struct walk w = { .folio = folio, .entry = corrupt_ignore };
	int err;

	if (folio_mapped(folio))
		return true;
	if (folio_lock_killable(folio))
		return false;
	err = walk_folio(&w);
	folio_unlock(folio);
	return !err && w.has_found;
}

/*
 * An anon folio that no process maps may point to an anon_vma that has been
 * freed. A count that says that it is mapped would make the kernel follow that
 * pointer. If the folio only looks unmapped, because of earlier damage, a walk
 * finds a process that maps it.
 */
static bool corrupt_is_safe(struct folio *folio, const atomic_t *place,
			    int value)
{
	const atomic_t *mapped = folio_test_large(folio) ?
				 &folio->_large_mapcount : &folio->_mapcount;

	return !folio_test_anon(folio) || place != mapped || value < 0 ||
	       corrupt_is_mapped(folio);
}

/* A _mapcount far below 0 would be taken for a page's type. */
static bool corrupt_is_possible(int value, int delta)
{
	return !check_add_overflow(value, delta, &value) && value < INT_MAX &&
	       !page_mapcount_is_type(value + 1);
}

static int corrupt_complain_range(const struct corrupt_counter *counter,
				  int delta)
{
	error_log_add("corrupt: %d cannot be added to %s: the result would be no count",
		      delta, counter->name);
	return -ERANGE;
}

static int corrupt_complain_missing(unsigned long pfn,
				    const struct corrupt_counter *counter)
{
	error_log_add("corrupt: page frame %#lx has no %s of its own", pfn,
		      counter->name);
	return -EINVAL;
}

static int corrupt_check(unsigned long pfn, struct folio *folio,
			 const struct corrupt_counter *counter,
			 const atomic_t *place, int delta)
{
	if (!place)
		return corrupt_complain_missing(pfn, counter);
	if (!corrupt_is_possible(atomic_read(place), delta))
		return corrupt_complain_range(counter, delta);
	if (!corrupt_is_safe(folio, place, atomic_read(place) + delta)) {
		error_log_add("corrupt: page frame %#lx is anon and not mapped: no counter may say that it is mapped",
			      pfn);
		return -ENXIO;
	}
	return 0;
}

/* Return: false if the result would be no MM ID, no mapcount, or no flag. */
static bool corrupt_write_mm_ids(struct folio *folio, int word, int delta)
{
	struct mm_ids ids;
	int *value = (int *)&ids + word;
	bool possible;
	int i;

	host_lock_mm_ids(folio);
	mm_ids_read(&ids, folio);
	possible = !check_add_overflow(*value, delta, value) && *value >= 0 &&
		   (value != &ids.shared || *value <= 1);
	for (i = 0; i < MM_IDS_SLOTS && possible; i++)
		host_set_mm_id(folio, i, ids.id[i], ids.mapcount[i]);
	if (possible)
		host_set_mm_shared(folio, ids.shared);
	host_unlock_mm_ids(folio);
	return possible;
}

/* Return: false if the bit has this value already, or can have no such value. */
static bool corrupt_write_layout(struct folio *folio, int delta)
{
	bool none, possible;

	host_lock_mm_ids(folio);
	none = host_is_none(folio);
	possible = delta == (none ? -1 : 1);
	if (possible)
		host_set_none(folio, !none);
	host_unlock_mm_ids(folio);
	return possible;
}

static int corrupt_mm_ids(unsigned long pfn, struct folio *folio,
			  const struct corrupt_counter *counter, int delta)
{
	const bool layout = counter->of_mm_ids == CORRUPT_LAYOUT;
	bool possible;

	if (!mm_ids_has(folio) || (layout && !HOST_HAS_LAYOUTS))
		return corrupt_complain_missing(pfn, counter);
	possible = layout ? corrupt_write_layout(folio, delta) :
		   corrupt_write_mm_ids(folio, counter->of_mm_ids - 1, delta);
	return possible ? 0 : corrupt_complain_range(counter, delta);
}

static int corrupt_counter(unsigned long pfn, struct folio *folio,
			   const struct corrupt_counter *counter, int delta)
{
	atomic_t *place = corrupt_place(folio, pfn_to_page(pfn), counter);
	int err = corrupt_check(pfn, folio, counter, place, delta);

	if (!err)
		atomic_add(delta, place);
	return err;
}

static int corrupt_folio(unsigned long pfn, struct folio *folio,
			 const struct corrupt_counter *counter, int delta)
{
	int err;

	if (!corrupt_is_audited(folio)) {
		error_log_add("corrupt: page frame %#lx is not in a folio whose mappings an audit can know",
			      pfn);
		return -ENXIO;
	}
	err = counter->of_mm_ids ?
	      corrupt_mm_ids(pfn, folio, counter, delta) :
	      corrupt_counter(pfn, folio, counter, delta);
	if (err)
		return err;
	/* Later reports of trouble shall show that this happened. */
	add_taint(TAINT_USER, LOCKDEP_STILL_OK);
	pr_notice("page frame %#lx: %s changed by %d on request\n", pfn,
		  counter->name, delta);
	return 0;
}

static int corrupt_pfn(unsigned long pfn, const struct corrupt_counter *counter,
		       int delta)
{
	struct folio *folio;
	int err;

	if (!pfn_to_online_page(pfn)) {
		error_log_add("corrupt: page frame %#lx does not exist", pfn);
		return -ENXIO;
	}
	folio = walk_get_folio(pfn);
	if (!folio) {
		error_log_add("corrupt: page frame %#lx is free, or about to be",
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
		error_log_add("corrupt: a command of %zu bytes is too long: the limit is %d",
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
