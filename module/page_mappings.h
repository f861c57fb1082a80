/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_PAGE_MAPPINGS_H
#define _RMAP_AB_PAGE_MAPPINGS_H
/*
 * The control file "page_mappings": how often each page frame is mapped, by the
 * page tables.
 */

#include <linux/fs.h>

extern const struct file_operations page_mappings_fops;

#endif /* _RMAP_AB_PAGE_MAPPINGS_H */
