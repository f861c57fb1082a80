// SPDX-License-Identifier: GPL-2.0
/*
 * These calls break the contract. Each implementation must warn as the kernel's
 * own code does, and must count nothing where the kernel has nothing to count.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cases.h"
#include "expect.h"
#include "step.h"

struct scene {
	const struct rmap_ops *ops;
	struct folio *folio;
	struct mem_mm mm;
};

/* A folio of that size, mapped by the one process that owns it. */
static void set_up(struct scene *sc, const struct rmap_ops *ops, int order)
{
	sc->ops = ops;
	sc->folio = mem_alloc_folio(order);
	mem_init_folio(sc->folio, order, MEM_ANON);
	mem_init_mm(&sc->mm, 0);
	ops->folio_add_new_anon_rmap(sc->folio, &sc->mm.vma,
				     mem_address(&sc->mm, 0), RMAP_EXCLUSIVE);
	kernel_forget();
}

static struct vm_area_struct *vma(struct scene *sc)
{
	return &sc->mm.vma;
}

/* ---- without THP, the operations on PMDs -------------------------------------- */
static void dup_pmd(struct scene *sc)
{
	assert_int_not_equal(sc->ops->folio_try_dup_anon_rmap_pmd(sc->folio, &sc->folio->page,
								  NULL, vma(sc)), 0);
}

static void remove_pmd(struct scene *sc)
{
	sc->ops->folio_remove_rmap_pmd(sc->folio, &sc->folio->page, vma(sc));
}

static void add_pmd(struct scene *sc)
{
	sc->ops->folio_add_anon_rmap_pmd(sc->folio, &sc->folio->page, vma(sc),
					 mem_address(&sc->mm, 0), RMAP_NONE);
}

static void share_pmd(struct scene *sc)
{
	assert_int_not_equal(sc->ops->folio_try_share_anon_rmap_pmd(sc->folio, &sc->folio->page),
			     0);
}

static void add_pud(struct scene *sc)
{
	sc->ops->folio_add_file_rmap_pud(sc->folio, &sc->folio->page, vma(sc));
}

static void remove_pud(struct scene *sc)
{
	sc->ops->folio_remove_rmap_pud(sc->folio, &sc->folio->page, vma(sc));
}

static void test_no_thp(void **state)
{
	static void (*const calls[])(struct scene *) = {
		dup_pmd, remove_pmd, add_pmd, share_pmd, add_pud, remove_pud,
	};
	const size_t size = sizeof(struct page) << HPAGE_PMD_ORDER;
	char *before = malloc(size);
	struct scene sc;

	assert_non_null(before);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		set_up(&sc, *state, HPAGE_PMD_ORDER);
		memcpy(before, sc.folio, size);
		shim_has_thp = false;
		calls[i](&sc);
		shim_has_thp = true;
		assert_non_null(kernel_seen.warning);
		assert_memory_equal(before, sc.folio, size);
		mem_free_folio(sc.folio);
	}
	free(before);
}

/* ---- a folio where its rmap does not look --------------------------------------- */
static void add_new_at(const struct rmap_ops *ops, int order, int index, bool warns)
{
	struct scene sc;

	set_up(&sc, ops, order);
	mem_init_folio(sc.folio, order, MEM_ANON);
	ops->folio_add_new_anon_rmap(sc.folio, vma(&sc), mem_address(&sc.mm, index),
				     RMAP_EXCLUSIVE);
	assert_int_equal(!!kernel_seen.warning, warns);
	mem_free_folio(sc.folio);
}

static void test_outside_vma(void **state)
{
	add_new_at(*state, 0, 0, false);
	add_new_at(*state, 0, HPAGE_PMD_NR - 1, false);
	add_new_at(*state, 0, HPAGE_PMD_NR, true);
	add_new_at(*state, 0, -1, true);
	add_new_at(*state, 2, HPAGE_PMD_NR - 4, false);
	add_new_at(*state, 2, HPAGE_PMD_NR - 3, true);
}

static void test_other_family(void **state)
{
	struct anon_vma other = { .root = &other };
	struct scene sc;

	set_up(&sc, *state, 0);
	ClearPageAnonExclusive(&sc.folio->page);
	sc.ops->folio_add_anon_rmap_pte(sc.folio, &sc.folio->page, 1, vma(&sc),
					mem_address(&sc.mm, 0), RMAP_NONE);
	assert_null(kernel_seen.warning);
	sc.mm.vma.anon_vma = &other;
	sc.ops->folio_add_anon_rmap_pte(sc.folio, &sc.folio->page, 1, vma(&sc),
					mem_address(&sc.mm, 0), RMAP_NONE);
	assert_non_null(kernel_seen.warning);
	mem_free_folio(sc.folio);
}

static void test_other_offset(void **state)
{
	struct scene sc;

	set_up(&sc, *state, 0);
	ClearPageAnonExclusive(&sc.folio->page);
	sc.ops->folio_add_anon_rmap_pte(sc.folio, &sc.folio->page, 1, vma(&sc),
					mem_address(&sc.mm, 1), RMAP_NONE);
	assert_non_null(kernel_seen.warning);
	mem_free_folio(sc.folio);
}

/*
 * A PUD is counted as a PMD is, but for the statistics of those. No PUD is as
 * small as this folio: the operations do not look.
 */
static void test_pud(void **state)
{
	const long mapped = kernel_seen.stats[NR_FILE_MAPPED];
	const long pmdmapped = kernel_seen.stats[NR_FILE_PMDMAPPED];
	struct folio *folio = mem_alloc_folio(HPAGE_PMD_ORDER);
	struct scene sc = { .ops = *state, .folio = folio };

	mem_init_folio(folio, HPAGE_PMD_ORDER, MEM_FILE);
	mem_init_mm(&sc.mm, VM_LOCKED);
	kernel_forget();
	sc.ops->folio_add_file_rmap_pte(folio, &folio->page, 1, vma(&sc));
	add_pud(&sc);
	add_pud(&sc);
	assert_int_equal(atomic_read(&folio->_entire_mapcount), 1);
	assert_int_equal(atomic_read(&folio->_large_mapcount), 2);
	assert_int_equal(atomic_read(&folio->_nr_pages_mapped), ENTIRELY_MAPPED + 1);
	assert_int_equal(kernel_seen.stats[NR_FILE_MAPPED] - mapped, HPAGE_PMD_NR);
	remove_pud(&sc);
	assert_int_equal(kernel_seen.stats[NR_FILE_MAPPED] - mapped, HPAGE_PMD_NR);
	remove_pud(&sc);
	assert_int_equal(kernel_seen.stats[NR_FILE_MAPPED] - mapped, 1);
	assert_int_equal(kernel_seen.mlocks, EXPECT_MLOCK_LARGE ? 2 : 0);
	assert_int_equal(kernel_seen.munlocks, 2);
	sc.ops->folio_remove_rmap_pte(folio, &folio->page, 1, vma(&sc));
	assert_int_equal(kernel_seen.stats[NR_FILE_MAPPED], mapped);
	assert_int_equal(kernel_seen.stats[NR_FILE_PMDMAPPED], pmdmapped);
	assert_null(kernel_seen.warning);
	assert_null(mem_check_free(folio));
	mem_free_folio(folio);
}

static const struct {
	const char *name;
	CMUnitTestFunction fn;
} checks[] = {
	{ "no-THP", test_no_thp },
	{ "outside-VMA", test_outside_vma },
	{ "other-family", test_other_family },
	{ "other-offset", test_other_offset },
	{ "PUD", test_pud },
};

void checks_add(struct suite *suite)
{
	for (int impl = 0; impl < nr_impls; impl++)
		for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
			char *name;

			if (asprintf(&name, "%s/check/%s", impls[impl]->name, checks[i].name) < 0)
				abort();
			suite_add(suite, name, checks[i].fn, NULL, (void *)impls[impl]);
		}
}
