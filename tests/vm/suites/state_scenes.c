// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/device.h"
#include "lib/files.h"
#include "lib/kmod.h"
#include "lib/knob.h"
#include "lib/node.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/pin.h"
#include "lib/row.h"
#include "lib/scenario.h"
#include "lib/swapdev.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "suites/state.h"

#define ANON RMAP_AB_KIND_ANON
#define SHMEM RMAP_AB_KIND_SHMEM
#define HUGETLB RMAP_AB_KIND_HUGETLB

#define EXCLUSIVE RMAP_AB_PAGE_ANON_EXCLUSIVE
#define ENTIRELY RMAP_AB_FOLIO_ENTIRELY_MAPPED
#define PARTIAL RMAP_AB_FOLIO_PARTIALLY_MAPPED
#define QUEUED RMAP_AB_FOLIO_DEFERRED_SPLIT
#define PINNED RMAP_AB_FOLIO_MAYBE_PINNED
#define GUESSED RMAP_AB_FOLIO_PINCOUNT_GUESSED
#define CACHED RMAP_AB_FOLIO_SWAP_CACHE

enum { HALF = PMD_PAGES / 2 };

/* { kind, order, page, entire, large, nr_pages_mapped } */
#define COUNTS(...) ((struct counts){ __VA_ARGS__ })

static char *filled_thp(void)
{
	char *p = thp_map(1);

	pages_fill(p, 0, PMD_PAGES, 1);
	must(page_by_pmd(p), "mapped by a PMD");
	return p;
}

static void map_by_ptes(char *p)
{
	must(!mprotect(p + PAGE, PAGE, PROT_READ), "mprotect one page");
	must(!mprotect(p + PAGE, PAGE, PROT_READ | PROT_WRITE), "and back");
}

static void small_anon(void)
{
	char *p = small_map(4);
	struct rmap_ab_page r;
	struct peer child;

	pages_fill(p, 0, 4, 1);
	state_must(p, COUNTS(ANON, 0, 1, 0, 1, 0), "a page");
	state_must_flags(p, EXCLUSIVE | PARTIAL | PINNED | GUESSED | ENTIRELY,
			 EXCLUSIVE | GUESSED, "a page");
	r = state_of(p);
	must(r.head_pfn == page_frame(p), "its own head");
	must(r.nid == node_of(p), "on node %d: %u", node_of(p), r.nid);
	must(r.index == (uintptr_t)p / PAGE, "its place in the address space: %#llx",
	     (unsigned long long)r.index);
	peer_start(&child, peer_pause_once, NULL);
	state_must(p, COUNTS(ANON, 0, 2, 0, 2, 0), "after fork");
	state_must_flags(p, EXCLUSIVE, 0, "after fork");
	peer_finish(&child);
	state_must(p, COUNTS(ANON, 0, 1, 0, 1, 0), "after exit");
}

static void thp(void)
{
	char *p = filled_thp();

	state_must(p + 7 * PAGE, COUNTS(ANON, 9, 0, 1, 1, 0), "mapped by a PMD");
	/* 6.12 queues each of them, to find those that are mostly zeroes. */
	state_must_flags(p, EXCLUSIVE | ENTIRELY | PARTIAL | QUEUED | GUESSED,
			 EXCLUSIVE | ENTIRELY | QUEUED, "mapped by a PMD");
	map_by_ptes(p);
	state_must(p + 7 * PAGE, COUNTS(ANON, 9, 1, 0, 512, 512), "after mprotect");
	state_must_flags(p + 7 * PAGE, EXCLUSIVE | ENTIRELY | PARTIAL, EXCLUSIVE,
			 "after mprotect");
	pages_unmap(p + 100 * PAGE, 200 * PAGE);
	state_must(p + 7 * PAGE, COUNTS(ANON, 9, 1, 0, 312, 312),
		   "after munmap of the middle");
	state_must_flags(p, PARTIAL | QUEUED, PARTIAL | QUEUED,
			 "after munmap of the middle");
}

static void unmap_three(struct peer *self, void *arg)
{
	char *p = arg;

	peer_pause(self);
	pages_unmap(p + 100 * PAGE, 3 * PAGE);
	peer_pause(self);
}

static void thp_fork(void)
{
	char *p = filled_thp();
	struct peer child;

	peer_start(&child, unmap_three, p);
	state_must(p, COUNTS(ANON, 9, 0, 2, 2, 0), "after fork");
	state_must_flags(p, EXCLUSIVE | ENTIRELY, ENTIRELY, "after fork");
	peer_step(&child);
	state_must(p, COUNTS(ANON, 9, 1, 1, 510, 509), "after the child unmapped 3");
	state_must_pages(p, 0, 100, 1);
	state_must_pages(p, 100, 3, 0);
	state_must_pages(p, 103, 409, 1);
	state_must_flags(p, ENTIRELY | PARTIAL, ENTIRELY, "after the child unmapped 3");
	map_by_ptes(p);
	state_must(p, COUNTS(ANON, 9, 2, 0, 1021, 512), "by PTEs in both");
	state_must_pages(p, 100, 3, 1);
	peer_finish(&child);
	state_must(p, COUNTS(ANON, 9, 1, 0, 512, 512), "after exit");
}

static void mthp_of(unsigned int order)
{
	const size_t nr = 1UL << order;
	char path[128], *p;
	struct peer child;

	snprintf(path, sizeof(path),
		 "/sys/kernel/mm/transparent_hugepage/hugepages-%zukB/enabled",
		 nr * PAGE / 1024);
	knob_set(path, "madvise");
	p = pages_map(nr * PAGE, nr * PAGE);
	must(!madvise(p, nr * PAGE, MADV_HUGEPAGE), "MADV_HUGEPAGE");
	pages_fill(p, 0, nr, 1);
	state_must(p + PAGE, COUNTS(ANON, order, 1, 0, nr, nr), path);
	state_must_flags(p + PAGE, EXCLUSIVE | PARTIAL | QUEUED, EXCLUSIVE, path);
	peer_start(&child, peer_pause_once, NULL);
	state_must(p + PAGE, COUNTS(ANON, order, 2, 0, 2 * nr, nr), "after fork");
	pages_unmap(p, PAGE);
	state_must(p + PAGE, COUNTS(ANON, order, 2, 0, 2 * nr - 1, nr),
		   "after munmap of a page");
	state_must_flags(p + PAGE, EXCLUSIVE | PARTIAL, 0, "after munmap of a page");
	peer_finish(&child);
	state_must(p + PAGE, COUNTS(ANON, order, 1, 0, nr - 1, nr - 1), "after exit");
	state_must_flags(p + PAGE, PARTIAL | QUEUED, PARTIAL | QUEUED, "after exit");
	pages_unmap(p + PAGE, (nr - 1) * PAGE);
	knob_set(path, "never");
}

static void mthp(void)
{
	unsigned int order;
	char path[128];

	for (order = 2; order < 9; order++) {
		snprintf(path, sizeof(path),
			 "/sys/kernel/mm/transparent_hugepage/hugepages-%lukB/enabled",
			 (PAGE << order) / 1024);
		must(text_exists(path), "%s", path);
		mthp_of(order);
	}
}

/* Pages 128 to 383 of the file. */
static void map_middle(struct peer *self, void *arg)
{
	char *p = mmap(NULL, HALF * PAGE, PROT_READ, MAP_SHARED, *(int *)arg,
		       128 * PAGE);

	must(p != MAP_FAILED, "map the middle of a file");
	must(!madvise(p, HALF * PAGE, MADV_POPULATE_READ), "populate");
	peer_pause(self);
}

static void shmem_offsets(void)
{
	int fd = file_huge(1);
	char *p = pages_map_fd(PMD, PMD, MAP_SHARED, fd);
	struct peer other;

	pages_fill(p, 0, PMD_PAGES, 1);
	state_must(p, COUNTS(SHMEM, 9, 0, 1, 1, 0), "all of a file");
	pages_unmap(p, PMD);
	p = pages_map_fd(HALF * PAGE, PAGE, MAP_SHARED, fd);
	must(!madvise(p, HALF * PAGE, MADV_POPULATE_READ), "populate");
	state_must(p, COUNTS(SHMEM, 9, 1, 0, 256, 256), "half of a file");
	peer_start(&other, map_middle, &fd);
	/* fork() itself does not copy page tables of shared memory. */
	state_must(p + 200 * PAGE, COUNTS(SHMEM, 9, 2, 0, 512, 384),
		   "and the middle of it in another process");
	state_must_pages(p, 0, 128, 1);
	state_must_pages(p, 128, 128, 2);
	must(state_of(p + 200 * PAGE).index == 0, "the folio's place in the file");
	state_must_flags(p, EXCLUSIVE | PARTIAL | ENTIRELY, 0, "shared memory");
	peer_finish(&other);
	state_must(p, COUNTS(SHMEM, 9, 1, 0, 256, 256), "after exit");
}

static void file(void)
{
	const int fd = file_new("/");
	char *p;

	file_fill_slowly(fd, 4, 1);
	p = pages_map_fd(4 * PAGE, PAGE, MAP_PRIVATE, fd);
	pages_verify(p, 0, 4, 1);
	must(state_of(p + PAGE).kind == RMAP_AB_KIND_FILE ||
	     state_of(p + PAGE).kind == SHMEM, "page cache");
	state_must(p + PAGE, COUNTS(state_of(p + PAGE).kind, 0, 1, 0, 1, 0),
		   "a page of a file");
	must(state_of(p + PAGE).index == 1, "the second page of the file");
}

static char *filled_hugetlb(int flags, int fd)
{
	char *p = pages_map_fd(PMD, PMD, flags, fd);

	pages_fill(p, 0, PMD_PAGES, 1);
	return p;
}

static void hugetlb_private(void)
{
	char *p = filled_hugetlb(MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1);
	struct peer child;

	state_must(p + 9 * PAGE, COUNTS(HUGETLB, 9, 0, 1, 1, 0), "private");
	state_must_flags(p + 9 * PAGE, EXCLUSIVE | PARTIAL, EXCLUSIVE, "private");
	peer_start(&child, peer_pause_once, NULL);
	state_must(p, COUNTS(HUGETLB, 9, 0, 2, 2, 0), "after fork");
	state_must_flags(p, EXCLUSIVE, 0, "after fork");
	peer_finish(&child);
}

static void touch(struct peer *self, void *arg)
{
	pages_touch(arg, 0, 1);
	peer_pause(self);
}

static void hugetlb_shared(void)
{
	char *p = filled_hugetlb(MAP_SHARED, file_memfd(PMD_PAGES, MFD_HUGETLB));
	struct peer child;

	state_must(p, COUNTS(HUGETLB, 9, 0, 1, 1, 0), "shared");
	state_must_flags(p, EXCLUSIVE, 0, "shared");
	peer_start(&child, touch, p);
	state_must(p, COUNTS(HUGETLB, 9, 0, 2, 2, 0), "in two processes");
	peer_finish(&child);
}

#define KSM "/sys/kernel/mm/ksm/"
enum { NR_MERGED = 8, TRIES = 6000 };

static char *map_mergeable(void)
{
	char *p = small_map(NR_MERGED);

	must(!madvise(p, NR_MERGED * PAGE, MADV_MERGEABLE), "MADV_MERGEABLE");
	pages_fill(p, 0, NR_MERGED, 1);
	return p;
}

static void pause_mergeable(struct peer *self, void *arg)
{
	(void)arg;
	map_mergeable();
	peer_pause(self);
}

/* ksmd does not say when it has merged, so look until it has. */
static void await_merge(const char *p)
{
	const struct timespec pause = { 0, 10 * 1000 * 1000 };
	int i;

	for (i = 0; i < TRIES && page_mapcount(p) < 2; i++)
		nanosleep(&pause, NULL);
	must(page_mapcount(p) == 2, "merged with the other process");
}

static void ksm(void)
{
	struct peer other;
	char *p;

	knob_try(KSM "smart_scan", "0");
	knob_set(KSM "sleep_millisecs", "0");
	knob_set(KSM "pages_to_scan", "10000");
	peer_start(&other, pause_mergeable, NULL);
	p = map_mergeable();
	state_must(p, COUNTS(ANON, 0, 1, 0, 1, 0), "before the merge");
	knob_set(KSM "run", "1");
	await_merge(p + (NR_MERGED - 1) * PAGE);
	knob_set(KSM "run", "0");
	state_must(p, COUNTS(RMAP_AB_KIND_KSM, 0, 2, 0, 2, 0), "merged");
	state_must_flags(p, EXCLUSIVE, 0, "merged");
	peer_finish(&other);
	state_must(p, COUNTS(RMAP_AB_KIND_KSM, 0, 1, 0, 1, 0), "after exit");
}

/* The device is slow: what was written stays in the swap cache. */
static void swap(void)
{
	struct rmap_ab_page r;
	uint64_t pfn;
	char *p;

	stay_on_one_cpu();
	swapdev_on(64 << 20);
	p = small_map(8);
	pages_fill(p, 0, 8, 1);
	pfn = page_frame(p);
	must(!madvise(p, 8 * PAGE, MADV_PAGEOUT), "MADV_PAGEOUT");
	must(page_swapped(p), "in swap");
	state_read(pfn, 1, &r);
	if (r.flags & CACHED)
		must(!r.large_mapcount, "not mapped any more: %d", r.large_mapcount);
	pages_touch(p, 0, 1);
	must(page_present(p), "present again");
	state_must(p, COUNTS(ANON, 0, 1, 0, 1, 0), "swapped in");
	/* Read, not written: it has not given up its place in swap. */
	state_must_flags(p, CACHED, CACHED, "swapped in");
	pages_fill(p, 0, 8, 2);
	state_must(p, COUNTS(ANON, 0, 1, 0, 1, 0), "written again");
	state_must_flags(p, EXCLUSIVE, EXCLUSIVE, "written again");
}

static void pinned(void)
{
	char *one = small_map(1), *thp = filled_thp();
	int pins[2];

	pages_fill(one, 0, 1, 1);
	state_must_flags(one, PINNED, 0, "before the pin");
	pins[0] = pin_take(one, PAGE);
	pins[1] = pin_take(thp, PAGE);
	state_must(one, COUNTS(ANON, 0, 1, 0, 1, 0), "pinned");
	state_must_flags(one, PINNED | GUESSED, PINNED | GUESSED, "a pinned page");
	must(state_of(one).pincount == 1, "a guess that is right: %d",
	     state_of(one).pincount);
	state_must(thp, COUNTS(ANON, 9, 0, 1, 1, 0), "pinned");
	state_must_flags(thp, PINNED | GUESSED, PINNED, "a pinned THP");
	must(state_of(thp).pincount == 1, "one pin: %d", state_of(thp).pincount);
	pin_drop(pins[0]);
	pin_drop(pins[1]);
}

/* A reference, but no pin. */
static void in_a_pipe(void)
{
	char *p = small_map(1);
	struct iovec page = { p, PAGE };
	int ends[2], before;

	pages_fill(p, 0, 1, 1);
	before = state_of(p).refcount;
	must(!pipe(ends), "a pipe");
	must(vmsplice(ends[1], &page, 1, 0) == (ssize_t)PAGE, "vmsplice");
	state_must(p, COUNTS(ANON, 0, 1, 0, 1, 0), "in a pipe");
	state_must_flags(p, PINNED, 0, "in a pipe");
	must(state_of(p).refcount >= 2 && state_of(p).refcount <= before + 1,
	     "one reference more, if the LRU's has not gone: %d, %d before",
	     state_of(p).refcount, before);
}

static void locked_memory(void)
{
	char *p;

	stay_on_one_cpu();
	p = small_map(1);
	pages_fill(p, 0, 1, 1);
	must(!mlock(p, PAGE) && page_mlocked(p), "mlock");
	state_must_flags(p, RMAP_AB_FOLIO_MLOCKED, RMAP_AB_FOLIO_MLOCKED, "mlocked");
	must(!munlock(p, PAGE) && !page_mlocked(p), "munlock");
	state_must_flags(p, RMAP_AB_FOLIO_MLOCKED, 0, "munlocked");
}

/* Far beyond the end of ordinary memory, and yet there. */
static void device(void)
{
	const int fd = open(RMAP_AB RMAP_AB_FILE_PAGE_STATE, O_RDONLY | O_CLOEXEC);
	const ssize_t size = sizeof(struct rmap_ab_page);
	const off_t end = lseek(fd, 0, SEEK_END);
	struct rmap_ab_page r[2];
	uint64_t first, last;

	device_frames(&first, &last);
	printf("ordinary memory ends at %#llx, the device has %#llx to %#llx\n",
	       (unsigned long long)(end / size), (unsigned long long)first,
	       (unsigned long long)last);
	must(first >= (uint64_t)(end / size), "not in ordinary memory");
	must(pread(fd, r, size, first * size) == size, "its first frame");
	must(r[0].kind == RMAP_AB_KIND_DEVICE && r[0].head_pfn == first &&
	     r[0].flags & RMAP_AB_PAGE_PRESENT && !r[0].large_mapcount,
	     "a page of a device");
	must(pread(fd, r, 2 * size, last * size) == size, "its last frame, and no more");
	must(!pread(fd, r, size, (first - 1) * size), "nothing before it");
	close(fd);
}

#define HOLD "/sys/kernel/debug/rmap_hold/migration"

enum { HOLDS = 3 };

static void migrate(struct peer *self, void *arg)
{
	char *p = arg;

	stay_on_cpu(1);
	peer_pause(self);
	must(!node_move(p, PMD_PAGES, PMD_PAGES, node_other(node_of(p))), "move");
}

/*
 * The peer stands still on its CPU, with interrupts off, in the middle of the move.
 * A task that waits for that CPU with preemption disabled may keep this CPU, too,
 * until the move is over. So this process may miss the move.
 */
static bool await_hold(uint64_t pfn)
{
	int i;

	for (i = 0; i < TRIES; i++) {
		if (text_number(HOLD, 0) == (long long)pfn)
			return true;
		usleep(1000);
	}
	return false;
}

static void hold(uint64_t pfn)
{
	char number[32];

	snprintf(number, sizeof(number), "%llu", (unsigned long long)pfn);
	must(!text_write(HOLD, number), "write %s", HOLD);
}

/* Return: did we see it? */
static bool look_while_held(void)
{
	struct rmap_ab_page r;
	struct peer mover;
	uint64_t pfn;
	char *p;

	p = filled_thp();
	pfn = page_frame(p);
	peer_start(&mover, migrate, p);
	state_must(p, COUNTS(ANON, 9, 0, 2, 2, 0), "before");
	hold(pfn);
	must(write(mover.go, "", 1) == 1, "let it move");
	if (!await_hold(pfn)) {
		hold(0);
		peer_finish(&mover);
		return false;
	}
	state_read(pfn, 1, &r);
	hold(0);
	printf("held: flags %#x kind %u entire %d large %d refs %d\n", r.flags,
	       r.kind, r.entire_mapcount, r.large_mapcount, r.refcount);
	must(r.kind == ANON && r.order == 9 && !r.entire_mapcount &&
	     !r.large_mapcount && !r.nr_pages_mapped && r.refcount > 0,
	     "an anonymous folio that nobody maps");
	must((r.flags & (RMAP_AB_FOLIO_LOCKED | ENTIRELY | RMAP_AB_PAGE_RACY)) ==
	     RMAP_AB_FOLIO_LOCKED, "locked: %#x", r.flags);
	peer_finish(&mover);
	must(page_frame(p) != pfn, "it has moved");
	state_must(p, COUNTS(ANON, 9, 0, 1, 1, 0), "after the move");
	return true;
}

/* All mappings are migration entries: nothing is mapped, all is still there. */
static void migration_entries(void)
{
	int missed = 0;

	if (kmod_load("rmap_hold", ""))
		tap_skip("rmap_hold.ko does not load here");
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		tap_skip("one CPU: nobody could look while a migration is held");
	/* Our timer would not fire on the CPU of the peer. */
	stay_on_cpu(0);
	while (!look_while_held())
		must(++missed < HOLDS, "one of %d migrations that is held", HOLDS);
	must(!kmod_unload("rmap_hold"), "unload rmap_hold");
}

const struct suite_case state_scenes[] = {
	{ "anon", small_anon, 0 },
	{ "thp", thp, NEED_THP },
	{ "thp-fork", thp_fork, NEED_THP },
	{ "mthp-sizes", mthp, NEED_MTHP },
	{ "shmem-at-two-offsets", shmem_offsets, NEED_SHMEM_THP },
	{ "file", file, 0 },
	{ "hugetlb-private", hugetlb_private, NEED_HUGETLB },
	{ "hugetlb-shared", hugetlb_shared, NEED_HUGETLB },
	{ "ksm", ksm, NEED_KSM },
	{ "swap", swap, NEED_SWAP },
	{ "pinned", pinned, NEED_PIN | NEED_THP },
	{ "in-a-pipe", in_a_pipe, 0 },
	{ "mlocked", locked_memory, 0 },
	{ "device", device, NEED_DEVICE },
	{ "migration-entries", migration_entries, NEED_NODES | NEED_THP },
	{ 0 }
};
