// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/array.h"
#include "cli/text.h"
#include "folio/show.h"
#include "folio/show_text.h"
#include "help.h"
#include "kernel/mm_ids.h"
#include "kernel/page_size.h"

#define CELLS_MAX	(STRIP_WIDTH * STRIP_ROWS)

static char cell_of(int64_t mappings)
{
	if (mappings < 0)
		return '!';
	if (!mappings)
		return '.';
	return mappings < 10 ? '0' + mappings : '+';
}

static void mark_cell(struct strip *strip, uint64_t i, char cell)
{
	char *at = &strip->cells[i];

	*at = *at && *at != cell ? '*' : cell;
}

static void mark_run(struct strip *strip, const struct run *run, char cell)
{
	uint64_t last = (run->first + run->count - 1) / strip->pages;

	for (uint64_t i = run->first / strip->pages; i <= last; i++)
		if (i < strip->nr)
			mark_cell(strip, i, cell);
}

/* Without page mapcounts, a page is known to be mapped by PMD, but not by PTE. */
static char cell_of_run(const struct folio *folio, const struct run *run)
{
	const struct rmap_ab_page *page = &folio->page;

	if (record_is_none(page) && page->large_mapcount != page->entire_mapcount)
		return '?';
	return cell_of(run->page_mapcount + page->entire_mapcount);
}

void strip_make(struct strip *strip, const struct folio *folio,
		unsigned int max)
{
	if (max > CELLS_MAX)
		max = CELLS_MAX;
	strip->pages = (folio->nr + max - 1) / max;
	strip->nr = (folio->nr + strip->pages - 1) / strip->pages;
	for (unsigned int i = 0; i < strip->nr; i++)
		strip->cells[i] = 0;
	for (size_t i = 0; i < folio->nr_runs; i++)
		mark_run(strip, &folio->runs[i],
			 cell_of_run(folio, &folio->runs[i]));
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

/* More runs than that are for programs. */
#define MAX_RUNS	8

/* The flags, as a word in a block and as a letter in a row. */
static const struct {
	unsigned int flag;
	char letter;
	const char *word;
} flags[] = {
	{ RMAP_AB_PAGE_ANON_EXCLUSIVE, 'e', "anon_exclusive" },
	{ RMAP_AB_FOLIO_PARTIALLY_MAPPED, 'p', "partially_mapped" },
	{ RMAP_AB_FOLIO_DEFERRED_SPLIT, 'd', "deferred_split" },
	{ RMAP_AB_FOLIO_SWAP_CACHE, 's', "swap_cache" },
	{ RMAP_AB_FOLIO_LOCKED, 'l', "locked" },
	{ RMAP_AB_FOLIO_MLOCKED, 'm', "mlocked" },
	{ RMAP_AB_FOLIO_MAYBE_PINNED, 'g', "maybe_pinned" },
	{ RMAP_AB_PAGE_HWPOISON, 'h', "hwpoison" },
	{ RMAP_AB_FOLIO_LAYOUT_NONE, 'n', "layout none" },
};

const char *show_size(uint64_t pages)
{
	static const char *const units[] = {
		"KiB", "MiB", "GiB", "TiB", "PiB",
	};
	static char text[32];
	static uint64_t known = UINT64_MAX;
	uint64_t kib = pages * (page_size() / 1024);
	size_t unit = 0;

	if (known == pages)
		return text;
	known = pages;
	while (unit + 1 < ARRAY_SIZE(units) && kib && !(kib % 1024)) {
		kib /= 1024;
		unit++;
	}
	*text_number(text, kib) = '\0';
	strcat(text, " ");
	strcat(text, units[unit]);
	return text;
}

/* Asked once: a folio has many cells. */
bool show_has_colour(void)
{
	static int known = -1;
	const char *term, *off;

	if (known >= 0)
		return known;
	term = getenv("TERM");
	off = getenv("NO_COLOR");
	known = isatty(STDOUT_FILENO) && !(off && *off) && term && *term &&
		strcmp(term, "dumb");
	return known;
}

/* The strip, of which each line of the block begins with one row. */
struct strip_rows {
	struct strip strip;
	unsigned int width;
	unsigned int done;	/* cells */
};

static void put_cell(FILE *to, char cell)
{
	if (show_has_colour())
		fprintf(to, "\033[30;4%um%c\033[0m", strip_colour(cell), cell);
	else
		putc_unlocked(cell, to);
}

static unsigned int put_strip_row(FILE *to, void *data)
{
	struct strip_rows *rows = data;

	putc_unlocked(' ', to);
	putc_unlocked(' ', to);
	for (unsigned int i = 0; i < rows->width; i++)
		if (rows->done < rows->strip.nr)
			put_cell(to, rows->strip.cells[rows->done++]);
		else
			putc_unlocked(' ', to);
	putc_unlocked(' ', to);
	putc_unlocked(' ', to);
	return rows->width + 4;
}

/* In one piece, as a small folio is two lines. */
static void put_head(FILE *to, const struct folio *folio, uint64_t address)
{
	char line[160], *end;

	end = text_number(stpcpy(line, "pfn "), folio->pfn);
	end = stpcpy(stpcpy(end, "  "), kind_name(folio->page.kind));
	end = text_number(stpcpy(end, "  order "), folio->page.order);
	end = stpcpy(stpcpy(end, ", "), show_size(folio->nr));
	if (address != SHOW_NO_ADDRESS)
		end = text_hex(stpcpy(end, "  at 0x"), address);
	if (folio->pid)
		end = text_number(stpcpy(end, " of "), folio->pid);
	*end++ = '\n';
	fwrite_unlocked(line, 1, end - line, to);
}

static bool all_exclusive(const struct folio *folio)
{
	return folio->nr_runs == 1 && folio->runs[0].anon_exclusive;
}

static void put_flags(struct wrap *wrap, const struct folio *folio)
{
	unsigned int set = folio->page.flags & ~RMAP_AB_PAGE_ANON_EXCLUSIVE;

	if (all_exclusive(folio))
		set |= RMAP_AB_PAGE_ANON_EXCLUSIVE;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (set & flags[i].flag)
			wrap_word(wrap, flags[i].word);
	if (folio->racy)
		wrap_word(wrap, "racy");
}

/* A small folio has one counter of mappings: the others say the same. */
static void put_counters(struct wrap *wrap, const struct folio *folio)
{
	const struct rmap_ab_page *page = &folio->page;
	/* the guess errs to the high side only: 0 is certain */
	bool guessed = page->flags & RMAP_AB_FOLIO_PINCOUNT_GUESSED &&
		       page->pincount;

	if (folio->nr_runs == 1 && !record_is_none(page))
		wrap_number(wrap, "page_mapcount",
			    folio->runs[0].page_mapcount);
	if (page->order) {
		wrap_number(wrap, "entire_mapcount", page->entire_mapcount);
		wrap_number(wrap, "large_mapcount", page->large_mapcount);
	}
	if (page->order && !record_is_none(page))
		wrap_number(wrap, "nr_pages_mapped", page->nr_pages_mapped);
	wrap_number(wrap, "refcount", page->refcount);
	wrap_number(wrap, guessed ? "pincount (guessed)" : "pincount",
		    page->pincount);
	wrap_number(wrap, "index", page->index);
	wrap_number(wrap, "memcg", page->memcg);
	wrap_number(wrap, "nid", page->nid);
}

static void put_run(FILE *to, const struct folio *folio, const struct run *run)
{
	char pages[48];

	if (run->count == 1)
		snprintf(pages, sizeof(pages), "page %" PRIu64, run->first);
	else
		snprintf(pages, sizeof(pages), "pages %" PRIu64 "-%" PRIu64,
			 run->first, run->first + run->count - 1);
	fprintf(to, "  %-16s ", pages);
	if (record_is_none(&folio->page))
		fputs("page_mapcount ?", to);
	else
		fprintf(to, "page_mapcount %" PRId64, run->page_mapcount);
	fputs(run->anon_exclusive ? "  anon_exclusive\n" : "\n", to);
}

static void put_runs(FILE *to, const struct folio *folio)
{
	size_t nr = folio->nr_runs;

	if (nr == 1)
		return;
	for (size_t i = 0; i < nr && i < MAX_RUNS; i++)
		put_run(to, folio, &folio->runs[i]);
	if (nr > MAX_RUNS)
		fprintf(to, "  ... and %zu more runs of pages: -j has all of them\n",
			nr - MAX_RUNS);
}

static void put_slot(FILE *to, const struct mm_slot *slot)
{
	const struct mm_owner *owner = mm_owner(slot->mm_id);
	char mm[32];

	snprintf(mm, sizeof(mm), "mm_id %" PRIu32, slot->mm_id);
	fprintf(to, "  %-16s mapcount %" PRId32 "  ", mm, slot->mapcount);
	if (!owner) {
		fputs("(gone)\n", to);
		return;
	}
	fprintf(to, "pid %" PRIu64 " ", owner->pid);
	text_put(to, owner->comm);
	fputc('\n', to);
}

static void put_mm_ids(FILE *to, const struct folio *folio)
{
	if (!folio_has_mm_ids(folio))
		return;
	for (size_t i = 0; i < MM_SLOTS; i++)
		if (folio->slots[i].mm_id)
			put_slot(to, &folio->slots[i]);
	fprintf(to, "  maybe_mapped_shared %s (%s)\n",
		folio_maybe_mapped_shared(folio) ? "yes" : "no",
		folio_mapped_shared_is_exact(folio) ? "exact" : "not exact");
}

static void put_scale(struct wrap *wrap, const struct strip *strip)
{
	char text[48];

	if (strip->pages == 1)
		return;
	snprintf(text, sizeof(text), "(a cell is %" PRIu64 " pages)",
		 strip->pages);
	wrap_word(wrap, text);
}

void show_text_folio(FILE *to, const struct folio *folio, uint64_t address)
{
	struct strip_rows rows = { };
	struct wrap wrap = { .to = to, .margin = put_strip_row, .data = &rows };

	strip_make(&rows.strip, folio, STRIP_WIDTH * STRIP_ROWS);
	rows.width = rows.strip.nr < STRIP_WIDTH ? rows.strip.nr : STRIP_WIDTH;
	put_head(to, folio, address);
	put_counters(&wrap, folio);
	put_flags(&wrap, folio);
	put_scale(&wrap, &rows.strip);
	wrap_end(&wrap);
	while (rows.done < rows.strip.nr) {
		put_strip_row(to, &rows);
		putc_unlocked('\n', to);
	}
	put_runs(to, folio);
	put_mm_ids(to, folio);
}

void show_text_pages_header(FILE *to)
{
	fputs("                                               page_  entire_    ref\n"
	      "     address       pfn   count kind    order mapcount mapcount  count flags\n",
	      to);
}

static void put_letters(FILE *to, const struct folio *folio)
{
	char letters[ARRAY_SIZE(flags) + 2], *end = letters;

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (folio->page.flags & flags[i].flag)
			*end++ = flags[i].letter;
	if (folio->racy)
		*end++ = 'r';
	*end = '\0';
	if (end != letters)
		fprintf(to, " %s", letters);
}

/* The table has a column of this width for it. */
static const char *short_kind(const struct rmap_ab_page *page)
{
	const char *kind = kind_of_page(page);

	return strlen(kind) > 8 ? "no-rmap" : kind;
}

void show_text_pages(FILE *to, const struct folio *folio, uint64_t address)
{
	const struct rmap_ab_page *page = &folio->page;
	char at[24] = "-";

	if (address != SHOW_NO_ADDRESS)
		snprintf(at, sizeof(at), "%" PRIx64, address);
	fprintf(to, "%12s %9" PRIu64 " %7" PRIu64 " %-8s", at, folio->pfn,
		folio->nr, short_kind(page));
	if (record_is_folio(page)) {
		char mapcount[16];

		*text_number(mapcount, page->page_mapcount) = '\0';
		fprintf(to, " %4u %8s %8d %6d", page->order,
			record_is_none(page) ? "?" : mapcount,
			page->entire_mapcount, page->refcount);
	}
	put_letters(to, folio);
	putc_unlocked('\n', to);
}

void show_text_folio_help(void)
{
	help_text("As text, a folio is a strip with a cell for each page, or for several if\n"
	     "it has more than 128, and its counters, each under its own name. A cell\n"
	     "says how often the page is mapped (page_mapcount + entire_mapcount):\n"
	     "  .      not at all\n"
	     "  1-9 +  so often, or more often\n"
	     "  *      the pages of this cell differ\n"
	     "  ?      the kernel does not count that (layout none), or the page is gone\n"
	     "Colours say the same again: green 1, yellow 2, magenta 3, red more, cyan\n"
	     "for pages that differ. They need a terminal, and no NO_COLOR.\n"
	     "\n"
	     "A large folio on Linux 7.3 with THP has MM IDs: a line for each of the two\n"
	     "slots that has an mm, with the mappings that are counted there and the\n"
	     "process; then whether the kernel thinks that more than one mm may map it,\n"
	     "and whether that is exact. After a third mm came, it may say yes wrongly.");
}

void show_text_pages_help(void)
{
	struct word words[ARRAY_SIZE(flags) + 1];
	char letters[ARRAY_SIZE(flags)][2];

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		letters[i][0] = flags[i].letter;
		letters[i][1] = '\0';
		words[i] = (struct word){ letters[i], flags[i].word };
	}
	words[ARRAY_SIZE(flags)] = (struct word){ "r", "racy" };
	help_words("Letters", words, ARRAY_SIZE(words));
}
