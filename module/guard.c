// SPDX-License-Identifier: GPL-2.0
/*
 * The guard's checks.
 *
 * They run under the page table lock of one mapping (of two at fork), while
 * other CPUs count other mappings of the same folio. The following holds
 * whatever these CPUs do:
 *
 * - A mapping stays counted while its page table entry is locked. So the
 *   counters of its level, and _large_mapcount, are at least the number of such
 *   mappings.
 * - No counter is ever too low. An operation that removes a mapping starts
 *   after the operation that added it has returned, because both take the lock
 *   of the entry. So each counter is raised before it is lowered, and no sum of
 *   the changes so far is negative. _nr_pages_mapped is not negative either:
 *   the last mapping of a page cannot go before all operations that counted the
 *   page have returned.
 * - PG_anon_exclusive changes under the page table lock of the only mapping.
 * - A folio that is mapped for the first time has no other mappings. A folio
 *   whose references all belong to the mappings that a call removes has no
 *   mapping left (see "owns_folio").
 *
 * A count that is too high contradicts none of these while there are other
 * references. So it is found only when the last mapping of an anon folio is
 * removed, and all references belong to that mapping. In a large folio, the
 * other counters may show it earlier. In small folios of files, and in KSM
 * pages, it is never found: nothing here knows how often these are mapped. An
 * audit finds it.
 *
 * - A folio without page mapcounts keeps that layout as long as a mapping is
 *   counted whose page table lock is held. Meanwhile, nobody changes _mapcount of
 *   its pages, nor _nr_pages_mapped: they are at rest (impl_layout.h).
 *
 * The relations between the counters of a large folio are certain only while no
 * CPU is in the middle of an operation. A contradiction there is only a doubt:
 * it is examined again when the operations in flight have returned. The same
 * is true for its MM IDs (mm_ids.h), which are read without their bit lock: a
 * lock here would hide a missing lock of the implementation.
 */

#include "guard.h"
#include "guard_case.h"

/* Readings in a row that have to disagree before there is a doubt. */
#define GUARD_READINGS		3

/* Return: mappings of each page that must be counted at that end of the call. */
static int sure_mappings(const struct call *call, enum guard_when when)
{
	const bool after = when == GUARD_AFTER;

	switch (call->kind) {
	case CALL_NEW:
	case CALL_ADD:
		return after;
	case CALL_DUP:
		return 1 + (after && !call->result);
	case CALL_SHARE:
		return 1;
	case CALL_REMOVE:
		return !after;
	}
	return 0;
}

/* The pages of a folio without page mapcounts, as far as it is certain. */
static void check_none(const struct call *call, enum guard_when when)
{
	int i;

	for (i = 0; call->level == LEVEL_PTE && i < call->nr_pages; i++)
		if (atomic_read(&call->page[i]._mapcount) != -1) {
			guard_case_open(GUARD_NONE, when, call, i);
			return;
		}
	if (atomic_read(&call->folio->_nr_pages_mapped))
		guard_case_open(GUARD_NONE, when, call, 0);
}

static void check_pages(const struct call *call, enum guard_when when)
{
	const int sure = sure_mappings(call, when);
	int i;

	for (i = 0; i < call->nr_pages; i++)
		if (atomic_read(&call->page[i]._mapcount) + 1 < sure) {
			guard_case_open(GUARD_PAGE_MAPCOUNT, when, call, i);
			return;
		}
}

static void check_large(const struct call *call, enum guard_when when)
{
	const bool ptes = call->level == LEVEL_PTE;
	const int sure = sure_mappings(call, when);
	struct guard_counts counts;

	guard_counts_read(&counts, call->folio);
	if (counts.entire + 1 < (ptes ? 0 : sure))
		guard_case_open(GUARD_ENTIRE_MAPCOUNT, when, call, 0);
	else if (counts.large + 1 < sure * (ptes ? call->nr_pages : 1))
		guard_case_open(GUARD_LARGE_MAPCOUNT, when, call, 0);
	else if (counts.nr_pages_mapped < 0)
		guard_case_open(GUARD_NR_PAGES_MAPPED, when, call, 0);
}

static void check_counters(const struct call *call, enum guard_when when)
{
	if (sure_mappings(call, when) && mm_ids_say_none(call->folio))
		check_none(call, when);
	else if (call->level == LEVEL_PTE)
		check_pages(call, when);
	if (folio_test_large(call->folio))
		check_large(call, when);
}

/* The counters are read several times: most contradictions do not last. */
static void check_agreement(const struct call *call)
{
	struct guard_counts counts;
	int i;

	if (!folio_test_large(call->folio))
		return;
	for (i = 0; i < GUARD_READINGS; i++) {
		guard_counts_read(&counts, call->folio);
		if (guard_counts_agree(&counts, call->folio))
			return;
		cpu_relax();
	}
	guard_case_open(GUARD_DISAGREE, GUARD_AFTER, call, 0);
}

static bool is_level_right(const struct call *call)
{
	const unsigned long first = call_first(call);
	const bool hugetlb = call->level == LEVEL_HUGETLB;
	struct folio *folio = call->folio;

	if (folio_test_hugetlb(folio) != hugetlb)
		return false;
	if (call->level == LEVEL_PMD &&
	    (!folio_test_pmd_mappable(folio) || first))
		return false;
	if (call->level == LEVEL_PUD &&
	    (folio_nr_pages(folio) != PUD_SIZE >> PAGE_SHIFT || first))
		return false;
	return first < folio_nr_pages(folio) && call->nr_pages > 0 &&
	       call->nr_pages <= folio_nr_pages(folio) - first;
}

/* A new folio is not anon before the call. */
static bool is_memory_right(const struct call *call, enum guard_when when)
{
	if (call->memory == MEMORY_ANY ||
	    (call->kind == CALL_NEW && when == GUARD_BEFORE))
		return true;
	return folio_test_anon(call->folio) == (call->memory == MEMORY_ANON);
}

/* Nobody else maps a new folio: slot 0 has all mappings. */
static bool is_new_of_mm(const struct guard_counts *counts,
			 const struct call *call)
{
	if (!mm_ids_has(call->folio))
		return true;
	return counts->mm.id[0] == host_id_of_mm(call->vma->vm_mm) &&
	       mm_ids_agree(&counts->mm, counts->large + 1) &&
	       !counts->mm.shared;
}

static void check_new(const struct call *call)
{
	const bool ptes = call->level == LEVEL_PTE;
	const bool pmd = call->level == LEVEL_PMD;
	const struct folio *folio = call->folio;
	struct guard_counts counts;
	int mapped = ptes ? call->nr_pages : pmd ? ENTIRELY_MAPPED : 0;

	if (!folio_test_large(folio)) {
		if (atomic_read(&folio->_mapcount))
			guard_case_open(GUARD_NEW, GUARD_AFTER, call, 0);
		return;
	}
	guard_counts_read(&counts, folio);
	if (counts.none)
		mapped = 0;
	if (counts.large != (ptes ? call->nr_pages - 1 : 0) ||
	    counts.entire != (ptes ? -1 : 0) ||
	    counts.nr_pages_mapped != mapped ||
	    !is_new_of_mm(&counts, call))
		guard_case_open(GUARD_NEW, GUARD_AFTER, call, 0);
}

static void check_nothing_left(const struct call *call)
{
	struct guard_counts counts;

	if (!folio_test_large(call->folio)) {
		if (atomic_read(&call->folio->_mapcount) != -1)
			guard_case_open(GUARD_LEFT, GUARD_AFTER, call, 0);
		return;
	}
	guard_counts_read(&counts, call->folio);
	if (counts.large != -1 || counts.entire != -1 ||
	    counts.nr_pages_mapped || counts.none)
		guard_case_open(GUARD_LEFT, GUARD_AFTER, call, 0);
	else if (mm_ids_has(call->folio) && !mm_ids_agree(&counts.mm, 0))
		guard_case_open(GUARD_LEFT, GUARD_AFTER, call, 0);
}

/* For a PMD or hugetlb mapping, the first page has the flag for all pages. */
static int nr_flags(const struct call *call)
{
	return call->level == LEVEL_PTE ? call->nr_pages : 1;
}

static void check_exclusive_is(const struct call *call, bool exclusive)
{
	int i;

	for (i = 0; i < nr_flags(call); i++)
		if (!!PageAnonExclusive(call->page + i) != exclusive) {
			guard_case_open(GUARD_EXCLUSIVE, GUARD_AFTER, call, i);
			return;
		}
}

/*
 * While a PMD is split, pages have the new mapping beside the old one. So one
 * PTE mapping and one PMD mapping together are right.
 */
static void check_exclusive_is_alone(const struct call *call)
{
	const struct folio *folio = call->folio;
	int i;

	for (i = 0; i < nr_flags(call); i++)
		if (PageAnonExclusive(call->page + i) &&
		    ((call->level == LEVEL_PTE &&
		      atomic_read(&call->page[i]._mapcount) > 0) ||
		     (folio_test_large(folio) &&
		      folio_entire_mapcount(folio) > 1))) {
			guard_case_open(GUARD_EXCLUSIVE, GUARD_AFTER, call, i);
			return;
		}
}

static void check_exclusive(const struct call *call)
{
	if (call->memory != MEMORY_ANON || call->result)
		return;
	switch (call->kind) {
	case CALL_DUP:
	case CALL_SHARE:
		check_exclusive_is(call, false);
		break;
	case CALL_NEW:
	case CALL_ADD:
		if (call->flags & RMAP_EXCLUSIVE ||
		    (call->kind == CALL_NEW && call->level == LEVEL_HUGETLB))
			check_exclusive_is(call, true);
		check_exclusive_is_alone(call);
		break;
	case CALL_REMOVE:
		break;
	}
}

/*
 * Each mapping of an anon folio has a reference, and so has everything that
 * could become another mapping. If there are only as many references as
 * mappings that the call removes, no mapping stays. This does not hold for KSM,
 * which finds its folios without a reference and may be mapping this one
 * elsewhere.
 */
static bool owns_folio(const struct call *call)
{
	return call->kind == CALL_REMOVE && call->level == LEVEL_PTE &&
	       folio_test_anon(call->folio) && !folio_test_ksm(call->folio) &&
	       folio_ref_count(call->folio) == call->nr_pages;
}

static int guard_before(struct call *call)
{
	if (!is_level_right(call) || !is_memory_right(call, GUARD_BEFORE)) {
		guard_case_open(GUARD_LEVEL, GUARD_BEFORE, call, 0);
		return 0;
	}
	check_counters(call, GUARD_BEFORE);
	call->owns_folio = owns_folio(call);
	return 0;
}

static void guard_after(struct call *call)
{
	if (!is_level_right(call) || !is_memory_right(call, GUARD_AFTER)) {
		guard_case_open(GUARD_LEVEL, GUARD_AFTER, call, 0);
		return;
	}
	check_counters(call, GUARD_AFTER);
	if (call->kind == CALL_NEW)
		check_new(call);
	if (call->owns_folio)
		check_nothing_left(call);
	check_exclusive(call);
	check_agreement(call);
}

const struct layer guard_layer = {
	.name	= "guard",
	.before	= guard_before,
	.after	= guard_after,
};
