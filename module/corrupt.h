/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_CORRUPT_H
#define _RMAP_AB_CORRUPT_H
/*
 * Damage on purpose, so that a test can prove that damage would be found.
 */

#include <linux/fs.h>
#include <linux/types.h>

bool corrupt_allowed(void);

extern const struct file_operations corrupt_fops;

#endif /* _RMAP_AB_CORRUPT_H */
