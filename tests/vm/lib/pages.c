// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/layout.h"
#include "lib/pages.h"
#include "lib/text.h"
#include "lib/uapi.h"

enum { SPLIT_SECONDS = 60 };

#define WORDS (PAGE / sizeof(uint64_t))
#define STRIDE (WORDS / 4)	/* words of a page that carry the pattern */

/* /proc/kpageflags has it for tests. No header for user space names it. */
#define KPF_MLOCKED 33

/* Bits of an entry of pagemap. No header names them. */
#define PRESENT (1ULL << 63)
#define SWAPPED (1ULL << 62)
#define FRAME ((1ULL << 55) - 1)

char *pages_map_fd(size_t len, size_t align, int flags, int fd)
{
	const size_t room = len + 2 * align;
	char *reserve, *p;

	reserve = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);
	must(reserve != MAP_FAILED, "reserve %zu bytes", room);
	p = (char *)(((uintptr_t)reserve / align + 1) * align);
	munmap(reserve, room);
	p = mmap(p, len, PROT_READ | PROT_WRITE, flags | MAP_FIXED_NOREPLACE,
		 fd, 0);
	must(p != MAP_FAILED, "map %zu bytes", len);
	return p;
}

char *pages_map(size_t len, size_t align)
{
	return pages_map_fd(len, align, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

void pages_unmap(void *p, size_t len)
{
	must(!munmap(p, len), "munmap %zu bytes", len);
}

char *small_map(size_t nr)
{
	char *p = pages_map(nr * PAGE, PAGE);

	/* A kernel without THP does not know this advice. */
	(void)madvise(p, nr * PAGE, MADV_NOHUGEPAGE);
	return p;
}

char *thp_map(size_t nr)
{
	char *p = pages_map(nr * PMD, PMD);

	must(!madvise(p, nr * PMD, MADV_HUGEPAGE), "MADV_HUGEPAGE");
	return p;
}

static uint64_t pattern(uint64_t seed, size_t index, size_t word)
{
	return (seed * 0x9e3779b97f4a7c15ULL + index) * 0xbf58476d1ce4e5b9ULL +
	       word;
}

void page_fill(char *page, size_t index, uint64_t seed)
{
	volatile uint64_t *words = (volatile uint64_t *)page;
	size_t word;

	for (word = 0; word < WORDS; word += STRIDE)
		words[word] = pattern(seed, index, word);
	words[WORDS - 1] = pattern(seed, index, WORDS - 1);
}

void pages_fill(char *base, size_t first, size_t nr, uint64_t seed)
{
	size_t i;

	for (i = first; i < first + nr; i++)
		page_fill(base + i * PAGE, i, seed);
}

bool page_holds(const char *page, size_t index, uint64_t seed)
{
	const volatile uint64_t *words = (const volatile uint64_t *)page;
	size_t word;

	for (word = 0; word < WORDS; word += STRIDE)
		if (words[word] != pattern(seed, index, word))
			return false;
	return words[WORDS - 1] == pattern(seed, index, WORDS - 1);
}

void pages_verify(const char *base, size_t first, size_t nr, uint64_t seed)
{
	size_t i;

	for (i = first; i < first + nr; i++)
		must(page_holds(base + i * PAGE, i, seed),
		     "contents of page %zu are those of seed %llu", i,
		     (unsigned long long)seed);
}

void pages_verify_zero(const char *base, size_t first, size_t nr)
{
	const volatile uint64_t *page;
	size_t i, word;

	for (i = first; i < first + nr; i++) {
		page = (const volatile uint64_t *)(base + i * PAGE);
		for (word = 0; word < WORDS; word += STRIDE)
			must(!page[word], "page %zu is zero", i);
	}
}

void pages_touch(const char *base, size_t first, size_t nr)
{
	size_t i;

	for (i = first; i < first + nr; i++)
		(void)*(const volatile char *)(base + i * PAGE);
}

/* Reads entry @index of a file of 64-bit numbers. */
static uint64_t entry_of(const char *path, uint64_t index)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t entry = 0;
	ssize_t got;

	must(fd >= 0, "open %s", path);
	got = pread(fd, &entry, sizeof(entry), index * sizeof(entry));
	close(fd);
	must(got == sizeof(entry), "read %s", path);
	return entry;
}

uint64_t page_entry(const void *p)
{
	return entry_of("/proc/self/pagemap", (uintptr_t)p / PAGE);
}

bool page_present(const void *p)
{
	return page_entry(p) & PRESENT;
}

bool page_swapped(const void *p)
{
	return page_entry(p) & SWAPPED;
}

uint64_t page_frame(const void *p)
{
	must(page_present(p), "a page is mapped here");
	return page_entry(p) & FRAME;
}

static bool is(uint64_t flags, int bit)
{
	return flags & (1ULL << bit);
}

uint64_t page_flags(const void *p)
{
	return entry_of("/proc/kpageflags", page_frame(p));
}

bool frame_failed(uint64_t pfn)
{
	return is(entry_of("/proc/kpageflags", pfn), KPF_HWPOISON);
}

uint64_t page_mapcount(const void *p)
{
	return entry_of("/proc/kpagecount", page_frame(p));
}

bool page_mapcount_is(const void *p, uint64_t nr)
{
	uint64_t frame = page_frame(p), word;

	while (entry_of("/proc/kpageflags", frame) & (1ULL << KPF_COMPOUND_TAIL))
		frame--;
	must(layouts_read(frame, 1, &word), "read the layout of frame %#llx",
	     (unsigned long long)frame);
	return word || page_mapcount(p) == nr;
}

/* This advice makes the kernel empty the batches of this CPU first. */
bool page_mlocked(const void *p)
{
	static char any[2 * PAGE];
	char *page = (char *)(((uintptr_t)any + PAGE - 1) & ~(PAGE - 1));

	must(!madvise(page, PAGE, MADV_COLD), "MADV_COLD");
	return page_flags(p) & (1ULL << KPF_MLOCKED);
}

/*
 * The flag has no name in /proc/kpageflags: it shares a bit with the flag that
 * is KPF_OWNER_2 there, which no header for user space knows.
 */
bool page_exclusive(const void *p)
{
	return page_flags(p) & (1ULL << 34);
}

bool page_by_pmd(const void *p)
{
	const int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	struct page_region region;
	struct pm_scan_arg scan = {
		.size = sizeof(scan),
		.start = (uintptr_t)p & ~(PAGE - 1),
		.end = ((uintptr_t)p & ~(PAGE - 1)) + PAGE,
		.vec = (uintptr_t)&region,
		.vec_len = 1,
		.category_mask = PAGE_IS_HUGE,
		.return_mask = PAGE_IS_HUGE,
	};
	int nr;

	must(fd >= 0, "open pagemap");
	nr = ioctl(fd, PAGEMAP_SCAN, &scan);
	close(fd);
	must(nr >= 0, "PAGEMAP_SCAN");
	return nr == 1;
}

size_t folio_pages(const void *p)
{
	uint64_t head = page_frame(p), end = head + 1;

	while (is(entry_of("/proc/kpageflags", head), KPF_COMPOUND_TAIL))
		head--;
	while (is(entry_of("/proc/kpageflags", end), KPF_COMPOUND_TAIL))
		end++;
	return end - head;
}

bool page_maybe_in_large_folio(const void *p)
{
	const uint64_t entry = page_entry(p);
	uint64_t flags;

	if (!(entry & PRESENT))
		return true;
	flags = entry_of("/proc/kpageflags", entry & FRAME);
	return is(flags, KPF_COMPOUND_HEAD) || is(flags, KPF_COMPOUND_TAIL);
}

int folios_split(const char *p, size_t len)
{
	char command[64];

	snprintf(command, sizeof(command), "%d,%#lx,%#lx", getpid(),
		 (unsigned long)p, (unsigned long)(p + len));
	return text_write("/sys/kernel/debug/split_huge_pages", command);
}

void thp_take_apart(const char *thp, int failed)
{
	const time_t until = time(NULL) + SPLIT_SECONDS;
	const int other = failed ^ 1;

	for (;;) {
		pages_touch(thp, other, 1);
		if (!page_maybe_in_large_folio(thp + other * PAGE))
			return;
		must(time(NULL) < until, "a folio with a failed page is split");
		(void)folios_split(thp, PMD);
		sched_yield();
	}
}

void stay_on_cpu(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	must(!sched_setaffinity(0, sizeof(one), &one), "stay on CPU %d", cpu);
}

void stay_on_one_cpu(void)
{
	stay_on_cpu(sched_getcpu());
}
