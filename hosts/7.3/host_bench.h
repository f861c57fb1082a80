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
void zap_vma_range_batched(struct mmu_gather *tlb, struct vm_area_struct *vma,
			   unsigned long addr, unsigned long size,
			   struct zap_details *details);

static inline void host_zap(struct mmu_gather *tlb, struct vm_area_struct *vma,
			    unsigned long start, unsigned long end)
{
	zap_vma_range_batched(tlb, vma, start, end - start, NULL);
}

static inline void host_split_pmd(struct vm_area_struct *vma, pmd_t *pmd,
				  unsigned long addr)
{
	__split_huge_pmd(vma, pmd, addr, false);
}

/* Large folios know up to two of those that map them. */
static inline void host_set_mm_id(struct mm_struct *mm, unsigned int id)
{
	mm->mm_id = MM_ID_MIN + id;
}

/* The memory cgroup that folios are charged to, by an object that can be moved. */
static inline unsigned long host_memcg_data(struct mem_cgroup *memcg)
{
	static struct obj_cgroup objcg;

	objcg.memcg = memcg;
	return (unsigned long)&objcg;
}

/* Statistics of a cgroup wait on a list of each CPU. */
int ss_rstat_init(struct cgroup_subsys *ss);
int css_rstat_init(struct cgroup_subsys_state *css);

static inline int host_rstat_init(struct cgroup_subsys_state *css)
{
	return ss_rstat_init(css->ss) ?: css_rstat_init(css);
}

#endif
