/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_FOLIO_TEXT_H
#define _RMAP_AB_FOLIO_TEXT_H
/*
 * The control file "folio": one folio in words.
 */

#include <linux/fs.h>

extern const struct file_operations folio_text_fops;

#endif /* _RMAP_AB_FOLIO_TEXT_H */
