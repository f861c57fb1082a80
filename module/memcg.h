/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_MEMCG_H
#define _RMAP_AB_MEMCG_H
/*
 * The memory cgroup of a folio, as users know it.
 */

#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <linux/rcupdate.h>

#ifdef CONFIG_MEMCG
/**
 * memcg_ino - the inode number of a folio's memory cgroup
 * @folio: any page that is not a tail; no reference is needed
 *
 * It does what page_cgroup_ino() of the kernel does, which is not exported. For
 * a cgroup that has been removed, it gives the closest ancestor that has not
 * been. Whatever type of page this is or becomes, memcg_data has no other use,
 * and what it points to lives until a grace period after it was cleared.
 *
 * Context: RCU read-side critical section.
 * Return: the number that /proc/kpagecgroup has; 0 if there is no cgroup.
 */
static inline ino_t memcg_ino(struct folio *folio)
{
	struct mem_cgroup *memcg = folio_memcg_check(folio);

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the cgroup may go");
	while (memcg && !(READ_ONCE(memcg->css.flags) & CSS_ONLINE))
		memcg = parent_mem_cgroup(memcg);
	return memcg ? cgroup_ino(memcg->css.cgroup) : 0;
}
#else
static inline ino_t memcg_ino(struct folio *folio)
{
	return 0;
}
#endif

#endif /* _RMAP_AB_MEMCG_H */
