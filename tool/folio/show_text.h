/* SPDX-License-Identifier: GPL-2.0 */
/* Folios for people, in 80 columns. */
#ifndef RMAPCTL_SHOW_TEXT_H
#define RMAPCTL_SHOW_TEXT_H

#include <stdint.h>
#include <stdio.h>

#include "folio/folio.h"

#define SHOW_NO_ADDRESS	UINT64_MAX

#define STRIP_WIDTH	32
#define STRIP_ROWS	4

/**
 * struct strip - the pages of a folio as cells, one character each
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

/* The background colour of a cell, as in ANSI: 0 black to 7 white. */
unsigned int strip_colour(char cell);

void show_text_folio(FILE *to, const struct folio *folio, uint64_t address);
void show_text_pages(FILE *to, const struct folio *folio, uint64_t address);

/* The lines above the rows of show_text_pages(). */
void show_text_pages_header(FILE *to);

/* "4 KiB", "2 MiB", ..., in a static buffer. */
const char *show_size(uint64_t pages);

/* Does stdout take colours? */
bool show_has_colour(void);

/* What the strip and the letters mean, for a help text. */
void show_text_folio_help(void);
void show_text_pages_help(void);

#endif
