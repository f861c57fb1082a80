/* SPDX-License-Identifier: GPL-2.0 */
/* Every folio of a selection, once. */
#ifndef RMAPCTL_WALK_H
#define RMAPCTL_WALK_H

#include "folio/folio.h"
#include "folio/select.h"

/* A leaf has one bit for each of this many page frames. */
#define FRAME_SET_LEAF_SHIFT	15
#define FRAME_SET_LEAVES	2048

/**
 * struct frame_set - page frames; all of it is internal
 * @nr: leaves in use
 * @full: a page frame was not kept, because there were too many leaves
 * @keys: what the leaf in this place is for
 * @leaves: NULL where none is
 *
 * It takes no more than 8 MiB, and as much only if its page frames lie in 2048
 * areas of 128 MiB, which is a machine of 256 GiB.
 */
struct frame_set {
	unsigned int nr;
	bool full;
	uint64_t keys[2 * FRAME_SET_LEAVES];
	uint64_t *leaves[2 * FRAME_SET_LEAVES];
};

/* Returns true if @pfn is already there; else it is added if there is room. */
bool frame_set_add(struct frame_set *set, uint64_t pfn);
void frame_set_free(struct frame_set *set);

/**
 * struct folio_walk - a walk over the folios of a selection
 * @frames: its page frames; says which pages have none
 * @not_folios: page frames so far that are in no folio
 * @end: where the machine's page frames end, if the walk came there; else 0
 * @state: internal: where records are read
 * @extent: internal: the page frames that are walked over now
 * @done: internal: how many of them are behind
 * @last: internal: the folio found last
 * @seen: internal: folios that may come again: only a process can lead to a
 *	folio from several places
 * @folio: internal: the one handed out
 */
struct folio_walk {
	struct frame_walk frames;
	uint64_t not_folios;
	uint64_t end;
	struct page_state *state;
	struct extent extent;
	uint64_t done;
	struct range last;
	struct frame_set *seen;
	struct folio folio;
};

/**
 * folio_walk_begin() - begin a walk
 * @walk: it
 * @selection: a checked one
 * @state: an open one, which reads everything anew
 *
 * Return: 0, or -errno after a complaint; only then nothing is to be ended.
 */
int folio_walk_begin(struct folio_walk *walk, const struct selection *selection,
		     struct page_state *state);

/**
 * folio_walk_next() - the next folio
 * @walk: it
 * @folio: where to; valid until the next call
 *
 * Return: 1; 0 behind the last one; -errno after a complaint.
 */
int folio_walk_next(struct folio_walk *walk, struct folio **folio);
void folio_walk_end(struct folio_walk *walk);

/* Some folios may have been handed out twice, because there were too many. */
static inline bool folio_walk_forgot(const struct folio_walk *walk)
{
	return walk->seen && walk->seen->full;
}

#endif
