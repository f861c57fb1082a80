// SPDX-License-Identifier: GPL-2.0
/*
 * One folio: it is locked, its mappings are counted, its counters are compared.
 *
 * fork(), munmap() and faults do not take the folio lock. Counters and page
 * tables change together, under the page table lock; but while we walk from one
 * page table to the next, both may change behind us. A counter that is really
 * wrong stays wrong by the same amount.
 */

#include <linux/delay.h>
#include <linux/hugetlb.h>
#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "audit.h"
#include "hooks.h"

/* Looks at most; looks that must agree; ms to wait before the last look. */
#define AUDIT_LOOKS		14
#define AUDIT_AGREE		4
#define AUDIT_WAIT_MS		32

/**
 * audit_nr_pages - the number of pages of a folio whose mapcounts are compared
 * @folio: the folio; the caller has a reference
 *
 * Context: Any.
 * Return: number of pages, from the first one on.
 */
unsigned int audit_nr_pages(const struct folio *folio)
{
	unsigned long nr = min(folio_nr_pages(folio), AUDIT_MAX_PAGES);

	/* What looks like further struct pages is the same ones again. */
	if (folio_test_hugetlb(folio) &&
	    folio_test_hugetlb_vmemmap_optimized((struct folio *)folio))
		nr = min(nr, PAGE_SIZE / sizeof(struct page));
	return nr;
}

/**
 * audit_first_page - the first page of a folio whose mapcount is compared
 * @folio: the folio; the caller has a reference
 *
 * Context: Any.
 * Return: its number in the folio. It is not 0 for hugetlb, whose first page
 * has a type in place of a mapcount.
 */
unsigned int audit_first_page(const struct folio *folio)
{
	return folio_test_hugetlb(folio) ? 1 : 0;
}

/* Return: true if there is no room. No folio with a reverse map is so large. */
static bool audit_is_too_large(const struct folio *folio)
{
	return !folio_test_hugetlb(folio) &&
	       folio_nr_pages(folio) > AUDIT_MAX_PAGES;
}

static void audit_read_mm_ids(struct folio *folio, struct audit_counts *counts)
{
	memset(&counts->mm, 0, sizeof(counts->mm));
	counts->maybe_shared = 0;
	if (!mm_ids_has(folio))
		return;
	mm_ids_read(&counts->mm, folio);
	counts->maybe_shared = host_maybe_mapped_shared(folio);
}

static void audit_read(struct folio *folio, struct audit_counts *counts)
{
	const unsigned int nr = audit_nr_pages(folio);
	unsigned int i;

	audit_read_mm_ids(folio, counts);
	counts->none = mm_ids_say_none(folio);
	counts->entire = 0;
	counts->large = 0;
	counts->nr_pages = 0;
	if (folio_test_large(folio)) {
		counts->entire = atomic_read(&folio->_entire_mapcount) + 1;
		counts->large = atomic_read(&folio->_large_mapcount) + 1;
		counts->nr_pages = atomic_read(&folio->_nr_pages_mapped);
	}
	for (i = audit_first_page(folio); i < nr; i++)
		counts->page[i] =
			atomic_read(&folio_page(folio, i)->_mapcount) + 1;
}

static void audit_clear(const struct folio *folio, struct audit_counts *counts)
{
	counts->entire = 0;
	counts->large = 0;
	counts->nr_pages = 0;
	memset(&counts->mm, 0, sizeof(counts->mm));
	counts->maybe_shared = 0;
	counts->none = 0;
	memset(counts->page, 0, audit_nr_pages(folio) * sizeof(int));
}

/* Called before the entries of a VMA. */
static void audit_vma(struct walk *w, struct vm_area_struct *vma)
{
	container_of(w, struct mappers, walk)->mm = vma->vm_mm;
}

/* For each mapping of a folio with MM IDs: whose is it? */
static void audit_note_mm(struct audit *a)
{
	const struct mm_struct *mm = a->mappers.mm;
	int i;

	if (a->any_mm && a->any_mm != mm)
		a->tables.maybe_shared = 1;
	a->any_mm = mm;
	for (i = 0; i < MM_IDS_SLOTS; i++)
		if (a->says.mm.id[i] == host_id_of_mm(mm))
			a->tables.mm.mapcount[i]++;
}

/* Called under a page table lock. */
static void audit_entry(struct walk *w, const struct walk_entry *entry)
{
	struct mappers *m = container_of(w, struct mappers, walk);
	struct audit *a = container_of(m, struct audit, mappers);

	if (entry->level == WALK_PTE)
		a->tables.page[entry->first]++;
	else
		a->tables.entire++;
	if (mm_ids_has(w->folio))
		audit_note_mm(a);
	m->mappings++;
}

/* Nobody counts the pages of such a folio, whoever maps them. */
static void audit_forget_pages(const struct folio *folio,
			       struct audit_counts *counts)
{
	counts->none = counts->large > 0;
	counts->nr_pages = 0;
	memset(counts->page, 0, audit_nr_pages(folio) * sizeof(int));
}

/* After a walk: compute the folio's totals from the page tables. */
static void audit_total(const struct folio *folio, struct audit *a)
{
	const unsigned int nr = audit_nr_pages(folio);
	struct audit_counts *t = &a->tables;
	unsigned int i;

	if (!folio_test_large(folio))
		return;
	t->large = t->entire;
	for (i = audit_first_page(folio); i < nr; i++) {
		t->large += t->page[i];
		t->nr_pages += !!t->page[i];
	}
	if (t->entire && !folio_test_hugetlb(folio))
		t->nr_pages += ENTIRELY_MAPPED;
	if (a->says.none)
		audit_forget_pages(folio, t);
}

/*
 * The kernel promises that a folio which it does not take for shared is mapped
 * by one mm alone. The opposite is no error: it happens after a third mm came.
 */
static bool audit_shared_is_fine(const struct audit *a)
{
	return a->says.maybe_shared || !a->tables.maybe_shared;
}

/*
 * What the mapcount of a slot should be. Of a shared folio, mappings may be in
 * no slot, so it may be less than the mappings of that mm. Of one that is not,
 * all mappings are in a slot.
 */
static int audit_mm_mapcount(const struct audit *a, int slot)
{
	const struct mm_ids *s = &a->says.mm;
	const int found = a->tables.mm.mapcount[slot];

	if (s->shared)
		return min(found, s->mapcount[slot]);
	if (!s->id[0] && !s->id[1])
		return slot ? 0 : a->tables.large;
	return s->id[slot] ? found : 0;
}

static u32 audit_compare_mm_ids(const struct audit *a, u32 hash)
{
	int i, want;

	if (!audit_shared_is_fine(a))
		hash = jhash_1word(1, hash) | 1;
	for (i = 0; i < MM_IDS_SLOTS; i++) {
		want = audit_mm_mapcount(a, i);
		if (a->says.mm.mapcount[i] != want)
			hash = jhash_3words(a->says.mm.id[i], want - i,
					    a->says.mm.mapcount[i], hash) | 1;
	}
	return hash;
}

/* Return: 0 if all counters agree, otherwise a hash of the differences. */
static u32 audit_compare(const struct folio *folio, const struct audit *a)
{
	const struct audit_counts *s = &a->says, *t = &a->tables;
	const unsigned int nr = audit_nr_pages(folio);
	unsigned int i;
	u32 hash = 0;

	if (s->entire != t->entire || s->large != t->large ||
	    s->nr_pages != t->nr_pages)
		hash = jhash_3words(s->entire - t->entire, s->large - t->large,
				    s->nr_pages - t->nr_pages, 1) | 1;
	if (s->none != t->none)
		hash = jhash_1word(2, hash) | 1;
	for (i = audit_first_page(folio); i < nr; i++)
		if (s->page[i] != t->page[i])
			hash = jhash_2words(i, s->page[i] - t->page[i], hash) |
			       1;
	return mm_ids_has(folio) ? audit_compare_mm_ids(a, hash) : hash;
}

/* Return: true if the page tables have mappings that are not counted. */
static bool audit_found_more(const struct folio *folio, const struct audit *a)
{
	return !folio_test_large(folio) && a->tables.page[0] > a->says.page[0];
}

static enum audit_verdict audit_judge_walk(const struct folio *folio, int err)
{
	if (err == -EAGAIN)
		return AUDIT_CONTENDED;
	if (err == -ENOENT)
		return folio_mapped(folio) ? AUDIT_NO_RMAP : AUDIT_UNMAPPED;
	return AUDIT_FINE;
}

/* The counters are read again: they must have stood still during the walk. */
static bool audit_stood_still(const struct folio *folio,
			      const struct audit *a)
{
	const unsigned int nr = audit_nr_pages(folio);
	struct mm_ids mm;
	unsigned int i;

	if (mm_ids_has(folio)) {
		mm_ids_read(&mm, folio);
		if (memcmp(&mm, &a->says.mm, sizeof(mm)) ||
		    mm_ids_say_none(folio) != a->says.none)
			return false;
	}
	if (folio_test_large(folio) &&
	    (atomic_read(&folio->_entire_mapcount) + 1 != a->says.entire ||
	     atomic_read(&folio->_large_mapcount) + 1 != a->says.large ||
	     atomic_read(&folio->_nr_pages_mapped) != a->says.nr_pages))
		return false;
	for (i = audit_first_page(folio); i < nr; i++)
		if (atomic_read(&folio_page(folio, i)->_mapcount) + 1 !=
		    a->says.page[i])
			return false;
	return true;
}

/* Return: the verdict, or -EINTR. */
static int audit_judge(struct audit *a, struct folio *folio, int err,
		       u32 *difference)
{
	int verdict = err == -EINTR ? err : audit_judge_walk(folio, err);

	if (verdict != AUDIT_FINE)
		return verdict;
	audit_total(folio, a);
	if (!audit_stood_still(folio, a))
		return AUDIT_UNSTABLE;
	*difference = audit_compare(folio, a);
	if (!*difference)
		/* No process is known that maps it; one may still exist. */
		return err == -ENODATA ? AUDIT_UNMAPPED : AUDIT_FINE;
	if (a->mappers.walk.overflow)
		return AUDIT_TOO_MANY;
	if (a->mappers.walk.moving)
		return AUDIT_STACK;
	if (folio_test_ksm(folio) && !audit_found_more(folio, a))
		return AUDIT_KSM;
	return AUDIT_MISMATCH;
}

/*
 * Return: the verdict of one look, where AUDIT_MISMATCH comes with
 * *@difference; -EINTR if there is a signal.
 */
static int audit_look(struct audit *a, struct folio *folio, bool again,
		      u32 *difference)
{
	struct walk *w = &a->mappers.walk;
	int err, verdict;

	*difference = 0;
	if (!folio_trylock(folio))
		return AUDIT_LOCKED;
	if (audit_is_too_large(folio)) {
		folio_unlock(folio);
		return AUDIT_NO_RMAP;
	}
	w->folio = folio;
	w->seen = &a->seen;
	w->flags = WALK_TABLES_ONCE | (again ? WALK_SETTLED : 0);
	w->vma = audit_vma;
	w->entry = audit_entry;
	a->any_mm = NULL;
	a->mappers.mappings = 0;
	audit_clear(folio, &a->tables);
	audit_read(folio, &a->says);
	err = walk_folio(w);
	a->walked = !err;
	verdict = audit_judge(a, folio, err, difference);
	folio_unlock(folio);
	return verdict;
}

static void audit_add_difference(struct audit_mismatch *m,
				 enum audit_counter counter, unsigned int page,
				 int says, int tables)
{
	struct audit_difference *last = NULL;

	if (says == tables)
		return;
	if (m->nr_differences && m->nr_differences <= AUDIT_MAX_DIFFERENCES)
		last = &m->differences[m->nr_differences - 1];
	if (last && last->counter == counter && last->says == says &&
	    last->tables == tables && last->first + last->nr == page) {
		last->nr++;
		return;
	}
	if (m->nr_differences < AUDIT_MAX_DIFFERENCES)
		m->differences[m->nr_differences] = (struct audit_difference) {
			.counter = counter,
			.first = page,
			.nr = 1,
			.says = says,
			.tables = tables,
		};
	m->nr_differences++;
}

static void audit_note_mm_ids(struct audit *a, struct audit_mismatch *m)
{
	int i;

	for (i = 0; i < MM_IDS_SLOTS; i++)
		audit_add_difference(m, AUDIT_MM_MAPCOUNT, i,
				     a->says.mm.mapcount[i],
				     audit_mm_mapcount(a, i));
	if (!audit_shared_is_fine(a))
		audit_add_difference(m, AUDIT_MAYBE_SHARED, 0, 0, 1);
}

static void audit_note_differences(struct audit *a, const struct folio *folio,
				   struct audit_mismatch *m)
{
	const unsigned int nr = audit_nr_pages(folio);
	unsigned int i;

	audit_add_difference(m, AUDIT_ENTIRE_MAPCOUNT, 0, a->says.entire,
			     a->tables.entire);
	audit_add_difference(m, AUDIT_LARGE_MAPCOUNT, 0, a->says.large,
			     a->tables.large);
	audit_add_difference(m, AUDIT_NR_PAGES_MAPPED, 0, a->says.nr_pages,
			     a->tables.nr_pages);
	for (i = audit_first_page(folio); i < nr; i++)
		audit_add_difference(m, AUDIT_PAGE_MAPCOUNT, i, a->says.page[i],
				     a->tables.page[i]);
	audit_add_difference(m, AUDIT_LAYOUT_NONE, 0, a->says.none,
			     a->tables.none);
	if (mm_ids_has(folio))
		audit_note_mm_ids(a, m);
}

static int audit_list_mappers(struct mappers *list, struct folio *folio)
{
	int err;

	if (!folio_trylock(folio))
		return -EAGAIN;
	mappers_begin(list);
	err = walk_folio(&list->walk);
	folio_unlock(folio);
	if (err)
		mappers_drop(list);
	else
		mappers_name(list);
	return err;
}

/* Walk again to find the processes. If that fails, there is no list of them. */
static void audit_note_mappers(struct audit *a, struct folio *folio,
			       struct audit_mismatch *m)
{
	struct mappers *list = &a->mappers;
	int i, err = -EAGAIN;

	list->empty = true;
	list->mapper = m->mappers;
	list->max = AUDIT_MAX_MAPPERS;
	for (i = 0; m->walked && err == -EAGAIN && i < AUDIT_LOOKS; i++) {
		if (i)
			msleep_interruptible(1);
		err = audit_list_mappers(list, folio);
	}
	if (m->walked && !err)
		m->nr_mappers = list->nr;
}

static void audit_note(struct audit *a, struct folio *folio)
{
	struct audit_result *result = &a->result;
	struct audit_mismatch *m;

	if (result->nr_mismatches == AUDIT_MAX_MISMATCHES)
		return;
	m = &result->mismatches[result->nr_mismatches];
	*m = (struct audit_mismatch) {
		.head_pfn = folio_pfn(folio),
		.order = folio_order(folio),
		.kind = walk_kind(folio),
		.none = a->says.none,
		.walked = a->walked,
	};
	audit_note_differences(a, folio, m);
	audit_note_mappers(a, folio, m);
	result->nr_mismatches++;
}

/* Once enough mismatches are known in full, the others need no long wait. */
static void audit_wait(const struct audit *a, unsigned int look)
{
	if (look < 2 || a->result.nr_mismatches == AUDIT_MAX_MISMATCHES)
		cond_resched();
	else
		msleep_interruptible(min(1U << (look - 2), AUDIT_WAIT_MS));
}

/*
 * Look until the folio is fine, or until the same is wrong in AUDIT_AGREE looks
 * in a row.
 *
 * Return: the verdict, or -EINTR.
 */
static int audit_look_repeatedly(struct audit *a, struct folio *folio)
{
	int i, verdict = AUDIT_UNSTABLE, agree = 0;
	u32 difference, last = 0;

	for (i = 0; i < AUDIT_LOOKS; i++) {
		if (i)
			audit_wait(a, i);
		if (walk_is_interrupted())
			return -EINTR;
		verdict = audit_look(a, folio, agree, &difference);
		if (verdict < 0 || verdict == AUDIT_FINE ||
		    verdict == AUDIT_UNMAPPED || verdict == AUDIT_NO_RMAP)
			return verdict;
		if (verdict != AUDIT_MISMATCH)
			continue;
		agree = difference == last ? agree + 1 : 1;
		last = difference;
		if (agree == AUDIT_AGREE)
			return verdict;
	}
	return verdict == AUDIT_MISMATCH ? AUDIT_UNSTABLE : verdict;
}

/*
 * The statistics have all pages of a folio without page mapcounts if one of them
 * is mapped.
 *
 * Return: pages that the statistics have for this folio: see mm/rmap.c.
 */
static long audit_mapped_pages(const struct folio *folio)
{
	unsigned int mapped;

	if (folio_test_hugetlb(folio))
		return 0;
	if (!folio_test_large(folio))
		return atomic_read(&folio->_mapcount) >= 0;
	if (mm_ids_say_none(folio))
		return folio_mapped(folio) ? folio_nr_pages(folio) : 0;
	mapped = atomic_read(&folio->_nr_pages_mapped);
	return mapped >= ENTIRELY_MAPPED ? folio_nr_pages(folio) :
	       mapped & FOLIO_PAGES_MAPPED;
}

/**
 * audit_folio - compare the counters of one folio with the page tables
 * @a: the audit
 * @folio: the folio; the caller has the audit's only reference, and not its
 *	lock
 *
 * Context: Process context. May sleep.
 * Return: 0, or -EINTR if a signal came before the verdict. Then the folio is
 * not counted.
 */
int audit_folio(struct audit *a, struct folio *folio)
{
	enum rmap_ab_kind kind = walk_kind(folio);
	struct audit_result *result = &a->result;
	const long mapped = audit_mapped_pages(folio);
	int verdict;

	if (kind == RMAP_AB_KIND_NONE)
		return 0;
	if (kind == RMAP_AB_KIND_NOT_RMAPPABLE) {
		audit_count_mapped(a, false, mapped);
		if (folio_mapped(folio))
			result->verdicts[AUDIT_NO_RMAP]++;
		return 0;
	}
	verdict = audit_look_repeatedly(a, folio);
	if (verdict < 0)
		return verdict;
	audit_count_mapped(a, folio_test_anon(folio), mapped);
	result->walks++;
	if (verdict == AUDIT_MISMATCH)
		audit_note(a, folio);
	result->verdicts[verdict]++;
	if (verdict == AUDIT_FINE) {
		result->pages += folio_nr_pages(folio);
		result->mappings += a->mappers.mappings;
	}
	return 0;
}
