// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "cli/array.h"
#include "folio/seen.h"

#define LEAF_BITS	(1u << SEEN_LEAF_SHIFT)
#define LEAF_BYTES	(LEAF_BITS / 8)

/* The place of @key, or the free one that it would take. */
static size_t seen_place(const struct seen *seen, uint64_t key)
{
	size_t i = key * 0x9e3779b97f4a7c15ULL >> 32;

	for (i %= ARRAY_SIZE(seen->keys); seen->leaves[i];
	     i = (i + 1) % ARRAY_SIZE(seen->keys))
		if (seen->keys[i] == key)
			break;
	return i;
}

static uint64_t *seen_leaf(struct seen *seen, uint64_t key)
{
	size_t i = seen_place(seen, key);

	if (seen->leaves[i] || seen->nr == SEEN_LEAVES)
		return seen->leaves[i];
	seen->leaves[i] = calloc(1, LEAF_BYTES);
	seen->keys[i] = key;
	seen->nr += !!seen->leaves[i];
	return seen->leaves[i];
}

bool seen_add(struct seen *seen, uint64_t pfn)
{
	uint64_t *leaf = seen_leaf(seen, pfn >> SEEN_LEAF_SHIFT);
	uint64_t bit = 1ULL << pfn % 64;
	bool old;

	if (!leaf) {
		seen->full = true;
		return false;
	}
	leaf += pfn % LEAF_BITS / 64;
	old = *leaf & bit;
	*leaf |= bit;
	return old;
}

void seen_free(struct seen *seen)
{
	for (size_t i = 0; i < ARRAY_SIZE(seen->leaves); i++)
		free(seen->leaves[i]);
}
