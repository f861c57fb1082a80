// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "count.h"

enum { MAX_MAPPINGS = 4 };

struct folio count_folio;

static struct {
	bool none;		/* the layout, while it is mapped */
	int ptes[FOLIO_PAGES];
	int pmds, puds;
} model;

static int all_mappings(void)
{
	int i, nr = model.pmds + model.puds;

	for (i = 0; i < FOLIO_PAGES; i++)
		nr += model.ptes[i];
	return nr;
}

static int pages_by_ptes(void)
{
	int i, nr = 0;

	for (i = 0; i < FOLIO_PAGES; i++)
		nr += !!model.ptes[i];
	return nr;
}

/* What the statistics have of this folio. */
static int pages_mapped(void)
{
	if (!all_mappings())
		return 0;
	return model.none || model.pmds + model.puds ? FOLIO_PAGES : pages_by_ptes();
}

bool count_is_none(void)
{
	return all_mappings() && model.none;
}

static void compare(void)
{
	const int entire = model.pmds + model.puds;
	int i;

	assert_int_equal(atomic_read(&count_folio._large_mapcount) + 1, all_mappings());
	assert_int_equal(atomic_read(&count_folio._entire_mapcount) + 1, entire);
	assert_int_equal(folio_large_layout(&count_folio), count_is_none());
	assert_int_equal(rmap_layout_nr_none(), count_is_none());
	assert_int_equal(atomic_read(&count_folio._nr_pages_mapped), model.none ? 0 :
			 pages_by_ptes() + (entire ? ENTIRELY_MAPPED : 0));
	for (i = 0; i < FOLIO_PAGES; i++)
		assert_int_equal(atomic_read(&count_folio.pages[i]._mapcount) + 1,
				 model.none ? 0 : model.ptes[i]);
}

void count_start(void)
{
	memset(&model, 0, sizeof(model));
	machine_start(&count_folio);
}

static void first_mapping(void)
{
	if (!all_mappings())
		model.none = rmap_layout_get() == RMAP_LAYOUT_NONE;
}

/* Of a folio that a PMD maps, the first page alone is marked as exclusive. */
void count_new(bool by_pmd, bool exclusive)
{
	int i;

	first_mapping();
	count_folio.pmd_mappable = by_pmd;
	for (i = 0; i < FOLIO_PAGES; i++)
		count_folio.pages[i].exclusive = false;
	assert_int_equal(rmap_layout_add_new(&count_folio, NULL, exclusive),
			 by_pmd ? FOLIO_PAGES : 0);
	model.pmds = by_pmd;
	for (i = 0; i < FOLIO_PAGES; i++) {
		model.ptes[i] = !by_pmd;
		assert_int_equal(count_folio.pages[i].exclusive, exclusive && (!by_pmd || !i));
	}
	compare();
}

void count_dup_ptes(int first, int nr)
{
	const int before = pages_mapped();
	int i;

	for (i = first; i < first + nr; i++)
		count_folio.pages[i].exclusive = i % 2;
	rmap_layout_dup_ptes(&count_folio, &count_folio.pages[first], nr, NULL);
	for (i = first; i < first + nr; i++) {
		model.ptes[i]++;
		assert_false(count_folio.pages[i].exclusive);
	}
	assert_int_equal(before, pages_mapped());
	compare();
}

void count_add_ptes(int first, int nr)
{
	int i, got, before;

	first_mapping();
	before = pages_mapped();
	got = rmap_layout_add_ptes(&count_folio, &count_folio.pages[first], nr, NULL);
	for (i = first; i < first + nr; i++)
		model.ptes[i]++;
	assert_int_equal(got, pages_mapped() - before);
	compare();
}

/*
 * A part of the folio is not mapped any more: with page mapcounts, because this call
 * has unmapped some pages and left others; without, because there are fewer mappings
 * than pages.
 */
static bool is_partial(int unmapped, bool last_entire)
{
	const int left = all_mappings();

	if (!model.none)
		return unmapped && left;
	return left && left < FOLIO_PAGES && (last_entire || !(model.pmds + model.puds));
}

void count_remove_ptes(int first, int nr)
{
	const int before = pages_mapped();
	bool partially = false;
	int i, got;

	got = rmap_layout_remove_ptes(&count_folio, &count_folio.pages[first], nr, NULL,
				      &partially);
	for (i = first; i < first + nr; i++)
		model.ptes[i]--;
	assert_int_equal(got, before - pages_mapped());
	assert_int_equal(partially, is_partial(got, false));
	if (!all_mappings())
		model.none = false;
	compare();
}

void count_add_entire(bool by_pmd)
{
	int got, pmdmapped = 0, before;
	bool first;

	first_mapping();
	before = pages_mapped();
	first = !(model.pmds + model.puds);
	got = rmap_layout_add_entire(&count_folio, NULL, by_pmd, &pmdmapped);
	*(by_pmd ? &model.pmds : &model.puds) += 1;
	assert_int_equal(got, pages_mapped() - before);
	assert_int_equal(pmdmapped, first && by_pmd ? FOLIO_PAGES : 0);
	compare();
}

void count_remove_entire(void)
{
	const bool by_pmd = model.pmds, last = model.pmds + model.puds == 1;
	const int before = pages_mapped();
	bool partially = false;
	int got, pmdmapped = 0;

	got = rmap_layout_remove_entire(&count_folio, NULL, by_pmd, &pmdmapped, &partially);
	*(by_pmd ? &model.pmds : &model.puds) -= 1;
	assert_int_equal(got, before - pages_mapped());
	assert_int_equal(pmdmapped, last && by_pmd ? FOLIO_PAGES : 0);
	/* The kernel asks about PMDs alone. */
	if (by_pmd)
		assert_int_equal(partially, last && is_partial(got, last));
	if (!all_mappings())
		model.none = false;
	compare();
}

void count_remove_all(void)
{
	int i;

	while (model.pmds + model.puds)
		count_remove_entire();
	for (i = 0; i < FOLIO_PAGES; i++)
		while (model.ptes[i])
			count_remove_ptes(i, 1);
}

/* As far as the range is mapped at all. */
static int mapped_from(int first, int nr)
{
	int i;

	for (i = first; i < first + nr && model.ptes[i]; i++)
		;
	return i - first;
}

void count_random(unsigned int *state)
{
	const int first = rand_r(state) % FOLIO_PAGES;
	const int nr = 1 + rand_r(state) % (FOLIO_PAGES - first);

	machine.cpu = rand_r(state) % MACHINE_CPUS;
	switch (rand_r(state) % 8) {
	case 0:
		if (all_mappings() < MAX_MAPPINGS * FOLIO_PAGES)
			count_add_ptes(first, nr);
		break;
	case 1:
		/* One after the other kind: statistics of a PUD differ from those of a PMD. */
		if (model.pmds + model.puds < MAX_MAPPINGS)
			count_add_entire(model.pmds || (!model.puds && rand_r(state) % 4));
		break;
	case 2:
		if (model.pmds + model.puds)
			count_remove_entire();
		break;
	case 3:
		if (mapped_from(first, nr) && all_mappings() < MAX_MAPPINGS * FOLIO_PAGES)
			count_dup_ptes(first, mapped_from(first, nr));
		break;
	case 4:
		if (!all_mappings())
			count_new(rand_r(state) % 2, rand_r(state) % 2);
		break;
	case 5:
		if (!(rand_r(state) % 8))
			count_remove_all();
		break;
	default:
		if (mapped_from(first, nr))
			count_remove_ptes(first, mapped_from(first, nr));
	}
}
