// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cli/text.h"
#include "folio/alike.h"
#include "kernel/page_size.h"

/* Only small ones: of a large folio, somebody wants to see the strip. */
static bool is_small(const struct folio *folio)
{
	return !folio->page.order && folio->nr_runs == 1 && !folio->racy;
}

bool alike_take_page(struct alike *alike, const struct rmap_ab_page *page,
		     uint64_t at, uint64_t at_step)
{
	const int64_t step = page->head_pfn - alike->last.head_pfn;

	if (at != alike->at + at_step ||
	    (step != alike->step && (alike->step || (step != 1 && step != -1))))
		return false;
	if (page->index != alike->last.index + 1 ||
	    memcmp(&page->memcg, &alike->last.memcg,
		   sizeof(*page) - offsetof(struct rmap_ab_page, memcg)))
		return false;
	alike->last.head_pfn += step;
	alike->last.index++;
	alike->at = at;
	alike->step = step;
	alike->nr++;
	return true;
}

bool alike_take(struct alike *alike, const struct folio *folio,
		uint64_t at_step)
{
	return is_small(folio) &&
	       alike_take_page(alike, &folio->page, folio->at, at_step);
}

/* By hand, as there may be as many of these lines as of blocks. */
static char *put_numbers(char *to, const char *what, uint64_t last, uint64_t nr,
			 int64_t step)
{
	to = text_number(stpcpy(to, what), last - (nr - 1) * step);
	if (nr == 1)
		return to;
	*to++ = '-';
	return text_number(to, last);
}

static char *put_addresses(char *to, uint64_t last, uint64_t nr)
{
	to = text_hex(stpcpy(to, "  at 0x"), last - (nr - 1) * page_size());
	return nr == 1 ? to : text_hex(stpcpy(to, "-0x"), last);
}

void alike_end(struct alike *alike, FILE *to, bool with_address)
{
	const uint64_t nr = alike->nr;
	char text[256], *end;

	if (nr) {
		end = text_number(stpcpy(text, "  "), nr);
		end = stpcpy(end, " more:");
		end = put_numbers(end, "  pfn ", alike->last.head_pfn, nr,
				  alike->step);
		end = put_numbers(end, "  index ", alike->last.index, nr, 1);
		if (with_address)
			end = put_addresses(end, alike->at, nr);
		*end++ = '\n';
		fwrite_unlocked(text, 1, end - text, to);
	}
	*alike = (struct alike){ };
}

void alike_begin(struct alike *alike, const struct folio *folio)
{
	if (!is_small(folio))
		return;
	alike->last = folio->page;
	alike->at = folio->at;
}
