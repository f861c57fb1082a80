// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "folios.h"
#include "list.h"
#include "noun.h"
#include "show_text.h"

static struct list list = { .form = SHOW_FOLIO };

static const struct option options[] = { LIST_OPTIONS, { } };

static int option(int val, const char *arg)
{
	return list_option(&list, val, arg);
}

static int take(void *data, struct folio *folio)
{
	return list_take(data, folio);
}

static int walk(struct list *list)
{
	struct totals *totals = &list->totals;
	struct folios folios = {
		.view = &list->view,
		.visit = take,
		.data = list,
	};
	int ret = folios_walk(&folios, &list->selection);

	totals->missing = folios.missing;
	totals->not_folios = folios.not_folios;
	totals->twice = folios.twice;
	totals->end = folios.end;
	return ret;
}

static void do_help(void)
{
	puts(LIST_ARGS "\n\n"
	     "Shows folios: each one once, as a whole, also where only some of its pages\n"
	     "were asked for.\n");
	list_help();
	show_text_folio_help();
	puts("Fields:");
	show_help(SHOW_FOLIO);
}

static int do_folio(struct out *out, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	list.out = out;
	return list_run(&list, "folio", walk);
}

const struct noun noun_folio = {
	.name = "folio",
	.args = "WHICH...",
	.brief = "show folios and their counters",
	.flags = NOUN_JSON,
	.options = options,
	.option = option,
	.help = do_help,
	.run = do_folio,
};
