/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Small folios that differ in nothing but their place, as text: the first one
 * as a block, all that follow it in one line.
 */
#ifndef RMAPCTL_ALIKE_H
#define RMAPCTL_ALIKE_H

#include "folio/view.h"

/**
 * struct alike - a row of folios; all of it is internal
 * @last: record of the last one; zeroed, it is like none
 * @at: where that is, as struct folio has it
 * @nr: how many there are behind the first one
 * @step: from one page frame to the next, 1 or -1; 0: not known yet
 */
struct alike {
	struct rmap_ab_page last;
	uint64_t at;
	uint64_t nr;
	int step;
};

/**
 * alike_take() - does this folio go on with the row?
 * @alike: the row
 * @folio: what comes next
 * @at_step: from one page to the next in @folio->at
 *
 * Return: true if so: it needs no block of its own. If not, the row has to be
 * ended, and begun with this one once that is printed.
 */
bool alike_take(struct alike *alike, const struct folio *folio,
		uint64_t at_step);

/* The same, with the record of a small folio that has not changed. */
bool alike_take_page(struct alike *alike, const struct rmap_ab_page *page,
		     uint64_t at, uint64_t at_step);

/* Prints what there is to say of the row, if anything. */
void alike_end(struct alike *alike, FILE *to, bool with_address);

/* Begins a row with a folio that is printed. */
void alike_begin(struct alike *alike, const struct folio *folio);

#endif
