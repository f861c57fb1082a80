// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#include "cli/complain.h"
#include "kernel/control.h"
#include "kernel/page_state.h"

#define RECORD	(sizeof(struct rmap_ab_page))

/*
 * Small folios of a process often lie near each other in memory, but not in the
 * order of addresses: backwards, or with others between them. A system call for
 * each would take most of the time. A block costs as much to read as a few
 * records one by one; each record of it that is asked for later pays for the
 * next block. Where neighbours are not asked for, only the record itself is
 * read, and seldom a block, to see whether that has changed.
 */
#define CREDIT_HIT	16
#define CREDIT_BLOCK	(5 * CREDIT_HIT)
#define CREDIT_MISS	1
#define CREDIT_MAX	(32 * CREDIT_BLOCK)

void page_state_forget(struct page_state *state)
{
	state->nr = 0;
	for (size_t i = 0; i < PAGE_STATE_BLOCKS; i++)
		state->blocks[i].nr = 0;
}

int page_state_open(struct page_state *state)
{
	state->fd = control_open_read(RMAP_AB_FILE_PAGE_STATE);
	state->credit = CREDIT_MAX;
	page_state_forget(state);
	return state->fd < 0 ? state->fd : 0;
}

void page_state_close(struct page_state *state)
{
	close(state->fd);
}

ssize_t page_records_read(int fd, const char *file, uint64_t pfn, size_t nr,
			  void *records, size_t size)
{
	ssize_t got;

	/* No machine has so many, and no file offset reaches them. */
	if (pfn >= INT64_MAX / size - nr)
		return 0;
	got = read_at(fd, records, nr * size, pfn * size);
	if (got >= 0 && got % size)
		got = -EPROTO;
	if (got < 0)
		return complain_errno(-got, "cannot read page frame %llu from %s",
				      (unsigned long long)pfn, file);
	return got / size;
}

/* Returns how many there are, 0 behind the last page frame, or -errno. */
static ssize_t read_records(struct page_state *state, uint64_t pfn,
			    struct rmap_ab_page *records, size_t nr)
{
	return page_records_read(state->fd, RMAP_AB_FILE_PAGE_STATE, pfn, nr,
				 records, sizeof(*records));
}

static bool window_has(const struct page_state *state, uint64_t pfn)
{
	return pfn >= state->first && pfn - state->first < state->nr;
}

ssize_t page_state_get(struct page_state *state, uint64_t pfn, uint64_t ahead,
		       const struct rmap_ab_page **records)
{
	ssize_t nr;

	if (!window_has(state, pfn)) {
		if (ahead > PAGE_STATE_WINDOW)
			ahead = PAGE_STATE_WINDOW;
		nr = read_records(state, pfn, state->window, ahead);
		state->first = pfn;
		state->nr = nr < 0 ? 0 : nr;
		if (nr <= 0)
			return nr;
	}
	*records = &state->window[pfn - state->first];
	return state->nr - (pfn - state->first);
}

static int read_block(struct page_state *state, struct page_state_block *block,
		      uint64_t first)
{
	const ssize_t nr = read_records(state, first, block->records,
					PAGE_STATE_BLOCK);

	block->first = first;
	block->nr = nr < 0 ? 0 : nr;
	state->credit -= state->credit < CREDIT_BLOCK ? state->credit :
							CREDIT_BLOCK;
	return nr < 0 ? nr : 0;
}

ssize_t page_state_near(struct page_state *state, uint64_t pfn, uint64_t ahead,
			const struct rmap_ab_page **records)
{
	const size_t i = pfn % PAGE_STATE_BLOCK;
	struct page_state_block *block =
		&state->blocks[pfn / PAGE_STATE_BLOCK % PAGE_STATE_BLOCKS];
	int ret;

	if (block->nr && block->first == pfn - i) {
		if (state->credit < CREDIT_MAX)
			state->credit += CREDIT_HIT;
	} else {
		/* A second page frame below the first makes a third likely. */
		if (state->credit < CREDIT_BLOCK && pfn + 1 != state->first) {
			state->credit += CREDIT_MISS;
			return page_state_get(state, pfn, ahead, records);
		}
		ret = read_block(state, block, pfn - i);
		if (ret)
			return ret;
	}
	*records = &block->records[i];
	return i < block->nr ? block->nr - i : 0;
}

uint64_t page_state_end(const struct page_state *state)
{
	off_t size = lseek(state->fd, 0, SEEK_END);

	return size < 0 ? 0 : size / RECORD;
}

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
