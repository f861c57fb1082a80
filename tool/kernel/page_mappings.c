// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "cli/complain.h"
#include "kernel/control.h"
#include "kernel/page_mappings.h"

#define RECORD	(sizeof(struct rmap_ab_mappings))

int page_mappings_open(void)
{
	return control_open_read(RMAP_AB_FILE_PAGE_MAPPINGS);
}

ssize_t page_mappings_read(int fd, uint64_t pfn, size_t nr,
			   struct rmap_ab_mappings *records)
{
	ssize_t got;

	if (pfn >= INT64_MAX / RECORD - nr)
		return 0;
	got = read_at(fd, records, nr * RECORD, pfn * RECORD);
	if (got >= 0 && got % RECORD)
		got = -EPROTO;
	if (got < 0)
		return complain_errno(-got, "cannot read page frame %llu from %s",
				      (unsigned long long)pfn,
				      RMAP_AB_FILE_PAGE_MAPPINGS);
	return got / RECORD;
}
