// SPDX-License-Identifier: GPL-2.0
/*
 * Process 43 maps what `areas` says. What its PSS and so on are is computed here
 * by hand, and the kernel's own numbers are what a test writes into smaps.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frames.h"
#include "groups.h"

#define MAPPINGS	"debugfs/rmap_ab/page_mappings"
#define PAGEMAP		"proc/43/pagemap"
#define PRESENT		(1ULL << 63)
#define IS_FILE		(1ULL << 61)
#define EXCLUSIVE	(1ULL << 56)
#define KNOWN		(RMAP_AB_MAPPINGS_PRESENT | RMAP_AB_MAPPINGS_KNOWN)
#define SHARED		(KNOWN | RMAP_AB_MAPPINGS_PAGE_SHARED | \
			 RMAP_AB_MAPPINGS_FOLIO_SHARED)

/* A driver's page, and one of hugetlb. */
#define DRIVERS		3100
#define HUGETLB		3584

/* Consecutive page frames that are alike, and the bits that pagemap has. */
static const struct area {
	uint64_t address, pfn, nr, bits;
	struct rmap_ab_mappings mappings;
} areas[] = {
	/* A THP. Another process maps its second half. */
	{ 0x400000, 512, 256, EXCLUSIVE,
	  { .head_pfn = 512, .folio_mappings = 257, .mappings = 1,
	    .nr_mapped = 512, .order = 9, .kind = RMAP_AB_KIND_ANON,
	    .flags = KNOWN | RMAP_AB_MAPPINGS_FOLIO_SHARED } },
	{ 0x500000, 768, 256, 0,
	  { .head_pfn = 512, .folio_mappings = 257, .mappings = 2,
	    .nr_mapped = 512, .order = 9, .kind = RMAP_AB_KIND_ANON,
	    .flags = SHARED } },
	/* 3 processes map a file. */
	{ 0x3000000, 2048, 16, IS_FILE,
	  { .head_pfn = 2048, .folio_mappings = 48, .mappings = 3,
	    .nr_mapped = 16, .order = 4, .kind = RMAP_AB_KIND_FILE,
	    .flags = SHARED } },
	/* This process maps a page twice; nobody else does. */
	{ 0x4000000, 100, 1, IS_FILE,
	  { .head_pfn = 100, .folio_mappings = 2, .mappings = 2,
	    .nr_mapped = 1, .kind = RMAP_AB_KIND_SHMEM, .flags = KNOWN } },
	{ 0x4001000, 100, 1, IS_FILE,
	  { .head_pfn = 100, .folio_mappings = 2, .mappings = 2,
	    .nr_mapped = 1, .kind = RMAP_AB_KIND_SHMEM, .flags = KNOWN } },
	{ 0x5000000, 101, 2, EXCLUSIVE,
	  { .head_pfn = 101, .folio_mappings = 1, .mappings = 1,
	    .nr_mapped = 1, .kind = RMAP_AB_KIND_ANON, .flags = KNOWN } },
	/* A driver's page, which the counters say is mapped 4 times. */
	{ 0x5010000, DRIVERS, 1, IS_FILE,
	  { .head_pfn = DRIVERS, .kind = RMAP_AB_KIND_NOT_RMAPPABLE,
	    .flags = RMAP_AB_MAPPINGS_PRESENT } },
	/* The zero page: by its number; and a huge one, by a PMD. */
	{ 0x5020000, 3000, 1, 0,
	  { .head_pfn = 3000, .kind = RMAP_AB_KIND_NOT_RMAPPABLE,
	    .flags = RMAP_AB_MAPPINGS_PRESENT } },
	{ 0x5030000, 3000, 1, IS_FILE,
	  { .head_pfn = 3000, .kind = RMAP_AB_KIND_NOT_RMAPPABLE,
	    .flags = RMAP_AB_MAPPINGS_PRESENT } },
	{ 0x5040000, HUGETLB, 1, EXCLUSIVE,
	  { .head_pfn = HUGETLB, .folio_mappings = 1, .mappings = 1,
	    .nr_mapped = 512, .order = 9, .kind = RMAP_AB_KIND_HUGETLB,
	    .flags = KNOWN } },
};

/* Mapped once: half a THP and two small folios. */
#define RSS	((512 + 16 + 2 + 2 + 1) * 4)
#define PSS	(256 * 4 + 256 * 2 + 16 * 4 / 3.0 + 2 * 2 + 2 * 4 + 1)
#define USS	((256 + 2) * 4)
#define ONE_MM	(USS + 2 * 4)

static int open_in(struct world *w, const char *path)
{
	char full[PATH_MAX];
	int fd;

	world_path(w, path, full);
	fd = open(full, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	return fd;
}

static void put(struct world *w, const char *path, const void *rec, size_t size,
		uint64_t place)
{
	int fd = open_in(w, path);

	assert_int_equal(pwrite(fd, rec, size, place * size), size);
	close(fd);
}

static void set_entry(struct world *w, uint64_t address, uint64_t entry)
{
	put(w, PAGEMAP, &entry, sizeof(entry), address >> 12);
}

static void set_mappings(struct world *w, uint64_t pfn,
			 const struct rmap_ab_mappings *m)
{
	put(w, MAPPINGS, m, sizeof(*m), pfn);
}

static void set_area(struct world *w, const struct area *area)
{
	struct rmap_ab_mappings m = area->mappings;

	for (uint64_t i = 0; i < area->nr; i++) {
		if (!m.order)
			m.head_pfn = area->pfn + i;
		set_mappings(w, area->pfn + i, &m);
		set_entry(w, area->address + (i << 12),
			  PRESENT | area->bits | (area->pfn + i));
	}
}

/* The kernel's words. The VMAs have the same numbers, for the first one. */
static void say(struct world *w, unsigned int rss, unsigned int pss,
		unsigned int uss)
{
	char sizes[256], text[2048];

	snprintf(sizes, sizeof(sizes),
		 "Rss:            %7u kB\nPss:            %7u kB\n"
		 "Pss_Dirty:            1 kB\nPrivate_Clean:        8 kB\n"
		 "Private_Dirty:  %7u kB\nPrivate_Hugetlb:   2048 kB\n",
		 rss, pss, uss - 8);
	snprintf(text, sizeof(text),
		 "00400000-05041000 ---p 00000000 00:00 0    [rollup]\n%s", sizes);
	world_write(w, "proc/43/smaps_rollup", text);
	snprintf(text, sizeof(text),
		 "00400000-00600000 rw-p 00000000 00:00 0 \n%sVmFlags: rd\n"
		 "03000000-03010000 r--p 00010000 08:01 12       /lib/x y\n"
		 "Rss:                 64 kB\nPss:                 21 kB\n"
		 "04000000-05041000 rw-p 00000000 00:00 0        [heap]\n"
		 "Rss:                 20 kB\nPss:                 13 kB\n", sizes);
	world_write(w, "proc/43/smaps", text);
}

static int accuracy_setup(void **state)
{
	struct rmap_ab_page page = {
		.head_pfn = DRIVERS, .kind = RMAP_AB_KIND_NOT_RMAPPABLE,
		.flags = RMAP_AB_PAGE_PRESENT, .page_mapcount = 4,
		.large_mapcount = 4, .refcount = 5,
	};
	const struct rmap_ab_mappings none = { };
	int ret = frames_setup(state);
	struct world *w = *state;

	if (ret)
		return ret;
	world_dir(w, "proc/43");
	world_write(w, "proc/43/status", "Name:\ttest\nState:\tS (sleeping)\n");
	world_write(w, "proc/43/comm", "redis-server\n");
	world_write(w, "proc/43/maps", "00400000-00600000 rw-p 0 00:00 0 \n");
	frames_set(w, DRIVERS, &page);
	set_mappings(w, FRAMES - 1, &none);
	set_entry(w, 0x6000000, 0);
	for (size_t i = 0; i < ARRAY_SIZE(areas); i++)
		set_area(w, &areas[i]);
	say(w, RSS, PSS, USS);
	return 0;
}

static struct json_object *ask(struct world *w, struct json_object **array)
{
	rmapctl(w, "-j", "accuracy", "--pid", "43", NULL);
	assert_string_equal(w->err, "");
	assert_int_equal(w->code, 0);
	return only_object(w, array);
}

static void check_error(struct json_object *object, const char *key, int value)
{
	struct json_object *error;

	assert_true(json_object_object_get_ex(object, key, &error));
	assert_int_equal(json_object_get_int64(error), value);
}

static void check_racy(struct json_object *object, bool racy)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(object, "racy", &value));
	assert_int_equal(json_object_get_boolean(value), racy);
	check_number(object, "looks", racy ? 5 : 1);
}

static void check_truth(struct json_object *object)
{
	check_number(object, "rss_tables", RSS);
	check_number(object, "pss_tables", PSS);
	check_number(object, "uss_tables", USS);
	check_number(object, "uss_one_mm", ONE_MM);
	check_number(object, "exclusive_tables", 258);
}

static void accuracy_of_a_kernel_that_is_right(void **state)
{
	struct json_object *array, *object = ask(*state, &array);

	check_truth(object);
	check_string(object, "comm", "redis-server");
	check_number(object, "pid", 43);
	check_number(object, "pss", PSS);
	check_error(object, "pss_error", 0);
	check_error(object, "uss_error", 0);
	check_number(object, "exclusive", 258);
	check_number(object, "exclusive_wrong", 0);
	check_number(object, "exclusive_missing", 0);
	check_number(object, "large_folios", 1);
	check_number(object, "partial", 0);
	check_number(object, "unknown", 1);
	check_racy(object, false);
	json_object_put(array);
}

/* Without mapcounts of pages, the THP counts as mapped once, and as shared. */
static void accuracy_of_a_kernel_that_estimates(void **state)
{
	struct json_object *array, *object;
	struct world *w = *state;

	say(w, RSS, PSS + 512, 8);
	object = ask(w, &array);
	check_truth(object);
	check_error(object, "pss_error", 512);
	check_error(object, "uss_error", 8 - USS);
	check_racy(object, false);
	json_object_put(array);
	rmapctl(w, "accuracy", "--pid", "43", NULL);
	check_in(w->out, "\n     43 redis-s     1570      +512     1032     -1024        0      0         0\n");
}

static void accuracy_of_the_exclusive_bit(void **state)
{
	struct json_object *array, *object;
	struct world *w = *state;

	set_entry(w, 0x400000, PRESENT | 512);
	set_entry(w, 0x401000, PRESENT | 513);
	set_entry(w, 0x500000, PRESENT | EXCLUSIVE | 768);
	object = ask(w, &array);
	check_truth(object);
	check_number(object, "exclusive", 257);
	check_number(object, "exclusive_missing", 2);
	check_number(object, "exclusive_wrong", 1);
	json_object_put(array);
	rmapctl(w, "accuracy", "--pid", "43", NULL);
	check_in(w->out, "        +0        3      0         0\n");
}

static void set_folio(struct world *w, unsigned int nr_mapped, unsigned int flags)
{
	struct rmap_ab_mappings m = areas[0].mappings;
	struct rmap_ab_page page;

	m.nr_mapped = nr_mapped;
	for (uint64_t pfn = 512; pfn < 1024; pfn++) {
		m.mappings = pfn < 768 ? 1 : 2;
		set_mappings(w, pfn, &m);
		frames_get(w, pfn, &page);
		page.flags &= ~RMAP_AB_FOLIO_PARTIALLY_MAPPED;
		page.flags |= flags;
		frames_set(w, pfn, &page);
	}
}

static void check_partial(struct world *w, unsigned int partial,
			  unsigned int unmapped, unsigned int unnoticed,
			  unsigned int wrong)
{
	struct json_object *array, *object = ask(w, &array);

	check_number(object, "large_folios", 1);
	check_number(object, "partial", partial);
	check_number(object, "partial_unmapped", unmapped);
	check_number(object, "partial_unnoticed", unnoticed);
	check_number(object, "partial_wrong", wrong);
	json_object_put(array);
}

static void accuracy_of_partial_mappings(void **state)
{
	struct world *w = *state;

	set_folio(w, 500, RMAP_AB_FOLIO_PARTIALLY_MAPPED);
	check_partial(w, 1, 48, 0, 0);
	set_folio(w, 500, 0);
	check_partial(w, 1, 48, 1, 0);
	set_folio(w, 512, RMAP_AB_FOLIO_PARTIALLY_MAPPED);
	check_partial(w, 0, 0, 0, 1);
}

static void accuracy_is_racy(void **state)
{
	struct rmap_ab_mappings m = areas[0].mappings;
	struct json_object *array, *object;
	struct world *w = *state;

	say(w, RSS + 4, PSS, USS);
	object = ask(w, &array);
	check_racy(object, true);
	json_object_put(array);
	say(w, RSS, PSS, USS);
	m.flags = RMAP_AB_MAPPINGS_PRESENT | RMAP_AB_MAPPINGS_RACY;
	set_mappings(w, 513, &m);
	object = ask(w, &array);
	check_racy(object, true);
	check_number(object, "unknown", 2);
	json_object_put(array);
	/* Nobody maps a page, which this process has just had. */
	m.flags = KNOWN;
	m.mappings = 0;
	set_mappings(w, 513, &m);
	object = ask(w, &array);
	check_racy(object, true);
	json_object_put(array);
	rmapctl(w, "accuracy", "--pid", "43", NULL);
	check_in(w->out, " racy\n");
}

static void accuracy_of_vmas(void **state)
{
	struct world *w = *state;

	rmapctl(w, "-j", "accuracy", "--pid", "43", "--vmas", NULL);
	check_in(w->out, "\"vmas\":[{\"start\":4194304,\"end\":6291456,\"name\":\"\",");
	check_in(w->out, "{\"start\":50331648,\"end\":50397184,\"name\":\"/lib/x y\","
		 "\"rss\":64,\"rss_tables\":64,\"pss\":21,\"pss_tables\":21,"
		 "\"pss_error\":0,\"uss\":0,\"uss_tables\":0,\"uss_error\":0,"
		 "\"exclusive\":0,\"exclusive_tables\":0,"
		 "\"exclusive_wrong\":0,\"exclusive_missing\":0}");
	check_in(w->out, "\"name\":\"[heap]\",\"rss\":20,\"rss_tables\":20,"
		 "\"pss\":13,\"pss_tables\":13,");
	rmapctl(w, "accuracy", "--pid", "43", "--vmas", NULL);
	check_in(w->out, "\n        3000000       21        +0        0        +0        0  /lib/x y\n");
	rmapctl(w, "-j", "accuracy", "--pid", "43", NULL);
	check_not_in(w->out, "vmas");
}

/* Frames of the machine that are mapped: those of process 43, as it is alone. */
static void accuracy_of_the_machine(void **state)
{
	const char *machine;
	struct world *w = *state;

	world_remove(w, "proc/42");
	world_dir(w, "proc/2");
	world_write(w, "proc/2/pagemap", "");
	world_write(w, "proc/2/maps", "");
	world_write(w, "proc/vmstat", "nr_free_pages 7\nnr_anon_pages 600\n"
		    "nr_anon_transparent_hugepages 1\nnr_mapped 18\n");
	rmapctl(w, "-j", "accuracy", "--all", NULL);
	assert_string_equal(w->err, "");
	check_in(w->out, "[{\"pid\":43,");
	machine = strstr(w->out, ",{\"anon_pages\":");
	assert_non_null(machine);
	check_in(machine, "{\"anon_pages\":2400,\"anon_pages_tables\":2056,"
		 "\"anon_pages_error\":344,\"mapped\":72,\"mapped_tables\":72,"
		 "\"mapped_error\":0,\"large_folios\":1,");
	check_in(machine, "\"unknown\":1,\"looks\":1,\"racy\":false}]");
	rmapctl(w, "accuracy", "--all", NULL);
	check_in(w->out, "\nAnonPages       2056 KiB by the page tables, the kernel says +344 KiB\n");
	check_in(w->out, "Mapped            72 KiB by the page tables, the kernel says +0 KiB\n");
	set_folio(w, 500, 0);
	rmapctl(w, "accuracy", "--all", NULL);
	check_in(w->out, "1 large anon folio, 1 partially mapped, with 48 KiB for nothing\n"
		 "the kernel has not noticed 1 of them, and takes 0 for one without reason\n");
}

/* Up to 10 GiB; what comes behind the columns aside. */
static void accuracy_fits_80_columns(void **state)
{
	struct world *w = *state;
	char *rest = w->out, *line;

	say(w, RSS, 10485760, 10485760);
	rmapctl(w, "accuracy", "--pid", "43", NULL);
	check_in(w->out, " +10484190 ");
	check_not_in(w->out, "racy");
	while ((line = strsep(&rest, "\n")))
		if (strlen(line) > 80)
			fail_msg("%zu columns: %s", strlen(line), line);
}

static void accuracy_refuses(void **state)
{
	struct world *w = *state;

	rmapctl(w, "accuracy", NULL);
	check_failure(w, 1, "either --pid or --all", NULL);
	rmapctl(w, "accuracy", "--all", "--pid", "43", NULL);
	check_failure(w, 1, "either --pid or --all", NULL);
	rmapctl(w, "accuracy", "--pid", "43", "--pid", "43", NULL);
	check_failure(w, 1, "--pid can be given only once", NULL);
	rmapctl(w, "accuracy", "--pid", "44", NULL);
	check_failure(w, 2, "there is no process 44", NULL);
	world_remove(w, "proc/43/smaps_rollup");
	rmapctl(w, "accuracy", "--pid", "43", NULL);
	check_failure(w, 2, "cannot read smaps_rollup of process 43",
		      "CONFIG_PROC_PAGE_MONITOR", NULL);
	world_remove(w, MAPPINGS);
	rmapctl(w, "accuracy", "--pid", "43", NULL);
	check_failure(w, 2, "page_mappings", NULL);
}

#define ACCURACY_TEST(f) \
	cmocka_unit_test_setup_teardown(f, accuracy_setup, world_teardown)

static const struct CMUnitTest tests[] = {
	ACCURACY_TEST(accuracy_of_a_kernel_that_is_right),
	ACCURACY_TEST(accuracy_of_a_kernel_that_estimates),
	ACCURACY_TEST(accuracy_of_the_exclusive_bit),
	ACCURACY_TEST(accuracy_of_partial_mappings),
	ACCURACY_TEST(accuracy_is_racy),
	ACCURACY_TEST(accuracy_of_vmas),
	ACCURACY_TEST(accuracy_of_the_machine),
	ACCURACY_TEST(accuracy_fits_80_columns),
	ACCURACY_TEST(accuracy_refuses),
};

GROUP(accuracy, tests);
