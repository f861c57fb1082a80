// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/complain.h"
#include "folio/select.h"
#include "kernel/file_pfns.h"
#include "kernel/page_size.h"
#include "kernel/process.h"
#include "noun.h"

static int take_by(struct selection *selection, enum select_by by)
{
	if (selection->by && selection->by != by) {
		complain("--pfn, --pid and --file exclude each other");
		return EXIT_USAGE;
	}
	if (selection->by) {
		complain("--pfn, --pid and --file can be given only once");
		return EXIT_USAGE;
	}
	selection->by = by;
	return 0;
}

static int take_bytes(struct selection *selection, const char *option,
		      const char *arg)
{
	if (selection->has_range) {
		complain("%s can be given only once, and only one of --addr and --range",
			 option);
		return EXIT_USAGE;
	}
	selection->has_range = true;
	selection->one = !strpbrk(arg, "-+");
	return range_bytes(option, arg, &selection->bytes);
}

int select_take_pfn(const struct opt *opt, const char *arg)
{
	struct selection *selection = opt->to;
	int ret = take_by(selection, SELECT_PFN);

	return ret ? ret : range_pages("--pfn", arg, &selection->pfns);
}

int select_take_pid(const struct opt *opt, const char *arg)
{
	struct selection *selection = opt->to;
	int ret = take_by(selection, SELECT_PID);

	return ret ? ret : process_parse(arg, &selection->pid);
}

int select_take_addr(const struct opt *opt, const char *arg)
{
	struct selection *selection = opt->to;

	selection->range_option = 'a';
	return take_bytes(selection, "--addr", arg);
}

int select_take_file(const struct opt *opt, const char *arg)
{
	struct selection *selection = opt->to;

	selection->file = arg;
	return take_by(selection, SELECT_FILE);
}

int select_take_range(const struct opt *opt, const char *arg)
{
	struct selection *selection = opt->to;

	selection->range_option = 'r';
	return take_bytes(selection, "--range", arg);
}

int select_check(const struct selection *selection, const char *noun)
{
	char option = selection->range_option;

	if (!selection->by)
		complain("'%s' needs --pfn, --pid or --file: see 'rmapctl help %s'",
			 noun, noun);
	else if (option == 'a' && selection->by != SELECT_PID)
		complain("--addr goes with --pid");
	else if (option == 'r' && selection->by != SELECT_FILE)
		complain("--range goes with --file");
	else
		return 0;
	return EXIT_USAGE;
}

/* A walk under way: @extent is what has been found and not visited yet. */
struct walk {
	struct missing *missing;
	int (*visit)(void *data, const struct extent *extent);
	void *data;
	uint64_t step;		/* from one page to the next in @extent.at */
	struct extent extent;
};

static int walk_flush(struct walk *walk)
{
	struct extent extent = walk->extent;

	walk->extent.nr = 0;
	return extent.nr ? walk->visit(walk->data, &extent) : 0;
}

static int walk_add(struct walk *walk, uint64_t pfn, uint64_t nr, uint64_t at)
{
	struct extent *extent = &walk->extent;
	int ret;

	if (extent->nr && pfn == extent->pfn + extent->nr &&
	    at == extent->at + extent->nr * walk->step) {
		extent->nr += nr;
		return 0;
	}
	ret = walk_flush(walk);
	*extent = (struct extent){ .pfn = pfn, .nr = nr, .at = at };
	return ret;
}

static int complain_hidden(const struct process *process)
{
	complain("the kernel hides the page frames of process %" PRIu64 ": that needs CAP_SYS_ADMIN",
		 process->pid);
	return -EPERM;
}

static int walk_entries(struct walk *walk, const struct process *process,
			const uint64_t *entries, size_t nr, uint64_t address)
{
	int ret = 0;

	for (size_t i = 0; i < nr && !ret; i++, address += walk->step) {
		uint64_t entry = entries[i];

		if (pagemap_is_swapped(entry))
			walk->missing->swapped++;
		else if (!pagemap_is_present(entry))
			walk->missing->not_present++;
		else if (!pagemap_pfn(entry))
			ret = complain_hidden(process);
		else
			ret = walk_add(walk, pagemap_pfn(entry), 1, address);
	}
	return ret;
}

static bool is_empty(const uint64_t *entries, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (pagemap_is_present(entries[i]) ||
		    pagemap_is_swapped(entries[i]))
			return false;
	return true;
}

/* A batch without a page may be the begin of a large hole. */
static uint64_t next_address(struct walk *walk, const struct process *process,
			     uint64_t address, uint64_t last, bool empty)
{
	uint64_t next = address;

	if (empty && address <= last)
		next = pagemap_skip_holes(process, address, last);
	walk->missing->not_present += (next - address) / walk->step;
	return next;
}

static int walk_area(struct walk *walk, const struct process *process,
		     const struct area *area)
{
	uint64_t entries[PAGEMAP_BATCH], left;
	uint64_t address = area->start;
	ssize_t nr;
	int ret;

	while (address <= area->last) {
		left = (area->last - address) / walk->step + 1;
		nr = pagemap_read(process, address, entries,
				  left < PAGEMAP_BATCH ? left : PAGEMAP_BATCH);
		/* none: above the addresses that pagemap has, or gone */
		if (nr <= 0)
			return nr;
		ret = walk_entries(walk, process, entries, nr, address);
		if (ret)
			return ret;
		address = next_address(walk, process,
				       address + nr * walk->step, area->last,
				       is_empty(entries, nr));
	}
	return 0;
}

static bool clip(struct area *area, const struct selection *selection)
{
	if (!selection->has_range)
		return true;
	if (area->start < selection->bytes.first)
		area->start = selection->bytes.first;
	if (area->last > selection->bytes.last)
		area->last = selection->bytes.last;
	return area->start <= area->last;
}

/* Returns 1 if an area was in the range, 0 if none was, or an error. */
static int walk_areas(const struct selection *selection, struct walk *walk,
		      struct process *process)
{
	struct area area;
	int found = 0, ret;

	while ((ret = process_next_area(process, &area)) == 1) {
		if (!clip(&area, selection))
			continue;
		found = 1;
		ret = walk_area(walk, process, &area);
		if (ret)
			return ret;
	}
	if (!ret)
		ret = walk_flush(walk);
	return ret ? ret : found;
}

static int complain_unmapped(const struct selection *selection)
{
	complain("nothing is mapped between 0x%" PRIx64 " and 0x%" PRIx64 " in process %" PRIu64
		 ": see /proc/%" PRIu64 "/maps",
		 selection->bytes.first, selection->bytes.last,
		 selection->pid, selection->pid);
	return -EFAULT;
}

static int walk_one(const struct selection *selection, struct walk *walk,
		    struct process *process)
{
	uint64_t address = selection->bytes.first, pfn;
	int ret = pagemap_lookup(process, address, &pfn);

	if (!ret)
		ret = walk_add(walk, pfn, 1, address);
	return ret ? ret : walk_flush(walk);
}

static int walk_range(const struct selection *selection, struct walk *walk,
		      struct process *process)
{
	int found = walk_areas(selection, walk, process), ret;

	if (found < 0)
		return found;
	ret = process_check(process);
	if (!ret && !found)
		ret = complain_unmapped(selection);
	return ret;
}

static int walk_pid(const struct selection *selection, struct walk *walk)
{
	struct process process;
	int ret = process_open(&process, selection->pid);

	if (ret)
		return ret;
	if (selection->one)
		ret = walk_one(selection, walk, &process);
	else
		ret = walk_range(selection, walk, &process);
	process_close(&process);
	return ret;
}

static int walk_file(const struct selection *selection, struct walk *walk)
{
	struct range pages = { 0, UINT64_MAX / page_size() };
	struct file_pfns file;
	struct rmap_ab_file_pfns found;
	int ret = file_pfns_open(&file, selection->file);

	if (ret)
		return ret;
	if (selection->has_range) {
		pages.first = selection->bytes.first / page_size();
		pages.last = selection->bytes.last / page_size();
	}
	ret = file_pfns_seek(&file, &pages);
	while (!ret && (ret = file_pfns_next(&file, &found)) == 1) {
		ret = 0;
		if (found.flags & RMAP_AB_FILE_PFNS_CACHED)
			ret = walk_add(walk, found.pfn, found.nr, found.index);
		else if (found.flags & RMAP_AB_FILE_PFNS_SWAPPED)
			walk->missing->swapped += found.nr;
	}
	file_pfns_close(&file);
	return ret ? ret : walk_flush(walk);
}

static int walk_pfns(const struct selection *selection, struct walk *walk)
{
	const struct range *pfns = &selection->pfns;
	uint64_t nr = pfns->last - pfns->first;

	/* all of 64 bits would be one too many to count */
	return walk_add(walk, pfns->first, nr == UINT64_MAX ? nr : nr + 1,
			pfns->first) ?: walk_flush(walk);
}

uint64_t select_step(const struct selection *selection)
{
	return selection->by == SELECT_PID ? page_size() : 1;
}

int select_walk(const struct selection *selection, struct missing *missing,
		int (*visit)(void *data, const struct extent *extent),
		void *data)
{
	struct walk walk = {
		.missing = missing,
		.visit = visit,
		.data = data,
		.step = select_step(selection),
	};

	switch (selection->by) {
	case SELECT_PID:
		return walk_pid(selection, &walk);
	case SELECT_FILE:
		return walk_file(selection, &walk);
	case SELECT_PFN:
		return walk_pfns(selection, &walk);
	case SELECT_NOTHING:
		break;
	}
	return -EINVAL;
}
