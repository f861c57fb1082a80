/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A machine of 4096 page frames, and a process with the pid 42 that maps some:
 *
 *   frames     what they are                     address in process 42
 *   100-109    10 small anon folios              0x1000000 + 2 pages each,
 *                                                the last of them first
 *   512-1023   THP, mapped by one PMD            0x400000, and once more the
 *                                                first page at 0x2000000
 *   1024-1535  THP, after fork, 3 pages          0x800000
 *              unmapped by both: 76-78
 *   2048-2063  file, 64 KiB                      0x3000000
 *   3000       a page that a driver maps         -
 *   3001-3003  slab, page table, absent
 * All others are free.  At 0x1001000 is a page that is swapped out.
 */
#ifndef RMAPCTL_TEST_FRAMES_H
#define RMAPCTL_TEST_FRAMES_H

#include <linux/rmap_ab.h>

#include "world.h"

#define FRAMES		4096
#define BOOT_ID		"proc/sys/kernel/random/boot_id"
#define PAGE_STATE	"debugfs/rmap_ab/page_state"
#define MM_IDS		"debugfs/rmap_ab/mm_ids"

/* Sets up the world with the machine, and nothing else. */
int frames_setup(void **state);

/* Replaces the record of one page frame. */
void frames_set(struct world *w, uint64_t pfn, const struct rmap_ab_page *page);
void frames_get(struct world *w, uint64_t pfn, struct rmap_ab_page *page);

struct frames_mapping {
	uint64_t address;
	uint64_t pfn;
	size_t nr;
};

/* One more process, with the file `maps` and these pages. */
void frames_process(struct world *w, unsigned int pid, const char *maps,
		    const struct frames_mapping *mappings, size_t nr);

#define FRAMES_TEST(f) \
	cmocka_unit_test_setup_teardown(f, frames_setup, world_teardown)

#endif
