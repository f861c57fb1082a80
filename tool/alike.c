// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alike.h"
#include "page.h"

/* Only small ones: of a large folio, somebody wants to see the strip. */
static bool is_small(const struct folio *folio)
{
	return !folio->page.order && folio->nr_runs == 1 && !folio->racy;
}

bool alike_take(struct alike *alike, const struct folio *folio,
		uint64_t at_step)
{
	const int64_t step = folio->pfn - alike->last.head_pfn;
	struct rmap_ab_page next = alike->last;

	if (!is_small(folio) || folio->at != alike->at + at_step ||
	    (step != alike->step && (alike->step || (step != 1 && step != -1))))
		return false;
	next.head_pfn += step;
	next.index++;
	if (memcmp(&next, &folio->page, sizeof(next)))
		return false;
	alike->last = next;
	alike->at = folio->at;
	alike->step = step;
	alike->nr++;
	return true;
}

static void put_numbers(FILE *to, const char *what, uint64_t last, uint64_t nr,
			int64_t step)
{
	fprintf(to, "  %s %" PRIu64, what, last - (nr - 1) * step);
	if (nr > 1)
		fprintf(to, "-%" PRIu64, last);
}

static void put_addresses(FILE *to, uint64_t last, uint64_t nr)
{
	fprintf(to, "  at 0x%" PRIx64, last - (nr - 1) * page_size());
	if (nr > 1)
		fprintf(to, "-0x%" PRIx64, last);
}

void alike_end(struct alike *alike, FILE *to, bool with_address)
{
	const uint64_t nr = alike->nr;

	if (nr) {
		fprintf(to, "  %" PRIu64 " more:", nr);
		put_numbers(to, "pfn", alike->last.head_pfn, nr, alike->step);
		put_numbers(to, "index", alike->last.index, nr, 1);
		if (with_address)
			put_addresses(to, alike->at, nr);
		putc('\n', to);
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
