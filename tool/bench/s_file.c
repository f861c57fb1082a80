// SPDX-License-Identifier: GPL-2.0
/* Folios that anon memory is not made of: shmem and hugetlb. */
#include <sys/mman.h>

#include "bench/scenario.h"
#include "bench/worker.h"

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

void run_shmem_map(struct area *area, struct sample *sample)
{
	fill_shmem(area);
	dontneed(area);
	region_begin();
	area_read(area);
	region_end(sample);
}

void run_shmem_unmap(struct area *area, struct sample *sample)
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

void run_hugetlb_fork(struct area *area, struct sample *sample)
{
	fill_hugetlb(area);
	region_begin();
	worker_fork();
	region_end(sample);
}

void run_hugetlb_unmap(struct area *area, struct sample *sample)
{
	int ret;

	fill_hugetlb(area);
	region_begin();
	ret = munmap(area->at, area->size);
	region_end(sample);
	if (ret)
		worker_fail_errno("munmap");
}
