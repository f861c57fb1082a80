/* SPDX-License-Identifier: GPL-2.0 */
/* What folios looked like the last time, in little memory. */
#ifndef RMAPCTL_KNOWN_H
#define RMAPCTL_KNOWN_H

#include "folio/view.h"

/* So many folios can be watched: 8 MiB for each of two tables. */
#define KNOWN_SLOTS	(1u << 19)
#define KNOWN_MAX	(KNOWN_SLOTS / 4 * 3)

/* A folio, by its first page frame; 0 in @hash: the place is free. */
struct known_slot {
	uint64_t pfn;
	uint64_t hash;
};

/**
 * struct known - this look, and the one before; all of it is internal
 * @now: what was found so far
 * @old: what was found the last time
 * @nr: folios in @now
 * @looks: how many before this one
 */
struct known {
	struct known_slot *now;
	struct known_slot *old;
	unsigned int nr;
	unsigned int looks;
};

enum known_change {
	KNOWN_SAME,
	KNOWN_NEW,
	KNOWN_CHANGED,
};

/* Returns 0, or -errno after a complaint. */
int known_init(struct known *known);
void known_free(struct known *known);

/* Returns what has happened to it, or -errno after a complaint. */
int known_look(struct known *known, const struct folio *folio);

/*
 * The look is over: calls @gone for each folio that was not there any more, and
 * begins the next.  Returns 0, or what @gone returned.
 */
int known_next(struct known *known, int (*gone)(void *data, uint64_t pfn),
	       void *data);

#endif
