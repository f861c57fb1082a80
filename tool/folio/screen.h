/* SPDX-License-Identifier: GPL-2.0 */
/* Folios on a screen, one line each, with what has changed marked. */
#ifndef RMAPCTL_SCREEN_H
#define RMAPCTL_SCREEN_H

#include <stdio.h>

#include "cli/terminal.h"
#include "folio/recording.h"
#include "folio/totals.h"

/* Lines above the folios and below them, and an empty one for the cursor. */
#define SCREEN_ABOVE	3
#define SCREEN_BELOW	4
#define SCREEN_FRAME	(SCREEN_ABOVE + SCREEN_BELOW + 1)
#define SCREEN_ROWS	256
#define SCREEN_CELLS	20

/* What is remembered of a line, to see what changes in it. */
struct screen_row {
	uint64_t pfn;
	char address[20];
	char kind[16];
	char order[4];
	char cells[SCREEN_CELLS + 1];
	char entire[12];
	char large[12];
	char mapped[12];
	char refcount[12];
};

/**
 * struct screen - the part of a list that is on the screen
 * @title: the first line
 * @top: number of the folio in the first row
 * @found: folios of this look so far
 * @nr: rows of this look
 * @nr_old: rows of the last one
 * @room: how many rows there are
 * @rows: this look
 * @old: the last one
 */
struct screen {
	char title[128];
	uint64_t top;
	uint64_t found;
	unsigned int nr;
	unsigned int nr_old;
	unsigned int room;
	struct screen_row rows[SCREEN_ROWS];
	struct screen_row old[SCREEN_ROWS];
};

/* A look begins, on a screen of that size. */
void screen_begin(struct screen *screen, struct terminal_size size);

/* The next folio of it. */
void screen_take(struct screen *screen, const struct folio *folio,
		 bool with_address);

/* Draws it, with the sums below. */
void screen_draw(struct screen *screen, const struct totals *totals,
		 struct terminal_size size);

/* Another part of the list. */
void screen_scroll(struct screen *screen, enum terminal_key key);

/**
 * screen_draw_look() - draw how many folios there are of which size
 * @title: the first line
 * @now: what there is
 * @old: the look before, from which what has changed is marked; NULL: none
 * @top: the first row to be shown; receives that which is
 * @size: of the terminal
 */
void screen_draw_look(const char *title, const struct look *now, const struct look *old,
		      uint64_t *top, struct terminal_size size);

#endif
