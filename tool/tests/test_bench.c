// SPDX-License-Identifier: GPL-2.0
/* The parts of bench that do not measure. The guest tests the rest. */
#include <sched.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/counters.h"
#include "groups.h"

static struct json_object *get(struct json_object *object, const char *key,
			       enum json_type type)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(object, key, &value));
	assert_int_equal(json_object_get_type(value), type);
	return value;
}

static void list_has_sizes_as_numbers(void **state)
{
	struct json_object *array, *sizes;
	struct world *w = *state;
	const uint64_t kib = sysconf(_SC_PAGESIZE) / 1024;

	rmapctl(w, "-j", "bench", "list", NULL);
	array = json_tokener_parse(w->out);
	assert_non_null(array);
	sizes = get(json_object_array_get_idx(array, 0), "folios",
		    json_type_array);
	/* Every machine has small folios. */
	assert_int_equal(json_object_get_uint64(json_object_array_get_idx(sizes, 0)),
			 kib);
	json_object_put(array);
	rmapctl(w, "bench", "list", NULL);
	check_in(w->out, "\nfolios    4");
}

/* Returns the folio sizes that the machine has for the scenario. */
static size_t nr_sizes(struct world *w, const char *scenario)
{
	struct json_object *array, *record;
	const char *name;
	size_t nr = 0;

	rmapctl(w, "-j", "bench", "list", NULL);
	array = json_tokener_parse(w->out);
	assert_non_null(array);
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		record = json_object_array_get_idx(array, i);
		name = json_object_get_string(get(record, "scenario", json_type_string));
		if (!strcmp(name, scenario))
			nr = json_object_array_length(get(record, "folios", json_type_array));
	}
	json_object_put(array);
	return nr;
}

static void contending_needs_two_cpus(void **state)
{
	struct world *w = *state;
	cpu_set_t all, one;
	int first = 0;

	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	while (!CPU_ISSET(first, &all))
		first++;
	CPU_ZERO(&one);
	CPU_SET(first, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(nr_sizes(w, "contend"), 0);
	assert_int_equal(nr_sizes(w, "library"), 0);
	assert_true(nr_sizes(w, "fork") > 0);
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
	if (CPU_COUNT(&all) > 1) {
		assert_int_equal(nr_sizes(w, "contend"), nr_sizes(w, "fork"));
		assert_int_equal(nr_sizes(w, "library"), nr_sizes(w, "shmem-map"));
	}
}

#define CELL								\
	"{\"scenario\":\"fork\",\"folio\":4096,\"impl\":\"page\",\"size\":2097152," \
	"\"unit\":\"page\",\"units\":512,\"samples\":{\"ns\":[512,1024,1536,512,512,512]}}"

static void show_says_what_was_interrupted(void **state)
{
	struct world *w = *state;
	char path[PATH_MAX];

	world_path(w, "samples", path);
	world_write(w, "samples", "{\"header\":{\"format\":1,\"counting\":0,"
		    "\"interrupted\":true},\"cells\":[" CELL "]}");
	rmapctl(w, "bench", "show", path, NULL);
	check_in(w->out, "\ninterrupted  what had not been measured by then is missing\n");
	world_write(w, "samples", "{\"header\":{\"format\":1,\"counting\":0},"
		    "\"cells\":[" CELL "]}");
	rmapctl(w, "bench", "show", path, NULL);
	check_in(w->out, "fork");
	check_not_in(w->out, "interrupted");
}

#define COUNTS(counting, more)						\
	"{\"header\":{\"format\":1,\"counting\":" counting "},\"cells\":["	\
	"{\"scenario\":\"fork\",\"folio\":4096,\"impl\":\"page\",\"size\":4096," \
	"\"unit\":\"page-op\",\"units\":2,\"samples\":{\"ns\":[1,1],"		\
	"\"instructions\":[40,40],\"locked\":[2,2]" more "}}]}"
#define MISSES								\
	",\"lines\":[6,6],\"warm_l1\":[8,8],\"warm_l2\":[0,0],\"warm_l3\":[0,0]" \
	",\"cold_l1\":[10,10],\"cold_l2\":[8,8],\"cold_l3\":[6,6]"
#define MOVES								\
	",\"transfers\":[50,50],\"invalidations\":[14,14]"			\
	",\"folio_transfers\":[12,12],\"folio_invalidations\":[4,4]"		\
	",\"folio_accesses\":[30,30],\"slips\":[0,0]"

/* Each has a table of its own, and all that belongs to one plugin must be there. */
static void show_has_what_was_counted(void **state)
{
	struct world *w = *state;
	char path[PATH_MAX];

	world_path(w, "samples", path);
	world_write(w, "samples", COUNTS("1", ""));
	rmapctl(w, "bench", "show", path, NULL);
	check_in(w->out, "\nfork: instructions per page-op\n");
	check_not_in(w->out, "fork: ns");
	check_not_in(w->out, "lines");
	world_write(w, "samples", COUNTS("2", ",\"lines\":[6,6]"));
	rmapctl(w, "bench", "show", path, NULL);
	check_in(w->out, "\nfork: lines per page-op\n folio                page\n    4K                3.00\n");
	world_write(w, "samples", COUNTS("3", MISSES));
	rmapctl(w, "-j", "bench", "show", path, NULL);
	check_in(w->out, "\"metric\":\"warm_l1\",\"unit\":\"page-op\",\"impl\":\"page\",\"n\":2,\"median\":4}");
	check_in(w->out, "\"metric\":\"cold_l2\"");
	check_in(w->out, "\"metric\":\"lines\"");
	check_not_in(w->out, "transfers");
	world_write(w, "samples", COUNTS("4", MOVES));
	rmapctl(w, "-j", "bench", "show", path, NULL);
	check_in(w->out, "\"metric\":\"folio_transfers\",\"unit\":\"page-op\",\"impl\":\"page\",\"n\":2,\"median\":6}");
	check_not_in(w->out, "lines");
	world_write(w, "samples", COUNTS("4", MISSES));
	rmapctl(w, "bench", "show", path, NULL);
	check_failure(w, 2, "is not what 'bench run --json' of this version writes",
		      NULL);
}

/* The message is one line without escapes. */
static void wrong_files_are_named(void **state)
{
	struct world *w = *state;
	char path[PATH_MAX];

	world_path(w, "samples", path);
	rmapctl(w, "bench", "show", path, NULL);
	check_failure(w, 2, "cannot read ", "/samples: No such file or directory\n",
		      NULL);
	world_write(w, "samples", "{\"header\":");
	rmapctl(w, "bench", "show", path, NULL);
	check_failure(w, 2, "cannot read ", "/samples: ", NULL);
	check_not_in(w->err, "\\x0a");
	assert_ptr_equal(strchr(w->err, '\n'), w->err + strlen(w->err) - 1);
	rmapctl(w, "bench", "show", w->dir, NULL);
	check_failure(w, 2, "Is a directory\n", NULL);
	check_not_in(w->err, "\\x0a");
	world_write(w, "samples", "{}");
	rmapctl(w, "bench", "show", path, NULL);
	check_failure(w, 2, "is not what 'bench run --json' of this version writes",
		      NULL);
}

/* ---- layouts ---- */

#define LAYOUT	"debugfs/rmap_ab/layout"

static void wrong_layouts_are_refused(void **state)
{
	struct world *w = *state;

	world_write(w, LAYOUT, "[page] none\n");
	rmapctl(w, "bench", "run", "--layout", "page,total", NULL);
	check_failure(w, 1, "there is no layout 'total'\n",
		      "the kernel has: page none\n", NULL);
	rmapctl(w, "bench", "run", "--layout", "none,page,none", NULL);
	check_failure(w, 1, "--layout names 'none' twice\n", NULL);
	rmapctl(w, "bench", "run", "--layout", ",", NULL);
	check_failure(w, 1, "name at least one layout\n", NULL);
	rmapctl(w, "bench", "list", "--layout", "page", NULL);
	check_failure(w, 1, "no operand and no option", NULL);
}

static void layouts_need_a_kernel_that_has_them(void **state)
{
	struct world *w = *state;

	rmapctl(w, "bench", "run", "--layout", "page", NULL);
	check_failure(w, 2, "/layout: No such file", NULL);
	world_write(w, LAYOUT, "[page]\n");
	rmapctl(w, "bench", "run", "--layout", "page,none", NULL);
	check_failure(w, 2, "this kernel has no layouts to choose from",
		      "CONFIG_RMAP_LAYOUT\n", NULL);
	world_write(w, "proc/kallsyms", "0000000000000000 T rmap_walk\n");
	rmapctl(w, "bench", "run", "--impl", "vanilla", "--layout", "page", NULL);
	check_failure(w, 1, "'vanilla' has one layout", NULL);
}

static void too_many_columns_are_refused(void **state)
{
	struct world *w = *state;

	world_write(w, IMPLEMENTATION, "[builtin] a b c d e f g h\n");
	world_write(w, LAYOUT, "[page] none\n");
	rmapctl(w, "bench", "run", "--layout", "page,none", NULL);
	check_failure(w, 1, "9 implementations with 2 layouts are too many", NULL);
}

#define COLUMN(column, ns)						\
	"{\"scenario\":\"fork\",\"folio\":65536," column ",\"size\":2097152," \
	"\"unit\":\"page\",\"units\":1,\"samples\":{\"ns\":[" ns "," ns "," ns \
	"," ns "," ns "," ns "]}}"
#define FILE_OF(cells)	\
	"{\"header\":{\"format\":1,\"counting\":0},\"cells\":[" cells "]}"
#define BUILTIN_PAGE	"\"impl\":\"builtin\",\"layout\":\"page\""
#define BUILTIN_NONE	"\"impl\":\"builtin\",\"layout\":\"none\""
#define BUILTIN		"\"impl\":\"builtin\""
#define PAGE		"\"impl\":\"page\""

/* An implementation may be there with each layout, and with none, which is a column of its own. */
static void show_tells_columns_by_their_layouts(void **state)
{
	struct world *w = *state;
	char path[PATH_MAX], old[PATH_MAX];

	world_path(w, "samples", path);
	world_path(w, "old", old);
	world_write(w, "samples", FILE_OF(COLUMN(BUILTIN_PAGE, "200") ","
					  COLUMN(BUILTIN_NONE, "100")));
	world_write(w, "old", FILE_OF(COLUMN(BUILTIN, "400")));
	rmapctl(w, "bench", "show", path, NULL);
	check_in(w->out, "change against builtin/page, ");
	check_in(w->out, "        builtin/page        builtin/none\n");
	check_in(w->out, " 200.00     100.00 -50.00% \n");
	rmapctl(w, "bench", "show", old, path, NULL);
	check_in(w->out, "change against builtin, ");
	check_in(w->out, "             builtin        builtin/page        builtin/none\n");
	rmapctl(w, "-j", "bench", "show", path, NULL);
	check_in(w->out, "\"impl\":\"builtin\",\"layout\":\"page\",\"n\":6,");
	check_in(w->out, "\"impl\":\"builtin\",\"layout\":\"none\",\"n\":6,");
	check_in(w->out, "\"against\":\"builtin/page\"");
	rmapctl(w, "-j", "bench", "show", old, NULL);
	check_not_in(w->out, "layout");
}

/* The same column in another file is a repeat, which stands beside it. */
static void show_puts_repeats_side_by_side(void **state)
{
	struct world *w = *state;
	char path[PATH_MAX], again[PATH_MAX];

	world_path(w, "samples", path);
	world_path(w, "again", again);
	world_write(w, "samples", FILE_OF(COLUMN(BUILTIN, "200") "," COLUMN(PAGE, "300")));
	world_write(w, "again", FILE_OF(COLUMN(BUILTIN, "220") "," COLUMN(PAGE, "330")));
	rmapctl(w, "bench", "show", path, again, NULL);
	check_in(w->out, "             builtin                page          builtin #2             page #2\n");
	check_in(w->out, " 200.00     300.00 +50.00%      220.00 +10.00%      330.00 +65.00% \n");
	rmapctl(w, "-j", "bench", "show", path, again, NULL);
	check_in(w->out, "\"impl\":\"page\",\"n\":6,\"median\":300");
	check_in(w->out, "\"impl\":\"page\",\"repeat\":2");
}

/* What says nothing of a layout is compared with page, and only with that. */
static void compare_finds_the_same_layout(void **state)
{
	struct world *w = *state;
	char path[PATH_MAX], old[PATH_MAX];

	world_path(w, "samples", path);
	world_path(w, "old", old);
	world_write(w, "samples", FILE_OF(COLUMN(BUILTIN_NONE, "100") ","
					  COLUMN(BUILTIN_PAGE, "200")));
	world_write(w, "old", FILE_OF(COLUMN("\"impl\":\"page\"", "300") ","
				      COLUMN(BUILTIN, "400")));
	rmapctl(w, "bench", "compare", old, path, NULL);
	check_in(w->out, "builtin -> builtin/page     200.00/page   -50.00%");
	check_not_in(w->out, "none");
	rmapctl(w, "bench", "compare", path, old, NULL);
	check_in(w->out, "builtin/page -> builtin        400.00/page  +100.00%");
	rmapctl(w, "bench", "compare", path, path, NULL);
	check_in(w->out, "builtin/none -> builtin/none     100.00/page    +0.00%");
	check_in(w->out, "builtin/page -> builtin/page     200.00/page    +0.00%");
}

/* ---- compare --fail-above ---- */

static void compare_fails_above_a_limit(void **state)
{
	struct world *w = *state;
	char old[PATH_MAX], new[PATH_MAX];

	world_path(w, "old", old);
	world_path(w, "new", new);
	world_write(w, "old", FILE_OF(COLUMN(BUILTIN, "200") "," COLUMN(PAGE, "300")));
	world_write(w, "new", FILE_OF(COLUMN(BUILTIN, "203") "," COLUMN(PAGE, "270")));
	rmapctl(w, "bench", "compare", "--fail-above", "1%", old, new, NULL);
	assert_int_equal(w->code, 3);
	check_in(w->out, "builtin -> builtin");
	check_in(w->err, "1 of 2 costs have grown by more than 1 %\n");
	rmapctl(w, "bench", "compare", "--fail-above", "1.5", old, new, NULL);
	assert_int_equal(w->code, 0);
	rmapctl(w, "bench", "compare", "--fail-above", "1,5%", old, new, NULL);
	check_failure(w, 1, "give a percentage, such as 1%\n", NULL);
	rmapctl(w, "bench", "show", "--fail-above", "1%", old, NULL);
	check_failure(w, 1, "takes files that", NULL);
}

/* Such a growth may be chance: the samples of both overlap. */
static void compare_does_not_fail_by_chance(void **state)
{
	static const char overlap[] =
		"{\"scenario\":\"fork\",\"folio\":65536,\"impl\":\"builtin\",\"size\":2097152,"
		"\"unit\":\"page\",\"units\":1,\"samples\":{\"ns\":[%s]}}";
	char old[PATH_MAX], new[PATH_MAX], cell[512], file[1024];
	struct world *w = *state;

	world_path(w, "old", old);
	world_path(w, "new", new);
	snprintf(cell, sizeof(cell), overlap, "100,900,110,890,120,880");
	snprintf(file, sizeof(file), FILE_OF("%s"), cell);
	world_write(w, "old", file);
	snprintf(cell, sizeof(cell), overlap, "105,910,115,895,700,890");
	snprintf(file, sizeof(file), FILE_OF("%s"), cell);
	world_write(w, "new", file);
	rmapctl(w, "bench", "compare", "--fail-above", "1%", old, new, NULL);
	assert_int_equal(w->code, 0);
	check_in(w->out, " ~\n");
}

/* ---- exec ---- */

static void exec_refuses_what_it_cannot(void **state)
{
	struct world *w = *state;

	rmapctl(w, "bench", "exec", NULL);
	check_failure(w, 1, "which command?", NULL);
	world_write(w, "proc/kallsyms", "0000000000000000 T rmap_walk\n");
	rmapctl(w, "bench", "exec", "--impl", "vanilla", "--fail-above", "1%", "--", "true", NULL);
	check_failure(w, 1, "--fail-above is for 'bench compare'", NULL);
	if (geteuid())
		skip();
	rmapctl(w, "bench", "exec", "--impl", "vanilla", "--size", "2M", "--", "true", NULL);
	check_failure(w, 1, "--size and --folio are for 'bench run'", NULL);
	rmapctl(w, "bench", "exec", "--impl", "vanilla", "--", "/no/such/command", NULL);
	check_failure(w, 2, "cannot run /no/such/command: No such file", NULL);
	rmapctl(w, "bench", "exec", "--impl", "vanilla", "--", "sh", "-c", "exit 3", NULL);
	check_failure(w, 2, "sh ended with exit status 3\n", NULL);
	rmapctl(w, "bench", "exec", "--impl", "vanilla", "--", "sh", "-c", "kill -9 $$", NULL);
	check_failure(w, 2, "sh was killed by signal 9", NULL);
}

/* Once to warm up, and once for each sample. What it prints is not ours. */
static void exec_runs_a_command_once_a_sample(void **state)
{
	struct world *w = *state;
	char log[PATH_MAX], json[PATH_MAX], command[2 * PATH_MAX], text[256];

	if (geteuid())
		skip();
	world_path(w, "log", log);
	world_path(w, "json", json);
	snprintf(command, sizeof(command), "echo $1 >> %s; echo words; cat; exec true", log);
	world_write(w, "proc/kallsyms", "0000000000000000 T rmap_walk\n");
	rmapctl(w, "bench", "exec", "--impl", "vanilla", "--samples", "6", "--json", json,
		"--", "sh", "-c", command, "sh", "--impl", NULL);
	assert_int_equal(w->code, 0);
	check_in(w->out, "\nsamples      6; median, change against vanilla, ");
	check_in(w->out, "\nsh: 10^6 ns per run\n");
	check_in(w->out, "\nsh: 10^6 user_ns per run\n");
	check_in(w->out, "\nsh: 10^6 system_ns per run\n");
	check_not_in(w->out, "words");
	world_read(w, "log", text, sizeof(text));
	assert_string_equal(text, "--impl\n--impl\n--impl\n--impl\n--impl\n--impl\n--impl\n");
	rmapctl(w, "bench", "compare", "--fail-above", "0", json, json, NULL);
	assert_int_equal(w->code, 0);
	check_in(w->out, "*10^6/run");
}

/* No machine of the tests counts cycles. The kernel's own events go the same way. */
static void counters_have_the_children(void **state)
{
	static const struct counter faults[2] = {
		{ PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS },
		{ PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MAJ },
	};
	enum { PAGES = 300 };
	const size_t size = PAGES * sysconf(_SC_PAGESIZE);
	struct counters counters;
	uint64_t values[2];
	char *area;
	pid_t pid;

	(void)state;
	if (counters_open(&counters, faults, 2, 0, false))
		skip();
	area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(area, MAP_FAILED);
	madvise(area, size, MADV_NOHUGEPAGE);
	counters_enable(&counters, true);
	pid = fork();
	if (!pid) {
		memset(area, 1, size);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	counters_enable(&counters, false);
	memset(area, 1, size);
	assert_int_equal(counters_read(&counters, values), 0);
	counters_close(&counters);
	munmap(area, size);
	assert_in_range(values[0], PAGES, 2 * PAGES - 1);
	assert_in_range(values[1], 0, values[0]);
}

static const struct CMUnitTest tests[] = {
	WORLD_TEST(list_has_sizes_as_numbers),
	WORLD_TEST(contending_needs_two_cpus),
	WORLD_TEST(show_says_what_was_interrupted),
	WORLD_TEST(show_has_what_was_counted),
	WORLD_TEST(wrong_files_are_named),
	WORLD_TEST(wrong_layouts_are_refused),
	WORLD_TEST(layouts_need_a_kernel_that_has_them),
	WORLD_TEST(too_many_columns_are_refused),
	WORLD_TEST(show_tells_columns_by_their_layouts),
	WORLD_TEST(show_puts_repeats_side_by_side),
	WORLD_TEST(compare_finds_the_same_layout),
	WORLD_TEST(compare_fails_above_a_limit),
	WORLD_TEST(compare_does_not_fail_by_chance),
	WORLD_TEST(exec_refuses_what_it_cannot),
	WORLD_TEST(exec_runs_a_command_once_a_sample),
	cmocka_unit_test(counters_have_the_children),
};

GROUP(bench, tests);
