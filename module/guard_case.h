/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_GUARD_CASE_H
#define _RMAP_AB_GUARD_CASE_H
/*
 * The findings of the guard, and how they are handled.
 */

#include "call.h"
#include "mm_ids.h"

/**
 * enum guard_kind - what is wrong
 * @GUARD_PAGE_MAPCOUNT: _mapcount of a page is too low for the mappings that
 *			 the call knows of
 * @GUARD_ENTIRE_MAPCOUNT: _entire_mapcount of the folio is too low for them
 * @GUARD_LARGE_MAPCOUNT: _large_mapcount of the folio is too low for them
 * @GUARD_NR_PAGES_MAPPED: _nr_pages_mapped is negative
 * @GUARD_NEW: a folio just mapped for the first time has other counts, or is
 *	not the caller's alone by its MM IDs
 * @GUARD_LEFT: a folio that lost all its mappings still has some counted
 * @GUARD_EXCLUSIVE: a page is anon-exclusive and must not be, or is not and
 *	must be
 * @GUARD_LEVEL: the operation is not for this folio or range
 * @GUARD_NONE: a folio without page mapcounts has them all the same
 * @GUARD_DISAGREE: counters of the folio, or its MM IDs, contradict each other
 * @NR_GUARD_KINDS: number of kinds
 */
enum guard_kind {
	GUARD_PAGE_MAPCOUNT,
	GUARD_ENTIRE_MAPCOUNT,
	GUARD_LARGE_MAPCOUNT,
	GUARD_NR_PAGES_MAPPED,
	GUARD_NEW,
	GUARD_LEFT,
	GUARD_EXCLUSIVE,
	GUARD_LEVEL,
	GUARD_NONE,
	GUARD_DISAGREE,
	NR_GUARD_KINDS
};

/**
 * enum guard_when - at which end of a call
 * @GUARD_BEFORE: before the operation: it found the error
 * @GUARD_AFTER: after the operation: it left the error
 */
enum guard_when {
	GUARD_BEFORE,
	GUARD_AFTER,
};

/*
 * The counters of a folio as they are stored: 0 is one mapping; and MM IDs. If
 * @none is 1, the pages have no mapcounts, and @nr_pages_mapped is 0.
 */
struct guard_counts {
	int entire;
	int large;
	int nr_pages_mapped;
	int none;
	struct mm_ids mm;
};

void guard_counts_read(struct guard_counts *counts, const struct folio *folio);
bool guard_counts_agree(const struct guard_counts *counts,
			const struct folio *folio);

void guard_case_open(enum guard_kind kind, enum guard_when when,
		     const struct call *call, unsigned long nr);

#endif /* _RMAP_AB_GUARD_CASE_H */
