/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_HOST_BENCH_H
#define _RMAP_AB_HOST_BENCH_H
/*
 * What bench/native needs to know of the kernel whose objects it runs. Each host
 * kernel has a file like this one, with the same names.
 */

#include <linux/mm.h>
#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <asm/tlb.h>

/* Of mm/internal.h. */
void prep_compound_page(struct page *page, unsigned int order);
void unmap_page_range(struct mmu_gather *tlb, struct vm_area_struct *vma,
		      unsigned long addr, unsigned long end,
		      struct zap_details *details);

static inline void host_zap(struct mmu_gather *tlb, struct vm_area_struct *vma,
			    unsigned long start, unsigned long end)
{
	unmap_page_range(tlb, vma, start, end, NULL);
}

static inline void host_split_pmd(struct vm_area_struct *vma, pmd_t *pmd,
				  unsigned long addr)
{
	__split_huge_pmd(vma, pmd, addr, false, NULL);
}

/* Large folios do not know who maps them. */
static inline void host_set_mm_id(struct mm_struct *mm, unsigned int id) { }

/* The memory cgroup that folios are charged to. */
static inline unsigned long host_memcg_data(struct mem_cgroup *memcg)
{
	return (unsigned long)memcg;
}

/* Statistics of a cgroup wait on a list of each CPU. */
int cgroup_rstat_init(struct cgroup *cgrp);

static inline int host_rstat_init(struct cgroup_subsys_state *css)
{
	return cgroup_rstat_init(css->cgroup);
}

#endif
