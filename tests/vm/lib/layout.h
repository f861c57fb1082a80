/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LAYOUT_H
#define LAYOUT_H
/*
 * Large folios with and without mapcounts of their pages, on kernels with
 * CONFIG_RMAP_LAYOUT: rmap_layout.ko chooses, and knows them apart. rmap_ab need
 * not be loaded.
 */

#include <stdbool.h>
#include <stdint.h>

/* Its words for page frames, see tests/kmod/rmap_layout.c. */
#define LAYOUT_NONE		(1ULL << 63)
#define LAYOUT_ENTIRE(word)	((long)((word) >> 32 & 0x7fffffff))
#define LAYOUT_LARGE(word)	((long)((word) & 0xffffffff))

/* Loads the module. Returns false if the kernel has no layouts. */
bool layouts_open(void);

/*
 * Reads the words of @nr page frames, all 0 if the kernel has no layouts. Returns
 * false if that fails.
 */
bool layouts_read(uint64_t first, uint64_t nr, uint64_t *words);

/* What first mappings get from now on: "page" or "none". Returns 0 or -errno. */
int layouts_choose(const char *layout);

/* Folios that are mapped without mapcounts of their pages. */
long long layouts_nr_none(void);

/* May there be such folios? */
bool layouts_vary(void);

/*
 * Chooses page, and waits until no folio without mapcounts of its pages is left,
 * and the key has gone off by itself: 30 seconds at most. Returns NULL, or what
 * is left, in words.
 */
const char *layouts_settle(void);

#endif /* LAYOUT_H */
