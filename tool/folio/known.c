// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "folio/known.h"

#define FNV_BASIS	0xcbf29ce484222325ULL
#define FNV_PRIME	0x100000001b3ULL

/* Fowler-Noll-Vo 1a, by words. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * FNV_PRIME;
	return hash ^ hash >> 29;
}

/* All that is shown, except that somebody just held the lock. */
static uint64_t hash_of(const struct folio *folio)
{
	const struct rmap_ab_page *page = &folio->page;
	uint64_t hash = FNV_BASIS;

	hash = mix(hash, (uint64_t)page->order << 8 | page->kind);
	hash = mix(hash, page->flags & ~(RMAP_AB_PAGE_ANON_EXCLUSIVE |
					 RMAP_AB_PAGE_RACY |
					 RMAP_AB_FOLIO_LOCKED));
	hash = mix(hash, page->refcount);
	hash = mix(hash, page->pincount);
	hash = mix(hash, page->entire_mapcount);
	hash = mix(hash, page->large_mapcount);
	hash = mix(hash, page->nr_pages_mapped);
	hash = mix(hash, page->index);
	hash = mix(hash, page->memcg);
	for (size_t i = 0; i < folio->nr_runs; i++) {
		const struct run *run = &folio->runs[i];

		hash = mix(hash, run->count);
		hash = mix(hash, run->page_mapcount);
		hash = mix(hash, run->anon_exclusive);
	}
	return hash ? hash : 1;
}

static struct known_slot *slot_of(struct known_slot *slots, uint64_t pfn)
{
	size_t i = pfn * 0x9e3779b97f4a7c15ULL >> 32;

	for (i %= KNOWN_SLOTS; slots[i].hash && slots[i].pfn != pfn;)
		i = (i + 1) % KNOWN_SLOTS;
	return &slots[i];
}

int known_init(struct known *known)
{
	*known = (struct known){
		.now = calloc(KNOWN_SLOTS, sizeof(*known->now)),
		.old = calloc(KNOWN_SLOTS, sizeof(*known->old)),
	};
	if (known->now && known->old)
		return 0;
	known_free(known);
	return complain_errno(ENOMEM, "watch");
}

void known_free(struct known *known)
{
	free(known->now);
	free(known->old);
}

static int complain_many(void)
{
	complain("there are more than %u folios, too many to watch: choose a part with --addr or a filter",
		 KNOWN_MAX);
	return -E2BIG;
}

int known_look(struct known *known, const struct folio *folio)
{
	struct known_slot *now = slot_of(known->now, folio->pfn);
	struct known_slot *old = slot_of(known->old, folio->pfn);

	if (!now->hash && ++known->nr > KNOWN_MAX)
		return complain_many();
	*now = (struct known_slot){ folio->pfn, hash_of(folio) };
	if (!old->hash)
		return KNOWN_NEW;
	return old->hash == now->hash ? KNOWN_SAME : KNOWN_CHANGED;
}

int known_next(struct known *known, int (*gone)(void *data, uint64_t pfn),
	       void *data)
{
	struct known_slot *old = known->old;
	int ret = 0;

	for (size_t i = 0; i < KNOWN_SLOTS && known->looks && !ret; i++)
		if (old[i].hash && !slot_of(known->now, old[i].pfn)->hash)
			ret = gone(data, old[i].pfn);
	known->old = known->now;
	known->now = old;
	memset(known->now, 0, KNOWN_SLOTS * sizeof(*known->now));
	known->nr = 0;
	known->looks++;
	return ret;
}
