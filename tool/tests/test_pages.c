// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "frames.h"
#include "groups.h"

#define HEADER								\
	"                                               page_  entire_    ref\n" \
	"     address       pfn   count kind    order mapcount mapcount  count flags\n"

static void pages_are_runs_of_what_is_alike(void **state)
{
	struct world *w = *state;

	rmapctl(w, "pages", "--pfn", "0-", NULL);
	check_fine(w, HEADER
"           -         0     100 free    \n"
"           -       100      10 anon        0        1        0      1 e\n"
"           -       110     402 free    \n"
"           -       512     512 anon        9        0        1      1 e\n"
"           -      1024      76 anon        9        2        0   1018 pd\n"
"           -      1100       3 anon        9        0        0   1018 pd\n"
"           -      1103     433 anon        9        2        0   1018 pd\n"
"           -      1536     512 free    \n"
"           -      2048      16 file        4        1        0     33\n"
"           -      2064     936 free    \n"
"           -      3000       1 no-rmap     0        0        0      2\n"
"           -      3001       1 slab    \n"
"           -      3002       1 table   \n"
"           -      3003       1 absent  \n"
"           -      3004    1092 free    \n"
		   "\n15 rows, 4096 pages, 16 MiB\n"
		   "3045 none, 1034 anon, 16 file, 1 not-rmappable\n"
		   "509 shared, 512 of partially mapped folios, 522 anon-exclusive\n"
		   "ordinary memory ends with page frame 4095\n");
}

static void pages_have_addresses_in_a_process(void **state)
{
	struct world *w = *state;

	rmapctl(w, "pages", "--pid", "42", "--addr", "0x1000000-", NULL);
	check_in(w->out,
		 "     1000000       109       1 anon        0        1        0      1 e\n"
		 "     1002000       108       1 anon        0        1        0      1 e\n");
	check_in(w->out,
		 "     2000000       512       1 anon        9        0        1      1 e\n"
		 "     3000000      2048      16 file        4        1        0     33\n");
}

static void pages_one_by_one(void **state)
{
	struct world *w = *state;

	rmapctl(w, "pages", "--pfn", "512+3", "--each", NULL);
	check_in(w->out,
		 "           -       512       1 anon        9        0        1      1 e\n"
		 "           -       513       1 anon        9        0        1      1 e\n"
		 "           -       514       1 anon        9        0        1      1 e\n"
		 "\n3 rows, 3 pages");
}

static void pages_as_json(void **state)
{
	struct world *w = *state;

	rmapctl(w, "-j", "pages", "--pfn", "1099-1100", NULL);
	check_fine(w, "[{\"pfn\":1099,\"count\":1,\"head_pfn\":1024,"
		   "\"order\":9,\"kind\":\"anon\",\"refcount\":1018,"
		   "\"pincount\":0,\"pincount_guessed\":false,"
		   "\"maybe_pinned\":false,\"entire_mapcount\":0,"
		   "\"large_mapcount\":1018,\"nr_pages_mapped\":509,"
		   "\"partially_mapped\":true,\"deferred_split\":true,"
		   "\"swap_cache\":false,\"locked\":false,\"mlocked\":false,"
		   "\"hwpoison\":false,\"index\":2048,\"memcg\":0,\"nid\":0,"
		   "\"racy\":false,\"page_mapcount\":2,"
		   "\"anon_exclusive\":false},"
		   "{\"pfn\":1100,\"count\":1,\"head_pfn\":1024,"
		   "\"order\":9,\"kind\":\"anon\",\"refcount\":1018,"
		   "\"pincount\":0,\"pincount_guessed\":false,"
		   "\"maybe_pinned\":false,\"entire_mapcount\":0,"
		   "\"large_mapcount\":1018,\"nr_pages_mapped\":509,"
		   "\"partially_mapped\":true,\"deferred_split\":true,"
		   "\"swap_cache\":false,\"locked\":false,\"mlocked\":false,"
		   "\"hwpoison\":false,\"index\":2048,\"memcg\":0,\"nid\":0,"
		   "\"racy\":false,\"page_mapcount\":0,"
		   "\"anon_exclusive\":false}]\n");
	rmapctl(w, "-j", "pages", "--pfn", "3001-3003", NULL);
	check_in(w->out, "\"pfn\":3001,");
	check_in(w->out, "\"kind\":\"slab\"");
	check_in(w->out, "\"kind\":\"table\"");
	check_in(w->out, "\"kind\":\"absent\"");
	rmapctl(w, "-j", "pages", "--pid", "42", "--kind", "ksm", NULL);
	check_fine(w, "[]\n");
}

/*
 * The first page has the bit for all pages, even if only others are selected.
 */
static void pages_have_the_bit_of_the_first(void **state)
{
	struct world *w = *state;
	struct rmap_ab_page page;

	frames_get(w, 513, &page);
	assert_false(page.flags & RMAP_AB_PAGE_ANON_EXCLUSIVE);
	rmapctl(w, "pages", "--pfn", "600-1023", NULL);
	check_in(w->out, "       600     424 anon        9        0        1      1 e\n");
	check_in(w->out, "424 anon-exclusive\n");
	/* If PTEs map the pages as well, each has its own bit. */
	for (uint64_t i = 512; i < 1024; i++) {
		frames_get(w, i, &page);
		page.large_mapcount = 2;
		frames_set(w, i, &page);
	}
	rmapctl(w, "pages", "--pfn", "512-1023", NULL);
	check_in(w->out, "       512       1 anon        9        0        1      1 e\n"
		 "           -       513     511 anon        9        0        1      1\n");
}

/* The tool must not hide a bug of the kernel, as it exists to find them. */
static void pages_show_negative_counters(void **state)
{
	struct world *w = *state;
	struct rmap_ab_page page;

	frames_get(w, 100, &page);
	page.page_mapcount = -1;
	frames_set(w, 100, &page);
	rmapctl(w, "-j", "pages", "--pfn", "100", NULL);
	check_in(w->out, "\"page_mapcount\":-1,");
	rmapctl(w, "folio", "--pfn", "100", NULL);
	check_in(w->out, "\n  !  page_mapcount -1  ");
}

static void pages_fit_80_columns(void **state)
{
	struct world *w = *state;

	rmapctl(w, "pages", "--pid", "42", NULL);
	for (char *line = strtok(w->out, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 80);
}

static void pages_out_of_range(void **state)
{
	struct world *w = *state;

	rmapctl(w, "pages", "--pfn", "4096-5000", NULL);
	check_failure(w, 2, "4096 is out of range", "4095", NULL);
}

static const struct CMUnitTest tests[] = {
	FRAMES_TEST(pages_are_runs_of_what_is_alike),
	FRAMES_TEST(pages_have_addresses_in_a_process),
	FRAMES_TEST(pages_one_by_one),
	FRAMES_TEST(pages_as_json),
	FRAMES_TEST(pages_have_the_bit_of_the_first),
	FRAMES_TEST(pages_show_negative_counters),
	FRAMES_TEST(pages_fit_80_columns),
	FRAMES_TEST(pages_out_of_range),
};

GROUP(pages, tests);
