// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/text.h"
#include "folio/screen.h"
#include "folio/show.h"
#include "folio/show_text.h"

void screen_begin(struct screen *screen, struct terminal_size size)
{
	unsigned int room = size.rows > SCREEN_FRAME ?
			    size.rows - SCREEN_FRAME : 1;

	memcpy(screen->old, screen->rows, sizeof(screen->old));
	screen->nr_old = screen->nr;
	screen->room = room < SCREEN_ROWS ? room : SCREEN_ROWS;
	screen->nr = 0;
	screen->found = 0;
}

static void set_number(char *to, int32_t value)
{
	*text_number(to, value) = '\0';
}

static void fill_cells(struct screen_row *row, const struct folio *folio)
{
	struct strip strip;

	strip_make(&strip, folio, SCREEN_CELLS);
	memset(row->cells, ' ', SCREEN_CELLS);
	memcpy(row->cells, strip.cells, strip.nr);
	row->cells[SCREEN_CELLS] = '\0';
}

void screen_take(struct screen *screen, const struct folio *folio,
		 bool with_address)
{
	const struct rmap_ab_page *page = &folio->page;
	struct screen_row *row;

	if (screen->found++ < screen->top || screen->nr == screen->room)
		return;
	row = &screen->rows[screen->nr++];
	*row = (struct screen_row){ .pfn = folio->pfn };
	if (with_address)
		snprintf(row->address, sizeof(row->address), "%" PRIx64,
			 folio->at);
	else
		snprintf(row->address, sizeof(row->address), "%" PRIu64,
			 folio->pfn);
	strcpy(row->kind, page->kind == RMAP_AB_KIND_NOT_RMAPPABLE ? "no-rmap" :
	       kind_name(page->kind));
	set_number(row->order, page->order);
	fill_cells(row, folio);
	set_number(row->entire, page->entire_mapcount);
	set_number(row->large, page->large_mapcount);
	if (record_is_none(page))
		strcpy(row->mapped, "?");
	else
		set_number(row->mapped, page->nr_pages_mapped);
	set_number(row->refcount, page->refcount);
}

static const struct screen_row *find_old(const struct screen *screen,
					 const struct screen_row *row)
{
	for (unsigned int i = 0; i < screen->nr_old; i++)
		if (screen->old[i].pfn == row->pfn &&
		    !strcmp(screen->old[i].address, row->address))
			return &screen->old[i];
	return NULL;
}

/* One field, right-aligned in @width columns; marked if it is not as before. */
static void put_field(const char *now, const char *before, int width)
{
	int blanks = width - (int)strlen(now);

	printf("%*s", blanks > 0 ? blanks : 0, "");
	if (strcmp(now, before))
		printf(TERMINAL_MARK "%s" TERMINAL_PLAIN, now);
	else
		fputs(now, stdout);
}

static void put_cells(const char *now, const char *before)
{
	putchar(' ');
	for (size_t i = 0; i < SCREEN_CELLS; i++) {
		if (now[i] != before[i])
			fputs(TERMINAL_MARK, stdout);
		if (show_has_colour() && now[i] != ' ' && now[i] == before[i])
			printf("\033[30;4%um", strip_colour(now[i]));
		putchar(now[i]);
		fputs(TERMINAL_PLAIN, stdout);
	}
}

/* A folio that was not there is marked by its place; nothing in it changed. */
static void put_screen_row(const struct screen *screen, const struct screen_row *row)
{
	const struct screen_row *old = find_old(screen, row);
	const struct screen_row *as = old ? old : row;
	bool is_new = !old && screen->nr_old;

	put_field(row->address, is_new ? "" : row->address, 12);
	put_field(row->kind, as->kind, 8);
	put_field(row->order, as->order, 3);
	put_cells(row->cells, as->cells);
	put_field(row->entire, as->entire, 9);
	put_field(row->large, as->large, 9);
	put_field(row->mapped, as->mapped, 9);
	put_field(row->refcount, as->refcount, 9);
	fputs(TERMINAL_END_OF_LINE "\n", stdout);
}

static void put_line(const char *text, struct terminal_size size)
{
	printf("%.*s" TERMINAL_END_OF_LINE "\n", (int)size.columns, text);
}

static void put_totals(const struct totals *totals, struct terminal_size size)
{
	unsigned int lines = SCREEN_BELOW;
	char *text = NULL, *rest;
	size_t nr;
	FILE *to = open_memstream(&text, &nr);

	if (!to)
		return;
	totals_print(to, totals, true);
	fclose(to);
	for (char *line = strtok_r(text, "\n", &rest); line && lines--;
	     line = strtok_r(NULL, "\n", &rest))
		put_line(line, size);
	free(text);
}

void screen_draw(struct screen *screen, const struct totals *totals,
		 struct terminal_size size)
{
	char text[TEXT_COLUMNS + 1];

	fputs(TERMINAL_HOME, stdout);
	put_line(screen->title, size);
	snprintf(text, sizeof(text), "%44s%9s%9s%9s", "", "entire_",
		 "large_", "nr_pages_");
	put_line(text, size);
	snprintf(text, sizeof(text), "%12s%8s%3s %-20s%9s%9s%9s%9s", "place",
		 "kind", "or", "pages", "mapcount", "mapcount", "mapped",
		 "refcount");
	put_line(text, size);
	for (unsigned int i = 0; i < screen->nr; i++)
		put_screen_row(screen, &screen->rows[i]);
	if (size.rows > SCREEN_FRAME)
		put_totals(totals, size);
	fputs(TERMINAL_REST, stdout);
	fflush(stdout);
}

void screen_scroll(struct screen *screen, enum terminal_key key)
{
	uint64_t page = screen->room, top = screen->top;

	if (key == KEY_UP)
		top -= top ? 1 : 0;
	else if (key == KEY_PAGE_UP)
		top -= top < page ? top : page;
	else if (key == KEY_DOWN)
		top++;
	else if (key == KEY_PAGE_DOWN)
		top += page;
	if (top + page > screen->found)
		top = screen->found > page ? screen->found - page : 0;
	screen->top = top;
}

/* ---- how many there are of which size ---- */

/* Lines above the rows and below them, and an empty one for the cursor. */
#define LOOK_FRAME	6

/* A row as it was: empty if there was none. */
static void cells_before(const struct look *old, const struct sizes_row *row,
			 char cells[SIZES_COLUMNS][SIZES_CELL], char *remark, size_t size)
{
	struct sizes sizes = old->sizes;
	struct sizes_row *before = sizes_row(&sizes, row->kind, row->order);

	memset(cells, 0, SIZES_COLUMNS * SIZES_CELL);
	*remark = '\0';
	if (!before->folios)
		return;
	before->kind = row->kind;
	before->order = row->order;
	sizes_cells(before, cells);
	sizes_remark(before, remark, size);
}

static void put_aligned(const char *now, const char *before, int width)
{
	if (width > 0) {
		put_field(now, before, width);
		return;
	}
	put_field(now, before, 0);
	printf("%*s", -width - (int)strlen(now), "");
}

/* Returns how many lines it has: there may be a remark below. */
static unsigned int put_look_row(const struct sizes_row *row, const struct look *old,
				 unsigned int room)
{
	char now[SIZES_COLUMNS][SIZES_CELL], before[SIZES_COLUMNS][SIZES_CELL];
	char remark[TEXT_COLUMNS + 1], remark_before[TEXT_COLUMNS + 1];

	sizes_cells(row, now);
	sizes_remark(row, remark, sizeof(remark));
	memcpy(before, now, sizeof(before));
	strcpy(remark_before, remark);
	if (old)
		cells_before(old, row, before, remark_before, sizeof(remark_before));
	for (unsigned int i = 0; i < SIZES_COLUMNS; i++)
		put_aligned(now[i], before[i], sizes_width(i));
	fputs(TERMINAL_END_OF_LINE "\n", stdout);
	if (!*remark || room < 2)
		return 1;
	put_field(remark, remark_before, 0);
	fputs(TERMINAL_END_OF_LINE "\n", stdout);
	return 2;
}

static void put_switch(const struct look *now, const struct look *old)
{
	const struct look *before = old ? old : now;
	char seq[24], seq_before[24];

	snprintf(seq, sizeof(seq), "%" PRIu64, now->switch_seq);
	snprintf(seq_before, sizeof(seq_before), "%" PRIu64, before->switch_seq);
	fputs("implementation ", stdout);
	put_field(now->current, before->current, 0);
	fputs(" (", stdout);
	put_field(now->state, before->state, 0);
	fputs("), switches ", stdout);
	put_field(seq, seq_before, 0);
	fputs(", instrumented ", stdout);
	put_field(now->instrumented, before->instrumented, 0);
	if (*now->layout) {
		fputs(", layout ", stdout);
		put_field(now->layout, before->layout, 0);
	}
	fputs(TERMINAL_END_OF_LINE "\n", stdout);
}

static void put_look_sums(const struct look *look, struct sizes *sizes,
			  struct terminal_size size)
{
	uint64_t folios = 0, memory = 0, mapped = 0;
	const struct sizes_row *row;
	char text[160];
	size_t at = 0;

	while ((row = sizes_next(sizes, &at))) {
		folios += row->folios;
		memory += row->memory;
		mapped += row->mapped;
	}
	snprintf(text, sizeof(text), "%" PRIu64 " folios, %" PRIu64 " KiB, of which %" PRIu64
		 " KiB are mapped", folios, memory, mapped);
	put_line(text, size);
	snprintf(text, sizeof(text), "%s, %" PRIu64 " pages not present, %" PRIu64 " swapped out",
		 look->timestamp, look->not_present, look->swapped);
	put_line(text, size);
}

static void put_heads(struct terminal_size size)
{
	char cells[SIZES_COLUMNS][SIZES_CELL], text[TEXT_COLUMNS + 1];
	size_t used = 0;

	sizes_heads(cells);
	for (unsigned int i = 0; i < SIZES_COLUMNS; i++)
		used += snprintf(text + used, sizeof(text) - used, "%*s", sizes_width(i),
				 cells[i]);
	put_line(text, size);
}

void screen_draw_look(const char *title, const struct look *now, const struct look *old,
		      uint64_t *top, struct terminal_size size)
{
	unsigned int room = size.rows > LOOK_FRAME ? size.rows - LOOK_FRAME : 1, used = 0;
	struct sizes sizes = now->sizes;
	const struct sizes_row *row;
	uint64_t nr = 0, i = 0;
	size_t at = 0;

	while (sizes_next(&sizes, &at))
		nr++;
	if (*top >= nr)
		*top = nr ? nr - 1 : 0;
	fputs(TERMINAL_HOME, stdout);
	put_line(title, size);
	put_switch(now, old);
	put_heads(size);
	for (at = 0; used < room && (row = sizes_next(&sizes, &at));)
		if (i++ >= *top)
			used += put_look_row(row, old, room - used);
	if (size.rows > LOOK_FRAME)
		put_look_sums(now, &sizes, size);
	fputs(TERMINAL_REST, stdout);
	fflush(stdout);
}
