// SPDX-License-Identifier: GPL-2.0
/*
 * The audit finds every wrong counter and describes it correctly. It finds nothing
 * where nothing is wrong, under every load. It stays below the limits of its cost.
 * See --help.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/audit.h"
#include "lib/check.h"
#include "lib/files.h"
#include "lib/klog.h"
#include "lib/kmod.h"
#include "lib/knob.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/pin.h"
#include "lib/row.h"
#include "lib/scenario.h"
#include "lib/suite.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "lib/truth.h"
#include "stress/load.h"

#define CORRUPT RMAP_AB RMAP_AB_FILE_CORRUPT

static struct {
	unsigned long seconds, cpus, seed, mib;
	bool figures;
} options = { .seconds = 5, .cpus = 2, .seed = 1, .mib = 256 };

/* ---- planted errors ---- */

static void corrupt(uint64_t pfn, const char *counter, int delta)
{
	char command[80];

	snprintf(command, sizeof(command), "%#llx %s %d",
		 (unsigned long long)pfn, counter, delta);
	must(!text_append(CORRUPT, command), "corrupt %s", command);
}

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

static void pause_once(struct peer *self, void *arg)
{
	(void)arg;
	peer_pause(self);
}

static void plant_small(void)
{
	char *p = small_map(16);
	struct peer child;

	pages_fill(p, 0, 16, 1);
	plant(page_frame(p + PAGE), 0, 1, "page_mapcount", 1, 1, "small");
	peer_start(&child, pause_once, NULL);
	plant_both(page_frame(p + PAGE), 0, 1, "page_mapcount", 2,
		   "small, of both");
	peer_finish(&child);
}

static void plant_ptes(void)
{
	char *p = thp_map(1);
	struct peer child;
	uint64_t pfn;

	pages_fill(p, 0, PMD_PAGES, 1);
	must(!mprotect(p + PAGE, PAGE, PROT_READ), "mprotect a page");
	pfn = page_frame(p);
	peer_start(&child, pause_once, NULL);
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
	char *p = thp_map(1);
	uint64_t pfn;

	pages_fill(p, 0, PMD_PAGES, 1);
	must(!mprotect(p + PAGE, PAGE, PROT_READ), "mprotect a page");
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
	char *p = thp_map(1);
	struct peer child, third;
	uint64_t pfn;

	pages_fill(p, 0, PMD_PAGES, 1);
	must(!mprotect(p + PAGE, PAGE, PROT_READ), "mprotect a page");
	pfn = page_frame(p);
	peer_start(&child, pause_once, NULL);
	plant_mm_ids(pfn, "mm_shared", -1, "maybe_mapped_shared", 0, 0, 1, "two");
	plant_mm_ids(pfn, "mm_id_1", 1000, "mm_mapcount", 1, 512, 0, "two");
	plant_mm_ids(pfn, "mm_mapcount_1", 1, "mm_mapcount", 1, 513, 512, "two");
	peer_start(&third, pause_once, NULL);
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
	peer_start(&child, pause_once, NULL);
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
	peer_start(&child, pause_once, NULL);
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

/* ---- the audit finds every planted error ---- */

static const char *const counters[] = {
	"page_mapcount", "entire_mapcount", "large_mapcount", "nr_pages_mapped",
};

enum { NR_COUNTERS = sizeof(counters) / sizeof(counters[0]) };

static int try_corrupt(uint64_t pfn, const char *counter, int delta)
{
	char command[80];

	snprintf(command, sizeof(command), "%#llx %s %d",
		 (unsigned long long)pfn, counter, delta);
	return text_append(CORRUPT, command);
}

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

	if (try_corrupt(pfn, counter, delta))
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
	peer_start(&child, pause_once, NULL);
	plant_all(page_frame(p), 1, 0, 1, "small, of both");
	peer_finish(&child);
}

static void matrix_file(void)
{
	const int file = file_new("/tmp"), shmem = file_memfd(4, 0);
	uint64_t pfn;
	char *p;

	file_fill_slowly(shmem, 4, 1);
	p = pages_map_fd(4 * PAGE, PAGE, MAP_SHARED, shmem);
	pages_touch(p, 0, 4);
	pfn = page_frame(p);
	plant_all(pfn, 1, 0, 1, "shmem");
	pages_unmap(p, 4 * PAGE);
	plant_all(pfn, 1, 0, 1, "shmem that nobody maps");

	file_fill_slowly(file, 4, 1);
	p = pages_map_fd(4 * PAGE, PAGE, MAP_PRIVATE, file);
	pages_touch(p, 0, 4);
	pfn = page_frame(p);
	plant_all(pfn, 1, 0, 1, "a file");
	pages_unmap(p, 4 * PAGE);
	plant_all(pfn, 1, 0, 1, "a file that nobody maps");
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
	must(try_corrupt(page_frame(p) + 64, "page_mapcount", 1) == -EINVAL &&
	     try_corrupt(page_frame(p) + 511, "page_mapcount", 1) == -EINVAL,
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
	must(try_corrupt(pfn, "page_mapcount", 1) == -ENXIO,
	     "anon, and nobody maps it");
	must(!try_corrupt(pfn, "page_mapcount", -1), "it may look as it likes");
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
	must(try_corrupt(page_frame(p), "page_mapcount", 1) == -ENXIO,
	     "a driver's page");

	p = small_map(1);
	pages_touch(p, 0, 1);
	must(try_corrupt(page_frame(p), "page_mapcount", 1) == -ENXIO,
	     "the zero page");
	pages_fill(p, 0, 1, 1);
	must(!try_corrupt(page_frame(p), "page_mapcount", 1000000) &&
	     !try_corrupt(page_frame(p), "page_mapcount", -1000000),
	     "as much as there may be");
}

/* ---- control ---- */

static void refusals(void)
{
	static const char *const wrong[] = {
		"", "walk", "run 1 2 3", "run x", "run -1", "run 1 ",
		"run 99999999999999999999999",
	};
	static struct audit_answer answer;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (strcmp(wrong[i], "run 1 "))
			must(text_append(RMAP_AB RMAP_AB_FILE_AUDIT, wrong[i]) <
			     0 || !*wrong[i], "'%s' is refused", wrong[i]);
	must(!audit_ask(1ULL << 50, 1ULL << 50, &answer) && !answer.scanned,
	     "beyond all memory there is nothing: %s", answer.text);
}

/* What can be read from an open file, from where that is. */
static void read_rest(int fd, char *text, size_t size)
{
	size_t used = 0;
	ssize_t got;

	while ((got = read(fd, text + used, size - 1 - used)) > 0)
		used += got;
	text[used] = '\0';
}

/* Each question has an answer, from its first byte on. */
static void second_question(void)
{
	const int fd = open(RMAP_AB RMAP_AB_FILE_AUDIT, O_RDWR | O_CLOEXEC);
	char text[8192];

	must(fd >= 0, "open audit");
	must(write(fd, "run 0 512", 9) == 9, "the first one");
	read_rest(fd, text, sizeof(text));
	must(strstr(text, "\nend: 0x200\n"), "its answer: %s", text);
	must(write(fd, "run 0 1024", 10) == 10, "the second one");
	must(read(fd, text, 7) == 7 && !memcmp(text, "state: ", 7),
	     "its answer, from the start");
	must(write(fd, "run 0 1536", 10) == 10, "the third one");
	read_rest(fd, text, sizeof(text));
	must(!memcmp(text, "state: finished\n", 16) &&
	     strstr(text, "\nend: 0x600\n"), "its answer: %s", text);
	must(strstr(text, "\nanon_mapped_low: 0\n") &&
	     strstr(text, "\nanon_mapped_drift: 0\n"),
	     "of a part, no statistic is read: %s", text);
	close(fd);
}

/* ---- a file that many processes map ---- */

/* Processes; mappings of each; pages of each mapping. */
enum { CROWD = 100, CROWD_MAPS = 80, CROWD_PAGES = 512 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void nap(double seconds)
{
	const struct timespec t = {
		.tv_sec = seconds, .tv_nsec = (seconds - (long)seconds) * 1e9,
	};

	nanosleep(&t, NULL);
}

static pid_t fork_that_dies_with_us(void)
{
	const pid_t pid = fork();

	must(pid >= 0, "fork");
	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

struct crowd {
	int fd;
	pid_t pids[CROWD];
};

/*
 * Small folios, written so that neighbours in memory are far from each other in
 * the file.
 */
static int file_scattered(void)
{
	const int fd = file_memfd(CROWD_PAGES, 0);
	char page[PAGE];
	size_t i;

	memset(page, 1, sizeof(page));
	for (i = 0; i < CROWD_PAGES; i++)
		must(pwrite(fd, page, PAGE, i * 37 % CROWD_PAGES * PAGE) ==
		     PAGE, "write a page");
	return fd;
}

static bool map_often(int fd)
{
	int i;

	for (i = 0; i < CROWD_MAPS; i++)
		if (mmap(NULL, CROWD_PAGES * PAGE, PROT_READ,
			 MAP_SHARED | MAP_POPULATE, fd, 0) == MAP_FAILED)
			return false;
	return true;
}

/* Processes map such a file, all of it, and often. */
static void crowd_start(struct crowd *crowd)
{
	int ready[2], i;
	char byte;

	must(!pipe(ready), "pipe");
	crowd->fd = file_scattered();
	for (i = 0; i < CROWD; i++) {
		crowd->pids[i] = fork_that_dies_with_us();
		if (crowd->pids[i])
			continue;
		if (!map_often(crowd->fd) || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	for (i = 0; i < CROWD; i++)
		must(read(ready[0], &byte, 1) == 1, "a process maps the file");
	close(ready[0]);
	close(ready[1]);
}

static void crowd_stop(struct crowd *crowd)
{
	int i;

	for (i = 0; i < CROWD; i++)
		stop(crowd->pids[i]);
	close(crowd->fd);
}

static pid_t audit_in_a_loop(void)
{
	static struct audit_answer answer;
	const pid_t pid = fork_that_dies_with_us();

	if (pid)
		return pid;
	for (;;)
		audit_ask(0, 0, &answer);
}

static void await_running(void)
{
	char text[4096];

	do {
		nap(0.001);
		must(text_read(RMAP_AB RMAP_AB_FILE_AUDIT, text,
			       sizeof(text)) > 0, "read progress");
	} while (!strstr(text, "state: running"));
}

/* Seconds from SIGKILL to the end of an audit that has been at it for a while. */
static double kill_audit(double after)
{
	const pid_t worker = audit_in_a_loop();
	double start;

	await_running();
	nap(after);
	start = now();
	stop(worker);
	return now() - start;
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * Another reader sees how far an audit has come; a signal ends it at once, and
 * what it had not looked at is not among the numbers.
 */
static void interrupted(void)
{
	enum { NR = 9 };
	static struct audit_answer answer;
	double took, last[NR];
	struct crowd crowd;
	char text[4096];
	int i, seen = 0;

	crowd_start(&crowd);
	took = now();
	must(!audit_ask(0, 0, &answer), "audit");
	took = now() - took;
	for (i = 0; i < NR; i++) {
		last[i] = kill_audit(took * (i + 1) / (2 * NR));
		text_read(RMAP_AB RMAP_AB_FILE_AUDIT, text, sizeof(text));
		must(!strstr(text, "state: running"), "it has ended: %s", text);
		if (!strstr(text, "state: interrupted"))
			continue;
		seen++;
		must(strstr(text, "\nskipped_unstable: 0\n") &&
		     strstr(text, "\nmismatched: 0\n") &&
		     strstr(text, "\nstatistics: not-compared\n"),
		     "it has not looked at the rest: %s", text);
	}
	qsort(last, NR, sizeof(last[0]), by_size);
	tap_note("an audit that takes %.0f ms ends %.1f ms after SIGKILL (median of %d; %.1f at most)",
		 took * 1e3, last[NR / 2] * 1e3, NR, last[NR - 1] * 1e3);
	must(seen, "an audit was interrupted");
	must(last[NR / 2] < took / 8, "%.0f ms after SIGKILL, of %.0f",
	     last[NR / 2] * 1e3, took * 1e3);
	crowd_stop(&crowd);
}

static void on_alarm(int signal)
{
	(void)signal;
}

/* Also the result of an audit that was interrupted starts with its first byte. */
static void interrupted_again(void)
{
	const int fd = open(RMAP_AB RMAP_AB_FILE_AUDIT, O_RDWR | O_CLOEXEC);
	const struct sigaction action = { .sa_handler = on_alarm };
	const struct itimerval soon = { .it_value.tv_usec = 20 * 1000 };
	struct crowd crowd;
	char text[8192];

	must(fd >= 0 && !sigaction(SIGALRM, &action, NULL), "prepare");
	crowd_start(&crowd);
	must(write(fd, "run 0 512", 9) == 9, "a first one");
	read_rest(fd, text, sizeof(text));
	setitimer(ITIMER_REAL, &soon, NULL);
	must(write(fd, "run", 3) < 0 && errno == EINTR, "a signal ends it");
	read_rest(fd, text, sizeof(text));
	must(!memcmp(text, "state: interrupted\n", 19), "and there is an answer: %s",
	     text);
	crowd_stop(&crowd);
	close(fd);
}

/* A signal also ends the search for the mappers of a page. */
static void mappers_interrupted(void)
{
	const int fd = open(RMAP_AB RMAP_AB_FILE_MAPPERS, O_RDWR | O_CLOEXEC);
	const struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval soon = { 0 };
	double start, took = 1e9;
	struct crowd crowd;
	char question[32], *p;
	int i, len;

	must(fd >= 0 && !sigaction(SIGALRM, &action, NULL), "prepare");
	crowd_start(&crowd);
	p = pages_map_fd(PAGE, PAGE, MAP_SHARED, crowd.fd);
	pages_touch(p, 0, 1);
	len = snprintf(question, sizeof(question), "%llu",
		       (unsigned long long)page_frame(p));
	for (i = 0; i < 3; i++) {
		start = now();
		must(write(fd, question, len) == len, "ask");
		took = now() - start < took ? now() - start : took;
	}
	soon.it_value.tv_usec = took / 3 * 1e6;
	/* It may have been about to end. */
	for (i = 0; i < 5; i++) {
		setitimer(ITIMER_REAL, &soon, NULL);
		if (write(fd, question, len) < 0)
			break;
	}
	must(i < 5 && errno == EINTR, "after %.1f of %.1f ms, a signal ends it",
	     took / 3 * 1e3, took * 1e3);
	crowd_stop(&crowd);
	close(fd);
}

/* A process that maps a page of the file and unmaps it, and counts that. */
static pid_t map_and_unmap(int fd, atomic_ulong *nr)
{
	const pid_t pid = fork_that_dies_with_us();
	char *p;

	if (pid)
		return pid;
	for (;;) {
		p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
		if (p == MAP_FAILED || munmap(p, PAGE))
			_exit(1);
		atomic_fetch_add(nr, 1);
	}
}

static int by_number(const void *a, const void *b)
{
	const unsigned long x = *(const unsigned long *)a;
	const unsigned long y = *(const unsigned long *)b;

	return (x > y) - (x < y);
}

/*
 * How often another process maps and unmaps, by @nr, during an audit of the block
 * of @pfn: the median of some audits. Nothing but the file's pages takes time in
 * one block of page frames.
 */
static unsigned long nr_beside_audit(atomic_ulong *nr, uint64_t pfn)
{
	enum { ROUNDS = 5, BLOCK = 512 };
	static struct audit_answer answer;
	unsigned long during[ROUNDS], before;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		before = atomic_load(nr);
		must(!audit_ask(pfn / BLOCK * BLOCK, BLOCK, &answer) &&
		     !answer.mismatched, "audit: %s", answer.text);
		during[i] = atomic_load(nr) - before;
	}
	qsort(during, ROUNDS, sizeof(during[0]), by_number);
	tap_note("beside an audit of %lld mappings: %lu times mmap and munmap (median of %d; %lu to %lu)",
		 answer.mappings, during[ROUNDS / 2], ROUNDS, during[0],
		 during[ROUNDS - 1]);
	return during[ROUNDS / 2];
}

/*
 * A process that maps the file goes on during an audit. Each system call of this
 * process that waits for the lock makes the audit lend it. So one audit lets
 * hundreds of them through, however busy the machine is. An audit that keeps the
 * lock lets through what happens before and after.
 */
static void considerate(void)
{
	enum { ATTEMPTS = 3, MANY = 400 };
	static struct audit_answer answer;
	atomic_ulong *nr = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct crowd crowd;
	uint64_t pfn;
	pid_t mapper;
	char *p;
	int i;

	must(nr != MAP_FAILED, "shared memory");
	crowd_start(&crowd);
	/* Halfway through the pages as they were written: its block has many. */
	p = pages_map_fd(CROWD_PAGES * PAGE, PAGE, MAP_SHARED, crowd.fd);
	pages_touch(p, 0, CROWD_PAGES);
	pfn = page_frame(p + CROWD_PAGES / 2 * 37 % CROWD_PAGES * PAGE);
	mapper = map_and_unmap(crowd.fd, nr);
	for (i = 0; i < ATTEMPTS && nr_beside_audit(nr, pfn) < MANY; i++)
		;
	must(i < ATTEMPTS, "an audit lends the lock");

	/* And it comes to an end all the same, and has looked at all. */
	must(!audit_ask(0, 0, &answer) && !answer.mismatched &&
	     answer.mappings > CROWD * CROWD_MAPS * (CROWD_PAGES - 64),
	     "nearly all mappings are found: %s", answer.text);
	tap_note("beside an audit of all: %lld mappings, %lld skipped",
		 answer.mappings, answer.skipped);
	stop(mapper);
	munmap(p, CROWD_PAGES * PAGE);
	munmap(nr, PAGE);
	crowd_stop(&crowd);
}

/* ---- nothing is wrong ---- */

static struct {
	char names[MAX_ROWS][RMAP_AB_NAME_MAX];
	int nr;
	atomic_bool stop;
	int err;
} switches;

static void *keep_switching(void *arg)
{
	const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };
	int i;

	(void)arg;
	for (i = 0; !atomic_load(&switches.stop) && !switches.err; i++) {
		switches.err = text_write(IMPLEMENTATION,
					  switches.names[i % switches.nr]);
		/* Time for the load to use it. */
		nanosleep(&pause, NULL);
	}
	return NULL;
}

static struct {
	long audits, checked, skipped, undecided;
	char wrong[2048];
} seen;

static bool audit_once(struct audit_answer *answer)
{
	const int err = audit_ask(0, 0, answer);

	seen.audits++;
	seen.checked += answer->checked;
	seen.skipped += answer->skipped;
	seen.undecided += !!strcmp(answer->statistics, "fine");
	if (!err && !answer->mismatched && strcmp(answer->statistics, "drifted"))
		return true;
	if (!seen.wrong[0])
		snprintf(seen.wrong, sizeof(seen.wrong), "error %d:\n%s", err,
			 answer->text);
	return false;
}

static void audit_for(int seconds)
{
	static struct audit_answer answer;
	const time_t until = time(NULL) + seconds;

	do {
		if (!audit_once(&answer) || load_failed())
			break;
	} while (time(NULL) < until);
}

static void report_seen(const char *name)
{
	tap_note("%ld audits, %ld folios checked, %ld skipped, %ld statistics not comparable",
		 seen.audits, seen.checked, seen.skipped, seen.undecided);
	tap_result(name, seen.wrong[0] ? seen.wrong :
		   seen.checked < 100 * seen.audits ? "hardly anything was checked" :
		   NULL);
	memset(&seen, 0, sizeof(seen));
}

static void under_load(const struct row *rows, int nr)
{
	pthread_t switcher;
	const char *wrong;
	char name[80];
	int i;

	load_start(options.cpus, options.seed);
	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "load/%s", rows[i].name);
		if (row_enter(&rows[i]))
			snprintf(seen.wrong, sizeof(seen.wrong),
				 "cannot put it in charge");
		audit_for(options.seconds);
		report_seen(name);
	}
	if (pthread_create(&switcher, NULL, keep_switching, NULL))
		exit(2);
	audit_for(options.seconds);
	atomic_store(&switches.stop, true);
	pthread_join(switcher, NULL);
	if (switches.err)
		snprintf(seen.wrong, sizeof(seen.wrong), "a switch failed");
	report_seen("load/while-switching");
	text_write(IMPLEMENTATION, RMAP_AB_BUILTIN);
	wrong = load_stop();
	tap_result("load/contents of memory", wrong);
	audit_for(0);
	if (seen.undecided && !seen.wrong[0])
		snprintf(seen.wrong, sizeof(seen.wrong),
			 "the statistics are off on an idle machine");
	report_seen("load/when it is over");
}

/* ---- figures ---- */

/* The quickest of some: the others were disturbed. */
static double time_audit(struct audit_answer *answer)
{
	double best = 1e9, start;
	int i;

	for (i = 0; i < 7; i++) {
		start = now();
		must(!audit_ask(0, 0, answer), "audit");
		if (now() - start < best)
			best = now() - start;
	}
	return best;
}

static double time_user_space(void)
{
	static char report[1024];
	double best = 1e9, start;
	int i;

	for (i = 0; i < 3; i++) {
		start = now();
		must(!truth_check_all(report, sizeof(report)), "%s", report);
		if (now() - start < best)
			best = now() - start;
	}
	return best;
}

static void measure(size_t mib, double *kernel, double *user, bool huge)
{
	const size_t nr = mib * 256;
	static struct audit_answer answer;
	char *p = pages_map(nr * PAGE, PMD);

	madvise(p, nr * PAGE, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	pages_fill(p, 0, nr, 1);
	*kernel = time_audit(&answer);
	*user = time_user_space();
	tap_note("%4zu MiB mapped by %s: audit %7.1f ms (%6.1f ns a page, %lld walks), user space %7.1f ms: %.1f times",
		 mib, huge ? "2 MiB folios" : "small folios", *kernel * 1e3,
		 *kernel / nr * 1e9, answer.walks, *user * 1e3,
		 *user / *kernel);
	must(!answer.mismatched, "%s", answer.text);
	pages_unmap(p, nr * PAGE);
}

/* The first figure is without: what it costs to look at the machine's rest. */
static void figures(void)
{
	double kernel[4], user[4], slope[2];
	int i;

	tap_note("each figure is the best of some; ns a page include the rest of the machine");
	for (i = 0; i < 4; i++)
		measure(i ? options.mib >> (3 - i) : 1, &kernel[i], &user[i],
			false);
	slope[0] = (kernel[2] - kernel[1]) / (options.mib / 4.0);
	slope[1] = (kernel[3] - kernel[2]) / (options.mib / 2.0);
	tap_note("cost of a further MiB: %.3f ms, then %.3f ms", slope[0] * 1e3,
		 slope[1] * 1e3);
	/* Exact only with --icount; but so much noise there never is. */
	must(kernel[3] - kernel[0] < 2 * 4 * (kernel[1] - kernel[0]),
	     "four times the pages cost about four times as much");
	for (i = 1; i < 4; i++)
		must(user[i] > 5 * kernel[i], "5 times faster than user space");
	measure(options.mib, &kernel[0], &user[0], true);
	must(user[0] > 5 * kernel[0], "5 times faster than user space");
}

/* ---- all of it ---- */

static const struct suite_case audit_cases[] = {
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
	{ "matrix/anon", matrix_anon, 0 },
	{ "matrix/file", matrix_file, 0 },
	{ "matrix/mthp", matrix_mthp, NEED_MTHP },
	{ "matrix/thp", matrix_thp, NEED_THP },
	{ "matrix/shmem-thp", matrix_shmem_thp, NEED_SHMEM_THP },
	{ "matrix/hugetlb", matrix_hugetlb, NEED_HUGETLB },
	{ "matrix/hvo", matrix_hvo, NEED_HUGETLB },
	{ "matrix/refused", matrix_refused, NEED_PIN },
	{ "control/refusals", refusals, 0 },
	{ "control/second-question", second_question, 0 },
	{ "crowd/interrupted", interrupted, 0 },
	{ "crowd/interrupted-again", interrupted_again, 0 },
	{ "crowd/mappers-interrupted", mappers_interrupted, 0 },
	{ "crowd/considerate", considerate, 0 },
	{ 0 }
};

static const char *prepare_audit_suite(void)
{
	switches.nr = row_names(switches.names);
	return NULL;
}

static void run_figures(void)
{
	tap_hooks.verbose = true;
	tap_hooks.timeout = 600;
	tap_plan(1);
	tap_run("figures", figures);
}

static void run_audit_suite(void)
{
	const bool load = !options.figures && tap_is_asked_for("load");

	if (options.figures) {
		run_figures();
		return;
	}
	tap_plan(suite_count(audit_cases) + (load ? suite_nr_rows + 4 : 0));
	suite_run_cases(audit_cases, "");
	if (!load)
		return;
	knob_try("/sys/kernel/mm/ksm/sleep_millisecs", "20");
	knob_try("/sys/kernel/mm/ksm/run", "1");
	under_load(suite_rows, suite_nr_rows);
	tap_result("no warning in the kernel's log", klog_warning());
}

static const struct suite_option audit_options[] = {
	{ "seconds", "N", "load under each implementation (5)",
	  .number = &options.seconds },
	{ "cpus", "N", "processes of load, each with children (2)",
	  .number = &options.cpus },
	{ "seed", "N", "for the random numbers of the load (1)",
	  .number = &options.seed },
	{ "figures", NULL,
	  "measure instead: audits of three sizes, and the same check from user space",
	  .flag = &options.figures },
	{ "mib", "N", "the largest of the sizes (256)", .number = &options.mib },
	{ 0 }
};

static const struct suite audit_suite = {
	.what = "Plants errors in every counter and expects the audit to find each. Then runs the "
		"audit under load, and while implementations are switched: it must find nothing.",
	.options = audit_options,
	.flags = SUITE_ROWS | SUITE_IMPL | SUITE_CORRUPT | SUITE_SETTINGS,
	.timeout = 300,
	.prepare = prepare_audit_suite,
	.after = knobs_restore,
	.run = run_audit_suite,
};

int main(int argc, char **argv)
{
	return suite_main(&audit_suite, argc, argv);
}
