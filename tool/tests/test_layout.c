// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "frames.h"
#include "groups.h"

#define STEPS(steps)	steps, ARRAY_SIZE(steps)
#define LAYOUT		"debugfs/rmap_ab/layout"

/* Of the machine's large folios, the one at 2064 has MM IDs: it can have a layout. */
static void give_folio(struct world *w, unsigned int flags)
{
	for (uint64_t i = 0; i < 16; i++) {
		const struct rmap_ab_page page = {
			.head_pfn = 2064, .order = 4, .kind = RMAP_AB_KIND_ANON,
			.large_mapcount = 16, .refcount = 17,
			.flags = RMAP_AB_PAGE_PRESENT | RMAP_AB_FOLIO_MM_IDS | flags,
		};

		frames_set(w, 2064 + i, &page);
	}
}

static void layout_is_shown(void **state)
{
	struct world *w = *state;

	world_write(w, LAYOUT, "[page] none\n");
	give_folio(w, 0);
	rmapctl(w, "layout", NULL);
	check_fine(w, "layout       page\nfolios_page  1\nfolios_none  0\npinned       0\n");
	give_folio(w, RMAP_AB_FOLIO_LAYOUT_NONE | RMAP_AB_FOLIO_MAYBE_PINNED);
	rmapctl(w, "layout", NULL);
	check_fine(w, "layout       page\nfolios_page  0\nfolios_none  1\npinned       1\n");
	world_write(w, LAYOUT, "page [none]\n");
	rmapctl(w, "layout", "-j", NULL);
	check_fine(w, "[{\"layout\":\"none\",\"folios_page\":0,\"folios_none\":1,\"pinned\":0}]\n");
}

static void layout_changes(void **state)
{
	static const struct step steps[] = {
		{ .path = LAYOUT, .says = "[page] none\n" },
		{ .path = LAYOUT, .hears = "none" },
		{ .path = LAYOUT, .says = "page [none]\n" },
	};
	static const struct step again[] = {
		{ .path = LAYOUT, .says = "page [none]\n" },
		{ .path = LAYOUT, .hears = "none" },
		{ .path = LAYOUT, .says = "page [none]\n" },
	};
	struct world *w = *state;

	kernel_start(w, STEPS(steps));
	rmapctl(w, "layout", "none", NULL);
	kernel_end(w);
	check_fine(w, "page -> none\n");
	kernel_start(w, STEPS(steps));
	rmapctl(w, "layout", "none", "-j", NULL);
	kernel_end(w);
	check_in(w->out, "{\"layout\":\"none\",\"folios_page\":");
	check_in(w->out, ",\"from\":\"page\"}]\n");
	kernel_start(w, STEPS(again));
	rmapctl(w, "layout", "none", NULL);
	kernel_end(w);
	check_fine(w, "none already: nothing changed\n");
}

static void layout_notices_that_another_came(void **state)
{
	static const struct step steps[] = {
		{ .path = LAYOUT, .says = "[page] none\n" },
		{ .path = LAYOUT, .hears = "none" },
		{ .path = LAYOUT, .says = "[page] none\n" },
	};
	struct world *w = *state;

	kernel_start(w, STEPS(steps));
	rmapctl(w, "layout", "none", NULL);
	kernel_end(w);
	check_failure(w, 3, "accepted 'none', but then 'page'", NULL);
}

static void layout_repeats_why_it_is_refused(void **state)
{
	static const struct step steps[] = {
		{ .path = ERROR_LOG, .says = "" },
		{ .path = ERROR_LOG, .says = "[    2.000000] layout none: no such kernel\n" },
	};
	struct world *w = *state;

	world_write(w, LAYOUT, "[page]\n");
	w->refuse = "none";
	w->refuse_errno = 95;
	kernel_start(w, STEPS(steps));
	rmapctl(w, "layout", "none", NULL);
	kernel_end(w);
	check_failure(w, 2, "'none'", "the kernel says: layout none: no such kernel\n", NULL);
}

static void layout_refuses_a_garbled_file(void **state)
{
	struct world *w = *state;

	world_write(w, LAYOUT, "page none\n");
	rmapctl(w, "layout", NULL);
	check_failure(w, 2, "'layout' is garbled", NULL);
	world_remove(w, LAYOUT);
	rmapctl(w, "layout", NULL);
	check_failure(w, 2, "/layout: No such file", NULL);
}

static void layout_converts_a_process_only(void **state)
{
	struct world *w = *state;

	world_write(w, LAYOUT, "[page] none\n");
	rmapctl(w, "layout", "--convert", NULL);
	check_failure(w, 1, "--convert needs --pid", NULL);
	/* Nothing of it has another layout, so nothing is moved. */
	rmapctl(w, "layout", "-j", "--convert", "--pid", "42", NULL);
	assert_int_equal(w->code, 0);
	check_in(w->out, "\"converted\":0,\"kept\":0}]\n");
}

static void layout_names_are_completed(void **state)
{
	struct world *w = *state;

	world_write(w, LAYOUT, "[page] none\n");
	rmapctl(w, "complete", "--", "layout", "", NULL);
	check_fine(w, "page\nnone\n");
	world_write(w, LAYOUT, "[page]\n");
	rmapctl(w, "complete", "--", "layout", "", NULL);
	check_fine(w, "page\n");
}

static const struct CMUnitTest tests[] = {
	FRAMES_TEST(layout_is_shown),
	FRAMES_TEST(layout_changes),
	FRAMES_TEST(layout_notices_that_another_came),
	FRAMES_TEST(layout_repeats_why_it_is_refused),
	FRAMES_TEST(layout_refuses_a_garbled_file),
	FRAMES_TEST(layout_converts_a_process_only),
	FRAMES_TEST(layout_names_are_completed),
};

GROUP(layout, tests);
