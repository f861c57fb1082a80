// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "folio/seen.h"
#include "folio/sort.h"
#include "groups.h"

/* So small that a piece has some twenty folios. */
#define ARENA	4096

struct expect {
	uint64_t nr;
	int64_t last;
	uint64_t last_pfn;
};

/* Folio number i has i % 1000 references, and as many runs as i % 5. */
static int check_next(void *data, struct folio *folio)
{
	struct expect *expect = data;
	int64_t refcount = folio->page.refcount;

	assert_true(refcount >= expect->last);
	if (refcount == expect->last)
		assert_true(folio->pfn > expect->last_pfn);
	assert_int_equal(refcount, folio->pfn % 1000);
	assert_int_equal(folio->nr_runs, folio->pfn % 5);
	for (size_t i = 0; i < folio->nr_runs; i++)
		assert_int_equal(folio->runs[i].first, folio->pfn + i);
	expect->last = refcount;
	expect->last_pfn = folio->pfn;
	expect->nr++;
	return 0;
}

static void sort_and_check(uint64_t nr)
{
	struct sort_key key = { };
	struct expect expect = { .last = -1 };
	struct run runs[5] = { };
	struct sort *sort;

	assert_int_equal(sort_key_parse("refcount", &key), 0);
	sort = sort_new(&key, ARENA);
	assert_non_null(sort);
	for (uint64_t i = 0; i < nr; i++) {
		struct folio folio = { .pfn = i, .runs = runs,
				       .nr_runs = i % 5 };

		folio.page.refcount = i % 1000;
		for (size_t j = 0; j < 5; j++)
			runs[j].first = i + j;
		assert_int_equal(sort_add(sort, &folio), 0);
	}
	assert_int_equal(sort_end(sort, check_next, &expect), 0);
	assert_int_equal(expect.nr, nr);
	sort_free(sort);
}

static void sort_in_memory_and_in_a_file(void **state)
{
	/* nothing; the arena; some pieces; pieces that have to be joined */
	static const uint64_t numbers[] = { 0, 1, 10, 1000, 10000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		sort_and_check(numbers[i]);
}

static int stop(void *data, struct folio *folio)
{
	(void)folio;
	++*(int *)data;
	return -5;
}

static void sort_stops_when_told_to(void **state)
{
	struct sort_key key = { };
	struct folio folio = { };
	struct sort *sort;
	int calls = 0;

	(void)state;
	assert_int_equal(sort_key_parse("-pfn", &key), 0);
	sort = sort_new(&key, ARENA);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(sort_add(sort, &folio), 0);
	assert_int_equal(sort_end(sort, stop, &calls), -5);
	assert_int_equal(calls, 1);
	sort_free(sort);
}

static void seen_remembers_page_frames(void **state)
{
	struct seen *seen = calloc(1, sizeof(*seen));

	(void)state;
	assert_non_null(seen);
	for (uint64_t i = 0; i < 100000; i += 7)
		assert_false(seen_add(seen, i));
	for (uint64_t i = 0; i < 100000; i++)
		assert_int_equal(seen_add(seen, i), i % 7 == 0);
	assert_false(seen->full);
	seen_free(seen);
	free(seen);
}

static void seen_is_bounded(void **state)
{
	struct seen *seen = calloc(1, sizeof(*seen));

	(void)state;
	assert_non_null(seen);
	for (uint64_t i = 0; i < SEEN_LEAVES; i++)
		assert_false(seen_add(seen, i << SEEN_LEAF_SHIFT));
	assert_false(seen->full);
	assert_false(seen_add(seen, (uint64_t)SEEN_LEAVES << SEEN_LEAF_SHIFT));
	assert_true(seen->full);
	assert_int_equal(seen->nr, SEEN_LEAVES);
	for (uint64_t i = 0; i < SEEN_LEAVES; i++)
		assert_true(seen_add(seen, i << SEEN_LEAF_SHIFT));
	seen_free(seen);
	free(seen);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(sort_in_memory_and_in_a_file),
	cmocka_unit_test(sort_stops_when_told_to),
	cmocka_unit_test(seen_remembers_page_frames),
	cmocka_unit_test(seen_is_bounded),
};

GROUP(sort, tests);
