// SPDX-License-Identifier: GPL-2.0
/*
 * The audit describes an error: where it is, what the counter says, what the page
 * tables say, and who maps the folio.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/audit.h"
#include "lib/check.h"
#include "lib/corrupt.h"
#include "lib/files.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/scenario.h"
#include "suites/audit.h"

/* The numbers of the difference that the audit reports for @counter. */
static bool reports(const struct audit_answer *answer, const char *counter,
		    unsigned int first, int says, int tables)
{
	const char *at = audit_difference(answer, counter);
	unsigned int at_first, count;
	int at_says, at_tables;

	if (!at || sscanf(at, "difference: counter=%*s first=%u count=%u says=%d tables=%d",
			  &at_first, &count, &at_says, &at_tables) != 4)
		return false;
	return at_first == first && count == 1 && at_says == says &&
	       at_tables == tables;
}

static bool names_me(const struct audit_answer *answer)
{
	char words[32];

	snprintf(words, sizeof(words), "  mapper: pid=%d ", getpid());
	return strstr(answer->text, words);
}

/* One error in page @page of the folio whose first page is at @pfn. */
static void plant(uint64_t pfn, unsigned int page, unsigned int nr,
		  const char *counter, int delta, int truly, const char *what)
{
	const bool of_page = !strcmp(counter, "page_mapcount");
	static struct audit_answer answer;
	int err;

	corrupt(pfn + page, counter, delta);
	err = audit_ask(pfn, nr, &answer);
	corrupt(pfn + page, counter, -delta);
	must(!err && answer.mismatched == 1,
	     "%s: %s %+d is found, once:\n%s", what, counter, delta,
	     answer.text);
	must(reports(&answer, counter, of_page ? page : 0, truly + delta, truly),
	     "%s: %s says %d, truly %d:\n%s", what, counter, truly + delta,
	     truly, answer.text);
	must(names_me(&answer), "%s: who maps it:\n%s", what, answer.text);
	audit_must_be_fine(pfn, nr, what);
}

static void plant_both(uint64_t pfn, unsigned int page, unsigned int nr,
		       const char *counter, int truly, const char *what)
{
	plant(pfn, page, nr, counter, 1, truly, what);
	plant(pfn, page, nr, counter, 3, truly, what);
	/* With none left, an anon folio could not be walked at all. */
	if (truly > 1)
		plant(pfn, page, nr, counter, -1, truly, what);
}

static void plant_small(void)
{
	char *p = small_map(16);
	struct peer child;

	pages_fill(p, 0, 16, 1);
	plant(page_frame(p + PAGE), 0, 1, "page_mapcount", 1, 1, "small");
	peer_start(&child, peer_pause_once, NULL);
	plant_both(page_frame(p + PAGE), 0, 1, "page_mapcount", 2,
		   "small, of both");
	peer_finish(&child);
}

static char *thp_by_ptes(void)
{
	char *p = thp_map(1);

	pages_fill(p, 0, PMD_PAGES, 1);
	must(!mprotect(p + PAGE, PAGE, PROT_READ), "mprotect a page");
	return p;
}

static void plant_ptes(void)
{
	char *p = thp_by_ptes();
	struct peer child;
	uint64_t pfn;

	pfn = page_frame(p);
	peer_start(&child, peer_pause_once, NULL);
	plant_both(pfn, 300, 512, "page_mapcount", 2, "PTEs");
	plant_both(pfn, 0, 512, "large_mapcount", 1024, "PTEs");
	plant_both(pfn, 0, 512, "entire_mapcount", 0, "PTEs");
	plant_both(pfn, 0, 512, "nr_pages_mapped", 512, "PTEs");
	peer_finish(&child);
	plant(pfn, 511, 512, "page_mapcount", -1, 1, "PTEs of one");
}

/* A wrong MM ID of the folio at @pfn. @first is the slot that is reported. */
static void plant_mm_ids(uint64_t pfn, const char *word, int delta,
			 const char *counter, unsigned int first, int says,
			 int tables, const char *what)
{
	static struct audit_answer answer;
	int err;

	corrupt(pfn, word, delta);
	err = audit_ask(pfn, 1, &answer);
	corrupt(pfn, word, -delta);
	must(!err && answer.mismatched == 1, "%s: %s %+d is found:\n%s", what,
	     word, delta, answer.text);
	must(strstr(answer.text, " differences=1 ") &&
	     reports(&answer, counter, first, says, tables),
	     "%s: %s of slot %u says %d, truly %d:\n%s", what, counter, first,
	     says, tables, answer.text);
	must(names_me(&answer), "%s: who maps it:\n%s", what, answer.text);
	audit_must_be_fine(pfn, 1, what);
}

static void plant_mm_ids_of_one(void)
{
	char *p = thp_by_ptes();
	uint64_t pfn;

	pfn = page_frame(p);
	plant_mm_ids(pfn, "mm_id_0", 1000, "mm_mapcount", 0, 512, 0, "one");
	plant_mm_ids(pfn, "mm_mapcount_0", 1, "mm_mapcount", 0, 513, 512, "one");
	plant_mm_ids(pfn, "mm_mapcount_0", -1, "mm_mapcount", 0, 511, 512, "one");
	plant_mm_ids(pfn, "mm_mapcount_1", 1, "mm_mapcount", 1, 1, 0, "one");
	/* The kernel does not promise that there is no such error. */
	corrupt(pfn, "mm_shared", 1);
	audit_must_be_fine(pfn, 1, "shared without need");
	corrupt(pfn, "mm_shared", -1);
}

static void plant_mm_ids_of_two(void)
{
	char *p = thp_by_ptes();
	struct peer child, third;
	uint64_t pfn;

	pfn = page_frame(p);
	peer_start(&child, peer_pause_once, NULL);
	plant_mm_ids(pfn, "mm_shared", -1, "maybe_mapped_shared", 0, 0, 1, "two");
	plant_mm_ids(pfn, "mm_id_1", 1000, "mm_mapcount", 1, 512, 0, "two");
	plant_mm_ids(pfn, "mm_mapcount_1", 1, "mm_mapcount", 1, 513, 512, "two");
	peer_start(&third, peer_pause_once, NULL);
	audit_must_be_fine(pfn, 1, "a third one");
	plant_mm_ids(pfn, "mm_shared", -1, "maybe_mapped_shared", 0, 0, 1,
		     "three");
	peer_finish(&child);
	audit_must_be_fine(pfn, 1, "the second one is gone");
	pages_unmap(p, PMD);
	audit_must_be_fine(pfn, 1, "the third one alone");
	peer_finish(&third);
}

static void map_half_later(struct peer *self, void *arg)
{
	const int fd = *(int *)arg;
	char *p = pages_map_fd(PMD, PMD, MAP_SHARED, fd);

	pages_touch(p, 0, 1);
	peer_pause(self);
	p = pages_map_fd(PMD / 2, PAGE, MAP_SHARED, fd);
	must(!madvise(p, PMD / 2, MADV_POPULATE_READ), "populate");
	peer_pause(self);
}

/*
 * A third process maps a file while the slots are taken. When one becomes free, it
 * counts what this process maps from then on.
 */
static void plant_mm_ids_of_late(void)
{
	int fd = file_huge(1);
	char *p = pages_map_fd(PMD, PMD, MAP_SHARED, fd);
	struct peer second, third;
	uint64_t pfn;

	pages_fill(p, 0, PMD_PAGES, 1);
	pfn = page_frame(p);
	peer_start(&second, map_half_later, &fd);
	peer_start(&third, map_half_later, &fd);
	audit_must_be_fine(pfn, 1, "three");
	peer_step(&second);
	peer_finish(&second);
	peer_step(&third);
	audit_must_be_fine(pfn, 1, "the third one has a slot for a half");
	plant_mm_ids(pfn, "mm_mapcount_1", 2, "mm_mapcount", 1, 258, 257, "late");
	peer_finish(&third);
}

static void plant_pmd(void)
{
	char *p = thp_map(1);
	struct peer child;
	uint64_t pfn;

	pages_fill(p, 0, PMD_PAGES, 1);
	pfn = page_frame(p);
	must(page_by_pmd(p), "mapped by a PMD");
	peer_start(&child, peer_pause_once, NULL);
	plant_both(pfn, 5, 512, "page_mapcount", 0, "a PMD");
	plant_both(pfn, 0, 512, "large_mapcount", 2, "a PMD");
	plant_both(pfn, 0, 512, "entire_mapcount", 2, "a PMD");
	plant_both(pfn, 0, 512, "nr_pages_mapped", 0x800000, "a PMD");
	peer_finish(&child);
}

static void plant_file(void)
{
	const int fd = file_memfd(4, 0);
	char *p;

	file_fill_slowly(fd, 4, 1);
	p = pages_map_fd(4 * PAGE, PAGE, MAP_SHARED, fd);
	pages_touch(p, 0, 4);
	/* A file's folio has a reverse map also if no mapping is counted. */
	plant(page_frame(p), 0, 1, "page_mapcount", 1, 1, "shmem");
	plant(page_frame(p), 0, 1, "page_mapcount", -1, 1, "shmem");
}

static void plant_hugetlb(void)
{
	char *p = pages_map_fd(PMD, PMD, MAP_PRIVATE | MAP_ANONYMOUS |
			       MAP_HUGETLB, -1);
	struct peer child;

	pages_fill(p, 0, PMD_PAGES, 1);
	peer_start(&child, peer_pause_once, NULL);
	plant_both(page_frame(p), 0, 512, "entire_mapcount", 2, "hugetlb");
	plant_both(page_frame(p), 0, 512, "large_mapcount", 2, "hugetlb");
	peer_finish(&child);
}

/* Of many errors the first ones are told in full, all are counted. */
static void plant_many(void)
{
	enum { NR = 40 };
	char *p = small_map(NR);
	static struct audit_answer answer;
	uint64_t pfns[NR];
	int i, told = 0;
	const char *at;

	pages_fill(p, 0, NR, 1);
	for (i = 0; i < NR; i++) {
		pfns[i] = page_frame(p + i * PAGE);
		corrupt(pfns[i], "page_mapcount", 1);
	}
	i = audit_ask(0, 0, &answer);
	while (told < NR)
		corrupt(pfns[told++], "page_mapcount", -1);
	must(!i && answer.mismatched == NR, "all %d are found: %lld", NR,
	     answer.mismatched);
	for (told = 0, at = answer.text; (at = strstr(at, "\nmismatch: ")); at++)
		told++;
	must(told == 16, "16 are told in full: %d", told);
}

const struct suite_case audit_planted[] = {
	{ "plant/small", plant_small, 0 },
	{ "plant/ptes", plant_ptes, NEED_THP },
	{ "plant/mm-ids-of-one", plant_mm_ids_of_one, NEED_MM_IDS | NEED_THP },
	{ "plant/mm-ids-of-two", plant_mm_ids_of_two, NEED_MM_IDS | NEED_THP },
	{ "plant/mm-ids-of-late", plant_mm_ids_of_late,
	  NEED_MM_IDS | NEED_SHMEM_THP },
	{ "plant/pmd", plant_pmd, NEED_THP },
	{ "plant/file", plant_file, 0 },
	{ "plant/hugetlb", plant_hugetlb, NEED_HUGETLB },
	{ "plant/many", plant_many, 0 },
	{ 0 }
};
