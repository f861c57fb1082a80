// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folio/list.h"
#include "groups.h"
#include "kernel/page_size.h"

/* A small folio in a row that advances by one page each time. */
struct small {
	struct folio folio;
	struct run run;
};

static void make_small(struct small *small, uint64_t i, int step)
{
	small->run = (struct run){ .count = 1, .page_mapcount = 1 };
	small->folio = (struct folio){
		.page = {
			.head_pfn = 1000 + step * (int64_t)i,
			.index = 70 + i,
			.kind = RMAP_AB_KIND_ANON,
			.flags = RMAP_AB_PAGE_PRESENT,
			.page_mapcount = 1,
			.large_mapcount = 1,
			.refcount = 1,
		},
		.pfn = 1000 + step * (int64_t)i,
		.nr = 1,
		.at = 0x10000 + i * page_size(),
		.runs = &small->run,
		.nr_runs = 1,
	};
}

static void check_end(struct joiner *joiner, bool with_address,
		      const char *expected)
{
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	assert_non_null(to);
	joiner_end(joiner, to, with_address);
	assert_int_equal(fclose(to), 0);
	assert_string_equal(text, expected);
	free(text);
}

static void take(struct joiner *joiner, uint64_t nr, int step)
{
	struct small small;

	make_small(&small, 0, step);
	assert_false(joiner_take(joiner, &small.folio, page_size()));
	joiner_begin(joiner, &small.folio);
	for (uint64_t i = 1; i <= nr; i++) {
		make_small(&small, i, step);
		assert_true(joiner_take(joiner, &small.folio, page_size()));
	}
}

static void joiner_says_how_many_more_and_where(void **state)
{
	struct joiner joiner = { };

	(void)state;
	take(&joiner, 3, 1);
	check_end(&joiner, true, "  3 more:  pfn 1001-1003  index 71-73  at 0x11000-0x13000\n");
	take(&joiner, 3, -1);
	check_end(&joiner, false, "  3 more:  pfn 999-997  index 71-73\n");
	take(&joiner, 1, -1);
	check_end(&joiner, true, "  1 more:  pfn 999  index 71  at 0x11000\n");
	take(&joiner, 0, 1);
	check_end(&joiner, true, "");
}

static void differ_index(struct folio *folio)
{
	folio->page.index++;
}

static void differ_at(struct folio *folio)
{
	folio->at += page_size();
}

static void differ_pfn(struct folio *folio)
{
	folio->page.head_pfn = ++folio->pfn;
}

static void differ_refcount(struct folio *folio)
{
	folio->page.refcount++;
}

static void differ_flags(struct folio *folio)
{
	folio->page.flags |= RMAP_AB_PAGE_ANON_EXCLUSIVE;
}

static void differ_memcg(struct folio *folio)
{
	folio->page.memcg++;
}

static void differ_racy(struct folio *folio)
{
	folio->racy = true;
}

static void joiner_ends_where_anything_differs(void **state)
{
	static void (*const differ[])(struct folio *folio) = {
		differ_index, differ_at, differ_pfn, differ_refcount,
		differ_flags, differ_memcg, differ_racy,
	};
	struct small small;

	(void)state;
	for (size_t i = 0; i < sizeof(differ) / sizeof(differ[0]); i++) {
		struct joiner joiner = { };

		take(&joiner, 2, 1);
		make_small(&small, 3, 1);
		differ[i](&small.folio);
		assert_false(joiner_take(&joiner, &small.folio, page_size()));
	}
}

/* The first two folios set the direction. */
static void joiner_does_not_turn_round(void **state)
{
	struct joiner joiner = { };
	struct small small;

	(void)state;
	take(&joiner, 2, 1);
	make_small(&small, 3, 1);
	small.folio.pfn = 1001;
	small.folio.page.head_pfn = 1001;
	assert_false(joiner_take(&joiner, &small.folio, page_size()));
}

static void joiner_leaves_large_folios_alone(void **state)
{
	struct joiner joiner = { };
	struct small small;

	(void)state;
	make_small(&small, 0, 1);
	small.folio.page.order = 2;
	joiner_begin(&joiner, &small.folio);
	make_small(&small, 1, 1);
	small.folio.page.order = 2;
	assert_false(joiner_take(&joiner, &small.folio, page_size()));
	check_end(&joiner, true, "");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(joiner_says_how_many_more_and_where),
	cmocka_unit_test(joiner_ends_where_anything_differs),
	cmocka_unit_test(joiner_does_not_turn_round),
	cmocka_unit_test(joiner_leaves_large_folios_alone),
};

GROUP(joiner, tests);
