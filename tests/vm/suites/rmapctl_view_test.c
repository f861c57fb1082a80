// SPDX-License-Identifier: GPL-2.0
/*
 * What `rmapctl folio` and `rmapctl pages` say about real processes whose state
 * is known, because the test has made it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/kmod.h"
#include "lib/peer.h"
#include "lib/suite.h"
#include "lib/tap.h"
#include "lib/tool.h"

#define PAGE	4096UL
#define HUGE	(512 * PAGE)

/* The memory that the tool may have, whatever it looks at. */
#define TOOL_MAX_KIB	(32 * 1024)

static char answer[1 << 20];

/* The answer of `rmapctl ARGS`, and its exit code. */
static int ask(const char *fmt, ...)
{
	va_list ap;
	int status;

	va_start(ap, fmt);
	status = tool_vask(answer, sizeof(answer), fmt, ap);
	va_end(ap);
	return status;
}

static void expect(const char *part)
{
	must(strstr(answer, part), "no '%s' in '%.2000s'", part, answer);
}

static void ask_folio(const void *address)
{
	must(!ask("-j folio --pid %d --addr %p", getpid(), address),
	     "it failed: %s", answer);
}

/* A THP of its own, touched. */
static char *make_thp(void)
{
	char *area = mmap(NULL, 2 * HUGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *thp;

	must(area != MAP_FAILED, "mmap");
	thp = (char *)(((uintptr_t)area + HUGE - 1) & ~(HUGE - 1));
	if (madvise(thp, HUGE, MADV_HUGEPAGE))
		tap_skip("this kernel has no THP");
	memset(thp, 1, HUGE);
	return thp;
}

static void thp_by_pmd(void)
{
	char *thp = make_thp();

	ask_folio(thp + 5 * PAGE);
	expect("\"count\":512,");
	expect("\"order\":9,\"kind\":\"anon\",\"refcount\":1,");
	expect("\"entire_mapcount\":1,\"large_mapcount\":1,\"nr_pages_mapped\":0,");
	/* the first page has the bit for all of them */
	/* The first page has the bit, and it is for all. */
	expect("\"runs\":[{\"first\":0,\"count\":512,\"page_mapcount\":0,\"anon_exclusive\":true}]");
}

static void thp_after_mprotect_of_a_page(void)
{
	char *thp = make_thp();

	must(!mprotect(thp + 100 * PAGE, PAGE, PROT_READ), "mprotect");
	ask_folio(thp);
	expect("\"refcount\":512,");
	expect("\"entire_mapcount\":0,\"large_mapcount\":512,\"nr_pages_mapped\":512,");
	expect("\"runs\":[{\"first\":0,\"count\":512,\"page_mapcount\":1,\"anon_exclusive\":true}]");
}

static void unmap_three(struct peer *self, void *arg)
{
	char *thp = arg;

	peer_pause(self);
	must(!munmap(thp + 100 * PAGE, 3 * PAGE), "munmap");
	peer_pause(self);
}

static void thp_after_fork_and_munmap_in_the_child(void)
{
	char *thp = make_thp();
	struct peer peer;

	must(!mprotect(thp + 7 * PAGE, PAGE, PROT_READ), "mprotect");
	peer_start(&peer, unmap_three, thp);
	ask_folio(thp);
	expect("\"entire_mapcount\":0,\"large_mapcount\":1024,\"nr_pages_mapped\":512,");
	expect("\"runs\":[{\"first\":0,\"count\":512,\"page_mapcount\":2,\"anon_exclusive\":false}]");
	peer_step(&peer);
	ask_folio(thp);
	expect("\"entire_mapcount\":0,\"large_mapcount\":1021,\"nr_pages_mapped\":512,");
	expect("\"runs\":[{\"first\":0,\"count\":100,\"page_mapcount\":2,\"anon_exclusive\":false},"
	       "{\"first\":100,\"count\":3,\"page_mapcount\":1,\"anon_exclusive\":false},"
	       "{\"first\":103,\"count\":409,\"page_mapcount\":2,\"anon_exclusive\":false}]");
	must(!ask("-j folio --pid %d --shared --order 9", peer.pid), "%s",
	     answer);
	expect("\"large_mapcount\":1021,");
	must(ask("folio --pid %d --addr %p", peer.pid, thp + 100 * PAGE) == 2,
	     "%s", answer);
	expect("is not mapped in process");
	peer_finish(&peer);
}

static void thp_after_munmap_of_the_middle(void)
{
	char *thp = make_thp();

	must(!munmap(thp + 128 * PAGE, 256 * PAGE), "munmap");
	must(!ask("-j folio --pid %d --addr %p+2M --partial", getpid(), thp),
	     "%s", answer);
	must(strstr(answer, "\"pfn\"") == strrchr(answer, '{') + 1 ||
	     !strstr(strstr(answer, "\"pfn\"") + 1, "\"pfn\""),
	     "one folio: %s", answer);
	expect("\"large_mapcount\":256,\"nr_pages_mapped\":256,\"partially_mapped\":true,");
	expect("\"runs\":[{\"first\":0,\"count\":128,\"page_mapcount\":1,\"anon_exclusive\":true},"
	       "{\"first\":128,\"count\":256,\"page_mapcount\":0,\"anon_exclusive\":");
	must(!ask("pages --pid %d --addr %p+2M", getpid(), thp), "%s", answer);
	expect("2 rows, 256 pages, 1 MiB");
}

/* Looking at a file must leave its page cache and its mapcounts as they are. */
static void file_is_left_alone(void)
{
	const char *path = "/tmp/rmapctl_view_test";
	const int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	char data[PAGE] = "x";
	int i;

	must(fd >= 0 && !ftruncate(fd, 100 * PAGE), "a file");
	for (i = 10; i < 18; i++)
		must(pwrite(fd, data, PAGE, i * PAGE) == PAGE, "write");
	for (i = 0; i < 2; i++) {
		must(!ask("-j folio --file %s", path), "%s", answer);
		expect("\"index\":10,");
		expect("\"page_mapcount\":0,");
		must(!strstr(answer, "\"page_mapcount\":1"), "%s", answer);
		must(!ask("pages --file %s", path), "%s", answer);
		expect("8 pages, 32 KiB");
	}
	must(!ask("pages --file %s --range 40K-48K", path), "%s", answer);
	expect("2 pages, 8 KiB");
	must(!ask("pages --file %s --range 0-40K", path), "%s", answer);
	expect("0 rows, 0 pages");
	unlink(path);
}

static void sentences_for_what_is_not_there(void)
{
	char *area = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *huge = mmap(NULL, HUGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);

	must(ask("folio --pid %d --addr %p", getpid(), area) == 2, "%s", answer);
	expect("is not present");
	must(ask("folio --pid 2") == 2, "%s", answer);
	expect("process 2 is a kernel thread");
	must(ask("folio --pid 2147483647") == 2, "%s", answer);
	expect("there is no process 2147483647");
	must(ask("folio --pfn 0xfffffffffffff") == 2, "%s", answer);
	expect("is out of range");
	if (huge == MAP_FAILED)
		return;
	must(ask("folio --pid %d --addr %p", getpid(), huge + 5 * PAGE) == 2,
	     "%s", answer);
	expect("the huge page (2048 kB)");
	huge[0] = 1;
	ask_folio(huge + 5 * PAGE);
	expect("\"kind\":\"hugetlb\",");
	expect("\"entire_mapcount\":1,");
}

/* How often @part is in the answer. */
static int count(const char *part)
{
	int nr = 0;

	for (const char *at = answer; (at = strstr(at, part)); at++)
		nr++;
	return nr;
}

/* Each has the THP, and both together have it once. */
static void two_processes_with_one_thp(void)
{
	char *thp = make_thp();
	struct peer peer;

	must(!mprotect(thp + 7 * PAGE, PAGE, PROT_READ), "mprotect");
	peer_start(&peer, unmap_three, thp);
	must(!ask("-j folio --pid %d,%d --order 9", getpid(), peer.pid), "%s", answer);
	must(count("\"pfn\"") == 1, "one folio: %s", answer);
	expect("\"large_mapcount\":1024,");
	must(!ask("-j folio --summary --processes --order 9 --pid %d,%d", getpid(),
		  peer.pid), "%s", answer);
	must(count("\"folios\":1,\"memory\":2048,\"mapped\":2048,\"once\":0,\"more\":2048,") == 3 &&
	     count("\"pid\":") == 2, "a row for each and one for both: %s", answer);
	peer_step(&peer);
	peer_finish(&peer);
}

static void snapshot(const char *path)
{
	must(!ask("folio --snapshot --pid %d --order 9 >%s", getpid(), path), "%s", answer);
}

static void snapshots_around_a_munmap(void)
{
	const char *before = "/tmp/rmapctl_view_before", *after = "/tmp/rmapctl_view_after";
	char *thp = make_thp();
	struct peer peer;

	must(!mprotect(thp + 7 * PAGE, PAGE, PROT_READ), "mprotect");
	peer_start(&peer, unmap_three, thp);
	snapshot(before);
	must(!ask("diff %s %s", before, before), "%s", answer);
	expect("0 new, 0 gone, 0 reused, 0 split, 0 changed, 1 as before");
	peer_step(&peer);
	snapshot(after);
	must(ask("diff %s %s", before, after) == 1, "%s", answer);
	expect("  large_mapcount 1024 -> 1021");
	expect("  pages 100-102 page_mapcount 2 -> 1\n");
	expect("\n0 new, 0 gone, 0 reused, 0 split, 1 changed, 0 as before\n");
	peer_finish(&peer);
	must(!munmap(thp, HUGE), "munmap");
	snapshot(after);
	must(ask("diff %s %s", before, after) == 1, "%s", answer);
	expect("\n0 new, 1 gone, ");
	unlink(before);
	unlink(after);
}

/* All of memory, and a switch between two looks. */
static void a_recording_with_a_switch(void)
{
	const char *path = "/tmp/rmapctl_view_looks";

	unlink(path);
	must(!ask("record %s --count 2 --interval 0.1", path), "%s", answer);
	must(!ask("use control"), "%s", answer);
	must(!ask("record %s --count 1 --append", path), "%s", answer);
	must(!ask("use builtin"), "%s", answer);
	must(!ask("version >/dev/null; cat %s", path), "%s", answer);
	printf("a recording of 3 looks at all memory: %zu bytes\n", strlen(answer));
	must(count("{\"recording\":1,") == 2 && count("\"current\":\"builtin\"") == 2 &&
	     count("\"state\":\"active\",\"current\":\"control\"") == 1,
	     "3 looks, in two parts: %s", answer);
	expect("{\"kind\":\"anon\",\"order\":0,\"folios\":");
	must(ask("watch --replay %s --count 1", path) == 2, "%s", answer);
	expect("needs a terminal");
	unlink(path);
}

/* An area of terabytes without a page must cost neither time nor memory. */
static void large_holes(void)
{
	char *area = mmap(NULL, 1UL << 43, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	must(area != MAP_FAILED, "mmap of 8 TiB");
	area[1UL << 42] = 1;
	must(!ask("pages --pid %d --addr %p+8T", getpid(), area), "%s", answer);
	expect("1 row, 1 page, 4 KiB");
	expect("2147483647 pages not present");
}

/* The largest of all that this process has run; more than the arena holds. */
static void little_memory(void)
{
	struct rusage usage;

	must(!ask("pages --pfn 0+100000 --each --sort -refcount | tail -n 1"),
	     "%s", answer);
	must(!ask("folio --pfn 0- --sort -refcount | tail -n 1"), "%s", answer);
	must(!getrusage(RUSAGE_CHILDREN, &usage), "getrusage");
	printf("largest rmapctl: %ld KiB\n", usage.ru_maxrss);
	must(usage.ru_maxrss < TOOL_MAX_KIB, "%ld KiB", usage.ru_maxrss);
}

static const struct suite_case view_cases[] = {
	{ "a THP that is mapped by a PMD", thp_by_pmd, 0 },
	{ "the same after mprotect of a page", thp_after_mprotect_of_a_page, 0 },
	{ "after fork, and munmap of 3 pages in the child",
	  thp_after_fork_and_munmap_in_the_child, 0 },
	{ "after munmap of the middle", thp_after_munmap_of_the_middle, 0 },
	{ "two processes with one THP", two_processes_with_one_thp, 0 },
	{ "snapshots around a munmap", snapshots_around_a_munmap, 0 },
	{ "a recording with a switch", a_recording_with_a_switch, 0 },
	{ "a file is left alone", file_is_left_alone, 0 },
	{ "sentences for what is not there", sentences_for_what_is_not_there, 0 },
	{ "large holes", large_holes, 0 },
	{ "little memory", little_memory, 0 },
	{ 0 }
};

static void run_view_suite(void)
{
	const bool was_loaded = kmod_loaded("rmap_ab");

	tap_plan(suite_count(view_cases));
	if (!was_loaded && kmod_load("rmap_ab", ""))
		tap_note("rmap_ab cannot be loaded");
	suite_run_cases(view_cases, "");
	if (!was_loaded)
		kmod_unload("rmap_ab");
}

static const struct suite view_suite = {
	.what = "Reads rmapctl folio and rmapctl pages for processes whose state is known.",
	.timeout = 120,
	.verbose = true,
	.run = run_view_suite,
};

int main(int argc, char **argv)
{
	return suite_main(&view_suite, argc, argv);
}
