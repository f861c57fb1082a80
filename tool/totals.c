// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>

#include "kind.h"
#include "show_text.h"
#include "totals.h"
#include "wrap.h"

void totals_add(struct totals *totals, const struct folio *folio)
{
	unsigned int kind = folio->page.kind;

	totals->folios++;
	totals->pages += folio->nr;
	if (kind < RMAP_AB_NR_KINDS) {
		totals->of_kind[kind]++;
		totals->pages_of_kind[kind] += folio->nr;
	}
	totals->shared += folio_is_shared(folio);
	totals->partial += folio_is_partial(folio);
	totals->exclusive += folio_is_exclusive(folio);
	totals->racy += folio->racy;
}

static const char *plural(uint64_t nr)
{
	return nr == 1 ? "" : "s";
}

static void put(struct wrap *wrap, uint64_t nr, const char *what)
{
	char text[128];

	if (!nr)
		return;
	snprintf(text, sizeof(text), "%" PRIu64 " %s", nr, what);
	wrap_word(wrap, text);
}

static void put_kinds(struct wrap *wrap, const uint64_t *of_kind)
{
	for (unsigned int i = 0; i < RMAP_AB_NR_KINDS; i++)
		put(wrap, of_kind[i], kind_name(i));
}

static void put_pages(struct wrap *wrap, uint64_t nr, const char *what)
{
	char text[96];

	snprintf(text, sizeof(text), "page%s %s", plural(nr), what);
	put(wrap, nr, text);
}

static void put_missing(FILE *to, const struct totals *totals)
{
	struct wrap wrap = { .to = to, .between = ", " };

	put_pages(&wrap, totals->missing.not_present, "not present");
	put_pages(&wrap, totals->missing.swapped, "swapped out or migrating");
	put_pages(&wrap, totals->not_folios, "in no folio");
	wrap_end(&wrap);
	if (totals->end)
		fprintf(to, "ordinary memory ends with page frame %" PRIu64 "\n",
			totals->end - 1);
	if (totals->twice)
		fputs("there are too many to remember: some may have been counted twice\n",
		      to);
}

void totals_print(FILE *to, const struct totals *totals, bool folios)
{
	struct wrap wrap = { .to = to, .between = ", " };

	if (totals->folios)
		fputc('\n', to);
	fprintf(to, "%" PRIu64 " %s%s, %" PRIu64 " page%s, %s\n",
		totals->folios, folios ? "folio" : "row",
		plural(totals->folios), totals->pages, plural(totals->pages),
		show_size(totals->pages));
	put_kinds(&wrap, folios ? totals->of_kind : totals->pages_of_kind);
	wrap_end(&wrap);
	put(&wrap, totals->shared, "shared");
	put(&wrap, totals->partial, "partially mapped");
	put(&wrap, totals->exclusive, "with anon-exclusive pages");
	put(&wrap, totals->racy, "racy");
	wrap_end(&wrap);
	put_missing(to, totals);
}
