// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>

#include "folio/sort.h"
#include "folio/walk.h"
#include "groups.h"

#define LIMIT	(64 << 20)

/* Folio number i has i % 1000 references, and as many runs as i % 5. */
static void add_row(struct sort *sort, uint64_t i)
{
	struct run runs[5] = { };
	struct folio folio = { .pfn = i, .runs = runs, .nr_runs = i % 5 };

	folio.page.refcount = i % 1000;
	for (size_t j = 0; j < 5; j++)
		runs[j].first = i + j;
	assert_int_equal(sort_add(sort, &folio), 0);
}

static void check_next(const struct folio *folio, const struct folio *last)
{
	const int64_t refcount = folio->page.refcount;

	if (last && refcount == last->page.refcount)
		assert_true(folio->pfn > last->pfn);
	else if (last)
		assert_true(refcount > last->page.refcount);
	assert_int_equal(refcount, folio->pfn % 1000);
	assert_int_equal(folio->nr_runs, folio->pfn % 5);
	for (size_t i = 0; i < folio->nr_runs; i++)
		assert_int_equal(folio->runs[i].first, folio->pfn + i);
}

static struct sort *new_sort(const char *key_text, size_t limit)
{
	struct sort_key key = { };
	struct sort *sort;

	assert_int_equal(sort_key_parse(key_text, &key), 0);
	sort = sort_new(&key, limit);
	assert_non_null(sort);
	return sort;
}

static void sort_and_check(uint64_t nr)
{
	struct sort *sort = new_sort("refcount", LIMIT);
	const struct folio *folio, *last = NULL;
	uint64_t found = 0;

	for (uint64_t i = 0; i < nr; i++)
		add_row(sort, i);
	sort_finish(sort);
	for (; (folio = sort_next(sort)); last = folio, found++)
		check_next(folio, last);
	assert_int_equal(found, nr);
	sort_free(sort);
}

static void sort_is_by_key_and_stable(void **state)
{
	/* Nothing; one piece; a full table of items; several pieces. */
	static const uint64_t numbers[] = { 0, 1, 1024, 1025, 20000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		sort_and_check(numbers[i]);
}

static void sort_takes_a_run_longer_than_a_piece(void **state)
{
	struct sort *sort = new_sort("-pfn", LIMIT);
	struct folio folio = { .nr_runs = 100000 };

	(void)state;
	folio.runs = calloc(folio.nr_runs, sizeof(*folio.runs));
	assert_non_null(folio.runs);
	add_row(sort, 1);
	folio.pfn = 2;
	assert_int_equal(sort_add(sort, &folio), 0);
	add_row(sort, 3);
	sort_finish(sort);
	for (uint64_t pfn = 3; pfn; pfn--)
		assert_int_equal(sort_next(sort)->pfn, pfn);
	assert_null(sort_next(sort));
	sort_free(sort);
	free(folio.runs);
}

static void sort_refuses_what_exceeds_the_limit(void **state)
{
	struct sort *sort = new_sort("pfn", 2 << 20);
	struct folio folio = { };
	uint64_t nr = 0;
	int ret;

	(void)state;
	while (!(ret = sort_add(sort, &folio)))
		nr++;
	assert_int_equal(ret, -E2BIG);
	/* The limit counts all that is taken, and is made use of. */
	assert_in_range(nr, (1 << 20) / sizeof(folio) / 2,
			(2 << 20) / sizeof(folio));
	sort_free(sort);
}

static void sort_takes_a_machine_of_small_folios(void **state)
{
	const uint64_t nr = 50000;
	struct run run = { .count = 1 };
	struct folio folio = { .nr = 1, .runs = &run, .nr_runs = 1 };
	struct sort *sort = new_sort("-pfn", nr * 4096 / 16);

	(void)state;
	for (; folio.pfn < nr; folio.pfn++)
		assert_int_equal(sort_add(sort, &folio), 0);
	sort_free(sort);
}

static void frame_set_remembers_page_frames(void **state)
{
	struct frame_set *set = calloc(1, sizeof(*set));

	(void)state;
	assert_non_null(set);
	for (uint64_t i = 0; i < 100000; i += 7)
		assert_false(frame_set_add(set, i));
	for (uint64_t i = 0; i < 100000; i++)
		assert_int_equal(frame_set_add(set, i), i % 7 == 0);
	assert_false(set->full);
	frame_set_free(set);
	free(set);
}

static void frame_set_is_bounded(void **state)
{
	struct frame_set *set = calloc(1, sizeof(*set));

	(void)state;
	assert_non_null(set);
	for (uint64_t i = 0; i < FRAME_SET_LEAVES; i++)
		assert_false(frame_set_add(set, i << FRAME_SET_LEAF_SHIFT));
	assert_false(set->full);
	assert_false(frame_set_add(set, (uint64_t)FRAME_SET_LEAVES << FRAME_SET_LEAF_SHIFT));
	assert_true(set->full);
	assert_int_equal(set->nr, FRAME_SET_LEAVES);
	for (uint64_t i = 0; i < FRAME_SET_LEAVES; i++)
		assert_true(frame_set_add(set, i << FRAME_SET_LEAF_SHIFT));
	frame_set_free(set);
	free(set);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(sort_is_by_key_and_stable),
	cmocka_unit_test(sort_takes_a_run_longer_than_a_piece),
	cmocka_unit_test(sort_refuses_what_exceeds_the_limit),
	cmocka_unit_test(sort_takes_a_machine_of_small_folios),
	cmocka_unit_test(frame_set_remembers_page_frames),
	cmocka_unit_test(frame_set_is_bounded),
};

GROUP(sort, tests);
