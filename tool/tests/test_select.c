// SPDX-License-Identifier: GPL-2.0
/* Folios of several processes: what each has, and what they have together. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "frames.h"
#include "groups.h"

/*
 * Process 43 maps the THP that 42 has by a PMD, 3 of its small folios at other
 * addresses, and a small folio of its own. Process 44 shares the memory of 43.
 */
#define MAPS_43								\
	"00600000-00800000 rw-p 00000000 00:00 0 \n"			\
	"01000000-01010000 rw-p 00000000 00:00 0        [heap]\n"

static const struct frames_mapping of_43[] = {
	{ 0x600000, 512, 512 }, { 0x1000000, 100, 3 }, { 0x1003000, 200, 1 },
};

static void make_others(struct world *w)
{
	struct rmap_ab_page page;

	frames_get(w, 100, &page);
	page.head_pfn = 200;
	frames_set(w, 200, &page);
	frames_process(w, 43, MAPS_43, of_43, ARRAY_SIZE(of_43));
	frames_process(w, 44, MAPS_43, of_43, ARRAY_SIZE(of_43));
}

static void make_cgroup(struct world *w, const char *name, const char *pids,
			char path[PATH_MAX])
{
	char procs[PATH_MAX];

	world_dir(w, name);
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", name);
	world_write(w, procs, pids);
	world_path(w, name, path);
}

/* 13 of process 42 and one more, none twice; the small ones in the order of 42. */
static void select_takes_each_folio_once(void **state)
{
	struct world *w = *state;

	make_others(w);
	rmapctl(w, "folio", "--pid", "42,43", NULL);
	assert_int_equal(w->code, 0);
	check_in(w->out, "\n14 folios, 1051 pages, 4204 KiB\n13 anon, 1 file\n");
	check_in(w->out, "pfn 512  anon  order 9, 2 MiB  at 0x400000 of 42\n");
	check_in(w->out, "pfn 200  anon  order 0, 4 KiB  at 0x1003000 of 43\n");
	check_not_in(w->out, "0x600000");
	rmapctl(w, "folio", "--pid", "43", "--pid", "42", NULL);
	check_in(w->out, "\n14 folios, 1051 pages, 4204 KiB\n13 anon, 1 file\n");
}

/* Neither of them twice as often as the other alone. */
static void select_knows_who_shares_all(void **state)
{
	struct world *w = *state;

	make_others(w);
	rmapctl(w, "folio", "--pid", "43", NULL);
	check_in(w->out, "\n5 folios, 516 pages");
	rmapctl(w, "folio", "--pid", "43,44", NULL);
	check_in(w->out, "\n5 folios, 516 pages");
	rmapctl(w, "folio", "--pid", "43,43", NULL);
	check_in(w->out, "\n5 folios, 516 pages");
	check_in(w->out, "at 0x1003000\n");
}

static void select_says_of_which_process(void **state)
{
	struct world *w = *state;

	make_others(w);
	rmapctl(w, "-j", "folio", "--pid", "42,43", "--order", "0", NULL);
	check_in(w->out, "\"address\":16789504,\"pid\":43}");
	check_in(w->out, "\"address\":16777216,\"pid\":42}");
	rmapctl(w, "-j", "folio", "--pid", "43", NULL);
	check_not_in(w->out, "\"pid\"");
	rmapctl(w, "-j", "watch", "--pid", "42,43", "--count", "1", NULL);
	check_in(w->out, "\"address\":16789504,\"pid\":43}");
}

/* The last page of one process, and the first of the other, are not one block. */
static void select_does_not_join_processes(void **state)
{
	static const struct frames_mapping next = { 0x1004000, 201, 1 };
	struct world *w = *state;
	struct rmap_ab_page page;

	make_others(w);
	frames_get(w, 200, &page);
	page.head_pfn = 201;
	page.index++;
	frames_set(w, 201, &page);
	frames_process(w, 45, "01004000-01005000 rw-p 00000000 00:00 0\n", &next, 1);
	rmapctl(w, "folio", "--pid", "43,45", NULL);
	check_in(w->out, "pfn 200  anon  order 0, 4 KiB  at 0x1003000 of 43\n");
	check_in(w->out, "pfn 201  anon  order 0, 4 KiB  at 0x1004000 of 45\n");
}

#define HEADER								\
	"kind               size    folios        KiB     mapped       once       more\n"

static void summary_of_each_process(void **state)
{
	struct world *w = *state;

	make_others(w);
	rmapctl(w, "folio", "--summary", "--processes", "--pid", "42,43", "--kind",
		"anon", NULL);
	check_fine(w, HEADER "\nprocess 42  test\n"
		   "anon              4 KiB        10         40         40         40          0\n"
		   "anon              2 MiB         2       4096       4084       2048       2036\n"
		   "  1 of them mapped in parts\n"
		   "\nprocess 43  test\n"
		   "anon              4 KiB         4         16         16         16          0\n"
		   "anon              2 MiB         1       2048       2048       2048          0\n"
		   "\nall of them, each folio once\n"
		   "anon              4 KiB        11         44         44         44          0\n"
		   "anon              2 MiB         2       4096       4084       2048       2036\n"
		   "  1 of them mapped in parts\n"
		   "\n13 folios, 1035 pages, 4140 KiB\n13 anon\n"
		   "1 shared, 1 partially mapped, 12 with anon-exclusive pages\n"
		   "769 pages not present, 1 page swapped out or migrating\n");
	rmapctl(w, "-j", "folio", "--summary", "--processes", "--pid", "42,43",
		"--order", "9", NULL);
	check_in(w->out, "[{\"pid\":42,\"comm\":\"test\",\"kind\":\"anon\",\"order\":9,\"folios\":2,");
	check_in(w->out, "},{\"pid\":43,\"comm\":\"test\",\"kind\":\"anon\",\"order\":9,\"folios\":1,");
	check_in(w->out, "},{\"kind\":\"anon\",\"order\":9,\"folios\":2,");
}

/* Those of a cgroup may go at any time, or be kernel threads. */
static void select_by_cgroup(void **state)
{
	char parent[PATH_MAX], child[PATH_MAX], other[PATH_MAX];
	struct world *w = *state;

	make_others(w);
	make_cgroup(w, "parent", "43\n99\n0\n", parent);
	make_cgroup(w, "parent/child", "42\n", child);
	make_cgroup(w, "other", "", other);
	rmapctl(w, "folio", "--cgroup", child, NULL);
	check_in(w->out, "\n13 folios, 1050 pages");
	rmapctl(w, "folio", "--cgroup", parent, NULL);
	assert_string_equal(w->err, "");
	check_in(w->out, "\n14 folios, 1051 pages");
	rmapctl(w, "folio", "--cgroup", child, "--pid", "43", NULL);
	check_in(w->out, "\n14 folios, 1051 pages");
	rmapctl(w, "folio", "--summary", "--processes", "--cgroup", parent, NULL);
	assert_string_equal(w->err, "");
	check_in(w->out, "\nprocess 43  test\n");
	check_not_in(w->out, "process 99");
	/* One may be empty for a while. */
	rmapctl(w, "folio", "--cgroup", other, NULL);
	check_fine(w, "0 folios, 0 pages, 0 KiB\n");
	world_path(w, "proc", other);
	rmapctl(w, "folio", "--cgroup", other, NULL);
	check_failure(w, 2, "--cgroup: cannot read ", "cgroup.procs: No such file", NULL);
}

static void select_needs_those_that_are_named(void **state)
{
	struct world *w = *state;

	make_others(w);
	world_write(w, "proc/44/pagemap", "");
	rmapctl(w, "folio", "--summary", "--pid", "42,99", NULL);
	check_in(w->err, "there is no process 99");
	assert_int_equal(w->code, 2);
	rmapctl(w, "folio", "--summary", "--pid", "43,44", NULL);
	check_in(w->err, "process 44 has no memory of its own");
	assert_int_equal(w->code, 2);
}

static void select_refuses_nonsense(void **state)
{
	struct world *w = *state;

	rmapctl(w, "folio", "--pid", "42,", NULL);
	check_failure(w, 1, "--pid '': that is no number", NULL);
	rmapctl(w, "folio", "--pid", "42,43", "--addr", "0x1000", NULL);
	check_failure(w, 1, "--addr is of one process", NULL);
	rmapctl(w, "folio", "--cgroup", "a", "--cgroup", "b", NULL);
	check_failure(w, 1, "--cgroup can be given only once", NULL);
	rmapctl(w, "folio", "--cgroup", "a", "--pfn", "1", NULL);
	check_failure(w, 1, "exclude each other", NULL);
	rmapctl(w, "pages", "--pid", "42,43", NULL);
	check_failure(w, 1, "'pages' lists the memory of one process", NULL);
	rmapctl(w, "folio", "--summary", "--vmas", "--pid", "42,43", NULL);
	check_failure(w, 1, "--vmas goes with --pid of one process", NULL);
	rmapctl(w, "folio", "--summary", "--processes", NULL);
	check_failure(w, 1, "--processes goes with --pid or --cgroup", NULL);
	rmapctl(w, "folio", "--processes", "--pid", "42", NULL);
	check_failure(w, 1, "--processes goes with --summary", NULL);
	rmapctl(w, "folio", "--summary", "--processes", "--vmas", "--pid", "42", NULL);
	check_failure(w, 1, "--vmas and --processes: which of them?", NULL);
}

static const struct CMUnitTest tests[] = {
	FRAMES_TEST(select_takes_each_folio_once),
	FRAMES_TEST(select_knows_who_shares_all),
	FRAMES_TEST(select_says_of_which_process),
	FRAMES_TEST(select_does_not_join_processes),
	FRAMES_TEST(summary_of_each_process),
	FRAMES_TEST(select_by_cgroup),
	FRAMES_TEST(select_needs_those_that_are_named),
	FRAMES_TEST(select_refuses_nonsense),
};

GROUP(select, tests);
