// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>

#include "cli/text.h"
#include "folio/show_text.h"
#include "folio/totals.h"

static void add_traits(struct sums *sums, const struct traits *traits, uint64_t nr)
{
	sums->nr += nr;
	if (traits->kind < RMAP_AB_NR_KINDS)
		sums->of_kind[traits->kind] += nr;
	sums->shared += traits->shared * nr;
	sums->partial += traits->partial * nr;
	sums->exclusive += traits->exclusive * nr;
	sums->racy += traits->racy * nr;
}

static void settle(struct totals *totals)
{
	if (!totals->again)
		return;
	add_traits(&totals->folios, &totals->last, totals->again);
	add_traits(&totals->pages, &totals->last, totals->again);
	totals->again = 0;
}

void totals_add(struct totals *totals, const struct folio *folio)
{
	settle(totals);
	totals->last = (struct traits){
		.kind = folio->page.kind,
		.shared = folio_is_shared(folio),
		.partial = folio_is_partial(folio),
		.exclusive = folio_is_exclusive(folio),
		.racy = folio->racy,
	};
	add_traits(&totals->folios, &totals->last, 1);
	add_traits(&totals->pages, &totals->last, folio->nr);
}

void totals_add_walk(struct totals *totals, const struct folio_walk *walk)
{
	totals->missing = walk->frames.missing;
	totals->not_folios = walk->not_folios;
	totals->twice = folio_walk_forgot(walk);
}

static const char *plural(uint64_t nr)
{
	return nr == 1 ? "" : "s";
}

static void put_count(struct wrap *wrap, uint64_t nr, const char *what)
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
		put_count(wrap, of_kind[i], kind_name(i));
}

static void put_pages(struct wrap *wrap, uint64_t nr, const char *what)
{
	char text[96];

	snprintf(text, sizeof(text), "page%s %s", plural(nr), what);
	put_count(wrap, nr, text);
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

static void print(FILE *to, const struct totals *totals, bool folios)
{
	const struct sums *sums = folios ? &totals->folios : &totals->pages;
	const uint64_t nr = totals->folios.nr, pages = totals->pages.nr;
	struct wrap wrap = { .to = to, .between = ", " };

	if (nr)
		fputc('\n', to);
	fprintf(to, "%" PRIu64 " %s%s, %" PRIu64 " page%s, %s\n", nr,
		folios ? "folio" : "row", plural(nr), pages, plural(pages),
		show_size(pages));
	put_kinds(&wrap, sums->of_kind);
	wrap_end(&wrap);
	put_count(&wrap, sums->shared, "shared");
	put_count(&wrap, sums->partial, folios ? "partially mapped" :
		  "of partially mapped folios");
	put_count(&wrap, sums->exclusive, folios ? "with anon-exclusive pages" :
		  "anon-exclusive");
	put_count(&wrap, sums->racy, "racy");
	wrap_end(&wrap);
	put_missing(to, totals);
}

void totals_print(FILE *to, const struct totals *totals, bool folios)
{
	struct totals settled = *totals;

	settle(&settled);
	print(to, &settled, folios);
}
