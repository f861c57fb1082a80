// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frames.h"
#include "groups.h"

#define PMD_MAPPED							\
	"pfn 512  anon  order 9, 2 MiB\n"				\
	"  11111111111111111111111111111111  page_mapcount 0  entire_mapcount 1\n" \
	"  11111111111111111111111111111111  large_mapcount 1  nr_pages_mapped 0\n" \
	"  11111111111111111111111111111111  refcount 1  pincount 0  index 1024  memcg 0\n" \
	"  11111111111111111111111111111111  nid 0  anon_exclusive  (a cell is 4 pages)\n"

#define PMD_MAPPED_JSON							\
	"{\"pfn\":512,\"count\":512,\"head_pfn\":512,\"order\":9,"	\
	"\"kind\":\"anon\",\"refcount\":1,\"pincount\":0,"		\
	"\"pincount_guessed\":false,\"maybe_pinned\":false,"		\
	"\"entire_mapcount\":1,\"large_mapcount\":1,"			\
	"\"nr_pages_mapped\":0,\"partially_mapped\":false,"		\
	"\"deferred_split\":false,\"swap_cache\":false,"		\
	"\"locked\":false,\"mlocked\":false,\"hwpoison\":false,"	\
	"\"index\":1024,\"memcg\":0,\"nid\":0,\"racy\":false,"		\
	"\"runs\":[{\"first\":0,\"count\":512,\"page_mapcount\":0,"	\
	"\"anon_exclusive\":true}]"

#define AFTER_FORK							\
	"pfn 1024  anon  order 9, 2 MiB  at 0x800000\n"			\
	"  2222222222222222222*222222222222  entire_mapcount 0  large_mapcount 1018\n" \
	"  22222222222222222222222222222222  nr_pages_mapped 509  refcount 1018\n" \
	"  22222222222222222222222222222222  pincount 0  index 2048  memcg 0  nid 0\n" \
	"  22222222222222222222222222222222  partially_mapped  deferred_split\n" \
	"                                    (a cell is 4 pages)\n"	\
	"  pages 0-75       page_mapcount 2\n"				\
	"  pages 76-78      page_mapcount 0\n"				\
	"  pages 79-511     page_mapcount 2\n"

#define SMALL								\
	"pfn 100  anon  order 0, 4 KiB\n"				\
	"  1  page_mapcount 1  refcount 1  pincount 0  index 5000  memcg 7  nid 0\n" \
	"     anon_exclusive\n"

#define FILE_FOLIO							\
	"pfn 2048  file  order 4, 64 KiB\n"				\
	"  1111111111111111  page_mapcount 1  entire_mapcount 0  large_mapcount 16\n" \
	"                    nr_pages_mapped 16  refcount 33  pincount 0  index 16\n" \
	"                    memcg 0  nid 0\n"

#define OWNERS								\
	"mm_id=3 pid=1 comm=init\n"					\
	"mm_id=17 pid=42 comm=te\\012st\n"				\
	"mm_id=17 pid=51 comm=shares it\n"

#define WITH_MM_IDS							\
	"pfn 2064  file  order 4, 64 KiB\n"				\
	"  3333333333333333  page_mapcount 3  entire_mapcount 0  large_mapcount 48\n" \
	"                    nr_pages_mapped 16  refcount 65  pincount 0  index 32\n" \
	"                    memcg 0  nid 0\n"				\
	"  mm_id 17         mapcount 16  pid 42 te\\x0ast\n"		\
	"  mm_id 9          mapcount 16  (gone)\n"			\
	"  maybe_mapped_shared yes (exact)\n"

#define MM_IDS_JSON							\
	"\"racy\":false,\"layout\":\"page\","				\
	"\"maybe_mapped_shared\":true,"					\
	"\"mapped_shared_exact\":true,\"mm_ids\":["			\
	"{\"mm_id\":17,\"mapcount\":16,\"pid\":42,\"comm\":\"te\\nst\"},"	\
	"{\"mm_id\":9,\"mapcount\":16,\"pid\":0,\"comm\":\"\"}],\"runs\":["

/*
 * A file of 64 KiB at page frame 2064 has MM IDs. Pages with an even number have
 * the first of @slots, those with an odd number the other one.
 */
static void make_mm_ids(struct world *w, const struct rmap_ab_page slots[2],
			unsigned int flags)
{
	for (uint64_t i = 0; i < 16; i++) {
		const struct rmap_ab_page page = {
			.head_pfn = 2064, .order = 4, .index = 32,
			.kind = RMAP_AB_KIND_FILE,
			.page_mapcount = 3, .large_mapcount = 48,
			.nr_pages_mapped = 16, .refcount = 65,
			.flags = RMAP_AB_PAGE_PRESENT | RMAP_AB_FOLIO_MM_IDS |
				 flags,
			.mm_id = slots[i % 2].mm_id,
			.mm_mapcount = slots[i % 2].mm_mapcount,
		};

		frames_set(w, 2064 + i, &page);
	}
	world_write(w, MM_IDS, OWNERS);
}

/* A third mm maps it, too. */
static const struct rmap_ab_page both[2] = {
	{ .mm_id = 17, .mm_mapcount = 16 }, { .mm_id = 9, .mm_mapcount = 16 },
};

static void folio_says_whose_the_mm_ids_are(void **state)
{
	struct world *w = *state;

	make_mm_ids(w, both, RMAP_AB_FOLIO_MM_SHARED);
	rmapctl(w, "folio", "--pfn", "2064", NULL);
	check_fine(w, WITH_MM_IDS "\n1 folio, 16 pages, 64 KiB\n1 file\n1 shared\n");
	rmapctl(w, "-j", "folio", "--pfn", "2071", NULL);
	assert_int_equal(w->code, 0);
	check_in(w->out, MM_IDS_JSON);
	/* One slot of them would be half of the truth. */
	rmapctl(w, "-j", "pages", "--pfn", "2064", NULL);
	assert_int_equal(w->code, 0);
	check_not_in(w->out, "mm_id");
	check_not_in(w->out, "maybe_mapped_shared");
	/* Without MM IDs, there is no such field: see PMD_MAPPED_JSON. */
	rmapctl(w, "-j", "folio", "--pfn", "2048", NULL);
	check_not_in(w->out, "mm_id");
}

static void folio_says_whether_shared_is_exact(void **state)
{
	static const struct {
		struct rmap_ab_page slots[2];
		unsigned int flags;
		const char *text, *json;
	} cases[] = {
		{ { { .mm_id = 17, .mm_mapcount = 48 } }, 0,
		  "mapcount 48  pid 42 te\\x0ast\n  maybe_mapped_shared no (exact)\n",
		  "\"maybe_mapped_shared\":false,\"mapped_shared_exact\":true" },
		{ { { .mm_id = 17, .mm_mapcount = 3 } }, RMAP_AB_FOLIO_MM_SHARED,
		  "mapcount 3  pid 42 te\\x0ast\n  maybe_mapped_shared yes (not exact)\n",
		  "\"maybe_mapped_shared\":true,\"mapped_shared_exact\":false" },
		{ { { .mm_id = 0 } }, RMAP_AB_FOLIO_MM_SHARED,
		  "nid 0\n  maybe_mapped_shared yes (not exact)\n",
		  "\"mapped_shared_exact\":false,\"mm_ids\":[]" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		make_mm_ids(w, cases[i].slots, cases[i].flags);
		rmapctl(w, "folio", "--pfn", "2064", NULL);
		assert_int_equal(w->code, 0);
		check_in(w->out, cases[i].text);
		rmapctl(w, "-j", "folio", "--pfn", "2064", NULL);
		check_in(w->out, cases[i].json);
	}
}

#define NONE_TEXT							\
	"pfn 2064  file  order 4, 64 KiB\n"				\
	"  ????????????????  entire_mapcount 0  large_mapcount 48  refcount 65\n" \
	"                    pincount 0  index 32  memcg 0  nid 0  layout none\n"

/* Nobody counts the pages: what is 0 in the records is not known. */
static void folio_says_that_its_pages_are_not_counted(void **state)
{
	struct world *w = *state;
	struct rmap_ab_page page;

	make_mm_ids(w, both, RMAP_AB_FOLIO_MM_SHARED | RMAP_AB_FOLIO_LAYOUT_NONE);
	for (uint64_t pfn = 2064; pfn < 2080; pfn++) {
		frames_get(w, pfn, &page);
		page.page_mapcount = 0;
		page.nr_pages_mapped = 0;
		frames_set(w, pfn, &page);
	}
	rmapctl(w, "folio", "--pfn", "2064", NULL);
	assert_int_equal(w->code, 0);
	assert_int_equal(strncmp(w->out, NONE_TEXT, strlen(NONE_TEXT)), 0);
	check_in(w->out, "\n1 shared\n");
	rmapctl(w, "-j", "folio", "--pfn", "2064", NULL);
	check_in(w->out, "\"layout\":\"none\",\"maybe_mapped_shared\":true");
	rmapctl(w, "pages", "--pfn", "2064+16", NULL);
	check_in(w->out, "2064      16 file        4        ?        0     65 n\n");
	rmapctl(w, "-j", "pages", "--pfn", "2064", NULL);
	check_in(w->out, "\"layout\":\"none\"");
	/* A folio that cannot have it says nothing. */
	rmapctl(w, "-j", "pages", "--pfn", "100", NULL);
	check_not_in(w->out, "layout");
}

/* By a PMD alone, each page is known to be mapped; by fewer PTEs than pages, a part is not. */
static void folio_knows_what_it_can_without_page_mapcounts(void **state)
{
	struct world *w = *state;
	struct rmap_ab_page page;

	frames_get(w, 512, &page);
	page.flags |= RMAP_AB_FOLIO_MM_IDS | RMAP_AB_FOLIO_LAYOUT_NONE;
	for (uint64_t pfn = 512; pfn < 1024; pfn++)
		frames_set(w, pfn, &page);
	rmapctl(w, "folio", "--pfn", "512", NULL);
	check_in(w->out, "\n  11111111111111111111111111111111  entire_mapcount 1  large_mapcount 1\n");
	check_not_in(w->out, "partially");
	make_mm_ids(w, both, RMAP_AB_FOLIO_LAYOUT_NONE);
	for (uint64_t pfn = 2064; pfn < 2080; pfn++) {
		frames_get(w, pfn, &page);
		page.large_mapcount = 15;
		frames_set(w, pfn, &page);
	}
	rmapctl(w, "folio", "--pfn", "2064", NULL);
	check_in(w->out, "\n1 partially mapped\n");
}

/* The slots are part of the folio: two moments of them do not belong together. */
static void folio_says_when_its_mm_ids_change(void **state)
{
	struct world *w = *state;
	struct rmap_ab_page page;

	make_mm_ids(w, both, RMAP_AB_FOLIO_MM_SHARED);
	frames_get(w, 2070, &page);
	page.mm_mapcount++;
	frames_set(w, 2070, &page);
	rmapctl(w, "-j", "folio", "--pfn", "2064", NULL);
	check_in(w->out, "\"racy\":true");
}

/* The module has MM IDs, and rmapctl cannot learn whose. */
static void folio_without_the_file_mm_ids(void **state)
{
	struct world *w = *state;

	make_mm_ids(w, both, RMAP_AB_FOLIO_MM_SHARED);
	world_remove(w, MM_IDS);
	rmapctl(w, "folio", "--pfn", "2064", NULL);
	check_in(w->out, "  mm_id 17         mapcount 16  (gone)\n");
	check_in(w->err, "mm_ids: No such file");
	world_write(w, MM_IDS, "mm_id=3 comm=init\n");
	rmapctl(w, "folio", "--pfn", "2064", NULL);
	check_in(w->err, "does not understand: mm_id=3 comm=init");
}

static void folio_shows_it_as_a_strip_with_counters(void **state)
{
	struct world *w = *state;

	rmapctl(w, "folio", "--pfn", "512", NULL);
	check_fine(w, PMD_MAPPED
		   "\n1 folio, 512 pages, 2 MiB\n1 anon\n"
		   "1 with anon-exclusive pages\n");
	rmapctl(w, "folio", "--pfn", "100", NULL);
	check_fine(w, SMALL "\n1 folio, 1 page, 4 KiB\n1 anon\n"
		   "1 with anon-exclusive pages\n");
	rmapctl(w, "folio", "--pid", "42", "--addr", "0x800000", NULL);
	check_fine(w, AFTER_FORK
		   "\n1 folio, 512 pages, 2 MiB\n1 anon\n"
		   "1 shared, 1 partially mapped\n");
}

static void folio_as_json_has_every_key(void **state)
{
	struct world *w = *state;

	rmapctl(w, "-j", "folio", "--pfn", "512", NULL);
	check_fine(w, "[" PMD_MAPPED_JSON "}]\n");
	rmapctl(w, "-j", "folio", "--pid", "42", "--addr", "0x400000", NULL);
	check_fine(w, "[" PMD_MAPPED_JSON ",\"address\":4194304}]\n");
	rmapctl(w, "-j", "folio", "--pfn", "1100", NULL);
	check_in(w->out, "\"runs\":[{\"first\":0,\"count\":76,\"page_mapcount\":2,"
		 "\"anon_exclusive\":false},{\"first\":76,\"count\":3,"
		 "\"page_mapcount\":0,\"anon_exclusive\":false},"
		 "{\"first\":79,\"count\":433,\"page_mapcount\":2,"
		 "\"anon_exclusive\":false}]");
	check_in(w->out, "\"partially_mapped\":true");
}

/* Any page of a folio finds the whole folio, and only once. */
static void folio_is_shown_once_and_as_a_whole(void **state)
{
	struct world *w = *state;
	char whole[OUTPUT_MAX + 1];

	rmapctl(w, "-j", "folio", "--pfn", "512", NULL);
	memcpy(whole, w->out, sizeof(whole));
	rmapctl(w, "-j", "folio", "--pfn", "700", NULL);
	check_fine(w, whole);
	rmapctl(w, "-j", "folio", "--pfn", "511-1023", NULL);
	check_fine(w, whole);
	rmapctl(w, "-j", "folio", "--pfn", "1000+3", NULL);
	check_fine(w, whole);
	rmapctl(w, "folio", "--pid", "42", NULL);
	assert_int_equal(w->code, 0);
	check_in(w->out, "\n13 folios, 1050 pages, 4200 KiB\n"
		 "12 anon, 1 file\n"
		 "1 shared, 1 partially mapped, 11 with anon-exclusive pages\n"
		 "757 pages not present, 1 page swapped out or migrating\n");
}

static void folio_filters(void **state)
{
	static const struct {
		const char *options[4];
		const char *summary;
	} cases[] = {
		{ { "--kind", "file" }, "\n1 folio, 16 pages" },
		{ { "--kind", "anon,file" }, "\n13 folios, 1050 pages" },
		{ { "--kind", "ksm" }, "0 folios, 0 pages" },
		{ { "--order", "9" }, "\n2 folios, 1024 pages" },
		{ { "--order", "1-9" }, "\n3 folios, 1040 pages" },
		{ { "--order", "1-", "--kind", "anon" },
		  "\n2 folios, 1024 pages" },
		{ { "--shared" }, "\n1 folio, 512 pages" },
		{ { "--partial" }, "\n1 folio, 512 pages" },
		{ { "--exclusive" }, "\n11 folios, 522 pages" },
		{ { "--shared", "--exclusive" }, "0 folios" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *const *o = cases[i].options;

		rmapctl(w, "folio", "--pid", "42", o[0], o[1], o[2], o[3],
			NULL);
		assert_string_equal(w->err, "");
		assert_int_equal(w->code, 0);
		check_in(w->out, cases[i].summary);
	}
}

static void check_order(const struct world *w, const char *first,
			const char *second)
{
	const char *a = strstr(w->out, first), *b = strstr(w->out, second);

	assert_int_equal(w->code, 0);
	if (!a || !b || a > b)
		fail_msg("'%s' is not before '%s' in %s", first, second,
			 w->out);
}

static void folio_sorts(void **state)
{
	struct world *w = *state;

	rmapctl(w, "folio", "--pid", "42", NULL);
	check_order(w, "pfn 109 ", "pfn 100 ");
	rmapctl(w, "folio", "--pid", "42", "--sort", "pfn", NULL);
	check_order(w, "pfn 100 ", "pfn 109 ");
	check_order(w, "pfn 109 ", "pfn 512 ");
	rmapctl(w, "folio", "--pid", "42", "--sort", "-refcount", NULL);
	check_order(w, "pfn 1024 ", "pfn 2048 ");
	check_order(w, "pfn 2048 ", "pfn 109 ");
	rmapctl(w, "folio", "--pid", "42", "--sort", "-address", NULL);
	check_order(w, "pfn 2048 ", "pfn 100 ");
	rmapctl(w, "folio", "--pid", "42", "--sort", "page_mapcount", NULL);
	check_order(w, "pfn 512 ", "pfn 109 ");
	check_order(w, "pfn 2048 ", "pfn 1024 ");
}

/* The text without the sums below it. */
static void add_block(char *to, const char *text)
{
	const char *end = strstr(text, "\n\n");

	assert_non_null(end);
	strncat(to, text, end + 1 - text);
}

/*
 * The text of a folio does not depend on the folio before it, which may have
 * longer numbers, other counters or other flags.
 */
static void folio_blocks_do_not_depend_on_each_other(void **state)
{
	static char expected[OUTPUT_MAX], got[OUTPUT_MAX];
	struct world *w = *state;
	struct rmap_ab_page page;
	char address[32];

	*expected = '\0';
	*got = '\0';
	for (int i = 0; i < 10; i++) {
		frames_get(w, 109 - i, &page);
		page.index = i == 9 ? 17 : 9997 + i;
		page.refcount += i == 2;
		page.flags |= i == 4 ? RMAP_AB_FOLIO_LOCKED : 0;
		frames_set(w, 109 - i, &page);
	}
	for (int i = 0; i < 10; i++) {
		snprintf(address, sizeof(address), "%#x", 0x1000000 + i * 0x2000);
		rmapctl(w, "folio", "--pid", "42", "--addr", address, NULL);
		add_block(expected, w->out);
	}
	rmapctl(w, "folio", "--pid", "42", "--addr", "0x1000000-0x1020000",
		"--each", NULL);
	add_block(got, w->out);
	assert_string_equal(got, expected);
	rmapctl(w, "folio", "--pfn", "100-109", "--each", NULL);
	check_in(w->out, "pfn 100  anon  order 0, 4 KiB\n");
	check_in(w->out, "pfn 109  anon  order 0, 4 KiB\n");
}

static void folio_sums_up_what_shares_a_block(void **state)
{
	struct world *w = *state;

	rmapctl(w, "folio", "--pfn", "98-1023", NULL);
	check_in(w->out, "\n  9 more:  pfn 101-109  index 5001-5009\n");
	check_in(w->out, "\n11 folios, 522 pages, 2088 KiB\n11 anon\n"
		 "11 with anon-exclusive pages\n");
	rmapctl(w, "folio", "--pfn", "100-109", "--exclusive", NULL);
	check_in(w->out, "\n10 folios, 10 pages, 40 KiB\n");
}

/* Records of one folio that do not agree are looked at again, and marked. */
static void folio_says_when_it_changed(void **state)
{
	struct world *w = *state;
	struct rmap_ab_page page;

	frames_get(w, 700, &page);
	page.refcount = 2;
	frames_set(w, 700, &page);
	rmapctl(w, "-j", "folio", "--pfn", "512", NULL);
	check_in(w->out, "\"racy\":true");
	rmapctl(w, "folio", "--pfn", "512", NULL);
	check_in(w->out, "  racy");
	check_in(w->out, ", 1 racy\n");
}

static void folio_mixes_up_no_garbled_records(void **state)
{
	struct world *w = *state;
	struct rmap_ab_page page;

	frames_get(w, 512, &page);
	page.head_pfn = 4000;
	frames_set(w, 512, &page);
	rmapctl(w, "folio", "--pfn", "512", NULL);
	check_failure(w, 2, "page frame 512 is garbled", NULL);
	page.head_pfn = 512;
	page.order = 200;
	frames_set(w, 512, &page);
	rmapctl(w, "folio", "--pfn", "512", NULL);
	check_failure(w, 2, "page frame 512 is garbled", NULL);
}

static void folio_fits_80_columns(void **state)
{
	struct world *w = *state;
	struct rmap_ab_page page = {
		.head_pfn = 4000, .index = UINT64_MAX / 2,
		.memcg = UINT64_MAX / 2, .flags = 0xff0007,
		.page_mapcount = INT32_MIN, .entire_mapcount = INT32_MIN,
		.large_mapcount = INT32_MIN, .nr_pages_mapped = INT32_MIN,
		.refcount = INT32_MIN, .pincount = INT32_MIN, .order = 5,
		.kind = RMAP_AB_KIND_NOT_RMAPPABLE, .nid = UINT16_MAX,
	};

	for (uint64_t i = 4000; i < 4032; i++) {
		page.page_mapcount ^= i & 1;
		frames_set(w, i, &page);
	}
	rmapctl(w, "folio", "--pfn", "0-", NULL);
	check_in(w->out, "!!!!!");
	check_in(w->out, "more runs of pages");
	for (char *line = strtok(w->out, "\n"); line; line = strtok(NULL, "\n"))
		if (strlen(line) > 80)
			fail_msg("more than 80 columns: '%s'", line);
}

static void folio_needs_to_know_which(void **state)
{
	struct world *w = *state;

	rmapctl(w, "folio", NULL);
	check_failure(w, 1, "needs --pfn, --pid or --file", NULL);
	rmapctl(w, "folio", "--pfn", "1", "--pid", "42", NULL);
	check_failure(w, 1, "exclude each other", NULL);
	rmapctl(w, "folio", "--pfn", "1", "--pfn", "2", NULL);
	check_failure(w, 1, "only once", NULL);
	rmapctl(w, "folio", "--pfn", "1", "--addr", "0", NULL);
	check_failure(w, 1, "--addr goes with --pid", NULL);
	rmapctl(w, "folio", "--pid", "42", "--range", "0-1", NULL);
	check_failure(w, 1, "--range goes with --file", NULL);
	rmapctl(w, "folio", "512", NULL);
	check_failure(w, 1, "'512' is unexpected", NULL);
	rmapctl(w, "folio", "--pfn", "1", "--kind", "anon,", NULL);
	check_failure(w, 1, "no kind ''", "anon, file, shmem", NULL);
	rmapctl(w, "folio", "--pfn", "1", "--sort", "size", NULL);
	check_failure(w, 1, "no key 'size'", "large_mapcount", NULL);
	rmapctl(w, "folio", "--pfn", "1", "--order", "9-1", NULL);
	check_failure(w, 1, "--order 9-1", "ends before it begins", NULL);
}

static void folio_refuses_bad_numbers(void **state)
{
	struct world *w = *state;

	rmapctl(w, "folio", "--pfn", "9-3", NULL);
	check_failure(w, 1, "--pfn 9-3", "ends before it begins", NULL);
	rmapctl(w, "folio", "--pfn", "0x10000000000000000", NULL);
	check_failure(w, 1, "--pfn", "does not fit in 64 bits", NULL);
	rmapctl(w, "folio", "--pfn", "ff", NULL);
	check_failure(w, 1, "'ff'", "begin with 0x", NULL);
	rmapctl(w, "folio", "--pid", "0", NULL);
	check_failure(w, 1, "--pid 0: it must be from 1 to 2147483647", NULL);
	rmapctl(w, "folio", "--pid", "4294967338", NULL);
	check_failure(w, 1, "it must be from 1", NULL);
	rmapctl(w, "folio", "--pid", "-42", NULL);
	check_failure(w, 1, "'-42': that is no number", NULL);
	rmapctl(w, "folio", "--pid", "42", "--addr", "5-5", NULL);
	check_failure(w, 1, "nothing in this range", NULL);
	rmapctl(w, "folio", "--pid", "42", "--addr", "1+0xffffffffffffffffK",
		NULL);
	check_failure(w, 1, "does not fit in 64 bits", NULL);
}

static void folio_says_why_there_is_none(void **state)
{
	struct world *w = *state;

	rmapctl(w, "folio", "--pfn", "5", NULL);
	check_failure(w, 2, "page frame 5 is in no folio", "rmapctl pages --pfn 5",
		      NULL);
	rmapctl(w, "folio", "--pfn", "4096", NULL);
	check_failure(w, 2, "4096 is out of range", "last one is 4095", NULL);
	rmapctl(w, "folio", "--pfn", "0xffffffffffffffff", NULL);
	check_failure(w, 2, "out of range", "last one is 4095", NULL);
	rmapctl(w, "folio", "--pfn", "4000-5000", NULL);
	check_fine(w, "0 folios, 0 pages, 0 KiB\n96 pages in no folio\n"
		   "ordinary memory ends with page frame 4095\n");
	rmapctl(w, "folio", "--pid", "42", "--addr", "0x5000000", NULL);
	check_failure(w, 2, "0x5000000 is not mapped in process 42", NULL);
	rmapctl(w, "folio", "--pid", "42", "--addr", "0x5000000-0x6000000",
		NULL);
	check_failure(w, 2, "nothing is mapped between", NULL);
	rmapctl(w, "folio", "--pid", "42", "--addr", "0x1001234", NULL);
	check_failure(w, 2, "0x1001000", "swapped out", NULL);
	rmapctl(w, "folio", "--pid", "42", "--addr", "0x1003000", NULL);
	check_failure(w, 2, "0x1003000", "not present", NULL);
	rmapctl(w, "folio", "--pid", "42", "--addr", "0x1003000+4K", NULL);
	check_fine(w, "0 folios, 0 pages, 0 KiB\n1 page not present\n");
}

static void folio_says_when_a_huge_page_is_not_there(void **state)
{
	struct world *w = *state;

	world_write(w, "proc/42/smaps",
		    "00400000-00a00000 rw-p 00000000 00:00 0 \n"
		    "KernelPageSize:        4 kB\n"
		    "01000000-01100000 rw-p 00000000 00:00 0 /anon_hugepage\n"
		    "Size:  1024 kB\nKernelPageSize:     2048 kB\n");
	rmapctl(w, "folio", "--pid", "42", "--addr", "0x1003000", NULL);
	check_failure(w, 2, "the huge page (2048 kB) at 0x1003000",
		      "not present", NULL);
}

static void make_empty(struct world *w, const char *status)
{
	world_write(w, "proc/42/status", status);
	world_write(w, "proc/42/pagemap", "");
}

static void folio_says_what_a_process_lacks(void **state)
{
	struct world *w = *state;

	rmapctl(w, "folio", "--pid", "43", NULL);
	check_failure(w, 2, "there is no process 43", NULL);
	make_empty(w, "Name:\tx\nState:\tS (sleeping)\nKthread:\t1\n");
	rmapctl(w, "folio", "--pid", "42", NULL);
	check_failure(w, 2, "42 is a kernel thread", NULL);
	make_empty(w, "Name:\tx\nState:\tZ (zombie)\nKthread:\t0\n");
	rmapctl(w, "folio", "--pid", "42", NULL);
	check_failure(w, 2, "42 is a zombie", NULL);
	make_empty(w, "");
	rmapctl(w, "folio", "--pid", "42", NULL);
	check_failure(w, 2, "42 has no memory of its own", NULL);
}

/*
 * Ends the process behind @victim once rmapctl waits for the maps, and hands
 * them out when it is gone.
 */
static void end_meanwhile(struct world *w, pid_t victim)
{
	struct pollfd gone = { syscall(SYS_pidfd_open, victim, 0), POLLIN, 0 };
	static const char maps[] = "00400000-00a00000 rw-p 0 00:00 0\n";
	char path[PATH_MAX];
	int fd;

	alarm(20);
	world_path(w, "proc/42/maps", path);
	fd = open(path, O_WRONLY);
	kill(victim, SIGKILL);
	poll(&gone, 1, -1);
	if (write(fd, maps, strlen(maps)) != (ssize_t)strlen(maps))
		_exit(1);
	_exit(0);
}

static void folio_notices_that_the_process_exits_meanwhile(void **state)
{
	struct world *w = *state;
	char path[PATH_MAX], real[64];
	pid_t victim, ender;
	int status;

	victim = fork();
	if (!victim) {
		pause();
		_exit(0);
	}
	snprintf(real, sizeof(real), "/proc/%d/pagemap", victim);
	world_link(w, "proc/42/pagemap", real);
	world_path(w, "proc/42/maps", path);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	ender = fork();
	if (!ender)
		end_meanwhile(w, victim);
	rmapctl(w, "folio", "--pid", "42", NULL);
	check_failure(w, 2, "process 42 exited meanwhile", NULL);
	assert_int_equal(waitpid(victim, &status, 0), victim);
	assert_int_equal(waitpid(ender, &status, 0), ender);
	assert_int_equal(status, 0);
}

static void folio_is_for_root(void **state)
{
	struct world *w = *state;
	char path[PATH_MAX];

	if (geteuid())
		skip();
	world_path(w, PAGE_STATE, path);
	chmod(path, 0400);
	w->as_nobody = true;
	rmapctl(w, "folio", "--pfn", "1", NULL);
	check_failure(w, 2, "page_state: Permission denied", "only root", NULL);
}

static void folio_needs_a_module_with_page_state(void **state)
{
	struct world *w = *state;

	world_remove(w, PAGE_STATE);
	rmapctl(w, "folio", "--pfn", "1", NULL);
	check_failure(w, 2, "page_state: No such file", "different versions",
		      NULL);
}

/* Lists the pages of a file as the module would. */
static void folio_lists_what_holds_a_file(void **state)
{
	struct world *w = *state;
	char path[PATH_MAX];

	world_path(w, "proc", path);
	rmapctl(w, "folio", "--file", path, NULL);
	check_failure(w, 2, "no regular file", NULL);
	rmapctl(w, "folio", "--file", "/no/such", NULL);
	check_failure(w, 2, "/no/such: No such file", NULL);
	rmapctl(w, "folio", "--file", "/dev/null", NULL);
	check_failure(w, 2, "no regular file", NULL);
	world_path(w, PAGE_STATE, path);
	rmapctl(w, "folio", "--file", path, NULL);
	check_failure(w, 2, "file_pfns: No such file", NULL);
}

/* /dev/full takes no byte. The list must end early and with a message. */
static void folio_notices_a_full_disk(void **state)
{
	struct world *w = *state;

	w->output = "/dev/full";
	rmapctl(w, "folio", "--pid", "42", NULL);
	check_failure(w, 2, "cannot write the output: No space left", NULL);
}

static void folio_help_explains_it(void **state)
{
	struct world *w = *state;

	rmapctl(w, "help", "folio", NULL);
	check_in(w->out, "\n  --partial ");
	check_in(w->out, "\n  large_mapcount ");
	check_in(w->out, "\n  runs ");
	check_in(w->out, FILE_FOLIO + strlen(FILE_FOLIO));
}

/* ---- --summary ---- */

/* By hand, from frames.h: of the second THP, 3 pages are not mapped, all others twice. */
#define SUMMARY								\
	"kind               size    folios        KiB     mapped       once       more\n" \
	"anon              4 KiB        10         40         40         40          0\n" \
	"anon              2 MiB         2       4096       4084       2048       2036\n" \
	"  1 of them mapped in parts\n"					\
	"file             64 KiB         1         64         64         64          0\n"

#define SUMMARY_THPS							\
	"{\"kind\":\"anon\",\"order\":9,\"folios\":2,\"memory\":4096,"	\
	"\"mapped\":4084,\"once\":2048,\"more\":2036,\"unknown\":0,"	\
	"\"exclusive\":2048,\"partial\":1,\"mappings\":1019}"

static void summary_has_a_row_per_kind_and_size(void **state)
{
	struct world *w = *state;

	rmapctl(w, "folio", "--summary", "--pid", "42", NULL);
	assert_int_equal(w->code, 0);
	assert_ptr_equal(strstr(w->out, SUMMARY), w->out);
	check_in(w->out, "\n13 folios, 1050 pages, 4200 KiB\n12 anon, 1 file\n");
	rmapctl(w, "-j", "folio", "--summary", "--pid", "42", NULL);
	check_in(w->out, SUMMARY_THPS);
	check_not_in(w->out, "\"start\"");
}

/* Without WHICH, of all memory: a driver's page is in no process. */
static void summary_is_of_all_memory(void **state)
{
	struct world *w = *state;

	rmapctl(w, "folio", "--summary", NULL);
	assert_int_equal(w->code, 0);
	assert_ptr_equal(strstr(w->out, SUMMARY), w->out);
	check_in(w->out, "\nnot-rmappable     4 KiB         1          4          0          0          0\n");
	rmapctl(w, "folio", "--summary", "--order", "9", "--kind", "file", NULL);
	check_fine(w, "0 folios, 0 pages, 0 KiB\n3045 pages in no folio\n"
		   "ordinary memory ends with page frame 4095\n");
}

static void summary_by_vma(void **state)
{
	struct world *w = *state;

	rmapctl(w, "folio", "--summary", "--vmas", "--pid", "42", NULL);
	assert_int_equal(w->code, 0);
	check_in(w->out, "more\n\n0x400000-0xa00000  \n"
		 "anon              2 MiB         2       4096       4084       2048       2036\n"
		 "  1 of them mapped in parts\n"
		 "\n0x1000000-0x1100000  [heap]\n"
		 "anon              4 KiB        10         40         40         40          0\n"
		 "\n0x3000000-0x3010000  /lib/x y\n"
		 "file             64 KiB         1 ");
	/* Its only page is the THP's first one, which has been counted. */
	check_not_in(w->out, "0x2000000");
	rmapctl(w, "-j", "folio", "--summary", "--vmas", "--pid", "42", NULL);
	check_in(w->out, "{\"start\":16777216,\"end\":17825792,\"name\":\"[heap]\",\"kind\":\"anon\",\"order\":0,");
	check_in(w->out, "{\"start\":4194304,\"end\":10485760,\"kind\":\"anon\",\"order\":9,");
}

/* What nobody counts is neither mapped once nor more often. */
static void summary_says_what_is_not_counted(void **state)
{
	struct world *w = *state;
	struct rmap_ab_page page;

	for (uint64_t pfn = 2048; pfn < 2064; pfn++) {
		frames_get(w, pfn, &page);
		page.flags |= RMAP_AB_FOLIO_LAYOUT_NONE;
		page.page_mapcount = 0;
		frames_set(w, pfn, &page);
	}
	rmapctl(w, "folio", "--summary", "--kind", "file", NULL);
	check_in(w->out, "file             64 KiB         1         64          0          0          0\n"
		 "  64 KiB without page mapcounts\n");
}

static void summary_refuses_what_it_cannot(void **state)
{
	struct world *w = *state;

	rmapctl(w, "folio", "--summary", "--each", NULL);
	check_failure(w, 1, "neither --sort nor --each", NULL);
	rmapctl(w, "folio", "--summary", "--vmas", NULL);
	check_failure(w, 1, "--vmas goes with --pid", NULL);
	rmapctl(w, "folio", "--vmas", "--pid", "42", NULL);
	check_failure(w, 1, "--vmas goes with --summary", NULL);
	rmapctl(w, "folio", "--summary", "--addr", "0x1000", NULL);
	check_failure(w, 1, "'folio' needs --pfn, --pid", NULL);
}

/* An example that reads the same records: docs/page_state.py. */
static void python_reads_the_records(void **state)
{
	struct world *w = *state;
	char script[PATH_MAX], file[PATH_MAX];

	snprintf(script, sizeof(script), "%s/../docs/page_state.py", source_dir());
	world_path(w, PAGE_STATE, file);
	program(w, "python3", script, file, NULL);
	check_fine(w, "kind          order    folios  pages mapped  more than once\n"
		   "anon              0        10            10               0\n"
		   "anon              9         2          1021             509\n"
		   "file              4         1            16               0\n"
		   "not-rmappable     0         1             0               0\n");
}

/* ---- nodes and cgroups ---- */

static void folio_filters_by_node(void **state)
{
	struct world *w = *state;
	struct rmap_ab_page page;

	frames_get(w, 105, &page);
	page.nid = 3;
	frames_set(w, 105, &page);
	rmapctl(w, "folio", "--pfn", "100-109", "--node", "1,3", NULL);
	check_in(w->out, "pfn 105  anon");
	check_in(w->out, "\n1 folio, 1 page, 4 KiB\n");
	rmapctl(w, "folio", "--pfn", "100-109", "--node", "0", NULL);
	check_in(w->out, "\n9 folios, 9 pages, 36 KiB\n");
	rmapctl(w, "folio", "--pfn", "100", "--node", "64", NULL);
	check_failure(w, 1, "give numbers of nodes below 64", NULL);
	rmapctl(w, "folio", "--pfn", "100", "--node", ",", NULL);
	check_failure(w, 1, "give numbers of nodes", NULL);
}

static uint64_t make_directory(struct world *w, const char *name, char path[PATH_MAX])
{
	struct stat st;

	world_path(w, name, path);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

/* Any directories do, as a folio has the inode number. */
static void folio_filters_by_memcg(void **state)
{
	struct world *w = *state;
	char parent[PATH_MAX], child[PATH_MAX], other[PATH_MAX];
	struct rmap_ab_page page;

	rmapctl(w, "folio", "--summary", "--memcg", "7", NULL);
	check_in(w->out, "anon              4 KiB        10         40 ");
	check_in(w->out, "\n10 folios, ");
	frames_get(w, 105, &page);
	page.memcg = make_directory(w, "parent", parent);
	frames_set(w, 105, &page);
	frames_get(w, 106, &page);
	page.memcg = make_directory(w, "parent/child", child);
	frames_set(w, 106, &page);
	make_directory(w, "other", other);
	rmapctl(w, "folio", "--pfn", "100-109", "--memcg", parent, NULL);
	check_in(w->out, "\n2 folios, ");
	rmapctl(w, "folio", "--pfn", "100-109", "--memcg", child, NULL);
	check_in(w->out, "pfn 106  anon");
	check_in(w->out, "\n1 folio, ");
	rmapctl(w, "folio", "--pfn", "100-109", "--memcg", other, NULL);
	check_in(w->out, "0 folios, ");
	strcat(other, "/none");
	rmapctl(w, "folio", "--pfn", "100", "--memcg", other, NULL);
	check_failure(w, 2, "--memcg: cannot read ", "/other/none: No such file", NULL);
	rmapctl(w, "folio", "--pfn", "100", "--memcg", "7", "--memcg", "8", NULL);
	check_failure(w, 1, "--memcg can be given only once", NULL);
}

static const struct CMUnitTest tests[] = {
	FRAMES_TEST(folio_shows_it_as_a_strip_with_counters),
	FRAMES_TEST(folio_as_json_has_every_key),
	FRAMES_TEST(folio_says_whose_the_mm_ids_are),
	FRAMES_TEST(folio_says_whether_shared_is_exact),
	FRAMES_TEST(folio_says_that_its_pages_are_not_counted),
	FRAMES_TEST(folio_knows_what_it_can_without_page_mapcounts),
	FRAMES_TEST(folio_says_when_its_mm_ids_change),
	FRAMES_TEST(folio_without_the_file_mm_ids),
	FRAMES_TEST(folio_is_shown_once_and_as_a_whole),
	FRAMES_TEST(folio_filters),
	FRAMES_TEST(folio_sorts),
	FRAMES_TEST(summary_has_a_row_per_kind_and_size),
	FRAMES_TEST(summary_is_of_all_memory),
	FRAMES_TEST(summary_by_vma),
	FRAMES_TEST(summary_says_what_is_not_counted),
	FRAMES_TEST(summary_refuses_what_it_cannot),
	FRAMES_TEST(python_reads_the_records),
	FRAMES_TEST(folio_filters_by_node),
	FRAMES_TEST(folio_filters_by_memcg),
	FRAMES_TEST(folio_blocks_do_not_depend_on_each_other),
	FRAMES_TEST(folio_sums_up_what_shares_a_block),
	FRAMES_TEST(folio_says_when_it_changed),
	FRAMES_TEST(folio_mixes_up_no_garbled_records),
	FRAMES_TEST(folio_fits_80_columns),
	FRAMES_TEST(folio_needs_to_know_which),
	FRAMES_TEST(folio_refuses_bad_numbers),
	FRAMES_TEST(folio_says_why_there_is_none),
	FRAMES_TEST(folio_says_when_a_huge_page_is_not_there),
	FRAMES_TEST(folio_says_what_a_process_lacks),
	FRAMES_TEST(folio_notices_that_the_process_exits_meanwhile),
	FRAMES_TEST(folio_is_for_root),
	FRAMES_TEST(folio_needs_a_module_with_page_state),
	FRAMES_TEST(folio_lists_what_holds_a_file),
	FRAMES_TEST(folio_notices_a_full_disk),
	FRAMES_TEST(folio_help_explains_it),
};

GROUP(folio, tests);
