// SPDX-License-Identifier: GPL-2.0
/*
 * The audit finds each error: every counter of folios of every kind, wrong by
 * little and by more, at several pages, by page frame and among all.
 */
#include <errno.h>
#include <linux/memfd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/audit.h"
#include "lib/check.h"
#include "lib/corrupt.h"
#include "lib/files.h"
#include "lib/knob.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/pin.h"
#include "lib/scenario.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "suites/audit.h"

static const char *const counters[] = {
	"page_mapcount", "entire_mapcount", "large_mapcount", "nr_pages_mapped",
};

enum { NR_COUNTERS = sizeof(counters) / sizeof(counters[0]) };

/* Is one folio wrong, that whose first page is at @head? */
static bool finds(uint64_t start, uint64_t nr, uint64_t head,
		  struct audit_answer *answer)
{
	char words[48];

	snprintf(words, sizeof(words), "\nmismatch: folio=%#llx ",
		 (unsigned long long)head);
	return !audit_ask(start, nr, answer) && answer->mismatched == 1 &&
	       strstr(answer->text, words);
}

/* Returns whether that can be planted at all. */
static bool plant_anywhere(uint64_t head, uint64_t pfn, const char *counter,
			   int delta, const char *what)
{
	static struct audit_answer one, whole;
	bool found, found_all;

	if (corrupt_try(pfn, counter, delta))
		return false;
	found = finds(pfn, 1, head, &one);
	/* Half of them: it takes longer. */
	found_all = abs(delta) != 1 || finds(0, 0, head, &whole);
	corrupt(pfn, counter, -delta);
	must(found, "%s: page %lld: %s %+d is found by its page frame:\n%s",
	     what, (long long)(pfn - head), counter, delta, one.text);
	must(found_all, "%s: page %lld: %s %+d is found among all:\n%s", what,
	     (long long)(pfn - head), counter, delta, whole.text);
	return true;
}

/*
 * A folio of @nr pages: every counter, wrong by little and by more, at several
 * pages. Of those from @first on, but only below @nr_pages, page_mapcount can be
 * wrong.
 */
static void plant_all(uint64_t head, size_t nr, size_t first, size_t nr_pages,
		      const char *what)
{
	static const int deltas[] = { -2, -1, 1, 2 };
	const size_t pages[] = { 0, 1, nr_pages - 1, nr / 2, nr - 1 };
	int planted = 0, due = 0;
	size_t i, j, k;

	for (i = 0; i < NR_COUNTERS; i++)
		for (j = 0; j < sizeof(deltas) / sizeof(deltas[0]); j++)
			for (k = 0; k < (i ? 1 : 5); k++) {
				if (pages[k] >= nr || (k && !pages[k]))
					continue;
				planted += plant_anywhere(head,
							  head + pages[k],
							  counters[i],
							  deltas[j], what);
				due += i ? nr > 1 : pages[k] >= first &&
						    pages[k] < nr_pages;
			}
	must(planted == due, "%s: %d of %d could be planted", what, planted,
	     due);
	audit_must_be_fine(head, nr, what);
}

static void matrix_anon(void)
{
	char *p = small_map(4);
	struct peer child;

	pages_fill(p, 0, 4, 1);
	plant_all(page_frame(p), 1, 0, 1, "small");
	peer_start(&child, peer_pause_once, NULL);
	plant_all(page_frame(p), 1, 0, 1, "small, of both");
	peer_finish(&child);
}

static void plant_in_file(int fd, int flags, const char *mapped, const char *unmapped)
{
	uint64_t pfn;
	char *p;

	file_fill_slowly(fd, 4, 1);
	p = pages_map_fd(4 * PAGE, PAGE, flags, fd);
	pages_touch(p, 0, 4);
	pfn = page_frame(p);
	plant_all(pfn, 1, 0, 1, mapped);
	pages_unmap(p, 4 * PAGE);
	plant_all(pfn, 1, 0, 1, unmapped);
}

static void matrix_file(void)
{
	plant_in_file(file_memfd(4, 0), MAP_SHARED, "shmem", "shmem that nobody maps");
	plant_in_file(file_new("/tmp"), MAP_PRIVATE, "a file", "a file that nobody maps");
}

static void matrix_mthp(void)
{
	char *p = pages_map(16 * PAGE, 16 * PAGE);

	knob_set("/sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled",
		 "always");
	knob_set("/sys/kernel/mm/transparent_hugepage/hugepages-2048kB/enabled",
		 "never");
	pages_fill(p, 0, 16, 1);
	must(folio_pages(p) == 16, "a folio of 64 kB");
	plant_all(page_frame(p), 16, 0, 16, "mTHP");
}

static void matrix_thp(void)
{
	char *p = thp_map(1);

	pages_fill(p, 0, PMD_PAGES, 1);
	must(page_by_pmd(p), "mapped by a PMD");
	plant_all(page_frame(p), PMD_PAGES, 0, PMD_PAGES, "a PMD");
	must(!mprotect(p, PAGE, PROT_READ), "mprotect a page");
	plant_all(page_frame(p), PMD_PAGES, 0, PMD_PAGES, "PTEs");
	pages_unmap(p + PAGE, PMD - PAGE);
	plant_all(page_frame(p), PMD_PAGES, 0, PMD_PAGES, "the PTE of one page");
}

static void matrix_shmem_thp(void)
{
	const int fd = file_huge(1);
	uint64_t pfn;
	char *p;

	file_fill(fd, PMD_PAGES, 1);
	p = pages_map_fd(PMD, PMD, MAP_SHARED, fd);
	pages_touch(p, 0, PMD_PAGES);
	must(page_by_pmd(p), "mapped by a PMD");
	pfn = page_frame(p);
	plant_all(pfn, PMD_PAGES, 0, PMD_PAGES, "a huge folio of shmem");
	pages_unmap(p, PMD);
	plant_all(pfn, PMD_PAGES, 0, PMD_PAGES, "a huge one that nobody maps");
}

static void matrix_hugetlb(void)
{
	const int fd = file_memfd(PMD_PAGES, MFD_HUGETLB);
	char *p = pages_map_fd(PMD, PMD, MAP_PRIVATE | MAP_ANONYMOUS |
			       MAP_HUGETLB, -1);

	pages_fill(p, 0, PMD_PAGES, 1);
	plant_all(page_frame(p), PMD_PAGES, 1, PMD_PAGES, "hugetlb");
	p = pages_map_fd(PMD, PMD, MAP_SHARED, fd);
	pages_fill(p, 0, PMD_PAGES, 1);
	plant_all(page_frame(p), PMD_PAGES, 1, PMD_PAGES, "hugetlb of a file");
}

/*
 * Most of the struct pages of such a folio are the same ones, and read-only. The
 * pool stays larger: of such folios that had been given back, the 65th page was
 * found with a _mapcount that is none, on 6.12.118, and would be reported later.
 */
static void matrix_hvo(void)
{
	static const char optimize[] = "/proc/sys/vm/hugetlb_optimize_vmemmap",
			  pool[] = "/proc/sys/vm/nr_hugepages";
	char number[24], *p;

	if (!text_exists(optimize))
		tap_skip("no CONFIG_HUGETLB_PAGE_OPTIMIZE_VMEMMAP");
	knob_set(optimize, "1");
	snprintf(number, sizeof(number), "%lld", text_number(pool, 0) + 2);
	must(!text_write(pool, number), "a larger pool");
	p = pages_map_fd(PMD, PMD, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB,
			 -1);
	pages_fill(p, 0, PMD_PAGES, 1);
	must(corrupt_try(page_frame(p) + 64, "page_mapcount", 1) == -EINVAL &&
	     corrupt_try(page_frame(p) + 511, "page_mapcount", 1) == -EINVAL,
	     "what is not there cannot be damaged");
	plant_all(page_frame(p), PMD_PAGES, 1, 64, "hugetlb, optimised");
}

/* A folio that only a pin holds; another that io_uring maps; the zero page. */
static void matrix_refused(void)
{
	char params[128] = "", *p = small_map(2);
	static struct audit_answer answer;
	uint64_t pfn;
	int pin, fd;
	bool found;

	pages_fill(p, 0, 2, 1);
	pin = pin_take(p, PAGE);
	pfn = page_frame(p);
	pages_unmap(p, PAGE);
	must(corrupt_try(pfn, "page_mapcount", 1) == -ENXIO,
	     "anon, and nobody maps it");
	must(!corrupt_try(pfn, "page_mapcount", -1), "it may look as it likes");
	found = finds(pfn, 1, pfn, &answer);
	corrupt(pfn, "page_mapcount", 1);
	must(found, "a count below 0: %s", answer.text);
	must(!audit_ask(pfn, 1, &answer) && !answer.mismatched &&
	     strstr(answer.text, "\nskipped_unmapped: 1\n"),
	     "nobody is found: %s", answer.text);
	pin_drop(pin);

	fd = syscall(SYS_io_uring_setup, 1, params);
	must(fd >= 0, "io_uring_setup");
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	must(p != MAP_FAILED, "map the ring");
	must(corrupt_try(page_frame(p), "page_mapcount", 1) == -ENXIO,
	     "a driver's page");

	p = small_map(1);
	pages_touch(p, 0, 1);
	must(corrupt_try(page_frame(p), "page_mapcount", 1) == -ENXIO,
	     "the zero page");
	pages_fill(p, 0, 1, 1);
	must(!corrupt_try(page_frame(p), "page_mapcount", 1000000) &&
	     !corrupt_try(page_frame(p), "page_mapcount", -1000000),
	     "as much as there may be");
}

const struct suite_case audit_matrix[] = {
	{ "matrix/anon", matrix_anon, 0 },
	{ "matrix/file", matrix_file, 0 },
	{ "matrix/mthp", matrix_mthp, NEED_MTHP },
	{ "matrix/thp", matrix_thp, NEED_THP },
	{ "matrix/shmem-thp", matrix_shmem_thp, NEED_SHMEM_THP },
	{ "matrix/hugetlb", matrix_hugetlb, NEED_HUGETLB },
	{ "matrix/hvo", matrix_hvo, NEED_HUGETLB },
	{ "matrix/refused", matrix_refused, NEED_PIN },
	{ 0 }
};
