/* SPDX-License-Identifier: GPL-2.0 */
/* How many folios there are of which kind and size, and how they are mapped. */
#ifndef RMAPCTL_SIZES_H
#define RMAPCTL_SIZES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/out.h"
#include "folio/folio.h"

#define SIZES_ORDERS	23	/* a folio of 16 GiB has 22 */

/*
 * Folios of one kind and order. All but the numbers of folios and mappings are in
 * KiB.
 */
struct sizes_row {
	const char *kind;
	uint64_t order;
	uint64_t folios;
	uint64_t memory;
	uint64_t mapped;
	uint64_t once;
	uint64_t more;
	uint64_t unknown;
	uint64_t exclusive;
	uint64_t partial;
	int64_t mappings;
};

/* What there is; zeroed at first. */
struct sizes {
	struct sizes_row rows[RMAP_AB_NR_KINDS][SIZES_ORDERS];
};

#define SIZES_FIELD(member, what_, type_) {				\
	.key = #member, .label = #member, .what = what_, .type = type_,	\
	.offset = offsetof(struct sizes_row, member),			\
}

/* The fields of a row, for the description of a record that begins with one. */
#define SIZES_FIELDS							\
	SIZES_FIELD(kind, "what the folios are, see the kinds", OUT_STR), \
	SIZES_FIELD(order, "each has 2 to the power of this pages", OUT_U64), \
	SIZES_FIELD(folios, "how many there are", OUT_U64),		\
	SIZES_FIELD(memory,						\
		    "how large they are together, in KiB, as are those that follow", \
		    OUT_U64),						\
	SIZES_FIELD(mapped, "their pages that are mapped, by whomever", OUT_U64), \
	SIZES_FIELD(once, "those that are mapped once", OUT_U64),	\
	SIZES_FIELD(more, "those that are mapped more often", OUT_U64),	\
	SIZES_FIELD(unknown,						\
		    "pages of mapped folios whose mappings the kernel does not count "	\
		    "(layout none): they are in none of the three before",	\
		    OUT_U64),						\
	SIZES_FIELD(exclusive, "pages that are anon-exclusive", OUT_U64), \
	SIZES_FIELD(partial, "how many of the folios are mapped in parts", OUT_U64), \
	SIZES_FIELD(mappings,						\
		    "their mapcounts together: the page table entries that map them, " \
		    "where that of a whole folio is one",		\
		    OUT_S64)

/* A row and nothing else. */
extern const struct out_desc sizes_desc;

void sizes_add(struct sizes *sizes, const struct folio *folio);

/* The row of a kind and an order, or NULL if no folio can be so. */
struct sizes_row *sizes_row(struct sizes *sizes, const char *kind, uint64_t order);

/*
 * The first row with folios from row number *@at on, which is 0 at first and goes
 * behind it; NULL if there is none.
 */
const struct sizes_row *sizes_next(struct sizes *sizes, size_t *at);

/* The columns of the text form. */
#define SIZES_COLUMNS	7
#define SIZES_CELL	16

/* Columns of characters that column number @i takes, beginning on its left. */
int sizes_width(unsigned int i);

/* What they are headed with, and what a row has there. */
void sizes_heads(char cells[SIZES_COLUMNS][SIZES_CELL]);
void sizes_cells(const struct sizes_row *row, char cells[SIZES_COLUMNS][SIZES_CELL]);

/* What else is to be said of a row: "" or a line with a blank in front. */
void sizes_remark(const struct sizes_row *row, char *to, size_t size);

#endif
