/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_TYPES_H
#define SHIM_TYPES_H
/*
 * Linux 6.12, where other hosts differ. The offsets are those on x86-64: the
 * cost of an operation depends on which counters share a cache line.
 */

#define PAGE_MAPPING_ANON	0x1UL
#define PAGE_MAPPING_MOVABLE	0x2UL
#define PAGE_MAPPING_KSM	0x3UL
#define PAGE_MAPPING_FLAGS	0x3UL

typedef unsigned long shim_flags_t;
#define shim_flags(x)		(&(x)->flags)

/* The counters of a large folio, in its second page. */
#define SHIM_LARGE_COUNTERS						\
	atomic_t _large_mapcount;					\
	atomic_t _entire_mapcount;					\
	atomic_t _nr_pages_mapped;					\
	atomic_t _pincount;						\
	unsigned int _folio_nr_pages
#define SHIM_NR_PAGES_MAPPED_AT	0x58

#define SHIM_MM_ID
#define SHIM_VMA_ANON_PGOFF

/* The function that counts the statistics of a folio. */
#define SHIM_MOD_STAT		__lruvec_stat_mod_folio

#endif
