// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folio/alike.h"
#include "groups.h"
#include "kernel/page_size.h"

/* A small folio of a row that goes on by one page each time. */
struct small {
	struct folio folio;
	struct run run;
};

static void make(struct small *small, uint64_t i, int step)
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

static void check_end(struct alike *alike, bool with_address,
		      const char *expected)
{
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	assert_non_null(to);
	alike_end(alike, to, with_address);
	assert_int_equal(fclose(to), 0);
	assert_string_equal(text, expected);
	free(text);
}

static void take(struct alike *alike, uint64_t nr, int step)
{
	struct small small;

	make(&small, 0, step);
	assert_false(alike_take(alike, &small.folio, page_size()));
	alike_begin(alike, &small.folio);
	for (uint64_t i = 1; i <= nr; i++) {
		make(&small, i, step);
		assert_true(alike_take(alike, &small.folio, page_size()));
	}
}

static void alike_says_how_many_more_and_where(void **state)
{
	struct alike alike = { };

	(void)state;
	take(&alike, 3, 1);
	check_end(&alike, true, "  3 more:  pfn 1001-1003  index 71-73  at 0x11000-0x13000\n");
	take(&alike, 3, -1);
	check_end(&alike, false, "  3 more:  pfn 999-997  index 71-73\n");
	take(&alike, 1, -1);
	check_end(&alike, true, "  1 more:  pfn 999  index 71  at 0x11000\n");
	take(&alike, 0, 1);
	check_end(&alike, true, "");
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

static void alike_ends_where_anything_differs(void **state)
{
	static void (*const differ[])(struct folio *folio) = {
		differ_index, differ_at, differ_pfn, differ_refcount,
		differ_flags, differ_memcg, differ_racy,
	};
	struct small small;

	(void)state;
	for (size_t i = 0; i < sizeof(differ) / sizeof(differ[0]); i++) {
		struct alike alike = { };

		take(&alike, 2, 1);
		make(&small, 3, 1);
		differ[i](&small.folio);
		assert_false(alike_take(&alike, &small.folio, page_size()));
	}
}

/* The first two give the direction. */
static void alike_does_not_turn_round(void **state)
{
	struct alike alike = { };
	struct small small;

	(void)state;
	take(&alike, 2, 1);
	make(&small, 3, 1);
	small.folio.pfn = 1001;
	small.folio.page.head_pfn = 1001;
	assert_false(alike_take(&alike, &small.folio, page_size()));
}

static void alike_leaves_large_folios_alone(void **state)
{
	struct alike alike = { };
	struct small small;

	(void)state;
	make(&small, 0, 1);
	small.folio.page.order = 2;
	alike_begin(&alike, &small.folio);
	make(&small, 1, 1);
	small.folio.page.order = 2;
	assert_false(alike_take(&alike, &small.folio, page_size()));
	check_end(&alike, true, "");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(alike_says_how_many_more_and_where),
	cmocka_unit_test(alike_ends_where_anything_differs),
	cmocka_unit_test(alike_does_not_turn_round),
	cmocka_unit_test(alike_leaves_large_folios_alone),
};

GROUP(alike, tests);
