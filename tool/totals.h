/* SPDX-License-Identifier: GPL-2.0 */
/* What a list says in the end. */
#ifndef RMAPCTL_TOTALS_H
#define RMAPCTL_TOTALS_H

#include <stdio.h>

#include "select.h"
#include "view.h"

/**
 * struct totals - sums over what was shown, and what was not
 * @folios: folios, or rows
 * @pages: their pages
 * @of_kind: how many of @folios are of each kind
 * @pages_of_kind: and of @pages
 * @shared: how many of @folios have a page that is mapped more than once
 * @partial: are mapped in parts
 * @exclusive: have an anon-exclusive page
 * @racy: changed while they were looked at
 * @missing: pages without a page frame
 * @not_folios: page frames in no folio, not shown
 * @twice: some folios may have been counted twice
 * @end: where the machine's page frames end; 0 unless the list came there
 */
struct totals {
	uint64_t folios;
	uint64_t pages;
	uint64_t of_kind[RMAP_AB_NR_KINDS];
	uint64_t pages_of_kind[RMAP_AB_NR_KINDS];
	uint64_t shared;
	uint64_t partial;
	uint64_t exclusive;
	uint64_t racy;
	struct missing missing;
	uint64_t not_folios;
	bool twice;
	uint64_t end;
};

void totals_add(struct totals *totals, const struct folio *folio);

/* @folios: count folios by kind, else pages. */
void totals_print(FILE *to, const struct totals *totals, bool folios);

#endif
