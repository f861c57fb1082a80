/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_HUGETLB_H
#define _LINUX_HUGETLB_H

#include <linux/mm.h>

void folio_clear_hugetlb_restore_reserve(struct folio *folio);

#endif
