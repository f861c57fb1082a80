/* SPDX-License-Identifier: GPL-2.0 */
/* A set of page frames, for not showing a folio twice. */
#ifndef RMAPCTL_SEEN_H
#define RMAPCTL_SEEN_H

#include <stdbool.h>
#include <stdint.h>

/* A leaf has one bit for each of this many page frames. */
#define SEEN_LEAF_SHIFT	15
#define SEEN_LEAVES	2048

/**
 * struct seen - page frames that were added; all of it is internal
 * @nr: leaves in use
 * @full: a page frame was not kept, because there were too many leaves
 * @keys: what the leaf in this place is for
 * @leaves: NULL where none is
 *
 * It takes no more than 8 MiB; all of it only if what is added lies in 2048
 * areas of 128 MiB, and that is on machines of 256 GiB.
 */
struct seen {
	unsigned int nr;
	bool full;
	uint64_t keys[2 * SEEN_LEAVES];
	uint64_t *leaves[2 * SEEN_LEAVES];
};

/* Returns true if @pfn is already there, else it is added if there is room. */
bool seen_add(struct seen *seen, uint64_t pfn);
void seen_free(struct seen *seen);

#endif
