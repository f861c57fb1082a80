/* SPDX-License-Identifier: GPL-2.0 */
/* The size of a page. It is read once, as it is needed for every page. */
#ifndef RMAPCTL_PAGE_SIZE_H
#define RMAPCTL_PAGE_SIZE_H

#include <stdint.h>
#include <unistd.h>

static inline uint64_t page_size(void)
{
	static uint64_t size;

	if (!size)
		size = sysconf(_SC_PAGESIZE);
	return size;
}

#endif
