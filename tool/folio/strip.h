/* SPDX-License-Identifier: GPL-2.0 */
/* The pages of a folio as a strip of cells, one character each. */
#ifndef RMAPCTL_STRIP_H
#define RMAPCTL_STRIP_H

#include "folio/view.h"

#define STRIP_WIDTH	32
#define STRIP_ROWS	4

/**
 * struct strip - the cells of a folio
 * @nr: how many
 * @pages: how many pages each of them stands for
 * @cells: '.' mapped by nobody, '1' to '9' so often, '+' more often, '*' not
 *	all of them equally often, '!' less than never: a bug
 */
struct strip {
	unsigned int nr;
	uint64_t pages;
	char cells[STRIP_WIDTH * STRIP_ROWS];
};

/* At most @max cells, and not more than there are in a strip. */
void strip_make(struct strip *strip, const struct folio *folio,
		unsigned int max);

/* The cell of a page that is mapped so often. */
char strip_cell(int64_t mappings);

/* The background colour of a cell, as in ANSI: 0 black to 7 white. */
unsigned int strip_colour(char cell);

#endif
