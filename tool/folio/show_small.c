// SPDX-License-Identifier: GPL-2.0
/*
 * The text of a small folio, the same as the general form would print.  A large
 * process has hundreds of thousands of them, and to print them takes longer
 * than to find them: so each is put together in one place, by hand.
 */
#include <stddef.h>
#include <string.h>

#include "cli/text.h"
#include "folio/kind.h"
#include "folio/show.h"
#include "folio/show_text.h"
#include "folio/strip.h"

/* Where a line goes on that became too long: below the first counter. */
#define MARGIN	"\n     "

struct small {
	char *end;
	char *line;
	char text[512];
	/* What differs from one folio to the next, mostly; in @text. */
	struct number {
		char *at;
		size_t len;
	} pfn, address, index;
	struct rmap_ab_page page;
	bool racy;
	bool is_whole;	/* there is one to go on from */
};

#define PUT(small, s)	put(small, s, sizeof(s) - 1)

static inline void put(struct small *small, const char *s, size_t len)
{
	memcpy(small->end, s, len);
	small->end += len;
}

static inline void end_number(struct small *small, struct number *number,
			      char *start)
{
	*number = (struct number){ start, small->end - start };
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
	if (small->end - small->line > TEXT_COLUMNS)
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
		small->end = text_number(small->end, value);
	end_word(small, start);
}

#define COUNTER(small, name, value) \
	put_counter(small, "  " name " ", sizeof(name) + 2, value)

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

	char *start;

	PUT(small, "pfn ");
	start = small->end;
	small->end = text_number(start, folio->pfn);
	end_number(small, &small->pfn, start);
	PUT(small, "  ");
	put(small, kind, strlen(kind));
	PUT(small, "  order 0, ");
	small->end = stpcpy(small->end, show_size(1));
	if (address != SHOW_NO_ADDRESS) {
		PUT(small, "  at 0x");
		start = small->end;
		small->end = text_hex(start, address);
		end_number(small, &small->address, start);
	}
	*small->end++ = '\n';
}

/* Behind the blank that is in front of it, wherever its line broke. */
static void put_index(struct small *small, uint64_t index)
{
	COUNTER(small, "index", index);
	small->index.at = memrchr(small->text, ' ', small->end - small->text);
	small->index.at++;
	small->index.len = small->end - small->index.at;
}

static void make(struct small *small, const struct folio *folio,
		 uint64_t address)
{
	const struct rmap_ab_page *page = &folio->page;
	const int64_t mapped = folio->runs[0].page_mapcount;

	small->end = small->text;
	small->address.len = 0;
	put_head(small, folio, address);
	small->line = small->end;
	PUT(small, "  ");
	*small->end++ = strip_cell(mapped + page->entire_mapcount);
	COUNTER(small, "page_mapcount", mapped);
	COUNTER(small, "refcount", page->refcount);
	if (page->flags & RMAP_AB_FOLIO_PINCOUNT_GUESSED && page->pincount)
		COUNTER(small, "pincount (guessed)", page->pincount);
	else
		COUNTER(small, "pincount", page->pincount);
	put_index(small, page->index);
	COUNTER(small, "memcg", page->memcg);
	COUNTER(small, "nid", page->nid);
	show_flags(folio, put_word, small);
	*small->end++ = '\n';
	small->page = *page;
	small->racy = folio->racy;
	small->is_whole = true;
}

/* Nothing but the three numbers differs. */
static bool is_alike(const struct small *small, const struct folio *folio,
		     uint64_t address)
{
	const size_t from = offsetof(struct rmap_ab_page, memcg);

	return small->is_whole && small->racy == folio->racy &&
	       !small->address.len == (address == SHOW_NO_ADDRESS) &&
	       !memcmp((const char *)&small->page + from,
		       (const char *)&folio->page + from,
		       sizeof(small->page) - from);
}

/* In its place, if it is as long as the one that is there. */
static bool replace(const struct number *number, uint64_t value,
		    unsigned int base)
{
	for (size_t i = number->len; i--; value /= base) {
		if (!value && (i + 1 < number->len))
			return false;
		number->at[i] = "0123456789abcdef"[value % base];
	}
	return !value;
}

bool show_text_small(FILE *to, const struct folio *folio, uint64_t address)
{
	static struct small small;

	if (folio->page.order || folio->nr_runs != 1 || show_has_colour())
		return false;
	/* A number that has become longer may break another line. */
	if (!is_alike(&small, folio, address) ||
	    !replace(&small.pfn, folio->pfn, 10) ||
	    !replace(&small.index, folio->page.index, 10) ||
	    !replace(&small.address, small.address.len ? address : 0, 16))
		make(&small, folio, address);
	fwrite_unlocked(small.text, 1, small.end - small.text, to);
	return true;
}
