// SPDX-License-Identifier: GPL-2.0
/* As in test_mappers.c, the command overwrites the beginning of a file. */
#include <stdio.h>
#include <string.h>

#include "groups.h"

#define AUDIT	"debugfs/rmap_ab/audit"

#define HEAD(state, end, position)					\
	"state: " state "\nstart: 0x0\nend: " end "\nposition: " position \
	"\nelapsed_us: 35012\nscanned: 4096\nfolios: 107\n"

#define MIDDLE(mismatched, statistics)					\
	"checked: 100\nchecked_pages: 611\nmappings: 700\nwalks: 3\n"	\
	"mismatched: " mismatched "\nskipped_locked: 5\n"		\
	"skipped_contended: 0\nskipped_unstable: 2\nskipped_no_rmap: 0\n" \
	"skipped_ksm: 0\nskipped_stack: 0\nskipped_device: 0\n"		\
	"skipped_too_many: 0\nskipped_unmapped: 0\n"			\
	"statistics: " statistics "\n"					\
	"anon_mapped_counted: 90\nanon_mapped_low: 100\n"		\
	"anon_mapped_high: 101\nanon_mapped_drift: -10\n"		\
	"anon_mapped_allowed: 66\n"					\
	"file_mapped_counted: 521\nfile_mapped_low: 521\n"		\
	"file_mapped_high: 521\nfile_mapped_drift: 0\n"			\
	"file_mapped_allowed: 64\nof_a_younger_module: what\n"

#define RESULT(mismatched, statistics)	\
	HEAD("finished", "0x1000", "0x1000") MIDDLE(mismatched, statistics)

#define MISMATCHES							\
	"mismatch: folio=0x200 order=9 kind=anon walked=1 differences=3 mappers=14\n" \
	"  difference: counter=large_mapcount first=0 count=1 says=511 tables=512\n" \
	"  difference: counter=page_mapcount first=7 count=1 says=3 tables=1\n" \
	"  mapper: pid=42 address=0x400000 first=0 count=512 level=pte "	\
	"writable=1 anon_exclusive=0 migration=0 comm=test\n"		\
	"  mapper: pid=43 address=0x500000 first=0 count=0 level=pte "	\
	"writable=0 anon_exclusive=0 migration=0 comm=child\n"		\
	"mismatch: folio=0x64 order=0 kind=anon walked=0 differences=1 mappers=0\n" \
	"  difference: counter=page_mapcount first=0 count=1 says=-1 tables=0\n"

#define SUMMARY(mismatched, statistics)					\
	"finished    in 0.035 s\n"					\
	"scanned     4096 page frames: 107 folios\n"			\
	"checked     100 folios: 611 pages, 700 mappings\n"		\
	"skipped     5  somebody kept its lock\n"			\
	"skipped     2  its mappings changed all the time\n"		\
	"mismatched  " mismatched "\n"					\
	"statistics  " statistics "\n"					\
	"  NR_ANON_MAPPED: 100 to 101 pages, the counters add up to 90: drift -10, allowed 66\n" \
	"  NR_FILE_MAPPED: 521 to 521 pages, the counters add up to 521: drift 0, allowed 64\n"

static void answer(struct world *w, const char *command, const char *text)
{
	char all[8192];

	snprintf(all, sizeof(all), "%.*s%s", (int)strlen(command),
		 "??????????????????????????????", text);
	world_write(w, AUDIT, all);
}

static void check_audit_asked(struct world *w, const char *command)
{
	char text[8192];

	world_read(w, AUDIT, text, sizeof(text));
	assert_int_equal(strncmp(text, command, strlen(command)), 0);
	assert_int_equal(strncmp(text + strlen(command), "state", 5), 0);
}

static void audit_sums_up(void **state)
{
	struct world *w = *state;

	answer(w, "run", RESULT("0", "fine"));
	rmapctl(w, "audit", NULL);
	check_fine(w, SUMMARY("0", "fine"));
	check_audit_asked(w, "run");
}

static void audit_asks_for_a_range(void **state)
{
	static const char *const cases[][2] = {
		{ "0x200-1023", "run 512 512" },
		{ "7", "run 7 1" },
		{ "7+3", "run 7 3" },
		{ "7-", "run 7" },
		{ "0-", "run 0" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		answer(w, cases[i][1], "state: finished\nstart: 0x200\n");
		rmapctl(w, "audit", "--pfn", cases[i][0], NULL);
		assert_int_equal(w->code, 0);
		check_audit_asked(w, cases[i][1]);
	}
}

static void audit_tells_of_mm_ids(void **state)
{
	struct world *w = *state;

	answer(w, "run", RESULT("1", "fine")
	       "mismatch: folio=0x200 order=9 kind=anon walked=1 differences=2 mappers=0\n"
	       "  difference: counter=mm_mapcount first=1 count=1 says=512 tables=0\n"
	       "  difference: counter=maybe_mapped_shared first=0 count=1 says=0 tables=1\n");
	rmapctl(w, "audit", NULL);
	assert_int_equal(w->code, 3);
	check_in(w->out,
		 "  mm_mapcount of slot 1: the counter says 512, the page tables say 0:\n"
		 "    512 mappings are counted, but missing in the page tables\n"
		 "  maybe_mapped_shared: the kernel says no, but more than one mm maps the folio\n");
}

static void audit_tells_of_folios_without_page_mapcounts(void **state)
{
	struct world *w = *state;

	answer(w, "run", RESULT("2", "fine")
	       "mismatch: folio=0x200 order=9 kind=anon walked=1 differences=2 mappers=0 layout=none\n"
	       "  difference: counter=page_mapcount first=3 count=1 says=1 tables=0\n"
	       "  difference: counter=nr_pages_mapped first=0 count=1 says=1 tables=0\n"
	       "mismatch: folio=0x400 order=9 kind=anon walked=1 differences=1 mappers=0\n"
	       "  difference: counter=layout_none first=0 count=1 says=1 tables=0\n");
	rmapctl(w, "audit", NULL);
	assert_int_equal(w->code, 3);
	check_in(w->out, "anon, order 9, layout none\n"
		 "  page_mapcount of page 3: the counter says 1, but pages of layout none are not counted\n"
		 "  nr_pages_mapped: the counter says 1, but pages of layout none are not counted\n");
	check_in(w->out, "anon, order 9\n  layout none: of a folio that nobody maps\n");
	answer(w, "run", RESULT("1", "fine")
	       "mismatch: folio=0x200 order=9 kind=anon walked=1 differences=0 mappers=0 layout=none\n");
	rmapctl(w, "-j", "audit", NULL);
	check_in(w->out, "\"kind\":\"anon\",\"layout\":\"none\",\"walked\":true");
}

static void audit_tells_mismatches_in_words(void **state)
{
	struct world *w = *state;

	answer(w, "run", RESULT("3", "fine") MISMATCHES);
	rmapctl(w, "audit", NULL);
	assert_string_equal(w->out, SUMMARY("3", "fine")
		"\nmismatch: the folio at pfn 512 (0x200), anon, order 9\n"
		"  large_mapcount: the counter says 511, the page tables say 512:\n"
		"    1 mapping is in the page tables, but missing in the counter\n"
		"  page_mapcount of page 7: the counter says 3, the page tables say 1:\n"
		"    2 mappings are counted, but missing in the page tables\n"
		"  and 1 more differences\n"
		"  process 42 (test) maps pages 0-511 at 0x400000, by pte, writable\n"
		"  process 43 (child) has an area over it at 0x500000, but maps none of its pages there:\n"
		"    a missing mapping may have been here\n"
		"  and 12 more mappings or areas\n"
		"\nmismatch: the folio at pfn 100 (0x64), anon, order 0\n"
		"  page_mapcount of page 0: the counter says -1, the page tables say 0:\n"
		"    1 mapping is in the page tables, but missing in the counter\n"
		"  its mappings could not be looked for: nothing is counted, so it has no reverse map\n"
		"  and 1 more mismatches\n");
	assert_string_equal(w->err, "");
	assert_int_equal(w->code, 3);
}

static void audit_as_json(void **state)
{
	struct world *w = *state;
	struct json_object *array, *object;

	answer(w, "run", RESULT("3", "fine") MISMATCHES);
	rmapctl(w, "-j", "audit", NULL);
	assert_int_equal(w->code, 3);
	object = only_object(w, &array);
	check_string(object, "state", "finished");
	check_number(object, "end", 4096);
	check_number(object, "skipped_locked", 5);
	json_object_put(array);
	check_in(w->out, "\"anon_mapped_drift\":-10,");
	check_in(w->out, "\"mismatches\":[{\"head_pfn\":512,\"order\":9,"
		 "\"kind\":\"anon\",\"walked\":true,\"nr_differences\":3,"
		 "\"nr_mappers\":14,\"differences\":[{\"counter\":"
		 "\"large_mapcount\",\"first\":0,\"count\":1,\"says\":511,"
		 "\"tables\":512},");
	check_in(w->out, "\"mappers\":[{\"pid\":42,\"comm\":\"test\",");
	check_in(w->out, "\"says\":-1,\"tables\":0}],\"mappers\":[]}]}]\n");
}

static void audit_judges_the_statistics(void **state)
{
	struct world *w = *state;

	answer(w, "run", RESULT("0", "drifted"));
	rmapctl(w, "audit", NULL);
	assert_string_equal(w->out, SUMMARY("0", "drifted"));
	assert_int_equal(w->code, 3);
	answer(w, "run", RESULT("0", "undecided"));
	rmapctl(w, "audit", NULL);
	check_fine(w, SUMMARY("0", "undecided"));
}

static void audit_that_is_not_through(void **state)
{
	struct world *w = *state;

	answer(w, "run", HEAD("interrupted", "0x1000", "0x800")
	       MIDDLE("0", "not-compared"));
	rmapctl(w, "audit", NULL);
	check_in(w->out, "interrupted  in 0.035 s\n");
	check_not_in(w->out, "NR_ANON_MAPPED");
	check_in(w->err, "the audit is interrupted: all before page frame 2048 has been looked at");
	assert_int_equal(w->code, 2);
}

static void audit_fails(void **state)
{
	struct world *w = *state;

	answer(w, "run 4096 1", "state: finished\nstart: 0x1000\nend: 0x1000\n");
	rmapctl(w, "audit", "--pfn", "4096", NULL);
	check_failure(w, 2, "4096 is out of range", "last one is 4095", NULL);
	answer(w, "run 5000 1", "state: finished\nstart: 0x1000\nend: 0x1000\n");
	rmapctl(w, "audit", "--pfn", "5000", NULL);
	check_failure(w, 2, "5000 is out of range", "last one is 4095", NULL);
	answer(w, "run", "state: finished\nfolios: many\n");
	rmapctl(w, "-j", "audit", NULL);
	check_failure(w, 2, "does not understand", NULL);
	answer(w, "run", "  mapper: pid=1\n");
	rmapctl(w, "audit", NULL);
	check_failure(w, 2, "does not understand", NULL);
	world_remove(w, AUDIT);
	rmapctl(w, "audit", NULL);
	check_failure(w, 2, "different versions", NULL);
}

static void audit_refuses(void **state)
{
	struct world *w = *state;

	rmapctl(w, "audit", "--pfn", "9-1", NULL);
	check_failure(w, 1, "ends before it begins", NULL);
	rmapctl(w, "audit", "--pfn", "1", "--pfn", "2", NULL);
	check_failure(w, 1, "only once", NULL);
	rmapctl(w, "audit", "--pfn", "99999999999999999999", NULL);
	check_failure(w, 1, "does not fit", NULL);
	rmapctl(w, "audit", "5", NULL);
	check_failure(w, 1, "is unexpected", NULL);
}

static const struct CMUnitTest tests[] = {
	WORLD_TEST(audit_sums_up),
	WORLD_TEST(audit_asks_for_a_range),
	WORLD_TEST(audit_tells_mismatches_in_words),
	WORLD_TEST(audit_tells_of_mm_ids),
	WORLD_TEST(audit_tells_of_folios_without_page_mapcounts),
	WORLD_TEST(audit_as_json),
	WORLD_TEST(audit_judges_the_statistics),
	WORLD_TEST(audit_that_is_not_through),
	WORLD_TEST(audit_fails),
	WORLD_TEST(audit_refuses),
};

GROUP(audit, tests);
