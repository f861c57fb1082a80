/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_PAGEMAP_H
#define _LINUX_PAGEMAP_H

#include <linux/mm.h>

static __always_inline unsigned long
linear_page_index(const struct vm_area_struct *vma, unsigned long address)
{
	return ((address - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;
}

static __always_inline unsigned long page_to_pgoff(struct page *page)
{
	struct folio *folio = page_folio(page);

	return folio->index + (page - &folio->page);
}

#endif
