// SPDX-License-Identifier: GPL-2.0
/* Anon folios that are mapped by PTEs, and how they come to be. */
#include <sys/mman.h>

#include "bench/scenario.h"
#include "bench/worker.h"

void run_munmap(struct area *area, struct sample *sample)
{
	int ret;

	area_fill_anon(area);
	region_begin();
	ret = munmap(area->at, area->size);
	region_end(sample);
	if (ret)
		worker_fail_errno("munmap");
}

void run_fork(struct area *area, struct sample *sample)
{
	area_fill_anon(area);
	region_begin();
	worker_fork();
	region_end(sample);
}

void run_exit(struct area *area, struct sample *sample)
{
	area_fill_anon(area);
	worker_fork();
	region_begin();
	worker_child_exit();
	region_end(sample);
}

void run_cow(struct area *area, struct sample *sample)
{
	area_fill_anon(area);
	worker_fork();
	region_begin();
	area_write(area);
	region_end(sample);
}

void run_dontneed(struct area *area, struct sample *sample)
{
	int ret;

	area_fill_anon(area);
	region_begin();
	ret = madvise(area->at, area->size, MADV_DONTNEED);
	region_end(sample);
	if (ret)
		worker_fail_errno("MADV_DONTNEED");
}

void run_dontneed_pages(struct area *area, struct sample *sample)
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

void run_fault(struct area *area, struct sample *sample)
{
	area_map(area, MAP_PRIVATE | MAP_ANONYMOUS);
	area_advise(area);
	region_begin();
	area_write(area);
	region_end(sample);
	area_check(area);
}

void run_remap(struct area *area, struct sample *sample)
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

void run_swap_out(struct area *area, struct sample *sample)
{
	area_fill_anon(area);
	region_begin();
	swap_out(area);
	region_end(sample);
	area_check_swapped(area);
}

void run_swap_in(struct area *area, struct sample *sample)
{
	area_fill_anon(area);
	swap_out(area);
	area_check_swapped(area);
	region_begin();
	area_read(area);
	region_end(sample);
}
