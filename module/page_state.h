/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_PAGE_STATE_H
#define _RMAP_AB_PAGE_STATE_H
/*
 * The control file "page_state": the record of every page frame, by number.
 */

#include <linux/fs.h>

extern const struct file_operations page_state_fops;

#endif /* _RMAP_AB_PAGE_STATE_H */
