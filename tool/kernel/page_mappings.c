// SPDX-License-Identifier: GPL-2.0
#include "kernel/control.h"
#include "kernel/page_mappings.h"
#include "kernel/page_state.h"

int page_mappings_open(void)
{
	return control_open_read(RMAP_AB_FILE_PAGE_MAPPINGS);
}

ssize_t page_mappings_read(int fd, uint64_t pfn, size_t nr,
			   struct rmap_ab_mappings *records)
{
	return page_records_read(fd, RMAP_AB_FILE_PAGE_MAPPINGS, pfn, nr,
				 records, sizeof(*records));
}
