// SPDX-License-Identifier: GPL-2.0
/*
 * The text of a small folio, the same as the general form would print.  A large
 * process has hundreds of thousands of them, and to print them takes longer
 * than to find them: so each is put together in one place, by hand.
 */
#include <string.h>

#include "kind.h"
#include "show.h"
#include "show_text.h"
#include "strip.h"
#include "wrap.h"

/* Where a line goes on that became too long: below the first counter. */
#define MARGIN	"\n     "

struct small {
	char *end;
	char *line;
	char text[512];
};

#define PUT(small, s)	put(small, s, sizeof(s) - 1)

static inline void put(struct small *small, const char *s, size_t len)
{
	memcpy(small->end, s, len);
	small->end += len;
}

/* What was put last, from @start on with two blanks, belongs on a new line. */
static void break_line(struct small *small, char *start)
{
	const size_t more = sizeof(MARGIN) - 1 - 2;

	memmove(start + more, start, small->end - start);
	memcpy(start, MARGIN, sizeof(MARGIN) - 1);
	small->end += more;
	small->line = start + 1;
}

static inline void end_word(struct small *small, char *start)
{
	if (small->end - small->line > SHOW_COLUMNS)
		break_line(small, start);
}

static inline void put_counter(struct small *small, const char *name,
			       size_t len, int64_t value)
{
	char *start = small->end;

	put(small, name, len);
	if (value >= 0 && value < 10)
		*small->end++ = '0' + value;
	else
		small->end = put_number(small->end, value);
	end_word(small, start);
}

#define COUNTER(small, name, value) \
	put_counter(small, "  " name " ", sizeof(name) + 2, value)

static void put_hex(struct small *small, uint64_t value)
{
	int shift = 60;

	while (shift && !(value >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*small->end++ = "0123456789abcdef"[value >> shift & 0xf];
}

static void put_word(void *data, const char *word)
{
	struct small *small = data;
	char *start = small->end;

	PUT(small, "  ");
	put(small, word, strlen(word));
	end_word(small, start);
}

static void put_head(struct small *small, const struct folio *folio,
		     uint64_t address)
{
	const char *kind = kind_name(folio->page.kind);

	PUT(small, "pfn ");
	small->end = put_number(small->end, folio->pfn);
	PUT(small, "  ");
	put(small, kind, strlen(kind));
	PUT(small, "  order 0, ");
	small->end = stpcpy(small->end, show_size(1));
	if (address != SHOW_NO_ADDRESS) {
		PUT(small, "  at 0x");
		put_hex(small, address);
	}
	*small->end++ = '\n';
}

bool show_text_small(FILE *to, const struct folio *folio, uint64_t address)
{
	const struct rmap_ab_page *page = &folio->page;
	struct small small;
	int64_t mapped;

	if (page->order || folio->nr_runs != 1 || show_has_colour())
		return false;
	small.end = small.text;
	put_head(&small, folio, address);
	small.line = small.end;
	mapped = folio->runs[0].page_mapcount;
	PUT(&small, "  ");
	*small.end++ = strip_cell(mapped + page->entire_mapcount);
	COUNTER(&small, "page_mapcount", mapped);
	COUNTER(&small, "refcount", page->refcount);
	if (page->flags & RMAP_AB_FOLIO_PINCOUNT_GUESSED && page->pincount)
		COUNTER(&small, "pincount (guessed)", page->pincount);
	else
		COUNTER(&small, "pincount", page->pincount);
	COUNTER(&small, "index", page->index);
	COUNTER(&small, "memcg", page->memcg);
	COUNTER(&small, "nid", page->nid);
	show_flags(folio, put_word, &small);
	*small.end++ = '\n';
	fwrite_unlocked(small.text, 1, small.end - small.text, to);
	return true;
}
