// SPDX-License-Identifier: GPL-2.0
#include <linux/memfd.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/files.h"
#include "lib/pages.h"
#include "lib/scenario.h"
#include "stress/area.h"

/* The contents of files. 0 would be zeroes. */
#define FILE_SEED 1

static const struct {
	size_t nr, unit;
	unsigned int needs;
	bool shared;
} kinds[NR_AREA_KINDS] = {
	[AREA_SMALL]		= { 64, 1, 0, false },
	[AREA_MTHP]		= { 128, 1, NEED_MTHP, false },
	[AREA_THP]		= { 1024, 1, NEED_THP, false },
	[AREA_MERGEABLE]	= { 32, 1, NEED_KSM, false },
	[AREA_SHMEM]		= { 64, 1, 0, true },
	[AREA_HUGE_SHMEM]	= { 512, 1, NEED_SHMEM_THP, true },
	[AREA_FILE]		= { 64, 1, 0, false },
	[AREA_HUGETLB]		= { 512, 512, NEED_HUGETLB, false },
	[AREA_SHARED_HUGETLB]	= { 512, 512, NEED_HUGETLB, true },
};

bool area_possible(enum area_kind kind)
{
	return !need_missing(kinds[kind].needs);
}

bool area_is_shared(const struct area *area)
{
	return kinds[area->kind].shared;
}

/* Pages that shall merge must not depend on where they are. */
static size_t index_of(const struct area *area, size_t page)
{
	return area->kind == AREA_MERGEABLE ? 0 : page;
}

/* Returns what a page holds that nobody has written. */
static uint8_t untouched(const struct area *area)
{
	return area->kind == AREA_FILE || area_is_shared(area) ? FILE_SEED : 0;
}

static char *map_file(int fd, size_t nr, int flags)
{
	char *p;

	file_fill(fd, nr, FILE_SEED);
	p = pages_map_fd(nr * PAGE, PMD, flags, fd);
	close(fd);
	return p;
}

static char *map_hugetlb_file(size_t nr)
{
	const int fd = file_memfd(nr, MFD_HUGETLB);
	char *p = pages_map_fd(nr * PAGE, PMD, MAP_SHARED, fd);

	close(fd);
	pages_fill(p, 0, nr, FILE_SEED);
	return p;
}

static char *map_advised(size_t nr, size_t align, int advice)
{
	char *p = pages_map(nr * PAGE, align);

	must(!madvise(p, nr * PAGE, advice), "madvise(%d)", advice);
	return p;
}

static char *map_kind(enum area_kind kind, size_t nr)
{
	switch (kind) {
	case AREA_MTHP:
		/*
		 * The area is not as large and aligned as a PMD, so its folios
		 * are smaller.
		 */
		return map_advised(nr, nr * PAGE, MADV_HUGEPAGE);
	case AREA_THP:
		return map_advised(nr, PMD, MADV_HUGEPAGE);
	case AREA_MERGEABLE:
		return map_advised(nr, PAGE, MADV_MERGEABLE);
	case AREA_SHMEM:
		return map_file(file_memfd(nr, 0), nr, MAP_SHARED);
	case AREA_HUGE_SHMEM:
		return map_file(file_huge(1), nr, MAP_SHARED);
	case AREA_FILE:
		return map_file(file_new("/tmp"), nr, MAP_PRIVATE);
	case AREA_HUGETLB:
		return pages_map_fd(nr * PAGE, PMD, MAP_PRIVATE | MAP_ANONYMOUS |
				    MAP_HUGETLB, -1);
	case AREA_SHARED_HUGETLB:
		return map_hugetlb_file(nr);
	default:
		return small_map(nr);
	}
}

void area_map(struct area *area, enum area_kind kind)
{
	area->kind = kind;
	area->nr = kinds[kind].nr;
	area->unit = kinds[kind].unit;
	area->p = map_kind(kind, area->nr);
	area_forget(area, 0, area->nr);
}

void area_write(struct area *area, size_t first, size_t nr, uint8_t seed)
{
	size_t i;

	if (area_is_shared(area))
		seed = FILE_SEED;
	memset(area->holds + first, seed, nr);
	for (i = first; i < first + nr; i++)
		page_fill(area->p + i * PAGE, index_of(area, i), seed);
}

static bool holds_zero(const char *page)
{
	return !*(const volatile uint64_t *)page &&
	       !*(const volatile uint64_t *)(page + PAGE - sizeof(uint64_t));
}

static bool is_right(const struct area *area, size_t i)
{
	const char *page = area->p + i * PAGE;

	if (!area->holds[i])
		return holds_zero(page);
	return page_holds(page, index_of(area, i), area->holds[i]);
}

void area_verify(const struct area *area, size_t first, size_t nr)
{
	size_t i;

	for (i = first; i < first + nr; i++)
		must(is_right(area, i),
		     "page %zu of an area of kind %d has the contents of seed %d",
		     i, area->kind, area->holds[i]);
}

void area_forget(struct area *area, size_t first, size_t nr)
{
	memset(area->holds + first, untouched(area), nr);
}
