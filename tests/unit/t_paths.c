// SPDX-License-Identifier: GPL-2.0
/*
 * Where `exclusive` must count by plain stores and, more important, where it
 * must not. The test sets up the references and the bit that an operation
 * finds. What the operation did shows in the number of locked instructions on
 * counters, and in the note that the operation leaves.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../module/sole.h"
#include "cases.h"
#include "expect.h"
#include "step.h"

#define EXTRA	1	/* somebody else has a reference */
#define UNNOTED	NR_SOLE_PATHS	/* the folio has no other path than the atomic one */

static const struct path_case {
	const char *name;
	enum sole_op op;
	enum sole_path must;	/* or UNNOTED */
	int order;
	int refs;		/* in addition to those that the operation's caller holds */
	bool exclusive;
	int pte_mms;		/* processes that map each page, the caller included */
	enum mem_kind kind;
} path_cases[] = {
	{ "remove/alone", SOLE_REMOVE_PTES, SOLE_BY_REFS, 4, 0, true, 1, MEM_ANON },
	{ "remove/alone-shared-once", SOLE_REMOVE_PTES, SOLE_BY_REFS, 4, 0, false, 1, MEM_ANON },
	{ "remove/extra-reference", SOLE_REMOVE_PTES, SOLE_BY_BIT, 4, EXTRA, true, 1, MEM_ANON },
	{ "remove/swap-cache", SOLE_REMOVE_PTES, SOLE_BY_BIT, 4, 16, true, 1, MEM_ANON },
	{ "remove/extra-shared-once", SOLE_REMOVE_PTES, SOLE_NOT, 4, EXTRA, false, 1, MEM_ANON },
	{ "remove/half-removed-elsewhere", SOLE_REMOVE_PTES, SOLE_NOT, 4, 16, false, 1, MEM_ANON },
	{ "remove/shared", SOLE_REMOVE_PTES, SOLE_NOT, 4, 0, false, 2, MEM_ANON },
	{ "dup/alone", SOLE_DUP_PTES, SOLE_BY_REFS, 4, 0, true, 1, MEM_ANON },
	{ "dup/alone-shared-once", SOLE_DUP_PTES, SOLE_BY_REFS, 4, 0, false, 1, MEM_ANON },
	{ "dup/extra-reference", SOLE_DUP_PTES, SOLE_BY_BIT, 4, EXTRA, true, 1, MEM_ANON },
	{ "dup/extra-shared-once", SOLE_DUP_PTES, SOLE_NOT, 4, EXTRA, false, 1, MEM_ANON },
	{ "dup/half-removed-elsewhere", SOLE_DUP_PTES, SOLE_NOT, 4, 16, false, 1, MEM_ANON },
	{ "dup/shared", SOLE_DUP_PTES, SOLE_NOT, 4, 0, false, 2, MEM_ANON },
	{ "add/alone", SOLE_ADD_PTES, SOLE_BY_REFS, 9, 0, true, 0, MEM_ANON },
	{ "add/alone-not-exclusive", SOLE_ADD_PTES, SOLE_BY_REFS, 9, 0, false, 0, MEM_ANON },
	{ "add/extra-reference", SOLE_ADD_PTES, SOLE_BY_BIT, 9, EXTRA, true, 0, MEM_ANON },
	{ "add/extra-not-exclusive", SOLE_ADD_PTES, SOLE_NOT, 9, EXTRA, false, 0, MEM_ANON },
	{ "remove-small/exclusive", SOLE_REMOVE_PTES, SOLE_BY_BIT, 0, 0, true, 1, MEM_ANON },
	{ "remove-small/swap-cache", SOLE_REMOVE_PTES, SOLE_BY_BIT, 0, EXTRA, true, 1, MEM_ANON },
	{ "remove-small/shared-once", SOLE_REMOVE_PTES, SOLE_NOT, 0, 0, false, 1, MEM_ANON },
	{ "remove-small/shared", SOLE_REMOVE_PTES, SOLE_NOT, 0, 0, false, 2, MEM_ANON },
	{ "remove-small/KSM", SOLE_REMOVE_PTES, SOLE_NOT, 0, 0, false, 2, MEM_KSM },
	{ "remove-small/file", SOLE_REMOVE_PTES, UNNOTED, 0, EXTRA, false, 1, MEM_FILE },
	{ "remove-small/mapped-to-disk", SOLE_REMOVE_PTES, UNNOTED, 0, EXTRA, true, 2, MEM_FILE },
	{ "dup-small/exclusive", SOLE_DUP_PTES, SOLE_BY_BIT, 0, 0, true, 1, MEM_ANON },
	{ "dup-small/swap-cache", SOLE_DUP_PTES, SOLE_BY_BIT, 0, EXTRA, true, 1, MEM_ANON },
	{ "dup-small/shared-once", SOLE_DUP_PTES, SOLE_NOT, 0, 0, false, 1, MEM_ANON },
	{ "dup-small/shared", SOLE_DUP_PTES, SOLE_NOT, 0, 0, false, 2, MEM_ANON },
	{ "add-small/exclusive", SOLE_ADD_PTES, SOLE_BY_BIT, 0, 0, true, 0, MEM_ANON },
	{ "add-small/swap-cache", SOLE_ADD_PTES, SOLE_BY_BIT, 0, EXTRA, true, 0, MEM_ANON },
	{ "add-small/not-exclusive", SOLE_ADD_PTES, SOLE_NOT, 0, EXTRA, false, 0, MEM_ANON },
	{ "add-small/shared", SOLE_ADD_PTES, SOLE_NOT, 0, 0, false, 1, MEM_ANON },
	{ "remove-pmd/alone", SOLE_REMOVE_PMD, SOLE_BY_REFS, 9, 0, false, 0, MEM_ANON },
	{ "remove-pmd/exclusive", SOLE_REMOVE_PMD, SOLE_BY_BIT, 9, EXTRA, true, 0, MEM_ANON },
	{ "remove-pmd/512-processes", SOLE_REMOVE_PMD, SOLE_NOT, 9, 511, false, 0, MEM_ANON },
	{ "remove-pmd/two-processes", SOLE_REMOVE_PMD, SOLE_NOT, 9, 1, false, 0, MEM_ANON },
	{ "dup-pmd/alone", SOLE_DUP_PMD, SOLE_BY_REFS, 9, 0, false, 0, MEM_ANON },
	{ "dup-pmd/exclusive", SOLE_DUP_PMD, SOLE_BY_BIT, 9, EXTRA, true, 0, MEM_ANON },
	{ "dup-pmd/512-references", SOLE_DUP_PMD, SOLE_NOT, 9, 510, false, 0, MEM_ANON },
	{ "dup-pmd/1024-references", SOLE_DUP_PMD, SOLE_NOT, 9, 1022, false, 0, MEM_ANON },
	{ "dup-pmd/two-processes", SOLE_DUP_PMD, SOLE_NOT, 9, 1, false, 0, MEM_ANON },
};

static const struct rmap_ops *find_exclusive(void)
{
	for (int i = 0; i < nr_impls; i++)
		if (!strcmp(impls[i]->name, "exclusive"))
			return impls[i];
	fail_msg("there is no implementation of this name");
	return NULL;
}

static bool is_pmd(const struct path_case *pc)
{
	return pc->op == SOLE_REMOVE_PMD || pc->op == SOLE_DUP_PMD;
}

/*
 * Returns whether a PMD maps the folio before the call. PTEs are added to such
 * a THP.
 */
static bool has_pmd(const struct path_case *pc)
{
	return is_pmd(pc) || (pc->op == SOLE_ADD_PTES && pc->order);
}

/* Sets counters, bits and references as if that many processes had mapped it. */
static void set_up(struct folio *folio, const struct path_case *pc,
		   struct mem_mm *mm, struct mem_mm *other)
{
	const bool pmd = has_pmd(pc);
	const int nr = folio_nr_pages(folio), owned = is_pmd(pc) ? 1 : nr;
	int refs = (pmd ? 1 : nr * pc->pte_mms) + pc->refs;

	if (pc->kind == MEM_ANON)
		folio->mapping = (void *)((unsigned long)&mm->anon_vma |
					  SHIM_MAPPING_ANON);
	for (int i = 0; i < nr; i++) {
		atomic_set(&folio_page(folio, i)->_mapcount, pc->pte_mms - 1);
		/* In a file's page, that bit is PG_mappedtodisk. */
		if (pc->exclusive && (!pmd || !i))
			SetPageAnonExclusive(folio_page(folio, i));
	}
	if (pc->order) {
		expect_mapped(folio, &mm->vma, pmd ? 1 : nr * !!pc->pte_mms);
		expect_mapped(folio, &other->vma, nr * (pc->pte_mms > 1));
		atomic_set(&folio->_entire_mapcount, pmd - 1);
		atomic_set(&folio->_large_mapcount, pmd + nr * pc->pte_mms - 1);
		atomic_set(&folio->_nr_pages_mapped,
			   pmd ? ENTIRELY_MAPPED : pc->pte_mms ? nr : 0);
	}
	/* The callers of these operations take the references before the call. */
	if (pc->op == SOLE_DUP_PTES || pc->op == SOLE_DUP_PMD)
		refs += owned;
	if (pc->op == SOLE_ADD_PTES)
		refs += owned - pmd;
	atomic_set(&folio->_refcount, refs);
}

/* Checks that the number of locked instructions on counters suits the path. */
static void check_locked(const struct path_case *pc, int locked)
{
	const int nr_pages = 1 << pc->order;
	const int nr_counters = is_pmd(pc) ? 2 : nr_pages;

	switch (pc->must) {
	case SOLE_BY_REFS:
		assert_int_equal(locked, 0);
		break;
	case SOLE_BY_BIT:
		/*
		 * No page's counter is locked. The folio's are, unless all of
		 * it is ours.
		 */
		assert_true(locked <= (pc->order && !is_pmd(pc) ? 2 : 0));
		break;
	default:
		assert_true(locked >= nr_counters);
	}
}

/*
 * PG_anon_exclusive of the first two pages changes by an atomic operation, and so does
 * that of the others if not all references belong to the call. No word of flags is ever
 * stored plainly.
 */
static void check_flags(const struct path_case *pc, const struct shim_seen *seen)
{
	int changed = 0;

	if (pc->exclusive && pc->op == SOLE_DUP_PMD)
		changed = 1;
	else if (pc->exclusive && (pc->op == SOLE_DUP_PTES || pc->op == SOLE_ADD_PTES))
		changed = pc->must == SOLE_BY_REFS ? 2 : 1 << pc->order;
	assert_int_equal(seen->flags, changed);
	assert_int_equal(seen->plain_words, 0);
}

/*
 * The lock of _large_mapcount, if it has one, is taken once, but not by a call to
 * which all counters belong: by its references, or by the bit for a PMD.
 */
static void check_lock(const struct path_case *pc, const struct shim_seen *seen)
{
	const bool alone = pc->must == SOLE_BY_REFS ||
			   (pc->must == SOLE_BY_BIT && is_pmd(pc));

	assert_int_equal(seen->locks, EXPECT_MM_IDS && pc->order && !alone);
	assert_int_equal(seen->unlocks, seen->locks);
}

static void call(struct folio *folio, const struct path_case *pc,
		 struct mem_mm *mm, struct mem_mm *child, const struct rmap_ops *ops)
{
	struct vm_area_struct *dst_vma = EXPECT_DST_VMA ? &child->vma : NULL;
	struct page *page = &folio->page;

	switch (pc->op) {
	case SOLE_REMOVE_PTES:
		ops->folio_remove_rmap_ptes(folio, page, folio_nr_pages(folio),
					    &mm->vma);
		break;
	case SOLE_DUP_PTES:
		assert_int_equal(ops->folio_try_dup_anon_rmap_ptes(folio, page,
								   folio_nr_pages(folio),
								   dst_vma, &mm->vma), 0);
		break;
	case SOLE_ADD_PTES:
		ops->folio_add_anon_rmap_ptes(folio, page, folio_nr_pages(folio),
					      &mm->vma, mm->vma.vm_start,
					      pc->exclusive ? RMAP_EXCLUSIVE : RMAP_NONE);
		break;
	case SOLE_REMOVE_PMD:
		ops->folio_remove_rmap_pmd(folio, page, &mm->vma);
		break;
	case SOLE_DUP_PMD:
		assert_int_equal(ops->folio_try_dup_anon_rmap_pmd(folio, page, dst_vma,
								  &mm->vma), 0);
		break;
	case NR_SOLE_OPS:
		fail();
	}
}

/* Of a large folio: a PMD or all of its pages are mapped, or nothing is. */
static void set_layout(struct folio *folio, const struct path_case *pc)
{
	if (shim_layout_none && pc->order) {
		expect_set_none(folio);
		atomic_set(&folio->_nr_pages_mapped, 0);
		for (int i = 0; i < folio_nr_pages(folio); i++)
			atomic_set(&folio_page(folio, i)->_mapcount, -1);
	}
}

static void run_path(const struct path_case *pc)
{
	const struct rmap_ops *ops = find_exclusive();
	struct folio *folio = mem_alloc_folio(pc->order);
	struct sole_calls must = { 0 };
	struct shim_seen seen;
	struct mem_mm mm, other;

	mem_init_mm(&mm, 0);
	mem_init_mm(&other, 0);
	mem_init_folio(folio, pc->order, pc->kind);
	set_up(folio, pc, &mm, &other);
	set_layout(folio, pc);
	sole_calls = (struct sole_calls){ 0 };
	shim_seen = (struct shim_seen){ 0 };
	call(folio, pc, &mm, &other, ops);
	seen = shim_seen;
	mem_free_folio(folio);

	check_locked(pc, seen.locked);
	check_lock(pc, &seen);
	check_flags(pc, &seen);
	/*
	 * An operation that may have seen the last other reference go must read
	 * the counters after that: see "Order" in module/impl_sole.h.
	 */
	assert_false(seen.unfenced_store);
	if (pc->must != UNNOTED)
		must.nr[pc->op][pc->must] = 1;
	for (int path = 0; path < NR_SOLE_PATHS; path++)
		assert_int_equal(sole_calls.nr[pc->op][path],
				 must.nr[pc->op][path]);
	assert_memory_equal(&sole_calls, &must, sizeof(must));
}

/*
 * What a call may do without atomic operations does not depend on the layout, but
 * only by references (or for a PMD) does a folio without page mapcounts have it so.
 */
static void test_path(void **state)
{
	const struct path_case *pc = *state;

	for (int layout = 0; layout < (EXPECT_LAYOUTS ? NR_CASE_LAYOUTS : 1); layout++) {
		if (layout == CASE_NONE && pc->must != SOLE_BY_REFS && !is_pmd(pc))
			continue;
		case_use_layout(layout);
		run_path(pc);
	}
}

static int teardown(void **state)
{
	(void)state;
	case_use_layout(CASE_PAGE);
	return 0;
}

void paths_add(struct suite *suite)
{
	for (size_t i = 0; i < sizeof(path_cases) / sizeof(path_cases[0]); i++) {
		char *name;

		if (asprintf(&name, "exclusive/path/%s", path_cases[i].name) < 0)
			abort();
		suite_add(suite, name, test_path, teardown, (void *)&path_cases[i]);
	}
}
