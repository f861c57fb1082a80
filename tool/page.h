/* SPDX-License-Identifier: GPL-2.0 */
/* The size of a page. */
#ifndef RMAPCTL_PAGE_H
#define RMAPCTL_PAGE_H

#include <stdint.h>
#include <unistd.h>

static inline uint64_t page_size(void)
{
	return sysconf(_SC_PAGESIZE);
}

#endif
