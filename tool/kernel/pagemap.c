// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <sys/ioctl.h>

#include "cli/complain.h"
#include "kernel/page.h"
#include "kernel/pagemap.h"
#include "kernel/read_at.h"

/* PAGEMAP_SCAN, which is younger than the headers of some systems. */
struct scan {
	uint64_t size;
	uint64_t flags;
	uint64_t start;
	uint64_t end;
	uint64_t walk_end;
	uint64_t vec;
	uint64_t vec_len;
	uint64_t max_pages;
	uint64_t category_inverted;
	uint64_t category_mask;
	uint64_t category_anyof_mask;
	uint64_t return_mask;
};

struct scan_region {
	uint64_t start;
	uint64_t end;
	uint64_t categories;
};

#define SCAN_IOCTL	_IOWR('f', 16, struct scan)
#define SCAN_PRESENT	(1 << 3)
#define SCAN_SWAPPED	(1 << 4)

ssize_t pagemap_read(const struct process *process, uint64_t address,
		     uint64_t *entries, size_t nr)
{
	const size_t size = sizeof(*entries);
	off_t at = address / page_size() * size;
	ssize_t got = read_at(process->pagemap, entries, nr * size, at);

	if (got < 0 && got != -ESRCH)
		return complain_errno(-got, "cannot read the pagemap of process %" PRIu64,
				      process->pid);
	return got < 0 ? 0 : got / (ssize_t)size;
}

uint64_t pagemap_skip_holes(const struct process *process, uint64_t address,
			    uint64_t last)
{
	struct scan_region region;
	struct scan scan = {
		.size = sizeof(scan),
		.start = address,
		.end = last + 1,
		.vec = (uintptr_t)&region,
		.vec_len = 1,
		.max_pages = 1,
		.category_anyof_mask = SCAN_PRESENT | SCAN_SWAPPED,
		.return_mask = SCAN_PRESENT | SCAN_SWAPPED,
	};
	int nr = ioctl(process->pagemap, SCAN_IOCTL, &scan);

	if (nr < 0)
		return address;
	return nr ? region.start : last + 1;
}

bool pagemap_is_alive(const struct process *process)
{
	uint64_t entry;

	return read_at(process->pagemap, &entry, sizeof(entry), 0) ==
	       sizeof(entry);
}

static int complain_not_mapped(const struct process *process, uint64_t address)
{
	complain("address 0x%" PRIx64 " is not mapped in process %" PRIu64 ": see /proc/%" PRIu64 "/maps",
		 address, process->pid, process->pid);
	return -EFAULT;
}

static int complain_not_present(const struct process *process,
				uint64_t address, uint64_t entry)
{
	uint64_t huge = process_huge_page(process, address);

	if (pagemap_is_swapped(entry))
		complain("the page at 0x%" PRIx64 " of process %" PRIu64 " is swapped out (or just migrating): it has no page frame",
			 address, process->pid);
	else if (huge)
		complain("the huge page (%" PRIu64 " kB) at 0x%" PRIx64 " of process %" PRIu64 " is not present: nobody has touched it yet",
			 huge / 1024, address, process->pid);
	else
		complain("the page at 0x%" PRIx64 " of process %" PRIu64 " is not present: nobody has touched it yet",
			 address, process->pid);
	return -ENODATA;
}

static int complain_hidden(const struct process *process)
{
	complain("the kernel hides the page frames of process %" PRIu64 ": that needs CAP_SYS_ADMIN",
		 process->pid);
	return -EPERM;
}

/* Returns 1 if an area has @address, 0 if none has, -errno. */
static int find_area(struct process *process, uint64_t address)
{
	struct area area;
	int ret;

	do {
		ret = process_next_area(process, &area);
		if (ret == 1 && area.start <= address && address <= area.last)
			return 1;
	} while (ret == 1);
	return ret;
}

int pagemap_lookup(struct process *process, uint64_t address, uint64_t *pfn)
{
	uint64_t entry;
	ssize_t nr;
	int ret = find_area(process, address);

	if (ret < 0)
		return ret;
	nr = ret ? pagemap_read(process, address, &entry, 1) : 0;
	if (nr < 0)
		return nr;
	ret = process_check(process);
	if (ret)
		return ret;
	if (!nr)
		return complain_not_mapped(process, address);
	if (!pagemap_is_present(entry))
		return complain_not_present(process, address, entry);
	*pfn = pagemap_pfn(entry);
	return *pfn ? 0 : complain_hidden(process);
}
