// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "folio/folios.h"
#include "folio/list.h"
#include "folio/show_text.h"
#include "noun.h"

static struct list list = { .form = SHOW_FOLIO };

static const struct opt options[] = {
	LIST_OPTIONS(list),
	OPT_FLAG("each", "print a block for each folio", &list.each),
	{ }
};

static int folio_take(void *data, struct folio *folio)
{
	return list_take(data, folio);
}

static bool take_again(void *data, const struct rmap_ab_page *page, uint64_t at)
{
	return list_take_again(data, page, at);
}

static int folio_walk(struct list *list)
{
	struct totals *totals = &list->totals;
	struct folios folios = {
		.view = &list->view,
		.visit = folio_take,
		.again = take_again,
		.data = list,
	};
	int ret = folios_walk(&folios, &list->selection);

	totals->missing = folios.missing;
	totals->not_folios = folios.not_folios;
	totals->twice = folios.twice;
	totals->end = folios.end;
	return ret;
}

static void folio_help(void)
{
	show_text_folio_help();
	list_help();
	show_help(SHOW_FOLIO);
}

static int do_folio(struct out *out, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	list.out = out;
	return list_run(&list, "folio", folio_walk);
}

const struct noun noun_folio = {
	.name = "folio",
	.args = "WHICH...",
	.brief = "show folios and their counters",
	.about = SELECT_ARGS "\n"
		 "\n"
		 "Shows each folio once and as a whole, even if only some of its pages were\n"
		 "asked for. As text, small folios share a block if each continues the one\n"
		 "before (page frame, index, address) and does not differ otherwise: a line\n"
		 "tells how many more there are, and where. JSON has each folio.",
	.flags = NOUN_JSON,
	.options = options,
	.help = folio_help,
	.run = do_folio,
};
