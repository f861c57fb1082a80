/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SPACE_H
#define SPACE_H
/*
 * The little machine: physical memory, its struct pages, and address spaces with
 * one VMA and page tables, of which the kernel's objects know no better.
 */

#include <linux/mm.h>
#include <asm/tlb.h>

#include "side.h"

/* Where the memory of every address space is. */
#define SPACE_START	(1UL << 30)

/**
 * struct space - an address space
 * @mm: has one VMA
 * @vma: anonymous, writable
 * @tables: the last level, one for each block
 */
struct space {
	struct mm_struct *mm;
	struct vm_area_struct vma;
	pte_t *tables[WORK_MAX_TABLES];
	pmd_t *pmds;
};

/* Zeroed memory that is never freed: pages of the machine. */
void *memory_alloc(unsigned long size);
void memory_init(void *memory, unsigned long size, void *struct_pages);

/* The first of the pages that folios are made of. */
struct page *memory_folio_pages(void);

/* The memory cgroup of all folios, as folios have it. */
extern unsigned long folios_memcg_data;

struct space *space_new(void);
/* Make it span so many pages, with empty page tables. */
void space_clear(struct space *space, unsigned long nr_pages);
/* Make its blocks PMD entries, each with a page table in reserve. */
void space_reserve_pmds(struct space *space, unsigned int nr_blocks);

/* Map new anonymous folios of that order, which nobody else maps. */
void space_fill(struct space *space, unsigned int order, unsigned long nr_pages);
/* The same by PMDs. */
void space_fill_pmds(struct space *space, unsigned int nr_blocks);
void space_split_pmds(struct space *space, unsigned int nr_blocks);

void space_fork(struct space *child, struct space *parent);
void space_zap(struct space *space);

#endif
