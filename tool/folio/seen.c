// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "folio/seen.h"

/* The number of slots. Each of the two tables takes 8 MiB. */
#define SEEN_SLOTS	(1u << 19)
#define SEEN_MAX	(SEEN_SLOTS / 4 * 3)

#define FNV_BASIS	0xcbf29ce484222325ULL
#define FNV_PRIME	0x100000001b3ULL

/* Fowler-Noll-Vo 1a, by words. */
static uint64_t hash_add(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * FNV_PRIME;
	return hash ^ hash >> 29;
}

/* Hashes all that is shown, except that somebody just held the lock. */
static uint64_t hash_of(const struct folio *folio)
{
	const struct rmap_ab_page *page = &folio->page;
	uint64_t hash = FNV_BASIS;

	hash = hash_add(hash, (uint64_t)page->order << 8 | page->kind);
	hash = hash_add(hash, page->flags & ~(RMAP_AB_PAGE_ANON_EXCLUSIVE |
					 RMAP_AB_PAGE_RACY |
					 RMAP_AB_FOLIO_LOCKED));
	hash = hash_add(hash, page->refcount);
	hash = hash_add(hash, page->pincount);
	hash = hash_add(hash, page->entire_mapcount);
	hash = hash_add(hash, page->large_mapcount);
	hash = hash_add(hash, page->nr_pages_mapped);
	hash = hash_add(hash, page->index);
	hash = hash_add(hash, page->memcg);
	for (size_t i = 0; i < folio->nr_runs; i++) {
		const struct run *run = &folio->runs[i];

		hash = hash_add(hash, run->count);
		hash = hash_add(hash, run->page_mapcount);
		hash = hash_add(hash, run->anon_exclusive);
	}
	for (size_t i = 0; folio_has_mm_ids(folio) && i < MM_SLOTS; i++)
		hash = hash_add(hash, (uint64_t)folio->slots[i].mm_id << 32 |
				      (uint32_t)folio->slots[i].mapcount);
	return hash ? hash : 1;
}

static struct seen_slot *slot_of(struct seen_slot *slots, uint64_t pfn)
{
	size_t i = pfn * 0x9e3779b97f4a7c15ULL >> 32;

	for (i %= SEEN_SLOTS; slots[i].hash && slots[i].pfn != pfn;)
		i = (i + 1) % SEEN_SLOTS;
	return &slots[i];
}

void seen_free(struct seen *seen)
{
	free(seen->now);
	free(seen->last);
}

int seen_init(struct seen *seen)
{
	*seen = (struct seen){
		.now = calloc(SEEN_SLOTS, sizeof(*seen->now)),
		.last = calloc(SEEN_SLOTS, sizeof(*seen->last)),
	};
	if (seen->now && seen->last)
		return 0;
	seen_free(seen);
	return complain_errno(ENOMEM, "watch");
}

static int complain_many(void)
{
	complain("there are more than %u folios, too many to watch: choose a part with --addr or a filter",
		 SEEN_MAX);
	return -E2BIG;
}

int seen_add(struct seen *seen, const struct folio *folio, const char **change)
{
	struct seen_slot *now = slot_of(seen->now, folio->pfn);
	struct seen_slot *last = slot_of(seen->last, folio->pfn);

	if (!now->hash && ++seen->nr > SEEN_MAX)
		return complain_many();
	*now = (struct seen_slot){ folio->pfn, hash_of(folio) };
	*change = !last->hash ? "new" :
		  last->hash != now->hash ? "changed" : NULL;
	return 0;
}

void seen_next(struct seen *seen)
{
	struct seen_slot *last = seen->last;

	seen->last = seen->now;
	seen->now = last;
	memset(seen->now, 0, SEEN_SLOTS * sizeof(*seen->now));
	seen->nr = 0;
}

bool seen_gone(const struct seen *seen, size_t *at, uint64_t *pfn)
{
	while (*at < SEEN_SLOTS) {
		const struct seen_slot *last = &seen->last[(*at)++];

		if (!last->hash || slot_of(seen->now, last->pfn)->hash)
			continue;
		*pfn = last->pfn;
		return true;
	}
	return false;
}
