/* SPDX-License-Identifier: GPL-2.0 */
/* Which folios were seen at this look and at the one before, to tell what has changed. */
#ifndef RMAPCTL_SEEN_H
#define RMAPCTL_SEEN_H

#include "folio/folio.h"

/* A folio, by its first page frame. If @hash is 0, the slot is free. */
struct seen_slot {
	uint64_t pfn;
	uint64_t hash;
};

/**
 * struct seen - this look, and the one before
 * @now: what was found so far
 * @last: what was found the last time
 * @nr: folios in @now
 */
struct seen {
	struct seen_slot *now;
	struct seen_slot *last;
	unsigned int nr;
};

/* Returns 0, or -errno after a complaint; only then it is not to be freed. */
int seen_init(struct seen *seen);
void seen_free(struct seen *seen);

/*
 * Takes a folio of this look. Returns 0, or -errno after a complaint; @change: the
 * word for what has happened to it, or NULL.
 */
int seen_add(struct seen *seen, const struct folio *folio, const char **change);

/*
 * The first page frame of a folio of the last look that is not in this one, from
 * place *@at on, which is 0 at first and goes behind it. Returns whether there is one.
 */
bool seen_gone(const struct seen *seen, size_t *at, uint64_t *pfn);

/* Ends the look. */
void seen_next(struct seen *seen);

#endif
