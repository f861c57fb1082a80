/* SPDX-License-Identifier: GPL-2.0 */
/* What a list says in the end. */
#ifndef RMAPCTL_TOTALS_H
#define RMAPCTL_TOTALS_H

#include <stdio.h>

#include "folio/walk.h"

/**
 * struct sums - how many there are, in one unit
 * @nr: all of them
 * @of_kind: of each kind
 * @shared: have a page that is mapped more than once
 * @partial: are mapped in parts
 * @exclusive: have an anon-exclusive page
 * @racy: changed while they were looked at
 */
struct sums {
	uint64_t nr;
	uint64_t of_kind[RMAP_AB_NR_KINDS];
	uint64_t shared;
	uint64_t partial;
	uint64_t exclusive;
	uint64_t racy;
};

/* What is true of a folio, as it is for all in it. */
struct traits {
	unsigned int kind;
	bool shared;
	bool partial;
	bool exclusive;
	bool racy;
};

/**
 * struct totals - sums over what was shown, and what was not
 * @folios: in folios, or rows
 * @pages: in pages, each as its folio or row
 * @last: internal: of the folio that was added last
 * @again: internal: small folios like it that are still to be added
 * @missing: pages without a page frame
 * @not_folios: page frames in no folio, not shown
 * @twice: some folios may have been counted twice
 * @end: where the machine's page frames end; 0 unless the list came there
 */
struct totals {
	struct sums folios;
	struct sums pages;
	struct traits last;
	uint64_t again;
	struct missing missing;
	uint64_t not_folios;
	bool twice;
	uint64_t end;
};

void totals_add(struct totals *totals, const struct folio *folio);

/* One more small folio of which the same is true as of the last one. */
static inline void totals_add_again(struct totals *totals)
{
	totals->again++;
}

/* What a walk that has ended did not find. */
void totals_add_walk(struct totals *totals, const struct folio_walk *walk);

/* @folios: say what there is in folios, else in pages. */
void totals_print(FILE *to, const struct totals *totals, bool folios);

#endif
