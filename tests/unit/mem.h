/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MEM_H
#define MEM_H
/*
 * Folios and address spaces.
 */

#include <linux/rmap.h>

enum mem_kind {
	MEM_ANON,
	MEM_DEVICE,		/* anon, device-private */
	MEM_KSM,
	MEM_FILE,
	MEM_SHMEM,
	MEM_HUGETLB_ANON,
	MEM_HUGETLB_FILE,
	NR_MEM_KINDS
};

extern const char *const mem_kind_texts[NR_MEM_KINDS];

static inline bool mem_is_hugetlb(enum mem_kind kind)
{
	return kind == MEM_HUGETLB_ANON || kind == MEM_HUGETLB_FILE;
}

static inline bool mem_is_file(enum mem_kind kind)
{
	return kind == MEM_FILE || kind == MEM_SHMEM || kind == MEM_HUGETLB_FILE;
}

/* An address space with one VMA, in which the folio has a fixed place. */
struct mem_mm {
	struct mm_struct mm;
	struct anon_vma anon_vma;
	struct vm_area_struct vma;
};

struct folio *mem_alloc_folio(int order);
void mem_init_folio(struct folio *folio, int order, enum mem_kind kind);
void mem_free_folio(struct folio *folio);
void mem_init_mm(struct mem_mm *mm, unsigned long vm_flags);

/* Checks what free_pages_prepare() checks. Returns what is wrong, or NULL. */
const char *mem_check_free(struct folio *folio);

static inline unsigned long mem_address(const struct mem_mm *mm, int index)
{
	return mm->vma.vm_start + index * PAGE_SIZE;
}

#endif
