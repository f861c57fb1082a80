/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RMAP_AB_FILE_PFNS_H
#define RMAP_AB_FILE_PFNS_H

#include <linux/fs.h>

extern const struct file_operations file_pfns_fops;

#endif /* RMAP_AB_FILE_PFNS_H */
