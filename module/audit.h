/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_AUDIT_H
#define _RMAP_AB_AUDIT_H
/*
 * The audit compares the mapcounts of every folio with the page tables.
 *
 * It takes a block of page frames at a time. Folios of one page go the fast
 * way: many at once, without their locks. All other folios, and those that the
 * fast way found odd, are locked and examined one by one. A difference counts
 * only if several looks in a row find the same one.
 *
 * Calls go one way: audit.c (the control file) -> audit_block.c (the fast way)
 * -> audit_folio.c (one folio). These call audit_sum.c (the statistics), and
 * audit.c calls audit_text.c (the result as text), which reads audit_sum.c.
 */

#include <linux/bitmap.h>
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/types.h>

#include "mappers.h"
#include "mm_ids.h"

/* The number of pages of the largest folio that can be mapped in parts. */
#define AUDIT_MAX_PAGES		BIT(PREFERRED_MAX_PAGECACHE_ORDER)

/* Page frames in a block. Those of one mapping are walked at once. */
#define AUDIT_BLOCK		512U

/* Mismatches that are kept in full; differences and mappings kept of each. */
#define AUDIT_MAX_MISMATCHES	16U
#define AUDIT_MAX_DIFFERENCES	16U
#define AUDIT_MAX_MAPPERS	12U

/**
 * enum audit_state - how far an audit has come
 * @AUDIT_RUNNING: it is still at work
 * @AUDIT_FINISHED: it has come to the end
 * @AUDIT_INTERRUPTED: a signal ended it; folios that it had not looked at are
 *	in no number of the result
 * @NR_AUDIT_STATES: number of states
 */
enum audit_state {
	AUDIT_RUNNING,
	AUDIT_FINISHED,
	AUDIT_INTERRUPTED,
	NR_AUDIT_STATES
};

/**
 * enum audit_counter - what is compared
 * @AUDIT_PAGE_MAPCOUNT: _mapcount of each page: its PTE mappings
 * @AUDIT_ENTIRE_MAPCOUNT: _entire_mapcount: PMD (hugetlb) mappings
 * @AUDIT_LARGE_MAPCOUNT: _large_mapcount: all mappings
 * @AUDIT_NR_PAGES_MAPPED: _nr_pages_mapped, as stored
 * @AUDIT_MM_MAPCOUNT: _mm_id_mapcount, of the mm that the slot names. The number
 *	of the first page stands for that of the slot
 * @AUDIT_MAYBE_SHARED: what folio_maybe_mapped_shared() says
 * @AUDIT_LAYOUT_NONE: the bit that says that the pages have no mapcounts. No page
 *	table knows; but a folio that nobody maps has no layout
 * @NR_AUDIT_COUNTERS: number of counters
 */
enum audit_counter {
	AUDIT_PAGE_MAPCOUNT,
	AUDIT_ENTIRE_MAPCOUNT,
	AUDIT_LARGE_MAPCOUNT,
	AUDIT_NR_PAGES_MAPPED,
	AUDIT_MM_MAPCOUNT,
	AUDIT_MAYBE_SHARED,
	AUDIT_LAYOUT_NONE,
	NR_AUDIT_COUNTERS
};

/**
 * enum audit_verdict - what the audit found out about a folio
 * @AUDIT_FINE: all counters are right
 * @AUDIT_MISMATCH: a counter is wrong
 * @AUDIT_LOCKED: skipped: another task kept its lock
 * @AUDIT_CONTENDED: skipped: another task kept a lock of its reverse map
 * @AUDIT_UNSTABLE: skipped: its mappings changed all the time
 * @AUDIT_NO_RMAP: skipped: a driver maps it, without a reverse map
 * @AUDIT_KSM: skipped: KSM does not know all mappings before ksmd has passed
 * @AUDIT_STACK: skipped: it is in a stack that exec() is moving
 * @AUDIT_DEVICE: skipped: it is memory of a device
 * @AUDIT_TOO_MANY: skipped: it has too many aliases to tell them apart
 * @AUDIT_UNMAPPED: skipped: it is anon and counted as not mapped, and no
 *	process is known that maps it
 * @NR_AUDIT_VERDICTS: number of verdicts
 */
enum audit_verdict {
	AUDIT_FINE,
	AUDIT_MISMATCH,
	AUDIT_LOCKED,
	AUDIT_CONTENDED,
	AUDIT_UNSTABLE,
	AUDIT_NO_RMAP,
	AUDIT_KSM,
	AUDIT_STACK,
	AUDIT_DEVICE,
	AUDIT_TOO_MANY,
	AUDIT_UNMAPPED,
	NR_AUDIT_VERDICTS
};

/**
 * struct audit_difference - a wrong counter, or those of consecutive pages
 * @counter: which counter
 * @first: first page
 * @nr: number of pages
 * @says: what the counter says
 * @tables: what the page tables say
 */
struct audit_difference {
	enum audit_counter counter;
	unsigned int first, nr;
	int says, tables;
};

/**
 * struct audit_mismatch - a folio with a wrong counter
 * @head_pfn: of the folio
 * @order: of the folio
 * @kind: of the folio
 * @none: true if its pages have no mapcounts
 * @walked: true if its mappings could be searched for
 * @nr_differences: number of all differences
 * @nr_mappers: number of all mappers
 * @differences: the first differences
 * @mappers: the first mappers; also VMAs that cover the folio but do not map it
 */
struct audit_mismatch {
	unsigned long head_pfn;
	unsigned int order;
	enum rmap_ab_kind kind;
	bool none, walked;
	unsigned int nr_differences, nr_mappers;
	struct audit_difference differences[AUDIT_MAX_DIFFERENCES];
	struct mapper mappers[AUDIT_MAX_MAPPERS];
};

/**
 * struct audit_sum - a statistic of the machine against the sum of the counters
 * @counted: pages mapped, as the counters of the folios add up
 * @low: the lowest value of the statistic during the audit
 * @high: the highest
 */
struct audit_sum {
	long counted, low, high;
};

enum { AUDIT_ANON, AUDIT_FILE, NR_AUDIT_SUMS };

/**
 * struct audit_result - the result of an audit, or of its part so far
 * @state: running, and so on
 * @start: the first page frame
 * @end: the one after the last
 * @position: everything before this page frame has been looked at, and some of
 *	what follows if the audit was interrupted
 * @ns: the time it took
 * @verdicts: number of folios by verdict
 * @pages: pages of the folios that were fine
 * @mappings: mappings found of the folios that were fine
 * @walks: folios that were walked one by one
 * @whole: the audit covers all memory, so the statistics can be compared
 * @sums: the statistics
 * @nr_mismatches: number of the mismatches that are kept in full
 * @mismatches: these mismatches
 */
struct audit_result {
	enum audit_state state;
	unsigned long start, end, position;
	u64 ns;
	u64 verdicts[NR_AUDIT_VERDICTS];
	u64 pages, mappings, walks;
	bool whole;
	struct audit_sum sums[NR_AUDIT_SUMS];
	unsigned int nr_mismatches;
	struct audit_mismatch mismatches[AUDIT_MAX_MISMATCHES];
};

/**
 * struct audit_counts - the mapcounts of a folio
 * @entire: mappings of the whole folio
 * @large: all mappings
 * @nr_pages: _nr_pages_mapped, as it is stored
 * @mm: MM IDs; the page tables give @mm.mapcount, of the mms that the slots name
 * @maybe_shared: what folio_maybe_mapped_shared() says; in truth, that more than
 *	one mm maps the folio
 * @none: 1 if the pages have no mapcounts; in truth, 0 if nobody maps the folio
 * @page: PTE mappings of each page; if they have no mapcounts, 0
 *
 * For a folio of one page, only @page[0] is used. Without MM IDs, @mm and
 * @maybe_shared are 0.
 */
struct audit_counts {
	int entire, large, nr_pages;
	struct mm_ids mm;
	int maybe_shared;
	int none;
	int page[AUDIT_MAX_PAGES];
};

/**
 * struct audit_frame - a folio of one page, on the fast way
 * @mapping: as in struct page
 * @index: as in struct page
 * @mapcount: as in struct page, plus one
 * @found: number of mappings found
 * @next: the next frame of the group
 */
struct audit_frame {
	unsigned long mapping;
	pgoff_t index;
	int mapcount, found;
	u16 next;
};

/* A group spans a window of a file: as many pages as a page table maps. */
#define AUDIT_WINDOW		512U

/**
 * struct audit_group - frames of a block that can be walked together
 * @mapping: of all frames
 * @first: the lowest index
 * @last: the highest index
 * @wanted: the pages of the window that are in the group
 * @head: a frame of the group, the start of the list
 * @next: the next group with the same hash
 */
struct audit_group {
	unsigned long mapping;
	pgoff_t first, last;
	DECLARE_BITMAP(wanted, AUDIT_WINDOW);
	u16 head, next;
};

#define AUDIT_BUCKETS	128U

/**
 * struct audit - one audit at work
 * @result: the result so far
 * @seen: memory for walks
 * @mappers: for the walk of one folio
 * @walked: true if that folio could be walked
 * @any_mm: an mm that maps that folio; it is only compared
 * @says: the counters of a folio
 * @tables: what the page tables say that they should be
 * @block: the first frame of the block
 * @is_online: the block was online, and we have not slept since
 * @nr_groups: number of groups in this block
 * @buckets: groups by hash
 * @groups: the groups of this block
 * @frames: the frames of this block
 */
struct audit {
	struct audit_result result;
	struct walk_seen seen;
	struct mappers mappers;
	bool walked;
	const struct mm_struct *any_mm;
	struct audit_counts says, tables;
	unsigned long block;
	bool is_online;
	unsigned int nr_groups;
	u16 buckets[AUDIT_BUCKETS];
	struct audit_group groups[AUDIT_BLOCK];
	struct audit_frame frames[AUDIT_BLOCK];
};

unsigned int audit_nr_pages(const struct folio *folio);
unsigned int audit_first_page(const struct folio *folio);
int audit_folio(struct audit *a, struct folio *folio);
int audit_block(struct audit *a);

void audit_count_mapped(struct audit *a, bool anon, long nr);
void audit_sample_sums(struct audit *a);
long audit_drift(const struct audit_result *result, int which);
long audit_drift_allowed(const struct audit_result *result, int which);
bool audit_is_settled(const struct audit_result *result);
bool audit_sums_drifted(const struct audit_result *result);

const char *audit_state_text(const struct audit_result *result);
const char *audit_statistics_text(const struct audit_result *result);
void audit_show_result(struct seq_file *s, const struct audit_result *result);
void audit_exit(void);
void audit_set_listener(void (*listener)(const struct audit_result *result));

extern const struct file_operations audit_fops;

#endif /* _RMAP_AB_AUDIT_H */
