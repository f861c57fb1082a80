// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/area.h"
#include "bench/machine.h"
#include "bench/worker.h"

/* Alone under its entry of the third level, so that page tables are the same. */
#define AREA_AT		((void *)0x100000000000)

/* Documentation/admin-guide/mm/pagemap.rst */
#define PM_PRESENT	(1ull << 63)
#define PM_SWAPPED	(1ull << 62)
#define PM_PFN		((1ull << 55) - 1)
#define KPF_HEAD	(1ull << 15)
#define KPF_TAIL	(1ull << 16)

#define NR_WINDOW	512

/* A part of a file of 64-bit words, read when it is needed. */
struct window {
	int fd;
	uint64_t first;
	size_t nr;
	uint64_t words[NR_WINDOW];
};

static struct window *window_open(struct window *window, const char *path)
{
	window->nr = 0;
	window->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (window->fd < 0)
		worker_fail_errno(path);
	return window;
}

static uint64_t window_word(struct window *window, uint64_t index)
{
	ssize_t nr;

	if (index - window->first >= window->nr) {
		window->first = index - index % NR_WINDOW;
		nr = pread(window->fd, window->words, sizeof(window->words),
			   window->first * sizeof(uint64_t));
		window->nr = nr > 0 ? nr / sizeof(uint64_t) : 0;
	}
	return index - window->first < window->nr ?
	       window->words[index - window->first] : 0;
}

void area_map(struct area *area, int flags)
{
	area->at = mmap(AREA_AT, area->size, PROT_READ | PROT_WRITE,
			flags | MAP_FIXED_NOREPLACE, -1, 0);
	if (area->at == MAP_FAILED)
		worker_fail_errno("mmap");
}

void area_advise(const struct area *area)
{
	bool huge = area->folio > (size_t)getpagesize();

	if (madvise(area->at, area->size,
		    huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE) && huge)
		worker_fail_errno("MADV_HUGEPAGE");
}

void area_write(const struct area *area)
{
	volatile char *at = area->at;

	for (size_t i = 0; i < area->size; i += 4096)
		at[i] = 0;
}

void area_read(const struct area *area)
{
	volatile char *at = area->at;

	for (size_t i = 0; i < area->size; i += 4096)
		(void)at[i];
}

/* Head, tails, and no further tail: a folio of just this size. */
static bool is_folio(struct window *flags, uint64_t pfn, size_t nr)
{
	uint64_t word = window_word(flags, pfn);

	if (nr == 1)
		return !(word & (KPF_HEAD | KPF_TAIL));
	return word & KPF_HEAD &&
	       window_word(flags, pfn + nr - 1) & KPF_TAIL &&
	       !(window_word(flags, pfn + nr) & KPF_TAIL);
}

void area_check(const struct area *area)
{
	static struct window map, flags;
	size_t nr = area->folio / 4096, good = 0, all = area->size / area->folio;
	uint64_t entry, first = (uintptr_t)area->at / 4096;

	window_open(&map, "/proc/self/pagemap");
	window_open(&flags, "/proc/kpageflags");
	for (size_t i = 0; i < all; i++) {
		entry = window_word(&map, first + i * nr);
		if (entry & PM_PRESENT && !(entry & PM_PFN))
			worker_fail("only root sees page frame numbers");
		good += entry & PM_PRESENT &&
			is_folio(&flags, entry & PM_PFN, nr);
	}
	close(map.fd);
	close(flags.fd);
	if (good != all)
		worker_fail("the machine gave %zu of %zu folios of %zu KiB: memory is too small or too fragmented for more",
			    good, all, area->folio / 1024);
}

void area_check_swapped(const struct area *area)
{
	static struct window map;
	uint64_t first = (uintptr_t)area->at / 4096;
	size_t swapped = 0, all = area->size / 4096;

	window_open(&map, "/proc/self/pagemap");
	for (size_t i = 0; i < all; i++)
		swapped += !!(window_word(&map, first + i) & PM_SWAPPED);
	close(map.fd);
	if (swapped != all)
		worker_fail("the machine swapped out %zu of %zu pages",
			    swapped, all);
}

void area_check_pmds(const struct area *area, size_t bytes)
{
	FILE *file = fopen("/proc/self/smaps", "re");
	unsigned long start, kib, found = 0;
	char line[256];
	bool ours = false;

	if (!file)
		worker_fail_errno("/proc/self/smaps");
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx-%*x %*s", &start) == 1 && line[8] != ' ' &&
		    strchr(line, '-'))
			ours = start == (uintptr_t)area->at;
		else if (ours && sscanf(line, "AnonHugePages: %lu", &kib) == 1)
			found += kib * 1024;
	}
	fclose(file);
	if (found != bytes)
		worker_fail("the machine maps %lu KiB of %zu by PMDs, not %zu",
			    found / 1024, area->size / 1024, bytes / 1024);
}

void area_split_pmds(const struct area *area)
{
	for (char *at = area->at; at < area->at + area->size; at += area->folio)
		if (mprotect(at, 4096, PROT_READ))
			worker_fail_errno("mprotect");
}

void area_join(const struct area *area)
{
	if (mprotect(area->at, area->size, PROT_READ | PROT_WRITE))
		worker_fail_errno("mprotect");
}

void area_fill_anon(struct area *area)
{
	area_map(area, MAP_PRIVATE | MAP_ANONYMOUS);
	area_advise(area);
	area_write(area);
	area_check(area);
	if (area->folio < machine_pmd_size())
		return;
	area_split_pmds(area);
	area_join(area);
	area_check_pmds(area, 0);
	/* mprotect() took the first one's write permission. */
	area_write(area);
}
