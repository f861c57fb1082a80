// SPDX-License-Identifier: GPL-2.0
/*
 * What `rmapctl accuracy` and the file page_mappings say about memory of which
 * the test knows who maps it, because it has mapped it. The expected numbers are
 * computed from that alone. Then a counter is damaged, and the command must show
 * that the kernel is wrong.
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/corrupt.h"
#include "lib/files.h"
#include "lib/knob.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/row.h"
#include "lib/scenario.h"
#include "lib/suite.h"
#include "lib/tap.h"
#include "lib/tool.h"

#define PAGE_MAPPINGS RMAP_AB RMAP_AB_FILE_PAGE_MAPPINGS
#define MTHP "/sys/kernel/mm/transparent_hugepage/hugepages-"
#define KIB (PAGE / 1024)

/* Attempts at a machine that does not rest; looks at a folio that does not. */
#define TRIES 20
#define LOOKS 1000

static char answer[1 << 20];

static void ask(const char *fmt, ...)
{
	char args[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(args, sizeof(args), fmt, ap);
	va_end(ap);
	must(!tool_ask(answer, sizeof(answer), "-j accuracy %s", args),
	     "accuracy %s fails: %s", args, answer);
}

/* The number of @key in the part of the answer from @from to @end. */
static long long number(const char *from, const char *end, const char *key)
{
	char quoted[64];
	const char *at;

	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	at = strstr(from, quoted);
	must(at && at < end, "no %s in %.*s", key, (int)(end - from), from);
	return strtoll(at + strlen(quoted), NULL, 10);
}

/* The sum of @key over the VMAs that begin in an area. */
static long long sum(const char *area, size_t nr, const char *key)
{
	const unsigned long long first = (uintptr_t)area;
	const char *at = strstr(answer, "\"vmas\":["), *end;
	unsigned long long start;
	long long total = 0;

	must(at, "no VMAs: %.500s", answer);
	while ((at = strstr(at, "{\"start\":"))) {
		end = strchr(at, '}');
		must(end, "the end of a VMA");
		start = strtoull(at + strlen("{\"start\":"), NULL, 10);
		if (start >= first && start < first + nr * PAGE)
			total += number(at, end, key);
		at = end;
	}
	return total;
}

static long long of_process(const char *key)
{
	return number(answer, answer + strlen(answer), key);
}

static void must_be(const char *key, long long is, long long expected)
{
	must(is == expected, "%s %lld, expected %lld", key, is, expected);
}

static void must_rest(void)
{
	must(strstr(answer, "\"racy\":false"), "it comes to rest: %.2000s",
	     answer);
}

/* Asks about a process, which must be at rest. */
static void ask_pid(pid_t pid)
{
	ask("--pid %d --vmas", pid);
	must_rest();
}

/* What is expected of an area. PSS and USS in KiB. */
struct expected {
	long long pages, pss, uss, exclusive;
};

static void area_must(const char *area, size_t nr, struct expected e)
{
	must_be("rss_tables", sum(area, nr, "rss_tables"), e.pages * KIB);
	must_be("pss_tables", sum(area, nr, "pss_tables"), e.pss);
	must_be("uss_tables", sum(area, nr, "uss_tables"), e.uss);
	must_be("exclusive_tables", sum(area, nr, "exclusive_tables"),
		e.exclusive);
}

/* With a mapcount of each page, the kernel knows it, too. */
static void kernel_must(const char *area, size_t nr)
{
	must_be("rss", sum(area, nr, "rss"), sum(area, nr, "rss_tables"));
	must_be("pss_error", sum(area, nr, "pss_error"), 0);
	must_be("uss_error", sum(area, nr, "uss_error"), 0);
	must_be("pss_error of the process", of_process("pss_error"), 0);
	must_be("uss_error of the process", of_process("uss_error"), 0);
}

static void bits_must(const char *area, size_t nr)
{
	must_be("exclusive_wrong", sum(area, nr, "exclusive_wrong"), 0);
	must_be("exclusive_missing", sum(area, nr, "exclusive_missing"), 0);
}

static void ask_and_must(pid_t pid, const char *area, size_t nr,
			 struct expected e)
{
	ask_pid(pid);
	area_must(area, nr, e);
	kernel_must(area, nr);
	bits_must(area, nr);
}

static void partial_must(long long partial, long long unmapped)
{
	must_be("partial", of_process("partial"), partial);
	must_be("partial_unmapped", of_process("partial_unmapped"), unmapped);
	must_be("partial_unnoticed", of_process("partial_unnoticed"), 0);
	must_be("partial_wrong", of_process("partial_wrong"), 0);
}

/* ---- one process ---- */

static void memory_of_its_own(void)
{
	char *small = small_map(30);

	pages_fill(small, 0, 20, 1);
	ask_and_must(getpid(), small, 30, (struct expected){ 20, 80, 80, 20 });
	must_be("large_folios", of_process("large_folios"), 0);
}

static void thp_of_its_own(void)
{
	char *thp = thp_map(2);

	pages_fill(thp, 0, 2 * PMD_PAGES, 1);
	must(page_by_pmd(thp), "a PMD maps it");
	ask_and_must(getpid(), thp, 2 * PMD_PAGES,
		     (struct expected){ 1024, 4096, 4096, 1024 });
	must_be("large_folios", of_process("large_folios"), 2);
	partial_must(0, 0);
}

/*
 * Memory that no other mm maps: how much more is it if @nr pages of a file, which are
 * mapped already, are mapped at @again, too?
 */
static long long more_alone(char *again, size_t nr)
{
	long long alone;

	must(!madvise(again, nr * PAGE, MADV_DONTNEED), "unmap");
	ask_pid(getpid());
	alone = of_process("uss_one_mm");
	/* A read would map what is around the page, too. */
	pages_fill(again, 0, nr, 1);
	ask_pid(getpid());
	return of_process("uss_one_mm") - alone;
}

static void same_page_twice(void)
{
	enum { ATTEMPTS = 10, MORE = 4 * KIB };
	const int fd = file_memfd(8, 0);
	char *a = pages_map_fd(8 * PAGE, PAGE, MAP_SHARED, fd);
	char *b = pages_map_fd(8 * PAGE, PAGE, MAP_SHARED, fd);
	long long more = 0;
	int i;

	pages_fill(a, 0, 8, 1);
	/*
	 * The test itself needs memory for the answer, and shares its libraries
	 * with programs that come and go.
	 */
	for (i = 0; i < ATTEMPTS && more != MORE; i++)
		more = more_alone(b, 4);
	must_be("uss_one_mm", more, MORE);
	/* 4 pages are mapped twice: half of each counts here, half there. */
	ask_and_must(getpid(), a, 8, (struct expected){ 8, 24, 16, 4 });
	area_must(b, 8, (struct expected){ 4, 8, 0, 0 });
	close(fd);
}

static void zero_pages_and_hugetlb(void)
{
	char *small = small_map(8), *thp = thp_map(1);
	char *huge = pages_map_fd(PMD, PMD, MAP_PRIVATE | MAP_ANONYMOUS |
				  MAP_HUGETLB, -1);

	pages_touch(small, 0, 8);
	pages_touch(thp, 0, 1);
	huge[0] = 1;
	ask_and_must(getpid(), small, 8, (struct expected){ });
	ask_and_must(getpid(), thp, PMD_PAGES, (struct expected){ });
	ask_and_must(getpid(), huge, PMD_PAGES, (struct expected){ });
}

static void partial_unmap(void)
{
	char *thp = thp_map(1);

	pages_fill(thp, 0, PMD_PAGES, 1);
	pages_unmap(thp + 100 * PAGE, 50 * PAGE);
	ask_and_must(getpid(), thp, PMD_PAGES,
		     (struct expected){ 462, 4 * 462, 4 * 462, 462 });
	must_be("large_folios", of_process("large_folios"), 1);
	partial_must(1, 50 * KIB);
}

static void partial_unmap_of_mthp(void)
{
	char *p;

	knob_set(MTHP "64kB/enabled", "madvise");
	p = pages_map(16 * PAGE, 16 * PAGE);
	must(!madvise(p, 16 * PAGE, MADV_HUGEPAGE), "MADV_HUGEPAGE");
	pages_fill(p, 0, 16, 1);
	must(folio_pages(p) == 16, "a folio of 64 kB");
	pages_unmap(p + 3 * PAGE, PAGE);
	ask_and_must(getpid(), p, 16, (struct expected){ 15, 60, 60, 15 });
	partial_must(1, KIB);
}

/* ---- several processes ---- */

static void fork_with_a_child_that_stays(void)
{
	char *thp = thp_map(1), *small = small_map(20);
	struct peer peers[3];
	int i;

	pages_fill(thp, 0, PMD_PAGES, 1);
	pages_fill(small, 0, 20, 1);
	peer_start(&peers[0], peer_pause_once, NULL);
	ask_and_must(getpid(), thp, PMD_PAGES,
		     (struct expected){ 512, 1024, 0, 0 });
	ask_and_must(peers[0].pid, thp, PMD_PAGES,
		     (struct expected){ 512, 1024, 0, 0 });
	for (i = 1; i < 3; i++)
		peer_start(&peers[i], peer_pause_once, NULL);
	ask_and_must(getpid(), small, 20, (struct expected){ 20, 20, 0, 0 });
	/* A copy of 10 pages is ours alone, and 3 have what we had. */
	pages_fill(small, 0, 10, 2);
	ask_and_must(getpid(), small, 20, (struct expected){ 20, 50, 40, 10 });
	for (i = 0; i < 3; i++)
		peer_finish(&peers[i]);
	ask_and_must(getpid(), small, 20, (struct expected){ 20, 80, 80, 20 });
}

static void unmap_in_child(struct peer *self, void *arg)
{
	char *thp = arg;

	pages_unmap(thp + 100 * PAGE, 50 * PAGE);
	peer_pause(self);
}

/* The parent has a PMD, the child has PTEs. */
static void fork_and_partial_unmap(void)
{
	char *thp = thp_map(1);
	struct peer peer;
	long long missing;

	pages_fill(thp, 0, PMD_PAGES, 1);
	peer_start(&peer, unmap_in_child, thp);
	ask_pid(getpid());
	area_must(thp, PMD_PAGES,
		  (struct expected){ 512, 462 * 2 + 50 * 4, 200, 50 });
	kernel_must(thp, PMD_PAGES);
	partial_must(0, 0);
	/* Linux 7.3 gives all pages of a PMD the bit of the first one. */
	missing = sum(thp, PMD_PAGES, "exclusive_missing");
	must(!missing || missing == 50, "%lld of 50 pages lack the bit", missing);
	must_be("exclusive_wrong", sum(thp, PMD_PAGES, "exclusive_wrong"), 0);
	tap_note("%lld of 50 pages lack the bit", missing);
	ask_and_must(peer.pid, thp, PMD_PAGES,
		     (struct expected){ 462, 462 * 2, 0, 0 });
	/* 120-149: nobody. 100-119: the parent. 150-169: the child. */
	pages_unmap(thp + 120 * PAGE, 50 * PAGE);
	ask_and_must(getpid(), thp, PMD_PAGES,
		     (struct expected){ 462, 442 * 2 + 20 * 4, 80, 20 });
	partial_must(1, 30 * KIB);
	ask_and_must(peer.pid, thp, PMD_PAGES,
		     (struct expected){ 462, 442 * 2 + 20 * 4, 80, 20 });
	partial_must(1, 30 * KIB);
	peer_finish(&peer);
	ask_and_must(getpid(), thp, PMD_PAGES,
		     (struct expected){ 462, 462 * 4, 462 * 4, 462 });
	partial_must(1, 50 * KIB);
}

struct shared {
	char *p;
	size_t nr;
};

static void touch_shared(struct peer *self, void *arg)
{
	const struct shared *s = arg;

	pages_touch(s->p, 0, s->nr);
	peer_pause(self);
}

/* 64 pages, of which 4 processes map 64, 48, 32 and 16. */
static void shared_memory_of_4_processes(int fd)
{
	struct shared s = {
		.p = pages_map_fd(64 * PAGE, 16 * PAGE, MAP_SHARED, fd),
	};
	struct peer peers[3];
	int i;

	for (i = 0; i < 3; i++) {
		s.nr = 48 - 16 * i;
		peer_start(&peers[i], touch_shared, &s);
	}
	pages_touch(s.p, 0, 64);
	/* Pages of 4, 3, 2 processes and of this one, rounded down to KiB. */
	ask_and_must(getpid(), s.p, 64,
		     (struct expected){ 64, 16 + 21 + 32 + 64, 64, 16 });
	ask_and_must(peers[2].pid, s.p, 64, (struct expected){ 16, 16, 0, 0 });
	for (i = 0; i < 3; i++)
		peer_finish(&peers[i]);
	close(fd);
}

static void memfd_of_4_processes(void)
{
	const int fd = file_memfd(64, 0);

	file_fill_slowly(fd, 64, 1);
	shared_memory_of_4_processes(fd);
}

static void file_of_4_processes(void)
{
	const int fd = file_new("/tmp");

	file_fill(fd, 64, 1);
	shared_memory_of_4_processes(fd);
}

static int sleep_in_our_memory(void *arg)
{
	(void)arg;
	pause();
	return 0;
}

/* Two processes have one mm, as after vfork(): its page tables count once. */
static void one_mm_of_two_processes(void)
{
	char *small = small_map(20), *stack = small_map(16);
	pid_t pid;

	pages_fill(small, 0, 20, 1);
	pid = clone(sleep_in_our_memory, stack + 16 * PAGE, CLONE_VM | SIGCHLD,
		    NULL);
	must(pid > 0, "clone");
	ask_and_must(getpid(), small, 20, (struct expected){ 20, 80, 80, 20 });
	ask_and_must(pid, small, 20, (struct expected){ 20, 80, 80, 20 });
	kill(pid, SIGKILL);
	must(waitpid(pid, NULL, 0) == pid, "wait");
}

/* ---- the machine ---- */

static void statistics_of_the_machine(void)
{
	char *thp = thp_map(2);
	const char *machine = NULL;
	int i;

	pages_fill(thp, 0, 2 * PMD_PAGES, 1);
	pages_unmap(thp + 100 * PAGE, 50 * PAGE);
	for (i = 0; i < TRIES && !(machine && strstr(machine, "\"racy\":false"));
	     i++) {
		ask("--all");
		machine = strstr(answer, "{\"anon_pages\"");
		must(machine, "statistics: %.500s", answer);
	}
	must(i < TRIES, "the machine rests: %s", machine);
	must_be("anon_pages_error", number(machine, machine + strlen(machine),
					   "anon_pages_error"), 0);
	must_be("mapped_error", number(machine, machine + strlen(machine),
				       "mapped_error"), 0);
	must_be("partial_unnoticed", number(machine, machine + strlen(machine),
					    "partial_unnoticed"), 0);
	must(number(machine, machine + strlen(machine), "partial") >= 1,
	     "the folio that is partially mapped: %s", machine);
}

/* ---- page_mappings ---- */

static struct rmap_ab_mappings record_at(uint64_t pfn)
{
	const int fd = open(PAGE_MAPPINGS, O_RDONLY | O_CLOEXEC);
	struct rmap_ab_mappings m;

	must(fd >= 0, "open page_mappings");
	must(pread(fd, &m, sizeof(m), pfn * sizeof(m)) == sizeof(m),
	     "read page_mappings");
	close(fd);
	return m;
}

static void record_must(const char *p, unsigned int mappings,
			unsigned long long folio_mappings,
			unsigned int nr_mapped, unsigned int flags)
{
	const struct rmap_ab_mappings m = record_at(page_frame(p));

	must_be("mappings", m.mappings, mappings);
	must_be("folio_mappings", m.folio_mappings, folio_mappings);
	must_be("nr_mapped", m.nr_mapped, nr_mapped);
	must_be("flags", m.flags, flags | RMAP_AB_MAPPINGS_PRESENT |
		RMAP_AB_MAPPINGS_KNOWN);
	must_be("kind", m.kind, RMAP_AB_KIND_ANON);
}

static void records_of_a_thp(void)
{
	const unsigned int folio = RMAP_AB_MAPPINGS_FOLIO_SHARED;
	const unsigned int both = folio | RMAP_AB_MAPPINGS_PAGE_SHARED;
	char *thp = thp_map(1);
	struct peer peer;

	pages_fill(thp, 0, PMD_PAGES, 1);
	record_must(thp + 7 * PAGE, 1, 1, 512, 0);
	peer_start(&peer, unmap_in_child, thp);
	record_must(thp, 2, 1 + 462, 512, both);
	record_must(thp + 120 * PAGE, 1, 1 + 462, 512, folio);
	pages_unmap(thp + 150 * PAGE, 362 * PAGE);
	record_must(thp + 99 * PAGE, 2, 150 + 462, 512, both);
	peer_finish(&peer);
	record_must(thp + 99 * PAGE, 1, 150, 150, 0);
}

static void records_of_nothing(void)
{
	const int fd = open(PAGE_MAPPINGS, O_RDONLY | O_CLOEXEC);
	struct rmap_ab_mappings m;
	off_t end;

	must(fd >= 0, "open page_mappings");
	end = lseek(fd, 0, SEEK_END);
	must(end > 0 && !(end % sizeof(m)), "the end: %lld", (long long)end);
	must(!read(fd, &m, sizeof(m)), "nothing behind the end");
	must(!pread(fd, &m, sizeof(m), 1LL << 50), "nor far behind it");
	must(pread(fd, &m, sizeof(m), 0) == sizeof(m), "frame 0");
	must(!m.mappings, "nobody maps frame 0");
	must(pread(fd, &m, 5, sizeof(m) + 3) == 5, "a part of a record");
	close(fd);
}

static bool reads_agree(int fd, int counts, uint64_t nr, long *differ,
			long *known)
{
	static struct rmap_ab_mappings m[512];
	static uint64_t count[512], again[512];
	const size_t size = nr * sizeof(count[0]);
	static uint64_t pfn;
	size_t i;

	if (pread(counts, count, size, pfn * 8) != (ssize_t)size) {
		pfn = 0;
		return false;
	}
	/* kpagecount may go on behind the end of memory. */
	memset(m, 0, sizeof(m));
	must(pread(fd, m, nr * sizeof(m[0]), pfn * sizeof(m[0])) >= 0, "read");
	must(pread(counts, again, size, pfn * 8) == (ssize_t)size, "counts");
	for (i = 0; i < nr; i++) {
		if (!(m[i].flags & RMAP_AB_MAPPINGS_KNOWN) ||
		    m[i].kind == RMAP_AB_KIND_HUGETLB || count[i] != again[i])
			continue;
		*known += !!m[i].mappings;
		*differ += m[i].mappings != count[i];
	}
	pfn += nr;
	return true;
}

/* Each mapcount is right here, so page_mappings must be what kpagecount is. */
static void every_frame(void)
{
	const int fd = open(PAGE_MAPPINGS, O_RDONLY | O_CLOEXEC);
	const int counts = open("/proc/kpagecount", O_RDONLY | O_CLOEXEC);
	long differ = 1, known = 0;
	char *thp = thp_map(2);
	int i;

	must(fd >= 0 && counts >= 0, "open page_mappings, kpagecount");
	pages_fill(thp, 0, 2 * PMD_PAGES, 1);
	pages_unmap(thp + 100 * PAGE, 50 * PAGE);
	for (i = 0; i < TRIES && differ; i++) {
		differ = 0;
		known = 0;
		while (reads_agree(fd, counts, 512, &differ, &known))
			;
	}
	must(!differ, "%ld frames differ", differ);
	must(known > 974, "%ld frames are mapped", known);
	tap_note("%ld frames are mapped", known);
}

static void fork_for_ever(struct peer *self, void *arg)
{
	pid_t pid;

	(void)arg;
	peer_pause(self);
	for (;;) {
		pid = fork();
		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

/*
 * One PMD, two, or three while a fork is under way: whatever the moment, each
 * page is mapped as often as the folio. A folio that changes may be racy.
 */
static void while_a_child_forks(void)
{
	int i, seen[4] = { }, racy = 0;
	char *thp = thp_map(1);
	struct rmap_ab_mappings m;
	struct peer peer;

	pages_fill(thp, 0, PMD_PAGES, 1);
	peer_start(&peer, fork_for_ever, NULL);
	must(write(peer.go, "", 1) == 1, "let it fork");
	for (i = 0; i < LOOKS; i++) {
		m = record_at(page_frame(thp) + i % PMD_PAGES);
		racy += !!(m.flags & RMAP_AB_MAPPINGS_RACY);
		if (!(m.flags & RMAP_AB_MAPPINGS_KNOWN))
			continue;
		must(m.mappings >= 2 && m.mappings <= 3, "%u mappings",
		     m.mappings);
		must_be("folio_mappings", m.folio_mappings, m.mappings);
		must_be("nr_mapped", m.nr_mapped, PMD_PAGES);
		seen[m.mappings]++;
	}
	kill(peer.pid, SIGKILL);
	must(waitpid(peer.pid, NULL, 0) == peer.pid, "wait");
	tap_note("2 mappings: %d times, 3: %d times, racy: %d times", seen[2],
		 seen[3], racy);
	must(seen[2] && seen[3], "it is seen forking");
	must(racy < LOOKS / 2, "most looks succeed");
}

/*
 * A walk meets VMAs in the order of their first pages: @KEEPERS of them lie between the
 * place that pages leave and the one where they go.
 */
enum { MOVED_PAGES = 1024, MOVES = 200, KEEPERS = 30 };

/* To and fro, each time it is told. The first two pages stay. */
static void move_pages(struct peer *self, void *area)
{
	const size_t size = (MOVED_PAGES - 2) * PAGE;
	char *from = (char *)area + 2 * PAGE, *to = small_map(MOVED_PAGES), *moved;
	int i;

	for (i = 0; i < MOVES; i++) {
		peer_pause(self);
		moved = mremap(from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to);
		must(moved == to, "mremap");
		to = from;
		from = moved;
	}
	peer_pause(self);
}

static void keep_pages(struct peer *self, void *area)
{
	pages_unmap(area, PAGE);
	peer_pause(self);
}

static bool has_paused(const struct peer *peer)
{
	struct pollfd done = { .fd = peer->done, .events = POLLIN };

	return poll(&done, 1, 0) == 1;
}

static void look_while_it_moves(const struct peer *mover, const char *p, long *looks,
				long *known)
{
	struct rmap_ab_mappings m;
	char byte;

	must(write(mover->go, "", 1) == 1, "let it move");
	do {
		m = record_at(page_frame(p));
		++*looks;
		if (!(m.flags & RMAP_AB_MAPPINGS_KNOWN))
			continue;
		++*known;
		must_be("mappings", m.mappings, KEEPERS + 2);
		must_be("folio_mappings", m.folio_mappings, KEEPERS + 2);
	} while (!has_paused(mover));
	must(read(mover->done, &byte, 1) == 1, "it has moved");
}

/*
 * A page that moves to another address is not counted anew. A walk can meet it there
 * once more, if it was at the old address before that.
 */
static void while_pages_move(void)
{
	char *small = small_map(MOVED_PAGES);
	struct peer mover, keepers[KEEPERS];
	long looks = 0, known = 0;
	int i;

	pages_fill(small, 0, MOVED_PAGES, 1);
	for (i = 0; i < KEEPERS; i++)
		peer_start(&keepers[i], keep_pages, small);
	peer_start(&mover, move_pages, small);
	for (i = 0; i < MOVES; i++)
		look_while_it_moves(&mover, small + (MOVED_PAGES - 1) * PAGE, &looks, &known);
	peer_finish(&mover);
	for (i = 0; i < KEEPERS; i++)
		peer_finish(&keepers[i]);
	tap_note("%ld of %ld looks succeed", known, looks);
	must(known > looks / 2, "most looks succeed");
}

/* ---- wrong counters ---- */

static void corrupt_all(const char *p, size_t nr, int delta)
{
	size_t i;

	for (i = 0; i < nr; i++)
		corrupt(page_frame(p + i * PAGE), "page_mapcount", delta);
}

/* 12 pages of two processes, which a counter says are mapped once. */
static void counters_too_low(void)
{
	char *small = small_map(12);
	struct peer peer;

	pages_fill(small, 0, 12, 1);
	peer_start(&peer, peer_pause_once, NULL);
	corrupt_all(small, 12, -1);
	ask("--pid %d --vmas", getpid());
	corrupt_all(small, 12, 1);
	must_rest();
	area_must(small, 12, (struct expected){ 12, 24, 0, 0 });
	must_be("pss_error", sum(small, 12, "pss_error"), 24);
	must_be("uss_error", sum(small, 12, "uss_error"), 48);
	must_be("exclusive_wrong", sum(small, 12, "exclusive_wrong"), 12);
	must_be("pss_error of the process", of_process("pss_error"), 24);
	ask_and_must(getpid(), small, 12, (struct expected){ 12, 24, 0, 0 });
	peer_finish(&peer);
}

/* 12 pages of two processes, which a counter says are mapped 4 times. */
static void counters_too_high(void)
{
	char *small = small_map(12), *own = small_map(1);
	struct peer peer;

	pages_fill(small, 0, 12, 1);
	peer_start(&peer, peer_pause_once, NULL);
	own[0] = 1;
	corrupt_all(small, 12, 2);
	corrupt(page_frame(own), "page_mapcount", 1);
	ask("--pid %d --vmas", getpid());
	corrupt_all(small, 12, -2);
	corrupt(page_frame(own), "page_mapcount", -1);
	must_rest();
	area_must(small, 12, (struct expected){ 12, 24, 0, 0 });
	must_be("pss_error", sum(small, 12, "pss_error"), -12);
	must_be("exclusive_missing", sum(own, 1, "exclusive_missing"), 1);
	area_must(own, 1, (struct expected){ 1, 4, 4, 1 });
	peer_finish(&peer);
}

static const struct suite_case accuracy_cases[] = {
	{ "memory of its own", memory_of_its_own, 0 },
	{ "THPs of its own", thp_of_its_own, NEED_THP },
	{ "the same page twice", same_page_twice, 0 },
	{ "zero pages and hugetlb", zero_pages_and_hugetlb,
	  NEED_THP | NEED_HUGETLB },
	{ "a partial unmap", partial_unmap, NEED_THP },
	{ "a partial unmap of 64 kB", partial_unmap_of_mthp, NEED_MTHP },
	{ "fork with children that stay", fork_with_a_child_that_stays,
	  NEED_THP },
	{ "fork, and a partial unmap", fork_and_partial_unmap, NEED_THP },
	{ "a memfd of 4 processes", memfd_of_4_processes, 0 },
	{ "a file of 4 processes", file_of_4_processes, 0 },
	{ "one mm of two processes", one_mm_of_two_processes, 0 },
	{ "the statistics of the machine", statistics_of_the_machine, NEED_THP },
	{ "page_mappings/a THP", records_of_a_thp, NEED_THP },
	{ "page_mappings/nothing", records_of_nothing, 0 },
	{ "page_mappings/every frame", every_frame, NEED_THP },
	{ "page_mappings/while a child forks", while_a_child_forks, NEED_THP },
	{ "page_mappings/while pages move", while_pages_move, 0 },
	{ "counters that are too low", counters_too_low, 0 },
	{ "counters that are too high", counters_too_high, 0 },
	{ 0 }
};

static void run_accuracy_suite(void)
{
	tap_plan(suite_count(accuracy_cases));
	suite_run_cases(accuracy_cases, "");
}

static const struct suite accuracy_suite = {
	.what = "Compares what rmapctl accuracy says about processes with what the test has mapped.",
	.flags = SUITE_CORRUPT | SUITE_SETTINGS,
	.timeout = 120,
	.verbose = true,
	.after = knobs_restore,
	.run = run_accuracy_suite,
};

int main(int argc, char **argv)
{
	return suite_main(&accuracy_suite, argc, argv);
}
