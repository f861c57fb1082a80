/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_TYPES_H
#define SHIM_TYPES_H
/* Linux 7.3, where other hosts differ: see hosts/6.12/shim_types.h. */

#define FOLIO_MAPPING_ANON	0x1UL
#define FOLIO_MAPPING_ANON_KSM	0x2UL
#define FOLIO_MAPPING_KSM	0x3UL
#define FOLIO_MAPPING_FLAGS	0x3UL

typedef struct {
	unsigned long f;
} shim_flags_t;
#define shim_flags(x)		(&(x)->flags.f)

#define CONFIG_MM_ID		1
typedef unsigned int mm_id_t;
#define MM_ID_DUMMY		0
#ifdef SHIM_LAYOUT
#define CONFIG_RMAP_LAYOUT	1
#define MM_ID_MASK		0x3fffffffU
#define FOLIO_MM_IDS_NONE_BIT	BIT(30)
#else
#define MM_ID_MASK		0x7fffffffU
#endif
#define FOLIO_MM_IDS_LOCK_BITNUM	31
#define FOLIO_MM_IDS_SHARED_BIT	BIT(63)

/* The MM IDs are where the second page has its `private'. */
#define SHIM_LARGE_COUNTERS						\
	atomic_t _large_mapcount;					\
	atomic_t _nr_pages_mapped;					\
	atomic_t _entire_mapcount;					\
	atomic_t _pincount;						\
	int _mm_id_mapcount[2];						\
	union {								\
		mm_id_t _mm_id[2];					\
		unsigned long _mm_ids;					\
	};								\
	atomic_t _mapcount_1;						\
	atomic_t _refcount_1;						\
	unsigned int _folio_nr_pages
#define SHIM_NR_PAGES_MAPPED_AT	0x54

#define SHIM_MM_ID		mm_id_t mm_id;
#define SHIM_VMA_ANON_PGOFF	unsigned long shim_anon_pgoff;

#define SHIM_MOD_STAT		lruvec_stat_mod_folio

#endif
