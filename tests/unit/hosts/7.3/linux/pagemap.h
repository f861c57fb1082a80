/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_PAGEMAP_H
#define _LINUX_PAGEMAP_H

#include <linux/mm.h>

/* A VMA can have offsets for anon folios that are not those of its file. */
static __always_inline unsigned long
linear_anon_page_index(const struct vm_area_struct *vma, unsigned long address)
{
	return ((address - vma->vm_start) >> PAGE_SHIFT) + vma->shim_anon_pgoff;
}

static __always_inline unsigned long page_pgoff(const struct folio *folio,
						const struct page *page)
{
	return folio->index + (page - &folio->page);
}

#endif
