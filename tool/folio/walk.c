// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "folio/walk.h"

#define LEAF_BITS	(1u << FRAME_SET_LEAF_SHIFT)
#define LEAF_BYTES	(LEAF_BITS / 8)

/* An extent of fewer page frames than that is of small folios. */
#define NR_FEW		8

/* The place of @key, or the free one that it would take. */
static size_t place_of(const struct frame_set *set, uint64_t key)
{
	size_t i = key * 0x9e3779b97f4a7c15ULL >> 32;

	for (i %= ARRAY_SIZE(set->keys); set->leaves[i];
	     i = (i + 1) % ARRAY_SIZE(set->keys))
		if (set->keys[i] == key)
			break;
	return i;
}

static uint64_t *leaf_of(struct frame_set *set, uint64_t key)
{
	size_t i = place_of(set, key);

	if (set->leaves[i] || set->nr == FRAME_SET_LEAVES)
		return set->leaves[i];
	set->leaves[i] = calloc(1, LEAF_BYTES);
	set->keys[i] = key;
	set->nr += !!set->leaves[i];
	return set->leaves[i];
}

bool frame_set_add(struct frame_set *set, uint64_t pfn)
{
	uint64_t *leaf = leaf_of(set, pfn >> FRAME_SET_LEAF_SHIFT);
	uint64_t bit = 1ULL << pfn % 64;
	bool old;

	if (!leaf) {
		set->full = true;
		return false;
	}
	leaf += pfn % LEAF_BITS / 64;
	old = *leaf & bit;
	*leaf |= bit;
	return old;
}

void frame_set_free(struct frame_set *set)
{
	for (size_t i = 0; i < ARRAY_SIZE(set->leaves); i++)
		free(set->leaves[i]);
}

int folio_walk_begin(struct folio_walk *walk, const struct selection *selection,
		     struct page_state *state)
{
	int ret;

	*walk = (struct folio_walk){
		.state = state,
		.last = { 1, 0 },
	};
	if (selection->by == SELECT_PID) {
		walk->seen = calloc(1, sizeof(*walk->seen));
		if (!walk->seen)
			return complain_errno(ENOMEM, "folios");
	}
	page_state_forget(state);
	ret = frame_walk_begin(&walk->frames, selection);
	if (ret)
		free(walk->seen);
	return ret;
}

void folio_walk_end(struct folio_walk *walk)
{
	frame_walk_end(&walk->frames);
	folio_free(&walk->folio);
	if (walk->seen)
		frame_set_free(walk->seen);
	free(walk->seen);
}

/*
 * May another page of the selection lead to the same folio once more?  Not if
 * the page before led to it as well: @last knows that.
 */
static bool may_come_again(const struct folio *folio)
{
	/* Processes may share their page tables, so that one mapping is of two. */
	return folio->pid || folio->nr > 1 || folio_is_shared(folio);
}

/* Returns 1 if @walk->folio is the next one, 0 if there is none here, -errno. */
static int look_at_frame(struct folio_walk *walk)
{
	const uint64_t pfn = walk->extent.pfn + walk->done;
	const uint64_t left = walk->extent.nr - walk->done;
	const struct rmap_ab_page *page;
	struct folio *folio = &walk->folio;
	ssize_t nr = left < NR_FEW ?
		     page_state_near(walk->state, pfn, left, &page) :
		     page_state_get(walk->state, pfn, left, &page);
	int ret = 0;

	if (nr < 0)
		return nr;
	if (!nr) {
		walk->end = page_state_end(walk->state);
		walk->done = walk->extent.nr;
		return 0;
	}
	if (record_is_folio(page))
		ret = folio_read(folio, walk->state, pfn, page);
	if (ret <= 0) {
		walk->not_folios += !ret;
		walk->done++;
		return ret;
	}
	folio->at = walk->extent.at + walk->done * walk->frames.step;
	folio->pid = selection_has_many(walk->frames.selection) ? walk->extent.pid : 0;
	walk->last = (struct range){ folio->pfn, folio->pfn + folio->nr - 1 };
	walk->done += walk->last.last - pfn + 1;
	return !(walk->seen && may_come_again(folio) &&
		 frame_set_add(walk->seen, folio->pfn));
}

/* The first page frames of an extent may be of the folio of the last one. */
static int next_extent(struct folio_walk *walk)
{
	const int ret = frame_walk_next(&walk->frames, &walk->extent);
	const uint64_t pfn = walk->extent.pfn;

	walk->done = 0;
	if (ret == 1 && walk->last.first <= pfn && pfn <= walk->last.last)
		walk->done = walk->last.last - pfn + 1;
	return ret;
}

int folio_walk_next(struct folio_walk *walk, struct folio **folio)
{
	int ret;

	*folio = &walk->folio;
	do {
		while (walk->done >= walk->extent.nr) {
			ret = next_extent(walk);
			if (ret <= 0)
				return ret;
		}
		ret = look_at_frame(walk);
	} while (!ret);
	return ret;
}
