// SPDX-License-Identifier: GPL-2.0
#include "folio/strip.h"

#define CELLS_MAX	(STRIP_WIDTH * STRIP_ROWS)

char strip_cell(int64_t mappings)
{
	if (mappings < 0)
		return '!';
	if (!mappings)
		return '.';
	return mappings < 10 ? '0' + mappings : '+';
}

static void put_cell(struct strip *strip, uint64_t i, char cell)
{
	char *at = &strip->cells[i];

	*at = *at && *at != cell ? '*' : cell;
}

static void put_run(struct strip *strip, const struct run *run, char cell)
{
	uint64_t last = (run->first + run->count - 1) / strip->pages;

	for (uint64_t i = run->first / strip->pages; i <= last; i++)
		if (i < strip->nr)
			put_cell(strip, i, cell);
}

void strip_make(struct strip *strip, const struct folio *folio,
		unsigned int max)
{
	int64_t entire = folio->page.entire_mapcount;

	if (max > CELLS_MAX)
		max = CELLS_MAX;
	strip->pages = (folio->nr + max - 1) / max;
	strip->nr = (folio->nr + strip->pages - 1) / strip->pages;
	for (unsigned int i = 0; i < strip->nr; i++)
		strip->cells[i] = 0;
	for (size_t i = 0; i < folio->nr_runs; i++)
		put_run(strip, &folio->runs[i],
			strip_cell(folio->runs[i].page_mapcount + entire));
	/* where a folio vanished while it was looked at */
	for (unsigned int i = 0; i < strip->nr; i++)
		if (!strip->cells[i])
			strip->cells[i] = '?';
}

unsigned int strip_colour(char cell)
{
	switch (cell) {
	case '1':
		return 2;
	case '2':
		return 3;
	case '3':
		return 5;
	case '*':
		return 6;
	case '.':
		return 0;
	case '!':
	case '?':
		return 7;
	}
	return 1;
}
