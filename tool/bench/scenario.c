// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/contend.h"
#include "bench/machine.h"
#include "bench/scenario.h"
#include "cli/complain.h"
#include "cli/nearest.h"

/* ---- anon folios that are mapped by PTEs, and how they are made ---- */

static void run_munmap(struct area *area, struct sample *sample)
{
	int ret;

	area_fill_anon(area);
	region_begin();
	ret = munmap(area->at, area->size);
	region_end(sample);
	if (ret)
		worker_fail_errno("munmap");
}

static void run_fork(struct area *area, struct sample *sample)
{
	area_fill_anon(area);
	region_begin();
	worker_fork();
	region_end(sample);
}

static void run_exit(struct area *area, struct sample *sample)
{
	area_fill_anon(area);
	worker_fork();
	region_begin();
	worker_child_exit();
	region_end(sample);
}

static void run_cow(struct area *area, struct sample *sample)
{
	area_fill_anon(area);
	worker_fork();
	region_begin();
	area_write(area);
	region_end(sample);
}

static void run_dontneed(struct area *area, struct sample *sample)
{
	int ret;

	area_fill_anon(area);
	region_begin();
	ret = madvise(area->at, area->size, MADV_DONTNEED);
	region_end(sample);
	if (ret)
		worker_fail_errno("MADV_DONTNEED");
}

static void run_dontneed_pages(struct area *area, struct sample *sample)
{
	int ret = 0;

	area_fill_anon(area);
	region_begin();
	for (size_t i = 0; i < area->size; i += 4096)
		ret |= madvise(area->at + i, 4096, MADV_DONTNEED);
	region_end(sample);
	if (ret)
		worker_fail_errno("MADV_DONTNEED");
}

static void run_fault(struct area *area, struct sample *sample)
{
	area_map(area, MAP_PRIVATE | MAP_ANONYMOUS);
	area_advise(area);
	region_begin();
	area_write(area);
	region_end(sample);
	area_check(area);
}

static void run_remap(struct area *area, struct sample *sample)
{
	area_map(area, MAP_PRIVATE | MAP_ANONYMOUS);
	area_advise(area);
	area_write(area);
	area_check(area);
	area_check_pmds(area, area->size);
	region_begin();
	area_split_pmds(area);
	region_end(sample);
	area_join(area);
	area_check_pmds(area, 0);
}

static void swap_out(const struct area *area)
{
	if (madvise(area->at, area->size, MADV_PAGEOUT))
		worker_fail_errno("MADV_PAGEOUT");
}

static void run_swap_out(struct area *area, struct sample *sample)
{
	area_fill_anon(area);
	region_begin();
	swap_out(area);
	region_end(sample);
	area_check_swapped(area);
}

static void run_swap_in(struct area *area, struct sample *sample)
{
	area_fill_anon(area);
	swap_out(area);
	area_check_swapped(area);
	region_begin();
	area_read(area);
	region_end(sample);
}

/* ---- shmem and hugetlb memory ---- */

static void dontneed(const struct area *area)
{
	if (madvise(area->at, area->size, MADV_DONTNEED))
		worker_fail_errno("MADV_DONTNEED");
}

static void fill_shmem(struct area *area)
{
	area_map(area, MAP_SHARED | MAP_ANONYMOUS);
	area_write(area);
	area_check(area);
}

static void run_shmem_map(struct area *area, struct sample *sample)
{
	fill_shmem(area);
	dontneed(area);
	region_begin();
	area_read(area);
	region_end(sample);
	/* The folios got it in the region. */
	area_check_layout(area);
}

static void run_shmem_unmap(struct area *area, struct sample *sample)
{
	fill_shmem(area);
	region_begin();
	dontneed(area);
	region_end(sample);
}

static void fill_hugetlb(struct area *area)
{
	area_map(area, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB);
	for (size_t i = 0; i < area->size; i += area->folio)
		*(volatile char *)(area->at + i) = 0;
	area_check(area);
}

static void run_hugetlb_fork(struct area *area, struct sample *sample)
{
	fill_hugetlb(area);
	region_begin();
	worker_fork();
	region_end(sample);
}

static void run_hugetlb_unmap(struct area *area, struct sample *sample)
{
	int ret;

	fill_hugetlb(area);
	region_begin();
	ret = munmap(area->at, area->size);
	region_end(sample);
	if (ret)
		worker_fail_errno("munmap");
}

/* ---- all of them ---- */

const struct scenario scenarios[] = {
	{ "munmap", "munmap() of all", "page", KIND_ANON, 1, false,
	  run_munmap, 1 },
	{ "fork", "fork()", "page", KIND_ANON, 1, false, run_fork, 1 },
	{ "exit", "the forked child's exit, until its parent knows", "page",
	  KIND_ANON, 1, false, run_exit, 1 },
	{ "cow", "after fork, one byte written to each page", "page",
	  KIND_ANON, 2, false, run_cow, 1 },
	{ "dontneed", "MADV_DONTNEED on all", "page", KIND_ANON, 1, false,
	  run_dontneed, 1 },
	{ "dontneed-page", "MADV_DONTNEED on one page after the other", "page",
	  KIND_ANON, 1, false, run_dontneed_pages, 1 },
	{ "remap", "a PMD mapping made one of PTEs, by mprotect() of a page",
	  "page", KIND_THP, 1, false, run_remap, 1 },
	{ "fault", "the first write to each page", "page", KIND_ANON, 1, false,
	  run_fault, 1 },
	{ "shmem-map", "the first read of pages that are in the page cache",
	  "page", KIND_SHMEM, 1, false, run_shmem_map, 1 },
	{ "shmem-unmap", "MADV_DONTNEED on all", "page", KIND_SHMEM, 1, false,
	  run_shmem_unmap, 1 },
	{ "hugetlb-fork", "fork()", "folio", KIND_HUGETLB, 1, false,
	  run_hugetlb_fork, 1 },
	{ "hugetlb-unmap", "munmap() of all", "folio", KIND_HUGETLB, 1, false,
	  run_hugetlb_unmap, 1 },
	{ "swap-out", "MADV_PAGEOUT on all", "page", KIND_ANON, 1, true,
	  run_swap_out, 1 },
	{ "swap-in", "the first read after swapping out", "page", KIND_ANON, 1,
	  true, run_swap_in, 1 },
	{ "contend", "one folio: on each CPU a process forks, its child unmaps",
	  "page-op", KIND_ANON, 1, false, contend_run, 2 },
	{ "library", "one file: on each CPU a process faults it in, and unmaps it",
	  "page-op", KIND_SHMEM, 1, false, library_run, 2 },
	{ }
};

const struct scenario *scenario_find(const char *name)
{
	for (const struct scenario *s = scenarios; s->name; s++)
		if (!strcmp(s->name, name))
			return s;
	nearest_begin(name);
	for (const struct scenario *s = scenarios; s->name; s++)
		nearest_offer(s->name);
	complain("there is no scenario '%s'%s: see 'rmapctl bench list'", name,
		 nearest_hint(""));
	return NULL;
}

size_t scenario_units(const struct scenario *scenario, size_t size,
		      size_t folio)
{
	if (!strcmp(scenario->unit, "folio"))
		return size / folio;
	if (!strcmp(scenario->unit, "page-op"))
		return size / getpagesize() * 2 * machine_cpus();
	return size / getpagesize();
}
