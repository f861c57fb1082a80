// SPDX-License-Identifier: GPL-2.0
/*
 * The tests compare what rmap_ab says about page frames (page_state, folio,
 * corrupt) with the truth. They know it because they made the folio, or from /proc.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/corrupt.h"
#include "lib/disk.h"
#include "lib/files.h"
#include "lib/kmod.h"
#include "lib/knob.h"
#include "lib/pages.h"
#include "lib/row.h"
#include "lib/scenario.h"
#include "lib/suite.h"
#include "lib/swapdev.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "lib/truth.h"
#include "suites/state.h"

#define PAGE_STATE RMAP_AB RMAP_AB_FILE_PAGE_STATE
#define FOLIO RMAP_AB RMAP_AB_FILE_FOLIO
#define CORRUPT RMAP_AB RMAP_AB_FILE_CORRUPT
#define RECORD sizeof(struct rmap_ab_page)

enum { BLOCK = 4096, TRIES = 100 };

static int open_state(void)
{
	const int fd = open(PAGE_STATE, O_RDONLY | O_CLOEXEC);

	must(fd >= 0, "open %s", PAGE_STATE);
	return fd;
}

static off_t end_of(int fd)
{
	const off_t end = lseek(fd, 0, SEEK_END);

	must(end > 0 && end % RECORD == 0, "an end: %lld", (long long)end);
	must(!lseek(fd, 0, SEEK_SET), "back to the start");
	return end;
}

/* Read a frame that changes again, until both have seen the same moment. */
static const char *frame_disagreement(uint64_t pfn, struct rmap_ab_page *r)
{
	const char *wrong = NULL;
	int i;

	for (i = 0; i < TRIES; i++) {
		state_read(pfn, 1, r);
		wrong = state_disagreement(pfn, r);
		if (!wrong)
			break;
	}
	return wrong;
}

static void check_record(uint64_t pfn, const struct rmap_ab_page *r)
{
	static const struct rmap_ab_page absent;

	if (!(r->flags & RMAP_AB_PAGE_PRESENT)) {
		must(!memcmp(r, &absent, RECORD), "frame %#llx: absent is all zeroes",
		     (unsigned long long)pfn);
		return;
	}
	must(r->kind < RMAP_AB_NR_KINDS && r->head_pfn <= pfn &&
	     pfn - r->head_pfn < 1ULL << r->order &&
	     (r->flags & RMAP_AB_FOLIO_MM_IDS || (!r->mm_id && !r->mm_mapcount)),
	     "frame %#llx: a record that makes sense", (unsigned long long)pfn);
}

/* Every frame there is, against /proc/kpage*. */
static void all_frames(void)
{
	static struct rmap_ab_page records[BLOCK];
	static uint64_t counts[BLOCK], flags[BLOCK], cgroups[BLOCK];
	const struct said said = { counts, flags, cgroups };
	unsigned long long by_kind[RMAP_AB_NR_KINDS] = { 0 }, nr_free = 0;
	const int fd = open_state();
	const uint64_t end = end_of(fd) / RECORD;
	uint64_t pfn, i, nr;
	const char *wrong;

	for (pfn = 0; pfn < end; pfn += nr) {
		nr = end - pfn < BLOCK ? end - pfn : BLOCK;
		must(pread(fd, records, nr * RECORD, pfn * RECORD) ==
		     (ssize_t)(nr * RECORD), "read a block");
		said_read(pfn, nr, &said);
		for (i = 0; i < nr; i++) {
			check_record(pfn + i, &records[i]);
			wrong = said_otherwise(&said, i, pfn + i, &records[i]);
			if (wrong)
				wrong = frame_disagreement(pfn + i, &records[i]);
			must(!wrong, "frame %#llx: /proc agrees about '%s'; flags %#x kind %u order %u page %d entire %d refs %d",
			     (unsigned long long)(pfn + i), wrong,
			     records[i].flags, records[i].kind, records[i].order,
			     records[i].page_mapcount, records[i].entire_mapcount,
			     records[i].refcount);
			by_kind[records[i].kind]++;
			nr_free += !!(records[i].flags & RMAP_AB_PAGE_FREE);
		}
	}
	for (i = 0; i < RMAP_AB_NR_KINDS; i++)
		printf("kind %llu: %llu frames\n", (unsigned long long)i, by_kind[i]);
	printf("free: %llu\n", nr_free);
	must(nr_free && by_kind[RMAP_AB_KIND_ANON] &&
	     by_kind[RMAP_AB_KIND_HUGETLB] && by_kind[RMAP_AB_KIND_NOT_RMAPPABLE],
	     "frames of each of these kinds");
}

/* Frames that a test leaves alone: those of the kernel's image, or reserved. */
static void any_range(void)
{
	const off_t places[] = { 0, 1, 63, 64, 65, 8191, 8192, 8193, 100000 };
	const size_t sizes[] = { 1, 2, 63, 64, 65, 127, 129, 8191, 8192, 8193 };
	static char all[120000], part[8193];
	const int fd = open_state();
	size_t i, j;

	must(pread(fd, all, sizeof(all), 0) == sizeof(all), "the first frames");
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		for (j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++)
			must(pread(fd, part, sizes[j], places[i]) ==
			     (ssize_t)sizes[j], "%zu bytes at %lld", sizes[j],
			     (long long)places[i]);
	/* Of one reserved frame: no byte of that changes. */
	must(pread(fd, part, 10, 20) == 10 && !memcmp(part, all + 20, 10),
	     "a part of a record");
}

static void beyond_the_end(void)
{
	const int fd = open_state();
	const off_t end = end_of(fd);
	void *nowhere = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);
	struct rmap_ab_page r[2];

	must(pread(fd, r, sizeof(r), end - RECORD) == RECORD, "the last record");
	must(!pread(fd, r, sizeof(r), end), "nothing after it");
	must(!pread(fd, r, sizeof(r), 1LL << 60), "nothing far away");
	must(pread(fd, r, sizeof(r), -1) == -1 && errno == EINVAL,
	     "no negative offset");
	must(pread(fd, nowhere, RECORD, 0) == -1 && errno == EFAULT,
	     "no bad address");
	must(lseek(fd, -(off_t)RECORD, SEEK_END) == end - (off_t)RECORD, "seek");
	must(read(fd, r, sizeof(r)) == RECORD && !read(fd, r, sizeof(r)),
	     "one record, then the end");
}

static bool log_says(const char *words)
{
	static char text[65536];

	return text_read(ERROR_LOG, text, sizeof(text)) > 0 && strstr(text, words);
}

static void bad_questions(void)
{
	static char text[65536];
	const char *const junk[] = { "", "x", "12x", "-1", "1 2",
				     "99999999999999999999999" };
	const int fd = open(FOLIO, O_RDWR | O_CLOEXEC);
	size_t i;

	must(fd >= 0, "open %s", FOLIO);
	must(read(fd, text, sizeof(text)) == -1 && errno == EINVAL,
	     "no answer without a question");
	must(log_says("write the number of a page frame first"), "in words");
	for (i = 0; i < sizeof(junk) / sizeof(junk[0]); i++)
		must(write(fd, junk[i], strlen(junk[i])) <= 0 &&
		     (errno == EINVAL || !*junk[i]), "no '%s'", junk[i]);
	must(log_says("folio: write one number"), "in words");
	must(state_ask(1ULL << 50, text, sizeof(text)) == -ENXIO, "no such frame");
	must(log_says("0x4000000000000 does not exist"), "in words");
	must(read(fd, text, sizeof(text)) == -1 && errno == EINVAL,
	     "still no answer");
	close(fd);
}

/* Two open files, two answers; and a new question starts a new answer. */
static void own_answers(void)
{
	const int one = open(FOLIO, O_RDWR | O_CLOEXEC);
	const int two = open(FOLIO, O_RDWR | O_CLOEXEC);
	char text[4096] = "";

	must(one >= 0 && two >= 0, "open twice");
	must(write(one, "1", 1) == 1 && write(two, "0x2\n", 4) == 4, "ask");
	must(read(one, text, 5) == 5 && !memcmp(text, "pfn: ", 5), "a part");
	must(read(one, text, 2) == 2 && !memcmp(text, "1\n", 2), "of its own");
	must(read(two, text, 7) == 7 && !memcmp(text, "pfn: 2\n", 7), "another one");
	must(write(one, "3", 1) == 1 && read(one, text, 7) == 7 &&
	     !memcmp(text, "pfn: 3\n", 7), "the next one from its start");
}

/* Pages of the file that are said to be from index @first to @last. */
static uint64_t file_pages(int fd, uint64_t first, uint64_t last)
{
	enum { BATCH = PAGE / sizeof(struct rmap_ab_file_pfns) };
	static struct rmap_ab_file_pfns found[BATCH];
	const int control = open(RMAP_AB RMAP_AB_FILE_FILE_PFNS, O_RDWR);
	char command[80];
	uint64_t pages = 0;
	ssize_t got;
	int i, len, reads = 0;

	must(control >= 0, "open file_pfns");
	len = snprintf(command, sizeof(command), "%d %llu %llu", fd,
		       (unsigned long long)first, (unsigned long long)last);
	must(write(control, command, len) == len, "%s", command);
	while ((got = read(control, found, sizeof(found))) > 0) {
		must(reads++ < 100, "it comes to an end");
		for (i = 0; i < (int)(got / sizeof(found[0])); i++) {
			must(found[i].index == first + pages, "in order");
			pages += found[i].nr;
		}
	}
	must(!got, "read file_pfns");
	close(control);
	return pages;
}

/* The last index may be as large as can be written. */
static void file_pfns_range(void)
{
	const int fd = file_memfd(300, 0);

	file_fill_slowly(fd, 300, 1);
	must(file_pages(fd, 0, 299) == 300, "all of it");
	must(file_pages(fd, 0, ~0ULL) == 300, "all there may be");
	must(file_pages(fd, 1, ~0ULL) == 299, "all but one");
	must(file_pages(fd, 0, 0) == 1 && file_pages(fd, 299, ~0ULL) == 1,
	     "one");
}

static void corrupt_counters(void)
{
	static const char *const names[] = {
		"page_mapcount", "entire_mapcount", "large_mapcount",
		"nr_pages_mapped",
	};
	char *p = thp_map(1);
	struct rmap_ab_page sound, r;
	uint64_t pfn;
	size_t i;
	int delta;

	pages_fill(p, 0, PMD_PAGES, 1);
	must(!mprotect(p, PAGE, PROT_READ), "mapped by PTEs");
	pfn = page_frame(p) + 5;
	state_read(pfn, 1, &sound);
	for (i = 0; i < 4; i++)
		for (delta = -2; delta <= 2; delta++) {
			corrupt(pfn, names[i], delta);
			state_read(pfn, 1, &r);
			corrupt(pfn, names[i], -delta);
			must(r.page_mapcount == 1 + (i == 0) * delta &&
			     r.entire_mapcount == 0 + (i == 1) * delta &&
			     r.large_mapcount == 512 + (i == 2) * delta &&
			     r.nr_pages_mapped == 512 + (i == 3) * delta,
			     "%s, and only that, is wrong by %d: %d %d %d %d",
			     names[i], delta, r.page_mapcount, r.entire_mapcount,
			     r.large_mapcount, r.nr_pages_mapped);
		}
	state_read(pfn, 1, &r);
	r.refcount = sound.refcount;
	must(!memcmp(&r, &sound, RECORD), "all is as before");
}

static void corrupt_refuses(void)
{
	const char *const bad[] = {
		"x", "1 page_mapcount", "1 page_mapcount 1 1", "1 other 1",
		"1 page_mapcount 100000000", "0 page_mapcount 1",
		"18446744073709551615 page_mapcount 1",
	};
	char *p = small_map(1);
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		must(text_write(CORRUPT, bad[i]), "not '%s'", bad[i]);
	must(log_says("unknown counter 'other'"), "in words");
	pages_fill(p, 0, 1, 1);
	must(corrupt_try(page_frame(p), "large_mapcount", 1) == -EINVAL,
	     "a page has no such counter");
}

static void corrupt_must_be_allowed(void)
{
	must(!kmod_unload("rmap_ab") && !kmod_load("rmap_ab", ""), "load again");
	must(text_exists(FOLIO) && !text_exists(CORRUPT), "no such file");
	must(!kmod_unload("rmap_ab") && !kmod_load("rmap_ab", "allow_corrupt=1"),
	     "and back");
}

static const struct suite_case state_cases[] = {
	{ "all-frames", all_frames, 0 },
	{ "any-range", any_range, 0 },
	{ "beyond-the-end", beyond_the_end, 0 },
	{ "folio/bad-questions", bad_questions, 0 },
	{ "folio/own-answers", own_answers, 0 },
	{ "file-pfns/range", file_pfns_range, 0 },
	{ "corrupt/counters", corrupt_counters, NEED_THP },
	{ "corrupt/refuses", corrupt_refuses, 0 },
	{ "corrupt/must-be-allowed", corrupt_must_be_allowed, 0 },
	{ 0 }
};

static void after_state_test(void)
{
	(void)kmod_unload("rmap_hold");
	swapdev_off();
	knobs_restore();
}

static void run_state_suite(void)
{
	tap_plan(suite_count(state_scenes) + suite_count(state_mm_ids) +
		 suite_count(state_cases));
	suite_run_cases(state_scenes, "");
	suite_run_cases(state_mm_ids, "mm-ids/");
	suite_run_cases(state_cases, "");
}

static const struct suite state_suite = {
	.what = "Compares what rmap_ab says about page frames with what is known of them.",
	.flags = SUITE_CORRUPT | SUITE_SETTINGS,
	.timeout = 300,
	.after = after_state_test,
	.audit = truth_check_mapped,
	.run = run_state_suite,
};

int main(int argc, char **argv)
{
	return suite_main(&state_suite, argc, argv);
}
