// SPDX-License-Identifier: GPL-2.0
/* Two snapshots, and what has become of the folios. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "groups.h"

#define SECOND_BOOT	"0b0a5e1e-0000-4000-8000-000000000002\n"

/* Takes one into the file `a` or `b`, and returns its path. */
static const char *snapshot_of(struct world *w, const char *name, const char *pfns)
{
	static char paths[2][PATH_MAX];
	char *path = paths[*name - 'a'];

	world_write(w, name, "");
	world_path(w, name, path);
	w->output = path;
	rmapctl(w, "folio", "--snapshot", "--pfn", pfns, NULL);
	w->output = NULL;
	check_fine(w, "");
	return path;
}

static const char *snapshot(struct world *w, const char *name)
{
	return snapshot_of(w, name, "0-");
}

/* Which folios there are is the same as in the list. */
static void snapshot_has_each_folio_and_an_end(void **state)
{
	struct world *w = *state;

	rmapctl(w, "folio", "--snapshot", "--pid", "42", "--order", "9", NULL);
	assert_int_equal(w->code, 0);
	check_in(w->out, "{\"snapshot\":1,\"boot_id\":\"0b0a5e1e-0000-4000-8000-000000000001\",\"kernel\":\"");
	check_in(w->out, "\"words\":[\"folio\",\"--snapshot\",\"--pid\",\"42\",\"--order\",\"9\"]}\n"
		 "{\"pfn\":512,");
	check_in(w->out, "\"address\":8388608}\n{\"end\":true,\"folios\":2,\"ended\":\"");
	/* Without WHICH, all there are. */
	rmapctl(w, "folio", "--snapshot", NULL);
	check_in(w->out, "{\"end\":true,\"folios\":14,");
	rmapctl(w, "folio", "--snapshot", "-p", NULL);
	check_failure(w, 1, "leave out -p", NULL);
	rmapctl(w, "folio", "--snapshot", "--summary", NULL);
	check_failure(w, 1, "leave out --summary", NULL);
	world_write(w, BOOT_ID, "");
	rmapctl(w, "folio", "--snapshot", NULL);
	check_failure(w, 2, "cannot learn which boot this is", NULL);
}

/* It needs nothing but the files. */
static void diff_of_the_same_is_none(void **state)
{
	struct world *w = *state;
	const char *a = snapshot(w, "a"), *b = snapshot(w, "b");

	world_remove(w, "debugfs");
	world_remove(w, "proc");
	w->as_nobody = true;
	rmapctl(w, "diff", a, b, NULL);
	check_fine(w, "0 new, 0 gone, 0 reused, 0 split, 0 changed, 14 as before\n");
	rmapctl(w, "-j", "diff", a, b, NULL);
	check_fine(w, "[]\n");
}

static void set_range(struct world *w, uint64_t first, uint64_t nr,
		      const struct rmap_ab_page *page)
{
	for (uint64_t pfn = first; pfn < first + nr; pfn++)
		frames_set(w, pfn, page);
}

static void free_frames(struct world *w, uint64_t first, uint64_t nr)
{
	const struct rmap_ab_page page = {
		.flags = RMAP_AB_PAGE_PRESENT | RMAP_AB_PAGE_FREE,
	};

	set_range(w, first, nr, &page);
}

static void diff_shows_what_changed(void **state)
{
	struct world *w = *state;
	const char *a = snapshot(w, "a"), *b;
	struct rmap_ab_page page;

	for (uint64_t pfn = 1024; pfn < 1536; pfn++) {
		frames_get(w, pfn, &page);
		page.large_mapcount = 1009;
		page.refcount = 1009;
		page.page_mapcount -= pfn >= 1027 && pfn < 1036;
		page.flags |= RMAP_AB_FOLIO_LOCKED;
		page.flags &= ~RMAP_AB_FOLIO_DEFERRED_SPLIT;
		frames_set(w, pfn, &page);
	}
	b = snapshot(w, "b");
	rmapctl(w, "diff", a, b, NULL);
	assert_string_equal(w->err, "");
	assert_int_equal(w->code, 1);
	assert_string_equal(w->out,
			    "changed  pfn 1024  anon  order 9, 2 MiB  index 2048\n"
			    "  refcount 1018 -> 1009  large_mapcount 1018 -> 1009  deferred_split yes -> no\n"
			    "  pages 3-11 page_mapcount 2 -> 1\n"
			    "\n0 new, 0 gone, 0 reused, 0 split, 1 changed, 13 as before\n");
	rmapctl(w, "-j", "diff", a, b, NULL);
	assert_int_equal(w->code, 1);
	check_in(w->out, "[{\"change\":\"changed\",\"pfn\":1024,\"order\":9,\"kind\":\"anon\","
		 "\"index\":2048,\"parts\":0,\"racy\":false,\"before\":{\"refcount\":1018,"
		 "\"large_mapcount\":1018,\"deferred_split\":true,\"runs\":[");
	check_in(w->out, "\"after\":{\"refcount\":1009,\"large_mapcount\":1009,\"deferred_split\":false,\"runs\":[");
	check_not_in(w->out, "locked");
}

static void diff_shows_what_came_and_went(void **state)
{
	struct world *w = *state;
	const char *a = snapshot(w, "a"), *b;
	struct rmap_ab_page page;

	frames_get(w, 100, &page);
	for (uint64_t pfn = 200; pfn < 203; pfn++) {
		page.head_pfn = pfn;
		frames_set(w, pfn, &page);
	}
	free_frames(w, 102, 5);
	frames_get(w, 108, &page);
	page.index = 99;
	frames_set(w, 108, &page);
	frames_get(w, 109, &page);
	page.kind = RMAP_AB_KIND_FILE;
	page.index = 7;
	frames_set(w, 109, &page);
	b = snapshot(w, "b");
	rmapctl(w, "diff", a, b, NULL);
	assert_int_equal(w->code, 1);
	assert_string_equal(w->out,
			    "gone     pfn 102-106  anon  order 0, 5 of 4 KiB\n"
			    "reused   pfn 108  anon  order 0, 4 KiB  index 5008\n"
			    "  -> anon  order 0, 4 KiB  index 99\n"
			    "reused   pfn 109  anon  order 0, 4 KiB  index 5009\n"
			    "  -> file  order 0, 4 KiB  index 7\n"
			    "new      pfn 200-202  anon  order 0, 3 of 4 KiB\n"
			    "\n3 new, 5 gone, 2 reused, 0 split, 0 changed, 7 as before\n");
	rmapctl(w, "-j", "diff", a, b, NULL);
	check_in(w->out, "{\"change\":\"new\",\"pfn\":202,\"order\":0,\"kind\":\"anon\",\"index\":5000,"
		 "\"parts\":0,\"racy\":false,\"after\":{\"pfn\":202,");
	check_in(w->out, "{\"change\":\"gone\",\"pfn\":106,");
	/* The other way round. */
	rmapctl(w, "diff", b, a, NULL);
	check_in(w->out, "\n5 new, 3 gone, 2 reused, 0 split, 0 changed, 7 as before\n");
}

/* Those that change in the same way share a line; one that changes otherwise has its own. */
static void diff_joins_what_changed_alike(void **state)
{
	struct world *w = *state;
	const char *a = snapshot(w, "a"), *b;
	struct rmap_ab_page page;

	for (uint64_t pfn = 102; pfn < 108; pfn++) {
		frames_get(w, pfn, &page);
		page.refcount += pfn == 105 ? 2 : 1;
		frames_set(w, pfn, &page);
	}
	b = snapshot(w, "b");
	rmapctl(w, "diff", a, b, NULL);
	assert_string_equal(w->out,
			    "changed  pfn 102-104  anon  order 0, 3 of 4 KiB\n"
			    "  refcount 1 -> 2\n"
			    "changed  pfn 105  anon  order 0, 4 KiB  index 5005\n"
			    "  refcount 1 -> 3\n"
			    "changed  pfn 106-107  anon  order 0, 2 of 4 KiB\n"
			    "  refcount 1 -> 2\n"
			    "\n0 new, 0 gone, 0 reused, 0 split, 6 changed, 8 as before\n");
}

/* A part of the folio is free again, and one of its page frames is of another. */
static void diff_knows_a_split(void **state)
{
	struct world *w = *state;
	const char *a = snapshot(w, "a"), *b;
	struct rmap_ab_page page;

	frames_get(w, 100, &page);
	for (uint64_t pfn = 516; pfn < 1024; pfn++) {
		page.head_pfn = pfn;
		page.index = 1024 + pfn - 512 + (pfn == 600 ? 5 : 0);
		frames_set(w, pfn, &page);
	}
	free_frames(w, 512, 4);
	b = snapshot(w, "b");
	rmapctl(w, "diff", a, b, NULL);
	assert_int_equal(w->code, 1);
	assert_string_equal(w->out,
			    "split    pfn 512  anon  order 9, 2 MiB  index 1024 -> 507 folios\n"
			    "new      pfn 600  anon  order 0, 4 KiB  index 1117\n"
			    "\n1 new, 0 gone, 0 reused, 1 split, 0 changed, 13 as before\n");
	rmapctl(w, "-j", "diff", a, b, NULL);
	check_in(w->out, "[{\"change\":\"split\",\"pfn\":512,\"order\":9,\"kind\":\"anon\",\"index\":1024,\"parts\":507,");
}

static void diff_shows_slots_of_mms(void **state)
{
	struct world *w = *state;
	struct rmap_ab_page page;
	const char *a, *b;

	for (uint64_t pfn = 2048; pfn < 2064; pfn++) {
		frames_get(w, pfn, &page);
		page.flags |= RMAP_AB_FOLIO_MM_IDS;
		page.mm_id = pfn % 2 ? 0 : 17;
		page.mm_mapcount = pfn % 2 ? 0 : 16;
		frames_set(w, pfn, &page);
	}
	world_write(w, MM_IDS, "mm_id=17 pid=42 comm=test\nmm_id=18 pid=43 comm=x\n");
	a = snapshot(w, "a");
	for (uint64_t pfn = 2049; pfn < 2064; pfn += 2) {
		frames_get(w, pfn, &page);
		page.mm_id = 18;
		page.mm_mapcount = 3;
		frames_set(w, pfn, &page);
	}
	b = snapshot(w, "b");
	rmapctl(w, "diff", a, b, NULL);
	check_in(w->out, "\n  mm_ids 17:16 -> 17:16,18:3\n");
}

static void diff_refuses_other_boots(void **state)
{
	struct world *w = *state;
	const char *a = snapshot(w, "a"), *b;

	world_write(w, BOOT_ID, SECOND_BOOT);
	b = snapshot(w, "b");
	rmapctl(w, "diff", a, b, NULL);
	check_failure(w, 2, "are of two boots", NULL);
}


static void diff_refuses_what_is_cut_off(void **state)
{
	struct world *w = *state;
	const char *a = snapshot(w, "a"), *b = snapshot(w, "b");
	static char text[OUTPUT_MAX];
	char *last;

	world_read(w, "b", text, sizeof(text));
	last = strstr(text, "{\"end\"");
	assert_non_null(last);
	world_write_bytes(w, "b", text, last - text);
	rmapctl(w, "diff", a, b, NULL);
	check_failure(w, 2, "/b is cut off: its last line is missing", NULL);
	world_write_bytes(w, "b", text, last - text - 100);
	rmapctl(w, "diff", a, b, NULL);
	check_failure(w, 2, "/b is cut off in line ", NULL);
	world_write(w, "b", "");
	rmapctl(w, "diff", a, b, NULL);
	check_failure(w, 2, "/b is empty", NULL);
}

static void diff_refuses_other_files(void **state)
{
	static const struct {
		const char *text, *complaint;
	} cases[] = {
		{ "[]\n", "/b is a list as -j prints it" },
		{ "hello\n", "/b is no snapshot: make one with 'rmapctl folio --snapshot'" },
		{ "{}\n", "/b is no snapshot" },
		{ "{\"snapshot\":2}\n", "/b has the version 2" },
		{ "{\"recording\":1}\n", "/b is a recording, but a snapshot is needed" },
		{ "{\"snapshot\":1}\n", "/b does not say of which boot it is" },
		{ "{\"snapshot\":1,\"boot_id\":\"x\"}\n{\"pfn\":1}\n", "/b:2: that is no folio" },
		{ "{\"snapshot\":1,\"boot_id\":\"x\"}\n{\"pfn\":1,\"kind\":\"anon\",\"order\":99}\n",
		  "/b:2: that is no folio" },
		{ "{\"snapshot\":1,\"boot_id\":\"x\"}\nhello\n", "/b:2: that is no JSON object" },
		{ "{\"snapshot\":1,\"boot_id\":\"x\"}\n{\"end\":true,\"folios\":1}\n",
		  "/b has 0 folios, but should have 1" },
		{ "{\"snapshot\":1,\"boot_id\":\"x\"}\n{\"end\":true,\"folios\":0}\n{}\n",
		  "/b:3: there is something behind" },
	};
	struct world *w = *state;
	const char *a = snapshot(w, "a");
	char b[PATH_MAX];

	world_path(w, "b", b);
	rmapctl(w, "diff", a, b, NULL);
	check_failure(w, 2, "cannot open ", "No such file", NULL);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		world_write(w, "b", cases[i].text);
		rmapctl(w, "diff", a, b, NULL);
		check_failure(w, 2, cases[i].complaint, NULL);
	}
	/* As of diff(1), wrong usage is trouble. */
	rmapctl(w, "diff", a, NULL);
	check_failure(w, 2, "'diff' needs BEFORE AFTER", NULL);
	rmapctl(w, "diff", a, a, "--nothing", NULL);
	check_failure(w, 2, "unknown option '--nothing'", NULL);
}

static void diff_says_that_options_differ(void **state)
{
	struct world *w = *state;
	const char *a = snapshot(w, "a"), *b;

	b = snapshot_of(w, "b", "0-1023");
	rmapctl(w, "diff", a, b, NULL);
	assert_int_equal(w->code, 1);
	check_in(w->err, "taken with other options");
	check_in(w->out, "\n0 new, 3 gone, 0 reused, 0 split, 0 changed, 11 as before\n");
}

static const struct CMUnitTest tests[] = {
	FRAMES_TEST(snapshot_has_each_folio_and_an_end),
	FRAMES_TEST(diff_of_the_same_is_none),
	FRAMES_TEST(diff_shows_what_changed),
	FRAMES_TEST(diff_shows_what_came_and_went),
	FRAMES_TEST(diff_joins_what_changed_alike),
	FRAMES_TEST(diff_knows_a_split),
	FRAMES_TEST(diff_shows_slots_of_mms),
	FRAMES_TEST(diff_refuses_other_boots),
	FRAMES_TEST(diff_refuses_what_is_cut_off),
	FRAMES_TEST(diff_refuses_other_files),
	FRAMES_TEST(diff_says_that_options_differ),
};

GROUP(diff, tests);
