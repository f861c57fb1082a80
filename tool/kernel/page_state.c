// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <unistd.h>

#include "cli/complain.h"
#include "kernel/control.h"
#include "kernel/page_state.h"

#define RECORD	(sizeof(struct rmap_ab_page))

int page_state_open(void)
{
	return control_open_read(RMAP_AB_FILE_PAGE_STATE);
}

ssize_t page_state_read(int fd, uint64_t pfn, struct rmap_ab_page *pages,
			size_t nr)
{
	ssize_t got;

	/* No machine has so many, and no file offset reaches them. */
	if (pfn >= INT64_MAX / RECORD - nr)
		return 0;
	got = read_at(fd, pages, nr * RECORD, pfn * RECORD);
	if (got >= 0 && got % RECORD)
		got = -EPROTO;
	if (got < 0)
		return complain_errno(-got, "cannot read page frame %llu from %s",
				      (unsigned long long)pfn,
				      RMAP_AB_FILE_PAGE_STATE);
	return got / RECORD;
}

uint64_t page_state_end(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);

	return size < 0 ? 0 : size / RECORD;
}
