/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_MM_TYPES_H
#define _LINUX_MM_TYPES_H
/*
 * struct page and struct folio have the layout of the host on x86-64.
 * shim_types.h is the host's.
 */

#include <linux/atomic.h>
#include <shim_types.h>

enum pageflags {
	PG_locked		= 0,
	PG_head			= 6,
	PG_active		= 8,
	PG_workingset		= 9,
	PG_swapcache		= 10,
	PG_anon_exclusive	= 11,
	PG_swapbacked		= 16,
	PG_hwpoison		= 20,
	/* in the second page */
	PG_has_hwpoisoned	= 8,
	PG_partially_mapped	= 16,
	/* in the kernel not a flag but the zone: the highest bits */
	PG_device_private	= 63,
};

/* The highest byte of page_type, for a head page that is hugetlb. */
#define PGTY_hugetlb		0xf4

/* The low bits of folio->mapping. */
#define SHIM_MAPPING_ANON	0x1UL
#define SHIM_MAPPING_KSM	0x3UL

struct address_space;

struct anon_vma {
	struct anon_vma *root;
};

struct page {
	shim_flags_t flags;
	unsigned long compound_head;
	unsigned long lru_prev;
	struct address_space *mapping;
	unsigned long index;
	unsigned long private;
	union {
		atomic_t _mapcount;
		unsigned int page_type;
	};
	atomic_t _refcount;
	unsigned long memcg_data;
};
static_assert(sizeof(struct page) == 64);

struct folio {
	union {
		struct page page;
		struct {
			shim_flags_t flags;
			unsigned long lru[2];
			struct address_space *mapping;
			unsigned long index;
			unsigned long private;
			atomic_t _mapcount;
			atomic_t _refcount;
			unsigned long memcg_data;
		};
	};
	union {
		struct page __page_1;
		struct {
			unsigned long _flags_1;
			unsigned long _head_1;
			SHIM_LARGE_COUNTERS;
		};
	};
};
static_assert(offsetof(struct folio, _mapcount) == offsetof(struct page, _mapcount));
static_assert(offsetof(struct folio, _refcount) == offsetof(struct page, _refcount));
static_assert(offsetof(struct folio, _large_mapcount) == 0x50);
static_assert(offsetof(struct folio, _nr_pages_mapped) == SHIM_NR_PAGES_MAPPED_AT);

struct mm_struct {
	unsigned long flags;
	SHIM_MM_ID
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	struct mm_struct *vm_mm;
	unsigned long vm_pgoff;
	SHIM_VMA_ANON_PGOFF
	unsigned long vm_flags;
	struct anon_vma *anon_vma;
};

#endif
