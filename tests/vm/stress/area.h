/* SPDX-License-Identifier: GPL-2.0 */
#ifndef AREA_H
#define AREA_H
/*
 * An area of memory of some kind, and what each of its pages must hold.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum area_kind {
	AREA_SMALL, AREA_MTHP, AREA_THP, AREA_MERGEABLE, AREA_SHMEM,
	AREA_HUGE_SHMEM, AREA_FILE, AREA_HUGETLB, AREA_SHARED_HUGETLB,
	NR_AREA_KINDS
};

enum { AREA_MAX_PAGES = 1024 };

struct area {
	enum area_kind kind;
	char *p;
	size_t nr;		/* pages */
	size_t unit;		/* pages that can only go together */
	/*
	 * What each page holds, as a seed; 0 means zeroes. A process has its
	 * own copy. In shared areas all processes write the same, so that
	 * everybody knows it.
	 */
	uint8_t holds[AREA_MAX_PAGES];
};

/* Returns whether this kernel has memory of this kind. */
bool area_possible(enum area_kind kind);

void area_map(struct area *area, enum area_kind kind);

/* Returns whether every process sees the same memory. */
bool area_is_shared(const struct area *area);

/* These work on pages [first, first + nr) of the area. */
void area_write(struct area *area, size_t first, size_t nr, uint8_t seed);
void area_verify(const struct area *area, size_t first, size_t nr);

/* madvise() gave the pages up, or they were unmapped and mapped again. */
void area_forget(struct area *area, size_t first, size_t nr);

#endif /* AREA_H */
