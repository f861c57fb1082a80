/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_RMAP_H
#define _LINUX_RMAP_H
/* rmap_ops.h has what kernel-hooks.patch adds to the header of this name. */

#include <linux/mm.h>

typedef int rmap_t;
#define RMAP_NONE		((rmap_t)0)
#define RMAP_EXCLUSIVE		((rmap_t)BIT(0))

#define ENTIRELY_MAPPED		0x800000
#define FOLIO_PAGES_MAPPED	(ENTIRELY_MAPPED - 1)

static inline void mlock_vma_folio(struct folio *folio,
				   struct vm_area_struct *vma)
{
	if (unlikely((vma->vm_flags & (VM_LOCKED | VM_SPECIAL)) == VM_LOCKED))
		mlock_folio(folio);
}

static inline void munlock_vma_folio(struct folio *folio,
				     struct vm_area_struct *vma)
{
	if (unlikely(vma->vm_flags & VM_LOCKED))
		munlock_folio(folio);
}

#include <linux/rmap_ops.h>

#endif
