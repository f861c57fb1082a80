// SPDX-License-Identifier: GPL-2.0
/* The walk over the page frames of a selection. */
#include <errno.h>
#include <inttypes.h>

#include "cli/complain.h"
#include "folio/select.h"
#include "kernel/page_size.h"

/* ---- the page frames of a process ---- */

static int complain_hidden(const struct process *process)
{
	complain("the kernel hides the page frames of process %" PRIu64 ": that needs CAP_SYS_ADMIN",
		 process->pid);
	return -EPERM;
}

static bool clip(struct vma *vma, const struct selection *selection)
{
	if (!selection->has_range)
		return true;
	if (vma->start < selection->bytes.first)
		vma->start = selection->bytes.first;
	if (vma->last > selection->bytes.last)
		vma->last = selection->bytes.last;
	return vma->start <= vma->last;
}

/* Returns 1, 0 if there is none any more, or -errno. */
static int next_vma(struct frame_walk *walk)
{
	int ret;

	do {
		ret = process_next_vma(&walk->process, &walk->vma);
	} while (ret == 1 && !clip(&walk->vma, walk->selection));
	if (ret == 1) {
		walk->has_vma = true;
		walk->address = walk->vma.start;
		walk->is_empty = false;
	}
	return ret;
}

/* A batch without a page may be the begin of a large hole. */
static void skip_hole(struct frame_walk *walk)
{
	uint64_t next = pagemap_skip_holes(&walk->process, walk->address,
					   walk->vma.last);

	walk->missing.not_present += (next - walk->address) / walk->step;
	walk->address = next;
}

/* Returns 1, 0 if there are none any more, or -errno. */
static int next_entries(struct frame_walk *walk)
{
	const uint64_t last = walk->vma.last;
	uint64_t left;
	ssize_t nr;
	int ret;

	walk->used = 0;
	walk->nr = 0;
	if (walk->is_empty && walk->address <= last)
		skip_hole(walk);
	if (walk->address > last) {
		ret = next_vma(walk);
		if (ret != 1)
			return ret;
	}
	left = (walk->vma.last - walk->address) / walk->step + 1;
	nr = pagemap_read(&walk->process, walk->address, walk->entries,
			  left < PAGEMAP_BATCH ? left : PAGEMAP_BATCH);
	if (nr < 0)
		return nr;
	/* None: above the addresses that pagemap has, or gone. */
	if (!nr)
		walk->address = walk->vma.last + 1;
	walk->nr = nr;
	walk->is_empty = true;
	return 1;
}

/* The same.  @found->nr stays 0 for an entry without a page frame. */
static int take_entry(struct frame_walk *walk, struct extent *found)
{
	const uint64_t entry = walk->entries[walk->used++];

	*found = (struct extent){
		.pfn = pagemap_pfn(entry), .at = walk->address,
		.pid = walk->process.pid,
	};
	walk->address += walk->step;
	if (pagemap_is_swapped(entry)) {
		walk->missing.swapped++;
		walk->is_empty = false;
	} else if (!pagemap_is_present(entry)) {
		walk->missing.not_present++;
	} else {
		if (!found->pfn)
			return complain_hidden(&walk->process);
		walk->is_empty = false;
		found->nr = 1;
	}
	return 1;
}

static int find_in_process(struct frame_walk *walk, struct extent *found)
{
	int ret;

	do {
		found->nr = 0;
		ret = walk->used < walk->nr ? take_entry(walk, found) :
					      next_entries(walk);
	} while (ret == 1 && !found->nr);
	return ret;
}

static int find_by_address(struct frame_walk *walk, struct extent *found)
{
	*found = (struct extent){
		.nr = 1, .at = walk->selection->bytes.first,
		.pid = walk->process.pid,
	};
	return pagemap_lookup(&walk->process, found->at, &found->pfn) ?: 1;
}

static int complain_unmapped(const struct frame_walk *walk)
{
	const struct range *bytes = &walk->selection->bytes;
	const uint64_t pid = walk->process.pid;

	complain("nothing is mapped between 0x%" PRIx64 " and 0x%" PRIx64 " in process %" PRIu64
		 ": see /proc/%" PRIu64 "/maps",
		 bytes->first, bytes->last, pid, pid);
	return -EFAULT;
}

/* Was it asked for by its number? Then it must be there. */
static bool is_named(const struct frame_walk *walk, uint64_t pid)
{
	return numbers_have(&walk->selection->pids, pid);
}

/* Areas and entries end early, without an error, if the process does. */
static int check_process(const struct frame_walk *walk)
{
	int ret;

	if (!is_named(walk, walk->process.pid))
		return 0;
	ret = process_check(&walk->process);
	if (!ret && !walk->has_vma)
		ret = complain_unmapped(walk);
	return ret;
}

static void close_process(struct frame_walk *walk)
{
	if (walk->is_open)
		process_close(&walk->process);
	walk->is_open = false;
}

/* Opens the next process that is still there. Returns 1, 0 if there is none, or -errno. */
static int next_process(struct frame_walk *walk)
{
	int ret = 1;

	close_process(walk);
	walk->has_vma = false;
	walk->vma = (struct vma){ .start = 1 };
	walk->address = 1;
	walk->nr = 0;
	walk->used = 0;
	walk->is_empty = false;
	while (ret && walk->next_pid < walk->pids.nr) {
		const uint64_t pid = walk->pids.of[walk->next_pid++];

		ret = is_named(walk, pid) ? process_open(&walk->process, pid) :
					    process_try(&walk->process, pid);
		if (ret && (ret != -ESRCH || is_named(walk, pid)))
			return ret;
	}
	walk->is_open = !ret;
	return walk->is_open;
}

static int find_by_pid(struct frame_walk *walk, struct extent *found)
{
	int ret;

	if (!walk->is_open)
		return 0;
	do {
		ret = find_in_process(walk, found);
		if (ret)
			return ret;
		ret = check_process(walk);
		if (!ret)
			ret = next_process(walk);
	} while (ret == 1);
	return ret;
}

/* ---- the page frames of a file, and by number ---- */

static int open_file(struct frame_walk *walk)
{
	const struct selection *selection = walk->selection;
	struct range pages = { 0, UINT64_MAX / page_size() };
	int ret = file_pfns_open(&walk->file, selection->file);

	if (ret)
		return ret;
	if (selection->has_range) {
		pages.first = selection->bytes.first / page_size();
		pages.last = selection->bytes.last / page_size();
	}
	ret = file_pfns_seek(&walk->file, &pages);
	if (ret)
		file_pfns_close(&walk->file);
	return ret;
}

static int find_in_file(struct frame_walk *walk, struct extent *found)
{
	struct rmap_ab_file_pfns pfns;
	int ret;

	while ((ret = file_pfns_next(&walk->file, &pfns)) == 1) {
		*found = (struct extent){
			.pfn = pfns.pfn, .nr = pfns.nr, .at = pfns.index,
		};
		if (pfns.flags & RMAP_AB_FILE_PFNS_CACHED)
			return 1;
		if (pfns.flags & RMAP_AB_FILE_PFNS_SWAPPED)
			walk->missing.swapped += pfns.nr;
	}
	return ret;
}

static int find_by_number(struct frame_walk *walk, struct extent *found)
{
	const struct range *pfns = &walk->selection->pfns;
	const uint64_t nr = pfns->last - pfns->first;

	/* All of 64 bits would be one too many to count. */
	*found = (struct extent){
		.pfn = pfns->first, .at = pfns->first,
		.nr = nr == UINT64_MAX ? nr : nr + 1,
	};
	return 1;
}

/* ---- the walk ---- */

static int begin_processes(struct frame_walk *walk)
{
	int ret = select_pids(walk->selection, &walk->pids);

	walk->next_pid = 0;
	walk->is_open = false;
	if (ret)
		return ret;
	ret = next_process(walk);
	if (ret < 0)
		numbers_free(&walk->pids);
	return ret < 0 ? ret : 0;
}

int frame_walk_begin(struct frame_walk *walk, const struct selection *selection)
{
	walk->selection = selection;
	walk->step = selection->by == SELECT_PID ? page_size() : 1;
	walk->missing = (struct missing){ };
	walk->ahead.nr = 0;
	walk->at_end = false;
	if (selection->by == SELECT_PID)
		return begin_processes(walk);
	return selection->by == SELECT_FILE ? open_file(walk) : 0;
}

void frame_walk_end(struct frame_walk *walk)
{
	if (walk->selection->by == SELECT_PID) {
		close_process(walk);
		numbers_free(&walk->pids);
	} else if (walk->selection->by == SELECT_FILE) {
		file_pfns_close(&walk->file);
	}
}

/* One page frame, or some.  Returns 1, 0 behind the last one, or -errno. */
static int find(struct frame_walk *walk, struct extent *found)
{
	const struct selection *selection = walk->selection;

	if (walk->at_end)
		return 0;
	if (selection->by == SELECT_FILE)
		return find_in_file(walk, found);
	if (selection->by == SELECT_PID && !selection->one)
		return find_by_pid(walk, found);
	/* There is no more than that. */
	walk->at_end = true;
	return selection->by == SELECT_PID ? find_by_address(walk, found) :
					     find_by_number(walk, found);
}

static bool goes_on(const struct extent *extent, const struct extent *found,
		    uint64_t step)
{
	return found->pid == extent->pid &&
	       found->pfn == extent->pfn + extent->nr &&
	       found->at == extent->at + extent->nr * step;
}

int frame_walk_next(struct frame_walk *walk, struct extent *extent)
{
	struct extent found;
	int ret;

	*extent = walk->ahead;
	walk->ahead.nr = 0;
	while ((ret = find(walk, &found)) == 1) {
		if (!extent->nr) {
			*extent = found;
		} else if (goes_on(extent, &found, walk->step)) {
			extent->nr += found.nr;
		} else {
			walk->ahead = found;
			return 1;
		}
	}
	if (ret < 0)
		return ret;
	walk->at_end = true;
	return extent->nr > 0;
}
