// SPDX-License-Identifier: GPL-2.0
/*
 * A file stands for the kernel. The command overwrites its first bytes, and the
 * bytes behind them are the answer.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "frames.h"
#include "groups.h"

#define MAPPERS	"debugfs/rmap_ab/mappers"

#define TWO								\
	"# folio=0x200 order=9 kind=anon page=188\n"			\
	"pid=42 address=0x400000 first=0 count=512 level=pmd "	\
	"writable=1 anon_exclusive=1 migration=0 comm=test\n" \
	"pid=7 address=0x7f0000001000 first=188 count=1 level=pte "	\
	"writable=0 anon_exclusive=0 migration=1 comm=a\\012\\134 b\n"

#define TWO_TEXT							\
	"page 188 of the folio at pfn 512  anon  order 9\n"		\
	"    pid         address     pages  level    comm\n"		\
	"     42        0x400000     0-511  pmd      test, writable, anon-exclusive\n" \
	"      7  0x7f0000001000       188  pte      a\\x0a\\ b, migration entry\n"

#define TWO_JSON							\
	"[{\"pid\":42,\"comm\":\"test\",\"address\":4194304,"		\
	"\"first\":0,\"count\":512,\"level\":\"pmd\","			\
	"\"writable\":true,\"anon_exclusive\":true,\"migration\":false}," \
	"{\"pid\":7,\"comm\":\"a\\n\\\\ b\",\"address\":139637976731648,"	\
	"\"first\":188,\"count\":1,\"level\":\"pte\","			\
	"\"writable\":false,\"anon_exclusive\":false,\"migration\":true}]\n"

/* The command must be as long as @room. */
static void answer(struct world *w, const char *room, const char *text)
{
	char all[4096];

	snprintf(all, sizeof(all), "%.*s%s", (int)strlen(room),
		 "??????????????????????????????", text);
	world_write(w, MAPPERS, all);
}

static void check_mappers_asked(struct world *w, const char *command)
{
	char text[4096];

	world_read(w, MAPPERS, text, sizeof(text));
	assert_int_equal(strncmp(text, command, strlen(command)), 0);
}

static void mappers_shows_a_row_for_each(void **state)
{
	struct world *w = *state;

	answer(w, "700", TWO);
	rmapctl(w, "mappers", "--pfn", "0x2bc", NULL);
	check_fine(w, TWO_TEXT);
	check_mappers_asked(w, "700#");
	answer(w, "700", TWO);
	rmapctl(w, "-j", "mappers", "--pfn", "700", NULL);
	check_fine(w, TWO_JSON);
}

/* 0x4bc000 is page 188 of the THP in frames 512-1023. */
static void mappers_of_an_address(void **state)
{
	struct world *w = *state;

	answer(w, "700", TWO);
	rmapctl(w, "mappers", "--pid", "42", "--addr", "0x4bcfff", NULL);
	check_fine(w, TWO_TEXT);
	check_mappers_asked(w, "700#");
}

static void mappers_passes_remarks_on(void **state)
{
	struct world *w = *state;

	answer(w, "700", "# folio=0x2bc order=0 kind=anon page=0\n# not mapped\n");
	rmapctl(w, "mappers", "--pfn", "700", NULL);
	check_fine(w, "page 0 of the folio at pfn 700  anon  order 0\nnot mapped\n");
	answer(w, "700", "# folio=0x2bc order=0 kind=anon page=0\n# not mapped\n");
	rmapctl(w, "-j", "mappers", "--pfn", "700", NULL);
	assert_string_equal(w->out, "[]\n");
	assert_string_equal(w->err, "rmapctl: not mapped\n");
	assert_int_equal(w->code, 0);
	answer(w, "700", "# page frame 0x2bc is free, or about to be\n");
	rmapctl(w, "mappers", "--pfn", "700", NULL);
	check_fine(w, "page frame 700 is free, or about to be\n");
}

static void mappers_without_an_answer(void **state)
{
	struct world *w = *state;

	answer(w, "1000000000", "# page frame 0x3b9aca00 does not exist\n");
	rmapctl(w, "mappers", "--pfn", "1000000000", NULL);
	check_failure(w, 2, "page frame 1000000000 does not exist", NULL);
	answer(w, "700", "# in use: its locks were not to be had; try again\n");
	rmapctl(w, "-j", "mappers", "--pfn", "700", NULL);
	check_failure(w, 2, "try again", NULL);
	answer(w, "700", "pid=1 garbled\n");
	rmapctl(w, "mappers", "--pfn", "700", NULL);
	check_failure(w, 2, "does not understand", "garbled", NULL);
	world_remove(w, MAPPERS);
	rmapctl(w, "mappers", "--pfn", "700", NULL);
	check_failure(w, 2, "different versions", NULL);
}

static void mappers_of_no_page(void **state)
{
	struct world *w = *state;

	answer(w, "700", TWO);
	rmapctl(w, "mappers", "--pid", "4242", "--addr", "0x400000", NULL);
	check_failure(w, 2, "there is no process 4242", NULL);
	rmapctl(w, "mappers", "--pid", "42", "--addr", "0x100000", NULL);
	check_failure(w, 2, "0x100000 is not mapped in process 42", NULL);
	rmapctl(w, "mappers", "--pid", "42", "--addr", "0x1001000", NULL);
	check_failure(w, 2, "0x1001000", "swapped out", NULL);
	rmapctl(w, "mappers", "--pid", "42", "--addr", "0x1003000", NULL);
	check_failure(w, 2, "0x1003000", "not present", NULL);
	check_mappers_asked(w, "???#");
}

static void mappers_refuses(void **state)
{
	static const struct {
		const char *words[4];
		const char *complaint;
	} cases[] = {
		{ { NULL }, "needs --pfn, or --pid and --addr" },
		{ { "--pid", "1" }, "--pid needs --addr" },
		{ { "--addr", "1" }, "--addr goes with --pid" },
		{ { "--pfn", "1", "--pid", "1" }, "excludes" },
		{ { "--pfn", "1", "--pfn", "1" }, "only once" },
		{ { "--pfn", "9-1" }, "ends before it begins" },
		{ { "--pfn", "1-9" }, "one page frame" },
		{ { "--pfn", "-1" }, "no range" },
		{ { "--pfn", "99999999999999999999" }, "does not fit" },
		{ { "--pid", "0", "--addr", "1" }, "--pid 0" },
		{ { "--pid", "1", "--addr", "4K-8K" }, "one address" },
		{ { "--pid", "1", "--addr", "x" }, "no range" },
		{ { "700" }, "'700' is unexpected" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *const *words = cases[i].words;

		rmapctl(w, "mappers", words[0], words[1], words[2], words[3],
			NULL);
		check_failure(w, 1, cases[i].complaint, NULL);
	}
	rmapctl(w, "-t", "mappers", "--pfn", "1", NULL);
	check_failure(w, 1, "mappers", NULL);
}

static void mappers_needs_root(void **state)
{
	struct world *w = *state;
	char debugfs[PATH_MAX];

	world_path(w, "debugfs", debugfs);
	assert_int_equal(chmod(debugfs, 0), 0);
	w->as_nobody = true;
	rmapctl(w, "mappers", "--pfn", "1", NULL);
	check_failure(w, 2, "Permission denied", "only root", NULL);
}

static const struct CMUnitTest tests[] = {
	FRAMES_TEST(mappers_shows_a_row_for_each),
	FRAMES_TEST(mappers_of_an_address),
	FRAMES_TEST(mappers_passes_remarks_on),
	FRAMES_TEST(mappers_without_an_answer),
	FRAMES_TEST(mappers_of_no_page),
	FRAMES_TEST(mappers_refuses),
	FRAMES_TEST(mappers_needs_root),
};

GROUP(mappers, tests);
