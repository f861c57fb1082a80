// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <unistd.h>

#include "bench/scenario.h"
#include "cli/complain.h"

const struct scenario scenarios[] = {
	{ "munmap", "munmap() of all", "page", KIND_ANON, 1, false,
	  run_munmap },
	{ "fork", "fork()", "page", KIND_ANON, 1, false, run_fork },
	{ "exit", "the forked child's exit, until its parent knows", "page",
	  KIND_ANON, 1, false, run_exit },
	{ "cow", "after fork, one byte written to each page", "page",
	  KIND_ANON, 2, false, run_cow },
	{ "dontneed", "MADV_DONTNEED on all", "page", KIND_ANON, 1, false,
	  run_dontneed },
	{ "dontneed-page", "MADV_DONTNEED on one page after the other", "page",
	  KIND_ANON, 1, false, run_dontneed_pages },
	{ "remap", "a PMD mapping made one of PTEs, by mprotect() of a page",
	  "page", KIND_THP, 1, false, run_remap },
	{ "fault", "the first write to each page", "page", KIND_ANON, 1, false,
	  run_fault },
	{ "shmem-map", "the first read of pages that are in the page cache",
	  "page", KIND_SHMEM, 1, false, run_shmem_map },
	{ "shmem-unmap", "MADV_DONTNEED on all", "page", KIND_SHMEM, 1, false,
	  run_shmem_unmap },
	{ "hugetlb-fork", "fork()", "folio", KIND_HUGETLB, 1, false,
	  run_hugetlb_fork },
	{ "hugetlb-unmap", "munmap() of all", "folio", KIND_HUGETLB, 1, false,
	  run_hugetlb_unmap },
	{ "swap-out", "MADV_PAGEOUT on all", "page", KIND_ANON, 1, true,
	  run_swap_out },
	{ "swap-in", "the first read after swapping out", "page", KIND_ANON, 1,
	  true, run_swap_in },
	{ }
};

const struct scenario *scenario_find(const char *name)
{
	for (const struct scenario *s = scenarios; s->name; s++)
		if (!strcmp(s->name, name))
			return s;
	complain("there is no scenario '%s': see 'rmapctl bench list'", name);
	return NULL;
}

size_t scenario_units(const struct scenario *scenario, size_t size,
		      size_t folio)
{
	if (!strcmp(scenario->unit, "folio"))
		return size / folio;
	return size / getpagesize();
}
